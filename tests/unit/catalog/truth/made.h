#ifndef TRUTH_MADE_H
#define TRUTH_MADE_H

#include "lab.h"

/* A pair put together by chance, the same for the same seed: statements of a few
 * forms over a few names, those that don't run left out. */
void made_pair(lab *l, pair *p, unsigned seed);

#endif
