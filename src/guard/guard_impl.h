#ifndef GUARD_IMPL_H
#define GUARD_IMPL_H

#include "unstick/guard.h"

/* The folder that a case may be renamed to, or NULL. Borrowed. */
const us_candidate *guard_same_script(const us_evidence *e);

/* What not even an override gets past: a running migration, what can't be written
 * at all, and what could cost rows. NULL if there is nothing of the kind. */
const char *guard_never(const us_ground *g, const us_case *c, const us_evidence *e,
	us_action action);

#endif
