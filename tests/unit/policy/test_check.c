/* `unstick policy check`: all mistakes at once, each where it is, and none that is
 * none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "unstick/auto.h"

/* A check of the files policies/a.lua, b.lua ... of these texts, from within the
 * scratch folder, where policies/ is looked for. The caller's. */
static json_t *checked(const scratch *s, const char *const *texts, size_t listed)
{
	static char names[][16] = { "policies/a.lua", "policies/b.lua",
		"policies/c.lua" };
	char file[] = "unstick.yaml";
	us_policy_file files[3] = { { 0 } };
	us_config config = { .file = file,
		.policies = files,
		.policies_len = listed,
		.limits = roomy };
	US_AUTO(auto_str) char *folder = scratch_path(s, ".");
	json_t *report = NULL;
	us_err err = { 0 };

	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < US_LEN(names); i++) {
		(void)unlink(names[i]);
		if (i < listed)
			files[i] = (us_policy_file){ .path = names[i],
				.line = (int)i + 2 };
	}
	for (size_t i = 0; texts[i]; i++)
		scratch_write(s, names[i], texts[i]);
	assert_ok(us_policies_check(&report, &config, &err), &err);
	return report;
}

/* "level file:line message", one a line. free(). */
static char *mistakes(const scratch *s, const char *const *texts, size_t listed)
{
	json_t *report = checked(s, texts, listed);
	us_str out = { 0 };
	char *taken;
	size_t i;
	const json_t *v;

	json_array_foreach(json_object_get(report, "mistakes"), i, v)
	{
		us_str_addf(&out, "%s %s:%d %s\n",
			json_string_value(json_object_get(v, "level")),
			json_string_value(json_object_get(v, "file")),
			(int)json_integer_value(json_object_get(v, "line")),
			json_string_value(json_object_get(v, "message")));
	}
	assert_int_equal(us_str_take(&out, &taken, NULL, NULL), US_OK);
	json_decref(report);
	return taken;
}

#define ONE(text) ((const char *const[]){ text, NULL })

static void a_sound_policy_has_none(void **state)
{
	static const char *const sound[] = {
		"return { any = function() end }",
		"return { failure = function(case)\n"
		"  if case:permits('applied') then return verdict.applied('all') "
		"end\n"
		"end }",
		"return { in_progress = function(case)\n"
		"  return verdict.wait(5, tostring(case.age_seconds)) end }",
		"return { any = function(case, db)\n"
		"  local ok, rows = pcall(db.query, db, 'select 1')\n"
		"  return ok and rows[1] and verdict.stop('x') or nil end }",
	};

	for (size_t i = 0; i < US_LEN(sound); i++) {
		US_AUTO(auto_str) char *said = mistakes(*state, ONE(sound[i]), 1);

		if (*said)
			fail_msg("%s\n%s", sound[i], said);
	}
}

static void each_mistake_is_told_where_it_is(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "return {\n  failur = function() end,\n  timeot = function() "
		  "end,\n"
		  "  any = function() end }",
			"error policies/a.lua:2 there is no handler `failur`; did "
			"you mean `failure`?" },
		{ "return {\n  failur = function() end,\n  timeot = function() "
		  "end,\n"
		  "  any = function() end }",
			"error policies/a.lua:3 there is no handler `timeot`; did "
			"you mean `timeout`?" },
		{ "return { failure = 5 }",
			"error policies/a.lua:0 `failure` must be a function" },
		{ "return {}", "error policies/a.lua:0 its table has no handlers" },
		{ "return { any = function(\n", "error policies/a.lua:2 " },
		{ "local x\nerror('at once')", "error policies/a.lua:2 at once" },
		{ "return 7", "expected a table of handlers" },
		{ "return { any = function(case)\n  return case.evidense end }",
			"error policies/a.lua:2 the case has no 'evidense'; did "
			"you "
			"mean 'evidence'?" },
		{ "return { any = function(case)\n  return case:permits('aplied') "
		  "end }",
			"error policies/a.lua:2 there is no action 'aplied'; did "
			"you mean 'applied'?" },
		{ "return { any = function()\n  return verdict.stopp('x') end }",
			"error policies/a.lua:2 verdict has no 'stopp'; did you "
			"mean 'stop'?" },
		{ "return { any = function()\n  return os.time() end }",
			"error policies/a.lua:2 a policy's environment has no "
			"'os'" },
		{ "return { any = function()\n  return 'applied' end }",
			"error policies/a.lua:1 expected verdict.something(...)" },
		{ "return { any = function()\n"
		  "  return { action = 'appleid', reason = 'x' } end }",
			"expected an action ('applied'?), got 'appleid'" },
		{ "return { any = function() while true do end end }",
			"error policies/a.lua:1 " },
		{ "return { failure = function(case)\n"
		  "  return verdict.stop(case.evidence.error.message) end }",
			"warning policies/a.lua:2 attempt to index a nil value "
			"(field 'error') (on a failure of which nothing is "
			"known)" },
		{ "return { failure = function()\n  return verdict.applied('yes') "
		  "end }",
			"note policies/a.lua:2 `failure` answers applied where the "
			"guard would refuse it" },
		{ "return { failure = function(_, db)\n"
		  "  return db:query('select 1')[1].x end }",
			"note policies/a.lua:0 `failure` asks the database" },
		{ "return { settings = { n = { type = 'integer', required = true } "
		  "}, any = function() end }",
			"error unstick.yaml:2 policies/a.lua needs the setting "
			"`n`" },
		{ "local function f() end return { in_progress = f, name_mismatch "
		  "= f, partial_apply = f, timeout = f, failure = f,\n"
		  "any = function() end }",
			"note policies/a.lua:2 `any` is never asked" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str)
		char *said = mistakes(*state, ONE(rows[i].text), 1);

		if (!strstr(said, rows[i].says))
			fail_msg("%s\n  says:\n%s  not: %s", rows[i].text, said,
				rows[i].says);
	}
}

static void all_files_are_read_to_their_end(void **state)
{
	static const char *const texts[] = {
		"return { any = function(case) return case.evidense end }",
		"return {\n  failur = function() end }", "return 5", NULL
	};
	US_AUTO(auto_str) char *said = mistakes(*state, texts, 3);

	assert_non_null(strstr(said, "policies/a.lua:1 the case has no"));
	assert_non_null(strstr(said, "policies/b.lua:2 there is no handler"));
	assert_non_null(strstr(said, "policies/c.lua:0 expected a table"));
}

static void what_an_earlier_file_answers_always_is_noted(void **state)
{
	static const struct {
		const char *first, *second;
		bool noted;
	} rows[] = {
		{ "return { any = function() return verdict.stop('x') end }",
			"return {\nfailure = function() end }", true },
		{ "return { timeout = function() return verdict.stop('x') end }",
			"return {\nfailure = function() end }", false },
		{ "return { failure = function(case)\n"
		  "  if case:permits('applied') then return verdict.stop('x') end "
		  "end }",
			"return {\nfailure = function() end }", false },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		const char *const texts[] = { rows[i].first, rows[i].second, NULL };
		US_AUTO(auto_str) char *said = mistakes(*state, texts, 2);
		const bool noted =
			strstr(said, "note policies/b.lua:2 `failure` was asked in "
				     "no case that "
				     "was tried: policies/a.lua answered before") !=
			NULL;

		if (noted != rows[i].noted)
			fail_msg("row %zu: %s", i, said);
	}
}

static void a_policy_that_is_not_listed_is_a_warning(void **state)
{
	static const char *const texts[] = { "return { any = function() end }",
		"return { failure = function() end }",
		"return { help = function() end }", NULL };
	US_AUTO(auto_str) char *said = mistakes(*state, texts, 1);

	assert_string_equal(said,
		"warning policies/b.lua:0 it is not listed in unstick.yaml, so it "
		"is never asked\n");
}

static void it_tells_what_was_loaded(void **state)
{
	json_t *report = checked(*state,
		ONE("return { settings = { n = { type = 'integer', default = 1 } "
		    "}, any = function() end, failure = function() end }"),
		1);
	US_AUTO(auto_str)
	char *text = json_dumps(json_object_get(report, "policies"), 0);

	assert_string_equal(text,
		"[{\"file\": \"policies/a.lua\", \"handlers\": [\"failure\", "
		"\"any\"], \"settings\": {\"n\": {\"default\": 1, \"type\": "
		"\"integer\"}}}]");
	json_decref(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_policy_has_none),
		cmocka_unit_test(each_mistake_is_told_where_it_is),
		cmocka_unit_test(all_files_are_read_to_their_end),
		cmocka_unit_test(what_an_earlier_file_answers_always_is_noted),
		cmocka_unit_test(a_policy_that_is_not_listed_is_a_warning),
		cmocka_unit_test(it_tells_what_was_loaded),
	};

	return cmocka_run_group_tests(tests, ask_setup, ask_teardown);
}
