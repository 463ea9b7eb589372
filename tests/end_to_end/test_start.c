/* `unstick start`, from the entrypoint to the application or to the reason why not.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "start.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"

/* Two migrations, the first deployed; `then` says what became of the second. */
static project *stage(void **state, const char *then)
{
	project *p = start_stage(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME,
		"CREATE TABLE orders (id INTEGER);\n"
		"CREATE TABLE items (id INTEGER);\n");
	if (then)
		project_stage(p, then);
	return p;
}

#define HEALTHY "{ledger}{deployed " INIT "}{deployed " NAME "}"
#define PENDING "{ledger}{deployed " INIT "}"
#define STUCK PENDING "{killed " NAME "}"
/* No prefix of the script: nothing but a person can say what to do. */
#define UNDECIDABLE STUCK "CREATE TABLE items (name TEXT)"

static void shape_is(const project *p, const char *shape)
{
	US_AUTO(auto_str) char *now = ledger_shape(p);

	assert_string_equal(now, shape);
}

/* ---- all is well ---- */

static void a_healthy_start_takes_no_turn_and_runs_no_deploy(void **state)
{
	project *p = stage(state, HEALTHY);
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
	project *p = stage(state, HEALTHY);
	session *other = session_open(p);

	session_exec(other, "SELECT pg_advisory_lock(72707369), "
			    "pg_advisory_lock(" TURN ")");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "turn.waiting"), 0);
	session_close(other);
}

static void what_is_pending_is_deployed_once(void **state)
{
	project *p = stage(state, PENDING);

	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
	assert_int_equal(events(p, "turn.taken"), 1);
	event_says(p, "command.output", "text", "stand-in: deploying");
	shape_is(p, "AA");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
}

static void an_empty_database_is_deployed_to(void **state)
{
	project *p = stage(state, NULL);

	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
	shape_is(p, "AA");
}

/* Prisma creates the file. */
static void a_file_that_is_not_there_yet_is_deployed_to(void **state)
{
	project *p = stage(state, NULL);

	assert_int_equal(unlink(p->file), 0);
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "history.none"), 1);
	assert_int_equal(events(p, "history.unreadable"), 0);
	assert_int_equal(deploys(p), 1);
	shape_is(p, "AA");
}

static void deploy_when_always_deploys_what_is_deployed(void **state)
{
	project *p = stage(state, HEALTHY);

	project_environment(p, "UNSTICK_START_DEPLOY_WHEN=always");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(deploys(p), 1);
}

static void generate_comes_first_and_may_fail(void **state)
{
	project *p = stage(state, HEALTHY);

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
	project *p = stage(state, STUCK);

	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "case.settled", "action", "rolled_back");
	event_says(p, "case.settled", "outcome", "done");
	assert_int_equal(deploys(p), 1);
	shape_is(p, "ARA");
}

static void what_ran_after_all_is_recorded_and_nothing_is_deployed(void **state)
{
	project *p = stage(state, STUCK "{script " NAME "}");

	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "case.settled", "action", "applied");
	assert_int_equal(deploys(p), 0);
	shape_is(p, "ARA");
}

/* The first deploy dies in the middle (its container had not enough memory, say);
 * what it left is resolved, and the second one goes through. */
static void what_a_deploy_leaves_is_resolved_and_deployed_again(void **state)
{
	project *p = stage(state, PENDING);

	project_write(p, "deploy",
		"if [ -e once ]; then exec " US_DEPLOY "; fi\n"
		"touch once\n"
		"\"$PSQL\" -XqAt \"$DATABASE_URL\" -c \"INSERT INTO "
		"_prisma_migrations (id, checksum, migration_name) VALUES "
		"('dead', '$(sha256sum <prisma/migrations/" NAME
		"/migration.sql | cut -c 1-64)', '" NAME "')\"\n"
		"exit 137\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "deploy.failed"), 1);
	assert_int_equal(events(p, "deploy.finished"), 1);
	event_says(p, "case.settled", "action", "rolled_back");
	shape_is(p, "ARA");
}

/* The server ends the session that has the turn while the deploy runs. */
static void a_turn_that_was_lost_is_taken_again(void **state)
{
	project *p = stage(state, PENDING);

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
	shape_is(p, "ARA");
}

/* What fails for the same reason each time ends with the attempts, in one start and
 * over many. */
static void a_crash_loop_stops_by_attempts(void **state)
{
	project *p = stage(state, PENDING);
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
	project *p = stage(state, PENDING);

	project_environment(p, "UNSTICK_START_DEPLOY=true");
	assert_string_equal(start(p, 1), "");
	assert_non_null(strstr(p->err, "left 1 pending"));
}

static void a_deploy_that_fails_for_its_own_reasons_ends_it(void **state)
{
	project *p = stage(state, PENDING);

	project_environment(p, "UNSTICK_START_DEPLOY=/bin/false");
	assert_string_equal(start(p, 1), "");
	assert_int_equal(events(p, "deploy.failed"), 1);
	project_environment(p, "UNSTICK_START_DEPLOY=no-such-program");
	assert_string_equal(start(p, 78), "");
}

/* A deploy that Prisma's lock was kept from is tried again: P1002. */
static void p1002_is_tried_again(void **state)
{
	project *p = stage(state, PENDING);
	session *other = session_open(p);
	running r;

	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	start_begin(p, &r);
	unstick_says(&r, "deploy.retrying");
	session_close(other);
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_true(deploys(p) >= 2);
	shape_is(p, "AA");
}

static void p1002_until_the_deadline_is_75(void **state)
{
	project *p = stage(state, PENDING);
	session *other = session_open(p);

	project_environment(p, "UNSTICK_DEADLINE=300ms");
	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	assert_string_equal(start(p, 75), "");
	session_close(other);
	shape_is(p, "A");
}

/* At its time limit a deploy is ended, but not what it has asked the server for. */
static void check_time_limit(void **state, bool goes)
{
	project *p = stage(state, PENDING);
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

/* ---- not started ---- */

static void check_not_started(project *p, int exit, const char *outcome)
{
	json_t *before = db_ledger(p);

	assert_string_equal(start(p, exit), "");
	assert_int_equal(deploys(p), 0);
	event_says(p, "case.settled", "outcome", outcome);
	event_says(p, "start.summary", "result", "failed");
	assert_true(json_is_string(event(p, "start.summary", "next")));
	ledger_unchanged(p, before);
}

static void policy(project *p, const char *answer)
{
	US_AUTO(auto_str) char *text = NULL;

	assert_true(asprintf(&text, "return { any = function() return %s end }\n",
			    answer) > 0);
	project_write(p, "policy.lua", text);
	project_write(
		p, "unstick.yaml", "policies: [policy.lua]\nbuiltin: false\n");
}

static void what_only_a_person_can_decide_keeps_it_from_starting(void **state)
{
	check_not_started(stage(state, UNDECIDABLE), 3, "stopped");
}

static void nobodys_opinion_keeps_it_from_starting(void **state)
{
	project *p = stage(state, STUCK);

	policy(p, "nil");
	check_not_started(p, 3, "undecided");
}

static void a_refusal_keeps_it_from_starting(void **state)
{
	project *p = stage(state, UNDECIDABLE);

	policy(p, "verdict.applied('surely')");
	check_not_started(p, 3, "refused");
}

static void what_is_in_progress_keeps_it_from_starting(void **state)
{
	project *p = stage(state, STUCK);
	session *other = session_open(p);

	project_environment(p, "UNSTICK_DEADLINE=300ms");
	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	check_not_started(p, 75, "waiting");
	session_close(other);
}

static void nobodys_turn_for_ever_is_75(void **state)
{
	project *p = stage(state, PENDING);
	session *other = session_open(p);

	project_environment(p, "UNSTICK_DEADLINE=100ms");
	project_environment(p, "UNSTICK_START_TIMEOUT=1s");
	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	assert_string_equal(start(p, 75), "");
	assert_int_equal(events(p, "turn.waiting"), 1);
	assert_int_equal(deploys(p), 0);
	session_close(other);
}

static void a_folder_that_somebody_has_locked_is_waited_for(void **state)
{
	project *p = stage(state, PENDING);
	int folder = open(p->folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	running r;

	assert_int_equal(flock(folder, LOCK_EX), 0);
	start_begin(p, &r);
	unstick_says(&r, "turn.waiting");
	close(folder);
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_int_equal(deploys(p), 1);
}

/* What another start has done meanwhile is not done again. */
static void what_another_start_deployed_is_not_deployed_again(void **state)
{
	project *p = stage(state, PENDING);
	session *other = session_open(p);
	running r;

	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	start_begin(p, &r);
	unstick_says(&r, "turn.waiting");
	project_stage(p, "{deployed " NAME "}");
	session_close(other);
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_int_equal(deploys(p), 0);
}

/* ---- started all the same ---- */

static void skip_starts_it_without_a_deploy(void **state)
{
	project *p = stage(state, UNDECIDABLE);
	json_t *before = db_ledger(p);

	policy(p, "verdict.skip('not today')");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "start.unresolved", "level", "warning");
	event_says(p, "start.unresolved", "reason", "skip");
	assert_int_equal(deploys(p), 0);
	ledger_unchanged(p, before);
}

static void on_unresolved_start_starts_it_without_a_deploy(void **state)
{
	project *p = stage(state, UNDECIDABLE);

	project_environment(p, "UNSTICK_ON_UNRESOLVED=start");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "start.unresolved", "reason", "on_unresolved");
	assert_int_equal(deploys(p), 0);
	shape_is(p, "AF");
}

static void skip_migrations_goes_straight_to_the_application(void **state)
{
	project *p = stage(state, UNDECIDABLE);

	project_write(p, "unstick.yaml", "nonsense: true\n");
	project_environment(p, "SKIP_MIGRATIONS=1");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "start.skipped", "level", "warning");
	project_environment(p, "SKIP_MIGRATIONS=maybe");
	assert_string_equal(start(p, 78), "");
	project_environment(p, "SKIP_MIGRATIONS=0");
	assert_string_equal(start(p, 78), ""); /* the nonsense */
}

/* ---- what can't be judged ---- */

static void a_history_that_cannot_be_read_is_the_deploys_to_judge(void **state)
{
	project *p = stage(state, NULL);

	db_exec(p, "CREATE TABLE _prisma_migrations (nothing INTEGER)");
	project_environment(p, "UNSTICK_START_DEPLOY=touch deployed");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "deploy.finished"), 1);
	assert_true(events(p, "history.unreadable") >= 1);
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/false");
	assert_string_equal(start(p, 1), "");
}

/* ---- the hand-over ---- */

static void the_application_gets_pid_environment_and_streams(void **state)
{
	static const char *const words[] = { "start", "--", "/bin/sh", "-c",
		"echo $$ $MARK; cat; echo oops >&2; exit 7", NULL };
	project *p = stage(state, HEALTHY);
	US_AUTO(auto_str) char *said = NULL;
	running r;

	project_environment(p, "MARK=kept as it is");
	run_start(p, &r, NULL, words);
	assert_true(asprintf(&said, "%d kept as it is\n", (int)r.pid) > 0);
	assert_string_equal(run_ends(p, &r, 7), said);
	assert_non_null(strstr(p->err, "oops"));
}

/* As many descriptors as without us. */
static void the_application_gets_no_descriptor_of_ours(void **state)
{
	static const char *const words[] = { "start", "/bin/ls", "/proc/self/fd",
		NULL };
	project *p = stage(state, HEALTHY);
	size_t with;
	running r;

	run_start(p, &r, NULL, words);
	with = strlen(run_ends(p, &r, 0));
	run_start(p, &r, "/bin/ls", words + 2);
	assert_int_equal(strlen(run_ends(p, &r, 0)), with);
}

static void what_cannot_be_run_ends_as_in_a_shell(void **state)
{
	static const char *const missing[] = { "start", "no-such-program", NULL };
	static const char *const data[] = { "start", "./data", NULL };
	static const char *const folder[] = { "start", "./prisma", NULL };
	project *p = stage(state, HEALTHY);
	running r;

	project_write(p, "data", "no program\n");
	run_start(p, &r, NULL, missing);
	run_ends(p, &r, 127);
	run_start(p, &r, NULL, data);
	run_ends(p, &r, 126);
	run_start(p, &r, NULL, folder);
	run_ends(p, &r, 126);
	assert_int_equal(events(p, "start.exec_failed"), 1);
}

static void the_report_and_the_metrics_come_before_the_application(void **state)
{
	static const char *const words[] = { "start", "--format", "json",
		"--metrics", "start.prom", "/bin/true", NULL };
	project *p = stage(state, STUCK);
	US_AUTO(auto_str) char *text = NULL;
	running r;

	run_start(p, &r, NULL, words);
	expect(unstick_ends(p, &r, 0),
		"{'command': 'start', 'exit_code': 0, 'error': null,"
		" 'cases': [{'outcome': 'done'}], 'migrations': {'applied': 2}}");
	text = project_read(p, "start.prom");
	assert_non_null(text);
	assert_non_null(strstr(text, "\nunstick_start_exit_code 0\n"));
	assert_non_null(strstr(text, "\nunstick_start_deploys 1\n"));
	assert_non_null(strstr(text, "\nunstick_cases{outcome=\"done\"} 1\n"));
	assert_non_null(
		strstr(text, "\nunstick_migrations{state=\"applied\"} 2\n"));
}

/* On a terminal, or asked for: sentences, and the whole case where a person has to
 * decide. */
static void people_get_sentences_and_what_to_do(void **state)
{
	project *p = stage(state, UNDECIDABLE);

	project_environment(p, "UNSTICK_LOG_FORMAT=text");
	assert_string_equal(start(p, 3), "");
	assert_non_null(strstr(p->err, "unstick: 1 to resolve, 0 to deploy\n"));
	assert_non_null(strstr(p->err, "unstick resolve --applied " NAME));
	assert_non_null(
		strstr(p->err, "unstick: error: ./app not started (exit code 3)"));
	project_environment(p, "UNSTICK_QUIET=1");
	assert_string_equal(start(p, 3), "");
	assert_null(strstr(p->err, "to resolve"));
	assert_non_null(strstr(p->err, "not started (exit code 3)"));
}

/* The harness looks for the password in every byte. */
static void what_a_deploy_prints_is_masked(void **state)
{
	project *p = stage(state, PENDING);

	project_write(p, "deploy",
		"echo at $DATABASE_URL\necho DATABASE_URL=$DATABASE_URL >&2\n"
		"exec " US_DEPLOY "\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
	assert_string_equal(start(p, 0), STARTED);
	assert_non_null(strstr(p->err, "***"));
	db_exec(p, "DELETE FROM _prisma_migrations WHERE migration_name = '" NAME
		   "'; DROP TABLE orders; DROP TABLE items");
	project_environment(p, "UNSTICK_LOG_FORMAT=text");
	assert_string_equal(start(p, 0), STARTED);
	assert_non_null(strstr(p->err, "***"));
}

static void a_failure_has_its_report_too(void **state)
{
	static const char *const words[] = { "start", "--format", "json",
		"/bin/true", NULL };
	project *p = stage(state, UNDECIDABLE);
	running r;

	run_start(p, &r, NULL, words);
	expect(unstick_ends(p, &r, 3),
		"{'command': 'start', 'exit_code': 3, 'error': null,"
		" 'cases': [{'outcome': 'stopped'}], 'migrations': {'failed': 1}}");
	project_write(p, "unstick.yaml", "nonsense: true\n");
	run_start(p, &r, NULL, words);
	expect(unstick_ends(p, &r, 78),
		"{'exit_code': 78, 'error': {'message': '~nonsense'}}");
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
		ON_BOTH(what_only_a_person_can_decide_keeps_it_from_starting),
		ON("sqlite", nobodys_opinion_keeps_it_from_starting),
		ON("sqlite", a_refusal_keeps_it_from_starting),
		ON("postgresql", what_is_in_progress_keeps_it_from_starting),
		ON("postgresql", nobodys_turn_for_ever_is_75),
		ON("sqlite", a_folder_that_somebody_has_locked_is_waited_for),
		ON("postgresql", what_another_start_deployed_is_not_deployed_again),
		ON_BOTH(skip_starts_it_without_a_deploy),
		ON("sqlite", on_unresolved_start_starts_it_without_a_deploy),
		ON("sqlite", skip_migrations_goes_straight_to_the_application),
		ON("postgresql",
			a_history_that_cannot_be_read_is_the_deploys_to_judge),
		ON("sqlite", the_application_gets_pid_environment_and_streams),
		ON("sqlite", the_application_gets_no_descriptor_of_ours),
		ON("sqlite", what_cannot_be_run_ends_as_in_a_shell),
		ON("sqlite", people_get_sentences_and_what_to_do),
		ON("postgresql", what_a_deploy_prints_is_masked),
		ON("sqlite", a_failure_has_its_report_too),
		ON("postgresql",
			the_report_and_the_metrics_come_before_the_application),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
