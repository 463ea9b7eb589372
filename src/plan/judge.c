/* One case, judged: evidence -> what it permits -> the policies' verdict -> the
 * guard's word. Nothing here writes. */
#include "unstick/plan.h"

#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/view.h"

const char *us_outcome_name(us_outcome o)
{
	static const char *const names[] = {
		[US_OUTCOME_PLANNED] = "planned",
		[US_OUTCOME_DONE] = "done",
		[US_OUTCOME_WAITING] = "waiting",
		[US_OUTCOME_REFUSED] = "refused",
		[US_OUTCOME_UNDECIDED] = "undecided",
		[US_OUTCOME_SKIPPED] = "skipped",
		[US_OUTCOME_STOPPED] = "stopped",
		[US_OUTCOME_FAILED] = "failed",
		[US_OUTCOME_NOT_REACHED] = "not_reached",
		[US_OUTCOME_UNKNOWN] = "unknown",
	};
	return names[o];
}

void us_judgement_free(us_judgement *j)
{
	if (!j)
		return;
	us_judgement_free(j->then);
	us_evidence_free(j->evidence);
	us_permits_fini(&j->permits);
	us_verdict_fini(&j->verdict);
	us_guard_fini(&j->guard);
	free(j->outcome_why);
	json_decref(j->trace);
	free(j);
}

static us_code look(us_judgement **out, const us_run *run, const us_case *c,
	bool glance, us_err *err)
{
	us_judgement *j = calloc(1, sizeof(*j));
	us_evidence *evidence;
	us_code rc;

	*out = NULL;
	if (!j)
		return us_fail(err, US_E_NOMEM, "out of memory");
	j->kase = *c;
	j->ground = (us_ground){
		.config = run->config,
		.db = run->db,
		.history = run->history,
		.have_lock = run->have_lock,
		.dry = run->dry,
		.opinions = run->opinions,
		.glance = glance,
		.now = us_now(),
	};
	j->verdict.seconds = -1;
	j->outcome = US_OUTCOME_NOT_REACHED;

	rc = us_evidence_load(&evidence, &j->ground, c, err);
	j->evidence = evidence;
	if (rc == US_OK && !glance)
		rc = us_guard_permits(&j->permits, &j->ground, c, evidence, err);
	if (rc != US_OK) {
		us_judgement_free(j);
		return rc;
	}
	*out = j;
	return US_OK;
}

us_code us_look(
	us_judgement **out, const us_run *run, const us_case *c, us_err *err)
{
	return look(out, run, c, false, err);
}

us_code us_glance(
	us_judgement **out, const us_run *run, const us_case *c, us_err *err)
{
	return look(out, run, c, true, err);
}

/* ---- the policies' turn ---- */

static json_t *history_of(const us_run *run)
{
	return run->told ? json_incref(run->told) : us_view_history(run->history);
}

json_t *us_judgement_case(const us_judgement *j, const us_run *run, bool details)
{
	json_t *v = us_view_case(
		&j->ground, &j->kase, j->evidence, &j->permits, details);
	char now[US_TIME_TEXT];

	us_time_format(now, j->ground.now);
	if (v && (json_object_set_new(v, "now", json_string(now)) != 0 ||
			 json_object_set_new(v, "deadline_seconds",
				 json_integer(us_run_left_ms(run) / 1000)) != 0 ||
			 json_object_set_new(v, "history", history_of(run)) != 0)) {
		json_decref(v);
		v = NULL;
	}
	return v;
}

static us_code ask(
	us_judgement *j, const us_run *run, us_policies *policies, us_err *err)
{
	json_t *kase = us_judgement_case(j, run, run->config->verbose);
	us_code rc;

	if (!kase)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_policies_decide(
		policies, j->evidence->kind, kase, &j->verdict, err);
	json_decref(kase);
	if (rc == US_OK && us_policies_trace(policies)) {
		j->trace = json_deep_copy(us_policies_trace(policies));
		if (!j->trace)
			return us_fail(err, US_E_NOMEM, "out of memory");
	}
	return rc;
}

us_outcome us_outcome_of(const us_verdict *v, const us_guard *g)
{
	if (!v->given)
		return US_OUTCOME_UNDECIDED;
	if (!g->allowed)
		return US_OUTCOME_REFUSED;
	switch (v->action) {
	case US_ACTION_STOP:
		return US_OUTCOME_STOPPED;
	case US_ACTION_SKIP:
		return US_OUTCOME_SKIPPED;
	case US_ACTION_WAIT:
		return US_OUTCOME_WAITING;
	case US_ACTION_ROLLED_BACK:
	case US_ACTION_APPLIED:
	case US_ACTION_RENAME:
		break;
	}
	return US_OUTCOME_PLANNED;
}

static us_code decide(
	us_judgement *j, const us_run *run, us_policies *policies, us_err *err)
{
	us_code rc = ask(j, run, policies, err);

	if (rc == US_OK && j->verdict.given)
		rc = us_guard_check(&j->guard, &j->permits,
			run->config->allow_override, &j->verdict, err);
	if (rc == US_OK)
		j->outcome = us_outcome_of(&j->verdict, &j->guard);
	return rc;
}

/* ---- a renamed folder: the second question ---- */

/* The same records under the folder's name. The guard has seen that the checksums
 * are equal, so the script was not edited. */
static us_code as_renamed(us_judgement *j, const us_run *run, us_err *err)
{
	size_t i = us_directory_find(run->directory, j->verdict.to);

	if (i == US_NO_MIGRATION)
		return us_fail(err, US_E_REFUSED,
			"%s is not in the directory any more", j->verdict.to);
	j->renamed = *j->kase.entry;
	j->renamed.name = us_directory_name(run->directory, i);
	j->renamed.migration = i;
	j->renamed.edited = US_NO;
	return US_OK;
}

/* A rename is worth doing only with what then resolves the record: otherwise the
 * case ends as its second question did, and nothing is written. */
static us_code ask_again(
	us_judgement *j, const us_run *run, us_policies *policies, us_err *err)
{
	us_case inner = { .entry = &j->renamed };
	us_code rc = as_renamed(j, run, err);

	if (rc == US_OK)
		rc = us_look(&j->then, run, &inner, err);
	if (rc == US_OK)
		rc = decide(j->then, run, policies, err);
	if (rc != US_OK)
		return rc;
	j->outcome = j->then->outcome;
	if (j->outcome == US_OUTCOME_PLANNED &&
		j->then->verdict.action == US_ACTION_RENAME)
		j->outcome = US_OUTCOME_REFUSED;
	if (j->outcome == US_OUTCOME_PLANNED)
		return US_OK;
	return us_strf(&j->outcome_why, err,
		"renamed to %s it would be `%s`, so nothing is written",
		j->renamed.name, us_outcome_name(j->outcome));
}

us_code us_judge(us_judgement **out, const us_run *run, us_policies *policies,
	const us_case *c, us_err *err)
{
	us_judgement *j;
	us_code rc = us_look(&j, run, c, err);

	*out = NULL;
	if (rc != US_OK)
		return rc;
	rc = decide(j, run, policies, err);
	if (rc == US_OK && j->outcome == US_OUTCOME_PLANNED && !c->moved &&
		j->verdict.action == US_ACTION_RENAME)
		rc = ask_again(j, run, policies, err);
	if (rc != US_OK) {
		us_judgement_free(j);
		return rc;
	}
	*out = j;
	return US_OK;
}

bool us_judgement_acts(const us_judgement *j)
{
	const us_action a = j->then ? j->then->verdict.action : j->verdict.action;

	return j->outcome == US_OUTCOME_PLANNED &&
	       (a == US_ACTION_ROLLED_BACK || a == US_ACTION_APPLIED ||
		       a == US_ACTION_RENAME);
}

/* ---- as data ---- */

static void set(json_t *v, bool *ok, const char *key, json_t *value)
{
	if (json_object_set_new(v, key, value) != 0)
		*ok = false;
}

json_t *us_judgement_view(const us_judgement *j, json_t *actions, bool details)
{
	json_t *v = us_view_case(&j->ground, &j->kase, j->evidence,
		j->ground.glance ? NULL : &j->permits, details);
	bool ok = v != NULL;

	set(v, &ok, "verdict", us_view_verdict(&j->verdict));
	set(v, &ok, "guard",
		j->verdict.given ? us_view_guard(&j->guard) : json_null());
	set(v, &ok, "actions", actions ? actions : json_null());
	set(v, &ok, "outcome",
		j->ground.glance ? json_null()
				 : json_string(us_outcome_name(j->outcome)));
	if (j->outcome_why)
		set(v, &ok, "outcome_why", us_view_text(j->outcome_why));
	if (j->trace)
		set(v, &ok, "trace", json_incref(j->trace));
	if (j->then)
		set(v, &ok, "then", us_judgement_view(j->then, NULL, details));
	if (!ok) {
		json_decref(v);
		return NULL;
	}
	return v;
}
