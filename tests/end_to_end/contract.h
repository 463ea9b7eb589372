#ifndef CONTRACT_H
#define CONTRACT_H

#include <jansson.h>

/* Ends the test unless this is what --format json promises (schema 1): every key
 * there, of a type it may have, words from their lists, counts that agree. Further
 * keys may be there. */
void contract_check(const json_t *report);

#endif
