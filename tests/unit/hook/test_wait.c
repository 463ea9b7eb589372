/* How long is waited between two tries, and the turn on both databases. */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "cluster.h"
#include "scratch.h"
#include "steps.h"
#include "unstick/auto.h"

static void each_wait_is_longer_up_to_the_longest(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 70; n++) {
		int64_t whole = n < 6 ? (int64_t)100 << n : 5000;
		bool differs = false;
		int64_t first = backoff_ms(n, 100, 5000);

		for (int i = 0; i < 50; i++) {
			int64_t ms = backoff_ms(n, 100, 5000);

			assert_in_range(ms, whole / 2, whole);
			differs = differs || ms != first;
		}
		assert_true(differs); /* many must not knock at once */
	}
}

static us_turn *open_turn(const us_url *url)
{
	us_turn *t;
	us_err err = { 0 };

	assert_ok(us_turn_open(&t, url, &err), &err);
	return t;
}

static bool take(us_turn *t)
{
	bool got;
	us_err err = { 0 };

	assert_ok(us_turn_take(t, &got, &err), &err);
	return got;
}

static bool held(us_turn *t)
{
	bool yes;
	us_err err = { 0 };

	assert_ok(us_turn_held(t, &yes, &err), &err);
	return yes;
}

/* The server ends a session some moments after its client has gone. */
static bool take_soon(us_turn *t)
{
	bool got = take(t);

	for (int tries = 0; !got && tries < 2000; tries++) {
		us_sleep_ms(5);
		got = take(t);
	}
	return got;
}

static void check_turns(const us_url *url)
{
	us_turn *one = open_turn(url), *two = open_turn(url);

	assert_true(take(one));
	assert_true(take(one)); /* what is ours already is had */
	assert_true(held(one));
	assert_false(take(two));
	us_turn_close(one);
	assert_true(take_soon(two));
	us_turn_close(two);
}

static void one_has_the_turn_on_postgresql(void **state)
{
	cluster_db db;

	(void)state;
	cluster_db_open(&db);
	check_turns(&db.parts);
	cluster_db_close(&db);
}

/* It is on an idle session: no transaction, no snapshot, nothing to wait for. */
static void the_turn_holds_up_nothing_on_postgresql(void **state)
{
	US_AUTO(auto_str) char *said = NULL;
	cluster_db db;
	us_turn *t;

	(void)state;
	cluster_db_open(&db);
	t = open_turn(&db.parts);
	assert_true(take(t));
	said = cluster_value(&db,
		"SELECT state || ' ' || (backend_xid IS NULL) || ' ' || "
		"(backend_xmin IS NULL) FROM pg_stat_activity WHERE datname = "
		"current_database() AND pid <> pg_backend_pid() AND "
		"application_name = 'unstick'");
	assert_string_equal(said, "idle true true");
	cluster_exec(&db, "CREATE TABLE t (a INTEGER)");
	cluster_exec(&db, "CREATE INDEX CONCURRENTLY i ON t (a)");
	us_turn_close(t);
	cluster_db_close(&db);
}

static void a_turn_whose_session_is_gone_is_lost(void **state)
{
	cluster_db db;
	us_turn *t;

	(void)state;
	cluster_db_open(&db);
	t = open_turn(&db.parts);
	assert_true(take(t));
	cluster_terminate(&db, "true");
	assert_false(held(t));
	us_turn_close(t);
	cluster_db_close(&db);
}

static us_url file_url(const scratch *s, char **path)
{
	*path = scratch_path(s, "app.db");
	return (us_url){ .provider = (char *)(uintptr_t) "sqlite", .path = *path };
}

static void one_has_the_turn_on_sqlite(void **state)
{
	US_AUTO(auto_str) char *path = NULL;
	scratch s;
	us_url url;

	(void)state;
	scratch_open(&s);
	url = file_url(&s, &path);
	check_turns(&url); /* there is no file yet, and there is none afterwards */
	assert_int_not_equal(access(path, F_OK), 0);
	scratch_close(&s);
}

/* Something that runs on until what it reads from is closed. */
static pid_t start_cat(int *to)
{
	char *const words[] = { (char *)(uintptr_t) "cat", NULL };
	posix_spawn_file_actions_t files;
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(posix_spawn_file_actions_init(&files), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&files, pipes[0], 0), 0);
	assert_int_equal(
		posix_spawn(&pid, "/bin/cat", &files, NULL, words, NULL), 0);
	posix_spawn_file_actions_destroy(&files);
	close(pipes[0]);
	*to = pipes[1];
	return pid;
}

/* What we start must not keep the turn when we have given it back. */
static void the_turn_is_not_inherited_on_sqlite(void **state)
{
	US_AUTO(auto_str) char *path = NULL;
	scratch s;
	us_url url;
	us_turn *t;
	pid_t child;
	bool got;
	int to;

	(void)state;
	scratch_open(&s);
	url = file_url(&s, &path);
	t = open_turn(&url);
	assert_true(take(t));
	child = start_cat(&to);
	us_turn_close(t);
	t = open_turn(&url);
	got = take(t);
	us_turn_close(t);
	close(to);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(got);
	scratch_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wait_is_longer_up_to_the_longest),
		cmocka_unit_test(one_has_the_turn_on_sqlite),
		cmocka_unit_test(the_turn_is_not_inherited_on_sqlite),
		cmocka_unit_test(one_has_the_turn_on_postgresql),
		cmocka_unit_test(the_turn_holds_up_nothing_on_postgresql),
		cmocka_unit_test(a_turn_whose_session_is_gone_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
