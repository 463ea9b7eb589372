/* SQL cut into words, strings and signs, as PostgreSQL's scanner would, but for the
 * escapes of E'' strings. */
#include "tokens.h"

#include <ctype.h>
#include <string.h>

static bool has(const tokens *r, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

static const char *find(const tokens *r, const char *from, const char *what)
{
	const char *at = memmem(from, (size_t)(r->end - from), what, strlen(what));

	return at ? at : r->end;
}

/* PostgreSQL's nest. */
static void skip_comment(tokens *r)
{
	size_t depth = 0;

	do {
		bool opens = has(r, "/*"), closes = has(r, "*/");

		depth += opens;
		depth -= closes;
		r->p += opens || closes ? 2 : 1;
	} while (depth > 0 && r->p < r->end);
}

static void skip_blanks(tokens *r)
{
	while (r->p < r->end) {
		if (isspace((unsigned char)*r->p))
			r->p++;
		else if (has(r, "--"))
			r->p = find(r, r->p, "\n");
		else if (has(r, "/*"))
			skip_comment(r);
		else
			return;
	}
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		c |= ' '; /* ASCII: the bit that tells the two apart */
	return c;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void read_word(tokens *r, token *t)
{
	size_t n = 0;

	for (; r->p < r->end && (in_word(*r->p) || *r->p == '$'); r->p++)
		if (n + 1 < TOKEN_MAX)
			t->word[n++] = lower(*r->p);
	t->word[n] = '\0';
}

static void read_quoted(tokens *r, token *t)
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
static bool read_dollars(tokens *r, token *t)
{
	const char *close = r->p + 1;
	char tag[TOKEN_MAX];
	size_t n;

	while (close < r->end && in_word(*close))
		close++;
	n = (size_t)(close - r->p) + 1;
	if (close >= r->end || *close != '$' || n >= TOKEN_MAX)
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

bool tokens_next(tokens *r, token *t)
{
	*t = (token){ .word = "" };
	skip_blanks(r);
	if (r->p >= r->end)
		return false;
	if (in_word(*r->p)) {
		read_word(r, t);
	} else if (*r->p == '\'' || *r->p == '"') {
		read_quoted(r, t);
	} else if (*r->p != '$' || !read_dollars(r, t)) {
		t->word[0] = *r->p++;
		t->word[1] = '\0';
	}
	return true;
}

bool token_is_any(const token *t, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (token_is(t, words[i]))
			return true;
	return false;
}

bool token_is_word(const token *t)
{
	return in_word(t->word[0]);
}

bool tokens_bracket_follows(const tokens *r)
{
	tokens ahead = *r;

	skip_blanks(&ahead);
	return ahead.p < ahead.end && *ahead.p == '(';
}
