/* SQLite's tokens: what hides a name or a parenthesis is known, nothing else. */
#include "sqlite_tokens.h"

#include <string.h>
#include <strings.h>

#include "unstick/auto.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

lite_tokens lite_tokens_of(const char *text, size_t len)
{
	return (lite_tokens){ text, text + len };
}

lite_tokens lite_tokens_of_statement(const us_script *s, size_t i)
{
	const us_statement *st = us_script_statement(s, i);

	return lite_tokens_of(us_script_text(s) + st->offset, st->len);
}

static bool starts(const lite_tokens *t, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(t->end - t->at) >= n && memcmp(t->at, text, n) == 0;
}

/* Comments end at their end or at the text's. */
static void skip_blanks(lite_tokens *t)
{
	while (t->at < t->end) {
		if (is_blank(*t->at)) {
			t->at++;
		} else if (starts(t, "--")) {
			while (t->at < t->end && *t->at != '\n')
				t->at++;
		} else if (starts(t, "/*")) {
			t->at += 2;
			while (t->at < t->end && !starts(t, "*/"))
				t->at++;
			t->at += t->at < t->end ? 2 : 0;
		} else {
			return;
		}
	}
}

/* t->at is behind the opening quote; a doubled closing one stands for itself. */
static void skip_quoted(lite_tokens *t, char close)
{
	while (t->at < t->end) {
		if (*t->at++ != close)
			continue;
		if (close == ']' || t->at >= t->end || *t->at != close)
			return;
		t->at++;
	}
}

lite_token lite_next(lite_tokens *t)
{
	lite_token out = { .kind = LITE_END };
	char c;

	skip_blanks(t);
	out.at = t->at;
	if (t->at >= t->end)
		return out;
	c = *t->at++;
	if (is_letter(c) || is_digit(c)) {
		out.kind = is_digit(c) ? LITE_NUMBER : LITE_WORD;
		while (t->at < t->end &&
			(is_letter(*t->at) || is_digit(*t->at) || *t->at == '$'))
			t->at++;
	} else if (c == '"' || c == '`' || c == '[' || c == '\'') {
		out.kind = c == '\'' ? LITE_STRING : LITE_QUOTED;
		skip_quoted(t, (char)(c == '[' ? ']' : c));
	} else {
		out.kind = LITE_SIGN;
	}
	out.len = (size_t)(t->at - out.at);
	return out;
}

bool lite_is(lite_token t, const char *word)
{
	return t.kind == LITE_WORD && strlen(word) == t.len &&
	       strncasecmp(t.at, word, t.len) == 0;
}

bool lite_is_sign(lite_token t, char c)
{
	return t.kind == LITE_SIGN && *t.at == c;
}

bool lite_skip(lite_tokens *t, const char *phrase)
{
	lite_tokens words = lite_tokens_of(phrase, strlen(phrase)), rest = *t;

	for (lite_token w = lite_next(&words); w.kind != LITE_END;
		w = lite_next(&words)) {
		lite_token is = lite_next(&rest);

		if (is.kind != LITE_WORD || is.len != w.len ||
			strncasecmp(is.at, w.at, w.len) != 0)
			return false;
	}
	*t = rest;
	return true;
}

void lite_skip_parens(lite_tokens *t)
{
	size_t depth = 1;

	while (depth > 0) {
		lite_token next = lite_next(t);

		if (next.kind == LITE_END)
			return;
		depth += lite_is_sign(next, '(');
		depth -= lite_is_sign(next, ')');
	}
}

const char *lite_name(us_arena *a, lite_token t)
{
	char close = (char)(t.len && *t.at == '[' ? ']' : *t.at);
	size_t n = 0;
	char *name;

	if (t.kind == LITE_WORD || t.kind == LITE_NUMBER || t.len < 2)
		return us_arena_strn(a, t.at, t.len);
	name = us_arena_alloc(a, t.len);
	if (!name)
		return "";
	for (size_t i = 1; i + 1 < t.len; i++) {
		name[n++] = t.at[i];
		if (t.at[i] == close && close != ']')
			i++; /* the second of a pair */
	}
	return name;
}

static bool is_name(lite_token t)
{
	return t.kind == LITE_WORD || t.kind == LITE_QUOTED ||
	       t.kind == LITE_STRING;
}

const char *lite_next_name(us_arena *a, lite_tokens *t)
{
	lite_token name = lite_next(t);
	lite_tokens rest = *t;

	if (is_name(name) && lite_is_sign(lite_next(&rest), '.')) {
		*t = rest;
		name = lite_next(t);
	}
	return is_name(name) ? lite_name(a, name) : NULL;
}

const char *lite_fold(us_arena *a, const char *name)
{
	size_t n = strlen(name);
	char *out = us_arena_alloc(a, n + 1);

	if (!out)
		return "";
	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	return out;
}

const char *lite_canonical(us_arena *a, const char *text, size_t len)
{
	lite_tokens t = lite_tokens_of(text, len);
	char *out = us_arena_alloc(a, 2 * len + 1);
	size_t n = 0;

	if (!out)
		return "";
	for (lite_token k = lite_next(&t); k.kind != LITE_END; k = lite_next(&t)) {
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, k.at, k.len);
		n += k.len;
	}
	return out;
}

bool lite_names_have(const lite_names *n, const char *folded)
{
	for (size_t i = 0; i < n->len; i++)
		if (strcmp(n->items[i], folded) == 0)
			return true;
	return false;
}

/* Words that are no names unless they are quoted, of those that statements are full
 * of (sqlite.org/lang_keywords.html; IF could be one, and is not). */
static bool is_reserved(lite_token t)
{
	static const char *const words[] = { "add", "alter", "and", "as", "check",
		"create", "default", "delete", "drop", "exists", "from", "if", "in",
		"index", "insert", "into", "is", "not", "null", "on", "or",
		"primary", "references", "select", "set", "table", "to", "unique",
		"update", "values", "where" };

	for (size_t i = 0; i < US_LEN(words); i++)
		if (lite_is(t, words[i]))
			return true;
	return false;
}

bool lite_names_meet(us_arena *a, const lite_names *n, lite_tokens text)
{
	for (lite_token t = lite_next(&text); t.kind != LITE_END;
		t = lite_next(&text))
		if (is_name(t) && !is_reserved(t) &&
			lite_names_have(n, lite_fold(a, lite_name(a, t))))
			return true;
	return false;
}

void lite_names_add(us_arena *a, lite_names *n, const char *name)
{
	const char *folded = lite_fold(a, name);

	if (lite_names_have(n, folded))
		return;
	if (n->len == n->cap) {
		size_t cap = n->cap ? 2 * n->cap : 16;
		const char **items = us_arena_alloc(a, cap * sizeof(*items));

		if (!items)
			return;
		if (n->len)
			memcpy(items, n->items, n->len * sizeof(*items));
		n->items = items;
		n->cap = cap;
	}
	n->items[n->len++] = folded;
}

void lite_names_of(
	us_arena *a, lite_names *n, lite_tokens text, bool beyond_references)
{
	bool referenced = false;

	for (lite_token t = lite_next(&text); t.kind != LITE_END;
		t = lite_next(&text)) {
		if (is_name(t) && !(beyond_references && referenced))
			lite_names_add(a, n, lite_name(a, t));
		referenced = lite_is(t, "references");
	}
}
