/* The tokenizer that both dialects share. It never fails: what is left open at the
 * end of the text runs to the end. */
#include "lex.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool begins_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool in_word(char c)
{
	return begins_word(c) || is_digit(c) || c == '$';
}

static char peek(const lexer *l, size_t ahead)
{
	if (l->at + ahead >= l->len)
		return 0;
	return l->text[l->at + ahead];
}

/* Positions l behind the closing quote; a doubled one doesn't close. */
static void skip_quoted(lexer *l, char close, bool backslashes)
{
	for (l->at++; l->at < l->len; l->at++) {
		char c = l->text[l->at];

		if (c == '\\' && backslashes) {
			l->at++;
		} else if (c == close) {
			if (close == ']' || peek(l, 1) != close) {
				l->at++;
				return;
			}
			l->at++;
		}
	}
	l->at = l->len; /* a backslash may have stepped over the end */
}

/* A line comment ends at a line feed; in PostgreSQL at a carriage return as well
 * (scan.l, `newline`), so that what follows a bare one is SQL. */
static void skip_line(lexer *l)
{
	while (l->at < l->len && l->text[l->at] != '\n' &&
		(l->sqlite || l->text[l->at] != '\r'))
		l->at++;
}

/* Block comments nest in PostgreSQL, as the standard says, but not in SQLite. */
static void skip_block(lexer *l)
{
	size_t depth = 1;

	for (l->at += 2; l->at < l->len && depth > 0;) {
		if (peek(l, 0) == '*' && peek(l, 1) == '/') {
			depth--;
			l->at += 2;
		} else if (!l->sqlite && peek(l, 0) == '/' && peek(l, 1) == '*') {
			depth++;
			l->at += 2;
		} else {
			l->at++;
		}
	}
	if (l->at > l->len)
		l->at = l->len;
}

/* $tag$ ... $tag$. False if this isn't one ($1, a lone dollar). */
static bool skip_dollar_quoted(lexer *l)
{
	size_t n = 1;
	const char *open = l->text + l->at, *end;

	if (begins_word(peek(l, n)))
		while (in_word(peek(l, n)) && peek(l, n) != '$')
			n++;
	if (peek(l, n) != '$')
		return false;
	n++;
	end = memmem(open + n, l->len - l->at - n, open, n);
	l->at = end ? (size_t)(end - l->text) + n : l->len;
	return true;
}

static lex_kind skip_word(lexer *l)
{
	size_t start = l->at;

	while (l->at < l->len && in_word(l->text[l->at]))
		l->at++;
	if (!l->sqlite && l->at == start + 1 && peek(l, 0) == '\'' &&
		(l->text[start] == 'E' || l->text[start] == 'e')) {
		skip_quoted(l, '\'', true);
		return LEX_STRING;
	}
	return LEX_WORD;
}

/* Quotes of either dialect; false if c opens none. */
static bool skip_any_quoted(lexer *l, char c, lex_kind *kind)
{
	*kind = c == '\'' ? LEX_STRING : LEX_QUOTED;
	if (c == '\'' || c == '"' || (l->sqlite && c == '`'))
		skip_quoted(l, c, false);
	else if (l->sqlite && c == '[')
		skip_quoted(l, ']', false);
	else
		return false;
	return true;
}

static lex_kind advance(lexer *l)
{
	char c = l->text[l->at];
	lex_kind quoted;

	if (is_blank(c)) {
		while (l->at < l->len && is_blank(l->text[l->at]))
			l->at++;
		return LEX_BLANK;
	}
	if (c == '-' && peek(l, 1) == '-') {
		skip_line(l);
		return LEX_COMMENT;
	}
	if (c == '/' && peek(l, 1) == '*') {
		skip_block(l);
		return LEX_COMMENT;
	}
	if (skip_any_quoted(l, c, &quoted))
		return quoted;
	if (c == '$' && !l->sqlite && skip_dollar_quoted(l))
		return LEX_STRING;
	if (begins_word(c))
		return skip_word(l);
	l->at++;
	if (is_digit(c)) /* so that 1$2 or 1e is not taken for a word or a quote */
		while (l->at < l->len && in_word(l->text[l->at]))
			l->at++;
	return c == ';' ? LEX_SEMICOLON : LEX_OTHER;
}

lex_token lex_next(lexer *l)
{
	lex_token t = { LEX_END, l->at, 0 };

	if (l->at >= l->len)
		return t;
	if (l->at == 0 && l->len >= 3 && memcmp(l->text, "\xEF\xBB\xBF", 3) == 0) {
		l->at = 3;
		t.kind = LEX_BLANK;
	} else {
		t.kind = advance(l);
	}
	t.len = l->at - t.start;
	return t;
}

lex_token lex_next_solid(lexer *l)
{
	lex_token t;

	do
		t = lex_next(l);
	while (t.kind == LEX_BLANK || t.kind == LEX_COMMENT);
	return t;
}

bool lex_is(const lexer *l, lex_token t, const char *word)
{
	return t.kind == LEX_WORD && strlen(word) == t.len &&
	       strncasecmp(l->text + t.start, word, t.len) == 0;
}
