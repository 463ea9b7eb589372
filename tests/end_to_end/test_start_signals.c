/* Whenever somebody asks `start` to stop, it is over within the grace time: nothing
 * runs on, nothing is half written, the application doesn't start. As an ordinary
 * process and as PID 1, which signals without a handler can't end. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "start.h"
#include "unstick/auto.h"
#include "unstick/when.h"

static project *stage(void **state, const char *then)
{
	project *p = start_stage(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME, "CREATE TABLE orders (id INTEGER);\n");
	project_stage(p, then);
	project_environment(p, "UNSTICK_START_GRACE=2s");
	return p;
}

static void write_deploy(project *p, const char *text)
{
	project_write(p, "deploy", text);
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
}

__attribute__((format(printf, 1, 2))) static char *text(const char *format, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, format);
	assert_true(vasprintf(&out, format, ap) > 0);
	va_end(ap);
	return out;
}

/* ---- as PID 1 ---- */

/* A start, and who gets the signals: as PID 1 that is not whom we wait for. */
typedef struct {
	running r;
	pid_t to;
	bool first; /* it is PID 1 */
} started;

static bool may_be_first(project *p)
{
	static const char *const words[] = { "--pid", "--fork", "/bin/true", NULL };
	running r;

	run_start(p, &r, "/usr/bin/unshare", words);
	run_ends(p, &r, ANY);
	return p->err[0] == '\0'; /* else it says why not */
}

static started begin(project *p, bool first)
{
	static const char *const words[] = { "--pid", "--fork", US_UNSTICK, "start",
		"./app", "one", NULL };
	started s = { .first = first };

	if (first && !may_be_first(p)) {
		print_message("no PID namespace may be made here: skipped\n");
		skip();
	}
	if (first) {
		run_start(p, &s.r, "/usr/bin/unshare", words);
		s.to = child_of(s.r.pid);
	} else {
		start_begin(p, &s.r);
		s.to = s.r.pid;
	}
	return s;
}

/* It ends with 128 + signal, and the application has not been started. */
static void stopped_by(project *p, started *s, int signal)
{
	int64_t begun = us_clock_ms();

	assert_int_equal(kill(s->to, signal), 0);
	assert_string_equal(run_ends(p, &s->r, 128 + signal), "");
	/* grace, what it takes to leave, and a machine under load */
	assert_true(us_clock_ms() - begun < 10000);
	event_says(p, "start.summary", "result", "stopped");
}

/* ---- at every stage ---- */

static void while_waiting_for_the_database(void **state, bool first)
{
	project *p = stage(state, PENDING);
	started s;

	project_environment(p, "DATABASE_URL=postgresql://u@localhost:1/d?host=/"
			       "nowhere");
	s = begin(p, first);
	unstick_says(&s.r, "database.waiting");
	stopped_by(p, &s, SIGTERM);
}

static void while_waiting_for_the_turn(void **state, bool first)
{
	project *p = stage(state, PENDING);
	session *other = session_open(p);
	started s;

	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	s = begin(p, first);
	unstick_says(&s.r, "turn.waiting");
	stopped_by(p, &s, SIGINT);
	session_close(other);
	nobody_is_left(p);
}

static void while_a_policy_waits(void **state, bool first)
{
	project *p = stage(state, STUCK);
	json_t *before = db_ledger(p);
	started s;

	project_write(p, "wait.lua",
		"return { any = function() return verdict.wait(60, 'x') end }\n");
	project_write(p, "unstick.yaml", "policies: [wait.lua]\n");
	s = begin(p, first);
	unstick_says(&s.r, "case.waiting");
	stopped_by(p, &s, SIGTERM);
	ledger_unchanged(p, before);
	nobody_is_left(p);
}

/* Its question would take minutes, and its time allows for that. */
static void while_a_policy_asks(void **state, bool first)
{
	project *p = stage(state, STUCK);
	json_t *before = db_ledger(p);
	started s;

	project_write(p, "ask.lua",
		"return { any = function(_, db)\n"
		"  db:query('select count(*) from generate_series(1, 100000) a, '\n"
		"    .. 'generate_series(1, 100000) b')\n"
		"end }\n");
	project_write(
		p, "unstick.yaml", "policies: [ask.lua]\npolicy: { time: 2m }\n");
	s = begin(p, first);
	db_until(p, "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE "
		    "'select count(*) from generate_series%' AND state = 'active' "
		    "AND datname = current_database()");
	stopped_by(p, &s, SIGTERM);
	ledger_unchanged(p, before);
	nobody_is_left(p);
}

/* In a database made for that, which is not left behind. Others make some as well,
 * so that the script has our name in it. */
static void while_it_replays(void **state, bool first)
{
	static const char shadow[] =
		"SELECT datname FROM pg_stat_activity WHERE wait_event = 'PgSleep' "
		"AND query LIKE '%' || current_database() || '%'";
	project *p = stage(state, "{ledger}");
	US_AUTO(auto_str) char *name = db_value(p, "SELECT current_database()");
	US_AUTO(auto_str)
	char *script =
		text("DO $$ BEGIN IF current_database() <> '%s' THEN PERFORM "
		     "pg_sleep(120); END IF; END $$;\n",
			name);
	US_AUTO(auto_str) char *there = text("SELECT EXISTS (%s)", shadow);
	US_AUTO(auto_str) char *gone = NULL;
	json_t *before;
	started s;

	project_migration(p, INIT, script);
	project_stage(p, "{deployed " INIT "}{killed " NAME "}");
	before = db_ledger(p);
	project_write(p, "unstick.yaml", "shadow: create\n");
	project_environment(p, "UNSTICK_EVIDENCE=replay");
	project_environment(p, "UNSTICK_START_GRACE=5s");
	s = begin(p, first);
	db_until(p, there);
	free(name);
	name = db_value(p, shadow);
	gone = text(
		"SELECT count(*) = 0 FROM pg_database WHERE datname = '%s'", name);
	stopped_by(p, &s, SIGTERM);
	ledger_unchanged(p, before);
	db_until(p, gone);
	nobody_is_left(p);
}

/* In the middle of its transaction, with Prisma's lock. */
static void while_it_writes(void **state, bool first)
{
	project *p = stage(state, STUCK);
	json_t *before = db_ledger(p);
	session *other = session_open(p);
	started s;

	project_environment(p, "UNSTICK_LOCK_TIMEOUT=0");
	session_exec(other,
		"BEGIN; SELECT FROM _prisma_migrations WHERE migration_name = "
		"'" NAME "' FOR UPDATE");
	s = begin(p, first);
	db_until(p, "SELECT count(*) > 0 FROM pg_stat_activity WHERE "
		    "wait_event_type = 'Lock' AND datname = current_database()");
	stopped_by(p, &s, SIGTERM);
	session_close(other);
	ledger_unchanged(p, before);
	nobody_is_left(p);
}

static void while_it_deploys(void **state, bool first)
{
	project *p = stage(state, PENDING);
	started s;

	write_deploy(p, "echo at it\nsleep 1000 & sleep 1000\n");
	s = begin(p, first);
	unstick_says(&s.r, "at it");
	stopped_by(p, &s, SIGTERM);
	assert_int_equal(events(p, "deploy.stopped"), 1);
	nobody_is_left(p);
}

/* What doesn't listen to SIGTERM is killed, its children with it: they have our
 * stderr, and run_ends() waits for whoever has that. */
static void while_a_deploy_does_not_listen(void **state, bool first)
{
	project *p = stage(state, PENDING);
	started s;

	project_environment(p, "UNSTICK_START_GRACE=200ms");
	write_deploy(p, "trap '' TERM\n(trap '' TERM; sleep 1000) &\n"
			"echo at it\nsleep 1000\nsleep 1000\n");
	s = begin(p, first);
	unstick_says(&s.r, "at it");
	stopped_by(p, &s, SIGTERM);
	nobody_is_left(p);
}

#define AT(stage)                                                                  \
	static void a_stop_##stage##_ends_it(void **state)                         \
	{                                                                          \
		stage(state, false);                                               \
	}                                                                          \
	static void a_stop_##stage##_ends_it_as_pid_1(void **state)                \
	{                                                                          \
		stage(state, true);                                                \
	}

AT(while_waiting_for_the_database)
AT(while_waiting_for_the_turn)
AT(while_a_policy_waits)
AT(while_a_policy_asks)
AT(while_it_replays)
AT(while_it_writes)
AT(while_it_deploys)
AT(while_a_deploy_does_not_listen)

/* ---- afterwards ---- */

/* The mask of a line of /proc's status file in a text, but for the two signals that
 * glibc keeps to itself: its posix_spawn(), which starts our programs, has them
 * ignored. */
static unsigned long signals(const char *text, const char *label)
{
	const char *line = strstr(text, label);

	assert_non_null(line);
	return strtoul(line + strlen(label), NULL, 16) & ~(3UL << 31U);
}

/* What the test is started to ignore (SIGPIPE, perhaps), and with it all it starts.
 */
static unsigned long ignored(void)
{
	char text[4096] = "";
	FILE *f = fopen("/proc/self/status", "re");

	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	return signals(text, "SigIgn:");
}

static void check_handed_over(void **state, bool first)
{
	project *p = stage(state, PENDING "{deployed " NAME "}");
	started s;

	/* handlers of its own, and everything unblocked */
	project_write(p, "app",
		"#!/bin/sh\n"
		"trap 'echo got it; exit 5' TERM\n"
		"grep -E 'Sig(Blk|Ign)' /proc/self/status\n"
		"echo up $$ >&2\nwhile :; do sleep 0.01; done\n");
	s = begin(p, first);
	unstick_says(&s.r, first ? "up 1\n" : "up ");
	assert_int_equal(kill(s.to, SIGTERM), 0);
	run_ends(p, &s.r, 5);
	assert_int_equal(signals(p->out, "SigBlk:"), 0);
	assert_int_equal(signals(p->out, "SigIgn:"), ignored());
	assert_non_null(strstr(p->out, "got it"));
}

static void the_application_gets_the_signals(void **state)
{
	check_handed_over(state, false);
}

static void the_application_gets_the_signals_as_pid_1(void **state)
{
	check_handed_over(state, true);
}

/* What was ignored when it was started stays ignored, and doesn't stop it. */
static void a_signal_that_is_ignored_stays_ignored(void **state)
{
	static const char *const words[] = { "-c",
		"trap '' HUP; exec \"$0\" start sh -c "
		"'grep SigIgn /proc/self/status'",
		US_UNSTICK, NULL };
	project *p = stage(state, PENDING);
	session *other = session_open(p);
	running r;

	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	run_start(p, &r, "/bin/sh", words);
	unstick_says(&r, "turn.waiting");
	assert_int_equal(kill(r.pid, SIGHUP), 0);
	session_close(other);
	run_ends(p, &r, 0);
	assert_int_equal(
		signals(p->out, "SigIgn:"), ignored() | 1U << (SIGHUP - 1));
}

/* Of a process: can nothing be written there? */
static bool is_null_device(pid_t pid, int fd)
{
	US_AUTO(auto_str) char *path = text("/proc/%d/fd/%d", (int)pid, fd);
	char target[256] = "";

	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	return strcmp(target, "/dev/null") == 0;
}

/* Else a connection could get the number, and the log would be written into it. */
static void a_stream_that_is_closed_is_nothing_else(void **state)
{
	static const char *const words[] = { "-c",
		"exec \"$0\" start ./app one >&- 2>&-", US_UNSTICK, NULL };
	project *p = stage(state, PENDING);
	session *other = session_open(p);
	running r;
	pid_t worker;

	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	run_start(p, &r, "/bin/sh", words);
	db_until(p, "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE "
		    "'%pg_try_advisory_lock(" TURN ")%' AND "
		    "application_name = 'unstick' AND "
		    "datname = current_database()");
	worker = child_of(r.pid);
	assert_true(is_null_device(worker, 1));
	assert_true(is_null_device(worker, 2));
	assert_int_equal(kill(r.pid, SIGTERM), 0);
	run_ends(p, &r, 128 + SIGTERM);
	session_close(other);
}

/* As PID 1 it inherits what its commands leave behind, and buries it: a zombie
 * would be its child for ever. */
static void orphans_are_reaped_as_pid_1(void **state)
{
	project *p = stage(state, PENDING);
	size_t n = 2;
	pid_t any;
	started s;

	/* in a session of its own, and its parent gone before it is said */
	write_deploy(p, "(setsid sleep 0.2 >/dev/null 2>&1 &)\n"
			"echo at it\nsleep 1000\n");
	s = begin(p, true);
	unstick_says(&s.r, "at it");
	for (int tries = 0; n != 1 && tries < 4000; tries++) {
		n = children(s.to, &any);
		us_sleep_ms(5);
	}
	assert_int_equal(n, 1);
	stopped_by(p, &s, SIGTERM);
}

/* The process that works is killed: the other one ends what it had started. */
static void a_worker_that_is_killed_takes_its_deploy_along(void **state)
{
	project *p = stage(state, PENDING);
	started s;

	write_deploy(p, "echo at it\nsleep 1000\n");
	s = begin(p, false);
	unstick_says(&s.r, "at it");
	assert_int_equal(kill(child_of(s.to), SIGKILL), 0);
	assert_string_equal(run_ends(p, &s.r, 1), "");
	assert_non_null(strstr(p->err, "killed by signal 9"));
	nobody_is_left(p);
}

/* It is killed itself, and who read its log is gone with it: what it had started is
 * ended all the same. */
static void a_start_that_is_killed_takes_all_along(void **state)
{
	project *p = stage(state, PENDING);
	started s;

	write_deploy(p, "echo at it\n"
			"exec \"$PSQL\" -Xq \"$DATABASE_URL\" -c "
			"'SELECT pg_advisory_lock(72707369)' -c "
			"'SELECT pg_sleep(0.2)' -c '\\! sleep 1000'\n");
	s = begin(p, false);
	unstick_says(&s.r, "at it");
	unstick_kill(&s.r);
	nobody_is_left(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON("postgresql", a_stop_while_waiting_for_the_database_ends_it),
		ON("postgresql",
			a_stop_while_waiting_for_the_database_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_waiting_for_the_turn_ends_it),
		ON("postgresql",
			a_stop_while_waiting_for_the_turn_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_a_policy_waits_ends_it),
		ON("postgresql", a_stop_while_a_policy_waits_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_a_policy_asks_ends_it),
		ON("postgresql", a_stop_while_a_policy_asks_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_it_replays_ends_it),
		ON("postgresql", a_stop_while_it_replays_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_it_writes_ends_it),
		ON("postgresql", a_stop_while_it_writes_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_it_deploys_ends_it),
		ON("postgresql", a_stop_while_it_deploys_ends_it_as_pid_1),
		ON("postgresql", a_stop_while_a_deploy_does_not_listen_ends_it),
		ON("postgresql",
			a_stop_while_a_deploy_does_not_listen_ends_it_as_pid_1),
		ON("sqlite", the_application_gets_the_signals),
		ON("sqlite", the_application_gets_the_signals_as_pid_1),
		ON("postgresql", a_signal_that_is_ignored_stays_ignored),
		ON("postgresql", a_stream_that_is_closed_is_nothing_else),
		ON("postgresql", orphans_are_reaped_as_pid_1),
		ON("postgresql", a_worker_that_is_killed_takes_its_deploy_along),
		ON("postgresql", a_start_that_is_killed_takes_all_along),
	};

	/* A shell starts what it runs in the background without ^C, and what is
	 * ignored stays ignored: here it has to arrive. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
