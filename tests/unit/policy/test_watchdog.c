/* What nothing can interrupt is noticed from outside. */
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "unstick/when.h"

/* Eight of `.-`: what takes no time in `letters` letters takes for ever in some
 * more.
 */
#define SEARCH "('a'):rep(letters):find(('.-'):rep(8) .. 'b') "

struct told {
	atomic_int times;
	us_err why;
};

static void note(void *ctx, const us_err *why)
{
	struct told *t = ctx;

	t->why = *why;
	atomic_fetch_add(&t->times, 1);
}

static us_limits short_time(void)
{
	us_limits limits = roomy;

	limits.wall_ms = 20;
	return limits;
}

/* Asks with longer and longer searches until one has been told of. */
static void search(const scratch *s, const char *lua, struct told *t, us_verdict *v,
	us_err *err)
{
	const char *kase = "{\"name\": \"20240102_hangs\"}";

	for (int letters = 16; atomic_load(&t->times) == 0; letters += 4) {
		char text[512];
		question q = { .text = text,
			.kase = kase,
			.limits = short_time(),
			.outside = { .overrun = note, .ctx = t } };

		us_verdict_fini(v);
		snprintf(text, sizeof(text), "local letters = %d %s", letters, lua);
		*err = (us_err){ 0 };
		(void)!ask(s, &q, v, err);
	}
}

static void a_search_for_ever_is_told_with_policy_case_and_limit(void **state)
{
	struct told t = { 0 };
	us_verdict v = { 0 };
	us_err err = { 0 };

	search(*state,
		"return { failure = function() pcall(function() " SEARCH
		" end) return verdict.applied('escaped') end }",
		&t, &v, &err);
	assert_int_equal(t.why.code, US_E_LIMIT);
	assert_non_null(strstr(t.why.msg, "p.lua ran past its limit of 20 ms at "
					  "20240102_hangs"));
	/* The function did return: then the limit counts like any other. */
	assert_ok(err.code, &err);
	assert_int_equal(v.action, US_ACTION_STOP);
	assert_non_null(strstr(v.reason, "ran past its limit of 20 ms"));
	assert_int_equal(atomic_load(&t.times), 1);
	us_verdict_fini(&v);
}

static void loading_is_watched_too(void **state)
{
	struct told t = { 0 };
	us_verdict v = { 0 };
	us_err err = { 0 };

	search(*state, SEARCH " return { failure = function() end }", &t, &v, &err);
	assert_non_null(strstr(t.why.msg, "while it was loaded"));
	assert_int_equal(err.code, US_E_POLICY);
	assert_non_null(strstr(err.msg, "ran past its limit of 20 ms"));
	us_verdict_fini(&v);
}

static void a_call_that_ends_is_not_told(void **state)
{
	struct told t = { 0 };
	question q = { .text = "return { failure = function() while true do "
			       "pcall(error) end end }",
		.limits = roomy,
		.outside = { .overrun = note, .ctx = &t } };
	us_verdict v;
	us_err err = { 0 };

	q.limits.instructions = 100000;
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_non_null(strstr(v.reason, "instructions"));
	assert_int_equal(atomic_load(&t.times), 0);
	us_verdict_fini(&v);
}

static void hold_up(void *ctx, const char *level, const char *text)
{
	(void)ctx, (void)level, (void)text;
	us_sleep_ms(1000);
}

/* Somebody pressed Ctrl-S: that isn't the policy's fault. */
static void time_that_a_terminal_takes_does_not_count(void **state)
{
	struct told t = { 0 };
	question q = { .text = "return { failure = function() log.info('x') return "
			       "verdict.skip('fine') end }",
		.limits = roomy,
		.outside = { .log = hold_up, .overrun = note, .ctx = &t } };
	us_verdict v;
	us_err err = { 0 };

	q.limits.wall_ms = 500;
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_string_equal(v.reason, "fine");
	assert_int_equal(atomic_load(&t.times), 0);
	us_verdict_fini(&v);
}

static int threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;

	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void only_a_policy_that_is_asked_costs_a_thread(void **state)
{
	struct told t = { 0 };
	us_config config = { .builtin = true, .limits = roomy };
	us_policy_outside outside = { .overrun = note, .ctx = &t };
	json_t *kase = make_case(NULL);
	us_err err = { 0 };
	us_verdict v = { 0 };
	us_policies *p;
	int before = threads();

	(void)state;
	assert_ok(us_policies_load(&p, &config, &outside, &err), &err);
	assert_int_equal(threads(), before);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_int_equal(threads(), before + 1);
	us_policies_free(p);
	assert_int_equal(threads(), before);
	us_verdict_fini(&v);
	json_decref(kase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_search_for_ever_is_told_with_policy_case_and_limit),
		cmocka_unit_test(loading_is_watched_too),
		cmocka_unit_test(a_call_that_ends_is_not_told),
		cmocka_unit_test(time_that_a_terminal_takes_does_not_count),
		cmocka_unit_test(only_a_policy_that_is_asked_costs_a_thread),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
