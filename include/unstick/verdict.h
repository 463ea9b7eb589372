#ifndef US_VERDICT_H
#define US_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"

/* What a policy can answer (docs/policies.md). */
typedef enum {
	US_ACTION_ROLLED_BACK,
	US_ACTION_APPLIED,
	US_ACTION_RENAME,
	US_ACTION_WAIT,
	US_ACTION_SKIP,
	US_ACTION_STOP,
} us_action;
#define US_ACTIONS 6

const char *us_action_name(us_action a);
/* False if there is no such action. */
bool us_action_parse(us_action *out, const char *name);
/* The action that a misspelt name means, or NULL. */
const char *us_action_nearest(const char *name);

/* Owned: release with us_verdict_fini(). */
typedef struct {
	bool given; /* false: no policy had an opinion */
	us_action action;
	char *reason;   /* one sentence an operator can act on */
	char *policy;   /* "builtin:timeout", "policies/payments.lua:any" */
	int line;       /* in that policy; 0 if unknown */
	bool override;  /* asked to get past the guard */
	double seconds; /* of wait; < 0 otherwise */
	char *to;       /* of rename; NULL otherwise */
	bool broke;     /* the policy did, so this is a stop */
	char *trace;    /* a policy that broke: its traceback; NULL otherwise */
} us_verdict;

void us_verdict_fini(us_verdict *v);
/* A stop that the core itself answers. */
US_MUST us_code us_verdict_stop(
	us_verdict *out, const char *policy, const char *reason, us_err *err);

#endif
