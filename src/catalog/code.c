/* Code is read as words, not parsed: plpgsql has a grammar of its own. Every doubt
 * ends in CODE_ANYTHING. */
#include "code.h"

#include <ctype.h>
#include <string.h>

#include "builtins.h"
#include "unstick/auto.h"

enum { MAX_WORD = 64, MAX_DEPTH = 4 };

typedef struct {
	char word[MAX_WORD]; /* lower case; "'" for a string, the sign itself else
			      */
	bool quoted;         /* "a name" */
	const char *string;  /* a string's text, n bytes */
	size_t n;
} token;

typedef struct {
	const world *w;
	const char *p, *end;
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

/* ---- tokens
 * ----------------------------------------------------------------------- */

static bool has(const reader *r, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

static const char *find(const reader *r, const char *from, const char *what)
{
	const char *at = memmem(from, (size_t)(r->end - from), what, strlen(what));

	return at ? at : r->end;
}

static void skip_blanks(reader *r)
{
	while (r->p < r->end) {
		if (isspace((unsigned char)*r->p))
			r->p++;
		else if (has(r, "--"))
			r->p = find(r, r->p, "\n");
		else if (has(r, "/*")) {
			r->p = find(r, r->p + 2, "*/");
			r->p += r->p < r->end ? 2 : 0;
		} else {
			return;
		}
	}
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		c |= ' '; /* ASCII: the bit that tells the two apart */
	return c;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void read_word(reader *r, token *t)
{
	size_t n = 0;

	for (; r->p < r->end && (is_word(*r->p) || *r->p == '$'); r->p++)
		if (n + 1 < MAX_WORD)
			t->word[n++] = lower(*r->p);
	t->word[n] = '\0';
}

static void read_quoted(reader *r, token *t)
{
	char quote = *r->p++;

	t->string = r->p;
	while (r->p < r->end && *r->p != quote)
		r->p++;
	t->n = (size_t)(r->p - t->string);
	r->p += r->p < r->end;
	t->quoted = quote == '"';
	t->word[0] = quote;
	t->word[1] = '\0';
}

/* $tag$ ... $tag$; false: it is none. */
static bool read_dollars(reader *r, token *t)
{
	const char *close = r->p + 1;
	char tag[MAX_WORD];
	size_t n;

	while (close < r->end && is_word(*close))
		close++;
	n = (size_t)(close - r->p) + 1;
	if (close >= r->end || *close != '$' || n >= MAX_WORD)
		return false;
	memcpy(tag, r->p, n);
	tag[n] = '\0';
	t->string = r->p + n;
	r->p = find(r, t->string, tag);
	t->n = (size_t)(r->p - t->string);
	r->p += r->p < r->end ? n : 0;
	memcpy(t->word, "'", 2);
	return true;
}

static bool next(reader *r, token *t)
{
	*t = (token){ .word = "" };
	skip_blanks(r);
	if (r->p >= r->end)
		return false;
	if (is_word(*r->p)) {
		read_word(r, t);
	} else if (*r->p == '\'' || *r->p == '"') {
		read_quoted(r, t);
	} else if (*r->p != '$' || !read_dollars(r, t)) {
		t->word[0] = *r->p++;
		t->word[1] = '\0';
	}
	return true;
}

/* ---- what they mean
 * ------------------------------------------------------------------ */

static bool is(const token *t, const char *word)
{
	return strcmp(t->word, word) == 0;
}

static bool any_of(const char *const *words, size_t n, const token *t)
{
	for (size_t i = 0; i < n; i++)
		if (is(t, words[i]))
			return true;
	return false;
}

/* Words that a bracket may follow without a function being called. */
static bool takes_bracket(const token *t)
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

	return any_of(words, US_LEN(words), t);
}

/* The word before a name that is a relation's, type's or constraint's. */
static bool names_relation(const token *before)
{
	static const char *const words[] = { "conflict", "constraint", "exists",
		"index", "into", "join", "on", "only", "references", "table",
		"type", "update", "using", "view" };

	return any_of(words, US_LEN(words), before);
}

static code_reach read_code(const world *w, const char *text, size_t len,
	bool *destroys, unsigned depth);

static code_reach reach_of_call(
	const world *w, const char *name, bool *destroys, unsigned depth)
{
	size_t n = strlen(name), count = world_count(w);
	code_reach reach = CODE_ROWS;
	bool found = false;

	if (builtin_named(name) != BUILTIN_NONE)
		return CODE_ROWS;
	for (object_id id = 1; id <= count && reach != CODE_ANYTHING; id++) {
		const object *o = world_object(w, id);
		const us_value *def = &o->facets[FACET_DEFINITION];
		const char *body = def->text ? strstr(def->text, ": ") : NULL;

		if (o->kind != OBJECT_FUNCTION || o->there == THERE_NO ||
			strncmp(o->name, name, n) != 0 || o->name[n] != '(')
			continue;
		found = true;
		reach = CODE_ANYTHING;
		if (def->firmness == US_VALUE_PLAIN && body && depth < MAX_DEPTH)
			reach = read_code(
				w, body + 2, strlen(body + 2), destroys, depth + 1);
	}
	/* a body that has DDL is not the text that is blurred */
	return found && reach == CODE_ROWS ? CODE_ROWS : CODE_ANYTHING;
}

code_reach code_reach_of_call(const world *w, const char *name, bool *destroys)
{
	return reach_of_call(w, name, destroys, 0);
}

/* Text that is run as code; quotes within quotes are not undone. */
static void see_string(reader *r, const token *t)
{
	if (r->depth >= MAX_DEPTH ||
		(t->n < (size_t)(r->end - t->string) && t->string[t->n] == '\'' &&
			t->string[t->n + 1] == '\''))
		widen(r, CODE_ANYTHING);
	else
		widen(r, read_code(
				 r->w, t->string, t->n, r->destroys, r->depth + 1));
}

/* EXECUTE 'one string', and nothing else. Of a trigger it is a function's name. */
static void execute(reader *r)
{
	reader ahead = *r;
	token what, then;

	if (!next(&ahead, &what))
		return;
	if (is(&what, "function") || is(&what, "procedure"))
		return;
	if (what.word[0] != '\'' ||
		(next(&ahead, &then) && !is(&then, ";") && !is(&then, "into"))) {
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

	if (any_of(far, US_LEN(far), t))
		return true;
	return !r->named && any_of(unnamed, US_LEN(unnamed), t);
}

static bool is_ddl(const token *t)
{
	static const char *const words[] = { "create", "alter", "drop", "rename",
		"comment", "reindex", "security" };

	return any_of(words, US_LEN(words), t);
}

static bool bracket_follows(const reader *r)
{
	reader ahead = *r;

	skip_blanks(&ahead);
	return ahead.p < ahead.end && *ahead.p == '(';
}

/* Is what a bracket follows a relation's or a type's name? schema.name has the word
 * that says so two tokens earlier. */
static bool is_relation(const reader *r)
{
	bool dotted = is(&r->before[0], ".");

	return names_relation(&r->before[dotted ? 2 : 0]);
}

static void see_call(reader *r, const token *t)
{
	bool dotted = is(&r->before[0], ".");

	if (!bracket_follows(r) || is_relation(r))
		return;
	if (t->quoted || (dotted && !is(&r->before[1], "pg_catalog")))
		widen(r, CODE_ANYTHING);
	else if (!takes_bracket(t) || dotted)
		widen(r, reach_of_call(r->w, t->word, r->destroys, r->depth));
}

static void see_word(reader *r, const token *t)
{
	reader ahead = *r;
	token after = { .word = "" };

	(void)next(&ahead, &after);
	if (is(t, "delete") || is(t, "truncate"))
		*r->destroys = true;
	else if (is(t, "execute"))
		execute(r);
	else if (is_ddl(t))
		widen(r, CODE_MENTIONS);
	else if (is(t, "search_path") ||
		 (is(t, "do") && !is(&after, "nothing") && !is(&after, "update")))
		widen(r, CODE_ANYTHING);
	if (is(t, "constraint") || (is(t, "unique") && is(&after, "index")))
		r->named = true;
}

static void see(reader *r, const token *t)
{
	if (is(t, ";"))
		r->named = false;
	else if (t->word[0] == '\'' && t->n == strlen("search_path") &&
		 memcmp(t->string, "search_path", t->n) == 0)
		widen(r, CODE_ANYTHING); /* set_config() */
	else if (is_word(t->word[0]))
		see_word(r, t);
	if (is_word(t->word[0]) || t->quoted)
		see_call(r, t);
}

static code_reach read_code(const world *w, const char *text, size_t len,
	bool *destroys, unsigned depth)
{
	reader r = { .w = w, .p = text, .end = text + len, .depth = depth };
	bool far = false;
	token t;

	r.destroys = destroys;
	while (next(&r, &t)) {
		see(&r, &t);
		far = far || (is_word(t.word[0]) && reaches_far(&r, &t));
		r.before[2] = r.before[1];
		r.before[1] = r.before[0];
		r.before[0] = t;
	}
	return far && r.reach == CODE_MENTIONS ? CODE_ANYTHING : r.reach;
}

code_reach code_reach_of(
	const world *w, const char *text, size_t len, bool *destroys)
{
	return read_code(w, text, len, destroys, 0);
}
