/* `require` reaches the policy's own folder and the built-in modules, nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"

static void expect_reason(void **state, const char *text, const char *want)
{
	us_verdict v;
	us_err err = { 0 };

	assert_ok(ask(*state, &(question){ .text = text }, &v, &err), &err);
	assert_true(v.given);
	if (strcmp(v.reason, want) != 0)
		fail_msg("%s\n  %s", text, v.reason);
	us_verdict_fini(&v);
}

static void a_module_is_loaded_once(void **state)
{
	scratch_write(*state, "policies/lib/count-er.lua",
		"local n = 0 return function() n = n + 1 return n end");
	expect_reason(state,
		"local a, b = require('lib.count-er'), require('lib.count-er')\n"
		"return { failure = function() a() return verdict.skip(b() .. '') "
		"end }",
		"2");
}

static void a_module_has_the_same_sandbox(void **state)
{
	scratch_write(*state, "policies/evil.lua", "return os.execute('true')");
	expect_stop(*state, "require('evil')",
		"evil.lua:1: a policy's environment has no "
		"'os'");
	scratch_write(*state, "policies/global.lua", "x = 1");
	expect_stop(*state, "require('global')", "read-only");
	scratch_write(*state, "policies/binary.lua", "\x1bLua");
	expect_stop(*state, "require('binary')", "binary chunk");
	scratch_write(*state, "policies/broken.lua", "\n\nx = = 1");
	expect_stop(*state, "require('broken')", "broken.lua:3: unexpected symbol");
}

static void a_helper_may_make_the_verdict(void **state)
{
	us_verdict v;
	us_err err = { 0 };

	scratch_write(*state, "policies/helper.lua",
		"return function(why)\n\n\n\n\n  local v = verdict.skip(why) "
		"return v end");
	assert_ok(ask(*state,
			  &(question){ .text = "local helper = require('helper')\n"
					       "return { failure = function()\n"
					       "  local v = helper('x')\n"
					       "  return v\nend }" },
			  &v, &err),
		&err);
	assert_string_equal(v.reason, "x");
	assert_int_equal(v.line, 3);
	us_verdict_fini(&v);
	/* a tail call leaves no trace: then it is the handler's line */
	assert_ok(ask(*state,
			  &(question){ .text = "local helper = require('helper')\n"
					       "return { failure = function()\n"
					       "  return helper('x')\nend }" },
			  &v, &err),
		&err);
	assert_int_equal(v.line, 2);
	us_verdict_fini(&v);
}

static void nothing_leads_out_of_the_folder(void **state)
{
	static const char *const names[] = { "..secret", "../secret", "/etc/passwd",
		"a..b", ".a", "a.", "", "a/b", "lib/../../secret", "a\\0b", "a b",
		"*", "\\xC3\\xA9" };
	const scratch *s = *state;
	char *link = scratch_path(s, "policies/link.lua");
	char *folder = scratch_path(s, "policies/out");
	char *inside = scratch_path(s, "policies/inside.lua");

	scratch_write(s, "secret.lua", "return 'secret'");
	scratch_write(s, "policies/real.lua", "return 'inside'");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char body[64];

		snprintf(body, sizeof(body), "require('%s')", names[i]);
		expect_stop(s, body, "expected dotted names");
	}
	assert_int_equal(symlink("../secret.lua", link), 0);
	assert_int_equal(symlink("..", folder), 0);
	assert_int_equal(symlink("real.lua", inside), 0);
	expect_stop(s, "require('link')", "leads out of the policy's folder");
	expect_stop(s, "require('out.secret')", "leads out of the policy's folder");
	expect_stop(s, "require('nosuch')", "there is no file");
	expect_stop(s, "require('out')", "there is no file");
	expect_reason(state,
		"local x = require('inside') return { failure = function() "
		"return verdict.skip(x) end }",
		"inside");
	free(link);
	free(folder);
	free(inside);
}

static void a_circle_is_an_error(void **state)
{
	scratch_write(*state, "policies/one.lua", "return require('two')");
	scratch_write(*state, "policies/two.lua", "return require('one')");
	expect_stop(*state, "require('one')", "it requires itself");
}

static void built_in_modules_are_there_for_all(void **state)
{
	expect_reason(state,
		"local words = require('builtin.words')\n"
		"return { failure = function(case) return verdict.skip("
		"words.progress(case)) end }",
		"between 1 and 2 of 1 statements ran");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_is_loaded_once),
		cmocka_unit_test(a_module_has_the_same_sandbox),
		cmocka_unit_test(a_helper_may_make_the_verdict),
		cmocka_unit_test(nothing_leads_out_of_the_folder),
		cmocka_unit_test(a_circle_is_an_error),
		cmocka_unit_test(built_in_modules_are_there_for_all),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
