#ifndef US_PLAN_H
#define US_PLAN_H

#include <jansson.h>

#include "unstick/guard.h"
#include "unstick/policy.h"
#include "unstick/run.h"

typedef enum {
	US_OUTCOME_PLANNED,
	US_OUTCOME_DONE,
	US_OUTCOME_WAITING,
	US_OUTCOME_REFUSED,
	US_OUTCOME_UNDECIDED,
	US_OUTCOME_SKIPPED,
	US_OUTCOME_STOPPED,
	US_OUTCOME_FAILED,
	US_OUTCOME_NOT_REACHED,
	US_OUTCOME_UNKNOWN,
} us_outcome;

const char *us_outcome_name(us_outcome o); /* "not_reached" */
/* What a verdict and the guard's word make of a case, before anything is done. */
us_outcome us_outcome_of(const us_verdict *v, const us_guard *g);

/* One case with everything that was found and decided about it. Borrows the history
 * it was judged on; us_judgement_view() makes what outlives that. */
typedef struct us_judgement {
	us_case kase;
	us_ground ground; /* what it was judged on */
	us_evidence *evidence;
	us_permits permits;
	us_verdict verdict;
	us_guard guard;
	us_outcome
		outcome; /* planned, or what the verdict and the guard made of it */
	char *outcome_why; /* NULL, or more than verdict and guard say */
	json_t *trace;     /* of the decision (us_policies_trace()), or NULL */

	/* A failed record that gets its folder's name is asked again under it; both
	 * changes are one action. NULL otherwise. */
	struct us_judgement *then;
	us_entry renamed; /* what `then` is about */
} us_judgement;

/* Evidence, permitted actions, the policies' verdict, the guard's word: in that
 * order. Writes nothing. *out is the caller's. */
US_MUST us_code us_judge(us_judgement **out, const us_run *run,
	us_policies *policies, const us_case *c, us_err *err);
/* The same without asking anybody: for `explain`, and for cases not reached. */
US_MUST us_code us_look(
	us_judgement **out, const us_run *run, const us_case *c, us_err *err);
/* Less still, for `status`: the evidence of a glance, and nothing is judged. */
US_MUST us_code us_glance(
	us_judgement **out, const us_run *run, const us_case *c, us_err *err);
void us_judgement_free(us_judgement *j);

/* What a policy sees: the case as reported, with the clock, the time that is left
 * and the history. NULL when out of memory. */
json_t *us_judgement_case(const us_judgement *j, const us_run *run, bool details);

/* What there is to do: an action that writes. */
bool us_judgement_acts(const us_judgement *j);

/* The JSON's case object with verdict, guard and outcome; actions (an array; taken
 * over) may be NULL. NULL when out of memory. */
json_t *us_judgement_view(const us_judgement *j, json_t *actions, bool details);

#endif
