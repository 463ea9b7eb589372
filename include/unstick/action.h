#ifndef US_ACTION_H
#define US_ACTION_H

#include "unstick/plan.h"

/* The statements that would carry a judgement out, as the JSON's `actions`. Sends
 * nothing. *out is the caller's. */
US_MUST us_code us_action_preview(
	json_t **out, const us_run *run, const us_judgement *j, us_err *err);

/* Carries a judgement out in one transaction: lock still ours, records unchanged
 * and locked, evidence unchanged, then the ledger change with its audit line.
 * *outcome says what came of it; on anything but DONE, err says why and nothing was
 * written, except UNKNOWN, where the connection died in COMMIT and could not be had
 * again. */
US_MUST us_code us_action_carry_out(
	us_outcome *outcome, us_run *run, const us_judgement *j, us_err *err);

/* ---- a whole run ---------------------------------------------------------- */

/* Told while a run goes on. */
typedef struct {
	void (*waiting)(
		void *ctx, const char *name, const char *reason, int64_t ms);
	/* Runs the configuration's before_change, which has to go well. Called
	 * once, and only when the next thing would be a change: nothing is locked
	 * and no transaction is open. */
	us_code (*before_change)(void *ctx, us_err *err);
	void *ctx;
} us_progress;

/* Judges every case and does nothing: the plan. *cases gets an array of case
 * objects, *status the exit code. The array is there from the beginning and grows
 * by a case at a time: who ends a run from within (us_policy_overrun_fn) can still
 * tell what came of the first ones. */
US_MUST us_code us_audit(json_t **cases, int *status, us_run *run,
	us_policies *policies, us_err *err);

/* Judges and carries out, case by case, each on evidence of its own. On failure
 * *cases still holds what is known (or NULL). */
US_MUST us_code us_resolve(json_t **cases, int *status, us_run *run,
	us_policies *policies, const us_progress *progress, us_err *err);

/* What `prisma migrate resolve` does, in one transaction: action is ROLLED_BACK or
 * APPLIED. The evidence's disagreement is a warning (in *warning, the caller's, or
 * NULL), a migration in progress and a lock not had refuse. */
US_MUST us_code us_resolve_by_hand(json_t **cases, char **warning, us_run *run,
	us_action action, const char *name, const us_progress *progress,
	us_err *err);

#endif
