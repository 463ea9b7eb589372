/* One statement that somebody else wrote: an authorizer lets it read and nothing
 * else, a clock ends it, and no value in it grows beyond what was agreed. */
#include <inttypes.h>
#include <string.h>

#include "sqlite.h"
#include "unstick/auto.h"
#include "unstick/when.h"

#define LOOK_EVERY                                                                 \
	1000 /* steps of SQLite's machine between two looks at the clock */
#define PATTERN_MAX 1000 /* of LIKE: what nothing interrupts must be short */

typedef struct {
	const us_db_terms *terms;
	int64_t deadline_ms;
	bool late;
	char refused[100]; /* why the authorizer said no */
} asking;

/* Those that only tell, as select ... from pragma_table_info('x') asks for them. */
static bool only_tells(const char *pragma)
{
	static const char *const names[] = { "collation_list", "compile_options",
		"data_version", "database_list", "foreign_key_list",
		"function_list", "index_info", "index_list", "index_xinfo",
		"module_list", "pragma_list", "table_info", "table_list",
		"table_xinfo" };

	for (size_t i = 0; i < US_LEN(names); i++)
		if (sqlite3_stricmp(pragma, names[i]) == 0)
			return true;
	return false;
}

static int refuse(asking *a, const char *format, const char *what)
{
	(void)sqlite3_snprintf(sizeof(a->refused), a->refused, format, what);
	return SQLITE_DENY;
}

/* A table-valued function (json_each, pragma_table_info) declares its columns with
 * a CREATE TABLE that is never run, and asks as if it were; of a real one SQLite
 * itself says that it writes. */
static bool may_declare(int action, const char *table)
{
	if (action == SQLITE_CREATE_TABLE)
		return true;
	return (action == SQLITE_INSERT || action == SQLITE_UPDATE) && table &&
	       strcmp(table, "sqlite_master") == 0;
}

static int allow(void *ctx, int action, const char *a, const char *b, const char *c,
	const char *d)
{
	asking *asks = ctx;

	(void)c, (void)d;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && asks->terms->denied(b)
			       ? refuse(asks, "%s reaches past reading", b)
			       : SQLITE_OK;
	case SQLITE_PRAGMA:
		return a && only_tells(a)
			       ? SQLITE_OK
			       : refuse(asks, "pragma %s may do more than tell", a);
	default:
		if (may_declare(action, a))
			return SQLITE_OK;
		return refuse(asks, "it does more than read%s", "");
	}
}

static int look_at_the_clock(void *ctx)
{
	asking *a = ctx;

	a->late = us_clock_ms() > a->deadline_ms;
	return a->late;
}

/* The statement in its own words; SQLite's are "not authorized" and "interrupted".
 */
static us_code explain(const lite_db *db, const asking *a, us_code rc, us_err *err)
{
	int code = sqlite3_errcode(db->file) & 0xFF;

	if (rc == US_E_DB && a->late)
		return us_fail(err, US_E_DB, "took longer than %" PRId64 " ms",
			a->terms->ms);
	if (rc == US_E_DB && a->refused[0])
		return us_fail(err, US_E_DB, "%s", a->refused);
	if (rc == US_E_DB && code == SQLITE_TOOBIG)
		return us_fail(err, US_E_LIMIT, "more than %zu bytes in a row",
			a->terms->bytes);
	return rc;
}

static us_code run_question(
	lite_db *db, us_stmt *question, const us_db_terms *terms, us_err *err)
{
	asking a = { .terms = terms, .deadline_ms = us_clock_ms() + terms->ms };
	us_code rc;

	sqlite3_set_authorizer(db->file, allow, &a);
	sqlite3_progress_handler(db->file, LOOK_EVERY, look_at_the_clock, &a);
	rc = lite_run_reading(db, question, err);
	rc = explain(db, &a, rc, err);
	sqlite3_progress_handler(db->file, 0, NULL, NULL);
	sqlite3_set_authorizer(db->file, NULL, NULL);
	return rc;
}

us_code lite_answer_on(
	lite_db *db, us_stmt *question, const us_db_terms *terms, us_err *err)
{
	int bytes = terms->bytes < INT32_MAX ? (int)terms->bytes : INT32_MAX;
	int length, pattern;
	us_code rc;

	if (!db->file)
		return us_fail(err, US_E_CONNECT, "%s: no longer open", db->path);
	rc = us_db_exec(&db->base, "BEGIN", err);
	if (rc != US_OK)
		return rc;
	length = sqlite3_limit(db->file, SQLITE_LIMIT_LENGTH, bytes);
	pattern = sqlite3_limit(
		db->file, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_MAX);
	rc = run_question(db, question, terms, err);
	(void)sqlite3_limit(db->file, SQLITE_LIMIT_LENGTH, length);
	(void)sqlite3_limit(db->file, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, pattern);
	if (us_db_exec(&db->base, LITE_ROLLBACK, NULL) != US_OK && rc == US_OK)
		rc = lite_fail(db, err);
	return rc;
}

us_code lite_answer(us_db *base, us_stmt *question, const us_db_terms *terms,
	bool *over, us_err *err)
{
	lite_db *db = (lite_db *)base;
	us_code rc;

	*over = false;
	if (db->mode != US_DB_READ)
		return us_fail(
			err, US_E_DB, "%s: not on a handle that writes", db->path);
	rc = lite_answer_on(db, question, terms, err);
	if (db->file)
		sqlite3_set_authorizer(db->file, lite_deny_attach, NULL);
	return rc;
}
