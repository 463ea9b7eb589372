/* Who else is at this database, as far as PostgreSQL shows it to us. */
#include <stdlib.h>
#include <string.h>

#include "postgres.h"
#include "unstick/arena.h"
#include "unstick/auto.h"

/* The locks of those that change a table, held or waited for. What reads and writes
 * rows holds RowExclusiveLock at most. A relation that isn't committed yet has no
 * name that could be seen, and is left out: anybody's temporary table is one, and a
 * script that makes a table is told by its query.
 *
 * Subqueries and no joins: they cost nothing where there is no such lock, which is
 * as good as always, and never read pg_class as a whole. */
static const char locks_sql[] =
	"SELECT l.pid::text, l.mode, l.granted,"
	" (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid ="
	"  (SELECT c.relnamespace FROM pg_catalog.pg_class c"
	"   WHERE c.oid = l.relation)),"
	" (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = l.relation)"
	" FROM pg_catalog.pg_lock_status() l"
	" WHERE l.locktype = 'relation' AND l.pid <> pg_backend_pid()"
	" AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock',"
	"  'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"
	" AND l.database = (SELECT oid FROM pg_catalog.pg_database"
	"  WHERE datname = current_database())"
	" ORDER BY 1, 4, 5";

enum { LOCK_PID, LOCK_MODE, LOCK_GRANTED, LOCK_SCHEMA, LOCK_NAME };

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

/* A lock, and whose. */
typedef struct {
	const char *pid;
	us_ddl_lock lock;
} held;

enum { PID, APPLICATION, STATE, QUERY, LIMIT, AGE, HIDDEN, HOLDS_LOCK };

typedef struct {
	us_session_fn *fn;
	void *ctx;
	bool *visible;
	us_arena arena; /* the locks, which are read first */
	held *held;
	size_t len, cap;
	us_ddl_lock *of_session; /* as long as held */
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

static us_code room_for_lock(call *c, us_err *err)
{
	size_t cap = c->cap ? 2 * c->cap : 16;
	us_ddl_lock *locks;
	held *grown;

	if (c->len < c->cap)
		return US_OK;
	grown = reallocarray(c->held, cap, sizeof(*grown));
	if (grown)
		c->held = grown;
	locks = reallocarray(c->of_session, cap, sizeof(*locks));
	if (locks)
		c->of_session = locks;
	if (!grown || !locks)
		return us_fail(err, US_E_NOMEM, "out of memory");
	c->cap = cap;
	return US_OK;
}

static us_code take_lock(const us_row *row, void *ctx, us_err *err)
{
	call *c = ctx;
	const char *const *cell = row->cells;
	us_code rc;

	if (!cell[LOCK_PID] || !cell[LOCK_SCHEMA] || !cell[LOCK_NAME])
		return US_OK;
	rc = room_for_lock(c, err);
	if (rc != US_OK)
		return rc;
	c->held[c->len++] = (held){ us_arena_str(&c->arena, cell[LOCK_PID]),
		{ us_arena_str(&c->arena, cell[LOCK_MODE]),
			us_arena_str(&c->arena, cell[LOCK_SCHEMA]),
			us_arena_str(&c->arena, cell[LOCK_NAME]),
			is_true(cell[LOCK_GRANTED]) } };
	return us_arena_check(&c->arena, err);
}

static void add_locks(us_session *s, call *c)
{
	s->ddl_locks = c->of_session;
	for (size_t i = 0; i < c->len; i++)
		if (strcmp(c->held[i].pid, s->pid) == 0)
			c->of_session[s->nddl_locks++] = c->held[i].lock;
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
	add_locks(&s, c);
	return c->fn(&s, c->ctx, err);
}

us_code pg_sessions(
	us_db *base, us_session_fn *fn, void *ctx, bool *visible, us_err *err)
{
	call c = { .fn = fn, .ctx = ctx, .visible = visible };
	us_stmt batch[] = {
		{ .sql = locks_sql, .fn = take_lock, .ctx = &c },
		{ .sql = sessions_sql, .fn = give_session, .ctx = &c },
	};
	us_code rc;

	*visible = true;
	rc = us_db_run(base, batch, US_LEN(batch), err);
	us_arena_fini(&c.arena);
	free(c.held);
	free(c.of_session);
	return rc;
}
