/* One batch, one round trip: libpq's pipeline mode, everything sent before anything
 * is read. Whatever happens the pipeline is drained, so the connection can be used
 * again (or says that it is lost) and the transaction's state is known. */
#include <stdlib.h>
#include <string.h>

#include "postgres.h"
#include "unstick/auto.h"

/* pg_type.h's; these never change. */
enum {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_OID = 26,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701
};

/* A batch under way; the first failure is the one that is told. */
typedef struct {
	pg_db *db;
	us_code rc;
	us_err *err;
} run;

/* numeric stays text: no other type holds it exactly. */
static us_value_type type_of(Oid oid)
{
	switch (oid) {
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
	case OID_OID:
		return US_V_INTEGER;
	case OID_FLOAT4:
	case OID_FLOAT8:
		return US_V_REAL;
	case OID_BOOL:
		return US_V_BOOLEAN;
	default:
		return US_V_TEXT;
	}
}

static us_code fail_folded(us_err *err, us_code code, const char *text)
{
	us_str line = { 0 };

	us_db_fold(&line, text);
	(void)us_fail(err, code, "%s", us_str_text(&line));
	us_str_fini(&line);
	return code;
}

us_code pg_lost(pg_db *db, us_err *err)
{
	const char *text = PQerrorMessage(db->conn);

	return fail_folded(
		err, US_E_CONNECT, text[0] ? text : "the connection was lost");
}

/* The server's own words, without DETAIL (it has users' data in it). FATAL is a
 * server that hangs up, whatever its SQLSTATE; 55P03 is lock_timeout and NOWAIT. */
us_code pg_fail_result(const PGresult *res, us_err *err)
{
	const char *severity =
		PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	bool waited = sqlstate && strcmp(sqlstate, "55P03") == 0;
	us_code code = waited ? US_E_LOCK : US_E_DB;

	if (!sqlstate || (severity && (strcmp(severity, "FATAL") == 0 ||
					      strcmp(severity, "PANIC") == 0)))
		code = US_E_CONNECT;
	(void)fail_folded(err, code, message ? message : PQresultErrorMessage(res));
	if (err && sqlstate && strlen(sqlstate) == 5)
		memcpy(err->sqlstate, sqlstate, 6);
	return code;
}

/* One row's arrays, reused for every row of a result. */
typedef struct {
	const char **cells, **names;
	size_t *lengths;
	us_value_type *types;
} cells;

static void cells_fini(cells *c)
{
	free(c->cells);
	free(c->names);
	free(c->lengths);
	free(c->types);
}

static bool cells_init(cells *c, size_t n)
{
	n += n == 0; /* SELECT without columns is allowed */
	*c = (cells){ calloc(n, sizeof(*c->cells)), calloc(n, sizeof(*c->names)),
		calloc(n, sizeof(*c->lengths)), calloc(n, sizeof(*c->types)) };
	return c->cells && c->names && c->lengths && c->types;
}

static us_code give_row(
	const PGresult *res, int row, cells *c, const us_stmt *stmt, us_err *err)
{
	int n = PQnfields(res);
	us_row out = { (size_t)n, c->cells, c->lengths, c->types, c->names };

	for (int i = 0; i < n; i++) {
		bool null = PQgetisnull(res, row, i);

		c->names[i] = PQfname(res, i);
		c->cells[i] = null ? NULL : PQgetvalue(res, row, i);
		c->lengths[i] = null ? 0 : (size_t)PQgetlength(res, row, i);
		c->types[i] = null ? US_V_NULL : type_of(PQftype(res, i));
	}
	return stmt->fn(&out, stmt->ctx, err);
}

static us_code give_rows(const PGresult *res, const us_stmt *stmt, us_err *err)
{
	us_code rc = US_OK;
	cells c;

	if (!cells_init(&c, (size_t)PQnfields(res)))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	for (int row = 0; rc == US_OK && row < PQntuples(res); row++)
		rc = give_row(res, row, &c, stmt, err);
	cells_fini(&c);
	return rc;
}

/* SELECT counts its rows too, but changes none. */
static int64_t rows_changed(PGresult *res)
{
	static const char *const tags[] = { "INSERT", "UPDATE", "DELETE", "MERGE" };
	const char *status = PQcmdStatus(res);

	for (size_t i = 0; i < US_LEN(tags); i++) {
		if (strncmp(status, tags[i], strlen(tags[i])) == 0)
			return strtoll(PQcmdTuples(res), NULL, 10);
	}
	return 0;
}

static us_code take_success(PGresult *res, const pg_item *item, us_err *err)
{
	/* The server answers COMMIT in a failed transaction with success. */
	if (strcmp(item->send->sql, PG_COMMIT) == 0 &&
		strcmp(PQcmdStatus(res), "ROLLBACK") == 0) {
		return us_fail(err, US_E_DB,
			"the transaction was rolled back: an earlier statement in "
			"it had failed");
	}
	if (!item->asked)
		return US_OK;
	item->asked->affected = rows_changed(res);
	return item->asked->fn ? give_rows(res, item->asked, err) : US_OK;
}

us_code pg_take_result(PGresult *res, const pg_item *item, us_err *err)
{
	switch (PQresultStatus(res)) {
	case PGRES_TUPLES_OK:
	case PGRES_SINGLE_TUPLE:
	case PGRES_COMMAND_OK:
	case PGRES_EMPTY_QUERY:
		return take_success(res, item, err);
	case PGRES_COPY_IN:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		return us_fail(
			err, US_E_DB, "COPY to or from the client: not here");
	default:
		return pg_fail_result(res, err);
	}
}

/* A COPY can't be drained in a pipeline: hang up, later calls say so. */
bool pg_is_copy(const PGresult *res)
{
	ExecStatusType status = PQresultStatus(res);

	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
	       status == PGRES_COPY_BOTH;
}

void pg_hang_up(pg_db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
}

/* All results of one statement. False: nothing more will come. */
static bool take_results(run *r, const pg_item *item)
{
	us_db_stop_fn *nobody = NULL;
	PGresult *res;

	/* Without a wish to heed, libpq's own wait costs a call less. */
	while ((!r->db->stop || pg_await(r->db, &nobody, NULL)) &&
		(res = PQgetResult(r->db->conn))) {
		bool copy = pg_is_copy(res);

		if (r->rc == US_OK) /* else only drained */
			r->rc = pg_take_result(res, item, r->err);
		PQclear(res);
		if (copy) {
			pg_hang_up(r->db);
			return false;
		}
	}
	return PQstatus(r->db->conn) == CONNECTION_OK;
}

static bool take_sync(PGconn *conn)
{
	PGresult *res = PQgetResult(conn);
	bool synced = PQresultStatus(res) == PGRES_PIPELINE_SYNC;

	PQclear(res);
	return synced && PQexitPipelineMode(conn) == 1;
}

bool pg_send(PGconn *conn, const pg_queue *q)
{
	bool sent = PQenterPipelineMode(conn) == 1;

	for (size_t i = 0; sent && i < q->len; i++) {
		const us_stmt *s = q->items[i].send;

		sent = PQsendQueryParams(conn, s->sql, (int)s->nparams, NULL,
			       s->params, NULL, NULL, 0) == 1;
	}
	return sent && PQpipelineSync(conn) == 1;
}

static us_code run_queue(
	pg_db *db, const pg_queue *q, const us_meanwhile *meanwhile, us_err *err)
{
	run r = { .db = db, .err = err };
	bool alive = true;

	if (!pg_send(db->conn, q))
		return pg_lost(db, err);
	if (meanwhile)
		meanwhile->fn(meanwhile->ctx);
	for (size_t i = 0; alive && i < q->len; i++)
		alive = take_results(&r, &q->items[i]);
	if (alive)
		alive = take_sync(db->conn);
	if (!alive && db->conn && r.rc == US_OK)
		r.rc = pg_lost(db, err);
	return r.rc;
}

us_code pg_run(us_db *base, us_stmt *stmts, size_t n, const us_meanwhile *meanwhile,
	us_err *err)
{
	pg_db *db = (pg_db *)base;
	pg_queue q;
	us_code rc;

	for (size_t i = 0; i < n; i++)
		stmts[i].affected = 0;
	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK)
		return us_fail(err, US_E_CONNECT, "the connection was lost");
	rc = pg_queue_build(&q, db, stmts, n, err);
	if (rc != US_OK)
		return rc;
	rc = run_queue(db, &q, meanwhile, err);
	free(q.items);
	if (q.wrapped && db->conn &&
		PQtransactionStatus(db->conn) == PQTRANS_INERROR) {
		static const us_stmt rollback = { .sql = PG_ROLLBACK };
		pg_item item = { &rollback, NULL };
		pg_queue end = { .items = &item, .len = 1 };

		if (run_queue(db, &end, NULL, NULL) != US_OK)
			pg_hang_up(
				db); /* nothing was written; the next call says so
				      */
	}
	return rc;
}
