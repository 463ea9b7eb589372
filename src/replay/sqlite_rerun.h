#ifndef SQLITE_RERUN_H
#define SQLITE_RERUN_H

#include "sqlite_stages.h"
#include "unstick/states.h"

/* Tries, for every k of K, whether the whole script can run from the top at state
 * k: it is really run, in a copy of the scratch database. It loses nothing and ends
 * in state n only if each of the first k statements is a no-op by then, or moves
 * rows so that twice is once. In doubt it can't. */
US_MUST us_code lite_rerun(us_reading *r, us_arena *a, const lite_stages *stages,
	const lite_past *past, const us_script *script, us_err *err);

#endif
