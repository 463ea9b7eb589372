/* Passwords that stand behind their name: key=value strings, JSON, query
 * parameters, and the literals of CREATE ROLE, CREATE USER MAPPING and MySQL's
 * IDENTIFIED BY. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mask_parts.h"

/* How a name of a secret ends: PGPASSWORD, POSTGRES_PASSWORD, sslpassword ... */
static bool names_secret(const char *p, size_t n)
{
	static const char *const ends[] = { "password", "passwd", "passphrase",
		"api_key", "apikey", "auth_token", "authtoken", "access_token" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t len = strlen(ends[i]);

		if (n >= len && strncasecmp(p + n - len, ends[i], len) == 0)
			return true;
	}
	return n == 3 && strncasecmp(p, "pwd", n) == 0 && strncmp(p, "PWD", n) != 0;
}

static const char *skip_blanks(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

/* Blanks and SQL comments, not many: no password stands further away, and a text
 * full of comments must not be read again for each of its words. */
static const char *skip_sql_space(const char *p)
{
	const char *limit = p + strnlen(p, 1000);

	while (p < limit) {
		const char *end = NULL;

		if (isspace((unsigned char)*p))
			end = p + 1;
		else if (p[0] == '-' && p[1] == '-')
			end = memchr(p, '\n', (size_t)(limit - p));
		else if (p[0] == '/' && p[1] == '*')
			end = memmem(p, (size_t)(limit - p), "*/", 2);
		if (!end)
			return p;
		p = *p == '/' ? end + 2 : end;
	}
	return p;
}

/* Whether p and the character behind it stand for one. A backslash before a quote
 * is an escape in E'' and in MySQL, but the last character of an ordinary
 * PostgreSQL literal: there what follows the quote tells. */
static bool is_pair(const char *p, char quote, bool escapes)
{
	if (*p == quote)
		return p[1] == quote;
	if (*p != '\\' || !p[1])
		return false;
	if (escapes)
		return true;
	return p[1] == quote && p[2] && !strchr(" \t\r\n;,)", p[2]);
}

/* The closing quote of the literal whose opening one is at p; the end of the text
 * if there is none. A literal may go on behind a line break (SQL). */
static const char *close_quote(const char *p, bool escapes)
{
	char quote = *p;

	for (p++; *p; p++) {
		if (is_pair(p, quote, escapes)) {
			p++;
		} else if (*p == quote) {
			const char *next = skip_blanks(p + 1);

			if (*next != quote || !memchr(p, '\n', (size_t)(next - p)))
				return p;
			p = next;
		}
	}
	return p;
}

/* Behind the tag of $$ or $tag$; NULL if there is none at p. */
static const char *dollar_tag(const char *p)
{
	const char *body = p + 1;

	if (*p != '$' || isdigit((unsigned char)*body))
		return NULL;
	while (isalnum((unsigned char)*body) || *body == '_')
		body++;
	return *body == '$' ? body + 1 : NULL;
}

/* $$...$$ and $tag$...$tag$; without the closing tag to the end of the text. */
static bool dollar(const char *p, us_range *r)
{
	const char *body = dollar_tag(p);

	if (!body)
		return false;
	r->from = r->to = body;
	while (*r->to && strncmp(r->to, p, (size_t)(body - p)) != 0)
		r->to++;
	return r->to > r->from;
}

/* A string literal of SQL at p: '...', E'...', U&'...', $$...$$. With `twofold`
 * also "...", and backslashes escape: MySQL, and libpq's connection strings. */
static bool literal(const char *p, bool twofold, us_range *r)
{
	bool escapes = (*p == 'E' || *p == 'e') && p[1] == '\'';

	if (*p == '$')
		return dollar(p, r);
	if (escapes || ((*p == 'N' || *p == 'n') && p[1] == '\''))
		p++;
	else if ((*p == 'U' || *p == 'u') && p[1] == '&' && p[2] == '\'')
		p += 2;
	if (*p != '\'' && !(twofold && *p == '"'))
		return false;
	r->from = p + 1;
	r->to = close_quote(p, escapes || twofold);
	return r->to > r->from;
}

/* Where a bare value ends before `end`: at the next parameter, at a quote or
 * bracket that closes something around it. A password may contain all of these. */
static bool bare_ends(const char *p)
{
	const char *next = p + 1;

	if (*p == '&' || *p == ';' || *p == ',') {
		while (isalnum((unsigned char)*next) || *next == '_')
			next++;
		return next > p + 1 ? *next == '='
				    : !*next || isspace((unsigned char)*next);
	}
	if (*p == '\\')
		return *next == '"' || *next == 'n';
	return strchr("\"'`)]}", *p) && (!*next || isspace((unsigned char)*next) ||
						strchr(",:;)]}.\"'`", *next));
}

/* Placeholders and the like: no secret, and worth reading. */
static bool harmless(const char *p, size_t n)
{
	return us_mask_is(p, n, "null") || us_mask_is(p, n, "default") ||
	       us_mask_is(p, n, "?") ||
	       (n > 1 && *p == '$' && strspn(p + 1, "0123456789") == n - 1);
}

static bool bare(const char *p, us_range *r)
{
	*r = (us_range){ p, p };
	while ((unsigned char)*r->to > ' ' && !bare_ends(r->to))
		r->to++;
	return r->to > p && !harmless(p, (size_t)(r->to - p));
}

/* Inside a string of SQL or JSON the quotes are doubled or escaped: ''secret'',
 * \"x\". */
static bool escaped_quotes(const char *p, us_range *r)
{
	bool doubled = p[0] == '\'' && p[1] == '\'';
	bool slashed = p[0] == '\\' && (p[1] == '"' || p[1] == '\'');

	if ((!doubled && !slashed) ||
		(doubled && (!p[2] || isspace((unsigned char)p[2]))))
		return false;
	r->from = r->to = p + 2;
	while (*r->to && *r->to != '\n' && strncmp(r->to, p, 2) != 0)
		r->to++;
	return r->to > r->from;
}

/* $$...$$ as a value, hidden with its tags: without a closing tag nearby it is just
 * a password with dollars in it. */
static bool dollar_value(const char *p, us_range *r)
{
	const char *body = dollar_tag(p), *close;
	size_t tag;

	if (!body)
		return false;
	tag = (size_t)(body - p);
	close = memmem(body, strnlen(body, 1000), p, tag);
	*r = (us_range){ p, close ? close + tag : p };
	return close;
}

static bool assigned(const char *p, us_range *r)
{
	return escaped_quotes(p, r) || dollar_value(p, r) ||
	       (*p != '$' && literal(p, true, r)) ||
	       (*p != '\'' && *p != '"' && bare(p, r));
}

/* Behind the name: the closing quote of a quoted name. */
static const char *skip_name_quote(
	const us_mask_text *t, const char *name, const char *p)
{
	if (name == t->text || !strchr("\"'`", name[-1]))
		return p;
	if (*p == name[-1])
		return p + 1;
	return p[0] == '\\' && p[1] == name[-1] ? p + 2 : p;
}

/* IDENTIFIED [WITH plugin] BY|AS [PASSWORD] literal */
static bool identified(const char *p, us_range *r)
{
	static const char *const words[] = { "with", "by", "as", "password" };
	bool by = false;

	for (int i = 0; i < 6; i++) {
		size_t n = 0;

		p = skip_sql_space(p);
		if (by && literal(p, true, r))
			return true;
		while (isalnum((unsigned char)p[n]) || p[n] == '_')
			n++;
		by |= us_mask_is(p, n, words[1]) || us_mask_is(p, n, words[2]);
		p += n;
		if (n == 0) { /* WITH 'plugin' */
			us_range plugin;

			if (by || !literal(p, true, &plugin))
				return false;
			p = plugin.to + (*plugin.to != '\0');
		}
	}
	return false;
}

bool us_mask_key(const us_mask_text *t, const char *p, size_t n, us_range *r)
{
	const char *value, *sql;
	bool quoted;

	if (us_mask_is(p, n, "identified"))
		return identified(p + n, r);
	if (!names_secret(p, n))
		return false;
	value = skip_name_quote(t, p, p + n);
	quoted = value > p + n;
	sql = skip_sql_space(value);
	if (!quoted && sql > value && literal(sql, false, r))
		return true;
	if (!quoted && *sql == '(' && literal(skip_sql_space(sql + 1), false, r))
		return true;
	value = skip_blanks(value);
	if (*value == '=' && value[1] != '=' && value[1] != '>') {
		value += 1 + strspn(value + 1, " \t");
		return assigned(value, r);
	}
	if (*value == ':' && value[1] != ':' && value[1] != '/') {
		value = skip_blanks(value + 1);
		return escaped_quotes(value, r) || literal(value, true, r);
	}
	return false;
}
