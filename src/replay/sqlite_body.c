/* The body of a CREATE TABLE, read for the clauses that SQLite has no pragma for.
 */
#include "sqlite_body.h"

#include <string.h>

#include "unstick/auto.h"

/* Words that begin a constraint of the table, not a column. */
static bool is_table_constraint(lite_token t)
{
	static const char *const words[] = { "constraint", "primary", "unique",
		"check", "foreign" };

	for (size_t i = 0; i < US_LEN(words); i++)
		if (lite_is(t, words[i]))
			return true;
	return false;
}

/* The text in the parentheses that come next, canonical; NULL if none come. */
static const char *in_parens(us_arena *a, lite_tokens *t)
{
	lite_tokens rest = *t;
	const char *start;

	if (!lite_is_sign(lite_next(&rest), '('))
		return NULL;
	start = rest.at;
	lite_skip_parens(&rest);
	*t = rest;
	return lite_canonical(a, start, (size_t)(rest.at - start - 1));
}

/* One column or table constraint, up to its comma; false at the body's end. */
static bool piece(us_arena *a, lite_tokens *t, const lite_body_fns *fns)
{
	lite_token first = lite_next(t), k = first;
	const char *column =
		is_table_constraint(first) ? NULL : lite_name(a, first);

	for (;; k = lite_next(t)) {
		const char *text;

		if (k.kind == LITE_END || lite_is_sign(k, ')'))
			return false;
		if (lite_is_sign(k, ','))
			return true;
		if (lite_is(k, "check")) {
			text = in_parens(a, t);
			if (text)
				fns->check(fns->ctx, column, text);
		} else if (column && lite_is(k, "as")) {
			text = in_parens(a, t);
			if (text)
				fns->generated(fns->ctx, column, text);
		} else if (lite_is_sign(k, '(')) {
			lite_skip_parens(t);
		}
	}
}

void lite_body(us_arena *a, const char *sql, const lite_body_fns *fns)
{
	lite_tokens t = lite_tokens_of(sql, strlen(sql));
	lite_token k;

	do {
		k = lite_next(&t);
		if (k.kind == LITE_END)
			return;
	} while (!lite_is_sign(k, '('));
	while (piece(a, &t, fns)) {
	}
}
