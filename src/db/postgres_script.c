/* Whole scripts, as one message of the simple protocol: PostgreSQL runs one without
 * transaction control of its own as a single transaction. The wait is in slices, so
 * that whoever waits can give up and the server is told to. */
#include <poll.h>

#include "postgres.h"

#define SLICE_MS 100

static us_db_transaction open_after(const pg_db *db)
{
	if (!db->conn)
		return US_DB_FAILED;
	switch (PQtransactionStatus(db->conn)) {
	case PQTRANS_IDLE:
		return US_DB_IDLE;
	case PQTRANS_ACTIVE:
	case PQTRANS_INTRANS:
		return US_DB_OPEN;
	case PQTRANS_INERROR:
	case PQTRANS_UNKNOWN:
		break;
	}
	return US_DB_FAILED;
}

/* What the server makes of it comes back as the script's error. */
static void cancel(PGconn *conn)
{
	PGcancel *handle = PQgetCancel(conn);
	char why[256];

	if (handle)
		(void)PQcancel(handle, why, sizeof(why));
	PQfreeCancel(handle);
}

typedef struct {
	us_db_stop_fn *stop; /* NULL: never, or it was cancelled already */
	void *ctx;
} patience;

/* Until a result is there to be read. False: the connection is lost. */
static bool await(PGconn *conn, patience *p)
{
	while (PQisBusy(conn)) {
		struct pollfd fd = { .fd = PQsocket(conn), .events = POLLIN };

		(void)poll(&fd, 1, SLICE_MS);
		if (p->stop && p->stop(p->ctx)) {
			p->stop = NULL;
			cancel(conn);
		}
		if (PQconsumeInput(conn) != 1)
			return false;
	}
	return true;
}

static us_code take(pg_db *db, PGresult *res, us_err *err)
{
	us_code rc = US_OK;

	switch (PQresultStatus(res)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
	case PGRES_EMPTY_QUERY:
		break;
	case PGRES_COPY_IN:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		rc = us_fail(err, US_E_DB, "COPY to or from the client: not here");
		break;
	default:
		rc = pg_fail_result(res, err);
		break;
	}
	if (pg_is_copy(res))
		pg_hang_up(db);
	return rc;
}

static us_code run(pg_db *db, const char *sql, patience *p, us_err *err)
{
	us_code rc = US_OK;

	if (PQsendQuery(db->conn, sql) != 1)
		return pg_lost(db, err);
	while (db->conn) {
		PGresult *res = NULL;

		if (!await(db->conn, p))
			return rc == US_OK ? pg_lost(db, err) : rc;
		res = PQgetResult(db->conn);
		if (!res)
			break;
		if (rc == US_OK)
			rc = take(db, res, err);
		PQclear(res);
	}
	return rc;
}

us_code pg_script(us_db *base, const char *sql, us_db_stop_fn *stop, void *ctx,
	us_db_transaction *after, us_err *err)
{
	pg_db *db = (pg_db *)base;
	patience p = { stop, ctx };
	us_code rc;

	*after = US_DB_FAILED;
	if (db->mode != US_DB_WRITE)
		return us_fail(err, US_E_DB, "this connection only reads");
	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK)
		return us_fail(err, US_E_CONNECT, "the connection was lost");
	rc = run(db, sql, &p, err);
	*after = open_after(db);
	return rc;
}
