/* What a policy can't reach, tried. */
#include <stdio.h>
#include <string.h>

#include "ask.h"

static void what_is_not_allowed_is_not_there(void **state)
{
	static const char *const names[] = { "os", "io", "debug", "package",
		"coroutine", "load", "loadstring", "loadfile", "dofile",
		"collectgarbage", "setmetatable", "getmetatable", "rawget",
		"rawset", "rawequal", "rawlen", "print", "warn", "module", "_G",
		"_VERSION", "arg", "unstick" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char body[64], part[64];

		snprintf(body, sizeof(body), "return %s", names[i]);
		snprintf(part, sizeof(part), "environment has no '%s'", names[i]);
		expect_stop(*state, body, part);
	}
}

static void errors_can_be_caught_like_anywhere(void **state)
{
	static const char *const bodies[] = {
		"local ok, why = pcall(error, 'x') assert(not ok and why == 'x')",
		"local ok, a, b = pcall(function(...) return ... end, 1, 2) "
		"assert(ok and a == 1 and b == 2)",
		"local ok, why = xpcall(error, function(e) return e .. '!' end, "
		"'x') "
		"assert(not ok and why == 'x!')",
		"local ok, a, b = xpcall(function(...) return ... end, error, 1, "
		"2) "
		"assert(ok and a == 1 and b == 2)",
		"local ok, why = xpcall(error, function() error('again', 0) end) "
		"assert(not ok and why == 'again')",
		"local ok, why = pcall(pcall) assert(not ok)",
		"local ok, why = pcall(error) assert(not ok and why == nil)",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		char body[512];

		snprintf(body, sizeof(body), "%s error('the end')", bodies[i]);
		expect_stop(*state, body, "p.lua:1: the end");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_allowed_is_not_there),
		cmocka_unit_test(errors_can_be_caught_like_anywhere),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
