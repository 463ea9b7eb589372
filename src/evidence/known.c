/* K of a case: what the ledger proves, what a provider reads in the database, and
 * what else is known of how the script was sent. Each only narrows; where two of
 * them can't both be true, nothing fits, and that is said. */
#include <string.h>
#include <strings.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

/* Of a script that was emptied after it ran, the empty one says nothing. */
static us_code load_empty(us_evidence *e, us_err *err)
{
	const char *why =
		"the script holds no statement: nothing can have happened";
	us_code rc = US_OK;

	if (e->edited == US_YES)
		why = "the script holds no statement, but it is another than the "
		      "one that ran";
	else if (e->edited == US_UNSURE)
		why = "the script holds no statement, but whether it is the one "
		      "that ran is not known";
	else if (!us_script_parsed(e->script))
		why = "no statement is found in the script, but it can't be parsed";
	else
		rc = us_prefixes_set(&e->prefixes, 0, 0, err);
	return rc == US_OK ? us_strdup(&e->why, why, err) : rc;
}

/* what, and if there is more to say, so does `more`; either may be e's own. */
static us_code say(us_evidence *e, const char *what, const char *link,
	const char *more, us_err *err)
{
	char *said = NULL;
	us_code rc = us_strf(
		&said, err, "%s%s%s", what, more ? link : "", more ? more : "");

	if (rc != US_OK)
		return rc;
	free(e->why);
	e->why = said;
	return US_OK;
}

/* ---- what a provider says ---------------------------------------------------- */

/* While somebody is at it, what is there changes under our eyes, and most of it
 * could only be waited for. A look that fails is "unknown". */
static us_code look_at_database(us_reading *r, us_proof *proof,
	const us_evidence *e, const probe *p, us_err *err)
{
	us_err seen = { 0 };
	us_code rc;

	if (p->failed && e->nrunning > 0)
		return us_strdup(&r->why,
			"not looked at while somebody may still be at it", err);
	rc = read_database(r, proof, p, &seen);
	if (rc == US_OK)
		return US_OK;
	us_reading_fini(r);
	*r = (us_reading){ 0 };
	if (rc == US_E_NOMEM || rc == US_E_CONNECT) {
		if (err)
			*err = seen;
		return rc;
	}
	return us_strf(
		&r->why, err, "the database can't be looked at: %s", seen.msg);
}

/* Takes over what the reading owns. */
static void take(us_evidence *e, us_reading *r)
{
	free(e->prefixes.member);
	e->prefixes = r->prefixes;
	e->statements = r->statements;
	e->statement_why = r->statement_why;
	e->leftovers = r->leftovers;
	e->unproved = r->unproved;
	free(e->why);
	e->why = r->why;
	r->prefixes = (us_prefixes){ 0 };
	r->statements = NULL;
	r->statement_why = NULL;
	r->leftovers = (us_strs){ 0 };
	r->unproved = NULL;
	r->why = NULL;
}

/* ---- narrowing ---- */

/* Keeps the k that `keeps` wants, if any is left; says in words what narrowed. */
typedef bool keeps_fn(const us_evidence *e, size_t k);

static us_code narrow(
	us_evidence *e, keeps_fn *keeps, const char *because, us_err *err)
{
	us_prefixes *k = &e->prefixes;
	size_t before = us_prefixes_count(k), after = 0;

	for (size_t i = 0; i <= k->n && before > 1; i++)
		after += k->member[i] && keeps(e, i);
	if (before <= 1 || after == 0 || after == before)
		return US_OK;
	for (size_t i = 0; i <= k->n; i++)
		k->member[i] = k->member[i] && keeps(e, i);
	return say(e, e->why, "; ", because, err);
}

static bool is_before_error(const us_evidence *e, size_t k)
{
	return k < e->error_statement;
}

/* How it was sent is known of the script that ran, not of another one. */
static us_code narrow_all(us_evidence *e, const probe *p, us_err *err)
{
	us_code rc = US_OK;

	if (e->edited == US_NO && sent_as_one_query(e, p))
		rc = narrow(e, one_query_may_end_at,
			e->atomic == US_YES
				? "the script was sent as one query, so all of it "
				  "ran or nothing did"
				: "the script was sent as one query, so it can "
				  "have stopped only where it ends a transaction",
			err);
	if (rc == US_OK && e->error_statement > 0 && e->edited == US_NO)
		rc = narrow(e, is_before_error,
			"the error came from a statement before the rest", err);
	return rc;
}

/* The ledger says that all of it ran. What is in the database may say that it is
 * not so any more: then neither is a proof. */
static us_code join_ledger(
	us_evidence *e, us_prefixes *ledger, char *why, us_proof proof, us_err *err)
{
	us_prefixes *k = &e->prefixes;

	if (!ledger->known) {
		e->proof = k->known ? proof : US_PROOF_NONE;
		if (!e->why && why)
			return say(e, why, "", NULL, err);
		return US_OK;
	}
	if (!k->known || k->member[k->n]) {
		free(k->member);
		*k = *ledger;
		*ledger = (us_prefixes){ 0 };
		e->proof = US_PROOF_LEDGER;
		return say(e, why, "", NULL, err);
	}
	e->proof = proof;
	memset(k->member, 0, (k->n + 1) * sizeof(*k->member));
	return say(e, why, ", but the database says otherwise: ", e->why, err);
}

/* ---- statements ---- */

/* A statement is there if every k of K has it, absent if none has: what narrowing
 * found out is brought home to them. */
static us_code settle_statement(us_evidence *e, size_t i, us_err *err)
{
	us_stmt_state state = US_STMT_UNKNOWN;

	if (us_prefixes_min(&e->prefixes) > i)
		state = US_STMT_PRESENT;
	else if (us_prefixes_max(&e->prefixes) <= i)
		state = US_STMT_ABSENT;
	if (state == US_STMT_UNKNOWN || state == e->statements[i])
		return US_OK;
	e->statements[i] = state;
	free(e->statement_why[i]);
	e->statement_why[i] = NULL;
	return us_strdup(&e->statement_why[i],
		state == US_STMT_PRESENT ? "all that is known says that it ran"
					 : "all that is known says that it did not",
		err);
}

static us_code settle_statements(us_evidence *e, us_err *err)
{
	size_t n = e->script ? us_script_len(e->script) : 0;
	us_code rc = US_OK;

	if (!e->statements)
		e->statements = calloc(n + 1, sizeof(*e->statements));
	if (!e->statement_why)
		e->statement_why = calloc(n + 1, sizeof(*e->statement_why));
	if (!e->statements || !e->statement_why)
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (us_prefixes_count(&e->prefixes) == 0)
		return US_OK;
	for (size_t i = 0; i < n && rc == US_OK; i++)
		rc = settle_statement(e, i, err);
	return rc;
}

/* ---- what lasts ---- */

static bool begins_with(const char *sql, size_t len, const char *words)
{
	size_t n = strlen(words);

	return len >= n && strncasecmp(sql, words, n) == 0 &&
	       (len == n || strchr(" \t\r\n=(;", sql[n]));
}

/* Settings of a session, which end with it. Prisma closes each rebuild of a SQLite
 * table with two of them. */
static bool is_of_session(const us_script *s, size_t i)
{
	static const char *const kinds[] = { "set", "reset", "show",
		"pragma foreign_keys", "pragma defer_foreign_keys",
		"pragma foreign_key_check" };
	const us_statement *st = us_script_statement(s, i);

	for (size_t k = 0; k < US_LEN(kinds); k++)
		if (begins_with(us_script_text(s) + st->offset, st->len, kinds[k]))
			return true;
	return false;
}

static size_t last_lasting(const us_script *s)
{
	size_t i = us_script_len(s);

	while (i > 0 && is_of_session(s, i - 1))
		i--;
	return i;
}

/* ---- running again ---- */

static us_code settle_rerun(us_evidence *e, const us_reading *r, us_err *err)
{
	const us_prefixes *k = &e->prefixes;
	const char *why = "how far it got is not known";

	if (us_prefixes_only(k, 0) || (us_prefixes_count(k) > 0 && r->rerun))
		why = NULL;
	for (size_t i = 0; !why && i <= k->n && r->rerun; i++)
		if (k->member[i] && !r->rerun[i])
			why = r->rerun_why[i] ? r->rerun_why[i]
					      : "running it again was not tried";
	if (!why && e->leftovers.len > 0)
		why = "what it left behind is in the way";
	e->reruns = !why;
	return why ? us_strdup(&e->rerun_why, why, err) : US_OK;
}

/* Why nobody knows K. */
static const char *why_unknown(const us_evidence *e, const probe *p)
{
	if (e->glance)
		return "not looked at: `unstick audit` does";
	if (p->c->entry->migration == US_NO_MIGRATION)
		return "there is no folder of this name, so no script to compare "
		       "the database with";
	if (!e->script)
		return "its migration.sql can't be read";
	return "nothing that could be looked at tells";
}

static us_code load_from_database(us_evidence *e, const probe *p, us_err *err)
{
	us_reading r = { 0 };
	us_prefixes ledger = { 0 };
	US_AUTO(auto_str) char *why = NULL;
	us_proof proof = US_PROOF_NONE;
	us_code rc = ledger_proof(&ledger, &why, p, err);

	if (rc == US_OK)
		rc = look_at_database(&r, &proof, e, p, err);
	if (rc == US_OK) {
		take(e, &r);
		rc = join_ledger(e, &ledger, why, proof, err);
	}
	if (rc == US_OK)
		rc = narrow_all(e, p, err);
	if (rc == US_OK)
		rc = settle_rerun(e, &r, err);
	free(ledger.member);
	us_reading_fini(&r);
	return rc;
}

us_code known_load(us_evidence *e, const probe *p, us_err *err)
{
	const us_reading nothing = { 0 };
	us_code rc = US_OK;

	if (e->script)
		e->prefixes.n = us_script_len(e->script);
	if (e->script)
		e->lasting = last_lasting(e->script);
	if (e->script && e->prefixes.n == 0)
		rc = load_empty(e, err);
	else if (e->script && !e->glance)
		rc = load_from_database(e, p, err);
	if (rc == US_OK && !e->why)
		rc = say(e, why_unknown(e, p), "", NULL, err);
	if (rc == US_OK && !e->rerun_why && !e->reruns)
		rc = settle_rerun(e, &nothing, err);
	return rc == US_OK ? settle_statements(e, err) : rc;
}
