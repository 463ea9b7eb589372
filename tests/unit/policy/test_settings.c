/* What a policy declares as its settings, and what unstick.yaml makes of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "unstick/auto.h"

#define DECLARED                                                                   \
	"return { settings = {\n"                                                  \
	"  tables = { type = 'string[]', required = true },\n"                     \
	"  max_attempts = { type = 'integer', default = 3 },\n"                    \
	"  share = { type = 'number' },\n"                                         \
	"  strict = { type = 'boolean', default = false },\n"                      \
	"  empty = { type = 'integer[]', default = {} },\n"                        \
	"}, any = function(case, db, with)\n"                                      \
	"  return verdict.stop(table.concat({ with.tables[1], with.max_attempts, " \
	"tostring(with.share), tostring(with.strict), #with.empty }, ' '))\n"      \
	"end }"

/* The reason of the verdict, or the error. free(). */
static char *decided(const scratch *s, const char *text, const char *with)
{
	const question q = { .text = text, .with = with };
	us_verdict v = { 0 };
	us_err err = { 0 };
	char *said;

	if (ask(s, &q, &v, &err) == US_OK)
		said = strdup(v.reason ? v.reason : "no opinion");
	else
		said = strdup(err.msg);
	assert_non_null(said);
	us_verdict_fini(&v);
	return said;
}

static void what_is_not_set_is_the_default(void **state)
{
	static const struct {
		const char *with, *says;
	} rows[] = {
		{ "{\"tables\": [\"a\"]}", "a 3 nil false 0" },
		{ "{\"tables\": [\"a\"], \"max_attempts\": 7, \"share\": 1, "
		  "\"strict\": true, \"empty\": [1, 2]}",
			"a 7 1 true 2" },
		{ "{\"tables\": [\"a\"], \"max_attempts\": null}",
			"a 3 nil false 0" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		char *said = decided(*state, DECLARED, rows[i].with);

		assert_string_equal(said, rows[i].says);
		free(said);
	}
}

static void what_is_set_wrongly_is_an_error_when_it_loads(void **state)
{
	static const struct {
		const char *with, *says;
	} rows[] = {
		{ NULL, "p.lua needs the setting `tables`" },
		{ "{\"tables\": null}", "p.lua needs the setting `tables`" },
		{ "{\"tables\": \"a\"}", "setting `tables` of " },
		{ "{\"tables\": \"a\"}",
			"has to be of type string[], not a string" },
		{ "{\"tables\": [1]}", "has to be of type string[], not a list" },
		{ "{\"tables\": [], \"max_atempts\": 1}",
			"has no setting `max_atempts`; did you mean "
			"`max_attempts`?" },
		{ "{\"tables\": [], \"max_attempts\": 1.5}",
			"has to be of type integer, not a number" },
		{ "{\"tables\": [], \"strict\": 1}",
			"has to be of type boolean, not an integer" },
		{ "{\"tables\": [], \"zzzzzzzz\": 1}",
			"has no setting `zzzzzzzz`" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		char *said = decided(*state, DECLARED, rows[i].with);

		if (!strstr(said, rows[i].says))
			fail_msg("%s: %s", rows[i].with ? rows[i].with : "nothing",
				said);
		free(said);
	}
}

static void a_declaration_that_cannot_be_meant_is_an_error(void **state)
{
	static const struct {
		const char *settings, *says;
	} rows[] = {
		{ "5", "`settings` must be a table, not a number" },
		{ "{ a = 'integer' }", "has to be declared by a table" },
		{ "{ a = {} }", "setting `a` needs a type" },
		{ "{ a = { type = 'int' } }", "needs a type" },
		{ "{ a = { type = 'intger' } }", "did you mean `integer`?" },
		{ "{ a = { type = 'integer', defalt = 1 } }",
			"there is no `defalt` of a setting; did you mean "
			"`default`?" },
		{ "{ a = { type = 'integer', default = 'x' } }",
			"its default is a string, not integer" },
		{ "{ a = { type = 'integer', default = 1, required = true } }",
			"so its default is never used" },
		{ "{ a = { type = 'integer', required = 1 } }",
			"`required` is true or false" },
		{ "(function() local t = {} t.a = t return t end)()",
			"too deep in each other" },
		{ "(function() local t = {} for i = 1, 30 do t = { a = t, b = t } "
		  "end return t end)()",
			"bytes of data" },
		{ "{ a = { type = 'integer', default = print } }",
			"environment has no 'print'" },
		{ "{ a = { type = 'integer', default = verdict.stop } }",
			"a function is no data" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *text = NULL;
		char *said;

		assert_true(
			asprintf(&text,
				"return { settings = %s, any = function() end }",
				rows[i].settings) > 0);
		said = decided(*state, text, NULL);
		if (!strstr(said, rows[i].says) || !strstr(said, "p.lua"))
			fail_msg("%s: %s", rows[i].settings, said);
		free(said);
	}
}

static void a_setting_that_was_never_declared_does_not_read_as_nil(void **state)
{
	char *said = decided(*state,
		"return { settings = { limit = { type = 'integer' } },\n"
		"  any = function(case, db, with) return with.limt end }",
		NULL);

	assert_non_null(
		strstr(said, "`with` has no 'limt'; did you mean 'limit'?"));
	free(said);
}

static void a_policy_that_declares_nothing_takes_anything(void **state)
{
	char *said = decided(*state,
		"return { any = function(case, db, with)\n"
		"  return verdict.stop(with.x .. tostring(with.y)) end }",
		"{\"x\": \"any\"}");

	assert_string_equal(said, "anynil");
	free(said);
}

/* The line is that of the setting; of one that is missing, the policy's. */
static void an_error_names_the_line_of_the_configuration(void **state)
{
	char path[] = "policies/p.lua";
	US_AUTO(auto_str) char *full = scratch_path(*state, path);
	char file[] = "unstick.yaml";
	us_policy_file f = { .path = full, .line = 3 };
	us_config config = {
		.file = file, .policies = &f, .policies_len = 1, .limits = roomy
	};
	us_policies *p = NULL;
	us_err err = { 0 };

	scratch_write(*state, path, DECLARED);
	assert_int_equal(
		us_policies_load(&p, &config, &(us_policy_outside){ 0 }, &err),
		US_E_CONFIG);
	assert_ptr_equal(strstr(err.msg, "unstick.yaml:3: "), err.msg);
	assert_non_null(strstr(err.msg, full));
	f.with = json_pack("{s:s}", "tables", "a");
	f.with_lines = json_pack("{s:i}", "tables", 5);
	assert_int_equal(
		us_policies_load(&p, &config, &(us_policy_outside){ 0 }, &err),
		US_E_CONFIG);
	assert_ptr_equal(
		strstr(err.msg, "unstick.yaml:5: setting `tables` of "), err.msg);
	json_decref(f.with);
	json_decref(f.with_lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_set_is_the_default),
		cmocka_unit_test(what_is_set_wrongly_is_an_error_when_it_loads),
		cmocka_unit_test(a_declaration_that_cannot_be_meant_is_an_error),
		cmocka_unit_test(
			a_setting_that_was_never_declared_does_not_read_as_nil),
		cmocka_unit_test(a_policy_that_declares_nothing_takes_anything),
		cmocka_unit_test(an_error_names_the_line_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
