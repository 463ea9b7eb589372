#ifndef EVAL_DICE_H
#define EVAL_DICE_H

#include <stdint.h>

/* Chance that is the same on every machine and in every order of asking. */
uint64_t dice_for(uint64_t seed, const char *project, const char *migration);
unsigned dice_throw(uint64_t *state, unsigned sides); /* 0 .. sides - 1 */

#endif
