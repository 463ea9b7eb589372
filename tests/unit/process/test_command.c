/* Commands as real processes: what they say, how they end, and that nothing of them
 * is left. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/process.h"
#include "unstick/when.h"

typedef struct {
	us_strs said;
	us_command_end end;
	us_err err;
	int stop; /* an eventfd: readable once it is written to */
	bool stop_at_line;
	_Atomic(pid_t) group;
	pid_t group_was;
} ran;

static void hear(void *ctx, const char *text)
{
	ran *r = ctx;
	const uint64_t one = 1;

	assert_ok(us_strs_add(&r->said, text, &r->err), &r->err);
	r->group_was = atomic_load(&r->group);
	if (r->stop_at_line)
		assert_int_equal(
			write(r->stop, &one, sizeof(one)), (ssize_t)sizeof(one));
}

static us_code run_words(
	ran *r, const us_strs *words, int64_t timeout_ms, int64_t grace_ms)
{
	us_runner runner = { .group = &r->group };
	us_code rc;

	r->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	runner.stop.fd = r->stop;
	sigemptyset(&runner.mask);
	sigemptyset(&runner.usual);
	rc = us_command_run(&r->end,
		&(us_command){ .words = words,
			.timeout_ms = timeout_ms,
			.grace_ms = grace_ms,
			.runner = &runner,
			.line = hear,
			.ctx = r },
		&r->err);
	assert_int_equal(atomic_load(&r->group), 0);
	close(r->stop);
	return rc;
}

/* A text for the shell, which is a command as any other. */
static void run(ran *r, const char *text, int64_t timeout_ms, int64_t grace_ms)
{
	us_strs words = { 0 };

	assert_ok(us_strs_add(&words, "/bin/sh", &r->err), &r->err);
	assert_ok(us_strs_add(&words, "-c", &r->err), &r->err);
	assert_ok(us_strs_add(&words, text, &r->err), &r->err);
	assert_ok(run_words(r, &words, timeout_ms, grace_ms), &r->err);
	us_strs_fini(&words);
}

static void group_is_gone(const ran *r)
{
	assert_true(r->group_was > 0);
	assert_int_equal(kill(-r->group_was, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void its_outputs_come_line_by_line(void **state)
{
	static const char *const lines[] = { "one", "two", "", "a b", "the end" };
	ran r = { 0 };

	(void)state;
	run(&r, "echo one; echo two >&2; echo; printf 'a\\0b\\n'; printf 'the end'",
		60000, 1000);
	assert_int_equal(r.end.status, 0);
	assert_int_equal(r.said.len, US_LEN(lines));
	for (size_t i = 0; i < US_LEN(lines); i++)
		assert_string_equal(r.said.items[i], lines[i]);
	us_strs_fini(&r.said);
}

static void a_line_without_end_comes_in_pieces(void **state)
{
	size_t n = 0;
	ran r = { 0 };

	(void)state;
	run(&r, "head -c 100000 /dev/zero | tr '\\0' x", 60000, 1000);
	for (size_t i = 0; i < r.said.len; i++)
		n += strlen(r.said.items[i]);
	assert_int_equal(n, 100000);
	assert_true(r.said.len > 10);
	us_strs_fini(&r.said);
}

static void how_it_ended_is_told(void **state)
{
	static const struct {
		const char *text;
		int status;
	} rows[] = { { "exit 0", 0 }, { "exit 7", 7 }, { "kill -9 $$", 137 },
		{ "kill -TERM $$", 143 } };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		ran r = { 0 };

		run(&r, rows[i].text, 60000, 1000);
		assert_int_equal(r.end.status, rows[i].status);
		assert_false(r.end.timed_out);
		assert_false(r.end.stopped);
	}
}

static void there_is_nothing_on_stdin(void **state)
{
	ran r = { 0 };

	(void)state;
	run(&r, "cat; echo over", 60000, 1000);
	assert_int_equal(r.said.len, 1);
	us_strs_fini(&r.said);
}

static void the_time_limit_ends_the_whole_group(void **state)
{
	ran r = { 0 };

	(void)state;
	run(&r, "echo up; sleep 1000 & (sleep 1000 & sleep 1000)", 200, 5000);
	assert_true(r.end.timed_out);
	assert_int_equal(r.end.status, 143);
	group_is_gone(&r);
	us_strs_fini(&r.said);
}

static void what_ignores_it_is_killed_after_the_grace_time(void **state)
{
	ran r = { 0 };

	(void)state;
	run(&r, "trap '' TERM; echo up; sleep 1000; sleep 1000", 100, 100);
	assert_true(r.end.timed_out);
	assert_int_equal(r.end.status, 137);
	group_is_gone(&r);
	us_strs_fini(&r.said);
}

/* A wrapper that dies must not leave the engine at work. */
static void what_the_leader_leaves_behind_is_ended(void **state)
{
	ran r = { 0 };
	int64_t begun = us_clock_ms();

	(void)state;
	run(&r, "sleep 1000 & echo up", 60000, 5000);
	assert_int_equal(r.end.status, 0);
	assert_false(r.end.timed_out);
	group_is_gone(&r);
	assert_true(us_clock_ms() - begun < 20000);
	us_strs_fini(&r.said);
}

static void a_wish_to_stop_ends_it_and_its_last_words_are_heard(void **state)
{
	ran r = { .stop_at_line = true };

	(void)state;
	run(&r,
		"trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; "
		"done",
		60000, 5000);
	assert_true(r.end.stopped);
	assert_int_equal(r.end.status, 3);
	assert_string_equal(r.said.items[r.said.len - 1], "bye");
	group_is_gone(&r);
	us_strs_fini(&r.said);
}

static void what_is_no_program_is_a_mistake_in_the_configuration(void **state)
{
	static const char *const names[] = { "no-such-program-anywhere",
		"/no/such/file", "/etc/passwd", "/" };

	(void)state;
	for (size_t i = 0; i < US_LEN(names); i++) {
		us_strs words = { 0 };
		ran r = { 0 };

		assert_ok(us_strs_add(&words, names[i], &r.err), &r.err);
		assert_int_equal(run_words(&r, &words, 60000, 1000), US_E_CONFIG);
		assert_non_null(strstr(r.err.msg, names[i]));
		us_strs_fini(&words);
	}
}

/* What whoever runs the tests has left open for all that is started. */
static size_t inherited(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFD);

		n += flags >= 0 && !(flags & FD_CLOEXEC);
	}
	return n;
}

static void no_descriptor_of_ours_is_left_open_in_it(void **state)
{
	ran r = { 0 };

	(void)state;
	/* and ls has the folder itself open */
	run(&r, "exec ls /proc/self/fd", 60000, 1000);
	assert_int_equal(r.said.len, inherited() + 1);
	us_strs_fini(&r.said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_outputs_come_line_by_line),
		cmocka_unit_test(a_line_without_end_comes_in_pieces),
		cmocka_unit_test(how_it_ended_is_told),
		cmocka_unit_test(there_is_nothing_on_stdin),
		cmocka_unit_test(the_time_limit_ends_the_whole_group),
		cmocka_unit_test(what_ignores_it_is_killed_after_the_grace_time),
		cmocka_unit_test(what_the_leader_leaves_behind_is_ended),
		cmocka_unit_test(
			a_wish_to_stop_ends_it_and_its_last_words_are_heard),
		cmocka_unit_test(
			what_is_no_program_is_a_mistake_in_the_configuration),
		cmocka_unit_test(no_descriptor_of_ours_is_left_open_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
