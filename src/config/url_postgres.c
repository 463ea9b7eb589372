/* PostgreSQL URLs: authority, database and parameters, as Prisma reads them (its
 * parser follows the WHATWG rules; quaint, connector/postgres/url.rs). Parameters
 * that Prisma knows are translated for libpq, checked and dropped, or refused; the
 * rest it ignores, and so do we, except what asks for TLS. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/url.h"
#include "url_parts.h"

/* Prisma gives up on a server after 5 seconds; 0 means never (as with libpq). */
#define CONNECT_TIMEOUT "5"

typedef struct {
	us_url *url;
	us_tls tls;
	us_strs *warnings;
	us_err *err;
} reader;

static us_code replace(char **slot, const char *value, us_err *err)
{
	free(*slot);
	*slot = NULL;
	return us_strdup(slot, value, err);
}

static us_code take_schema(reader *r, const char *name, const char *value)
{
	if (*value == '\0')
		return us_fail(
			r->err, US_E_CONFIG, "the URL's `%s` is empty", name);
	return replace(&r->url->schema, value, r->err);
}

static us_code take_host(reader *r, const char *name, const char *value)
{
	(void)name;
	return *value ? replace(&r->url->host, value, r->err) : US_OK;
}

static us_code take_pgbouncer(reader *r, const char *name, const char *value)
{
	r->url->pgbouncer = strcmp(value, "true") == 0;
	if (!r->url->pgbouncer && strcmp(value, "false") != 0)
		return us_fail(r->err, US_E_CONFIG,
			"the URL's `%s` is neither `true` nor `false`", name);
	return US_OK;
}

static us_code take_connect_timeout(reader *r, const char *name, const char *value)
{
	long long seconds;
	us_code rc = us_url_number(name, value, INT_MAX / 1000, &seconds, r->err);

	return rc ? rc : us_url_set(r->url, name, value, r->err);
}

static us_code pass_on(reader *r, const char *name, const char *value)
{
	return us_url_set(r->url, name, value, r->err);
}

/* Prisma falls back to `prefer`, libpq's default, on a word it doesn't know; libpq
 * would refuse to connect at all. */
static us_code take_channel_binding(reader *r, const char *name, const char *value)
{
	if (strcmp(value, "disable") == 0 || strcmp(value, "prefer") == 0 ||
		strcmp(value, "require") == 0)
		return us_url_set(r->url, name, value, r->err);
	return us_strs_add(r->warnings,
		"the URL's `channel_binding` is none of disable, prefer, require: "
		"taken as `prefer`, as Prisma does",
		r->err);
}

static us_code check_number(reader *r, const char *name, const char *value)
{
	long long ignored;

	return us_url_number(name, value, LLONG_MAX, &ignored, r->err);
}

/* What Prisma knows besides TLS. check_number: about Prisma's own pool and cache,
 * of no meaning here. */
static const struct {
	const char *name;
	us_code (*take)(reader *r, const char *name, const char *value);
} parameters[] = {
	{ "application_name", pass_on },
	{ "channel_binding", take_channel_binding },
	{ "connect_timeout", take_connect_timeout },
	{ "connection_limit", check_number },
	{ "host", take_host },
	{ "max_connection_lifetime", check_number },
	{ "max_idle_connection_lifetime", check_number },
	{ "options", pass_on },
	{ "pgbouncer", take_pgbouncer },
	{ "pool_timeout", check_number },
	{ "schema", take_schema },
	{ "socket_timeout", check_number },
	{ "statement_cache_size", check_number },
};

/* libpq's own about TLS; Prisma ignores them, which would weaken what they ask for.
 */
static bool libpq_tls(const char *name)
{
	static const char *const names[] = { "sslcompression", "sslcrl",
		"sslcrldir", "sslsni", "ssl_min_protocol_version",
		"ssl_max_protocol_version" };

	for (size_t i = 0; i < US_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static us_code take(reader *r, const char *name, const char *value)
{
	for (size_t i = 0; i < US_LEN(parameters); i++)
		if (strcmp(name, parameters[i].name) == 0)
			return parameters[i].take(r, name, value);
	if (us_tls_take(&r->tls, name, value))
		return US_OK;
	if (libpq_tls(name))
		return us_url_set(r->url, name, value, r->err);
	return us_tls_concerns(name) ? us_tls_unknown(name, r->err) : US_OK;
}

static us_code bad_escape(us_err *err)
{
	return us_fail(err, US_E_CONFIG,
		"user, host and port of the URL can't be told apart: if the "
		"password contains `#`, `/`, `?`, `@`, `:` or `%%`, write them as "
		"%%23, %%2F, %%3F, %%40, %%3A, %%25");
}

/* A '@' behind the authority, where none belongs, is the one before the host: an
 * unescaped '/', '?' or '#' in the password ended the authority early. Prisma would
 * look for a host named after a part of the password, and print it. */
static bool password_spilled(const char *rest, size_t authority)
{
	const char *tail = rest + authority;
	size_t path = strcspn(tail, "?#");
	const char *query = tail + path;
	const char *fragment = strchr(query, '#');

	if (memchr(tail, '@', path) || (fragment && strchr(fragment, '@')))
		return true;
	return query[strcspn(query, "=@")] == '@';
}

static us_code parse_user(us_url *u, const char *text, size_t n, us_err *err)
{
	const char *colon = memchr(text, ':', n);
	size_t user = colon ? (size_t)(colon - text) : n;
	us_code rc = US_OK;

	if (user > 0)
		rc = us_url_decode(&u->user, text, user, false, err);
	if (rc == US_OK && colon && user + 1 < n)
		rc = us_url_decode(
			&u->password, colon + 1, n - user - 1, false, err);
	return rc;
}

static us_code parse_port(us_url *u, const char *text, size_t n, us_err *err)
{
	long value = 0;
	us_code rc;

	if (n == 0)
		return us_strdup(&u->port, "5432", err);
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9' || value > 65535)
			return bad_escape(err);
		value = value * 10 + (text[i] - '0');
	}
	if (value < 1 || value > 65535)
		return us_fail(err, US_E_CONFIG,
			"the URL's port is not a number from 1 to 65535");
	rc = us_strf(&u->port, err, "%ld", value);
	return rc;
}

static us_code parse_host(us_url *u, const char *text, size_t n, us_err *err)
{
	const char *end = text + n, *colon;
	us_code rc;

	if (n > 0 && *text == '[') { /* [::1]:5432 */
		const char *close = memchr(text, ']', n);

		if (!close || (close + 1 < end && close[1] != ':'))
			return bad_escape(err);
		rc = us_url_decode(
			&u->host, text + 1, (size_t)(close - text) - 1, false, err);
		colon = close + 1 < end ? close + 1 : NULL;
	} else {
		colon = memchr(text, ':', n);
		rc = us_url_decode(&u->host, text,
			colon ? (size_t)(colon - text) : n, false, err);
	}
	if (rc == US_OK && *u->host == '\0')
		rc = replace(&u->host, "localhost", err);
	if (rc)
		return rc;
	if (!colon)
		return parse_port(u, "", 0, err);
	return parse_port(u, colon + 1, (size_t)(end - colon) - 1, err);
}

/* user:password@host:port: the last '@' counts, as in a browser. */
static us_code parse_authority(us_url *u, const char *text, size_t n, us_err *err)
{
	const char *at = memrchr(text, '@', n);
	us_code rc = US_OK;

	if (at) {
		size_t user = (size_t)(at - text);

		rc = parse_user(u, text, user, err);
		text += user + 1;
		n -= user + 1;
	}
	return rc ? rc : parse_host(u, text, n, err);
}

/* The first segment of the path; Prisma ignores what follows it. */
static us_code parse_database(us_url *u, const char *path, us_err *err)
{
	size_t n;

	if (*path == '/')
		path++;
	n = strcspn(path, "/?#");
	if (n == 0)
		return us_strdup(&u->database, "postgres", err);
	return us_url_decode(&u->database, path, n, false, err);
}

us_code us_url_postgres(us_url *out, const char *rest, const us_url_bases *bases,
	us_strs *warnings, us_err *err)
{
	reader r = { .url = out, .warnings = warnings, .err = err };
	US_AUTO(us_url_query_fini) us_url_query q = { 0 };
	size_t authority = strcspn(rest, "/?#");
	const char *query = rest + authority + strcspn(rest + authority, "?#");
	us_code rc;

	if (password_spilled(rest, authority))
		return bad_escape(err);
	rc = parse_authority(out, rest, authority, err);
	if (rc == US_OK)
		rc = parse_database(out, rest + authority, err);
	if (rc == US_OK)
		rc = us_strdup(&out->schema, "public", err);
	if (rc == US_OK)
		rc = us_url_set(out, "connect_timeout", CONNECT_TIMEOUT, err);
	if (rc == US_OK)
		rc = us_url_set(out, "application_name", "unstick", err);
	if (rc == US_OK && *query == '?')
		rc = us_url_query_parse(&q, query + 1, err);
	for (size_t i = 0; rc == US_OK && i < q.len; i++)
		rc = take(&r, q.items[i].name, q.items[i].value);
	return rc ? rc : us_tls_settle(out, &r.tls, bases, warnings, err);
}
