/* What a batch sends. Every read transaction gets limits: it must not hang behind
 * somebody's lock. For the rest a WRITE handle sends the batch. A READ handle
 * writes nothing whatever it is given: every statement runs in a READ ONLY
 * transaction that can't be left or made READ WRITE from inside. The session itself
 * is not touched (SET SESSION CHARACTERISTICS would do it too, but behind a
 * transaction pooler it would hand other clients read-only sessions). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "postgres.h"
#include "unstick/auto.h"

static const us_stmt begin_read = { .sql = PG_BEGIN_READ };
static const us_stmt commit = { .sql = PG_COMMIT };
/* What is read is small: whoever waits longer waits for a lock. For this
 * transaction only: behind a pooler the session is not ours. SET TRANSACTION READ
 * WRITE is refused (25001) once the transaction has a snapshot; this gives it one
 * at once. */
static const us_stmt limits = {
	.sql = "SELECT pg_catalog.set_config('lock_timeout', '2000ms', true), "
	       "pg_catalog.set_config('statement_timeout', '10000ms', true)"
};

static const char *skip_block_comment(const char *sql)
{
	int depth = 0; /* they nest */

	do {
		if (strncmp(sql, "/*", 2) == 0) {
			depth++;
			sql += 2;
		} else if (strncmp(sql, "*/", 2) == 0) {
			depth--;
			sql += 2;
		} else if (*sql) {
			sql++;
		}
	} while (depth > 0 && *sql);
	return sql;
}

/* Where a statement's first word is: past blanks, comments and empty statements. */
static const char *first_word(const char *sql)
{
	for (;;) {
		sql += strspn(sql, " \t\r\n\f\v;");
		if (strncmp(sql, "--", 2) == 0)
			sql += strcspn(sql, "\r\n");
		else if (strncmp(sql, "/*", 2) == 0)
			sql = skip_block_comment(sql);
		else
			return sql;
	}
}

/* Would it end the transaction? (A procedure or a DO block can't: COMMIT inside
 * them is refused when a transaction block is open.) */
static bool controls_transaction(const char *sql)
{
	static const char *const words[] = { "abort", "begin", "commit", "end",
		"prepare", "rollback", "start" };
	const char *word = first_word(sql);
	size_t n = strspn(
		word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	for (size_t i = 0; i < US_LEN(words); i++) {
		if (strlen(words[i]) == n && strncasecmp(word, words[i], n) == 0)
			return true;
	}
	return false;
}

static bool is(const us_stmt *stmt, const char *sql)
{
	return strcmp(stmt->sql, sql) == 0;
}

static bool ends(const us_stmt *stmt)
{
	return is(stmt, PG_COMMIT) || is(stmt, PG_ROLLBACK);
}

static void add(pg_queue *q, const us_stmt *send, us_stmt *asked)
{
	q->items[q->len++] = (pg_item){ send, asked };
}

static us_code refuse(us_err *err, const char *why)
{
	(void)us_fail(err, US_E_DB, "this connection only reads: %s", why);
	if (err)
		memcpy(err->sqlstate, "25006", sizeof("25006"));
	return US_E_DB;
}

static us_code add_read_only(
	pg_queue *q, bool *open, us_stmt *stmts, size_t n, us_err *err)
{
	for (size_t i = 0; i < n; i++) {
		bool begins = is(&stmts[i], PG_BEGIN_READ);

		if (begins)
			*open = true;
		else if (ends(&stmts[i]))
			*open = false;
		else if (controls_transaction(stmts[i].sql))
			return refuse(err, "a statement controls transactions");
		else if (!*open)
			return refuse(
				err, "a statement follows the batch's own end");
		add(q, &stmts[i], &stmts[i]);
		if (begins)
			add(q, &limits, NULL);
	}
	return US_OK;
}

static us_code build_read_only(
	pg_queue *q, const pg_db *db, us_stmt *stmts, size_t n, us_err *err)
{
	bool open = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
	us_code rc;

	q->wrapped =
		!open && n > 0 && !is(&stmts[0], PG_BEGIN_READ) && !ends(&stmts[0]);
	if (q->wrapped) {
		add(q, &begin_read, NULL);
		add(q, &limits, NULL);
		open = true;
	}
	rc = add_read_only(q, &open, stmts, n, err);
	if (rc == US_OK && q->wrapped)
		add(q, &commit, NULL);
	return rc;
}

us_code pg_queue_build(
	pg_queue *out, const pg_db *db, us_stmt *stmts, size_t n, us_err *err)
{
	us_code rc = US_OK;

	*out = (pg_queue){ .items = calloc(2 * n + 3, sizeof(pg_item)) };
	if (!out->items)
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (db->mode == US_DB_READ) {
		rc = build_read_only(out, db, stmts, n, err);
	} else {
		for (size_t i = 0; i < n; i++) {
			add(out, &stmts[i], &stmts[i]);
			if (is(&stmts[i], PG_BEGIN_READ))
				add(out, &limits, NULL);
		}
	}
	if (rc != US_OK) {
		free(out->items);
		*out = (pg_queue){ 0 };
	}
	return rc;
}
