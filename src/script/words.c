/* What a script does besides its work: transactions, search_path, whatever may keep
 * Prisma from recording its outcome. Here a wrong "yes" only costs coverage, a
 * wrong "no" would make unstick sure of something that isn't so: when in doubt,
 * yes. */
#include <string.h>
#include <strings.h>

#include "script_impl.h"
#include "unstick/auto.h"

static const char *const transaction_words[] = { "BEGIN", "START", "COMMIT", "END",
	"ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE" };

/* Is the text in the statement at all, in whatever case? */
static bool mentions(const us_script *s, const us_statement *st, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= st->len; i++)
		if (strncasecmp(s->text + st->offset + i, text, n) == 0)
			return true;
	return false;
}

static bool begins(const us_statement *st, const char *word)
{
	size_t n = strlen(word);

	return strncmp(st->kind, word, n) == 0 &&
	       (st->kind[n] == '\0' || st->kind[n] == ' ');
}

/* A procedure may commit, and so may a DO block that is sent alone (PostgreSQL 11).
 */
static bool is_transaction(const us_script *s, const us_statement *st)
{
	for (size_t i = 0; i < US_LEN(transaction_words); i++)
		if (begins(st, transaction_words[i]))
			return true;
	if (begins(st, "CALL") || begins(st, "PREPARE TRANSACTION"))
		return true;
	return begins(st, "DO") &&
	       (mentions(s, st, "commit") || mentions(s, st, "rollback") ||
		       mentions(s, st, "call"));
}

static bool is_search_path(const us_script *s, const us_statement *st)
{
	if (begins(st, "SET") || begins(st, "RESET") || begins(st, "DISCARD"))
		return mentions(s, st, "search_path") ||
		       mentions(s, st, "schema") || begins(st, "DISCARD") ||
		       mentions(s, st, "all");
	if (begins(st, "DO"))
		return mentions(s, st, "search_path");
	/* a function's body or SET clause takes effect only when it is called */
	return !begins(st, "CREATE") && !begins(st, "ALTER") &&
	       mentions(s, st, "set_config") && mentions(s, st, "search_path");
}

/* The role may not be allowed to write Prisma's table; in read-only mode nobody is;
 * and the table may be gone. */
static bool is_hiding(const us_script *s, const us_statement *st)
{
	if (mentions(s, st, "_prisma_migrations"))
		return true;
	if (begins(st, "SET") || begins(st, "DO") || mentions(s, st, "set_config"))
		return mentions(s, st, "role") ||
		       mentions(s, st, "authorization") || mentions(s, st, "read");
	return begins(st, "DROP SCHEMA") || begins(st, "ALTER SCHEMA") ||
	       (begins(st, "PRAGMA") && mentions(s, st, "query_only"));
}

/* A script that could not be parsed may be cut wrongly: any word of it counts. */
static bool any_transaction_word(const us_script *s)
{
	lexer l = { s->text, s->len, 0, s->sqlite };

	for (lex_token t = lex_next_solid(&l); t.kind != LEX_END;
		t = lex_next_solid(&l)) {
		for (size_t i = 0; i < US_LEN(transaction_words); i++)
			if (lex_is(&l, t, transaction_words[i]))
				return true;
	}
	return false;
}

void script_flags(us_script *s)
{
	us_statement whole = { .offset = 0, .len = s->len };
	bool hides = false;

	for (size_t i = 0; i < s->n; i++) {
		s->has_transaction |= is_transaction(s, &s->items[i]);
		s->sets_search_path |= is_search_path(s, &s->items[i]);
		hides |= is_hiding(s, &s->items[i]);
	}
	if (!s->parsed) {
		s->has_transaction |= any_transaction_word(s);
		s->sets_search_path |= mentions(s, &whole, "search_path");
		hides |= mentions(s, &whole, "_prisma_migrations") ||
			 mentions(s, &whole, "set ");
	}
	s->hides_logs = hides || s->has_transaction || s->sets_search_path;
}
