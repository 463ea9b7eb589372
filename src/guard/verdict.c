/* Verdicts as values: names, ownership, and the stop that the core itself answers.
 */
#include "unstick/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/str.h"

static const char *const names[] = {
	[US_ACTION_ROLLED_BACK] = "rolled_back",
	[US_ACTION_APPLIED] = "applied",
	[US_ACTION_RENAME] = "rename",
	[US_ACTION_WAIT] = "wait",
	[US_ACTION_SKIP] = "skip",
	[US_ACTION_STOP] = "stop",
};
_Static_assert(US_LEN(names) == US_ACTIONS, "every action has a name");

const char *us_action_name(us_action a)
{
	return names[a];
}

bool us_action_parse(us_action *out, const char *name)
{
	for (size_t i = 0; i < US_ACTIONS; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (us_action)i;
			return true;
		}
	}
	return false;
}

const char *us_action_nearest(const char *name)
{
	return us_nearest(name, names, US_ACTIONS);
}

void us_verdict_fini(us_verdict *v)
{
	free(v->reason);
	free(v->policy);
	free(v->to);
	free(v->trace);
	*v = (us_verdict){ 0 };
}

us_code us_verdict_stop(
	us_verdict *out, const char *policy, const char *reason, us_err *err)
{
	us_code rc;

	*out = (us_verdict){
		.given = true, .action = US_ACTION_STOP, .seconds = -1
	};
	rc = us_strdup(&out->policy, policy, err);
	if (rc == US_OK)
		rc = us_strdup(&out->reason, reason, err);
	if (rc != US_OK)
		us_verdict_fini(out);
	return rc;
}
