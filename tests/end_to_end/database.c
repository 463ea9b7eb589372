/* libpq and SQLite behind a few words, so that a test reads the same on both. */
#include "database.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

struct session {
	PGconn *server;
	sqlite3 *file;
};

/* Real histories are full of them. */
static void ignore(void *arg, const PGresult *notice)
{
	(void)arg, (void)notice;
}

/* As the native engine does for the URL's schema. */
static void set_search_path(PGconn *server, const char *schema)
{
	PGresult *res;
	char *sql;

	assert_true(asprintf(&sql, "SET search_path = \"%s\"", schema) > 0);
	res = PQexec(server, sql);
	assert_int_equal(PQresultStatus(res), PGRES_COMMAND_OK);
	PQclear(res);
	free(sql);
}

session *session_open(const project *p)
{
	session *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	if (project_is(p, "sqlite")) {
		assert_int_equal(sqlite3_open(p->file, &s->file), SQLITE_OK);
		sqlite3_busy_timeout(s->file, 20000);
		return s;
	}
	s->server = PQconnectdb(p->server.url);
	assert_int_equal(PQstatus(s->server), CONNECTION_OK);
	PQsetNoticeReceiver(s->server, ignore, NULL);
	if (p->schema)
		set_search_path(s->server, p->schema);
	return s;
}

void session_close(session *s)
{
	PQfinish(s->server);
	sqlite3_close(s->file);
	free(s);
}

void session_send(session *s, const char *sql)
{
	assert_true(PQsendQuery(s->server, sql));
}

int session_pid(const session *s)
{
	return PQbackendPID(s->server);
}

/* ---- rows ---- */

static json_t *text(const char *value)
{
	json_t *v = value ? json_string(value) : json_null();

	assert_non_null(v);
	return v;
}

static json_t *server_rows(session *s, const char *sql)
{
	PGresult *res = PQexec(s->server, sql);
	ExecStatusType status = PQresultStatus(res);
	json_t *rows = json_array();

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
		status != PGRES_EMPTY_QUERY)
		fail_msg("%.200s: %s", sql, PQerrorMessage(s->server));
	for (int r = 0; r < PQntuples(res); r++) {
		json_t *row = json_array();

		for (int c = 0; c < PQnfields(res); c++)
			json_array_append_new(
				row, text(PQgetisnull(res, r, c)
						     ? NULL
						     : PQgetvalue(res, r, c)));
		json_array_append_new(rows, row);
	}
	PQclear(res);
	return rows;
}

static int add_row(void *rows, int n, char **values, char **names)
{
	json_t *row = json_array();

	(void)names;
	for (int c = 0; c < n; c++)
		json_array_append_new(row, text(values[c]));
	return json_array_append_new(rows, row);
}

static json_t *session_rows(session *s, const char *sql)
{
	json_t *rows;
	char *why = NULL;

	if (s->server)
		return server_rows(s, sql);
	rows = json_array();
	if (sqlite3_exec(s->file, sql, add_row, rows, &why) != SQLITE_OK)
		fail_msg("%.200s: %s", sql, why);
	return rows;
}

void session_exec(session *s, const char *sql)
{
	json_decref(session_rows(s, sql));
}

/* ---- without a session ---- */

json_t *db_rows(const project *p, const char *sql)
{
	session *s = session_open(p);
	json_t *rows = session_rows(s, sql);

	session_close(s);
	return rows;
}

void db_exec(const project *p, const char *sql)
{
	json_decref(db_rows(p, sql));
}

void db_refuses(const project *p, const char *sql)
{
	session *s = session_open(p);
	bool refused;

	if (s->server) {
		PGresult *res = PQexec(s->server, sql);

		refused = PQresultStatus(res) == PGRES_FATAL_ERROR;
		PQclear(res);
	} else {
		refused = sqlite3_exec(s->file, sql, NULL, NULL, NULL) != SQLITE_OK;
	}
	if (!refused)
		fail_msg("was not refused: %.200s", sql);
	session_close(s);
}

char *db_value(const project *p, const char *sql)
{
	json_t *rows = db_rows(p, sql);
	const char *value =
		json_string_value(json_array_get(json_array_get(rows, 0), 0));
	char *copy = value ? strdup(value) : NULL;

	json_decref(rows);
	return copy;
}

json_t *db_ledger(const project *p)
{
	json_t *there = db_rows(p,
		project_is(p, "sqlite")
			? "SELECT 1 FROM sqlite_master WHERE name = "
			  "'_prisma_migrations'"
			: "SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT "
			  "NULL");
	const bool none = json_array_size(there) == 0;

	json_decref(there);
	if (none)
		return json_null();
	return db_rows(p, "SELECT id, checksum, finished_at, migration_name, logs, "
			  "rolled_back_at, started_at, applied_steps_count "
			  "FROM _prisma_migrations ORDER BY started_at, id");
}

void db_until(const project *p, const char *sql)
{
	const time_t until = time(NULL) + 20;
	session *s = session_open(p);
	bool yes = false;

	while (!yes) {
		json_t *rows = session_rows(s, sql);
		const char *cell = json_string_value(
			json_array_get(json_array_get(rows, 0), 0));

		yes = cell && strcmp(cell, "t") == 0;
		json_decref(rows);
		if (!yes && time(NULL) > until)
			fail_msg("never came true: %s", sql);
	}
	session_close(s);
}
