/* Code is read as words, not parsed: plpgsql has a grammar of its own. Every doubt
 * ends in CODE_SESSION. */
#include "code.h"

#include <string.h>

#include "builtins.h"
#include "unstick/auto.h"

enum { MAX_DEPTH = 4 };

typedef struct {
	const world *w;
	tokens at;
	token before[3]; /* the last three, the newest first */
	code_reach reach;
	bool *destroys;
	bool named; /* CONSTRAINT name has been seen in this statement */
	unsigned depth;
} reader;

static void widen(reader *r, code_reach reach)
{
	if (reach > r->reach)
		r->reach = reach;
}

/* ---- what they mean ---- */

/* Words that a bracket may follow without a function being called. */
bool code_takes_bracket(const token *t)
{
	static const char *const words[] = { "all", "and", "any", "array", "as",
		"between", "bit", "by", "case", "cast", "char", "character",
		"check", "coalesce", "conflict", "decimal", "distinct", "elsif",
		"else", "end", "enum", "except", "exists", "extract", "filter",
		"float", "from", "greatest", "group", "if", "in", "include",
		"intersect", "interval", "into", "is", "key", "lateral", "least",
		"like", "materialized", "nchar", "not", "nullif", "numeric", "on",
		"only", "or", "over", "overlay", "partition", "position",
		"precision", "return", "returning", "row", "select", "set", "some",
		"substring", "then", "time", "timestamp", "timestamptz", "trim",
		"union", "unique", "using", "values", "varbit", "varchar",
		"varying", "when", "where", "while", "with", "within" };

	return token_is_any(t, words, US_LEN(words));
}

/* The word before a name that is a relation's, type's or constraint's. */
static bool names_relation(const token *before)
{
	static const char *const words[] = { "conflict", "constraint", "exists",
		"index", "into", "join", "on", "only", "references", "table",
		"type", "update", "using", "view" };

	return token_is_any(before, words, US_LEN(words));
}

static code_reach read_code(const world *w, const char *text, size_t len,
	bool *destroys, unsigned depth);

static code_reach reach_of_call(
	const world *w, const char *name, bool *destroys, unsigned depth)
{
	size_t n = strlen(name), count = world_count(w);
	code_reach reach = CODE_ROWS, one;
	bool found = false;

	if (builtin_named(name) != BUILTIN_NONE)
		return CODE_ROWS;
	for (object_id id = 1; id <= count; id++) {
		const object *o = world_object(w, id);
		const us_value *def = &o->facets[FACET_DEFINITION];
		const char *body = def->text ? strstr(def->text, ": ") : NULL;

		if (o->kind != OBJECT_FUNCTION || o->there == THERE_NO ||
			strncmp(o->name, name, n) != 0 || o->name[n] != '(')
			continue;
		found = true;
		one = CODE_SESSION;
		if (def->firmness == US_VALUE_PLAIN && body && depth < MAX_DEPTH)
			one = read_code(
				w, body + 2, strlen(body + 2), destroys, depth + 1);
		reach = one > reach ? one : reach;
	}
	if (!found)
		return CODE_SESSION;
	/* a body that has DDL is not the text that is blurred */
	return reach == CODE_MENTIONS ? CODE_ANYTHING : reach;
}

code_reach code_reach_of_call(const world *w, const char *name, bool *destroys)
{
	return reach_of_call(w, name, destroys, 0);
}

/* Text that is run as code; quotes within quotes are not undone. */
static void see_string(reader *r, const token *t)
{
	if (r->depth >= MAX_DEPTH ||
		(t->n < (size_t)(r->at.end - t->string) &&
			t->string[t->n] == '\'' && t->string[t->n + 1] == '\''))
		widen(r, CODE_ANYTHING);
	else
		widen(r, read_code(
				 r->w, t->string, t->n, r->destroys, r->depth + 1));
}

/* EXECUTE 'one string', and nothing else. Of a trigger it is a function's name. */
static void execute(reader *r)
{
	tokens ahead = r->at;
	token what, then;

	if (!tokens_next(&ahead, &what))
		return;
	if (token_is(&what, "function") || token_is(&what, "procedure"))
		return;
	if (what.word[0] != '\'' ||
		(tokens_next(&ahead, &then) && !token_is(&then, ";") &&
			!token_is(&then, "into"))) {
		widen(r, CODE_ANYTHING);
		return;
	}
	see_string(r, &what);
}

/* DDL that makes, moves or drops what it doesn't name. */
static bool reaches_far(const reader *r, const token *t)
{
	static const char *const far[] = { "serial", "bigserial", "smallserial",
		"generated", "owned", "extension", "inherit", "attach", "schema",
		"search_path", "import", "call" };
	static const char *const unnamed[] = { "primary", "foreign", "check",
		"exclude", "references", "unique" };

	if (token_is_any(t, far, US_LEN(far)))
		return true;
	return !r->named && token_is_any(t, unnamed, US_LEN(unnamed));
}

static bool is_ddl(const token *t)
{
	static const char *const words[] = { "create", "alter", "drop", "rename",
		"comment", "reindex", "security" };

	return token_is_any(t, words, US_LEN(words));
}

/* Is what a bracket follows a relation's or a type's name? schema.name has the word
 * that says so two tokens earlier. */
static bool is_relation(const reader *r)
{
	bool dotted = token_is(&r->before[0], ".");

	return names_relation(&r->before[dotted ? 2 : 0]);
}

static void see_call(reader *r, const token *t)
{
	bool dotted = token_is(&r->before[0], ".");

	if (!tokens_bracket_follows(&r->at) || is_relation(r))
		return;
	if (t->quoted || (dotted && !token_is(&r->before[1], "pg_catalog")))
		widen(r, CODE_SESSION);
	else if (!code_takes_bracket(t) || dotted)
		widen(r, reach_of_call(r->w, t->word, r->destroys, r->depth));
}

static void see_word(reader *r, const token *t)
{
	tokens ahead = r->at;
	token after = { .word = "" };

	(void)tokens_next(&ahead, &after);
	if (token_is(t, "delete") || token_is(t, "truncate"))
		*r->destroys = true;
	else if (token_is(t, "execute"))
		execute(r);
	else if (is_ddl(t))
		widen(r, CODE_MENTIONS);
	else if (token_is(t, "search_path") ||
		 (token_is(t, "schema") && token_is(&r->before[0], "set")) ||
		 (token_is(t, "do") && !token_is(&after, "nothing") &&
			 !token_is(&after, "update")))
		widen(r, CODE_SESSION);
	if (token_is(t, "constraint") ||
		(token_is(t, "unique") && token_is(&after, "index")))
		r->named = true;
}

static void see(reader *r, const token *t)
{
	if (token_is(t, ";"))
		r->named = false;
	else if (t->word[0] == '\'' && t->n == strlen("search_path") &&
		 memcmp(t->string, "search_path", t->n) == 0)
		widen(r, CODE_SESSION); /* set_config() */
	else if (token_is_word(t))
		see_word(r, t);
	if (token_is_word(t) || t->quoted)
		see_call(r, t);
}

static code_reach read_code(const world *w, const char *text, size_t len,
	bool *destroys, unsigned depth)
{
	reader r = { .w = w, .at = { text, text + len }, .depth = depth };
	bool far = false;
	token t;

	r.destroys = destroys;
	while (tokens_next(&r.at, &t)) {
		see(&r, &t);
		far = far || (token_is_word(&t) && reaches_far(&r, &t));
		r.before[2] = r.before[1];
		r.before[1] = r.before[0];
		r.before[0] = t;
	}
	if (far && r.reach == CODE_MENTIONS)
		r.reach = CODE_ANYTHING;
	/* it may be in a string that is put together */
	if (r.reach == CODE_ANYTHING && memmem(text, len, "search_path", 11))
		r.reach = CODE_SESSION;
	return r.reach;
}

code_reach code_reach_of(
	const world *w, const char *text, size_t len, bool *destroys)
{
	return read_code(w, text, len, destroys, 0);
}
