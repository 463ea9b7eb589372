/* SQLite ends a statement at a semicolon, and a trigger only at `; END;`. Asking
 * sqlite3_complete() at every semicolon would be quadratic, so it is asked only
 * where a trigger may be complete. */
#include <sqlite3.h>
#include <stdlib.h>

#include "script_impl.h"
#include "unstick/auto.h"
#include "unstick/str.h"

/* Where in a statement we are, as far as triggers go. */
typedef enum { AT_START, AT_EXPLAIN, AT_CREATE, IN_TRIGGER, IN_OTHER } place;

static place follow(place p, const lexer *l, lex_token t)
{
	if (p == IN_TRIGGER || p == IN_OTHER)
		return p;
	if (p == AT_START && lex_is(l, t, "explain"))
		return AT_EXPLAIN;
	if (p == AT_EXPLAIN && (lex_is(l, t, "query") || lex_is(l, t, "plan")))
		return AT_EXPLAIN;
	if (p != AT_CREATE && lex_is(l, t, "create"))
		return AT_CREATE;
	if (p == AT_CREATE && (lex_is(l, t, "temp") || lex_is(l, t, "temporary")))
		return AT_CREATE;
	if (p == AT_CREATE && lex_is(l, t, "trigger"))
		return IN_TRIGGER;
	return IN_OTHER;
}

static us_code is_complete(
	bool *complete, const us_script *s, size_t start, size_t end, us_err *err)
{
	US_AUTO(auto_str) char *piece = NULL;
	us_code rc = us_strndup(&piece, s->text + start, end - start, err);

	*complete = rc == US_OK && sqlite3_complete(piece) == 1;
	return rc;
}

us_code split_sqlite(us_script *s, us_err *err)
{
	lexer l = { s->text, s->len, 0, true };
	size_t start = 0;
	place p = AT_START;
	bool after_semicolon = false, after_end = false; /* inside a trigger */
	us_code rc = US_OK;

	s->parsed = true;
	for (lex_token t = lex_next_solid(&l); t.kind != LEX_END;
		t = lex_next_solid(&l)) {
		bool complete = t.kind == LEX_SEMICOLON && p != IN_TRIGGER;

		if (t.kind == LEX_SEMICOLON && p == IN_TRIGGER && after_end)
			rc = is_complete(&complete, s, start, t.start + 1, err);
		if (rc == US_OK && complete) {
			rc = script_add(s, start, t.start, err);
			start = t.start + 1;
			p = AT_START;
			after_semicolon = after_end = false;
		} else {
			after_end = after_semicolon && lex_is(&l, t, "end");
			after_semicolon = t.kind == LEX_SEMICOLON;
			p = t.kind == LEX_SEMICOLON ? p : follow(p, &l, t);
		}
		if (rc != US_OK)
			return rc;
	}
	return script_add(s, start, s->len, err);
}
