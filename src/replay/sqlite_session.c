/* The session of a script, by its own words. */
#include "sqlite_session.h"

#include <string.h>

#include "sqlite_tokens.h"
#include "unstick/auto.h"

/* SQLite's booleans; anything else that is no number is off. */
static us_pragma value_of(us_arena *a, lite_token t)
{
	static const char *const on[] = { "on", "yes", "true" };
	const char *word = lite_fold(a, lite_name(a, t));

	if (*word >= '1' && *word <= '9')
		return US_PRAGMA_ON;
	for (size_t i = 0; i < US_LEN(on); i++)
		if (strcmp(word, on[i]) == 0)
			return US_PRAGMA_ON;
	return US_PRAGMA_OFF;
}

static void read_pragma(us_sqlite_session *s, us_arena *a, lite_tokens t)
{
	const char *name = lite_next_name(a, &t);
	lite_token sign = lite_next(&t);
	lite_token value = lite_next(&t);

	if (!name || value.kind == LITE_END ||
		!(lite_is_sign(sign, '=') || lite_is_sign(sign, '(')))
		return; /* it only asks */
	name = lite_fold(a, name);
	if (strcmp(name, "defer_foreign_keys") == 0)
		s->defer_foreign_keys = value_of(a, value);
	/* within a transaction it is a no-op (sqlite.org/pragma.html) */
	if (strcmp(name, "foreign_keys") == 0 && !s->in_transaction)
		s->foreign_keys = value_of(a, value);
}

/* The open savepoints' names, the outermost first. */
static void read_transaction(
	us_sqlite_session *s, us_arena *a, lite_tokens t, const char **savepoint)
{
	lite_tokens whole = t;

	if (lite_skip(&t, "begin")) {
		s->in_transaction = true;
	} else if (lite_skip(&t, "savepoint")) {
		if (!s->in_transaction)
			*savepoint = lite_fold(a, lite_name(a, lite_next(&t)));
		s->in_transaction = true;
	} else if (lite_skip(&t, "commit") || lite_skip(&t, "end")) {
		s->in_transaction = false;
	} else if (lite_skip(&t, "release")) {
		/* only the outermost one ends a transaction that it began */
		(void)lite_skip(&t, "savepoint");
		if (*savepoint && strcmp(lite_fold(a, lite_name(a, lite_next(&t))),
					  *savepoint) == 0)
			s->in_transaction = false;
	} else if (lite_skip(&t, "rollback")) {
		(void)lite_skip(&t, "transaction");
		s->in_transaction &= lite_skip(&t, "to");
	}
	if (!s->in_transaction)
		*savepoint = NULL;
	if (lite_skip(&whole, "commit") || lite_skip(&whole, "end") ||
		lite_skip(&whole, "rollback"))
		s->defer_foreign_keys = US_PRAGMA_UNSET;
}

us_code us_sqlite_session_after(
	us_sqlite_session *out, const us_script *s, size_t k, us_err *err)
{
	us_arena a = { 0 };
	const char *savepoint = NULL;
	us_code rc;

	*out = (us_sqlite_session){ 0 };
	for (size_t i = 0; i < k && i < us_script_len(s); i++) {
		lite_tokens t = lite_tokens_of_statement(s, i);

		if (lite_skip(&t, "pragma"))
			read_pragma(out, &a, t);
		else
			read_transaction(out, &a, t, &savepoint);
	}
	rc = us_arena_check(&a, err);
	us_arena_fini(&a);
	return rc;
}
