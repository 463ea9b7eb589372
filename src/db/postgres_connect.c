/* Connecting to PostgreSQL: what the URL says is what libpq is told, PG* variables
 * notwithstanding, and a refusal comes back with its SQLSTATE and without secrets.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "postgres.h"
#include "unstick/auto.h"
#include "unstick/when.h"

/* Prisma's default (quaint's url.rs: connect_timeout, 5 s; 0 means none). */
#define CONNECT_TIMEOUT_S 5

typedef struct {
	const char **names, **values;
	size_t len;
} keywords;

static void say(keywords *k, const char *name, const char *value)
{
	if (!value)
		return;
	k->names[k->len] = name;
	k->values[k->len++] = value;
}

/* libpq takes the last of several equal names, so the URL's settings come after our
 * defaults and before what may not be overridden. No `options`: poolers refuse
 * connections that come with some. */
static void say_all(keywords *k, const us_url *url)
{
	say(k, "sslmode", "prefer"); /* Prisma's default, whatever PGSSLMODE says */
	say(k, "fallback_application_name", "unstick");
	say(k, "target_session_attrs", "any");
	/* A dead network must end: the defaults are hours. */
	say(k, "keepalives", "1");
	say(k, "keepalives_idle", "10");
	say(k, "keepalives_interval", "5");
	say(k, "keepalives_count", "3");
	say(k, "tcp_user_timeout", "30000");
	for (size_t i = 0; i < url->settings_len; i++)
		say(k, url->settings[i].name, url->settings[i].value);
	say(k, "host", url->host);
	say(k, "port", url->port);
	say(k, "dbname", url->database);
	say(k, "user", url->user);
	say(k, "password", url->password);
	say(k, "client_encoding", "UTF8");
}

static us_code start(PGconn **out, const us_url *url, us_err *err)
{
	size_t room = url->settings_len + 24;
	keywords k = { calloc(room, sizeof(char *)), calloc(room, sizeof(char *)),
		0 };

	*out = NULL;
	if (k.names && k.values) {
		say_all(&k, url);
		*out = PQconnectStartParams(k.names, k.values, 0);
	}
	free(k.names);
	free(k.values);
	return *out ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}

/* The server's code in a line of libpq's verbose text: "FATAL:  28P01: password
 * ...". The word before it is in the server's language, so only the shape counts.
 * NULL if there is none. */
static const char *find_sqlstate(const char *line, size_t n)
{
	static const char code_chars[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; i + 9 <= n; i++) {
		if (memcmp(line + i, ":  ", 3) == 0 && line[i + 8] == ':' &&
			strspn(line + i + 3, code_chars) == 5)
			return line + i + 3;
	}
	return NULL;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* libpq's text without what only the verbose form has and without DETAIL and HINT;
 * the first code is kept in sqlstate. */
static void add_plain(us_str *out, const char *text, char sqlstate[6])
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *code = find_sqlstate(text, n);

		if (code) {
			if (!sqlstate[0])
				memcpy(sqlstate, code, 5);
			us_str_addn(out, text, (size_t)(code - 1 - text));
			us_str_addn(out, code + 6, n - (size_t)(code + 6 - text));
			us_str_addc(out, '\n');
		} else if (!starts_with(text, "LOCATION:") &&
			   !starts_with(text, "DETAIL:") &&
			   !starts_with(text, "HINT:")) {
			us_str_addn(out, text, n);
			us_str_addc(out, '\n');
		}
		text += n;
		text += *text == '\n';
	}
}

/* libpq doesn't print passwords; this keeps it so. One that equals a name which is
 * public anyway (user and password "postgres") would only make the text unreadable.
 */
static void add_masked(us_str *out, const char *text, const us_url *url)
{
	const char *secret = url->password;
	const char *found;

	if (!secret || !secret[0] ||
		(url->user && strcmp(secret, url->user) == 0) ||
		strcmp(secret, url->host) == 0 ||
		strcmp(secret, url->database) == 0) {
		us_str_add(out, text);
		return;
	}
	while ((found = strstr(text, secret))) {
		us_str_addn(out, text, (size_t)(found - text));
		us_str_add(out, "***");
		text = found + strlen(secret);
	}
	us_str_add(out, text);
}

static us_code refused(PGconn *conn, const us_url *url, us_err *err)
{
	us_str plain = { 0 }, line = { 0 }, masked = { 0 };
	char sqlstate[6] = "";

	add_plain(&plain, PQerrorMessage(conn), sqlstate);
	us_db_fold(&line, us_str_text(&plain));
	add_masked(&masked, us_str_text(&line), url);
	(void)us_fail(err, US_E_CONNECT, "%s", us_str_text(&masked));
	/* libpq gives up by itself where a password is wanted and none was said. */
	if (!sqlstate[0] && PQconnectionNeedsPassword(conn))
		memcpy(sqlstate, "28P01", sizeof(sqlstate));
	if (err)
		memcpy(err->sqlstate, sqlstate, sizeof(sqlstate));
	us_str_fini(&plain);
	us_str_fini(&line);
	us_str_fini(&masked);
	return US_E_CONNECT;
}

/* The URL's connect_timeout: libpq leaves it to whoever polls. It covers all
 * addresses of the host together. */
static int timeout_s(const us_url *url)
{
	long seconds = CONNECT_TIMEOUT_S;

	for (size_t i = 0; i < url->settings_len; i++) {
		if (strcmp(url->settings[i].name, "connect_timeout") == 0)
			seconds = strtol(url->settings[i].value, NULL, 10);
	}
	return seconds < 0 || seconds > 86400 ? 86400 : (int)seconds;
}

static us_code await(PGconn *conn, const us_url *url, us_err *err)
{
	int limit = timeout_s(url);
	int64_t deadline = us_clock_ms() + (int64_t)limit * 1000;
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	if (PQstatus(conn) == CONNECTION_BAD)
		return refused(conn, url, err);
	while (want != PGRES_POLLING_OK) {
		struct pollfd fd = { .fd = PQsocket(conn),
			.events =
				want == PGRES_POLLING_READING ? POLLIN : POLLOUT };
		int64_t left = deadline - us_clock_ms();
		int n = poll(&fd, 1, limit == 0 ? -1 : (int)(left > 0 ? left : 0));

		if (n == 0) {
			return us_fail(err, US_E_CONNECT,
				"no answer from %s:%s in %d s", url->host,
				url->port, limit);
		}
		if (n < 0 && errno == EINTR)
			continue;
		want = PQconnectPoll(conn);
		if (want == PGRES_POLLING_FAILED)
			return refused(conn, url, err);
	}
	return US_OK;
}

static void silence(void *ctx, const char *message)
{
	(void)ctx, (void)message; /* libpq would print notices to stderr */
}

static bool url_says(const us_url *url, const char *name)
{
	for (size_t i = 0; i < url->settings_len; i++) {
		if (strcmp(url->settings[i].name, name) == 0)
			return true;
	}
	return false;
}

/* What libpq would take from the environment and no keyword of ours prevents: an
 * empty keyword counts as none (conninfo_array_parse), and a service's file can
 * name a hostaddr. Prisma reads none of these. */
static us_code refuse_variables(const us_url *url, us_err *err)
{
	const char *options = getenv("PGOPTIONS");

	if (getenv("PGHOSTADDR") || getenv("PGSERVICE")) {
		return us_fail(err, US_E_CONFIG,
			"%s is set: libpq would connect there and not to %s; "
			"unset it",
			getenv("PGSERVICE") ? "PGSERVICE" : "PGHOSTADDR",
			url->host);
	}
	if (options && options[0] && !url_says(url, "options")) {
		return us_fail(err, US_E_CONFIG,
			"PGOPTIONS is set: libpq would change the session with it, "
			"as Prisma does not; unset it");
	}
	return US_OK;
}

us_code pg_connect(PGconn **out, const us_url *url, us_err *err)
{
	PGconn *conn;
	us_code rc;

	*out = NULL;
	rc = refuse_variables(url, err);
	if (rc != US_OK)
		return rc;
	rc = start(&conn, url, err);
	if (rc != US_OK)
		return rc;
	/* Only the verbose text has the code: there is no result to ask yet. */
	PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
	PQsetNoticeProcessor(conn, silence, NULL);
	rc = await(conn, url, err);
	if (rc == US_OK)
		*out = US_STEAL(conn);
	PQfinish(conn); /* NULL-safe */
	return rc;
}
