/* Limits hold, whatever a policy tries, and a policy that ran past one is not asked
 * again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "unstick/when.h"

#define MEBIBYTE (1024UL * 1024)

static void expect_limit(
	const scratch *s, us_limits limits, const char *body, const char *part)
{
	us_verdict v;
	us_err err = { 0 };
	char *text = NULL;

	assert_true(
		asprintf(&text, "return { failure = function(case, db) %s end }",
			body) > 0);
	assert_ok(ask(s, &(question){ .text = text, .limits = limits }, &v, &err),
		&err);
	if (!v.given || v.action != US_ACTION_STOP || !strstr(v.reason, part))
		fail_msg("%s\n  expected '%s', got '%s'", body, part,
			v.reason ? v.reason : "nothing");
	us_verdict_fini(&v);
	free(text);
}

static void nothing_swallows_the_instruction_limit(void **state)
{
	static const char *const bodies[] = {
		"while true do end",
		"while true do pcall(function() while true do end end) end",
		"while true do xpcall(function() while true do end end, function() "
		"while "
		"true do end end) end",
		"while true do xpcall(error, function() while true do end end) end",
		"local function f() while true do pcall(f) end end f()",
		"while true do pcall(pcall, pcall, function() while true do end "
		"end) end",
		"table.sort({ 3, 2, 1 }, function() while true do end end)",
		"pcall(string.gsub, 'x', 'x', function() while true do end end) "
		"while true do end",
		"repeat local ok = pcall(function() for _ in pairs(case.history) "
		"do "
		"while true do end end end) until ok",
		"pcall(function() while true do end end) return "
		"verdict.applied('escaped')",
		"xpcall(function() while true do end end, function() return 1 end) "
		"return verdict.applied('escaped')",
		"goto x ::x:: goto x",
		"table.move({}, 1, 1 << 60, 2)",
		"while true do pcall(table.move, {}, math.mininteger, -1, 2) end",
	};
	us_limits limits = roomy;

	limits.instructions = 100000;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		expect_limit(*state, limits, bodies[i],
			"ran past its limit of 100000 instructions");
}

static void nothing_swallows_the_memory_limit(void **state)
{
	static const char *const bodies[] = {
		"return ('x'):rep(1e9)",
		"while true do pcall(string.rep, 'x', 1e9) end",
		"pcall(string.rep, 'x', 1e9) return verdict.applied('escaped')",
		"xpcall(string.rep, function() return 1 end, 'x', 1e9) "
		"return verdict.applied('escaped')",
		"local t = {} while true do t[#t + 1] = ('x'):rep(100) .. #t end",
		"local t = {} while true do pcall(function() while true do "
		"t[#t + 1] = ('x'):rep(100) .. #t end end) end",
		"local s = 'x' while true do s = s .. s end",
		"return table.concat({ ('x'):rep(3e6), ('x'):rep(3e6), "
		"('x'):rep(3e6) })",
		"return ('%5000000s'):format('x') .. error('not memory')",
	};
	us_limits limits = roomy;

	limits.memory_bytes = 4 * MEBIBYTE;
	for (size_t i = 0; i + 1 < sizeof(bodies) / sizeof(*bodies); i++)
		expect_limit(*state, limits, bodies[i],
			"ran past its limit of 4194304 bytes of memory");
	/* Lua has limits of its own; those are errors like any other. */
	expect_limit(*state, limits, bodies[8], "invalid conversion");
}

static void time_runs_out_too(void **state)
{
	us_limits limits = roomy;
	int64_t began = us_clock_ms();

	limits.instructions = UINT64_MAX / 2;
	limits.wall_ms = 30;
	expect_limit(*state, limits,
		"while true do pcall(function() while true do end end) end",
		"ran past its limit of 30 ms");
	assert_true(us_clock_ms() - began < 10000);
}

static void a_call_starts_with_a_full_budget(void **state)
{
	static const char text[] =
		"return { failure = function() "
		"for i = 1, 20000 do end return verdict.skip('x') end }";
	question q = { .text = text, .limits = roomy };
	json_t *kase = make_case(NULL);
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };

	q.limits.instructions = 50000;
	assert_ok(load_policy(&p, *state, &q, &err), &err);
	for (int i = 0; i < 20; i++) {
		assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err),
			&err);
		assert_int_equal(v.action, US_ACTION_SKIP);
		us_verdict_fini(&v);
	}
	us_policies_free(p);
	json_decref(kase);
}

static void a_policy_that_ran_past_a_limit_is_not_asked_again(void **state)
{
	static const char text[] = "local n = 0\n"
				   "return { failure = function(case) n = n + 1\n"
				   "  if n == 1 then while true do end end\n"
				   "  return verdict.applied('it works now') end }";
	question q = { .text = text, .limits = roomy };
	json_t *kase = make_case(NULL);
	us_policies *p;
	us_err err = { 0 };

	q.limits.instructions = 100000;
	assert_ok(load_policy(&p, *state, &q, &err), &err);
	for (int i = 0; i < 3; i++) {
		us_verdict v;

		assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err),
			&err);
		assert_int_equal(v.action, US_ACTION_STOP);
		assert_non_null(strstr(v.reason, "p.lua:3: ran past its limit"));
		assert_int_equal(v.line, 3);
		us_verdict_fini(&v);
	}
	us_policies_free(p);
	json_decref(kase);
}

static void an_error_is_forgiven(void **state)
{
	static const char text[] = "local n = 0\n"
				   "return { failure = function(case) n = n + 1\n"
				   "  if n == 1 then error('once') end\n"
				   "  return verdict.skip('fine') end }";
	json_t *kase = make_case(NULL);
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };

	assert_ok(load_policy(&p, *state, &(question){ .text = text }, &err), &err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_STOP);
	us_verdict_fini(&v);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_SKIP);
	us_verdict_fini(&v);
	us_policies_free(p);
	json_decref(kase);
}

/* From nothing upwards until it works: every allocation gets its turn to fail. */
static void every_allocation_may_fail(void **state)
{
	question q = { .text = "local words = require('builtin.words')\n"
			       "return { failure = function(case, db, with)\n"
			       "  local t = {}\n"
			       "  for k, v in pairs(case) do t[#t + 1] = k end\n"
			       "  for _, e in ipairs(case.history) do t[#t + 1] = "
			       "e.name end\n"
			       "  pcall(error, 'x') pcall(string.rep, 'x', 1000)\n"
			       "  log.info(table.concat(t, ' '))\n"
			       "  return verdict.skip(words.progress(case) .. "
			       "with.a.b[1])\n"
			       "end }",
		.with = "{\"a\": {\"b\": [1]}}",
		.limits = roomy };
	size_t failures = 0;
	bool worked = false;

	for (q.limits.memory_bytes = 97; !worked; q.limits.memory_bytes += 97) {
		us_verdict v;
		us_err err = { 0 };
		us_code rc = ask(*state, &q, &v, &err);

		if (rc == US_OK && v.action == US_ACTION_SKIP) {
			worked = true;
		} else if (rc == US_OK) {
			assert_int_equal(v.action, US_ACTION_STOP);
			assert_non_null(strstr(v.reason, "memory"));
		} else {
			assert_true(rc == US_E_POLICY || rc == US_E_NOMEM);
		}
		failures += !worked;
		us_verdict_fini(&v);
	}
	assert_true(failures > 100);
}

/* Ten thousand entries cost nothing until they are read, and can be read. */
static void a_long_history_is_converted_when_read(void **state)
{
	static const char text[] =
		"return { failure = function(case)\n"
		"  if case.cause == 'lock' then return verdict.skip(case.name) "
		"end\n"
		"  local failed = 0\n"
		"  for _, entry in ipairs(case.history) do\n"
		"    if entry.state == 'failed' then failed = failed + 1 end\n"
		"  end\n"
		"  return verdict.skip(tostring(failed))\n"
		"end }";
	question q = { .text = text, .limits = roomy };
	json_t *kase = make_case(NULL);
	json_t *history = json_array();
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };

	for (int i = 0; i < 10000; i++)
		assert_int_equal(
			json_array_append_new(history,
				json_pack("{s:s, s:s, s:b}", "name", "m", "state",
					i % 2 ? "failed" : "applied", "edited", 0)),
			0);
	assert_int_equal(json_object_set_new(kase, "history", history), 0);
	q.limits.memory_bytes = 128UL * 1024;
	assert_ok(load_policy(&p, *state, &q, &err), &err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_SKIP);
	us_verdict_fini(&v);
	us_policies_free(p);

	assert_int_equal(
		json_object_set_new(kase, "cause", json_string("syntax")), 0);
	q.limits = roomy;
	assert_ok(load_policy(&p, *state, &q, &err), &err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_string_equal(v.reason, "5000");
	us_verdict_fini(&v);
	us_policies_free(p);
	json_decref(kase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_swallows_the_instruction_limit),
		cmocka_unit_test(nothing_swallows_the_memory_limit),
		cmocka_unit_test(time_runs_out_too),
		cmocka_unit_test(a_call_starts_with_a_full_budget),
		cmocka_unit_test(a_policy_that_ran_past_a_limit_is_not_asked_again),
		cmocka_unit_test(an_error_is_forgiven),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(a_long_history_is_converted_when_read),
	};

	return cmocka_run_group_tests(tests, ask_setup, ask_teardown);
}
