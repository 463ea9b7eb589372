#ifndef US_POSTGRES_H
#define US_POSTGRES_H

#include <libpq-fe.h>

#include "driver.h"

/* The PostgreSQL driver's own insides, by file: connecting (postgres_connect.c),
 * what a batch sends (postgres_queue.c), sending and collecting it
 * (postgres_run.c), what strangers ask (postgres_ask.c), whole scripts
 * (postgres_script.c), waiting that somebody may end (postgres_wait.c), looking at
 * other sessions (postgres_sessions.c), why there is no connection
 * (postgres_absence.c), the turn (postgres_turn.c), the rest and the table
 * (postgres.c). */
typedef struct {
	us_db base;
	PGconn *conn;
	us_db_mode mode;
	const us_stop *stop; /* NULL: nobody ends a statement early */
	bool cancelled;      /* and one has been */
	char *host, *name, *schema, *version;
} pg_db;

#define PG_BEGIN_READ "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
#define PG_BEGIN_WRITE "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE"
#define PG_COMMIT "COMMIT"
#define PG_ROLLBACK "ROLLBACK"

/* Connects within the URL's connect_timeout. US_E_CONNECT, with a SQLSTATE if the
 * server itself said no. */
us_code pg_connect(PGconn **out, const us_url *url, us_err *err);

/* One message to the server: a statement of the caller's, or one the driver adds.
 */
typedef struct {
	const us_stmt *send;
	us_stmt *asked; /* NULL: the driver's own */
} pg_item;

typedef struct {
	pg_item *items; /* free() */
	size_t len;
	bool wrapped; /* in a transaction of the driver's own */
} pg_queue;

/* What has to be sent so that the batch keeps the promises of the handle's mode. */
us_code pg_queue_build(
	pg_queue *out, const pg_db *db, us_stmt *stmts, size_t n, us_err *err);

us_code pg_run(us_db *base, us_stmt *stmts, size_t n, const us_meanwhile *meanwhile,
	us_err *err);
us_code pg_answer(us_db *base, us_stmt *question, const us_db_terms *terms,
	bool *over, us_err *err);
/* False: the connection is lost. */
bool pg_send(PGconn *conn, const pg_queue *q);
/* Gives a result's rows to whoever asked for them. */
us_code pg_take_result(PGresult *res, const pg_item *item, us_err *err);

us_code pg_script(us_db *base, const char *sql, us_db_stop_fn *stop, void *ctx,
	us_db_transaction *after, us_err *err);

/* What went wrong, in the server's words or libpq's. */
us_code pg_fail_result(const PGresult *res, us_err *err);
us_code pg_lost(pg_db *db, us_err *err);
/* A COPY that wants data from us can't be drained in a pipeline, nor answered. */
bool pg_is_copy(const PGresult *res);
void pg_hang_up(pg_db *db); /* later calls say that the connection is lost */

/* Until a result is there to be read; meanwhile `stop` (NULL: never) and the
 * handle's own wish are asked, and what runs is cancelled when one of them comes.
 * False: the connection is lost. */
bool pg_await(pg_db *db, us_db_stop_fn **stop, void *ctx);

/* Asks the server to end what runs; what it makes of that comes back as the
 * statement's error. */
void pg_cancel(PGconn *conn);

us_absence pg_absence(const us_url *url, const us_err *why);

us_code pg_turn_open(us_turn **out, const us_url *url, us_err *err);
us_code pg_turn_take(us_turn *base, bool *got, us_err *err);
us_code pg_turn_held(us_turn *base, bool *yes, us_err *err);
void pg_turn_close(us_turn *base);

/* Runs a query whose only cell is a boolean. */
us_code pg_ask(us_db *base, const char *sql, bool *yes, us_err *err);

us_code pg_sessions(us_db *base, us_session_fn *fn, void *ctx, bool *visible,
	const us_meanwhile *meanwhile, us_err *err);

#endif
