/* A case's evidence: what is known of it, put together from the ledger, the
 * directory, the logs and the other sessions. Reads only. What it can't know it
 * says so. */
#include "unstick/evidence.h"

#include <string.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

static const char *const kinds[] = {
	[US_CASE_IN_PROGRESS] = "in_progress",
	[US_CASE_NAME_MISMATCH] = "name_mismatch",
	[US_CASE_PARTIAL_APPLY] = "partial_apply",
	[US_CASE_TIMEOUT] = "timeout",
	[US_CASE_FAILURE] = "failure",
};

const char *us_case_kind_name(us_case_kind k)
{
	return kinds[k];
}

static const us_record *newest_failed(const us_entry *entry)
{
	for (size_t i = entry->nrecords; i > 0; i--)
		if (us_record_state_of(entry->records[i - 1]) == US_RECORD_FAILED)
			return entry->records[i - 1];
	return NULL;
}

static bool on_disk(const us_case *c)
{
	return c->entry->migration != US_NO_MIGRATION;
}

/* A script that can't be read is no script: then little can be known. */
us_code script_of_case(us_script **out, const probe *p, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	us_err unreadable = { 0 };
	size_t len;
	us_code rc;

	*out = NULL;
	if (!on_disk(p->c))
		return US_OK;
	rc = us_directory_script(us_history_directory(p->ground->history),
		p->c->entry->migration, &text, &len, &unreadable);
	if (rc == US_E_NOMEM && err)
		*err = unreadable;
	if (rc != US_OK)
		return rc == US_E_NOMEM ? rc : US_OK;
	return us_script_split(out, p->ground->db->ops->provider, text, len, err);
}

/* Is the script on disk the one that the failed record ran? The entry's own answer
 * is about its oldest record, which may be an attempt of another script. */
static us_code compare_script(us_tristate *edited, const probe *p, us_err *err)
{
	us_err unreadable = { 0 };
	bool matches = false;
	us_code rc;

	*edited = p->failed ? US_UNSURE : p->c->entry->edited;
	if (!p->failed || !p->failed->checksum || !on_disk(p->c))
		return US_OK;
	rc = us_directory_matches(us_history_directory(p->ground->history),
		p->c->entry->migration, p->failed->checksum, &matches, &unreadable);
	if (rc == US_E_NOMEM && err)
		*err = unreadable;
	if (rc == US_OK)
		*edited = matches ? US_NO : US_YES;
	return rc == US_E_NOMEM ? rc : US_OK;
}

static us_code load_logs(us_evidence *e, probe *p, us_err *err)
{
	const us_script *ran = p->edited == US_NO ? e->script : NULL;
	us_code rc;

	if (!p->failed)
		return US_OK;
	rc = us_logs_parse(&e->error, p->failed->logs, ran, err);
	if (rc != US_OK)
		return rc;
	p->unlogged = !e->error.present;
	e->error_statement = e->error.statement;
	e->cause = e->error.cause;
	return US_OK;
}

/* Nobody wrote an error down: the client or its connection was gone, unless the
 * script itself can have kept Prisma from it. That can be said only of the script
 * that ran. */
static bool was_cut_off(const us_evidence *e, const probe *p)
{
	return p->failed && p->unlogged && e->script && e->edited == US_NO &&
	       us_script_parsed(e->script) && !us_script_hides_logs(e->script);
}

static us_case_kind kind_of(const us_evidence *e, const probe *p, bool cut_off)
{
	size_t n = e->prefixes.n;

	if (p->failed && e->nrunning > 0)
		return US_CASE_IN_PROGRESS;
	if (p->c->moved || !on_disk(p->c))
		return US_CASE_NAME_MISMATCH;
	if (e->prefixes.known && !e->prefixes.member[0] && !e->prefixes.member[n])
		return US_CASE_PARTIAL_APPLY;
	if (cut_off || us_cause_is_interruption(e->cause))
		return US_CASE_TIMEOUT;
	return US_CASE_FAILURE;
}

/* How often we have already closed this very script's record since it last
 * succeeded. */
static size_t count_attempts(const probe *p)
{
	const us_entry *entry = p->c->entry;
	size_t attempts = 0, len;

	if (!p->failed)
		return 0;
	for (size_t i = entry->nrecords; i > 0; i--) {
		const us_record *r = entry->records[i - 1];

		if (us_record_state_of(r) == US_RECORD_APPLIED)
			break;
		attempts += us_record_state_of(r) == US_RECORD_ROLLED_BACK &&
			    us_logs_audit(r->logs, &len) != NULL && r->checksum &&
			    p->failed->checksum &&
			    strcmp(r->checksum, p->failed->checksum) == 0;
	}
	return attempts;
}

static int64_t age_of(const us_record *r, us_time now)
{
	if (!r || r->started_at == US_NEVER)
		return -1;
	/* started_at is the client's clock: it may be ahead of ours */
	return now > r->started_at ? (now - r->started_at) / 1000000 : 0;
}

static void use_the_wait(void *ctx)
{
	begin_reading(ctx);
}

static us_code load_all(
	us_evidence *e, const us_ground *g, const us_case *c, us_err *err)
{
	probe p = { .ground = g, .c = c, .failed = newest_failed(c->entry) };
	const us_meanwhile begin = { use_the_wait, &p };
	bool cut_off;
	us_code rc = US_OK;

	e->glance = g->glance;
	if (!g->glance)
		rc = script_of_case(&e->script, &p, err);
	if (rc != US_OK)
		return rc;
	rc = compare_script(&e->edited, &p, err);
	if (rc != US_OK)
		return rc;
	p.script = e->script;
	p.edited = e->edited;
	rc = load_logs(e, &p, err);
	e->atomic = atomic_of(e, &p);
	/* in this order: who ends in between has been seen, and is still waited for
	 */
	if (rc == US_OK)
		rc = activity_load(e, &p, &begin, err);
	if (rc == US_OK)
		rc = known_load(e, &p, err);
	us_catalog_free(p.begun);
	if (rc == US_OK && (c->moved || !on_disk(c)))
		rc = us_history_candidates(
			g->history, c, &e->candidates, &e->ncandidates, err);
	if (rc != US_OK)
		return rc;
	cut_off = was_cut_off(e, &p);
	e->attempts = count_attempts(&p);
	e->age_seconds = age_of(p.failed, g->now);
	e->kind = kind_of(e, &p, cut_off);
	if (cut_off && e->kind != US_CASE_IN_PROGRESS)
		e->cause = US_CAUSE_CONNECTION;
	return US_OK;
}

us_code us_evidence_load(
	us_evidence **out, const us_ground *g, const us_case *c, us_err *err)
{
	us_evidence *e = calloc(1, sizeof(*e));
	us_code rc;

	*out = NULL;
	if (!e)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = load_all(e, g, c, err);
	if (rc != US_OK) {
		us_evidence_free(e);
		return rc;
	}
	*out = e;
	return US_OK;
}

void us_evidence_free(us_evidence *e)
{
	if (!e)
		return;
	for (size_t i = 0;
		e->statement_why && e->script && i < us_script_len(e->script); i++)
		free(e->statement_why[i]);
	for (size_t i = 0; i < e->nrunning; i++) {
		free(e->running[i].pid);
		free(e->running[i].application);
		free(e->running[i].state);
		free(e->running[i].query);
		free(e->running[i].why);
	}
	free(e->running);
	free(e->statement_why);
	free(e->statements);
	free(e->prefixes.member);
	us_logged_error_fini(&e->error);
	us_script_free(e->script);
	free(e->candidates);
	us_strs_fini(&e->leftovers);
	free(e->unproved);
	free(e->why);
	free(e->rerun_why);
	free(e);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_prefixes(const us_prefixes *a, const us_prefixes *b)
{
	if (a->known != b->known || a->n != b->n)
		return false;
	return !a->known || memcmp(a->member, b->member, a->n + 1) == 0;
}

bool us_evidence_same(const us_evidence *a, const us_evidence *b)
{
	if (!same_prefixes(&a->prefixes, &b->prefixes) || a->proof != b->proof ||
		a->edited != b->edited || a->kind != b->kind ||
		a->activity_visible != b->activity_visible ||
		a->nrunning != b->nrunning || a->reruns != b->reruns ||
		a->leftovers.len != b->leftovers.len ||
		!same_text(a->unproved, b->unproved))
		return false;
	for (size_t i = 0; i < a->leftovers.len; i++)
		if (!same_text(a->leftovers.items[i], b->leftovers.items[i]))
			return false;
	for (size_t i = 0; i < a->nrunning; i++)
		if (!same_text(a->running[i].pid, b->running[i].pid) ||
			a->running[i].holds_lock != b->running[i].holds_lock)
			return false;
	return true;
}
