/* `unstick policy check`: all mistakes at once, each where it is, and none that is
 * none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "shape.h"
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
	assert_ok(us_policies_check(
			  &report, &config, &(us_policy_outside){ 0 }, &err),
		&err);
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
			"(field 'error') (on a failure without a script or a word "
			"about it)" },
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

/* ---- the samples ---- */

/* As try.c makes it. */
static json_t *sample_case(const json_t *all, const json_t *sample)
{
	json_t *kase = json_deep_copy(json_object_get(all, "ordinary"));
	json_t *given = json_object_get(sample, "case");
	json_t *refused = json_object_get(given, "not_permitted");

	assert_int_equal(json_object_update_recursive(kase, given), 0);
	if (refused)
		assert_int_equal(
			json_object_set(kase, "not_permitted", refused), 0);
	return kase;
}

/* Every name there is, and none besides, all the way down. */
static void assert_shape(const json_t *v, const us_shape *shape)
{
	const char *name;
	json_t *member;
	size_t i;

	json_array_foreach(v, i, member) assert_shape(member, shape);
	json_object_foreach((json_t *)(uintptr_t)v, name, member)
	{
		const us_field *f = us_shape_find(shape, name);

		if (!f) {
			fail_msg("%s has no %s", shape->what, name);
			return;
		}
		if (f->shape)
			assert_shape(member, f->shape);
	}
	for (i = 0; json_is_object(v) && i < shape->n; i++)
		if (!json_object_get(v, shape->fields[i].name) &&
			strcmp(shape->fields[i].name, "permits") != 0)
			fail_msg("%s lacks %s", shape->what, shape->fields[i].name);
}

static bool permits(const json_t *kase, const char *action)
{
	size_t i;
	const json_t *v;

	json_array_foreach(json_object_get(kase, "permitted"), i, v)
	{
		if (strcmp(json_string_value(v), action) == 0)
			return true;
	}
	return false;
}

/* The name of K: {0}, {n}, nothing, everything, not known. */
static const char *state_of(const json_t *k, size_t n)
{
	const json_int_t first = json_integer_value(json_array_get(k, 0));

	if (json_is_null(k) || json_array_size(k) == n + 1)
		return "unknown";
	if (json_array_size(k) == 0)
		return "diverged";
	if (json_array_size(k) > 1 || (first > 0 && first < (json_int_t)n))
		return "partial";
	return first == 0 ? "none" : "all";
}

/* What is said of K agrees, and each action is permitted or not. */
static void assert_sound(const json_t *kase)
{
	const json_t *e = json_object_get(kase, "evidence");
	const json_t *k = json_object_get(e, "prefixes");
	const json_t *range = json_object_get(e, "applied_prefix");
	const char *state =
		state_of(k, json_array_size(json_object_get(e, "statements")));
	const char *kind = json_string_value(json_object_get(kase, "kind"));

	for (size_t a = 0; a < US_ACTIONS; a++) {
		const char *name = us_action_name((us_action)a);

		assert_int_equal(permits(kase, name),
			!json_object_get(
				json_object_get(kase, "not_permitted"), name));
	}
	assert_string_equal(json_string_value(json_object_get(e, "state")), state);
	assert_int_equal(json_is_null(range),
		strcmp(state, "unknown") == 0 || strcmp(state, "diverged") == 0);
	if (!json_is_null(range))
		assert_int_equal(json_integer_value(json_object_get(range, "min")),
			json_integer_value(json_array_get(k, 0)));
	/* a name that has no folder is a kind of its own */
	assert_int_equal(json_is_null(json_object_get(kase, "directory")),
		strcmp(kind, "name_mismatch") == 0);
}

static void the_samples_are_cases_as_unstick_makes_them(void **state)
{
	json_t *all = json_load_file(US_ROOT "/src/policy/samples.json", 0, NULL);
	size_t seen[US_CASE_KINDS] = { 0 }, i;
	const json_t *sample;

	(void)state;
	assert_non_null(all);
	json_array_foreach(json_object_get(all, "cases"), i, sample)
	{
		json_t *kase = sample_case(all, sample);
		const char *kind = json_string_value(json_object_get(kase, "kind"));

		print_message(
			"%s\n", json_string_value(json_object_get(sample, "what")));
		assert_shape(kase, &us_case_shape);
		assert_sound(kase);
		for (int k = 0; k < US_CASE_KINDS; k++)
			seen[k] += strcmp(us_case_kind_name((us_case_kind)k),
					   kind) == 0;
		json_decref(kase);
	}
	for (int k = 0; k < US_CASE_KINDS; k++)
		assert_true(seen[k] >= 2);
	json_decref(all);
}

static void what_breaks_on_wrong_settings_is_told_once(void **state)
{
	static const char *const texts[] = { "return { any = function(_, _, with) "
					     "return verdict.stop(with.x.y) end,\n"
					     "settings = { x = { type = 'table', "
					     "required = true } } }",
		NULL };
	US_AUTO(auto_str) char *told = mistakes(*state, texts, 1);

	assert_string_equal(told, "error unstick.yaml:2 policies/a.lua needs the "
				  "setting `x` (under `with`)\n");
}

static void a_missing_module_is_an_error_told_once(void **state)
{
	static const char *const texts[] = {
		"return { any = function() return require('nosuch') end }", NULL
	};
	US_AUTO(auto_str) char *told = mistakes(*state, texts, 1);

	assert_string_equal(told,
		"error policies/a.lua:1 require 'nosuch': there is no file "
		"policies/nosuch.lua\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_on_wrong_settings_is_told_once),
		cmocka_unit_test(a_missing_module_is_an_error_told_once),
		cmocka_unit_test(a_sound_policy_has_none),
		cmocka_unit_test(each_mistake_is_told_where_it_is),
		cmocka_unit_test(all_files_are_read_to_their_end),
		cmocka_unit_test(what_an_earlier_file_answers_always_is_noted),
		cmocka_unit_test(a_policy_that_is_not_listed_is_a_warning),
		cmocka_unit_test(it_tells_what_was_loaded),
		cmocka_unit_test(the_samples_are_cases_as_unstick_makes_them),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
