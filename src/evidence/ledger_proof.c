/* What the ledger alone proves. Prisma writes applied_steps_count = 1 only when the
 * whole script has run without an error, and finished_at in a second statement
 * after that (observed, 6.19.3 and 7.10.1): a record that has the one and not the
 * other, and no error in its logs, is a script that completed before its process
 * died.
 *
 * The proof must never be wrong, so it is taken only from the newest attempt of all
 * records of the name. An attempt begun later ran the script, or part of it, a
 * second time: the older record still proves that the script once completed, but no
 * longer that "exactly n statements" is what the database has seen. */
#include <string.h>
#include <strings.h>

#include "evidence_impl.h"

static bool is_newest(const us_entry *entry, const us_record *r)
{
	if (r->started_at == US_NEVER)
		return false;
	for (size_t i = 0; i < entry->nrecords; i++) {
		const us_record *other = entry->records[i];

		if (other != r && (other->started_at == US_NEVER ||
					  other->started_at >= r->started_at))
			return false;
	}
	return true;
}

/* COMMIT AND CHAIN begins another at once; AND NO CHAIN is not worth telling. */
static bool has_chain(const us_script *s, const us_statement *st)
{
	static const char word[] = "chain";
	const char *text = us_script_text(s) + st->offset;

	for (size_t i = 0; i + strlen(word) <= st->len; i++)
		if (strncasecmp(text + i, word, strlen(word)) == 0)
			return true;
	return false;
}

/* Does the script end in a transaction it began itself? Then what Prisma wrote on
 * another connection of a pool may have outlived the script's own work. */
static bool ends_in_transaction(const us_script *s)
{
	bool open = false;

	for (size_t i = 0; i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);
		const char *kind = st->kind;

		if (strcmp(kind, "BEGIN") == 0 ||
			strcmp(kind, "START TRANSACTION") == 0 ||
			strcmp(kind, "SAVEPOINT") == 0)
			open = true;
		else if (strcmp(kind, "COMMIT") == 0 || strcmp(kind, "END") == 0)
			open = has_chain(s, st);
		/* ROLLBACK may be one TO SAVEPOINT, or begin another (AND CHAIN) */
	}
	return open;
}

us_code ledger_proof(us_prefixes *k, char **why, const probe *p, us_err *err)
{
	us_code rc;

	if (!p->failed || p->failed->applied_steps_count != 1 || !p->unlogged)
		return US_OK;
	if (!p->script)
		return us_strdup(why,
			"the script that ran completed "
			"(applied_steps_count is 1 and there are no logs), "
			"but there is no script here to compare it with",
			err);
	if (p->edited != US_NO)
		return us_strdup(why,
			"the script that ran completed "
			"(applied_steps_count is 1 and there are no logs), "
			"but it was another than the one on disk",
			err);
	if (!is_newest(p->c->entry, p->failed))
		return us_strdup(why,
			"a record says that the script completed, but it is "
			"not the only newest attempt",
			err);
	if (ends_in_transaction(p->script))
		return us_strdup(why,
			"the script completed, but leaves a transaction "
			"open: its work may be gone",
			err);
	rc = us_prefixes_set(
		k, us_script_len(p->script), us_script_len(p->script), err);
	if (rc != US_OK)
		return rc;
	return us_strdup(why,
		"applied_steps_count is 1 and there are no logs: the script "
		"completed, and only its end was not recorded",
		err);
}
