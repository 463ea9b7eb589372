/* The file's lock. SQLite has no advisory locks; Prisma takes the file itself
 * (PRAGMA main.locking_mode=EXCLUSIVE: schema engine, read in source), and so do
 * we: the lock outlives every COMMIT until it is given back. */
#include "sqlite.h"
#include "unstick/auto.h"

static const char read_something[] = "SELECT 1 FROM sqlite_master LIMIT 1";

static us_code exec(lite_db *db, const char *sql, us_err *err)
{
	return us_db_exec(&db->base, sql, err);
}

us_code lite_lock(us_db *base, bool *got, us_err *err)
{
	/* The read comes first: in WAL mode a connection that enters it with
	 * locking_mode=EXCLUSIVE can't go back to NORMAL (sqlite.org/pragma.html).
	 */
	static const char *const steps[] = { read_something,
		"PRAGMA main.locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT" };
	lite_db *db = (lite_db *)base;
	us_code rc = US_OK;

	*got = db->locked;
	if (db->locked)
		return US_OK;
	for (size_t i = 0; rc == US_OK && i < US_LEN(steps); i++)
		rc = exec(db, steps[i], err);
	if (rc == US_OK) {
		*got = db->locked = true;
		return US_OK;
	}
	/* In WAL mode the attempt leaves the file's PENDING lock behind, which
	 * keeps every new reader out and which only closing gives back (3.40). */
	if (rc == US_E_LOCK)
		return lite_reopen(db, err);
	(void)lite_reopen(db, NULL);
	return rc;
}

us_code lite_unlock(us_db *base, us_err *err)
{
	lite_db *db = (lite_db *)base;
	us_code rc;

	if (!db->locked)
		return us_fail(
			err, US_E_LOCK, "%s: the lock was not held", db->path);
	db->locked = false;
	rc = exec(db, "PRAGMA main.locking_mode=NORMAL", err);
	/* The next read makes SQLite let go of the lock it has. */
	return rc ? rc : exec(db, read_something, err);
}

us_code lite_still_locked(us_db *base, bool *yes, us_err *err)
{
	(void)base, (void)err;
	/* No pooler can come between us and a file, and begin_write has taken it.
	 */
	*yes = true;
	return US_OK;
}

/* Does another process write? Asks the file's locks, takes none. In WAL mode
 * writers have no such lock. */
static us_code reserved(lite_db *db, bool *yes, us_err *err)
{
	sqlite3_file *file = NULL;
	int held = 0;

	*yes = false;
	if (sqlite3_file_control(db->file, "main", SQLITE_FCNTL_FILE_POINTER,
		    &file) != SQLITE_OK ||
		!file || !file->pMethods)
		return us_fail(
			err, US_E_DB, "%s: its locks can't be read", db->path);
	if (file->pMethods->xCheckReservedLock(file, &held) != SQLITE_OK)
		return us_fail(
			err, US_E_DB, "%s: its locks can't be read", db->path);
	*yes = held != 0;
	return US_OK;
}

us_code lite_sessions(us_db *base, us_session_fn *fn, void *ctx, bool *visible,
	const us_meanwhile *meanwhile, us_err *err)
{
	const us_session writer = { .query_age_s = -1, .holds_lock = true };
	lite_db *db = (lite_db *)base;
	bool busy = false;
	us_code rc;

	if (meanwhile)
		meanwhile->fn(meanwhile->ctx);
	*visible = true; /* a file has no queries to look at */
	/* There can be nobody else; our own lock must not be taken for theirs. */
	if (db->locked || (db->file && sqlite3_txn_state(db->file, "main") ==
					       SQLITE_TXN_WRITE))
		return US_OK;
	/* A file taken as a whole, as Prisma takes it, can't be read. */
	rc = exec(db, read_something, err);
	busy = rc == US_E_LOCK;
	if (rc == US_OK)
		rc = reserved(db, &busy, err);
	else if (busy)
		rc = US_OK;
	return rc == US_OK && busy ? fn(&writer, ctx, err) : rc;
}
