/* `unstick start` where all goes well, or does after a while: what is deployed,
 * what is resolved, what is tried again. */
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "start.h"

/* ---- all is well ---- */

static void a_healthy_start_takes_no_turn_and_runs_no_deploy(void **state)
{
	project *p = start_orders(state, HEALTHY);
	json_t *before = db_ledger(p);

	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "turn.taken"), 0);
	assert_int_equal(deploys(p), 0);
	assert_int_equal(events(p, "start.summary"), 1);
	event_says(p, "start.summary", "result", "ready");
	ledger_unchanged(p, before);
}

/* Whoever has the turn or Prisma's lock is in nobody's way there. */
static void a_healthy_start_waits_for_no_lock(void **state)
{
	project *p = start_orders(state, HEALTHY);
	session *other = session_open(p);

	session_exec(other, "SELECT pg_advisory_lock(72707369), "
			    "pg_advisory_lock(" TURN ")");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "turn.waiting"), 0);
	session_close(other);
}

static void what_is_pending_is_deployed_once(void **state)
{
	project *p = start_orders(state, PENDING);

	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
	assert_int_equal(events(p, "turn.taken"), 1);
	event_says(p, "command.output", "text", "stand-in: deploying");
	ledger_shape_is(p, "AA");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
}

static void an_empty_database_is_deployed_to(void **state)
{
	project *p = start_orders(state, NULL);

	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
	ledger_shape_is(p, "AA");
}

/* Prisma creates the file. */
static void a_file_that_is_not_there_yet_is_deployed_to(void **state)
{
	project *p = start_orders(state, NULL);

	assert_int_equal(unlink(p->file), 0);
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "history.none"), 1);
	assert_int_equal(events(p, "history.unreadable"), 0);
	assert_int_equal(deploys(p), 1);
	ledger_shape_is(p, "AA");
}

static void deploy_when_always_deploys_what_is_deployed(void **state)
{
	project *p = start_orders(state, HEALTHY);

	project_environment(p, "UNSTICK_START_DEPLOY_WHEN=always");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
}

static void generate_comes_first_and_may_fail(void **state)
{
	project *p = start_orders(state, HEALTHY);

	project_environment(p, "UNSTICK_START_GENERATE=touch generated");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "generate.started", "command", "touch generated");
	project_environment(p, "UNSTICK_START_GENERATE=/bin/false");
	assert_string_equal(start(p, 1), "");
	assert_int_equal(events(p, "generate.failed"), 1);
	assert_int_equal(events(p, "history.read"), 0);
	project_environment(p, "UNSTICK_START_GENERATE=no-such-program");
	assert_string_equal(start(p, 78), "");
}

/* ---- stuck ---- */

static void what_is_stuck_is_resolved_then_deployed(void **state)
{
	project *p = start_orders(state, STUCK);

	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "case.settled", "action", "rolled_back");
	event_says(p, "case.settled", "outcome", "done");
	assert_int_equal(deploys(p), 1);
	ledger_shape_is(p, "ARA");
}

static void what_ran_after_all_is_recorded_and_nothing_is_deployed(void **state)
{
	project *p = start_orders(state, STUCK "{script " NAME "}");

	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "case.settled", "action", "applied");
	assert_int_equal(deploys(p), 0);
	ledger_shape_is(p, "ARA");
}

/* What it left is resolved, and the second one goes through. */
static void what_a_deploy_leaves_is_resolved_and_deployed_again(void **state)
{
	project *p = start_orders(state, PENDING);

	start_deploy_dies_once(p);
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "deploy.failed"), 1);
	assert_int_equal(events(p, "deploy.finished"), 1);
	event_says(p, "case.settled", "action", "rolled_back");
	ledger_shape_is(p, "ARA");
}

/* The server ends the session that has the turn while the deploy runs. */
static void a_turn_that_was_lost_is_taken_again(void **state)
{
	project *p = start_orders(state, PENDING);

	project_write(p, "deploy",
		"if [ -e once ]; then exec " US_DEPLOY "; fi\n"
		"touch once\n"
		"\"$PSQL\" -XqAt \"$DATABASE_URL\" -c \"INSERT INTO "
		"_prisma_migrations (id, checksum, migration_name) VALUES "
		"('dead', 'x', '" NAME "')\" -c \"SELECT "
		"pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
		"datname = current_database() AND application_name = "
		"'unstick'\"\nexit 1\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "turn.lost"), 1);
	assert_int_equal(events(p, "turn.taken"), 2);
	ledger_shape_is(p, "ARA");
}

/* What fails for the same reason each time ends with the attempts, in one start and
 * over many. */
static void a_crash_loop_stops_by_attempts(void **state)
{
	project *p = start_orders(state, PENDING);
	size_t n = 0;

	project_migration(p, NAME, "SELECT 1 / (SELECT count(*) FROM users);\n");
	project_environment(p, "UNSTICK_ATTEMPTS=2");
	for (int i = 0; i < 4; i++) {
		assert_string_equal(start(p, ANY), "");
		assert_int_not_equal(
			json_integer_value(event(p, "start.summary", "exit_code")),
			0);
		if (i == 1)
			n = deploys(p);
	}
	assert_true(n >= 1 && n <= 3);
	assert_int_equal(deploys(p), n);
}

static void a_deploy_that_did_nothing_is_not_believed(void **state)
{
	project *p = start_orders(state, PENDING);

	project_environment(p, "UNSTICK_START_DEPLOY=true");
	assert_string_equal(start(p, 1), "");
	assert_non_null(strstr(p->err, "left 1 pending"));
}

static void a_deploy_that_fails_for_its_own_reasons_ends_it(void **state)
{
	project *p = start_orders(state, PENDING);

	project_environment(p, "UNSTICK_START_DEPLOY=/bin/false");
	assert_string_equal(start(p, 1), "");
	assert_int_equal(events(p, "deploy.failed"), 1);
	project_environment(p, "UNSTICK_START_DEPLOY=no-such-program");
	assert_string_equal(start(p, 78), "");
}

/* A deploy that Prisma's lock was kept from is tried again: P1002. */
static void p1002_is_tried_again(void **state)
{
	project *p = start_orders(state, PENDING);
	session *other = session_open(p);
	running r;

	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	start_begin(p, &r);
	unstick_says(&r, "deploy.retrying");
	session_close(other);
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_true(deploys(p) >= 2);
	ledger_shape_is(p, "AA");
}

static void p1002_until_the_deadline_is_75(void **state)
{
	project *p = start_orders(state, PENDING);
	session *other = session_open(p);

	project_environment(p, "UNSTICK_DEADLINE=300ms");
	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	assert_string_equal(start(p, 75), "");
	session_close(other);
	ledger_shape_is(p, "A");
}

/* At its time limit a deploy is ended, but not what it has asked the server for. */
static void check_time_limit(void **state, bool goes)
{
	project *p = start_orders(state, PENDING);
	session *other = session_open(p);
	running r;

	project_write(p, "deploy",
		"exec \"$PSQL\" -Xq \"$DATABASE_URL\" -c "
		"'SELECT pg_advisory_lock(72707369)' -c "
		"'SELECT pg_advisory_lock(77)'\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
	project_environment(p, "UNSTICK_START_TIMEOUT=1s");
	project_environment(
		p, goes ? "UNSTICK_START_GRACE=20s" : "UNSTICK_START_GRACE=100ms");
	session_exec(other, "SELECT pg_advisory_lock(77)");
	start_begin(p, &r);
	unstick_says(&r, "deploy.backend");
	if (goes)
		session_exec(other, "SELECT pg_advisory_unlock(77)");
	assert_string_equal(run_ends(p, &r, 75), "");
	assert_int_equal(events(p, "deploy.timed_out"), 1);
	event_says(p, "deploy.backend", "query", "SELECT pg_advisory_lock(77)");
	assert_int_equal(events(p, "deploy.backends_gone"), goes);
	assert_int_equal(events(p, "deploy.backends_left"), !goes);
	session_close(other);
}

static void a_deploy_is_ended_at_its_time_limit(void **state)
{
	check_time_limit(state, true);
}

static void a_backend_that_stays_at_work_is_told(void **state)
{
	check_time_limit(state, false);
}

/* ---- what can't be judged ---- */

static void a_history_that_cannot_be_read_is_the_deploys_to_judge(void **state)
{
	project *p = start_orders(state, NULL);

	db_exec(p, "CREATE TABLE _prisma_migrations (nothing INTEGER)");
	project_environment(p, "UNSTICK_START_DEPLOY=touch deployed");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "deploy.finished"), 1);
	assert_true(events(p, "history.unreadable") >= 1);
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/false");
	assert_string_equal(start(p, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_healthy_start_takes_no_turn_and_runs_no_deploy),
		ON("postgresql", a_healthy_start_waits_for_no_lock),
		ON_BOTH(what_is_pending_is_deployed_once),
		ON_BOTH(an_empty_database_is_deployed_to),
		ON("sqlite", a_file_that_is_not_there_yet_is_deployed_to),
		ON("postgresql", deploy_when_always_deploys_what_is_deployed),
		ON("sqlite", generate_comes_first_and_may_fail),
		ON_BOTH(what_is_stuck_is_resolved_then_deployed),
		ON_BOTH(what_ran_after_all_is_recorded_and_nothing_is_deployed),
		ON("postgresql",
			what_a_deploy_leaves_is_resolved_and_deployed_again),
		ON("postgresql", a_turn_that_was_lost_is_taken_again),
		ON("postgresql", a_crash_loop_stops_by_attempts),
		ON("sqlite", a_deploy_that_did_nothing_is_not_believed),
		ON("sqlite", a_deploy_that_fails_for_its_own_reasons_ends_it),
		ON("postgresql", p1002_is_tried_again),
		ON("postgresql", p1002_until_the_deadline_is_75),
		ON("postgresql", a_deploy_is_ended_at_its_time_limit),
		ON("postgresql", a_backend_that_stays_at_work_is_told),
		ON("postgresql",
			a_history_that_cannot_be_read_is_the_deploys_to_judge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
