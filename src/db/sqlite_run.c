/* Statements on SQLite: one after the other, each prepared, stepped and finalized
 * here, so that nothing is left open when the handle is closed or asked for its
 * lock. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite.h"
#include "unstick/auto.h"

/* Comments and blanks may follow a statement; another statement is an oversight (or
 * an injection), which sqlite3_prepare_v2() would silently leave out. */
static us_code refuse_tail(lite_db *db, const char *tail, us_err *err)
{
	while (*tail) {
		sqlite3_stmt *more = NULL;
		const char *rest = tail;
		int code = sqlite3_prepare_v2(db->file, tail, -1, &more, &rest);

		sqlite3_finalize(more);
		if (code != SQLITE_OK || more)
			return us_fail(
				err, US_E_DB, "more than one statement at once");
		if (rest == tail)
			break;
		tail = rest;
	}
	return US_OK;
}

static us_code prepare(
	sqlite3_stmt **out, lite_db *db, const char *sql, us_err *err)
{
	const char *tail = sql;
	us_code rc;

	*out = NULL;
	if (sqlite3_prepare_v2(db->file, sql, -1, out, &tail) != SQLITE_OK)
		return lite_fail(db, err);
	rc = refuse_tail(db, tail, err);
	if (rc != US_OK) {
		sqlite3_finalize(*out);
		*out = NULL;
	}
	return rc;
}

static int bind_value(
	sqlite3_stmt *st, int at, const char *value, us_value_type type)
{
	if (!value)
		return sqlite3_bind_null(st, at);
	if (type == US_V_INTEGER || type == US_V_BOOLEAN)
		return sqlite3_bind_int64(st, at, strtoll(value, NULL, 10));
	if (type == US_V_REAL)
		return sqlite3_bind_double(st, at, strtod(value, NULL));
	return sqlite3_bind_text64(
		st, at, value, strlen(value), SQLITE_STATIC, SQLITE_UTF8);
}

static us_code bind(lite_db *db, sqlite3_stmt *st, const us_stmt *stmt, us_err *err)
{
	if ((size_t)sqlite3_bind_parameter_count(st) != stmt->nparams) {
		return us_fail(err, US_E_DB, "%zu values for %d parameters",
			stmt->nparams, sqlite3_bind_parameter_count(st));
	}
	for (size_t i = 0; i < stmt->nparams; i++) {
		us_value_type type = stmt->types ? stmt->types[i] : US_V_TEXT;

		if (bind_value(st, (int)i + 1, stmt->params[i], type) != SQLITE_OK)
			return lite_fail(db, err);
	}
	return US_OK;
}

static us_value_type type_of(int type)
{
	switch (type) {
	case SQLITE_NULL:
		return US_V_NULL;
	case SQLITE_INTEGER:
		return US_V_INTEGER;
	case SQLITE_FLOAT:
		return US_V_REAL;
	default:
		return US_V_TEXT;
	}
}

/* One row's arrays, reused for every row of a statement. */
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
	n += n == 0; /* a statement without columns has no rows either */
	*c = (cells){ calloc(n, sizeof(*c->cells)), calloc(n, sizeof(*c->names)),
		calloc(n, sizeof(*c->lengths)), calloc(n, sizeof(*c->types)) };
	return c->cells && c->names && c->lengths && c->types;
}

static us_code give_row(const lite_db *db, sqlite3_stmt *st, cells *c,
	const us_stmt *stmt, us_err *err)
{
	int n = sqlite3_column_count(st);
	us_row out = { (size_t)n, c->cells, c->lengths, c->types, c->names };

	for (int i = 0; i < n; i++) {
		/* The type first: asking for the text may convert the value. */
		c->types[i] = type_of(sqlite3_column_type(st, i));
		c->names[i] = sqlite3_column_name(st, i);
		c->cells[i] = (const char *)sqlite3_column_text(st, i);
		c->lengths[i] = (size_t)sqlite3_column_bytes(st, i);
		if (!c->names[i] || (!c->cells[i] && c->types[i] != US_V_NULL))
			return lite_fail(db, err);
	}
	return stmt->fn(&out, stmt->ctx, err);
}

static us_code step_all(lite_db *db, sqlite3_stmt *st, us_stmt *stmt, us_err *err)
{
	us_code rc = US_OK;
	int code = SQLITE_ROW;
	cells c;

	if (!cells_init(&c, (size_t)sqlite3_column_count(st)))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	while (rc == US_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
		if (stmt->fn)
			rc = give_row(db, st, &c, stmt, err);
	}
	if (rc == US_OK && code != SQLITE_DONE)
		rc = lite_fail(db, err);
	cells_fini(&c);
	return rc;
}

us_code lite_run_reading(lite_db *db, us_stmt *stmt, us_err *err)
{
	sqlite3_stmt *st;
	us_code rc = prepare(&st, db, stmt->sql, err);

	stmt->affected = 0;
	if (rc != US_OK)
		return rc;
	if (!st)
		return us_fail(err, US_E_DB, "there is no statement");
	if (sqlite3_stmt_readonly(st))
		rc = bind(db, st, stmt, err);
	else
		rc = us_fail(err, US_E_DB, "it does more than read");
	if (rc == US_OK)
		rc = step_all(db, st, stmt, err);
	sqlite3_finalize(st); /* repeats the error that was reported already */
	return rc;
}

static us_code run_one(lite_db *db, us_stmt *stmt, us_err *err)
{
	sqlite3_int64 before = sqlite3_total_changes64(db->file);
	sqlite3_stmt *st;
	us_code rc;

	stmt->affected = 0;
	/* SQLite ends some transactions itself when a statement fails (disk full,
	 * no memory); a rollback after it is no error, as on any other database. */
	if (strcmp(stmt->sql, LITE_ROLLBACK) == 0 &&
		sqlite3_get_autocommit(db->file))
		return US_OK;
	rc = prepare(&st, db, stmt->sql, err);
	if (rc != US_OK || !st) /* no statement: only a comment */
		return rc;
	rc = bind(db, st, stmt, err);
	if (rc == US_OK)
		rc = step_all(db, st, stmt, err);
	/* sqlite3_changes64() alone keeps an older statement's count. */
	if (rc == US_OK && sqlite3_total_changes64(db->file) != before)
		stmt->affected = sqlite3_changes64(db->file);
	sqlite3_finalize(st); /* repeats the error that was reported already */
	return rc;
}

us_code lite_run(us_db *base, us_stmt *stmts, size_t n,
	const us_meanwhile *meanwhile, us_err *err)
{
	lite_db *db = (lite_db *)base;
	us_code rc = US_OK;

	if (!db->file) /* it was gone when it was opened again */
		return us_fail(err, US_E_CONNECT, "%s: no longer open", db->path);
	if (meanwhile) /* nobody else works on it */
		meanwhile->fn(meanwhile->ctx);
	for (size_t i = 0; rc == US_OK && i < n; i++)
		rc = run_one(db, &stmts[i], err);
	return rc;
}

/* Scripts are replayed in memory, which no driver is needed for. */
us_code lite_script(us_db *base, const char *sql, us_db_stop_fn *stop, void *ctx,
	us_db_transaction *after, us_err *err)
{
	(void)base, (void)sql, (void)stop, (void)ctx;
	*after = US_DB_IDLE;
	return us_fail(err, US_E_DB, "whole scripts are not run on a file");
}
