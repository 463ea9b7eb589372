#ifndef US_GUARD_H
#define US_GUARD_H

#include "unstick/evidence.h"
#include "unstick/verdict.h"

/* What the evidence permits, per action, and why the rest is not. The core shows it
 * to policies; they choose among it. Owned: release with us_permits_fini(). */
typedef struct {
	bool allowed[US_ACTIONS];
	char *why[US_ACTIONS]; /* never NULL after us_guard_permits() */
	/* Why not even an override gets past a refusal; NULL where one does. */
	char *never[US_ACTIONS];
	char *rename_to; /* the one name a rename may give; NULL: there is none */
} us_permits;

/* Is nobody at it, as far as that can be told? If not, says why not, and nothing
 * may be written whoever decided it. */
bool us_guard_is_quiet(const us_ground *g, const us_evidence *e, us_str *why);

US_MUST us_code us_guard_permits(us_permits *out, const us_ground *g,
	const us_case *c, const us_evidence *e, us_err *err);
void us_permits_fini(us_permits *p);

/* The guard's word on one verdict. Owned: release with us_guard_fini(). */
typedef struct {
	bool allowed;
	bool overridden; /* allowed only because override was asked and configured
			  */
	char *why;
} us_guard;

/* Needs nothing but what is permitted, so that a recorded case has its guard, too.
 */
US_MUST us_code us_guard_check(us_guard *out, const us_permits *p,
	bool allow_override, const us_verdict *v, us_err *err);
void us_guard_fini(us_guard *g);

#endif
