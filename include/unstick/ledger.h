#ifndef US_LEDGER_H
#define US_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/db.h"
#include "unstick/when.h"

#define US_LEDGER_TABLE "_prisma_migrations"

/* One row of _prisma_migrations. Borrowed from its ledger. */
typedef struct {
	const char *id;
	const char *checksum;
	const char *name;
	us_time started_at, finished_at, rolled_back_at; /* US_NEVER for NULL */
	bool finished, rolled_back; /* not NULL, even if the time can't be read */
	int applied_steps_count;    /* -1 for NULL: hand-made rows have that */
	bool times_as_text;         /* SQLite has both; PostgreSQL doesn't care */
	const char *logs;           /* as stored; NULL for NULL */
} us_record;

typedef enum {
	US_RECORD_APPLIED,
	US_RECORD_FAILED,
	US_RECORD_ROLLED_BACK
} us_record_state;

/* Failed: neither finished nor rolled back. Applied: finished and not rolled back.
 * One that is both counts as rolled back: deploy runs it again
 * (observed with 7.10.1). */
us_record_state us_record_state_of(const us_record *r);

/* The records, oldest first, as one snapshot. Immutable once loaded. */
typedef struct us_ledger us_ledger;

/* Reads it in one read-only transaction of its own and one round trip. A database
 * without the table is an empty ledger (see us_ledger_exists). Prisma 8's tables:
 * US_E_CONFIG.
 */
US_MUST us_code us_ledger_load(us_ledger **out, us_db *db, us_err *err);
/* The records of one name, locked against change, in the open write transaction. */
US_MUST us_code us_ledger_load_for_update(
	us_ledger **out, us_db *db, const char *name, us_err *err);
void us_ledger_free(us_ledger *led);

bool us_ledger_exists(const us_ledger *led);
size_t us_ledger_len(const us_ledger *led);
const us_record *us_ledger_record(const us_ledger *led, size_t i);

/* ---- audit lines ------------------------------------------------------ */

/* What every line of ours in `logs` starts with. */
#define US_AUDIT_PREFIX "unstick: "

/* logs without our audit lines; *out is NULL if nothing is left. The caller's. */
US_MUST us_code us_logs_strip(char **out, const char *logs, us_err *err);
/* The last audit line's JSON, or NULL. Borrowed from logs, up to its end of line
 * (*len bytes). */
const char *us_logs_audit(const char *logs, size_t *len);

/* ---- writing: only src/action calls these, in an open write transaction -- */

/* An audit line is given as its JSON object, on one line; US_AUDIT_PREFIX is put
 * before it here. Times are stored in the form the record, or the table, has
 * already.
 *
 * One change to the ledger, also as text for people: *shown (if not NULL) gets the
 * statement with its values in place. With dry set nothing is sent: that is how a
 * plan shows what would be done; db is then only asked to quote. */
typedef struct {
	us_db *db;
	bool dry;
	us_strs *shown; /* one entry per statement; NULL if not wanted */
} us_ledger_writer;

/* CREATE TABLE exactly as Prisma does. */
US_MUST us_code us_ledger_create(us_ledger_writer *w, us_err *err);
/* rolled_back_at = at for a record that is still failed; audit (NULL: none) becomes
 * the last line of its logs. US_E_REFUSED if the record has moved. */
US_MUST us_code us_ledger_close_record(us_ledger_writer *w, const us_record *r,
	us_time at, const char *audit, us_err *err);
/* The row that `migrate resolve --applied` inserts: logs '', steps 0, started_at =
 * finished_at = at. `like` (NULL allowed) is a record whose form of timestamps is
 * followed (SQLite has several). */
US_MUST us_code us_ledger_insert_applied(us_ledger_writer *w, const char *id,
	const char *name, const char *checksum, us_time at, const us_ledger *like,
	us_err *err);
/* Gives a record another name. */
US_MUST us_code us_ledger_rename_record(us_ledger_writer *w, const us_record *r,
	const char *to, const char *audit, us_err *err);

#endif
