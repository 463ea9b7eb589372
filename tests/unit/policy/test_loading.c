/* Which policy is asked, and what doesn't load. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"

static const char *scratch_of(void **state)
{
	return ((const scratch *)*state)->path;
}

/* ---- who is asked ---- */

static void any_sees_what_has_no_handler(void **state)
{
	static const char text[] =
		"return { timeout = function() return verdict.skip('timeout') end,"
		" any = function(case) return verdict.skip('any ' .. case.kind) "
		"end }";
	us_verdict v;
	us_err err = { 0 };

	assert_ok(ask(*state, &(question){ .text = text, .kind = US_CASE_TIMEOUT },
			  &v, &err),
		&err);
	assert_string_equal(v.reason, "timeout");
	us_verdict_fini(&v);
	assert_ok(ask(*state, &(question){ .text = text }, &v, &err), &err);
	assert_string_equal(v.reason, "any failure");
	us_verdict_fini(&v);
}

static void no_opinion_is_no_verdict(void **state)
{
	us_verdict v;
	us_err err = { 0 };

	assert_ok(ask(*state,
			  &(question){
				  .text = "return { failure = function() end }" },
			  &v, &err),
		&err);
	assert_false(v.given);
	assert_ok(
		ask(*state,
			&(question){ .text = "return { timeout = function() return "
					     "verdict.stop('x') end }" },
			&v, &err),
		&err);
	assert_false(v.given);
}

static void the_first_opinion_counts_and_built_in_ones_come_last(void **state)
{
	char *first = scratch_path(*state, "first.lua");
	char *second = scratch_path(*state, "second.lua");
	us_policy_file files[] = { { .path = first }, { .path = second } };
	us_config config = { .policies = files,
		.policies_len = 2,
		.builtin = true,
		.limits = roomy };
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };
	json_t *kase = make_case(NULL);

	scratch_write(*state, "first.lua", "return { failure = function() end }");
	scratch_write(*state, "second.lua",
		"return { failure = function() return verdict.stop('second') end "
		"}");
	assert_ok(us_policies_load(&p, &config, &(us_policy_outside){ 0 }, &err),
		&err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_string_equal(v.reason, "second");
	us_verdict_fini(&v);
	assert_ok(us_policies_decide(p, US_CASE_TIMEOUT, kase, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_ROLLED_BACK);
	assert_string_equal(v.policy, "builtin:timeout");
	assert_true(v.line > 0);
	us_verdict_fini(&v);
	us_policies_free(p);
	json_decref(kase);
	free(first);
	free(second);
}

/* ---- loading ---- */

static void a_file_that_does_not_load_is_an_error_with_its_name(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "x = = 1", "p.lua:1: unexpected symbol" },
		{ "\n\nlocal x = nil + 1",
			"p.lua:3: attempt to perform arithmetic" },
		{ "return 1",
			"p.lua: expected a table of handlers to be returned, got a "
			"number" },
		{ "", "got nothing" },
		{ "return {}", "no handlers" },
		{ "return { summary = 'x' }", "no handlers" },
		{ "return { summary = 1, any = print }", "no 'print'" },
		{ "return { summary = 1, any = type }",
			"`summary` must be a text" },
		{ "return { timeut = function() end }",
			"there is no handler `timeut`; did you mean `timeout`?" },
		{ "return { decide = function() end }",
			"there is no handler `decide`" },
		{ "return { timeout = 'stop' }", "`timeout` must be a function" },
		{ "return { function() end }", "a number as a key" },
		{ "\x1bLua", "binary chunk" },
		{ "while true do end", "ran past its limit of" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		us_policies *p;
		us_err err = { 0 };
		question q = { .text = rows[i].text, .limits = roomy };

		q.limits.instructions = 100000;
		assert_int_equal(load_policy(&p, *state, &q, &err), US_E_POLICY);
		assert_null(p);
		if (!strstr(err.msg, rows[i].part) ||
			!strstr(err.msg, scratch_of(state)))
			fail_msg("%s\n  %s", rows[i].text, err.msg);
	}
}

static void a_missing_file_is_an_error_with_its_name(void **state)
{
	char path[] = "no/such.lua";
	us_policy_file file = { .path = path };
	us_config config = {
		.policies = &file, .policies_len = 1, .limits = roomy
	};
	us_policies *p;
	us_err err = { 0 };

	(void)state;
	assert_int_equal(
		us_policies_load(&p, &config, &(us_policy_outside){ 0 }, &err),
		US_E_POLICY);
	assert_non_null(strstr(err.msg, "no/such.lua"));
}

static void a_byte_order_mark_is_passed_over(void **state)
{
	question q = { .text = "\xEF\xBB\xBFreturn { any = function() return "
			       "require('marked') end }\r\n" };
	us_verdict v;
	us_err err = { 0 };

	scratch_write(*state, "policies/marked.lua",
		"\xEF\xBB\xBFreturn verdict.skip('x')");
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_SKIP);
	us_verdict_fini(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_sees_what_has_no_handler),
		cmocka_unit_test(no_opinion_is_no_verdict),
		cmocka_unit_test(
			the_first_opinion_counts_and_built_in_ones_come_last),
		cmocka_unit_test(
			a_file_that_does_not_load_is_an_error_with_its_name),
		cmocka_unit_test(a_missing_file_is_an_error_with_its_name),
		cmocka_unit_test(a_byte_order_mark_is_passed_over),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
