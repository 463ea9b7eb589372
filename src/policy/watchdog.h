#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdint.h>

#include "unstick/policy.h"

/* Watches calls into policies from a thread of its own. The hook of limits.c ends
 * Lua code that runs past its time; a function of Lua's library (a search with a
 * malicious pattern) runs on until it returns, and only somebody outside can tell.
 */
typedef struct us_watchdog us_watchdog;

/* A call that is watched: everything in it is borrowed until us_watchdog_disarm().
 */
typedef struct {
	const char *policy;
	const char *about; /* the case's name; NULL while the policy is loaded */
	int64_t began_ms;
	int64_t limit_ms;
} us_watched;

/* *out is the caller's. Costs nothing yet: the thread starts with the first call
 * that is watched. */
US_MUST us_code us_watchdog_new(
	us_watchdog **out, us_policy_overrun_fn *fn, void *ctx, us_err *err);
void us_watchdog_free(us_watchdog *d); /* NULL-safe; ends the thread */

/* One call at a time. Both take NULL for a watchdog that isn't there. Fails where
 * no thread can be had: then nothing should be run. */
US_MUST us_code us_watchdog_arm(
	us_watchdog *d, const us_watched *call, us_err *err);
/* Doesn't return while the overrun is being told. */
void us_watchdog_disarm(us_watchdog *d);

#endif
