/* Limits hold, whatever a policy tries, and a policy that ran past one is not asked
 * again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "unstick/when.h"

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

/* A script of 40 MB in 20,000 statements, read from end to end in 4 MiB. */
static void what_was_looked_at_is_garbage_again(void **state)
{
	static const char text[] = "return { failure = function(case)\n"
				   "  local n = 0\n"
				   "  for _, s in ipairs(case.evidence.statements) "
				   "do n = n + #s.sql end\n"
				   "  assert(case.evidence.statements[1] == "
				   "case.evidence.statements[1])\n"
				   "  return verdict.skip(tostring(n))\n"
				   "end }";
	question q = { .text = text, .limits = roomy };
	json_t *kase = make_case(NULL), *statements = json_array(), *one;
	us_str sql = { 0 };
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };

	for (int i = 0; i < 2000; i++)
		us_str_addc(&sql, 'x');
	one = json_pack("{s:i, s:i, s:s, s:s, s:s, s:n}", "index", 1, "line", 1,
		"kind", "INSERT", "sql", us_str_text(&sql), "state", "unknown",
		"why");
	us_str_fini(&sql);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(json_array_append(statements, one), 0);
	assert_int_equal(json_object_set_new(json_object_get(kase, "evidence"),
				 "statements", statements),
		0);
	q.limits.memory_bytes = 4UL * 1024 * 1024;
	assert_ok(load_policy(&p, *state, &q, &err), &err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_string_equal(v.reason, "40000000");
	us_verdict_fini(&v);
	us_policies_free(p);
	json_decref(one);
	json_decref(kase);
}

/* What is longer than 64 KiB is cut between characters, and says so. */
static void a_long_text_is_cut_and_says_so(void **state)
{
	static const char text[] =
		"return { failure = function(case)\n"
		"  local logs = case.records[1].logs\n"
		"  assert(#logs < 70000 and utf8.len(logs))\n"
		"  return verdict.skip(logs:match('%[cut after %d+ of %d+ "
		"bytes%]$'))\n"
		"end }";
	question q = { .text = text, .limits = roomy };
	json_t *kase = make_case(NULL);
	us_str logs = { 0 };
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };

	us_str_add(&logs, "x");
	for (int i = 0; i < 1000000; i++)
		us_str_add(&logs, "\xC3\xA4");
	assert_int_equal(
		json_object_set_new(
			json_array_get(json_object_get(kase, "records"), 0), "logs",
			json_string(us_str_text(&logs))),
		0);
	us_str_fini(&logs);
	q.limits.memory_bytes = 1024UL * 1024;
	assert_ok(load_policy(&p, *state, &q, &err), &err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_string_equal(v.reason, "[cut after 65535 of 2000001 bytes]");
	us_verdict_fini(&v);
	us_policies_free(p);
	json_decref(kase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_starts_with_a_full_budget),
		cmocka_unit_test(a_policy_that_ran_past_a_limit_is_not_asked_again),
		cmocka_unit_test(an_error_is_forgiven),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(a_long_history_is_converted_when_read),
		cmocka_unit_test(what_was_looked_at_is_garbage_again),
		cmocka_unit_test(a_long_text_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
