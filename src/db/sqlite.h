#ifndef US_SQLITE_H
#define US_SQLITE_H

#include <sqlite3.h>

#include "driver.h"

/* The SQLite driver's own insides, by file: statements (sqlite_run.c), the file's
 * lock and who else has it (sqlite_lock.c), reading while it is had
 * (sqlite_reader.c), what strangers ask (sqlite_ask.c), the turn (sqlite_turn.c),
 * opening, errors and the table (sqlite.c). */
typedef struct {
	us_db base;
	sqlite3 *file;
	char *path;
	us_db_mode mode;
	bool locked; /* lock() succeeded and unlock() didn't come yet */
} lite_db;

#define LITE_ROLLBACK "ROLLBACK"

/* Opens db->path anew, in db's mode; whatever was open, locked or begun is over. */
us_code lite_reopen(lite_db *db, us_err *err);

/* Reports what SQLite said last, in words that name the file. */
us_code lite_fail(const lite_db *db, us_err *err);

us_code lite_run(us_db *base, us_stmt *stmts, size_t n,
	const us_meanwhile *meanwhile, us_err *err);

/* One statement, which must not be able to write. */
us_code lite_run_reading(lite_db *db, us_stmt *stmt, us_err *err);

us_code lite_script(us_db *base, const char *sql, us_db_stop_fn *stop, void *ctx,
	us_db_transaction *after, us_err *err);

/* For a handle that can't write, or has been made unable to. The authorizer is
 * afterwards none. */
us_code lite_answer_on(
	lite_db *db, us_stmt *question, const us_db_terms *terms, us_err *err);
us_code lite_answer(us_db *base, us_stmt *question, const us_db_terms *terms,
	bool *over, us_err *err);

us_code lite_reader_open(us_db **out, us_db *const *owner, us_err *err);
/* An authorizer that keeps other files out. */
int lite_deny_attach(void *ctx, int action, const char *a, const char *b,
	const char *c, const char *d);

us_code lite_lock(us_db *base, bool *got, us_err *err);
us_code lite_unlock(us_db *base, us_err *err);
us_code lite_still_locked(us_db *base, bool *yes, us_err *err);
us_code lite_turn_open(us_turn **out, const us_url *url, us_err *err);
us_code lite_turn_take(us_turn *base, bool *got, us_err *err);
us_code lite_turn_held(us_turn *base, bool *yes, us_err *err);
void lite_turn_close(us_turn *base);
void lite_heed(us_db *base, const us_stop *stop);
us_absence lite_absence(const us_url *url, const us_err *why);
us_code lite_sessions(us_db *base, us_session_fn *fn, void *ctx, bool *visible,
	const us_meanwhile *meanwhile, us_err *err);

#endif
