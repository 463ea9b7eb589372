/* One statement that somebody else wrote. Its rows are taken from the wire one by
 * one, so that an answer without end costs neither memory nor time: whoever has
 * enough hangs up, and the server stops at the next row it can't send. */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "postgres.h"
#include "unstick/auto.h"
#include "unstick/when.h"

/* The server ends a statement by itself; this is for one that doesn't answer. */
#define GRACE_MS 1000
#define SLICE_MS 100 /* between two looks at whether to stop */
/* Of a row on the wire, besides its values: a length for each column. */
#define OVERHEAD_MAX (64UL * 1024)

typedef struct {
	pg_db *db;
	const us_db_terms *terms;
	int64_t deadline_ms;
	size_t taken; /* since the last row */
	bool stopped; /* nobody wants the answer any more */
	us_err *err;
} asking;

/* So that a text means what libpg_query's parser took it for, and values look the
 * same on every server. */
static us_code settings(char **out, const us_db_terms *terms, us_err *err)
{
	return us_strf(out, err,
		"SELECT pg_catalog.set_config('statement_timeout', '%" PRId64
		"ms', true), "
		"pg_catalog.set_config('standard_conforming_strings', 'on', true), "
		"pg_catalog.set_config('bytea_output', 'hex', true), "
		"pg_catalog.set_config('datestyle', 'ISO, YMD', true), "
		"pg_catalog.set_config('intervalstyle', 'postgres', true), "
		"pg_catalog.set_config('timezone', 'UTC', true), "
		"pg_catalog.set_config('extra_float_digits', '1', true)",
		terms->ms < INT32_MAX ? terms->ms : INT32_MAX);
}

/* The server, told at every look (see pg_await()), soon says that it is cancelled;
 * without that it would run on for all of its time, with nobody there. */
static void stop(asking *a)
{
	int64_t soon = us_clock_ms() + GRACE_MS;

	if (!a->stopped && a->deadline_ms > soon)
		a->deadline_ms = soon;
	a->stopped = true;
	pg_cancel(a->db->conn);
}

/* One look at what has arrived. */
static us_code look(asking *a)
{
	PGconn *conn = a->db->conn;
	struct pollfd fd = { .fd = PQsocket(conn), .events = POLLIN };
	int arrived;

	if (us_stop_asked(a->db->stop))
		stop(a);
	if (us_clock_ms() > a->deadline_ms)
		return us_fail(a->err, US_E_CONNECT,
			"no answer within %" PRId64 " ms", a->terms->ms);
	(void)poll(&fd, 1, SLICE_MS);
	if (ioctl(fd.fd, FIONREAD, &arrived) == 0 && arrived > 0)
		a->taken += (size_t)arrived;
	if (a->taken > a->terms->bytes + OVERHEAD_MAX)
		return us_fail(a->err, US_E_LIMIT, "more than %zu bytes in a row",
			a->terms->bytes);
	return PQconsumeInput(conn) ? US_OK : pg_lost(a->db, a->err);
}

/* Waits until there is a result to take. */
static us_code await(asking *a)
{
	us_code rc = US_OK;

	while (rc == US_OK && PQisBusy(a->db->conn))
		rc = look(a);
	return rc;
}

/* All results of one statement. */
static us_code take_item(asking *a, const pg_item *item)
{
	us_code rc = US_OK;

	if (item->asked && item->asked->fn && !PQsetSingleRowMode(a->db->conn))
		return us_fail(a->err, US_E_DB, "rows can't be had one by one");
	while (rc == US_OK && (rc = await(a)) == US_OK) {
		PGresult *res = PQgetResult(a->db->conn);

		if (!res)
			break;
		a->taken = 0;
		if (pg_is_copy(res))
			pg_hang_up(a->db);
		rc = pg_take_result(res, item, a->err);
		PQclear(res);
	}
	return rc;
}

/* True: the connection can be used again. After an error of the statement's own the
 * rest of the pipeline is only drained. */
static bool drain(asking *a)
{
	a->err = NULL;
	while (a->db->conn && await(a) == US_OK) {
		PGresult *res = PQgetResult(a->db->conn);
		bool synced = PQresultStatus(res) == PGRES_PIPELINE_SYNC;

		a->taken = 0;
		PQclear(res);
		if (synced)
			return PQexitPipelineMode(a->db->conn) == 1;
		if (PQstatus(a->db->conn) != CONNECTION_OK)
			return false;
	}
	return false;
}

static bool is_over(const pg_db *db)
{
	return !db->conn || PQstatus(db->conn) != CONNECTION_OK ||
	       PQtransactionStatus(db->conn) == PQTRANS_ACTIVE;
}

static us_code ask(
	pg_db *db, const pg_queue *q, const us_db_terms *terms, us_err *err)
{
	asking a = { .db = db,
		.terms = terms,
		.deadline_ms = us_clock_ms() + terms->ms + GRACE_MS,
		.err = err };
	us_code rc = US_OK;

	if (!pg_send(db->conn, q))
		return pg_lost(db, err);
	for (size_t i = 0; rc == US_OK && i < q->len; i++)
		rc = take_item(&a, &q->items[i]);
	/* An error ends the statement at the server; anything else doesn't. */
	if (rc != US_OK && rc != US_E_DB && rc != US_E_LOCK)
		return rc;
	return drain(&a) ? rc : rc == US_OK ? pg_lost(db, err) : rc;
}

us_code pg_answer(us_db *base, us_stmt *question, const us_db_terms *terms,
	bool *over, us_err *err)
{
	static const us_stmt rollback = { .sql = PG_ROLLBACK };
	US_AUTO(auto_str) char *set = NULL;
	pg_db *db = (pg_db *)base;
	pg_queue q = { 0 };
	us_code rc = settings(&set, terms, err);

	*over = false;
	if (rc == US_OK && is_over(db))
		rc = us_fail(err, US_E_CONNECT, "the connection was lost");
	if (rc == US_OK) {
		us_stmt stmts[] = { { .sql = PG_BEGIN_READ }, { .sql = set },
			*question, rollback };

		rc = pg_queue_build(&q, db, stmts, US_LEN(stmts), err);
		if (rc == US_OK)
			rc = ask(db, &q, terms, err);
	}
	free(q.items);
	if (rc != US_OK && !is_over(db) &&
		us_db_exec(base, PG_ROLLBACK, NULL) != US_OK)
		pg_hang_up(db);
	*over = is_over(db);
	return rc;
}
