/* Reading through a handle that has the file's lock: SQLite lets no other
 * connection in, not even one of the same process. Each batch makes the handle
 * unable to write for as long as it runs. */
#include <stdlib.h>

#include "sqlite.h"
#include "unstick/auto.h"

typedef struct {
	us_db base;
	us_db *const *owner; /* looked up anew each time: it may be reopened */
	bool open;           /* the transaction that is open is the reader's */
} lite_reader;

static lite_db *owner_of(const us_db *base)
{
	return (lite_db *)*((const lite_reader *)base)->owner;
}

/* The handle is the owner's: a pragma would change it for what comes after, or make
 * it able to write again. Those without a value only tell. */
static int deny(void *ctx, int action, const char *a, const char *b, const char *c,
	const char *d)
{
	if (action == SQLITE_PRAGMA && b)
		return SQLITE_DENY;
	return lite_deny_attach(ctx, action, a, b, c, d);
}

/* A reader that fails is rolled back, and that must never be the owner's work. */
static bool owner_is_free(const lite_reader *reader, const lite_db *db)
{
	return !db->file || sqlite3_get_autocommit(db->file) || reader->open;
}

static us_code begin(lite_reader *reader, us_err *err)
{
	lite_db *db = owner_of(&reader->base);

	if (!owner_is_free(reader, db))
		return us_fail(err, US_E_DB,
			"%s: not while a transaction of our own is open", db->path);
	return us_db_exec(&db->base, "PRAGMA query_only=1", err);
}

/* rc is what came of it so far. */
static us_code end(lite_reader *reader, us_code rc, us_err *err)
{
	lite_db *db = owner_of(&reader->base);
	us_err why = { 0 };
	us_code writable;

	sqlite3_set_authorizer(db->file, NULL, NULL);
	reader->open = !sqlite3_get_autocommit(db->file);
	writable = us_db_exec(&db->base, "PRAGMA query_only=0", &why);
	if (rc == US_OK && writable != US_OK) {
		rc = writable;
		if (err)
			*err = why;
	}
	return rc;
}

static us_code reader_run(us_db *base, us_stmt *stmts, size_t n,
	const us_meanwhile *meanwhile, us_err *err)
{
	lite_reader *reader = (lite_reader *)base;
	lite_db *db = owner_of(base);
	us_code rc = begin(reader, err);

	if (rc != US_OK)
		return rc;
	sqlite3_set_authorizer(db->file, deny, NULL);
	return end(reader, lite_run(&db->base, stmts, n, meanwhile, err), err);
}

static us_code reader_answer(us_db *base, us_stmt *question,
	const us_db_terms *terms, bool *over, us_err *err)
{
	lite_reader *reader = (lite_reader *)base;
	us_code rc = begin(reader, err);

	*over = false;
	if (rc != US_OK)
		return rc;
	return end(
		reader, lite_answer_on(owner_of(base), question, terms, err), err);
}

static void reader_close(us_db *base)
{
	free(base);
}

static us_db_info reader_info(const us_db *base)
{
	return us_db_about(&owner_of(base)->base);
}

static us_code reader_quote(
	us_db *base, us_str *out, const char *identifier, us_err *err)
{
	return us_db_sqlite.quote(&owner_of(base)->base, out, identifier, err);
}

static us_code reader_sessions(us_db *base, us_session_fn *fn, void *ctx,
	bool *visible, const us_meanwhile *meanwhile, us_err *err)
{
	return lite_sessions(
		&owner_of(base)->base, fn, ctx, visible, meanwhile, err);
}

static us_code reader_pooled(us_db *base, bool *yes, us_err *err)
{
	return us_db_sqlite.pooled(&owner_of(base)->base, yes, err);
}

/* ---- what is the owner's alone ---- */

static us_code refuse(us_err *err)
{
	return us_fail(err, US_E_DB, "this connection is for reading only");
}

static us_code refuse_open(
	us_db **out, const us_url *url, us_db_mode mode, us_err *err)
{
	(void)url, (void)mode;
	*out = NULL;
	return refuse(err);
}

static us_code refuse_question(us_db *base, bool *answer, us_err *err)
{
	(void)base;
	*answer = false;
	return refuse(err);
}

static us_code refuse_unlock(us_db *base, us_err *err)
{
	(void)base;
	return refuse(err);
}

static us_code refuse_limit(
	us_db *base, int64_t lock_ms, int64_t statement_ms, us_err *err)
{
	(void)base, (void)lock_ms, (void)statement_ms;
	return refuse(err);
}

static us_code refuse_reader(us_db **out, us_db *const *owner, us_err *err)
{
	(void)owner;
	*out = NULL;
	return refuse(err);
}

static const us_db_ops reader_ops = {
	.provider = "sqlite",
	.ddl_in_transaction = true,
	.open = refuse_open,
	.reader = refuse_reader,
	.close = reader_close,
	.info = reader_info,
	.run = reader_run,
	.ask = reader_answer,
	.script = lite_script,
	.begin_read = "BEGIN",
	.begin_write = "BEGIN", /* and nothing can be written in it */
	.commit = "COMMIT",
	.rollback = LITE_ROLLBACK,
	.quote = reader_quote,
	.lock = refuse_question,
	.unlock = refuse_unlock,
	.still_locked = refuse_question,
	.limit = refuse_limit,
	.sessions = reader_sessions,
	.pooled = reader_pooled,
	.heed = lite_heed,
	.absence = lite_absence,
	.turn_open = lite_turn_open,
	.turn_take = lite_turn_take,
	.turn_held = lite_turn_held,
	.turn_close = lite_turn_close,
};

us_code lite_reader_open(us_db **out, us_db *const *owner, us_err *err)
{
	lite_reader *reader = calloc(1, sizeof(*reader));

	*out = NULL;
	if (!reader)
		return us_fail(err, US_E_NOMEM, "out of memory");
	reader->base.ops = &reader_ops;
	reader->owner = owner;
	*out = &reader->base;
	return US_OK;
}
