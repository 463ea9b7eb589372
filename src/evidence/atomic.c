/* Whether a script that failed half way can have left a part of itself behind, and
 * where it can have stopped. A wrong "unsure" costs coverage, anything else that is
 * wrong costs data. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

/* "7.3" or earlier? Only what the configuration states counts. */
static bool is_up_to_7_3(const char *engine)
{
	char *rest, *end = NULL;
	long major, minor;

	if (!engine)
		return false;
	major = strtol(engine, &rest, 10);
	if (rest == engine || major < 1 || major > 7)
		return false;
	if (major < 7)
		return true;
	minor = *rest == '.' ? strtol(rest + 1, &end, 10) : 99;
	return minor >= 0 && minor <= 3 && end > rest + 1;
}

static bool says(const char *sql, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(sql + i, word, n) == 0)
			return true;
	return false;
}

/* One statement that may leave a part of its work behind: these commit on their way
 * (table by table, index by index), or can't be undone, and CONCURRENTLY leaves an
 * invalid index when it fails. Source: PostgreSQL's reference, "cannot be executed
 * inside a transaction block". */
static bool may_half_happen(const us_script *s, const us_statement *one)
{
	static const char *const kinds_of[] = { "VACUUM", "CLUSTER", "REINDEX",
		"ANALYZE", "CALL", "CREATE DATABASE", "DROP DATABASE",
		"ALTER DATABASE", "CREATE TABLESPACE", "DROP TABLESPACE",
		"ALTER SYSTEM", "CREATE SUBSCRIPTION", "ALTER SUBSCRIPTION",
		"DROP SUBSCRIPTION" };

	for (size_t i = 0; i < US_LEN(kinds_of); i++)
		if (strcmp(one->kind, kinds_of[i]) == 0)
			return true;
	return says(us_script_text(s) + one->offset, one->len, "concurrently");
}

/* ---- one query, several transactions ---- */

/* As a word of its own. */
static bool has_word(const us_script *s, const us_statement *st, const char *word)
{
	const char *text = us_script_text(s) + st->offset;
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= st->len; i++)
		if (strncasecmp(text + i, word, n) == 0 &&
			(i == 0 || !isalnum((unsigned char)text[i - 1])) &&
			(i + n == st->len || !isalnum((unsigned char)text[i + n])))
			return true;
	return false;
}

/* What is in a comment may look like one of the statement's own words. */
static bool has_comment(const us_script *s, const us_statement *st)
{
	const char *text = us_script_text(s) + st->offset;

	return memmem(text, st->len, "--", 2) || memmem(text, st->len, "/*", 2);
}

/* COMMIT and ROLLBACK end a transaction, whoever began it: outside a block of the
 * script's own they end the one that PostgreSQL made of the message so far, with a
 * warning (its xact.c, TBLOCK_IMPLICIT_INPROGRESS; the tests try each form). */
static bool ends_transaction(const us_script *s, const us_statement *st)
{
	if (strcmp(st->kind, "COMMIT") == 0 || strcmp(st->kind, "END") == 0)
		return true;
	if (strcmp(st->kind, "ROLLBACK") == 0 || strcmp(st->kind, "ABORT") == 0)
		return !has_word(s, st, "to") || has_comment(s, st);
	return false;
}

static bool begins_block(const us_statement *st)
{
	return strcmp(st->kind, "BEGIN") == 0 ||
	       strcmp(st->kind, "START TRANSACTION") == 0;
}

/* Inside a block of the script's own after this statement? When in doubt, no. */
static bool in_block_after(const us_script *s, const us_statement *st, bool before)
{
	if (begins_block(st))
		return true;
	if (ends_transaction(s, st))
		return has_word(s, st, "chain") && !has_word(s, st, "no") &&
		       !has_comment(s, st);
	return before;
}

/* Nobody commits what is open at the end: neither the end of the message, nor the
 * session when it closes. */
static bool ends_open(const us_script *s)
{
	bool open = false;

	for (size_t i = 0; i < us_script_len(s); i++)
		open = in_block_after(s, us_script_statement(s, i), open);
	return open;
}

/* Of two phases the second is not this session's alone to take. A ROLLBACK without
 * a block takes back what would stay if each statement were sent alone: then k
 * doesn't mean the same. */
static bool is_followed(const us_script *s)
{
	bool open = false;

	for (size_t i = 0; i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);
		bool ends = ends_transaction(s, st);

		if (strcmp(st->kind, "PREPARE TRANSACTION") == 0 ||
			(ends && has_word(s, st, "prepared")))
			return false;
		if (ends && !open && (st->kind[0] == 'R' || st->kind[0] == 'A'))
			return false;
		open = in_block_after(s, st, open);
	}
	return true;
}

/* Whose work it was must be known of every attempt, not of the last alone: another
 * engine may have left a part of the script behind before. */
static bool logged_by_old_engine(const probe *p)
{
	const us_entry *entry = p->c->entry;

	for (size_t i = 0; i < entry->nrecords; i++)
		if (!logs_of_old_engine(entry->records[i]->logs))
			return false;
	return entry->nrecords > 0;
}

bool sent_as_one_query(const us_evidence *e, const probe *p)
{
	const us_script *s = e->script;

	if (strcmp(p->ground->db->ops->provider, "postgresql") != 0 || !s ||
		!us_script_parsed(s) || !is_followed(s))
		return false;
	return is_up_to_7_3(p->ground->config->prisma_engine) ||
	       logged_by_old_engine(p);
}

bool one_query_may_end_at(const us_evidence *e, size_t k)
{
	const us_script *s = e->script;

	if (k == 0)
		return true;
	if (k == us_script_len(s))
		return !ends_open(s);
	return ends_transaction(s, us_script_statement(s, k - 1));
}

static us_tristate shares_one_fate(const us_evidence *e)
{
	for (size_t k = 1; k < us_script_len(e->script); k++)
		if (one_query_may_end_at(e, k))
			return US_NO;
	return US_YES;
}

/* Do all statements share one fate? Up to 7.3 the native engine sent a script as
 * one simple query, which PostgreSQL runs as one transaction but for those that the
 * script ends itself; from 7.4 on, and on SQLite always, every statement commits by
 * itself, unless the script has a transaction of its own. */
us_tristate atomic_of(const us_evidence *e, const probe *p)
{
	bool sqlite = strcmp(p->ground->db->ops->provider, "sqlite") == 0;
	const us_script *s = e->script;

	if (!s || us_script_len(s) == 0 || !us_script_parsed(s))
		return US_UNSURE;
	if (us_script_len(s) > 1 && sent_as_one_query(e, p))
		return shares_one_fate(e);
	if (us_script_has_transaction(s))
		return US_UNSURE;
	if (us_script_len(s) > 1)
		return sqlite ? US_NO : US_UNSURE;
	return may_half_happen(s, us_script_statement(s, 0)) ? US_UNSURE : US_YES;
}
