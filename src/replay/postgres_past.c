/* What was there before the case: the applied records' scripts, in the order they
 * were applied. Only a history that is known for certain is replayed; scripts that
 * may have done something besides are suspects, and what they name proves nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
#include "unstick/auto.h"

void past_fini(past *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->chapters[i].text);
	free(p->chapters);
	free(p->suspects);
	us_arena_fini(&p->arena);
	*p = (past){ 0 };
}

static us_code suspect_text(past *p, const char *text, const char *why, us_err *err)
{
	suspect *grown =
		reallocarray(p->suspects, p->nsuspects + 1, sizeof(*p->suspects));

	if (!grown)
		return us_fail(err, US_E_NOMEM, "out of memory");
	p->suspects = grown;
	grown[p->nsuspects++] = (suspect){ us_arena_str(&p->arena, text), why };
	return us_arena_check(&p->arena, err);
}

static us_code read_script(
	char **text, const us_stuck *c, const us_entry *entry, us_err *err)
{
	size_t len;
	us_code rc = us_directory_script(us_history_directory(c->history),
		entry->migration, text, &len, err);

	if (rc == US_OK && strlen(*text) != len)
		return us_fail(err, US_E_DIRECTORY, "%s: its script holds a NUL",
			entry->name);
	return rc;
}

static us_code suspect_entry(past *p, const us_stuck *c, const us_entry *entry,
	const char *what, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	us_code rc;

	if (entry->migration == US_NO_MIGRATION)
		return us_fail(err, US_E_DIRECTORY,
			"%s, which %s, has no folder: what it did is not known",
			entry->name, what);
	rc = read_script(&text, c, entry, err);
	return rc != US_OK ? rc
			   : suspect_text(p, text,
				     us_arena_strf(&p->arena,
					     "%s, which %s, "
					     "touches it too",
					     entry->name, what),
				     err);
}

static bool has_chapter(const past *p, const char *name)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->chapters[i].name && strcmp(p->chapters[i].name, name) == 0)
			return true;
	return false;
}

static us_code add_chapter(past *p, const us_stuck *c, const us_entry *entry,
	const us_record *r, us_err *err)
{
	chapter *ch = &p->chapters[p->len];
	bool matches = false;
	us_code rc;

	if (entry->migration == US_NO_MIGRATION)
		return us_fail(err, US_E_DIRECTORY,
			"%s is applied but has no folder: what it did is not known",
			entry->name);
	if (has_chapter(p, entry->name))
		return us_fail(err, US_E_DIRECTORY, "%s is applied more than once",
			entry->name);
	rc = us_directory_matches(us_history_directory(c->history),
		entry->migration, r->checksum ? r->checksum : "", &matches, err);
	if (rc == US_OK && !matches)
		return us_fail(err, US_E_DIRECTORY,
			"%s was edited after it was applied: what it did is not "
			"known",
			entry->name);
	if (rc == US_OK)
		rc = read_script(&ch->text, c, entry, err);
	ch->name = entry->name;
	p->len += rc == US_OK;
	return rc;
}

/* A block or a call that may do something else where there are rows. */
static us_code suspect_statements(
	past *p, const examiner *e, const chapter *ch, us_err *err)
{
	const char *why = us_arena_strf(&p->arena,
		"%s has a statement whose effect may depend on rows", ch->name);
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < ch->found.n; i++) {
		const traits *t = &ch->found.statements[i];

		if (t->dependent)
			rc = suspect_text(p, t->text, why, err);
		for (const made_function *f = e->functions;
			t->dependent && f && rc == US_OK; f = f->next)
			if (pgwords_mention(t->text, f->name))
				rc = suspect_text(p, f->text, why, err);
	}
	return rc;
}

static us_code load_record(
	past *p, const us_stuck *c, const us_record *r, bool later, us_err *err)
{
	const us_entry *entry = us_history_find(c->history, r->name);
	us_record_state state = us_record_state_of(r);

	if (!entry || entry == c->entry || strcmp(r->name, c->entry->name) == 0)
		return US_OK;
	if (later)
		return suspect_entry(p, c, entry, "started later", err);
	if (state == US_RECORD_APPLIED)
		return add_chapter(p, c, entry, r, err);
	if (state == US_RECORD_FAILED)
		return suspect_entry(p, c, entry, "failed before", err);
	/* one that was rolled back and succeeded then is a chapter; one whose
	 * folder was taken away is as if by another's hand */
	if (entry->state == US_STATE_APPLIED || entry->migration == US_NO_MIGRATION)
		return US_OK;
	return suspect_entry(p, c, entry, "was rolled back", err);
}

us_code past_load(past *p, const us_stuck *c, examiner *e, us_err *err)
{
	const us_ledger *led = us_history_ledger(c->history);
	size_t n = us_ledger_len(led);
	bool later = false;
	us_code rc = US_OK;

	p->chapters = calloc(n + 1, sizeof(*p->chapters));
	if (!p->chapters)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; rc == US_OK && i < n; i++) {
		const us_record *r = us_ledger_record(led, i);

		if (r == c->failed)
			later = true;
		else
			rc = load_record(p, c, r, later, err);
	}
	for (size_t i = 0; rc == US_OK && i < p->len; i++) {
		chapter *ch = &p->chapters[i];

		rc = examine(e, &ch->found, ch->text, err);
		if (rc == US_OK)
			rc = suspect_statements(p, e, ch, err);
	}
	return rc;
}

us_code past_check(const past *p, bool outside_too, us_err *err)
{
	for (size_t i = 0; i < p->len; i++) {
		const chapter *ch = &p->chapters[i];

		if (!ch->found.parsed || (ch->found.refused && outside_too))
			return us_fail(err, US_E_REFUSED,
				"the history is not replayed: %s: %s", ch->name,
				ch->found.refused);
		if (ch->found.session)
			return us_fail(err, US_E_REFUSED,
				"the history is not replayed: %s changes `%s` for "
				"its session, and for which scripts after it that "
				"held is not known",
				ch->name, ch->found.session);
	}
	return US_OK;
}

/* ---- replaying ---- */

static bool has_transaction(const chapter *ch)
{
	for (size_t i = 0; i < ch->found.n; i++)
		if (ch->found.statements[i].transaction)
			return true;
	return false;
}

/* As Prisma's engines do it since 7.4. On empty tables a statement that only moves
 * rows may fail (a foreign key of rows that aren't there): no object is missing
 * for that. */
static us_code run_by_statement(const chapter *ch, shadow_db *s, us_err *err)
{
	for (size_t i = 0; i < ch->found.n; i++) {
		const traits *t = &ch->found.statements[i];
		us_db_transaction after;
		us_code rc = shadow_run(s, t->text, &after, err);

		if (rc == US_E_DB && t->rows_only && after == US_DB_IDLE)
			continue;
		if (rc != US_OK) {
			us_context(err, "%s: statement %zu", ch->name, i + 1);
			return rc;
		}
	}
	return US_OK;
}

/* One message, as the engines up to 7.3 send it. */
static us_code run_chapter(const chapter *ch, shadow_db *s, us_err *err)
{
	us_db_transaction after;
	us_code rc = shadow_run(s, ch->text, &after, err);

	if (rc == US_OK && after != US_DB_IDLE)
		return us_fail(
			err, US_E_DB, "%s leaves a transaction open", ch->name);
	if (rc == US_E_DB && after == US_DB_IDLE && !has_transaction(ch))
		return run_by_statement(ch, s, err);
	if (rc != US_OK)
		us_context(err, "%s", ch->name);
	return rc;
}

us_code past_replay(const past *p, shadow_db *s, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < p->len; i++)
		rc = run_chapter(&p->chapters[i], s, err);
	if (rc != US_OK)
		us_context(err, "the history can't be replayed");
	return rc;
}
