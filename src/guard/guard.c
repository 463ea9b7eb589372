/* The guard: what the evidence permits, whatever a policy would like. One row an
 * action, each naming the function that decides and says why (docs/policies.md). It
 * judges K and never the text or class of an error. */
#include <stdlib.h>

#include "guard_impl.h"
#include "unstick/auto.h"

/* Everything a rule may look at. */
struct facts {
	const us_ground *ground;
	const us_case *kase;
	const us_evidence *evidence;
};

/* Somebody may still be at it, or we could not see whether: then nothing is done
 * that changes the ledger. */
bool us_guard_is_quiet(const us_ground *g, const us_evidence *e, us_str *why)
{
	if (e->kind == US_CASE_IN_PROGRESS) {
		us_str_add(why, "somebody is still at this migration");
		return false;
	}
	if (!e->activity_visible && !g->have_lock &&
		(!g->dry || g->config->lock_disabled)) {
		us_str_add(why, "other sessions can't be looked into (grant "
				"pg_read_all_stats) and Prisma's lock is not ours");
		return false;
	}
	return true;
}

static bool is_quiet(const struct facts *f, us_str *why)
{
	return us_guard_is_quiet(f->ground, f->evidence, why);
}

static bool is_on_disk(const struct facts *f, us_str *why)
{
	if (f->kase->entry->migration == US_NO_MIGRATION) {
		us_str_add(why, "its folder is not in the migrations directory");
		return false;
	}
	if (!f->evidence->script) {
		us_str_add(why, "its folder has no readable migration.sql");
		return false;
	}
	return true;
}

static bool has_failed_record(const struct facts *f, us_str *why)
{
	if (!f->kase->moved)
		return true;
	us_str_add(why, "its record is applied, not failed");
	return false;
}

static bool has_no_leftovers(const struct facts *f, us_str *why)
{
	const us_strs *left = &f->evidence->leftovers;

	if (left->len == 0)
		return true;
	us_str_addf(why, "something is left over: %s", left->items[0]);
	if (left->len > 1)
		us_str_addf(why, " and %zu more", left->len - 1);
	return false;
}

static bool is_known(const struct facts *f, us_str *why)
{
	const us_evidence *e = f->evidence;

	if (!e->prefixes.known) {
		us_str_add(why, "how far the script got is not known");
		return false;
	}
	if (us_prefixes_count(&e->prefixes) == 0) {
		us_str_add(why,
			"what is in the database matches no prefix of the script");
		return false;
	}
	return true;
}

/* Every k agrees: K is known, and says nothing. (Of an empty script 0 is all.) */
static bool says_nothing(const us_prefixes *k)
{
	return k->n > 0 && us_prefixes_count(k) == k->n + 1;
}

static void add_range(us_str *why, const us_prefixes *k)
{
	size_t min = us_prefixes_min(k), max = us_prefixes_max(k);

	if (says_nothing(k))
		us_str_addf(why,
			k->n == 1 ? "whether its one statement ran isn't "
				    "known"
				  : "how many of its %zu statements ran "
				    "isn't known",
			k->n);
	else if (k->n == 1)
		us_str_addf(why, "its one statement %s",
			min == 1 ? "ran" : "did not run");
	else if (min == max)
		us_str_addf(why, "%zu of %zu statements ran", min, k->n);
	else
		us_str_addf(why, "between %zu and %zu of %zu statements ran", min,
			max, k->n);
}

/* Prisma asks only for finished_at: it refuses `--applied` then (P3008), and its
 * next deploy does not run the script unless every such record is rolled back too.
 */
static bool has_finished_record(const struct facts *f)
{
	const us_entry *e = f->kase->entry;

	for (size_t i = 0; i < e->nrecords; i++)
		if (e->records[i]->finished)
			return true;
	return false;
}

static bool is_recorded_applied(const struct facts *f)
{
	const us_entry *e = f->kase->entry;

	for (size_t i = 0; i < e->nrecords; i++)
		if (us_record_state_of(e->records[i]) == US_RECORD_APPLIED)
			return true;
	return false;
}

/* The next deploy does not run what a record says is applied: closing the failed
 * one is right if that record tells the truth, and hides a lie if it doesn't. */
static bool only_closes(const struct facts *f, us_str *why)
{
	const us_prefixes *k = &f->evidence->prefixes;

	if (f->evidence->edited == US_NO && us_prefixes_only(k, k->n)) {
		us_str_add(why,
			"all of it ran and another record says so: only the "
			"failed record is closed, nothing runs again");
		return true;
	}
	us_str_add(why, "another record says that it is applied, so the next "
			"deploy would not run it; but ");
	if (f->evidence->edited != US_NO)
		us_str_add(why, "that is about a script which may be another one");
	else
		add_range(why, k);
	return false;
}

static bool can_run_again(const struct facts *f, us_str *why)
{
	const us_evidence *e = f->evidence;
	const us_prefixes *k = &e->prefixes;

	if (us_prefixes_only(k, 0)) {
		us_str_add(why,
			"nothing of the script ran, so it can run from the top");
		return true;
	}
	add_range(why, k);
	if (!e->reruns) {
		us_str_add(why, ", and running them again is not known to be safe");
		if (e->rerun_why)
			us_str_addf(why, ": %s", e->rerun_why);
		return false;
	}
	us_str_add(why, us_prefixes_count(k) == 1
				? ", and the whole script can run again over that"
				: "; wherever it stopped, the whole script can run "
				  "again over that");
	return true;
}

/* The next deploy runs the whole script again: it must be known to bear that from
 * every state the database may be in. */
static bool runs_from_the_top(const struct facts *f, us_str *why)
{
	if (!is_quiet(f, why) || !has_failed_record(f, why) ||
		!is_on_disk(f, why) || !has_no_leftovers(f, why) ||
		!is_known(f, why))
		return false;
	if (is_recorded_applied(f))
		return only_closes(f, why);
	if (!can_run_again(f, why))
		return false;
	if (f->evidence->edited == US_YES)
		us_str_add(why, "; it was edited since, and what the old one did "
				"is not known");
	else if (f->evidence->edited == US_UNSURE)
		us_str_add(why, "; whether it is the script that was tried is not "
				"known");
	return true;
}

static bool nothing_is_missing(const struct facts *f, us_str *why)
{
	const us_evidence *e = f->evidence;

	if (!is_quiet(f, why) || !has_failed_record(f, why) ||
		!is_on_disk(f, why) || !has_no_leftovers(f, why))
		return false;
	if (has_finished_record(f)) {
		us_str_add(why, "another record of it is finished already (Prisma: "
				"P3008)");
		return false;
	}
	if (e->edited != US_NO) {
		us_str_add(why,
			e->edited == US_YES
				? "the script was edited since it was tried"
				: "whether the script was edited is not known");
		return false;
	}
	if (!is_known(f, why))
		return false;
	if (us_prefixes_min(&e->prefixes) < e->lasting) {
		add_range(why, &e->prefixes);
		return false;
	}
	if (e->unproved && e->proof != US_PROOF_LEDGER) {
		us_str_addf(
			why, "all of it seems to be there, but %s", e->unproved);
		return false;
	}
	if (e->lasting < e->prefixes.n)
		us_str_addf(why,
			"statements 1 to %zu ran; the rest concerns only the "
			"session",
			e->lasting);
	else if (e->prefixes.n == 1)
		us_str_add(why, "its one statement ran");
	else
		us_str_addf(why, "all %zu statements ran", e->prefixes.n);
	return true;
}

/* The folder this case may be renamed to, or NULL. */
const us_candidate *guard_same_script(const us_evidence *e)
{
	for (size_t i = 0; i < e->ncandidates; i++) {
		const us_candidate *c = &e->candidates[i];

		if (c->same_checksum && c->only_match && c->same_place)
			return c;
	}
	return NULL;
}

static void add_why_not_same(us_str *why, const us_evidence *e)
{
	const us_candidate *best = e->ncandidates > 0 ? &e->candidates[0] : NULL;

	if (!best)
		us_str_add(why, "no folder without a record looks like it");
	else if (!best->same_checksum)
		us_str_addf(why,
			"no folder without a record has its checksum; the "
			"nearest name is %s",
			best->name);
	else if (!best->only_match)
		us_str_add(why,
			"several folders or several records have its checksum");
	else
		us_str_addf(why, "%s sorts to another place in the history",
			best->name);
}

static bool is_the_same_script(const struct facts *f, us_str *why)
{
	const us_candidate *to = guard_same_script(f->evidence);

	if (!is_quiet(f, why))
		return false;
	if (f->evidence->kind != US_CASE_NAME_MISMATCH) {
		us_str_add(why, "its folder is where its name says");
		return false;
	}
	if (!to) {
		add_why_not_same(why, f->evidence);
		return false;
	}
	us_str_addf(why, "%s has its checksum and its place", to->name);
	return true;
}

static bool always(const struct facts *f, us_str *why)
{
	(void)f;
	us_str_add(why, "changes nothing");
	return true;
}

/* An app that starts beside a running migration must have been allowed to. */
static bool may_be_left(const struct facts *f, us_str *why)
{
	if (f->evidence->kind == US_CASE_IN_PROGRESS &&
		f->ground->config->on_unresolved != US_UNRESOLVED_START) {
		us_str_add(why, "somebody is still at this migration (allowed by "
				"`on_unresolved: start`)");
		return false;
	}
	us_str_add(why, "changes nothing");
	return true;
}

static const struct {
	us_action action;
	bool (*permits)(const struct facts *f, us_str *why);
} rules[] = {
	{ US_ACTION_ROLLED_BACK, runs_from_the_top },
	{ US_ACTION_APPLIED, nothing_is_missing },
	{ US_ACTION_RENAME, is_the_same_script },
	{ US_ACTION_WAIT, always },
	{ US_ACTION_SKIP, may_be_left },
	{ US_ACTION_STOP, always },
};
_Static_assert(US_LEN(rules) == US_ACTIONS, "every action has a rule");

us_code us_guard_permits(us_permits *out, const us_ground *g, const us_case *c,
	const us_evidence *e, us_err *err)
{
	const struct facts facts = { g, c, e };
	const us_candidate *to = guard_same_script(e);
	us_code rc = US_OK;

	*out = (us_permits){ 0 };
	for (size_t i = 0; i < US_LEN(rules) && rc == US_OK; i++) {
		us_action a = rules[i].action;
		const char *never;
		us_str why = { 0 };

		out->allowed[a] = rules[i].permits(&facts, &why);
		rc = us_str_take(&why, &out->why[a], NULL, err);
		never = guard_never(g, c, e, a);
		if (rc == US_OK && never)
			rc = us_strdup(&out->never[a], never, err);
	}
	if (rc == US_OK && to)
		rc = us_strdup(&out->rename_to, to->name, err);
	if (rc != US_OK)
		us_permits_fini(out);
	return rc;
}

void us_permits_fini(us_permits *p)
{
	for (size_t i = 0; i < US_ACTIONS; i++) {
		free(p->why[i]);
		free(p->never[i]);
	}
	free(p->rename_to);
	*p = (us_permits){ 0 };
}
