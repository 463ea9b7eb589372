/* What a policy is given, what it may answer, and what becomes of its mistakes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"

/* Runs a handler `failure` of this body; a Lua assertion that fails is a stop. */
static void expect(void **state, const char *body)
{
	us_verdict v;
	us_err err = { 0 };
	char *text = NULL;

	assert_true(asprintf(&text,
			    "return { failure = function(case, db, with) %s "
			    "return verdict.skip('passed') end }",
			    body) > 0);
	assert_ok(
		ask(*state, &(question){ .text = text, .with = "{\"n\": [1, 2]}" },
			&v, &err),
		&err);
	assert_true(v.given);
	if (v.action != US_ACTION_SKIP)
		fail_msg("%s\n  %s\n%s", body, v.reason, v.trace ? v.trace : "");
	us_verdict_fini(&v);
	free(text);
}

/* ---- the case ---- */

static void a_case_reads_like_its_json(void **state)
{
	expect(state,
		"assert(case.name == '20240102_add_age' and case.index == 3)");
	expect(state, "assert(case.directory == nil)");
	expect(state, "assert(case.records[1].finished_at == nil)");
	expect(state, "assert(math.type(case.attempts) == 'integer')");
	expect(state, "assert(case.big == 9007199254740993 and case.real == 0.5)");
	expect(state, "assert(case.evidence.edited == false)");
	expect(state, "assert(case.evidence.applied_prefix.max == 2)");
	expect(state, "assert(case.not_permitted.applied:find('absent'))");
	expect(state, "assert(case.not_permitted.stop == nil)");
	expect(state, "assert(case.evidence == case.evidence)");
	expect(state, "assert(tostring(case) == 'case 20240102_add_age')");
	expect(state, "assert(with.n[2] == 2 and with.absent == nil)");
}

static void lists_work_with_the_library(void **state)
{
	expect(state,
		"local k = case.evidence.prefixes assert(#k == 2 and k[2] == 2)");
	expect(state, "assert(case.evidence.prefixes[0] == nil)");
	expect(state, "assert(case.evidence.prefixes[3] == nil)");
	expect(state, "assert(table.concat(case.permitted, ' ') == "
		      "'rolled_back wait skip stop')");
	expect(state, "assert(select('#', table.unpack(case.permitted)) == 4)");
	expect(state, "local n = 0 for i, e in ipairs(case.history) do n = n + i "
		      "assert(e.name) end assert(n == 3)");
	expect(state, "local n = 0 for i, e in pairs(case.history) do n = n + i "
		      "assert(e.name) end assert(n == 3)");
	expect(state, "local all = {} for k in pairs(case.history[2]) do "
		      "all[#all + 1] = k end assert(table.concat(all, ' ') == "
		      "'name state')");
	expect(state, "assert(next(case.evidence.leftovers) == nil)");
	expect(state,
		"assert(next(case.permitted) == 1 and next({ a = 1 }) == 'a')");
	expect(state, "local copy = table.move(case.permitted, 1, 4, 1, {}) "
		      "table.sort(copy) assert(copy[1] == 'rolled_back')");
}

static void a_case_tells_what_is_permitted(void **state)
{
	expect(state,
		"assert(case:permits('stop') and not case:permits('applied'))");
	expect_stop(*state, "case:permits('roled_back')",
		"did you mean 'rolled_back'?");
	expect_stop(
		*state, "case:permits('resume')", "there is no action 'resume'");
	expect_stop(*state, "case.permits('stop')", "bad argument #1");
}

static void a_typo_raises_with_the_nearest_name(void **state)
{
	static const struct {
		const char *body, *part;
	} rows[] = {
		{ "return case.evidense", "did you mean 'evidence'?" },
		{ "return case.evidence.prefix", "did you mean 'prefixes'?" },
		{ "return case.evidence.prefixes.min", "index it with a number" },
		{ "return case.records[1].log", "did you mean 'logs'?" },
		{ "return case.history[1].stat", "did you mean 'state'?" },
		{ "return case.evidence.statements[1].lines",
			"did you mean 'line'?" },
		{ "return verdict.rollback('x')", "verdict has no 'rollback'" },
		{ "return verdict.rolledback('x')", "did you mean 'rolled_back'?" },
		{ "return vedict.stop('x')", "did you mean 'verdict'?" },
		{ "return log.error('x')", "log has no 'error'" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_stop(*state, rows[i].body, rows[i].part);
}

static void what_is_given_is_read_only(void **state)
{
	static const char *const writes[] = {
		"case.name = 'x'",
		"case.evidence.state = 'all'",
		"case.permitted[1] = 'applied'",
		"table.insert(case.permitted, 'applied')",
		"table.sort(case.permitted)",
		"table.remove(case.permitted)",
		"with.n = 1",
		"with.n[1] = 2",
		"verdict.stop = nil",
		"verdict.mine = 1",
		"log.info = nil",
		"db.query = nil",
		"string.format = nil",
		"table.insert(table, 1)",
		"math.pi = 3",
		"utf8.char = nil",
		"x = 1",
		"_ENV.x = 1",
		"case = nil; verdict = nil",
		"pairs(string); local f, t = pairs(string); t.format = 1",
	};

	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++)
		expect_stop(*state, writes[i], "read-only");
	expect(state, "assert(string.format and ('x').format)");
}

static void a_kept_case_is_over(void **state)
{
	static const char text[] =
		"local kept, list, settings\n"
		"return { failure = function(case, _, with)\n"
		"  if not kept then\n"
		"    kept, list, settings = case, case.records, with\n"
		"    return verdict.skip('kept')\n"
		"  end\n"
		"  assert(not pcall(function() return kept.name end))\n"
		"  assert(not pcall(function() return #list end))\n"
		"  assert(not pcall(function() return kept:permits('stop') end))\n"
		"  assert(not pcall(function() for _ in pairs(list) do end end))\n"
		"  assert(not pcall(next, list))\n"
		"  assert(tostring(kept) == 'a value that is over')\n"
		"  assert(settings.n[1] == 1)\n"
		"  return verdict.skip(kept.name)\n"
		"end }\n";
	us_policies *p;
	us_verdict v;
	us_err err = { 0 };
	json_t *kase = make_case(NULL);

	assert_ok(
		load_policy(&p, *state,
			&(question){ .text = text, .with = "{\"n\": [1]}" }, &err),
		&err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_SKIP);
	us_verdict_fini(&v);
	json_decref(kase);
	kase = make_case(NULL);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_STOP);
	assert_non_null(strstr(v.reason, "p.lua:14: this value is over"));
	us_verdict_fini(&v);
	json_decref(kase);
	us_policies_free(p);
}

/* ---- answers ---- */

static void each_constructor_makes_its_verdict(void **state)
{
	static const struct {
		const char *answer;
		double seconds;
		const char *to;
		us_action action;
		bool override;
	} rows[] = {
		{ "verdict.rolled_back('why')", -1, NULL, US_ACTION_ROLLED_BACK,
			false },
		{ "verdict.applied('why')", -1, NULL, US_ACTION_APPLIED, false },
		{ "verdict.rename('b', 'why')", -1, "b", US_ACTION_RENAME, false },
		{ "verdict.wait(1.5, 'why')", 1.5, NULL, US_ACTION_WAIT, false },
		{ "verdict.skip('why')", -1, NULL, US_ACTION_SKIP, false },
		{ "verdict.stop('why')", -1, NULL, US_ACTION_STOP, false },
		{ "{ action = 'applied', reason = 'why', override = true }", -1,
			NULL, US_ACTION_APPLIED, true },
		{ "{ action = 'wait', reason = 'why', seconds = 2 }", 2, NULL,
			US_ACTION_WAIT, false },
		{ "{ action = 'rename', reason = 'why', to = 'c' }", -1, "c",
			US_ACTION_RENAME, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = NULL;
		us_verdict v;
		us_err err = { 0 };

		assert_true(asprintf(&text,
				    "local p = {}\nfunction p.failure()\n\n"
				    "  local v = %s\n  return v\nend\nreturn p",
				    rows[i].answer) > 0);
		assert_ok(ask(*state, &(question){ .text = text }, &v, &err), &err);
		assert_true(v.given);
		if (v.action != rows[i].action)
			fail_msg("%s: %s", rows[i].answer, v.reason);
		assert_string_equal(v.reason, "why");
		assert_int_equal(v.line, rows[i].answer[0] == '{' ? 2 : 4);
		assert_true(v.seconds == rows[i].seconds);
		assert_int_equal(v.override, rows[i].override);
		assert_null(v.trace);
		if (rows[i].to)
			assert_string_equal(v.to, rows[i].to);
		else
			assert_null(v.to);
		assert_non_null(strstr(v.policy, "/policies/p.lua"));
		us_verdict_fini(&v);
		free(text);
	}
}

static void nonsense_is_a_stop_that_says_what_was_expected(void **state)
{
	static const struct {
		const char *body, *part;
	} rows[] = {
		{ "return 5", "p.lua:1: expected verdict.something(...), a table" },
		{ "return verdict.stop", "got a function" },
		{ "return 'stop'", "got 'stop'" },
		{ "return false", "got false" },
		{ "return verdict", "an action" },
		{ "return case", "got a userdata" },
		{ "return {}", "'action', got nothing" },
		{ "return { action = 'stop' }", "expected a reason" },
		{ "return { action = 'stop', reason = ' \\n' }",
			"expected a reason" },
		{ "return { action = 'stop', reason = 5 }", "expected a reason" },
		{ "return { action = 'aplied', reason = 'x' }",
			"an action ('applied'?)" },
		{ "return { action = 'drop_database', reason = 'x' }",
			"got 'drop_database'" },
		{ "return { action = 'stop', reason = 'x', overide = true }",
			"a verdict's 'override', got 'overide'" },
		{ "return { action = 'stop', reason = 'x', override = 'yes' }",
			"true or false" },
		{ "return { action = 'stop', reason = 'x', seconds = 1 }",
			"in a wait only" },
		{ "return { action = 'stop', reason = 'x', to = 'y' }",
			"in a rename only" },
		{ "return { action = 'wait', reason = 'x' }", "seconds to wait" },
		{ "return { action = 'wait', reason = 'x', seconds = 0/0 }",
			"seconds to wait" },
		{ "return { action = 'wait', reason = 'x', seconds = 1/0 }",
			"seconds to wait" },
		{ "return { action = 'wait', reason = 'x', seconds = -1 }",
			"seconds to wait" },
		{ "return { action = 'wait', reason = 'x', seconds = '5' }",
			"seconds to wait" },
		{ "return { action = 'rename', reason = 'x' }", "the new name" },
		{ "return { action = 'rename', reason = 'x', to = '../y' }",
			"a migration's name" },
		{ "return { action = 'rename', reason = 'x', to = 'y\\0z' }",
			"a migration's name" },
		{ "return { 'stop', 'x' }", "a number as a key" },
		{ "return verdict.stop()", "bad argument #1 to 'stop'" },
		{ "return verdict.stop('')", "must not be empty" },
		{ "return verdict.wait('x', 5)", "bad argument #1 to 'wait'" },
		{ "return verdict.rename('x')", "bad argument #2 to 'rename'" },
		{ "error('deliberate')", "p.lua:1: deliberate" },
		{ "error({})", "raised a table instead of a message" },
		{ "error()", "raised a nil instead of a message" },
		{ "local x = nil; return x.y", "attempt to index a nil value" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_stop(*state, rows[i].body, rows[i].part);
}

static void a_broken_policy_shows_where(void **state)
{
	static const char text[] = "local function deep(case)\n"
				   "  return case.evidence.running[1].pid.x\n"
				   "end\n"
				   "return { failure = function(case)\n"
				   "  local x = deep(case)\n"
				   "  return x\n"
				   "end }\n";
	us_verdict v;
	us_err err = { 0 };

	assert_ok(ask(*state, &(question){ .text = text }, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_STOP);
	assert_int_equal(v.line, 2);
	assert_non_null(v.trace);
	assert_non_null(strstr(v.trace, "p.lua:5: in function"));
	assert_non_null(strstr(v.policy, "/policies/p.lua"));
	us_verdict_fini(&v);
}

static void a_long_reason_is_cut_between_characters(void **state)
{
	us_verdict v;
	us_err err = { 0 };

	assert_ok(
		ask(*state,
			&(question){ .text = "return { failure = function() return "
					     "verdict.stop(('\xC3\xA9'):rep(5000)) "
					     "end }" },
			&v, &err),
		&err);
	assert_true(strlen(v.reason) <= 2000);
	assert_true(strlen(v.reason) >= 1996);
	assert_string_equal(v.reason + strlen(v.reason) - 3, "\xE2\x80\xA6");
	assert_memory_equal(v.reason + strlen(v.reason) - 5, "\xC3\xA9", 2);
	us_verdict_fini(&v);
}

static void a_reason_is_fit_for_a_terminal(void **state)
{
	us_verdict v;
	us_err err = { 0 };

	assert_ok(
		ask(*state,
			&(question){ .text = "return { failure = function() return "
					     "verdict.stop('a\\27[31mb\\0c\\xFFd') "
					     "end }" },
			&v, &err),
		&err);
	assert_string_equal(v.reason, "a [31mb c\xEF\xBF\xBD"
				      "d");
	us_verdict_fini(&v);
}

/* ---- log ---- */

struct remarks {
	size_t n, longest;
	char last[64];
};

static void note(void *ctx, const char *level, const char *text)
{
	struct remarks *r = ctx;

	r->n++;
	if (strlen(text) > r->longest)
		r->longest = strlen(text);
	snprintf(r->last, sizeof(r->last), "%s: %.40s", level, text);
}

static void remarks_are_bounded(void **state)
{
	struct remarks r = { 0 };
	us_verdict v;
	us_err err = { 0 };
	question q = { .outside = { .log = note, .ctx = &r } };

	q.text = "return { failure = function() log.warn('hm') end }";
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_string_equal(r.last, "warn: hm");
	q.text = "return { failure = function() for i = 1, 1000 do "
		 "log.info(('x'):rep(5000)) end end }";
	r = (struct remarks){ 0 };
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_int_equal(r.n, 101);
	assert_true(r.longest <= 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_reads_like_its_json),
		cmocka_unit_test(lists_work_with_the_library),
		cmocka_unit_test(a_case_tells_what_is_permitted),
		cmocka_unit_test(a_typo_raises_with_the_nearest_name),
		cmocka_unit_test(what_is_given_is_read_only),
		cmocka_unit_test(a_kept_case_is_over),
		cmocka_unit_test(each_constructor_makes_its_verdict),
		cmocka_unit_test(nonsense_is_a_stop_that_says_what_was_expected),
		cmocka_unit_test(a_broken_policy_shows_where),
		cmocka_unit_test(a_long_reason_is_cut_between_characters),
		cmocka_unit_test(a_reason_is_fit_for_a_terminal),
		cmocka_unit_test(remarks_are_bounded),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
