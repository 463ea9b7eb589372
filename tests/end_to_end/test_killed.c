/* Whatever ends a run, kill -9 or the server: the ledger is the old one or the new
 * one, never half of each. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "killed.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"
#define RENAMED "20240102000000_add_orders"

/* Two records to close and one to add: the more statements, the more halves. */
#define STUCK(folder)                                                              \
	"{ledger}{deployed " INIT "}{script " folder "}"                           \
	"INSERT INTO _prisma_migrations (id, migration_name, checksum, "           \
	"started_at, logs) VALUES ('1', '" NAME "', {checksum " folder             \
	"}, {at}, 'no luck');"                                                     \
	"INSERT INTO _prisma_migrations (id, migration_name, checksum, "           \
	"started_at, applied_steps_count) VALUES ('2', '" NAME                     \
	"', {checksum " folder "}, {at}, 1);"                                      \
	"CREATE TABLE as_found AS SELECT * FROM _prisma_migrations;"

static project *stage(void **state, const char *folder, const char *sql)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, folder, "CREATE TABLE orders (id INTEGER);\n");
	project_stage(p, sql);
	return p;
}

static void put_back(const project *p)
{
	db_exec(p, "BEGIN; DELETE FROM _prisma_migrations;"
		   "INSERT INTO _prisma_migrations SELECT * FROM as_found; COMMIT");
}

/* A killed client's backend finishes what it was told. It is gone when the lock can
 * be had, and one that hasn't got the lock has nothing to write. */
static void outlast(const project *p)
{
	if (project_is(p, "postgresql"))
		db_exec(p, "SELECT pg_advisory_lock(72707369)");
}

/* ---- kill -9 ---- */

static void kill_everywhere(project *p, const char *const *words)
{
	json_t *found = ledger_picture(p), *resolved, *now;
	size_t n = 1, old = 0, new = 0;

	/* Nowhere: what it comes to if nobody interferes. */
	assert_false(killed_at(p, SIZE_MAX, words));
	resolved = ledger_picture(p);
	assert_false(json_equal(found, resolved));
	put_back(p);
	for (; killed_at(p, n, words); n++) {
		outlast(p);
		now = ledger_picture(p);
		old += json_equal(now, found);
		new += json_equal(now, resolved);
		if (old + new != n) {
			json_dumpf(now, stderr, JSON_INDENT(1));
			fail_msg("neither the old ledger nor the new one");
		}
		json_decref(now);
		put_back(p);
	}
	print_message("killed at %zu places: %zu old, %zu new\n", n - 1, old, new);
	assert_true(old > 0);
	assert_true(new > 0);
	json_decref(found);
	json_decref(resolved);
}

static void kill_9_leaves_the_old_ledger_or_the_new_one(void **state)
{
	static const char *const words[] = { "resolve", NULL };

	kill_everywhere(stage(state, NAME, STUCK(NAME)), words);
}

static void kill_9_of_a_rename_leaves_the_old_ledger_or_the_new_one(void **state)
{
	static const char *const words[] = { "resolve", NULL };

	kill_everywhere(stage(state, RENAMED, STUCK(RENAMED)), words);
}

static void kill_9_by_hand_leaves_the_old_ledger_or_the_new_one(void **state)
{
	static const char *const words[] = { "resolve", "--applied", NAME, NULL };

	kill_everywhere(stage(state, NAME, STUCK(NAME)), words);
}

/* Whoever only looks must not roll it back, and not read what was never committed;
 * whoever may write goes on from the old state. */
static void a_hot_journal_is_told_by_status_and_resolve_goes_on(void **state)
{
	static const char *const words[] = { "resolve", NULL };
	project *p = stage(state, NAME, STUCK(NAME));
	US_AUTO(auto_str) char *shape = NULL;
	bool hot = false;

	for (size_t n = 1; !hot && killed_at(p, n, words); n++) {
		unstick(p, ANY, "status", NULL);
		hot = strstr(p->err, "hot journal") != NULL;
		if (!hot)
			put_back(p);
	}
	assert_true(hot);
	expect(p->report, "{'exit_code': 1, 'migrations': null, 'cases': []}");
	expect(unstick(p, 1, "audit", NULL),
		"{'error': {'message': '~hot journal'}}");
	unstick(p, 0, "resolve", NULL);
	shape = ledger_shape(p);
	assert_string_equal(shape, "ARRA");
}

/* ---- the server ends it ---- */

/* Whoever adds a record has to wait for the test: at once, or in COMMIT. */
static session *hold(project *p, const char *trigger)
{
	session *other = session_open(p);

	db_exec(p, "CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE "
		   "plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN "
		   "NEW; END $$");
	db_exec(p, trigger);
	session_exec(other, "SELECT pg_advisory_lock(1)");
	return other;
}

static const char in_the_insert[] =
	"CREATE TRIGGER hold BEFORE INSERT ON _prisma_migrations FOR EACH ROW "
	"EXECUTE FUNCTION wait_for_the_test()";
static const char in_the_commit[] =
	"CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON _prisma_migrations "
	"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
	"wait_for_the_test()";

static void until_held(const project *p)
{
	db_until(p, "SELECT count(*) > 0 FROM pg_stat_activity WHERE "
		    "wait_event_type = 'Lock' AND datname = current_database()");
}

static void terminate(const project *p, const char *which)
{
	US_AUTO(auto_str) char *sql = NULL;

	assert_true(
		asprintf(&sql,
			"SELECT pg_terminate_backend(pid, 10000) FROM "
			"pg_stat_activity WHERE datname = current_database() AND "
			"pid <> pg_backend_pid() AND %s",
			which) > 0);
	db_exec(p, sql);
}

static void check_terminated(void **state, const char *trigger)
{
	project *p = stage(state, NAME, STUCK(NAME));
	json_t *before = db_ledger(p);
	session *other = hold(p, trigger);
	running r;

	unstick_start(p, &r, "resolve", NULL);
	until_held(p);
	terminate(p, "wait_event = 'advisory'");
	expect(unstick_ends(p, &r, 1),
		"{'cases': [{'outcome': 'failed', 'outcome_why': '~connection'}],"
		" 'migrations': {'failed': 1, 'applied': 1}}");
	ledger_unchanged(p, before);
	session_close(other);
	unstick(p, 0, "resolve", NULL); /* and nothing stands in the way now */
}

static void a_backend_ended_inside_the_transaction_leaves_the_old_ledger(
	void **state)
{
	check_terminated(state, in_the_insert);
}

static void a_backend_ended_in_commit_is_asked_after_and_told(void **state)
{
	check_terminated(state, in_the_commit);
}

static void a_client_killed_inside_the_transaction_leaves_the_old_ledger(
	void **state)
{
	project *p = stage(state, NAME, STUCK(NAME));
	json_t *before = db_ledger(p);
	session *other = hold(p, in_the_insert);
	running r;

	unstick_start(p, &r, "resolve", NULL);
	until_held(p);
	unstick_kill(&r);
	session_close(other);
	outlast(p);
	ledger_unchanged(p, before);
}

static void a_client_killed_in_commit_leaves_the_new_ledger(void **state)
{
	project *p = stage(state, NAME, STUCK(NAME));
	json_t *before = db_ledger(p);
	session *other = hold(p, in_the_commit);
	size_t closed, added;
	running r;

	unstick_start(p, &r, "resolve", NULL);
	until_held(p);
	unstick_kill(&r);
	session_close(other);
	outlast(p);
	ledger_moved(p, before, NAME, "applied", &closed, &added);
	assert_int_equal(closed, 2);
	assert_int_equal(added, 1);
	json_decref(before);
}

/* While a policy thinks, the session with the lock dies; what was judged under the
 * lock is void. */
static void a_lock_lost_while_a_policy_thinks_ends_in_an_error(void **state)
{
	project *p = stage(state, NAME, STUCK(NAME));
	json_t *before = db_ledger(p);
	session *other = session_open(p);
	running r;

	db_exec(p, "CREATE TABLE gate (id INTEGER)");
	session_exec(other, "BEGIN; LOCK TABLE gate");
	project_write(p, "slow.lua",
		"return { any = function(case, db)\n"
		"  db:query('SELECT * FROM gate')\n"
		"  return verdict.applied('thought about it')\n"
		"end }\n");
	project_write(
		p, "unstick.yaml", "policies: [slow.lua]\npolicy: { time: 60s }\n");
	unstick_start(p, &r, "resolve", NULL);
	until_held(p);
	terminate(p, "pid = (SELECT pid FROM pg_locks WHERE objid = 72707369 AND "
		     "granted "
		     "AND database = (SELECT oid FROM pg_database WHERE datname = "
		     "current_database()))");
	session_close(other);
	expect(unstick_ends(p, &r, 1), "{'cases': [{'outcome': 'failed'}]}");
	ledger_unchanged(p, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(kill_9_leaves_the_old_ledger_or_the_new_one),
		ON_BOTH(kill_9_of_a_rename_leaves_the_old_ledger_or_the_new_one),
		ON_BOTH(kill_9_by_hand_leaves_the_old_ledger_or_the_new_one),
		ON("sqlite", a_hot_journal_is_told_by_status_and_resolve_goes_on),
		ON("postgresql",
			a_backend_ended_inside_the_transaction_leaves_the_old_ledger),
		ON("postgresql", a_backend_ended_in_commit_is_asked_after_and_told),
		ON("postgresql",
			a_client_killed_inside_the_transaction_leaves_the_old_ledger),
		ON("postgresql", a_client_killed_in_commit_leaves_the_new_ledger),
		ON("postgresql",
			a_lock_lost_while_a_policy_thinks_ends_in_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
