/* `resolve --applied NAME` and `--rolled-back NAME`: the person decides, as with
 * Prisma's own `migrate resolve`, and gets its codes. The states and their answers
 * are those observed with 6.19.3 and 7.10.1; unlike Prisma everything is one
 * transaction. */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "prepare.h"
#include "transaction.h"
#include "unstick/auto.h"
#include "unstick/view.h"

#define LOCK_POLL_MS 100
#define BY_HAND "by hand"

struct hand {
	us_run *run;
	us_action action;
	const char *name;
	us_entry entry; /* the name as history has it, or as the directory alone */
	bool known;     /* it has records */
};

static us_code not_found(
	const struct hand *h, const char *code, const char *what, us_err *err)
{
	US_AUTO(auto_str) char *hint = NULL;
	us_code rc = us_history_suggest(&hint, h->run->history, h->name, err);

	if (rc != US_OK)
		return rc;
	return us_fail_prisma(err, code, "%s: %s%s", h->name, what, hint);
}

/* ---- may it be done? ---- */

static bool any_finished(const us_entry *e)
{
	for (size_t i = 0; i < e->nrecords; i++)
		if (e->records[i]->finished)
			return true;
	return false;
}

static bool all_finished(const us_entry *e)
{
	for (size_t i = 0; i < e->nrecords; i++)
		if (!e->records[i]->finished)
			return false;
	return true;
}

static bool has_failed(const us_entry *e)
{
	for (size_t i = 0; i < e->nrecords; i++)
		if (us_record_state_of(e->records[i]) == US_RECORD_FAILED)
			return true;
	return false;
}

/* Prisma compares the lock file's provider for --applied only. */
static us_code may_apply(const struct hand *h, us_err *err)
{
	us_code rc = us_run_check_provider(h->run, err);

	if (rc != US_OK)
		return rc;
	if (h->entry.migration == US_NO_MIGRATION ||
		!us_directory_has_script(h->run->directory, h->entry.migration))
		return not_found(h, "P3017",
			"no such migration (a folder with a migration.sql) in the "
			"migrations directory",
			err);
	if (any_finished(&h->entry))
		return us_fail_prisma(
			err, "P3008", "%s is already recorded as applied", h->name);
	return US_OK;
}

static us_code may_roll_back(const struct hand *h, us_err *err)
{
	if (!us_ledger_exists(h->run->ledger))
		return us_fail(err, US_E_DB,
			"there is no " US_LEDGER_TABLE
			" table: nothing was ever applied "
			"here, so nothing can be marked as rolled back");
	if (!h->known)
		return not_found(
			h, "P3011", "was never applied to this database", err);
	if (all_finished(&h->entry))
		return us_fail_prisma(err, "P3012",
			"%s is not in a failed state: only a failed migration can "
			"be marked as rolled back",
			h->name);
	return US_OK;
}

static void find(struct hand *h)
{
	const us_entry *e = us_history_find(h->run->history, h->name);

	if (e)
		h->entry = *e;
	else
		h->entry =
			(us_entry){ .name = h->name, .migration = US_NO_MIGRATION };
	h->known = e && e->nrecords > 0;
}

/* ---- the evidence has no vote, but a voice ---- */

static us_code record_decision(us_judgement *j, us_action action, us_err *err)
{
	us_code rc = us_strdup(&j->verdict.policy, BY_HAND, err);

	if (rc == US_OK)
		rc = us_strdup(&j->verdict.reason, "decided by hand", err);
	if (rc == US_OK)
		rc = us_strdup(&j->guard.why, j->permits.why[action], err);
	j->verdict.given = true;
	j->verdict.action = action;
	j->guard.allowed = j->permits.allowed[action];
	j->outcome = US_OUTCOME_DONE;
	return rc;
}

static us_code refuse_unless_quiet(const us_judgement *j, us_err *err)
{
	us_str why = { 0 };
	us_code rc = US_OK;

	if (!us_guard_is_quiet(&j->ground, j->evidence, &why))
		rc = us_fail(err, US_E_REFUSED,
			"%s: %s; nothing is recorded about a migration that "
			"somebody may be at",
			j->kase.entry->name, us_str_text(&why));
	us_str_fini(&why);
	return rc;
}

/* *out is the caller's, on failure too. */
static us_code consult(
	char **warning, us_judgement **out, const struct hand *h, us_err *err)
{
	us_case c = { .entry = &h->entry };
	us_judgement *j;
	us_code rc = us_look(out, h->run, &c, err);

	if (rc != US_OK)
		return rc;
	j = *out;
	rc = refuse_unless_quiet(j, err);
	if (rc == US_OK && !j->permits.allowed[h->action])
		rc = us_strf(warning, err,
			"the evidence does not agree with `%s` for %s: %s",
			us_action_name(h->action), h->name,
			j->permits.why[h->action]);
	return rc == US_OK ? record_decision(j, h->action, err) : rc;
}

/* ---- doing it ---- */

struct job {
	const struct hand *hand;
	const us_judgement *judgement; /* NULL: nothing had failed */
	const char *warning;
};

static us_code unmoved(const struct job *job, us_err *err)
{
	us_run *run = job->hand->run;
	us_code rc = US_OK;

	if (us_ledger_exists(run->ledger))
		rc = records_unmoved(run, &job->hand->entry, err);
	if (rc == US_OK && job->judgement)
		rc = evidence_unmoved(job->judgement, err);
	return rc;
}

static us_code write_down(void *ctx, const char *id, us_err *err)
{
	const struct job *job = ctx;
	const struct hand *h = job->hand;
	const struct decision d = {
		.action = h->action,
		.id = id,
		.policy = BY_HAND,
		.reason = job->warning ? job->warning : "the evidence agrees",
		.overridden = job->warning != NULL,
		.prefixes =
			job->judgement ? &job->judgement->evidence->prefixes : NULL,
	};
	us_ledger_writer w = { .db = h->run->db };
	US_AUTO(auto_str) char *audit = NULL;
	us_time now = us_now();
	us_code rc = unmoved(job, err);

	if (rc == US_OK)
		rc = audit_line(&audit, &d, err);
	if (rc == US_OK && h->action == US_ACTION_APPLIED &&
		!us_ledger_exists(h->run->ledger))
		rc = us_ledger_create(&w, err);
	if (rc == US_OK)
		rc = close_failed(&w, &h->entry, now, audit, err);
	if (rc == US_OK && h->action == US_ACTION_APPLIED)
		rc = insert_applied(&w, h->run, &h->entry, id, now, err);
	return rc;
}

/* The lock first, so that what is read under it stays true until it is written. */
static us_code lock_and_read(us_run *run, us_err *err)
{
	us_code rc = us_run_lock(run, err);

	while (rc == US_OK && !run->have_lock && !run->config->lock_disabled) {
		if (us_run_left_ms(run) == 0)
			return us_fail(err, US_E_LOCK,
				"Prisma's lock was not had before the deadline: "
				"another deploy or resolve is running");
		us_run_sleep(run, LOCK_POLL_MS);
		rc = us_run_lock(run, err);
	}
	return rc == US_OK ? us_run_read(run, err) : rc;
}

/* *again: nothing is written yet, and before_change has to be run first. */
static us_code decide_and_write(
	json_t *cases, char **warning, struct hand *h, bool *again, us_err *err)
{
	struct job job = { .hand = h };
	us_judgement *judgement = NULL;
	us_outcome outcome;
	us_code rc;

	*again = false;
	find(h);
	rc = h->action == US_ACTION_APPLIED ? may_apply(h, err)
					    : may_roll_back(h, err);
	if (rc == US_OK && has_failed(&h->entry))
		rc = consult(warning, &judgement, h, err);
	job.warning = *warning;
	job.judgement = judgement;
	/* Only rolled-back records: Prisma says "marked as rolled back" and changes
	 * nothing; neither do we. */
	if (rc == US_OK &&
		(h->action == US_ACTION_APPLIED || has_failed(&h->entry))) {
		*again = !h->run->prepared;
		if (!*again)
			rc = transact(&outcome, h->run, write_down, &job, err);
	}
	if (rc == US_OK && !*again && judgement &&
		json_array_append_new(cases, us_judgement_view(judgement, NULL,
						     h->run->config->verbose)) != 0)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	us_judgement_free(judgement);
	return rc;
}

static us_code go_through(json_t *cases, char **warning, struct hand *h,
	const us_progress *progress, us_err *err)
{
	bool again = true;
	us_code rc = US_OK;

	while (rc == US_OK && again) {
		free(*warning);
		*warning = NULL;
		rc = lock_and_read(h->run, err);
		if (rc == US_OK)
			rc = decide_and_write(cases, warning, h, &again, err);
		if (rc == US_OK && again)
			rc = prepare(h->run, progress, err);
	}
	return rc;
}

us_code us_resolve_by_hand(json_t **cases, char **warning, us_run *run,
	us_action action, const char *name, const us_progress *progress,
	us_err *err)
{
	struct hand h = { .run = run, .action = action, .name = name };
	us_err unlocking = { 0 };
	us_code rc, unlocked;

	*warning = NULL;
	*cases = json_array();
	if (!*cases)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = go_through(*cases, warning, &h, progress, err);
	unlocked = us_run_unlock(run, &unlocking);
	if (rc == US_OK && unlocked != US_OK) {
		rc = unlocked;
		if (err)
			*err = unlocking;
	}
	return rc;
}
