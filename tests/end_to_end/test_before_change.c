/* `before_change`: run once, before anything is changed and only then; where it
 * does not go well nothing is changed. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "start.h"
#include "unstick/auto.h"

#define MORE "20240103000000_bills"

/* The ledger has two that failed: more than one change. */
#define STUCK_TWICE STUCK "{killed " MORE "}"
/* `text` is what before_change runs, as a shell script. */
static project *stage(void **state, const char *then, const char *text)
{
	project *p = start_orders(state, NULL);

	project_migration(p, MORE, "CREATE TABLE bills (id INTEGER);\n");
	project_write(p, "backup.sh", text);
	project_write(p, "unstick.yaml", "before_change: [/bin/sh, backup.sh]\n");
	project_stage(p, then);
	return p;
}

/* What the command has left in a file; "": it was not run. */
static void left_is(const project *p, const char *name, const char *wanted)
{
	US_AUTO(auto_str) char *text = project_read(p, name);

	assert_string_equal(text ? text : "", wanted);
}

/* ---- when it is run ---- */

#define COUNTS "echo made >>backups; echo to be seen\n"

static void it_is_run_once_before_the_first_change(void **state)
{
	project *p = stage(state, STUCK_TWICE, COUNTS);

	expect(unstick(p, 0, "resolve", NULL),
		"{'before_change': {'command': '/bin/sh backup.sh',"
		" 'exit_code': 0, 'timed_out': false},"
		" 'cases': [{'outcome': 'done'}, {'outcome': 'done'}]}");
	assert_non_null(strstr(p->err, "to be seen\n"));
	left_is(p, "backups", "made\n");
	ledger_shape_is(p, "ARR");
}

static void it_is_run_before_a_change_by_hand(void **state)
{
	project *p = stage(state, STUCK, COUNTS);

	expect(unstick(p, 0, "resolve", "--rolled-back", NAME, NULL),
		"{'before_change': {'exit_code': 0}, 'cases': [{'outcome': "
		"'done'}]}");
	left_is(p, "backups", "made\n");
	ledger_shape_is(p, "AR");
	/* which Prisma answers with "marked as rolled back", and no change */
	unstick(p, 0, "resolve", "--rolled-back", NAME, NULL);
	left_is(p, "backups", "made\n");
	unstick(p, 1, "resolve", "--applied", INIT, NULL);
	left_is(p, "backups", "made\n");
}

/* Nothing is changed by any of these, so that no backup is made either. */
static void it_is_not_run_where_nothing_is_changed(void **state)
{
	static const struct {
		const char *state, *words[3];
	} rows[] = {
		{ STUCK, { "status" } },
		{ STUCK, { "audit" } },
		{ STUCK, { "explain", NAME } },
		{ PENDING, { "resolve" } },
		{ UNDECIDABLE, { "resolve" } },
	};
	const size_t n = sizeof(rows) / sizeof(*rows);
	project *p = stage(state, rows[0].state, COUNTS);

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && strcmp(rows[i].state, rows[i - 1].state) != 0) {
			db_exec(p, "DROP TABLE _prisma_migrations");
			db_exec(p, "DROP TABLE users");
			project_stage(p, rows[i].state);
		}
		unstick(p, ANY, rows[i].words[0], rows[i].words[1], NULL);
		left_is(p, "backups", "");
	}
}

/* ---- what it finds ---- */

/* A backup may take minutes, and a deploy that waits for Prisma's lock gives up
 * after ten seconds. */
static void no_lock_is_held_and_its_way_to_the_database_is_known(void **state)
{
	project *p = stage(state, STUCK,
		"env -u DATABASE_URL \"$PSQL\" -XqAt -c 'SELECT "
		"current_database(), "
		"pg_try_advisory_lock(72707369)' >found\n");
	US_AUTO(auto_str) char *name = db_value(p, "SELECT current_database()");
	US_AUTO(auto_str) char *wanted = NULL;

	assert_true(asprintf(&wanted, "%s|t\n", name) > 0);
	unstick(p, 0, "resolve", NULL);
	left_is(p, "found", wanted);
}

static void the_file_is_not_locked(void **state)
{
	project *p = stage(state, STUCK,
		"sqlite3 \"${DATABASE_URL#file:}\" 'BEGIN EXCLUSIVE; COMMIT' "
		"'.backup "
		"copy'\n");

	unstick(p, 0, "resolve", NULL);
	ledger_shape_is(p, "AR");
}

/* It took its time: what was judged before is not what is acted on. */
static void what_changed_meanwhile_is_judged_anew(void **state)
{
	project *p = stage(state, STUCK,
		"sql=\"UPDATE _prisma_migrations SET rolled_back_at = "
		"CURRENT_TIMESTAMP, logs = 'somebody was here' WHERE finished_at "
		"IS "
		"NULL\"\n"
		"case $DATABASE_URL in\n"
		"file:*) sqlite3 \"${DATABASE_URL#file:}\" \"$sql\" ;;\n"
		"*) \"$PSQL\" -Xqc \"$sql\" ;;\n"
		"esac\n");
	US_AUTO(auto_str) char *logs = NULL;

	expect(unstick(p, 0, "resolve", NULL), "{'cases': []}");
	ledger_shape_is(p, "AR");
	logs = db_value(p,
		"SELECT logs FROM _prisma_migrations WHERE rolled_back_at IS NOT "
		"NULL");
	assert_string_equal(logs, "somebody was here");
}

/* A firewall, a restart: the session that waited for it is gone. */
static void a_session_that_was_lost_meanwhile_is_made_again(void **state)
{
	project *p = stage(state, STUCK,
		"\"$PSQL\" -Xqc \"SELECT pg_terminate_backend(pid) FROM "
		"pg_stat_activity WHERE application_name = 'unstick'\"\n");

	unstick(p, 0, "resolve", "--rolled-back", NAME, NULL);
	ledger_shape_is(p, "AR");
}

/* ---- where it does not go well ---- */

static void where_it_fails_nothing_is_changed(void **state)
{
	static const struct {
		const char *config;
		int exit;
		const char *report;
	} rows[] = {
		{ "before_change: [/bin/sh, backup.sh]\n", 1,
			"{'error': {'message': '~nothing is changed: before_change "
			"ended with exit code 7'}, 'before_change': {'exit_code': "
			"7}}" },
		{ "before_change: no-such-program\n", 78,
			"{'error': {'message': '~before_change: no-such-program: "
			"No such file'}}" },
		{ "before_change: [sleep, 1000]\nbefore_change_timeout: 1s\n", 75,
			"{'error': {'message': '~within 1 s "
			"(`before_change_timeout`)'}, 'before_change': "
			"{'timed_out': true}}" },
	};
	project *p = stage(state, STUCK, "exit 7\n");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		project_write(p, "unstick.yaml", rows[i].config);
		expect(unstick(p, rows[i].exit, "resolve", NULL), rows[i].report);
		ledger_shape_is(p, "AF");
		if (rows[i].exit == 75) /* a second is enough */
			continue;
		expect(unstick(p, rows[i].exit, "resolve", "--rolled-back", NAME,
			       NULL),
			rows[i].report);
		ledger_shape_is(p, "AF");
	}
}

static pid_t pid_left(const project *p)
{
	US_AUTO(auto_str) char *text = project_read(p, "pid");

	assert_non_null(text);
	return (pid_t)strtol(text, NULL, 10);
}

/* Ctrl-C reaches the terminal's group only, and the command has one of its own. */
static void who_is_stopped_takes_it_along(void **state)
{
	project *p = stage(state, STUCK,
		"echo $$ >pid; echo is at it; while :; do sleep 0.01; done\n");
	running r;

	project_environment(p, "UNSTICK_START_GRACE=5s");
	unstick_start(p, &r, "resolve", NULL);
	unstick_says(&r, "is at it\n");
	assert_int_equal(kill(r.pid, SIGINT), 0);
	assert_int_equal(unstick_dies(p, &r), SIGINT);
	assert_non_null(
		strstr(p->err, "before_change was ended, as we were asked"));
	assert_int_equal(kill(pid_left(p), 0), -1);
	assert_int_equal(errno, ESRCH);
	ledger_shape_is(p, "AF");
}

/* ---- in a start ---- */

/* Where there is something to resolve twice. */
static void a_start_runs_it_once_for_all_its_rounds(void **state)
{
	project *p = stage(state, STUCK, COUNTS);

	start_deploy_dies_once(p);
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "case.settled"), 2);
	assert_int_equal(events(p, "before_change.started"), 1);
	event_says(p, "before_change.started", "command", "/bin/sh backup.sh");
	assert_int_equal(events(p, "before_change.finished"), 1);
	left_is(p, "backups", "made\n");
	ledger_shape_is(p, "ARRAA");
}

static void a_start_that_only_deploys_does_not_run_it(void **state)
{
	project *p = stage(state, PENDING, COUNTS);

	assert_string_equal(start(p, 0), STARTED);
	left_is(p, "backups", "");
}

static void where_it_fails_nothing_is_started(void **state)
{
	project *p = stage(state, STUCK, "echo no room left >&2; exit 7\n");

	project_environment(p, "UNSTICK_ON_UNRESOLVED=start");
	assert_string_equal(start(p, 1), "");
	assert_int_equal(events(p, "before_change.failed"), 1);
	event_says(p, "command.output", "command", "before_change");
	event_says(p, "command.output", "text", "no room left");
	assert_int_equal(deploys(p), 0);
	ledger_shape_is(p, "AF");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(it_is_run_once_before_the_first_change),
		ON_BOTH(it_is_run_before_a_change_by_hand),
		ON_BOTH(it_is_not_run_where_nothing_is_changed),
		ON("postgresql",
			no_lock_is_held_and_its_way_to_the_database_is_known),
		ON("sqlite", the_file_is_not_locked),
		ON_BOTH(what_changed_meanwhile_is_judged_anew),
		ON("postgresql", a_session_that_was_lost_meanwhile_is_made_again),
		ON("postgresql", where_it_fails_nothing_is_changed),
		ON("sqlite", who_is_stopped_takes_it_along),
		ON("postgresql", a_start_runs_it_once_for_all_its_rounds),
		ON("sqlite", a_start_that_only_deploys_does_not_run_it),
		ON("postgresql", where_it_fails_nothing_is_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
