/* PostgreSQL's own parser says where statements end. Where it can't read the script
 * (psql's commands, syntax newer than the parser, a slip) our tokenizer cuts at the
 * semicolons outside brackets. libpg_query's scanner would be the obvious second
 * choice, but it drops statements that hold no keyword: it cuts `select 1; selec 2;
 * select 3` into two (observed, 15-4.0.0). */
#include <pg_query.h>
#include <string.h>

#include "script_impl.h"

/* r's offsets count from `from`. Where the parser sees a statement and our
 * tokenizer none, one of them is wrong, and a statement that is left out would be a
 * claim about what can't have happened: it stays, and the cuts are no longer
 * certain. */
static us_code add_all(
	us_script *s, size_t from, const PgQuerySplitResult *r, us_err *err)
{
	us_code rc = US_OK;

	for (int i = 0; rc == US_OK && i < r->n_stmts; i++) {
		size_t start = from + (size_t)r->stmts[i]->stmt_location;
		size_t len = (size_t)r->stmts[i]->stmt_len;

		size_t end = len ? start + len : s->len; /* 0: "to the end" */
		size_t before = s->n;

		rc = script_add(s, start, end, err);
		if (rc == US_OK && s->n == before) {
			s->parsed = false;
			rc = script_push(s, start, end, err);
		}
	}
	return rc;
}

/* What can hold semicolons besides the tokens themselves: parentheses (CREATE RULE)
 * and the body of a function in standard SQL, BEGIN ATOMIC ... END. */
typedef struct {
	size_t parens, blocks;
	bool after_begin;
} nesting;

static void follow(nesting *in, const lexer *l, lex_token t)
{
	if (t.kind == LEX_OTHER && l->text[t.start] == '(')
		in->parens++;
	else if (t.kind == LEX_OTHER && l->text[t.start] == ')' && in->parens > 0)
		in->parens--;
	else if ((in->after_begin && lex_is(l, t, "atomic")) ||
		 (in->blocks > 0 && lex_is(l, t, "case")))
		in->blocks++;
	else if (in->blocks > 0 && lex_is(l, t, "end"))
		in->blocks--;
	in->after_begin = lex_is(l, t, "begin");
}

static us_code split_tokens(us_script *s, us_err *err)
{
	lexer l = { s->text, s->len, 0, false };
	nesting in = { 0 };
	size_t start = 0;

	for (lex_token t = lex_next_solid(&l); t.kind != LEX_END;
		t = lex_next_solid(&l)) {
		if (t.kind == LEX_SEMICOLON && in.parens == 0 && in.blocks == 0) {
			us_code rc = script_add(s, start, t.start, err);

			if (rc != US_OK)
				return rc;
			start = t.start + 1;
			in = (nesting){ 0 };
		} else {
			follow(&in, &l, t);
		}
	}
	return script_add(s, start, s->len, err);
}

us_code split_postgres(us_script *s, us_err *err)
{
	bool bom = s->len >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0;
	size_t from = bom ? 3 : 0;
	PgQuerySplitResult r;
	us_code rc;

	/* libpg_query takes C strings, and so does the server: it can't get further
	 * than a NUL. Lengths come back as int. */
	if (memchr(s->text, '\0', s->len) || s->len > INT32_MAX)
		return script_add(s, 0, s->len, err);

	/* The server stumbles over a byte order mark; Prisma's driver adapters trim
	 * it (observed: adapter-pg 6.19.3, 7.10.1). Either way it hides no
	 * statement.
	 */
	r = pg_query_split_with_parser(s->text + from);
	s->parsed = !bom && !r.error && !us_script_may_be_deep(s->text, s->len);
	rc = r.error ? split_tokens(s, err) : add_all(s, from, &r, err);
	pg_query_free_split_result(r);
	return rc;
}
