/* PostgreSQL: the driver's table, Prisma's advisory lock and the small questions.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "postgres.h"
#include "unstick/auto.h"

/* Prisma's own key (schema engine, sql-schema-connector: `SELECT
 * pg_advisory_lock(72707369)`; seen in 6.19.3 and 7.10.1). It is per database. */
#define LOCK_KEY "72707369"

static void pg_close(us_db *base)
{
	pg_db *db = (pg_db *)base;

	PQfinish(db->conn); /* the server rolls an open transaction back */
	free(db->host);
	free(db->name);
	free(db->schema);
	free(db->version);
	free(db);
}

/* "15.18 (Debian 15.18-0+deb12u1)" -> "15.18" */
static us_code read_version(pg_db *db, us_err *err)
{
	const char *text = PQparameterStatus(db->conn, "server_version");

	if (!text)
		text = "";
	return us_strndup(&db->version, text, strcspn(text, " "), err);
}

static us_code pg_open(us_db **out, const us_url *url, us_db_mode mode, us_err *err)
{
	pg_db *db = calloc(1, sizeof(*db));
	us_code rc;

	*out = NULL;
	if (!db)
		return us_fail(err, US_E_NOMEM, "out of memory");
	db->base.ops = &us_db_postgres;
	db->mode = mode;
	rc = us_strdup(&db->host, url->host, err);
	if (rc == US_OK)
		rc = us_strdup(&db->name, url->database, err);
	if (rc == US_OK)
		rc = us_strdup(&db->schema, url->schema, err);
	if (rc == US_OK)
		rc = pg_connect(&db->conn, url, err);
	if (rc == US_OK)
		rc = read_version(db, err);
	if (rc == US_OK)
		*out = &US_STEAL(db)->base;
	if (db)
		pg_close(&db->base);
	return rc;
}

static us_db_info pg_info(const us_db *base)
{
	const pg_db *db = (const pg_db *)base;

	return (us_db_info){ .provider = us_db_postgres.provider,
		.host = db->host,
		.name = db->name,
		.schema = db->schema,
		.version = db->version };
}

static us_code pg_quote(
	us_db *base, us_str *out, const char *identifier, us_err *err)
{
	pg_db *db = (pg_db *)base;
	char *quoted = PQescapeIdentifier(db->conn, identifier, strlen(identifier));

	if (!quoted) {
		return us_fail(err, US_E_DB, "the name \"%s\" can't be quoted: %s",
			identifier, "not valid UTF-8, or out of memory");
	}
	us_str_add(out, quoted);
	PQfreemem(quoted);
	return US_OK;
}

static us_code read_answer(const us_row *row, void *ctx, us_err *err)
{
	bool *yes = ctx;

	(void)err;
	*yes = row->ncols == 1 && row->cells[0] && row->cells[0][0] == 't';
	return US_OK;
}

us_code pg_ask(us_db *base, const char *sql, bool *yes, us_err *err)
{
	*yes = false;
	return us_db_query(base, sql, 0, NULL, read_answer, yes, err);
}

static us_code pg_lock(us_db *base, bool *got, us_err *err)
{
	return pg_ask(base, "SELECT pg_try_advisory_lock(" LOCK_KEY ")", got, err);
}

static us_code pg_unlock(us_db *base, us_err *err)
{
	bool had = false;
	us_code rc =
		pg_ask(base, "SELECT pg_advisory_unlock(" LOCK_KEY ")", &had, err);

	if (rc == US_OK && !had) {
		rc = us_fail(err, US_E_LOCK,
			"Prisma's lock was not ours when it was released: a "
			"connection pooler may have moved us to another session");
	}
	return rc;
}

/* A session that has the lock gets it again; a second one doesn't. The
 * transaction's end gives this one back. */
static us_code pg_still_locked(us_db *base, bool *yes, us_err *err)
{
	return pg_ask(
		base, "SELECT pg_try_advisory_xact_lock(" LOCK_KEY ")", yes, err);
}

static us_code pg_limit(
	us_db *base, int64_t lock_ms, int64_t statement_ms, us_err *err)
{
	char lock[32], statement[32];
	const char *const limits[] = { lock, statement };

	snprintf(lock, sizeof(lock), "%" PRId64 "ms", lock_ms);
	snprintf(statement, sizeof(statement), "%" PRId64 "ms", statement_ms);
	return us_db_query(base,
		"SELECT pg_catalog.set_config('lock_timeout', $1, true), "
		"pg_catalog.set_config('statement_timeout', $2, true)",
		US_LEN(limits), limits, NULL, NULL, err);
}

static us_code read_pid(const us_row *row, void *ctx, us_err *err)
{
	long *pid = ctx;

	(void)err;
	*pid = row->cells[0] ? strtol(row->cells[0], NULL, 10) : 0;
	return US_OK;
}

/* A pooler makes up the BackendKeyData it sends to its clients, so libpq's idea of
 * the backend is not the backend's own (PgBouncer, in every pool mode; observed
 * with Debian 12's). Directly connected the two are equal. */
static us_code pg_pooled(us_db *base, bool *yes, us_err *err)
{
	pg_db *db = (pg_db *)base;
	long pid = 0;
	us_code rc = us_db_query(base, "SELECT pg_catalog.pg_backend_pid()", 0,
		NULL, read_pid, &pid, err);

	*yes = rc == US_OK && pid != PQbackendPID(db->conn);
	return rc;
}

/* A connection of its own reads whatever this one has locked. */
static us_code pg_reader(us_db **out, us_db *const *owner, us_err *err)
{
	(void)owner, (void)err;
	*out = NULL;
	return US_OK;
}

static void pg_heed(us_db *base, const us_stop *stop)
{
	((pg_db *)base)->stop = stop;
}

const us_db_ops us_db_postgres = {
	.provider = "postgresql",
	.ddl_in_transaction = true,
	.open = pg_open,
	.reader = pg_reader,
	.close = pg_close,
	.info = pg_info,
	.run = pg_run,
	.ask = pg_answer,
	.script = pg_script,
	.begin_read = PG_BEGIN_READ,
	.begin_write = PG_BEGIN_WRITE,
	.commit = PG_COMMIT,
	.rollback = PG_ROLLBACK,
	.quote = pg_quote,
	.lock = pg_lock,
	.unlock = pg_unlock,
	.still_locked = pg_still_locked,
	.limit = pg_limit,
	.sessions = pg_sessions,
	.pooled = pg_pooled,
	.heed = pg_heed,
	.absence = pg_absence,
	.turn_open = pg_turn_open,
	.turn_take = pg_turn_take,
	.turn_held = pg_turn_held,
	.turn_close = pg_turn_close,
};
