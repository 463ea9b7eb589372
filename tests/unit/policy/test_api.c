/* The definitions for editors name exactly what a policy finds: the runtime is
 * asked, and neither side may have more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_text.h"
#include "ask.h"
#include "papers.h"
#include "shape.h"
#include "unstick/auto.h"

static json_t *api;

static int read_api(void **state)
{
	api = api_read(us_policy_api());
	return scratch_setup(state);
}

static int forget_api(void **state)
{
	json_decref(api);
	return scratch_teardown(state);
}

/* ---- what is there ---- */

static void collect(void *ctx, const char *level, const char *text)
{
	json_t *found = ctx;
	const size_t n = strcspn(text, " ");
	json_t *names = json_object();
	char *rest = NULL, *copy = strdup(text + n);

	(void)level;
	assert_non_null(copy);
	for (char *word = strtok_r(copy, " ", &rest); word;
		word = strtok_r(NULL, " ", &rest))
		assert_int_equal(json_object_set_new(names, word, json_true()), 0);
	free(copy);
	assert_int_equal(json_object_setn_new(found, text, n, names), 0);
}

/* A policy tells all names that it sees, table by table: "string byte char ...". */
static json_t *offered(const scratch *s)
{
	json_t *found = json_object();
	question q = {
		.text = "return { any = function(_, db)\n"
			"  local function tell(name, t)\n"
			"    local names = { name }\n"
			"    for k in pairs(t) do names[#names + 1] = k end\n"
			"    log.info(table.concat(names, ' '))\n"
			"  end\n"
			"  tell('globals', _ENV)\n"
			"  for k, v in pairs(_ENV) do\n"
			"    if type(v) == 'table' then tell(k, v) end\n"
			"  end\n"
			"  tell('db', db)\n"
			"end }",
		.outside = { .log = collect, .ctx = found },
	};
	us_verdict v = { 0 };
	us_err err = { 0 };

	assert_ok(ask(s, &q, &v, &err), &err);
	if (v.given)
		fail_msg("%s", v.reason);
	us_verdict_fini(&v);
	return found;
}

/* What the definitions say is in a table: functions and fields. */
static json_t *defined_in(const char *table)
{
	const char *class = json_string_value(
		json_object_get(json_object_get(api, "tables"), table));
	json_t *names = json_object();
	const char *name;
	json_t *unused;

	json_object_foreach(
		json_object_get(json_object_get(api, "functions"), table), name,
		unused)
	{
		assert_int_equal(json_object_set_new(names, name, json_true()), 0);
	}
	if (!class)
		return names;
	json_object_foreach(api_part(api, "classes", class), name, unused)
	{
		assert_int_equal(json_object_set_new(names, name, json_true()), 0);
	}
	return names;
}

static void the_definitions_name_the_globals_and_nothing_else(void **state)
{
	json_t *found = offered(*state);
	json_t *defined = defined_in("");
	const char *name;
	json_t *unused;

	json_object_foreach(json_object_get(api, "tables"), name, unused)
	{
		assert_int_equal(
			json_object_set_new(defined, name, json_true()), 0);
	}
	assert_keys("the definitions' globals", defined,
		json_object_get(found, "globals"));
	json_decref(defined);
	json_decref(found);
}

static void every_table_has_what_the_definitions_say(void **state)
{
	json_t *found = offered(*state), *names, *defined;
	const char *table;

	json_object_foreach(found, table, names)
	{
		if (strcmp(table, "globals") == 0 || strcmp(table, "db") == 0)
			continue;
		defined = defined_in(table);
		assert_keys(table, defined, names);
		json_decref(defined);
	}
	assert_int_equal(json_object_size(found),
		json_object_size(json_object_get(api, "tables")) + 2);
	defined = defined_in("Db");
	assert_keys("db", defined, json_object_get(found, "db"));
	json_decref(defined);
	json_decref(found);
}

/* ---- the case ---- */

/* "unstick.Record[]?" -> "unstick.Record"; NULL: no class that has fields. */
static const char *class_in(const char *type)
{
	static char name[64];
	const json_t *fields;

	if (sscanf(type, "unstick.%*[A-Za-z]") < 0 ||
		sscanf(type, "%63[A-Za-z.]", name) != 1)
		return NULL;
	fields = json_object_get(json_object_get(api, "classes"), name);
	return json_object_size(fields) > 0 ? name : NULL;
}

static void assert_class(const char *class, const us_shape *shape)
{
	const json_t *fields = api_part(api, "classes", class);
	json_t *names = json_object();

	for (size_t i = 0; i < shape->n; i++) {
		const us_field *f = &shape->fields[i];
		const char *type =
			json_string_value(json_object_get(fields, f->name));

		if (strcmp(f->name, "permits") == 0) /* its method */
			continue;
		assert_int_equal(
			json_object_set_new(names, f->name, json_true()), 0);
		if (!type)
			fail_msg("%s lacks the field %s", class, f->name);
		if ((f->shape != NULL) != (class_in(type) != NULL))
			fail_msg("%s.%s: %s", class, f->name, type);
		if (f->shape)
			assert_class(class_in(type), f->shape);
	}
	assert_keys(class, fields, names);
	json_decref(names);
}

static void the_case_has_the_fields_that_the_definitions_say(void **state)
{
	json_t *methods = defined_in("Case");

	(void)state;
	assert_class("unstick.Case", &us_case_shape);
	assert_int_equal(json_object_size(methods), 1);
	assert_non_null(json_object_get(methods, "permits"));
	json_decref(methods);
}

/* ---- words ---- */

static void assert_alias(const char *name, const char *(*word)(int), int n)
{
	json_t *words = json_object();

	for (int i = 0; i < n; i++)
		assert_int_equal(
			json_object_set_new(words, word(i), json_true()), 0);
	assert_keys(name, api_part(api, "aliases", name), words);
	json_decref(words);
}

static const char *action(int i)
{
	return us_action_name((us_action)i);
}

static const char *kind(int i)
{
	return us_case_kind_name((us_case_kind)i);
}

static const char *cause(int i)
{
	return us_cause_name((us_cause)i);
}

static void the_definitions_know_all_words(void **state)
{
	(void)state;
	assert_alias("unstick.Action", action, US_ACTIONS);
	assert_alias("unstick.Kind", kind, US_CASE_KINDS);
	assert_alias("unstick.Cause", cause, US_CAUSE_CRASH + 1);
}

/* ---- what a policy returns ---- */

static void a_policy_has_the_fields_that_the_definitions_say(void **state)
{
	json_t *names = json_pack("{s:b, s:b}", "summary", 1, "settings", 1);

	(void)state;
	for (size_t i = 0; us_policy_handler(i); i++)
		assert_int_equal(json_object_set_new(
					 names, us_policy_handler(i), json_true()),
			0);
	assert_keys("unstick.Policy", api_part(api, "classes", "unstick.Policy"),
		names);
	json_decref(names);
}

/* What breaks a verdict must not be its names. */
static void a_verdict_takes_every_field_of_the_definitions(void **state)
{
	const char *name;
	json_t *type;

	json_object_foreach(api_part(api, "classes", "unstick.Verdict"), name, type)
	{
		US_AUTO(auto_str) char *text = NULL;
		question q = { 0 };
		us_verdict v = { 0 };
		us_err err = { 0 };

		assert_true(
			asprintf(&text,
				"return { any = function() return { action = "
				"'stop', reason = 'x', %s = nil or %s } end }",
				name,
				strcmp(name, "action") == 0 ? "'stop'"
				: strncmp(json_string_value(type), "string", 6) == 0
					? "'x'"
				: strncmp(json_string_value(type), "boolean", 7) ==
						0
					? "true"
					: "1") > 0);
		q.text = text;
		assert_ok(ask(*state, &q, &v, &err), &err);
		if (strstr(v.reason, "a verdict's"))
			fail_msg("%s: %s", name, v.reason);
		us_verdict_fini(&v);
	}
}

static void settings_take_every_type_of_the_definitions(void **state)
{
	const char *name;
	json_t *unused;

	json_object_foreach(
		api_part(api, "aliases", "unstick.SettingType"), name, unused)
	{
		US_AUTO(auto_str) char *text = NULL;
		question q = { 0 };
		us_policies *p = NULL;
		us_err err = { 0 };

		assert_true(asprintf(&text,
				    "return { settings = { a = { type = '%s', "
				    "summary = 'x', required = false } }, any = "
				    "function() end }",
				    name) > 0);
		q.text = text;
		assert_ok(load_policy(&p, *state, &q, &err), &err);
		us_policies_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_definitions_name_the_globals_and_nothing_else),
		cmocka_unit_test(every_table_has_what_the_definitions_say),
		cmocka_unit_test(the_case_has_the_fields_that_the_definitions_say),
		cmocka_unit_test(the_definitions_know_all_words),
		cmocka_unit_test(a_policy_has_the_fields_that_the_definitions_say),
		cmocka_unit_test(a_verdict_takes_every_field_of_the_definitions),
		cmocka_unit_test(settings_take_every_type_of_the_definitions),
	};

	return cmocka_run_group_tests(tests, read_api, forget_api);
}
