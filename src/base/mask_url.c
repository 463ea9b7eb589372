/* Passwords in URLs, also where the password was not escaped as it should be: that
 * is when URLs get into error messages. */
#include <ctype.h>
#include <string.h>

#include "mask_parts.h"

/* These are nothing but connection strings; in others an '@' is often part of a
 * path. */
static bool is_database(const char *scheme, size_t n)
{
	static const char *const names[] = { "postgres", "postgresql", "mysql",
		"mariadb", "sqlserver", "mongodb", "mongodb+srv", "cockroachdb",
		"redis", "rediss", "amqp", "amqps", "libsql" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (us_mask_is(scheme, n, names[i]))
			return true;
	return false;
}

static bool scheme_char(char c)
{
	return isalnum((unsigned char)c) || c == '+' || c == '.' || c == '-';
}

/* The end of the visible characters around p, and their last '@' (NULL: none). */
static void look_at_run(us_mask_text *t, const char *p)
{
	if (t->run_end && p <= t->run_end)
		return;
	t->run_at = NULL;
	for (; p < t->end && (unsigned char)*p > ' '; p++)
		if (*p == '@')
			t->run_at = p;
	t->run_end = p;
}

/* Where a URL in running text ends at the latest: a quote, or the next URL. */
static const char *url_end(const char *p, const char *end)
{
	for (; p < end && !strchr("\"'`<>", *p); p++)
		if (p[0] == ':' && p[1] == '/' && p[2] == '/')
			break;
	return p;
}

/* The '?' of "?name=", as opposed to one in a password. */
static const char *query_start(const char *p, const char *end)
{
	for (; p < end; p++) {
		const char *name = p + 1;

		if (*p != '?')
			continue;
		while (name < end &&
			(isalpha((unsigned char)*name) || *name == '_'))
			name++;
		if (name > p + 1 && name < end && *name == '=')
			return p;
	}
	return end;
}

static const char *first_of(const char *p, const char *end, const char *any)
{
	while (p < end && !strchr(any, *p))
		p++;
	return p;
}

static bool all_digits(const char *p, const char *end)
{
	while (p < end && isdigit((unsigned char)*p))
		p++;
	return p == end;
}

/* No '@' where one belongs: what stands where the port would be is a password that
 * was torn apart, unless it is a port. */
static bool torn(
	const us_mask_text *t, const char *colon, const char *end, us_range *r)
{
	r->from = colon + 1;
	r->to = first_of(r->from, end, "/?#");
	if (all_digits(r->from, r->to))
		return false;
	if (t->run_at && t->run_at > r->from)
		r->to = t->run_at;
	return true;
}

bool us_mask_url(us_mask_text *t, const char *p, us_range *r)
{
	const char *begin = p + 3, *scheme = p, *end, *query, *colon, *at;
	bool database;

	if (p[1] != '/' || p[2] != '/')
		return false;
	while (scheme > t->text && p - scheme < 24 && scheme_char(scheme[-1]))
		scheme--;
	if (scheme == p)
		return false;
	database = is_database(scheme, (size_t)(p - scheme));
	look_at_run(t, begin);
	end = url_end(begin, t->run_end);
	query = query_start(begin, end);
	if (*begin == '[') /* [::1]:5432 */
		colon = first_of(first_of(begin, query, "]"), query, ":");
	else
		colon = first_of(begin, query, ":");
	at = memrchr(begin, '@', (size_t)(query - begin));
	if (colon == query || colon > first_of(begin, query, "/?#"))
		return false;
	if (!database && at && all_digits(colon + 1, first_of(colon, query, "/?#")))
		return false; /* https://host:8080/@someone */
	if (at && at < colon)
		return false; /* user@host:5432 */
	if (!at)
		return database && torn(t, colon, query, r);
	*r = (us_range){ colon + 1, at };
	return at > colon + 1;
}
