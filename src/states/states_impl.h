#ifndef STATES_IMPL_H
#define STATES_IMPL_H

#include "unstick/arena.h"
#include "unstick/states.h"

typedef struct {
	const char *object, *facet;
	us_value *at; /* n + 1 */
	us_value live;
	const char *doubt; /* NULL: none */
} state_key;

struct us_states {
	us_arena arena;
	size_t n; /* statements */
	state_key *keys;
	size_t nkeys, cap;
	size_t *slots; /* open addressing: index of a key + 1, 0 is free */
	size_t nslots;
};

#endif
