/* Who else is at this database, as far as PostgreSQL shows it to us. */
#include <stdlib.h>
#include <string.h>

#include "postgres.h"
#include "unstick/arena.h"
#include "unstick/auto.h"

/* Prisma's advisory lock, and the locks of those that change a table, held or
 * waited for. What reads and writes rows holds RowExclusiveLock at most. A relation
 * that isn't committed yet has no name that could be seen, and is left out:
 * anybody's temporary table is one, and a script that makes a table is told by its
 * query.
 *
 * Subqueries and no joins, nor an order: they cost nothing where there is no such
 * lock, which is as good as always, and never read pg_class as a whole. */
static const char locks_sql[] =
	"SELECT l.pid, l.mode, l.granted,"
	" (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid ="
	"  (SELECT c.relnamespace FROM pg_catalog.pg_class c"
	"   WHERE c.oid = l.relation)),"
	" (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = l.relation),"
	" l.locktype = 'advisory'"
	" FROM pg_catalog.pg_lock_status() l"
	" WHERE l.pid <> pg_backend_pid()"
	" AND (l.locktype = 'relation' AND l.mode IN ('ShareUpdateExclusiveLock',"
	"  'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',"
	"  'AccessExclusiveLock')"
	"  OR l.locktype = 'advisory' AND l.classid = 0 AND l.objid = 72707369"
	"  AND l.objsubid = 1 AND l.granted)"
	" AND l.database = (SELECT oid FROM pg_catalog.pg_database"
	"  WHERE datname = current_database())";

enum { LOCK_PID, LOCK_MODE, LOCK_GRANTED, LOCK_SCHEMA, LOCK_NAME, LOCK_PRISMAS };

/* All backends of this database, and which are a client's. To somebody without
 * pg_read_all_stats another role's session has no backend_type and no state, only
 * "<insufficient privilege>" for a query; usesysid tells it from the server's own
 * workers, pg_stat_get_wal_senders() from a WAL sender. With track_activities off
 * there is nothing to be seen either.
 *
 * The functions behind pg_stat_activity and pg_locks, not the views: planning the
 * views in a new session costs three times as much (11 ms against 4 ms on
 * PostgreSQL 15). The columns named here are the same in 13 to 17. */
static const char sessions_sql[] =
	"SELECT a.pid, a.application_name, a.state, a.query,"
	" current_setting('track_activity_query_size'),"
	" extract(epoch FROM clock_timestamp() - a.query_start)::bigint,"
	" (a.query = '<insufficient privilege>' AND a.backend_type IS NULL)"
	" OR a.state = 'disabled',"
	" a.backend_type = 'client backend'"
	" OR (a.backend_type IS NULL AND a.usesysid IS NOT NULL AND a.pid NOT IN"
	"  (SELECT w.pid FROM pg_catalog.pg_stat_get_wal_senders() w))"
	" FROM pg_catalog.pg_stat_get_activity(NULL) a"
	" WHERE a.pid <> pg_backend_pid() AND a.datid ="
	"  (SELECT oid FROM pg_catalog.pg_database WHERE datname = "
	"current_database())"
	" ORDER BY a.pid";

/* A lock, and whose. */
typedef struct {
	const char *pid;
	us_ddl_lock lock; /* without a name: Prisma's */
} held;

enum { PID, APPLICATION, STATE, QUERY, LIMIT, AGE, HIDDEN, IS_CLIENT };

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
	held h = { 0 };
	us_code rc;

	if (!cell[LOCK_PID])
		return US_OK;
	if (!is_true(cell[LOCK_PRISMAS])) {
		if (!cell[LOCK_SCHEMA] || !cell[LOCK_NAME])
			return US_OK;
		h.lock = (us_ddl_lock){ us_arena_str(&c->arena, cell[LOCK_MODE]),
			us_arena_str(&c->arena, cell[LOCK_SCHEMA]),
			us_arena_str(&c->arena, cell[LOCK_NAME]),
			is_true(cell[LOCK_GRANTED]) };
	}
	rc = room_for_lock(c, err);
	if (rc != US_OK)
		return rc;
	h.pid = us_arena_str(&c->arena, cell[LOCK_PID]);
	c->held[c->len++] = h;
	return us_arena_check(&c->arena, err);
}

/* Whichever is told first, it is the same one every time. */
static int by_relation(const void *a, const void *b)
{
	const us_ddl_lock *x = a, *y = b;
	int order = strcmp(x->schema, y->schema);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order != 0 ? order : strcmp(x->mode, y->mode);
}

static void add_locks(us_session *s, call *c)
{
	s->ddl_locks = c->of_session;
	for (size_t i = 0; i < c->len; i++) {
		const held *h = &c->held[i];

		if (strcmp(h->pid, s->pid) != 0)
			continue;
		if (h->lock.name)
			c->of_session[s->nddl_locks++] = h->lock;
		else
			s->holds_lock = true;
	}
	if (s->nddl_locks > 1)
		qsort(c->of_session, s->nddl_locks, sizeof(*c->of_session),
			by_relation);
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
	};

	add_locks(&s, c);
	if (!s.holds_lock && !is_true(cell[IS_CLIENT]))
		return US_OK;
	if (hidden)
		*c->visible = false;
	return c->fn(&s, c->ctx, err);
}

us_code pg_sessions(us_db *base, us_session_fn *fn, void *ctx, bool *visible,
	const us_meanwhile *meanwhile, us_err *err)
{
	call c = { .fn = fn, .ctx = ctx, .visible = visible };
	us_stmt batch[] = {
		{ .sql = locks_sql, .fn = take_lock, .ctx = &c },
		{ .sql = sessions_sql, .fn = give_session, .ctx = &c },
	};
	us_code rc;

	*visible = true;
	rc = us_db_run_while(base, batch, US_LEN(batch), meanwhile, err);
	us_arena_fini(&c.arena);
	free(c.held);
	free(c.of_session);
	return rc;
}
