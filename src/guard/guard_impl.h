#ifndef GUARD_IMPL_H
#define GUARD_IMPL_H

#include "unstick/guard.h"

/* The folder that a case may be renamed to, or NULL. Borrowed. */
const us_candidate *guard_same_script(const us_evidence *e);

#endif
