/* SQLite: opening a file that must be there already, SQLite's error codes in words,
 * and the driver's table. */
#include "sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unstick/auto.h"

static void lite_close(us_db *base)
{
	lite_db *db = (lite_db *)base;

	sqlite3_close(db->file); /* no statement outlives lite_run() */
	free(db->path);
	free(db);
}

/* What a code means for the person who has to do something about it. Extended codes
 * come before the primary one they belong to. */
static const struct {
	int code;
	us_code means;
	const char *text;
} meanings[] = {
	{ SQLITE_READONLY_ROLLBACK, US_E_DB,
		"has a hot journal: a writer died inside a transaction; the next "
		"program that opens it for writing rolls that back" },
	{ SQLITE_READONLY_RECOVERY, US_E_DB,
		"is in WAL mode and has to be recovered: a writer died; the next "
		"program that opens it for writing does that" },
	{ SQLITE_READONLY_CANTINIT, US_E_DB,
		"is in WAL mode and its -shm file can't be used: nobody who may "
		"write has it open" },
	{ SQLITE_READONLY_DIRECTORY, US_E_DB,
		"can't be written: its folder doesn't let a journal be created" },
	{ SQLITE_READONLY, US_E_DB,
		"can't be written: it is open for reading only, or file "
		"permissions say "
		"so" },
	{ SQLITE_BUSY, US_E_LOCK, "is locked by another process" },
	{ SQLITE_LOCKED, US_E_LOCK, "is locked by another process" },
	{ SQLITE_PROTOCOL, US_E_LOCK, "is locked by another process" },
	{ SQLITE_CANTOPEN, US_E_CONNECT,
		"can't be opened; a database in WAL mode needs its -wal and -shm "
		"files beside it, or a folder where they can be created" },
	{ SQLITE_NOTADB, US_E_DB, "is not an SQLite database, or it is encrypted" },
	{ SQLITE_CORRUPT, US_E_DB, "is damaged" },
	{ SQLITE_FULL, US_E_DB, "can't grow: the disk is full" },
};

us_code lite_fail(const lite_db *db, us_err *err)
{
	int code = sqlite3_extended_errcode(db->file);
	us_str line = { 0 };

	if ((code & 0xFF) == SQLITE_NOMEM)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < US_LEN(meanings); i++) {
		if (meanings[i].code == code || meanings[i].code == (code & 0xFF)) {
			return us_fail(err, meanings[i].means, "%s %s", db->path,
				meanings[i].text);
		}
	}
	us_db_fold(&line, sqlite3_errmsg(db->file));
	(void)us_fail(err, US_E_DB, "%s", us_str_text(&line));
	us_str_fini(&line);
	return US_E_DB;
}

/* SQLite's own message for all of these is "unable to open database file". */
static us_code check_file(const char *path, us_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return us_fail(err, US_E_CONNECT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return us_fail(err, US_E_CONNECT, "%s: not a file", path);
	return US_OK;
}

/* A read-only handle still lets ATTACH and VACUUM INTO (which attaches) write to
 * other files. */
int lite_deny_attach(void *ctx, int action, const char *a, const char *b,
	const char *c, const char *d)
{
	(void)ctx, (void)a, (void)b, (void)c, (void)d;
	return action == SQLITE_ATTACH ? SQLITE_DENY : SQLITE_OK;
}

/* Never immutable: that reads pages of transactions that were never committed. No
 * busy timeout either: callers poll, within their own deadline. */
us_code lite_reopen(lite_db *db, us_err *err)
{
	int flags = db->mode == US_DB_READ ? SQLITE_OPEN_READONLY
					   : SQLITE_OPEN_READWRITE;
	us_code rc = check_file(db->path, err);

	sqlite3_close(db->file); /* NULL-safe */
	db->file = NULL;
	if (rc != US_OK)
		return rc;
	if (sqlite3_open_v2(db->path, &db->file, flags | SQLITE_OPEN_EXRESCODE,
		    NULL) != SQLITE_OK) {
		if (!db->file)
			return us_fail(err, US_E_NOMEM, "out of memory");
		return lite_fail(db, err);
	}
	/* SQLite opens what it may not write for reading, without a word. */
	if (db->mode == US_DB_WRITE && sqlite3_db_readonly(db->file, "main")) {
		return us_fail(err, US_E_CONNECT,
			"%s: file permissions don't let us write", db->path);
	}
	if (db->mode == US_DB_READ)
		sqlite3_set_authorizer(db->file, lite_deny_attach, NULL);
	return US_OK;
}

static us_code lite_open(
	us_db **out, const us_url *url, us_db_mode mode, us_err *err)
{
	lite_db *db = calloc(1, sizeof(*db));
	us_code rc;

	*out = NULL;
	if (!db)
		return us_fail(err, US_E_NOMEM, "out of memory");
	db->base.ops = &us_db_sqlite;
	db->mode = mode;
	rc = us_strdup(&db->path, url->path, err);
	if (rc == US_OK)
		rc = lite_reopen(db, err);
	if (rc == US_OK)
		*out = &US_STEAL(db)->base;
	if (db)
		lite_close(&db->base);
	return rc;
}

static us_db_info lite_info(const us_db *base)
{
	const lite_db *db = (const lite_db *)base;

	return (us_db_info){ .provider = us_db_sqlite.provider,
		.name = db->path,
		.version = sqlite3_libversion() };
}

static us_code lite_quote(
	us_db *base, us_str *out, const char *identifier, us_err *err)
{
	char *quoted = sqlite3_mprintf("\"%w\"", identifier);

	(void)base;
	if (!quoted)
		return us_fail(err, US_E_NOMEM, "out of memory");
	us_str_add(out, quoted);
	sqlite3_free(quoted);
	return US_OK;
}

/* Under BEGIN EXCLUSIVE nobody is waited for, and the ledger's statements are
 * short. */
static us_code lite_limit(
	us_db *base, int64_t lock_ms, int64_t statement_ms, us_err *err)
{
	(void)base, (void)lock_ms, (void)statement_ms, (void)err;
	return US_OK;
}

static us_code lite_pooled(us_db *base, bool *yes, us_err *err)
{
	(void)base, (void)err;
	*yes = false;
	return US_OK;
}

/* The ledger's statements are short, and a script asks on its own. */
void lite_heed(us_db *base, const us_stop *stop)
{
	(void)base, (void)stop;
}

us_absence lite_absence(const us_url *url, const us_err *why)
{
	struct stat st;

	(void)why;
	if (stat(url->path, &st) != 0)
		return errno == EACCES ? US_ABSENT_DENIED : US_ABSENT_MISSING;
	return access(url->path, R_OK) != 0 ? US_ABSENT_DENIED
					    : US_ABSENT_UNREACHABLE;
}

const us_db_ops us_db_sqlite = {
	.provider = "sqlite",
	.ddl_in_transaction = true,
	.open = lite_open,
	.reader = lite_reader_open,
	.close = lite_close,
	.info = lite_info,
	.run = lite_run,
	.ask = lite_answer,
	.script = lite_script,
	.begin_read = "BEGIN",
	.begin_write = "BEGIN EXCLUSIVE",
	.commit = "COMMIT",
	.rollback = LITE_ROLLBACK,
	.quote = lite_quote,
	.lock = lite_lock,
	.unlock = lite_unlock,
	.still_locked = lite_still_locked,
	.limit = lite_limit,
	.sessions = lite_sessions,
	.pooled = lite_pooled,
	.heed = lite_heed,
	.absence = lite_absence,
	.turn_open = lite_turn_open,
	.turn_take = lite_turn_take,
	.turn_held = lite_turn_held,
	.turn_close = lite_turn_close,
};
