/* How a decision came about: who was asked, what they read, what they said. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "unstick/auto.h"

/* The trace of one decision by p.lua and the built-in policies, as text. free(). */
static char *traced(const scratch *s, const char *body)
{
	US_AUTO(auto_str) char *path = scratch_path(s, "policies/p.lua");
	US_AUTO(auto_str) char *text = NULL;
	us_policy_file file = { .path = path };
	us_config config = { .policies = &file,
		.policies_len = 1,
		.limits = roomy,
		.builtin = true,
		.trace = true };
	json_t *kase = make_case(NULL);
	us_policies *p = NULL;
	us_verdict v = { 0 };
	us_err err = { 0 };
	char *trace;

	assert_true(asprintf(&text, "return { %s }", body) > 0);
	scratch_write(s, "policies/p.lua", text);
	assert_ok(us_policies_load(&p, &config, &(us_policy_outside){ 0 }, &err),
		&err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	trace = json_dumps(us_policies_trace(p), 0);
	us_verdict_fini(&v);
	us_policies_free(p);
	json_decref(kase);
	return trace;
}

/* What p.lua's handler read. free(). */
static char *reads(const scratch *s, const char *handler)
{
	US_AUTO(auto_str) char *text = NULL;
	US_AUTO(auto_str) char *trace = NULL;
	json_t *entries, *list;
	us_str out = { 0 };
	char *taken;
	size_t i;
	const json_t *v;

	assert_true(asprintf(&text, "failure = function(case, db, with) %s end",
			    handler) > 0);
	trace = traced(s, text);
	entries = json_loads(trace, 0, NULL);
	list = json_object_get(json_array_get(entries, 0), "reads");
	json_array_foreach(list, i, v)
		us_str_addf(&out, "%s%s", i ? " " : "", json_string_value(v));
	assert_int_equal(us_str_take(&out, &taken, NULL, NULL), US_OK);
	json_decref(entries);
	return taken;
}

static void it_says_what_was_read_each_once_and_in_order(void **state)
{
	static const struct {
		const char *handler, *reads;
	} rows[] = {
		{ "return nil", "" },
		{ "return case.name and nil", "name" },
		{ "local x = case.cause, case.name, case.cause", "cause name" },
		{ "local x = case.evidence", "evidence" },
		{ "local e = case.evidence; local x = e.state, e.edited, e.state",
			"evidence.state evidence.edited" },
		{ "local x = case.evidence.error", "evidence.error" },
		{ "local x = #case.evidence.statements", "evidence.statements" },
		{ "for _, s in ipairs(case.evidence.statements) do local x = "
		  "s.sql, s.state end",
			"evidence.statements[].sql evidence.statements[].state" },
		{ "for _, x in pairs(case.history) do local y = x.name end",
			"history[].name" },
		{ "local x = case:permits('applied'), case:permits('applied'), "
		  "case:permits('stop')",
			"permits(applied) permits(stop)" },
		{ "local x = with.anything", "with.anything" },
		{ "local x = table.concat(case.permitted)", "permitted[]" },
		{ "pcall(function() return case.nosuch end)", "" },
		{ "pcall(db.query, db, 'select 1')", "db:query" },
		{ "local x = with[('x'):rep(1000)]", "" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *found = reads(*state, rows[i].handler);

		if (strcmp(found, rows[i].reads) != 0)
			fail_msg("%s\n  read %s, not %s", rows[i].handler, found,
				rows[i].reads);
	}
}

static void it_says_who_was_asked_and_what_they_answered(void **state)
{
	static const struct {
		const char *body;
		const char *says[4];
	} rows[] = {
		{ "failure = function() end",
			{ "\"handler\": \"failure\", \"answer\": null, \"line\": "
			  "null",
				"{\"policy\": \"builtin:timeout\", \"handler\": "
				"null, \"answer\": null",
				"{\"policy\": \"builtin:failure\", \"handler\": "
				"\"failure\", \"answer\": \"" } },
		{ "any = function() return verdict.stop('x') end",
			{ "\"handler\": \"any\", \"answer\": \"stop\", \"line\": "
			  "1" } },
		{ "any = function() return 5 end",
			{ "\"answer\": \"broke\", \"line\": 1" } },
		{ "timeout = function() end",
			{ "\"handler\": null, \"answer\": null, \"line\": null, "
			  "\"reads\": []" } },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *trace = traced(*state, rows[i].body);

		for (size_t n = 0; n < US_LEN(rows[i].says) && rows[i].says[n]; n++)
			if (!strstr(trace, rows[i].says[n]))
				fail_msg("%s\n  %s\n  lacks %s", rows[i].body,
					trace, rows[i].says[n]);
	}
}

static void a_policy_cannot_make_it_endless(void **state)
{
	US_AUTO(auto_str)
	char *found =
		reads(*state, "for i = 1, 5000 do local x = with['n' .. i] end");

	assert_non_null(strstr(found, "with.n1000"));
	assert_null(strstr(found, "with.n1001"));
}

static void it_ends_with_the_one_that_decided(void **state)
{
	US_AUTO(auto_str)
	char *trace =
		traced(*state, "any = function() return verdict.stop('x') end");

	assert_null(strstr(trace, "builtin:"));
}

static void nobody_pays_for_a_trace_that_was_not_asked_for(void **state)
{
	const question q = {
		.text = "return { any = function(case) return case.name "
			"and nil end }"
	};
	json_t *kase = make_case(NULL);
	us_policies *p = NULL;
	us_verdict v = { 0 };
	us_err err = { 0 };

	assert_ok(load_policy(&p, *state, &q, &err), &err);
	assert_ok(us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err), &err);
	assert_null(us_policies_trace(p));
	us_policies_free(p);
	json_decref(kase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_was_read_each_once_and_in_order),
		cmocka_unit_test(it_says_who_was_asked_and_what_they_answered),
		cmocka_unit_test(a_policy_cannot_make_it_endless),
		cmocka_unit_test(it_ends_with_the_one_that_decided),
		cmocka_unit_test(nobody_pays_for_a_trace_that_was_not_asked_for),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
