/* Who else is at this database, as far as PostgreSQL shows it to us. */
#include <stdlib.h>
#include <string.h>

#include "postgres.h"

/* Client backends, and whoever holds Prisma's lock. To somebody without
 * pg_read_all_stats another role's session has no backend_type and no state, only
 * "<insufficient privilege>" for a query; usesysid tells it from the server's own
 * workers, pg_stat_get_wal_senders() from a WAL sender. With track_activities off
 * there is nothing to be seen either.
 *
 * The functions behind pg_stat_activity and pg_locks, not the views: planning the
 * views in a new session costs three times as much (11 ms against 4 ms on
 * PostgreSQL 15). The columns named here are the same in 13 to 17. */
static const char sessions_sql[] =
	"SELECT a.pid::text, a.application_name, a.state, a.query,"
	" current_setting('track_activity_query_size'),"
	" extract(epoch FROM clock_timestamp() - a.query_start)::bigint,"
	" (a.query = '<insufficient privilege>' AND a.backend_type IS NULL)"
	" OR a.state = 'disabled',"
	" h.pid IS NOT NULL"
	" FROM pg_catalog.pg_stat_get_activity(NULL) a"
	" LEFT JOIN (SELECT DISTINCT pid, database FROM pg_catalog.pg_lock_status()"
	"  WHERE locktype = 'advisory' AND classid = 0 AND objid = 72707369"
	"  AND objsubid = 1 AND granted"
	" ) h ON h.pid = a.pid AND h.database = a.datid"
	" WHERE a.pid <> pg_backend_pid() AND a.datid ="
	"  (SELECT oid FROM pg_catalog.pg_database WHERE datname = "
	"current_database())"
	" AND (h.pid IS NOT NULL OR a.backend_type = 'client backend'"
	"  OR (a.backend_type IS NULL AND a.usesysid IS NOT NULL AND a.pid NOT IN"
	"   (SELECT w.pid FROM pg_catalog.pg_stat_get_wal_senders() w)))"
	" ORDER BY a.pid";

enum { PID, APPLICATION, STATE, QUERY, LIMIT, AGE, HIDDEN, HOLDS_LOCK };

typedef struct {
	us_session_fn *fn;
	void *ctx;
	bool *visible;
} call;

static bool is_true(const char *cell)
{
	return cell && cell[0] == 't';
}

/* The setting is shown with a unit ("1kB") where one fits. One byte of it is a NUL,
 * and the cut is moved back to the start of a character: up to three more. */
static size_t query_limit(const char *setting)
{
	char *unit;
	unsigned long n = setting ? strtoul(setting, &unit, 10) : 0;

	if (n == 0)
		return 0;
	if (strcmp(unit, "kB") == 0)
		n *= 1024;
	else if (strcmp(unit, "MB") == 0)
		n *= 1024UL * 1024;
	return n > 4 ? n - 4 : 1;
}

static us_code give_session(const us_row *row, void *ctx, us_err *err)
{
	call *c = ctx;
	const char *const *cell = row->cells;
	bool hidden = is_true(cell[HIDDEN]);
	us_session s = {
		.pid = cell[PID],
		.application = cell[APPLICATION],
		.state = cell[STATE],
		.query = hidden ? NULL : cell[QUERY],
		.query_limit = query_limit(cell[LIMIT]),
		.query_age_s = cell[AGE] ? strtoll(cell[AGE], NULL, 10) : -1,
		.hidden = hidden,
		.holds_lock = is_true(cell[HOLDS_LOCK]),
	};

	if (hidden)
		*c->visible = false;
	return c->fn(&s, c->ctx, err);
}

us_code pg_sessions(
	us_db *base, us_session_fn *fn, void *ctx, bool *visible, us_err *err)
{
	call c = { fn, ctx, visible };

	*visible = true;
	return us_db_query(base, sessions_sql, 0, NULL, give_session, &c, err);
}
