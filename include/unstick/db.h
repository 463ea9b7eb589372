#ifndef US_DB_H
#define US_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unstick/stop.h"
#include "unstick/str.h"
#include "unstick/url.h"

typedef struct us_db us_db;
typedef struct us_turn us_turn;

typedef enum {
	US_V_NULL,
	US_V_INTEGER,
	US_V_REAL,
	US_V_BOOLEAN,
	US_V_TEXT
} us_value_type;

/* One result row. Everything in it is borrowed: copy what must outlive the
 * callback. A cell is text, NUL-terminated, and NULL for SQL NULL; a boolean is "t"
 * or "f". */
typedef struct {
	size_t ncols;
	const char *const *cells;
	const size_t *lengths;
	const us_value_type *types;
	const char *const *names;
} us_row;

typedef us_code us_row_fn(const us_row *row, void *ctx, us_err *err);

/* One statement of a batch. Values are always parameters ($1 on PostgreSQL, ?1 on
 * SQLite), as text; NULL is SQL NULL. */
typedef struct {
	const char *sql;
	size_t nparams;
	const char *const *params;
	/* What SQLite compares them as, which has no types to tell it from; NULL:
	 * text. */
	const us_value_type *types;
	us_row_fn *fn; /* NULL: rows are not wanted */
	void *ctx;
	int64_t affected; /* out: rows changed, 0 where that makes no sense */
} us_stmt;

/* What its sender does while the database works on a batch: once, after all of it
 * is sent and before the first row is given; not at all if it can't be sent. It
 * must not use that database. */
typedef struct {
	void (*fn)(void *ctx);
	void *ctx;
} us_meanwhile;

/* READ can't write: the file handle is read-only, or every transaction is. On
 * PostgreSQL a batch that comes while no transaction is open gets a read-only one
 * of its own; only begin_read, commit and rollback (below) begin and end one, other
 * transaction control is refused (25006). */
typedef enum { US_DB_READ, US_DB_WRITE } us_db_mode;

/* A lock on a table, index, view or sequence that only a change of it takes:
 * reading and writing rows never asks for one as strong. */
typedef struct {
	const char *mode; /* the database's word: "AccessExclusiveLock" */
	const char *schema, *name;
	bool granted; /* false: it is waited for */
} us_ddl_lock;

/* Another session of the same database, as far as it can be seen. Borrowed, as a
 * row. */
typedef struct {
	const char *pid;         /* NULL if unknown (SQLite) */
	const char *application; /* NULL if unknown */
	const char
		*state; /* "active", "idle in transaction" ...; NULL if unknown */
	const char *query;   /* its last query, perhaps cut; NULL if hidden */
	size_t query_limit;  /* a query this long may have been cut; 0: never is */
	int64_t query_age_s; /* since that query began; -1 if unknown */
	bool hidden;         /* we lack the privilege to see what it does */
	bool holds_lock;     /* Prisma's advisory lock; on SQLite the file's */
	const us_ddl_lock *ddl_locks; /* seen also of a hidden session */
	size_t nddl_locks;
} us_session;

typedef us_code us_session_fn(const us_session *s, void *ctx, us_err *err);

typedef struct {
	const char *provider; /* Prisma's word, borrowed for the program's life */
	const char *host;     /* NULL for a file */
	const char *name;     /* database name, or the file's path */
	const char *schema;   /* NULL where there is none */
	const char *version;  /* the server's, or the library's */
} us_db_info;

/* What a script left open: nothing, a transaction of its own, one that has failed.
 */
typedef enum { US_DB_IDLE, US_DB_OPEN, US_DB_FAILED } us_db_transaction;

/* What a statement that somebody else wrote may take, and do. */
typedef struct {
	int64_t ms;
	size_t bytes; /* of a row: more is not even fetched */
	/* Functions it must not call, by name. SQLite asks for each; PostgreSQL
	 * doesn't tell, there us_catalog_question() says it beforehand. */
	bool (*denied)(const char *function);
} us_db_terms;

/* Asked some ten times a second while a script runs; true: it is cancelled. */
typedef bool us_db_stop_fn(void *ctx);

/* Why a database can't be had just now, by what can be done about it. */
typedef enum {
	US_ABSENT_UNREACHABLE, /* no answer, or one that says nothing more */
	US_ABSENT_NAME,        /* the host's name doesn't resolve */
	US_ABSENT_REFUSED,     /* the host is there, nobody listens */
	US_ABSENT_STARTING,    /* the server is there and not ready yet, or stops */
	US_ABSENT_FULL,        /* the server has no connection left to give */
	US_ABSENT_DENIED, /* the server doesn't let us in: user, password, rights */
	US_ABSENT_MISSING, /* the server is there, the database isn't */
} us_absence;

const char *us_absence_name(us_absence a); /* "starting" */

/* A database driver. Every slot is required; a driver that can't do a thing says so
 * with an error, it does not leave NULL behind. Every function reports a refused or
 * lost connection as US_E_CONNECT, a busy file or a lock waited for too long
 * (55P03) as US_E_LOCK, anything else the database says as US_E_DB; with its
 * SQLSTATE where there is one. */
typedef struct {
	const char *provider;
	bool ddl_in_transaction; /* does ROLLBACK undo CREATE TABLE? */

	us_code (*open)(
		us_db **out, const us_url *url, us_db_mode mode, us_err *err);
	/* Another handle for reading beside a WRITE one, whose lock would keep out
	 * a connection of its own; NULL in *out where that is no obstacle. It can't
	 * write, is not for use while *owner has a transaction open, and is closed
	 * before it. `owner` is looked at with every call. */
	us_code (*reader)(us_db **out, us_db *const *owner, us_err *err);
	void (*close)(us_db *db);
	us_db_info (*info)(const us_db *db); /* borrowed from db */

	/* Runs the statements in order, in one round trip where the protocol allows
	 * it; the first that fails ends the batch, and its error is the one told.
	 * The server may have run all of them before the first row is seen: a
	 * callback that fails stops the callbacks, not the statements, so don't put
	 * a commit in the batch whose rows decide about it. Outside a transaction a
	 * batch may be one transaction of its own, or one per statement. After an
	 * error an open transaction waits for rollback; a commit of it is reported
	 * as an error. rollback without a transaction is none. meanwhile: NULL is
	 * nothing. */
	us_code (*run)(us_db *db, us_stmt *stmts, size_t n,
		const us_meanwhile *meanwhile, us_err *err);

	/* Runs one statement that somebody else wrote, on a handle that can't write
	 * and has no transaction open: in a transaction of its own, which is over
	 * afterwards whatever comes. Rows are given as they arrive: a callback that
	 * fails ends the statement, and so does the end of its time. Values look
	 * the same on every server (UTC, ISO dates, hex bytes). SQLite runs only
	 * what reads. *over: the handle is of no more use, close it. */
	us_code (*ask)(us_db *db, us_stmt *question, const us_db_terms *terms,
		bool *over, us_err *err);

	/* Runs a text of any number of statements as one message, as Prisma's
	 * native engine does; only on a WRITE handle, rows are not wanted. `stop`
	 * may be NULL. *after is set whatever happens; FAILED stands for a
	 * connection that is lost, too. */
	us_code (*script)(us_db *db, const char *sql, us_db_stop_fn *stop,
		void *ctx, us_db_transaction *after, us_err *err);

	/* The statements that open and end a transaction; begin_read's sees one
	 * snapshot, can't write and waits for no lock longer than 2 s, nor runs any
	 * statement longer than 10 s (limit() it otherwise); begin_write's is READ
	 * COMMITTED where that exists. For use in a batch. */
	const char *begin_read, *begin_write, *commit, *rollback;

	/* Appends an identifier, quoted by the driver's own function. */
	us_code (*quote)(
		us_db *db, us_str *out, const char *identifier, us_err *err);

	/* Prisma's advisory lock: one try, no waiting. On SQLite the file's own
	 * lock, held through every transaction until unlocked. */
	us_code (*lock)(us_db *db, bool *got, us_err *err);
	/* Releases it; US_E_LOCK if we turn out not to have had it. */
	us_code (*unlock)(us_db *db, us_err *err);
	/* Inside a write transaction: true while this very session has the lock (a
	 * pooler may have moved us to another). */
	us_code (*still_locked)(us_db *db, bool *yes, us_err *err);

	/* Inside a write transaction: how long its statements may wait for locks
	 * and how long they may run, in milliseconds; 0 is without limit. */
	us_code (*limit)(
		us_db *db, int64_t lock_ms, int64_t statement_ms, us_err *err);

	/* The other sessions of this database; *visible is false if some could not
	 * be looked into. meanwhile: as in run. */
	us_code (*sessions)(us_db *db, us_session_fn *fn, void *ctx, bool *visible,
		const us_meanwhile *meanwhile, us_err *err);

	/* Is a pooler between us and the server, which might give every transaction
	 * another session? Costs no lock and no load. */
	us_code (*pooled)(us_db *db, bool *yes, us_err *err);

	/* What runs when the wish comes is cancelled, once: what then ends the
	 * transaction has to run. Where statements are short nothing needs to be.
	 */
	void (*heed)(us_db *db, const us_stop *stop);

	/* What an open() that ended in US_E_CONNECT means. May ask the network. */
	us_absence (*absence)(const us_url *url, const us_err *why);

	/* See us_turn_open() and the like. */
	us_code (*turn_open)(us_turn **out, const us_url *url, us_err *err);
	us_code (*turn_take)(us_turn *t, bool *got, us_err *err);
	us_code (*turn_held)(us_turn *t, bool *yes, us_err *err);
	void (*turn_close)(us_turn *t);
} us_db_ops;

/* Drivers put this first in their own struct. */
struct us_db {
	const us_db_ops *ops;
};

/* NULL if we have no driver for that provider. */
const us_db_ops *us_db_driver(const char *provider);

/* *out is the caller's; release with us_db_close(). */
US_MUST us_code us_db_open(
	us_db **out, const us_url *url, us_db_mode mode, us_err *err);
void us_db_close(us_db *db); /* NULL-safe; ends an open transaction */

US_MUST us_code us_db_query(us_db *db, const char *sql, size_t nparams,
	const char *const *params, us_row_fn *fn, void *ctx, us_err *err);
US_MUST us_code us_db_exec(us_db *db, const char *sql, us_err *err);

/* What a failed us_db_open() of that URL means. */
us_absence us_db_absence(const us_url *url, const us_err *why);

/* ---- whose turn it is ------------------------------------------------------ */

/* A key of our own among all who start with the same database, apart from Prisma's
 * lock and therefore held while Prisma runs. On PostgreSQL an advisory lock of a
 * session that does nothing else and has no transaction open, so that it holds up
 * no CREATE INDEX CONCURRENTLY; on SQLite a flock() on the database's folder, which
 * needs nothing to be written there. Either dies with its process. */
struct us_turn {
	const us_db_ops *ops; /* drivers put this first in their own struct */
};

/* Does not take it yet. *out is the caller's; release with us_turn_close(). */
US_MUST us_code us_turn_open(us_turn **out, const us_url *url, us_err *err);
void us_turn_close(us_turn *t); /* NULL-safe; gives the turn back */

/* One try, no waiting. */
static inline US_MUST us_code us_turn_take(us_turn *t, bool *got, us_err *err)
{
	return t->ops->turn_take(t, got, err);
}

/* Is it still ours? A session that is lost has lost it: no error. */
static inline US_MUST us_code us_turn_held(us_turn *t, bool *yes, us_err *err)
{
	return t->ops->turn_held(t, yes, err);
}

static inline US_MUST us_code us_db_run(
	us_db *db, us_stmt *stmts, size_t n, us_err *err)
{
	return db->ops->run(db, stmts, n, NULL, err);
}

static inline US_MUST us_code us_db_run_while(us_db *db, us_stmt *stmts, size_t n,
	const us_meanwhile *meanwhile, us_err *err)
{
	return db->ops->run(db, stmts, n, meanwhile, err);
}

static inline us_db_info us_db_about(const us_db *db)
{
	return db->ops->info(db);
}

#endif
