/* A small tokenizer for schema.prisma and prisma.config.*: it can't fail on any
 * text, only meet things it has no value for (US_LEX_OTHER). */
#include "lex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"

typedef struct {
	us_lex *out;
	const char *p;
	int line;
	bool javascript;
	us_err *err;
} lexer;

const us_lex_token *us_lex_at(const us_lex *l, size_t i)
{
	return &l->items[i < l->len ? i : l->len - 1];
}

bool us_lex_is_mark(const us_lex *l, size_t i, char mark)
{
	const us_lex_token *t = us_lex_at(l, i);

	return t->kind == US_LEX_MARK && t->text[0] == mark;
}

bool us_lex_is_word(const us_lex *l, size_t i, const char *word)
{
	const us_lex_token *t = us_lex_at(l, i);

	return t->kind == US_LEX_WORD && strcmp(t->text, word) == 0;
}

void us_lex_fini(us_lex *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i].text);
	free(l->items);
	*l = (us_lex){ 0 };
}

static us_code add(lexer *x, us_lex_kind kind, int line, const char *text, size_t n)
{
	us_lex_token *grown;
	us_code rc;

	if ((x->out->len & (x->out->len + 1)) == 0) { /* full at 1, 3, 7, 15 ... */
		grown = reallocarray(
			x->out->items, 2 * (x->out->len + 1), sizeof(*grown));
		if (!grown)
			return us_fail(x->err, US_E_NOMEM, "out of memory");
		x->out->items = grown;
	}
	grown = &x->out->items[x->out->len];
	*grown = (us_lex_token){ .kind = kind, .line = line };
	rc = us_strndup(&grown->text, text, n, x->err);
	if (rc == US_OK)
		x->out->len++;
	return rc;
}

static void skip_space(lexer *x)
{
	for (;;) {
		if (*x->p == '\n')
			x->line++;
		if (*x->p && isspace((unsigned char)*x->p)) {
			x->p++;
		} else if (x->p[0] == '/' && x->p[1] == '/') {
			x->p += strcspn(x->p, "\n");
		} else if (x->p[0] == '/' && x->p[1] == '*') {
			const char *end = strstr(x->p + 2, "*/");

			for (x->p += 2; *x->p && x->p != end; x->p++)
				x->line += *x->p == '\n';
			x->p += end ? 2 : 0;
		} else {
			return;
		}
	}
}

static const char *unescape(const char *p, us_str *s)
{
	static const char *const known[] = { "n\n", "r\r", "t\t" };
	char c = *p;

	for (size_t i = 0; i < US_LEN(known); i++)
		if (known[i][0] == *p)
			c = known[i][1];
	us_str_addc(s, c);
	return p + 1;
}

/* A quoted string; one that isn't closed on its line (a template: at all), or that
 * computes, has no value. */
static us_code read_string(lexer *x)
{
	us_str s = { 0 };
	char quote = *x->p++;
	int line = x->line;
	bool literal = true;
	us_code rc;

	while (*x->p && *x->p != quote && (quote == '`' || *x->p != '\n')) {
		x->line += *x->p == '\n';
		if (quote == '`' && x->p[0] == '$' && x->p[1] == '{')
			literal = false;
		if (x->p[0] != '\\' || !x->p[1]) {
			us_str_addc(&s, *x->p++);
			continue;
		}
		/* \u.... and \x.. are beyond us: better no value than a wrong one.
		 */
		if (x->p[1] == 'u' || x->p[1] == 'x' || x->p[1] == '\n')
			literal = false;
		x->line += x->p[1] == '\n';
		x->p = unescape(x->p + 1, &s);
	}
	if (*x->p == quote)
		x->p++;
	else
		literal = false;
	if (s.failed)
		rc = us_fail(x->err, US_E_NOMEM, "out of memory");
	else if (literal)
		rc = add(x, US_LEX_STRING, line, us_str_text(&s), s.len);
	else
		rc = add(x, US_LEX_OTHER, line, "", 0);
	us_str_fini(&s);
	return rc;
}

/* A '/' divides after a value and opens a regular expression elsewhere. */
static bool regex_here(const lexer *x)
{
	const us_lex_token *last =
		x->out->len ? &x->out->items[x->out->len - 1] : NULL;

	if (!x->javascript || *x->p != '/')
		return false;
	return !last ||
	       (last->kind == US_LEX_MARK && !strchr(")]}", last->text[0])) ||
	       (last->kind == US_LEX_WORD && strcmp(last->text, "return") == 0);
}

static us_code read_regex(lexer *x)
{
	bool in_class = false;

	for (x->p++; *x->p && *x->p != '\n' && (in_class || *x->p != '/'); x->p++) {
		if (*x->p == '\\' && x->p[1])
			x->p++;
		else if (*x->p == '[' || *x->p == ']')
			in_class = *x->p == '[';
	}
	if (*x->p == '/')
		x->p++;
	while (isalpha((unsigned char)*x->p))
		x->p++;
	return add(x, US_LEX_OTHER, x->line, "", 0);
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static us_code read_token(lexer *x)
{
	const char *start = x->p;

	if (*x->p == '"' || (x->javascript && (*x->p == '\'' || *x->p == '`')))
		return read_string(x);
	if (regex_here(x))
		return read_regex(x);
	if (!word_char(*x->p))
		return add(x, US_LEX_MARK, x->line, x->p++, 1);
	while (word_char(*x->p))
		x->p++;
	return add(x, US_LEX_WORD, x->line, start, (size_t)(x->p - start));
}

us_code us_lex_text(us_lex *out, const char *text, bool javascript, us_err *err)
{
	lexer x = { out, text, 1, javascript, err };
	us_code rc = US_OK;

	*out = (us_lex){ 0 };
	if (strncmp(x.p, "\xEF\xBB\xBF", 3) == 0)
		x.p += 3;
	for (skip_space(&x); rc == US_OK && *x.p; skip_space(&x))
		rc = read_token(&x);
	return rc ? rc : add(&x, US_LEX_END, x.line, "", 0);
}
