/* A whole run: case by case, each on evidence of its own. Prisma's lock is held
 * from before the judging until after the writing, never while waiting. */
#include <stdlib.h>
#include <string.h>

#include "prepare.h"
#include "unstick/auto.h"
#include "unstick/view.h"

#define LOCK_POLL_MS 100

struct loop {
	us_run *run;
	us_policies *policies;
	const us_progress *progress;
	json_t *cases;   /* what is settled */
	us_strs settled; /* names that need no further look */
	int status;
	bool ended; /* a stop, a refusal, a failure: the rest is not reached */
};

/* ---- exit codes ---- */

/* What an outcome makes of the exit code. The worst one wins: unknown or failed (1)
 * over not in time (75) over needs a person (3). */
static int status_of(us_outcome o, int planned)
{
	switch (o) {
	case US_OUTCOME_PLANNED:
		return planned;
	case US_OUTCOME_DONE:
		return 0;
	case US_OUTCOME_WAITING:
		return 75;
	case US_OUTCOME_FAILED:
	case US_OUTCOME_UNKNOWN:
		return 1;
	case US_OUTCOME_REFUSED:
	case US_OUTCOME_UNDECIDED:
	case US_OUTCOME_SKIPPED:
	case US_OUTCOME_STOPPED:
	case US_OUTCOME_NOT_REACHED:
		break;
	}
	return 3;
}

static int worse(int a, int b)
{
	static const int worst_first[] = { 1, 75, 3, 2, 0 };

	for (size_t i = 0; i < US_LEN(worst_first); i++)
		if (a == worst_first[i] || b == worst_first[i])
			return worst_first[i];
	return a;
}

static bool ends_run(us_outcome o)
{
	return o != US_OUTCOME_PLANNED && o != US_OUTCOME_DONE &&
	       o != US_OUTCOME_SKIPPED;
}

/* ---- what is reported ---- */

static us_code report(
	struct loop *l, const us_judgement *j, const char *why, us_err *err)
{
	json_t *actions = NULL, *v = NULL;
	us_code rc = us_action_preview(&actions, l->run, j, err);

	if (rc != US_OK)
		return rc;
	v = us_judgement_view(j, actions, l->run->config->verbose);
	if (v && why &&
		json_object_set_new(v, "outcome_why", us_view_text(why)) != 0) {
		json_decref(v);
		v = NULL;
	}
	if (!v || json_array_append_new(l->cases, v) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

static bool is_settled(const struct loop *l, const us_case *c)
{
	for (size_t i = 0; i < l->settled.len; i++)
		if (strcmp(l->settled.items[i], c->entry->name) == 0)
			return true;
	return false;
}

/* A case of which nothing more will be done in this run. */
static us_code settle(
	struct loop *l, us_judgement *j, us_outcome o, const char *why, us_err *err)
{
	us_code rc;

	j->outcome = o;
	l->status = worse(l->status, status_of(o, 0));
	l->ended = l->ended || ends_run(o);
	rc = us_strs_add(&l->settled, j->kase.entry->name, err);
	return rc == US_OK ? report(l, j, why, err) : rc;
}

static us_code not_reached(struct loop *l, const us_case *c, us_err *err)
{
	us_judgement *j;
	us_code rc = us_look(&j, l->run, c, err);

	if (rc == US_OK)
		rc = settle(l, j, US_OUTCOME_NOT_REACHED, NULL, err);
	us_judgement_free(j);
	return rc;
}

/* ---- resolve ---- */

/* The action's preview is made before it is done: afterwards the records have
 * moved. */
static us_code act(struct loop *l, us_judgement *j, us_err *err)
{
	us_outcome outcome = US_OUTCOME_FAILED;
	us_err why = { 0 };
	size_t last;
	us_code rc = report(l, j, NULL, err);
	json_t *shown;

	if (rc != US_OK)
		return rc;
	rc = us_action_carry_out(&outcome, l->run, j, &why);
	last = json_array_size(l->cases) - 1;
	shown = json_array_get(l->cases, last);
	l->status = worse(l->status, status_of(outcome, 0));
	l->ended = l->ended || ends_run(outcome);
	if (json_object_set_new(
		    shown, "outcome", json_string(us_outcome_name(outcome))) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (rc != US_OK && json_object_set_new(shown, "outcome_why",
				   us_view_text(why.msg)) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return us_strs_add(&l->settled, j->kase.entry->name, err);
}

/* Lets go of everything and looks again later; at the deadline that was it. */
static us_code wait_for(struct loop *l, us_judgement *j, us_err *err)
{
	const us_judgement *last = j->then ? j->then : j;
	int64_t left = us_run_left_ms(l->run);
	double wanted = last->verdict.seconds * 1000;
	int64_t ms = wanted < (double)left ? (int64_t)wanted : left;
	us_code rc;

	if (left == 0)
		return settle(l, j, US_OUTCOME_WAITING,
			"the deadline has passed (`deadline` in unstick.yaml)",
			err);
	rc = us_run_unlock(l->run, err);
	if (rc != US_OK)
		return rc;
	l->progress->waiting(
		l->progress->ctx, j->kase.entry->name, last->verdict.reason, ms);
	us_run_sleep(l->run, ms > 0 ? ms : 1);
	return US_OK;
}

/* The lock was not had, and yet nobody was seen at it: what was judged may be
 * changing under our eyes. Somebody was just faster; look again in a moment. */
static us_code poll_lock(struct loop *l, us_judgement *j, us_err *err)
{
	if (us_run_left_ms(l->run) == 0)
		return settle(l, j, US_OUTCOME_WAITING,
			"Prisma's lock was not had before the deadline "
			"(`deadline` in unstick.yaml)",
			err);
	us_run_sleep(l->run, LOCK_POLL_MS);
	return US_OK;
}

static us_code follow(struct loop *l, us_judgement *j, us_err *err)
{
	const bool locked = l->run->have_lock || l->run->config->lock_disabled;

	if (!locked && j->evidence->kind != US_CASE_IN_PROGRESS)
		return poll_lock(l, j, err);
	if (j->outcome == US_OUTCOME_WAITING)
		return wait_for(l, j, err);
	if (us_judgement_acts(j) && !l->run->prepared)
		return prepare(l->run, l->progress, err);
	if (us_judgement_acts(j))
		return act(l, j, err);
	return settle(l, j, j->outcome, NULL, err);
}

/* The first case that is not settled, judged and followed. *done when there is
 * none. */
static us_code step(struct loop *l, bool *done, us_err *err)
{
	us_case *cases = NULL;
	us_judgement *j = NULL;
	size_t n = 0, i = 0;
	us_code rc = us_history_cases(l->run->history, &cases, &n, err);

	*done = false;
	if (rc != US_OK)
		goto out;
	while (i < n && is_settled(l, &cases[i]))
		i++;
	if (i == n) {
		*done = true;
		goto out;
	}
	if (l->ended) {
		rc = not_reached(l, &cases[i], err);
		goto out;
	}
	rc = us_judge(&j, l->run, l->policies, &cases[i], err);
	/* A wish to stop may have cut the evidence short. */
	if (rc == US_OK)
		rc = us_run_check_stop(l->run, err);
	if (rc == US_OK)
		rc = follow(l, j, err);
out:
	us_judgement_free(j);
	free(cases);
	return rc;
}

static bool has_cases(us_run *run, us_code *rc, us_err *err)
{
	us_case *cases = NULL;
	size_t n = 0;

	*rc = us_history_cases(run->history, &cases, &n, err);
	free(cases);
	return *rc == US_OK && n > 0;
}

/* Replays are slow and the lock is short: they are done before it is taken, and
 * what they said is remembered for the evidence that is taken under it. */
static us_code replay_first(struct loop *l, us_err *err)
{
	us_case *cases = NULL;
	size_t n = 0;
	us_code rc = US_OK;

	if (l->run->have_lock || !us_evidence_replays(l->run->config))
		return US_OK;
	rc = us_history_cases(l->run->history, &cases, &n, err);
	for (size_t i = 0; rc == US_OK && i < n; i++) {
		us_judgement *j = NULL;

		if (!is_settled(l, &cases[i]))
			rc = us_look(&j, l->run, &cases[i], err);
		us_judgement_free(j);
	}
	free(cases);
	return rc;
}

static us_code look_again(struct loop *l, us_err *err)
{
	us_code rc = l->ended ? US_OK : replay_first(l, err);

	if (rc == US_OK && !l->ended)
		rc = us_run_lock(l->run, err);

	return rc == US_OK ? us_run_read(l->run, err) : rc;
}

/* A server that restarts is waited for like everything else: nothing is open that
 * could have been lost. */
static us_code connect_again(struct loop *l, us_err *err)
{
	us_code rc = US_E_CONNECT;

	while (rc == US_E_CONNECT && us_run_left_ms(l->run) > 0) {
		us_run_sleep(l->run, LOCK_POLL_MS);
		rc = us_run_reconnect(l->run, err);
	}
	return rc;
}

us_code us_resolve(json_t **cases, int *status, us_run *run, us_policies *policies,
	const us_progress *progress, us_err *err)
{
	struct loop l = { .run = run, .policies = policies, .progress = progress };
	us_err unlocking = { 0 };
	bool done = false;
	us_code rc = US_OK, unlocked;

	*cases = l.cases = json_array();
	if (!l.cases)
		return us_fail(err, US_E_NOMEM, "out of memory");
	/* A healthy database is not locked. */
	done = !has_cases(run, &rc, err);
	while (rc == US_OK && !done) {
		rc = us_run_check_stop(run, err);
		if (rc == US_OK)
			rc = look_again(&l, err);
		if (rc == US_OK)
			rc = step(&l, &done, err);
		if (rc == US_E_CONNECT)
			rc = connect_again(&l, err);
	}
	unlocked = us_run_unlock(run, &unlocking);
	if (rc == US_OK && unlocked != US_OK) {
		rc = unlocked;
		if (err)
			*err = unlocking;
	}
	us_strs_fini(&l.settled);
	*status = rc == US_OK ? l.status : us_code_exit(rc);
	return rc;
}

/* ---- audit ---- */

static us_code plan_case(struct loop *l, const us_case *c, us_err *err)
{
	us_judgement *j;
	us_code rc;

	if (l->ended)
		return not_reached(l, c, err);
	rc = us_judge(&j, l->run, l->policies, c, err);
	if (rc != US_OK)
		return rc;
	/* A wait is a decision too; nobody waits in a dry run. */
	if (j->outcome == US_OUTCOME_WAITING)
		j->outcome = US_OUTCOME_PLANNED;
	l->status = worse(l->status, status_of(j->outcome, 2));
	l->ended = ends_run(j->outcome);
	rc = report(l, j, NULL, err);
	us_judgement_free(j);
	return rc;
}

us_code us_audit(
	json_t **out, int *status, us_run *run, us_policies *policies, us_err *err)
{
	struct loop l = { .run = run, .policies = policies };
	us_case *cases = NULL;
	size_t n = 0;
	us_code rc;

	*out = l.cases = json_array();
	if (!l.cases)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_history_cases(run->history, &cases, &n, err);
	for (size_t i = 0; i < n && rc == US_OK; i++)
		rc = plan_case(&l, &cases[i], err);
	free(cases);
	us_strs_fini(&l.settled);
	*status = rc == US_OK ? l.status : us_code_exit(rc);
	return rc;
}
