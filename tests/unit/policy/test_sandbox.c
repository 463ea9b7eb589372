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

static void escapes_end_in_a_stop(void **state)
{
	static const struct {
		const char *body, *part;
	} rows[] = {
		{ "os.exit(1)", "'os'" },
		{ "io.open('/etc/passwd')", "'io'" },
		{ "return (''):dump()", "'dump'" },
		{ "return ('').dump(function() end)", "'dump'" },
		{ "return string.dump(function() end)", "'dump'" },
		{ "return math.random()", "'random'" },
		{ "math.randomseed(1)", "'randomseed'" },
		{ "local s = getmetatable('').__index", "'getmetatable'" },
		{ "('x').y = 1", "attempt to index a string value" },
		{ "return ('x').__index.format", "attempt to index a nil value" },
		{ "for _, v in pairs(_ENV) do v() end", "" },
		{ "local _, real = pairs(string) real.format = 1", "read-only" },
		{ "local f = pairs(string) f(string, 'nosuch')", "invalid key" },
		{ "next(case, 'nosuch')", "is not a key" },
		{ "next(case.permitted, 'x')", "number expected" },
		{ "next(5)", "table expected" },
		{ "return case.__index", "has no '__index'" },
		{ "return case.__metatable", "has no '__metatable'" },
		{ "case.permits(5, 'stop')", "unstick.Value expected" },
		{ "case.permits(string, 'stop')", "unstick.Value expected" },
		{ "case.records.permits(case, 'x')", "index it with a number" },
		{ "db.query('select 1')", "as in db:query" },
		{ "db:query('select 1')", "no database to ask here" },
		{ "db:query()", "string expected" },
		{ "for i = 1, 1e7 do local x <close> = verdict end",
			"non-closable" },
		{ "return xpcall(error)", "bad argument #2" },
		{ "return pcall()", "bad argument #1" },
		{ "return (''):rep(1 << 62)", "got ''" },
		{ "return ('%s'):format(case.nosuch)", "has no 'nosuch'" },
		{ "return string.format('%q', 1/0), error('end')", "end" },
		{ "local function f() return f() + 1 end return f()", "limit of" },
		{ "local function f(g) return pcall(g, g) end "
		  "error(tostring(select(2, f(f))))",
			"" },
		{ "return string.rep('(', 300):find(string.rep('(', 300))",
			"too many captures" },
		{ "table.unpack({}, 1, 1e8)", "too many results" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_stop(*state, rows[i].body, rows[i].part);
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
		cmocka_unit_test(escapes_end_in_a_stop),
		cmocka_unit_test(errors_can_be_caught_like_anywhere),
	};

	return cmocka_run_group_tests(tests, ask_setup, ask_teardown);
}
