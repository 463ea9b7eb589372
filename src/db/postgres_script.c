/* Whole scripts, as one message of the simple protocol: PostgreSQL runs one without
 * transaction control of its own as a single transaction. The wait is in slices, so
 * that whoever waits can give up and the server is told to. */
#include "postgres.h"

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

static us_code run(
	pg_db *db, const char *sql, us_db_stop_fn *stop, void *ctx, us_err *err)
{
	us_code rc = US_OK;

	if (PQsendQuery(db->conn, sql) != 1)
		return pg_lost(db, err);
	while (db->conn) {
		PGresult *res = NULL;

		if (!pg_await(db, &stop, ctx))
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
	us_code rc;

	*after = US_DB_FAILED;
	if (db->mode != US_DB_WRITE)
		return us_fail(err, US_E_DB, "this connection only reads");
	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK)
		return us_fail(err, US_E_CONNECT, "the connection was lost");
	rc = run(db, sql, stop, ctx, err);
	*after = open_after(db);
	return rc;
}
