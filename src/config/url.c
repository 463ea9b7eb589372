/* Database URLs as Prisma takes them, split into what a driver needs. This file
 * knows schemes, escapes and SQLite; PostgreSQL's parameters and TLS have their
 * own. No message repeats any part of a URL that could be a secret. */
#include "unstick/url.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/utf8.h"
#include "url_parts.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

us_code us_url_decode(
	char **out, const char *text, size_t n, bool plus, us_err *err)
{
	us_str s = { 0 };

	*out = NULL;
	for (size_t i = 0; i < n; i++) {
		int hi = text[i] == '%' && i + 2 < n ? hex_digit(text[i + 1]) : -1;
		int lo = hi >= 0 ? hex_digit(text[i + 2]) : -1;

		if (lo >= 0) {
			us_str_addc(&s, (char)(hi * 16 + lo));
			i += 2;
		} else {
			us_str_addn(&s, plus && text[i] == '+' ? " " : text + i, 1);
		}
	}
	if (!s.failed && memchr(us_str_text(&s), '\0', s.len)) {
		us_str_fini(&s);
		return us_fail(err, US_E_CONFIG, "the URL contains a NUL (`%%00`)");
	}
	if (!s.failed && !us_utf8_valid(us_str_text(&s), s.len)) {
		us_str_clear(&s);
		us_str_addn(&s, text, n);
	}
	return us_str_take(&s, out, NULL, err);
}

us_code us_url_query_parse(us_url_query *out, const char *text, us_err *err)
{
	us_code rc = US_OK;

	*out = (us_url_query){ 0 };
	while (rc == US_OK && *text && *text != '#') {
		size_t len = strcspn(text, "&#");
		size_t key = strcspn(text, "=&#");
		us_url_setting *grown;

		if (len > 0) {
			grown = reallocarray(
				out->items, out->len + 1, sizeof(*grown));
			if (!grown)
				return us_fail(err, US_E_NOMEM, "out of memory");
			out->items = grown;
			grown += out->len++;
			*grown = (us_url_setting){ 0 };
			rc = us_url_decode(&grown->name, text, key, true, err);
			if (rc == US_OK)
				rc = us_url_decode(&grown->value,
					text + key + (key < len),
					len - key - (key < len), true, err);
		}
		text += len + (text[len] == '&');
	}
	return rc;
}

static void settings_fini(us_url_setting *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(items[i].name);
		free(items[i].value);
	}
	free(items);
}

void us_url_query_fini(us_url_query *q)
{
	settings_fini(q->items, q->len);
	*q = (us_url_query){ 0 };
}

us_code us_url_set(us_url *u, const char *name, const char *value, us_err *err)
{
	us_url_setting *grown, *s;
	US_AUTO(auto_str) char *copy = NULL;
	us_code rc = us_strdup(&copy, value, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < u->settings_len; i++) {
		s = &u->settings[i];
		if (strcmp(s->name, name) == 0) {
			free(s->value);
			s->value = US_STEAL(copy);
			return US_OK;
		}
	}
	grown = reallocarray(u->settings, u->settings_len + 1, sizeof(*grown));
	if (!grown)
		return us_fail(err, US_E_NOMEM, "out of memory");
	u->settings = grown;
	s = &grown[u->settings_len];
	*s = (us_url_setting){ 0 };
	rc = us_strdup(&s->name, name, err);
	if (rc)
		return rc;
	s->value = US_STEAL(copy);
	u->settings_len++;
	return US_OK;
}

us_code us_url_number(const char *name, const char *value, long long max,
	long long *out, us_err *err)
{
	char *end;

	errno = 0;
	*out = strtoll(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || *out > max)
		return us_fail(err, US_E_CONFIG,
			"the URL's `%s` is not a whole number from 0 to %lld", name,
			max);
	return US_OK;
}

/* Prisma ignores all of these on SQLite but insists on numbers. */
static us_code check_sqlite_query(const char *query, us_err *err)
{
	static const char *const numbers[] = { "connection_limit", "socket_timeout",
		"max_connection_lifetime", "max_idle_connection_lifetime" };
	US_AUTO(us_url_query_fini) us_url_query q = { 0 };
	us_code rc = us_url_query_parse(&q, query, err);

	for (size_t i = 0; rc == US_OK && i < q.len; i++)
		for (size_t k = 0; rc == US_OK && k < US_LEN(numbers); k++) {
			long long ignored;

			if (strcmp(q.items[i].name, numbers[k]) == 0)
				rc = us_url_number(numbers[k], q.items[i].value,
					INT64_MAX, &ignored, err);
		}
	return rc;
}

/* No percent-decoding: Prisma takes the path as it stands (quaint,
 * connector/sqlite). */
static us_code parse_sqlite(us_url *out, const char *rest,
	const us_url_bases *bases, us_strs *warnings, us_err *err)
{
	size_t len = strcspn(rest, "?");
	US_AUTO(auto_str) char *path = NULL;
	us_code rc;

	(void)warnings;
	if (len == 0)
		return us_fail(err, US_E_CONFIG,
			"the URL names no file: it should look like "
			"`file:./dev.db`");
	if (len == 8 && strncmp(rest, ":memory:", len) == 0)
		return us_fail(err, US_E_CONFIG,
			"the URL names a database in memory: it has no history to "
			"look at");
	rc = us_strndup(&path, rest, len, err);
	if (rc == US_OK && rest[len])
		rc = check_sqlite_query(rest + len + 1, err);
	if (rc == US_OK)
		rc = us_path_join(&out->path,
			bases && bases->sqlite_base ? bases->sqlite_base : ".",
			path, err);
	return rc;
}

typedef us_code parse_fn(us_url *out, const char *rest, const us_url_bases *bases,
	us_strs *warnings, us_err *err);

/* Schemes, and whom they belong to where we can't help. */
static const struct {
	const char *scheme;
	parse_fn *parse;      /* NULL: not supported */
	const char *provider; /* Prisma's word; where there is none, a name */
} schemes[] = {
	{ "postgresql://", us_url_postgres, "postgresql" },
	{ "postgres://", us_url_postgres, "postgresql" },
	{ "file:", parse_sqlite, "sqlite" },
	{ "sqlite:", parse_sqlite, "sqlite" },
	{ "mysql://", NULL, "mysql" },
	{ "sqlserver://", NULL, "sqlserver" },
	{ "jdbc:sqlserver://", NULL, "sqlserver" },
	{ "mongodb://", NULL, "mongodb" },
	{ "mongodb+srv://", NULL, "mongodb" },
	{ "prisma+postgres://", NULL, "Prisma Postgres (HTTP)" },
	{ "prisma://", NULL, "Prisma Accelerate" },
	{ "libsql://", NULL, "libsql" },
	{ "cockroachdb://", NULL, "cockroachdb" },
};

static us_code unknown_scheme(const char *text, us_err *err)
{
	if (*text == '\0')
		return us_fail(err, US_E_CONFIG, "the URL is empty");
	if (*text == '"' || *text == '\'')
		return us_fail(err, US_E_CONFIG,
			"the URL begins with a quote: `docker --env-file` and some "
			"panels keep quotes as part of the value, remove them "
			"there");
	return us_fail(err, US_E_CONFIG,
		"not a database URL: it should begin with `postgresql://`, "
		"`postgres://` or `file:`");
}

static us_code parse(us_url *out, const char *text, const us_url_bases *bases,
	us_strs *warnings, us_err *err)
{
	for (size_t i = 0; i < US_LEN(schemes); i++) {
		size_t n = strlen(schemes[i].scheme);
		us_code rc;

		if (strncasecmp(text, schemes[i].scheme, n) != 0)
			continue;
		if (!schemes[i].parse)
			return us_fail(err, US_E_CONFIG,
				"this is a URL for %s: unstick supports PostgreSQL "
				"and SQLite",
				schemes[i].provider);
		rc = us_strdup(&out->provider, schemes[i].provider, err);
		return rc ? rc
			  : schemes[i].parse(out, text + n, bases, warnings, err);
	}
	return unknown_scheme(text, err);
}

us_code us_url_parse(us_url *out, const char *text, const us_url_bases *bases,
	us_strs *warnings, us_err *err)
{
	US_AUTO(auto_str) char *trimmed = NULL;
	size_t n;
	us_code rc;

	*out = (us_url){ 0 };
	/* As the WHATWG rules have it: blanks and newlines around a URL don't
	 * count. */
	text += strspn(text, " \t\r\n\v\f");
	for (n = strlen(text); n > 0 && strchr(" \t\r\n\v\f", text[n - 1]); n--)
		;
	rc = us_strndup(&trimmed, text, n, err);
	if (rc == US_OK)
		rc = parse(out, trimmed, bases, warnings, err);
	if (rc)
		us_url_fini(out);
	return rc;
}

void us_url_fini(us_url *u)
{
	free(u->provider);
	free(u->host);
	free(u->port);
	free(u->database);
	free(u->schema);
	free(u->user);
	free(u->password);
	settings_fini(u->settings, u->settings_len);
	free(u->path);
	*u = (us_url){ 0 };
}
