/* A migration that somebody is still at looks in the ledger exactly like one that
 * failed. Nothing may be written about it, by nobody's decision, until it is over.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"
#define STATEMENT "CREATE TABLE orders (id INTEGER)"

#define LOCK "SELECT pg_advisory_lock(72707369)"

/* The ledger has proof that the script is complete: were nobody at it, it would be
 * recorded as applied. The table itself is the test's to create. */
static project *stage_begun(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME, "-- orders at last\n" STATEMENT ";\n");
	project_stage(p,
		"{ledger}{deployed " INIT "}"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('1', '" NAME
		"', {checksum " NAME "}, {at}, 1)");
	return p;
}

static project *stage(void **state)
{
	project *p = stage_begun(state);

	db_exec(p, STATEMENT);
	return p;
}

/* Looks again sooner than the built-in policy does. */
static void look_often(project *p)
{
	project_write(p, "often.lua",
		"return { in_progress = function(case)\n"
		"  return verdict.wait(0.05, 'somebody is at it')\n"
		"end }\n");
	project_write(p, "unstick.yaml", "policies: [often.lua]\ndeadline: 60s\n");
}

/* A session that deploys: with Prisma's lock on PostgreSQL, with the file's lock on
 * SQLite. */
static session *deploy(const project *p)
{
	session *other = session_open(p);

	session_exec(other, project_is(p, "sqlite") ? "BEGIN IMMEDIATE" : LOCK);
	return other;
}

/* ---- seen from outside ---- */

static void audit_says_who_holds_the_lock_and_takes_none(void **state)
{
	project *p = stage(state);
	session *other = deploy(p);
	json_t *report = unstick(p, 2, "audit", NULL);
	US_AUTO(auto_str) char *pid = NULL;

	expect(report,
		"{'lock': {'held_by': [{}]}, 'cases': [{'kind': 'in_progress',"
		" 'evidence': {'running': [{'holds_lock': true}]},"
		" 'permitted': ['wait', 'stop'],"
		" 'verdict': {'action': 'wait', 'policy': '~in_progress'},"
		" 'guard': {'allowed': true}, 'outcome': 'planned'}]}");
	expect(unstick(p, 3, "status", NULL),
		"{'lock': {'held_by': [{}]}, 'cases': [{'kind': 'in_progress'}]}");
	expect(unstick(p, 0, "explain", NAME, NULL),
		"{'lock': {'held_by': [{}]}, 'cases': [{'kind': 'in_progress'}]}");
	if (project_is(p, "postgresql")) {
		assert_true(asprintf(&pid, "%d", session_pid(other)) > 0);
		assert_string_equal(
			json_string_value(part(p->report, "lock.held_by.0.pid")),
			pid);
		assert_string_equal(json_string_value(part(p->report,
					    "cases.0.evidence.running.0.pid")),
			pid);
	}
	session_close(other);
	expect(unstick(p, 2, "audit", NULL),
		"{'lock': {'held_by': []}, 'cases': [{'kind': 'timeout',"
		" 'verdict': {'action': 'applied'}}]}");
}

static void the_deadline_ends_the_waiting_and_nothing_is_written(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);
	session *other = deploy(p);

	project_write(p, "unstick.yaml", "deadline: 300ms\n");
	expect(unstick(p, 75, "resolve", NULL),
		"{'error': null, 'cases': [{'kind': 'in_progress',"
		" 'verdict': {'action': 'wait'}, 'outcome': 'waiting',"
		" 'outcome_why': '~deadline'}]}");
	assert_non_null(strstr(p->err, "waiting"));
	session_close(other);
	ledger_unchanged(p, before);
}

static void resolve_goes_on_when_the_holder_has_gone(void **state)
{
	project *p = stage(state);
	session *other = deploy(p);
	US_AUTO(auto_str) char *shape = NULL;
	running r;

	look_often(p);
	unstick_start(p, &r, "resolve", NULL);
	unstick_says(&r, "waiting");
	session_close(other);
	expect(unstick_ends(p, &r, 0), "{'cases': [{'outcome': 'done', 'verdict': "
				       "{'action': 'applied'}}]}");
	shape = ledger_shape(p);
	assert_string_equal(shape, "ARA");
}

/* What the holder did meanwhile counts, not what was seen at first. */
static void what_the_holder_recorded_meanwhile_is_not_overwritten(void **state)
{
	project *p = stage(state);
	session *other = deploy(p);
	json_t *before;
	running r;

	look_often(p);
	unstick_start(p, &r, "resolve", NULL);
	unstick_says(&r, "waiting");
	session_exec(other,
		"UPDATE _prisma_migrations SET finished_at = started_at "
		"WHERE finished_at IS NULL");
	if (project_is(p, "sqlite"))
		session_exec(other, "COMMIT");
	before = db_ledger(p);
	session_close(other);
	expect(unstick_ends(p, &r, 0),
		"{'cases': [], 'migrations': {'applied': 2, 'failed': 0}}");
	ledger_unchanged(p, before);
}

/* ---- by hand ---- */

static void by_hand_waits_for_the_lock_too(void **state)
{
	project *p = stage(state);
	session *other = deploy(p);
	US_AUTO(auto_str) char *shape = NULL;
	running r;

	unstick_start(p, &r, "resolve", "--applied", NAME, NULL);
	db_until(p,
		"SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE "
		"'%pg_try_advisory_lock(72707369)%' AND pid <> pg_backend_pid() "
		"AND datname = current_database()");
	session_close(other);
	unstick_ends(p, &r, 0);
	shape = ledger_shape(p);
	assert_string_equal(shape, "ARA");
}

static void by_hand_refuses_what_somebody_is_at(void **state)
{
	project *p = stage_begun(state);
	json_t *before = db_ledger(p);
	session *other = session_open(p);

	session_exec(other, "BEGIN");
	session_exec(other, STATEMENT);
	expect(unstick(p, 3, "resolve", "--applied", NAME, NULL),
		"{'error': {'message': '~somebody'}}");
	expect(unstick(p, 3, "resolve", "--rolled-back", NAME, NULL),
		"{'error': {'message': '~somebody'}}");
	session_close(other);
	ledger_unchanged(p, before);
}

/* ---- without the lock ---- */

/* PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK, or the backend of a client that was killed.
 */
static void a_session_whose_last_query_is_the_script_s_is_at_it(void **state)
{
	project *p = stage_begun(state);
	session *other = session_open(p);
	running r;

	session_exec(other, "BEGIN");
	session_exec(other, "-- orders at last\n" STATEMENT);
	expect(unstick(p, 2, "audit", NULL),
		"{'lock': {'held_by': []}, 'cases': [{'kind': 'in_progress',"
		" 'evidence': {'running': [{'holds_lock': false,"
		" 'state': 'idle in transaction'}]},"
		" 'permitted': ['wait', 'stop']}]}");
	look_often(p);
	unstick_start(p, &r, "resolve", NULL);
	unstick_says(&r, "waiting");
	session_exec(
		other, "COMMIT"); /* and the script's own query stays visible */
	session_exec(other, "SELECT 'something else'");
	unstick_ends(p, &r, 0);
	session_close(other);
}

static void a_statement_that_waits_for_a_lock_is_in_progress(void **state)
{
	project *p = stage_begun(state);
	session *holder = session_open(p), *other = session_open(p);

	/* Somebody else's uncommitted table of that name is what it waits for. */
	session_exec(holder, "BEGIN; CREATE TABLE orders (id INTEGER, x INTEGER)");
	session_send(other, STATEMENT);
	db_until(p,
		"SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = "
		"'Lock' AND datname = current_database()");
	expect(unstick(p, 2, "audit", NULL),
		"{'cases': [{'kind': 'in_progress',"
		" 'evidence': {'running': [{'state': 'active'}]}}]}");
	session_close(holder);
	session_close(other);
}

/* ---- who can't be seen ---- */

/* Roles belong to the whole server: one of this database's own. */
static void make_poor_role(project *p)
{
	US_AUTO(auto_str) char *sql = NULL, *url = NULL;

	assert_true(asprintf(&sql,
			    "CREATE ROLE %s_poor LOGIN; GRANT ALL ON "
			    "_prisma_migrations TO %s_poor",
			    p->server.name, p->server.name) > 0);
	db_exec(p, sql);
	assert_true(asprintf(&url,
			    "DATABASE_URL=postgresql://%s_poor:" SECRET
			    "@localhost:%s/%s?host=%s",
			    p->server.name, p->server.parts.port, p->server.name,
			    p->server.socket) > 0);
	project_environment(p, url);
}

static void drop_poor_role(project *p)
{
	US_AUTO(auto_str) char *sql = NULL;

	assert_true(asprintf(&sql, "DROP OWNED BY %s_poor; DROP ROLE %s_poor",
			    p->server.name, p->server.name) > 0);
	db_exec(p, sql);
}

static void a_session_that_can_t_be_looked_into_is_unknown_and_not_nobody(
	void **state)
{
	project *p = stage(state);
	session *other = session_open(p);

	session_exec(other, "SELECT 'nothing of interest'");
	make_poor_role(p);
	unstick(p, 2, "audit", NULL);
	assert_true(json_is_null(part(p->report, "cases.0.evidence.running")));
	/* resolve has the lock, and so need not see: nobody deploys. */
	expect(unstick(p, 0, "resolve", NULL), "{'cases': [{'outcome': 'done'}]}");
	session_close(other);
	drop_poor_role(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(audit_says_who_holds_the_lock_and_takes_none),
		ON_BOTH(the_deadline_ends_the_waiting_and_nothing_is_written),
		ON_BOTH(resolve_goes_on_when_the_holder_has_gone),
		ON_BOTH(what_the_holder_recorded_meanwhile_is_not_overwritten),
		ON("postgresql", by_hand_waits_for_the_lock_too),
		ON("postgresql", by_hand_refuses_what_somebody_is_at),
		ON("postgresql",
			a_session_whose_last_query_is_the_script_s_is_at_it),
		ON("postgresql", a_statement_that_waits_for_a_lock_is_in_progress),
		ON("postgresql",
			a_session_that_can_t_be_looked_into_is_unknown_and_not_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
