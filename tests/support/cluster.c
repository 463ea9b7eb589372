#include "cluster.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "server.h"

/* One server per program; only the process that started it may stop it (a test may
 * fork). */
static server own = { .supervisor = -1, .leash = -1 };
static pid_t owner;
static char *own_url;

static void stop_own(void)
{
	if (owner != getpid())
		return;
	server_stop(&own);
	free(own_url);
	own_url = NULL;
}

void skip_program(const char *why)
{
	printf("%s: skipped\n", why);
	fflush(NULL);
	_exit(77); /* us_test()'s SKIP_RETURN_CODE */
}

static const char *server_of_this_run(void)
{
	const char *shared = getenv("US_TEST_PG");
	char *binaries;
	bool started;

	if (shared && shared[0])
		return shared;
	if (own_url)
		return own_url;
	binaries = server_binaries();
	if (!binaries)
		skip_program("no PostgreSQL installed here");
	started = server_start(&own, binaries);
	free(binaries);
	assert_true(started);
	owner = getpid();
	own_url = server_url(&own, "postgres");
	atexit(stop_own);
	return own_url;
}

static PGresult *run(const char *url, const char *sql)
{
	PGconn *conn = PQconnectdb(url);
	PGresult *res;
	ExecStatusType status;

	PQsetErrorVerbosity(conn, PQERRORS_TERSE);
	res = PQexec(conn, sql); /* without a connection: fails, and says why */
	status = PQresultStatus(res);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
		status != PGRES_EMPTY_QUERY) {
		print_error("%s: %s", sql, PQerrorMessage(conn));
		PQclear(res);
		res = NULL;
	}
	PQfinish(conn);
	assert_non_null(res);
	return res;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void split(cluster_db *db, const char *base)
{
	PQconninfoOption *options = PQconninfoParse(base, NULL);

	assert_non_null(options);
	db->parts = (us_url){ .provider = strdup("postgresql"),
		.database = strdup(db->name),
		.schema = strdup("public") };
	for (PQconninfoOption *o = options; o && o->keyword; o++) {
		if (strcmp(o->keyword, "host") == 0)
			db->parts.host = copy(o->val);
		else if (strcmp(o->keyword, "port") == 0)
			db->parts.port = strdup(o->val ? o->val : "5432");
		else if (strcmp(o->keyword, "user") == 0)
			db->parts.user = copy(o->val);
		else if (strcmp(o->keyword, "password") == 0)
			db->parts.password = copy(o->val);
	}
	PQconninfoFree(options);
	assert_non_null(db->parts.host);
	db->socket = copy(db->parts.host);
	assert_true(asprintf(&db->url, "postgresql://%s@localhost:%s/%s?host=%s",
			    db->parts.user, db->parts.port, db->name,
			    db->parts.host) > 0);
}

void cluster_db_open(cluster_db *db)
{
	static unsigned number;
	const char *base = server_of_this_run();
	char *sql;

	*db = (cluster_db){ 0 };
	assert_true(
		asprintf(&db->name, "unstick_%d_%u", (int)getpid(), number++) > 0);
	/* template0: nobody can be connected to it, so tests may do this at once.
	 */
	assert_true(asprintf(&sql, "CREATE DATABASE %s TEMPLATE template0",
			    db->name) > 0);
	PQclear(run(base, sql));
	free(sql);
	split(db, base);
}

void cluster_db_close(cluster_db *db)
{
	char *sql;

	if (!db->name)
		return;
	assert_true(asprintf(&sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)",
			    db->name) > 0);
	PQclear(run(server_of_this_run(), sql));
	free(sql);
	free(db->url);
	free(db->name);
	free(db->socket);
	free(db->parts.provider);
	free(db->parts.database);
	free(db->parts.schema);
	free(db->parts.host);
	free(db->parts.port);
	free(db->parts.user);
	free(db->parts.password);
	*db = (cluster_db){ 0 };
}

void cluster_exec(const cluster_db *db, const char *sql)
{
	PQclear(run(db->url, sql));
}

void cluster_terminate(const cluster_db *db, const char *which)
{
	static const char loop[] =
		"DO $$ DECLARE p int; tries int := 0; BEGIN "
		"FOR p IN SELECT pid FROM pg_stat_activity WHERE datname = "
		"current_database() AND pid <> pg_backend_pid() AND (%s) LOOP "
		"PERFORM pg_terminate_backend(p); "
		"WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid = p) LOOP "
		"tries := tries + 1; "
		"IF tries > 2000 THEN RAISE 'session %% does not end', p; END IF; "
		"PERFORM pg_sleep(0.005), pg_stat_clear_snapshot(); "
		"END LOOP; END LOOP; END $$";
	char *sql;

	assert_true(asprintf(&sql, loop, which) > 0);
	cluster_exec(db, sql);
	free(sql);
}

char *cluster_value(const cluster_db *db, const char *sql)
{
	PGresult *res = run(db->url, sql);
	char *value = NULL;

	if (PQntuples(res) > 0 && !PQgetisnull(res, 0, 0))
		value = strdup(PQgetvalue(res, 0, 0));
	PQclear(res);
	return value;
}

int cluster_db_setup(void **state)
{
	cluster_db *db = calloc(1, sizeof(*db));

	assert_non_null(db);
	cluster_db_open(db);
	*state = db;
	return 0;
}

int cluster_db_teardown(void **state)
{
	cluster_db_close(*state);
	free(*state);
	return 0;
}
