/* A case as data: exactly the documented keys, null for what is not known, and
 * nothing secret in any of its texts. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "papers.h"
#include "unstick/auto.h"

/* ---- keys ---- */

static void a_case_has_exactly_the_documented_keys(void **state)
{
	fixture *f = *state;
	json_t *table = paper_table("docs/json.md", "## A case");
	json_t *keys = paper_keys(table);
	json_t *v;

	/* these come only with a judgement that has more to say */
	assert_int_equal(json_object_del(keys, "outcome_why"), 0);
	assert_int_equal(json_object_del(keys, "then"), 0);
	assert_int_equal(json_object_del(keys, "trace"), 0);
	v = view(f, false);
	assert_keys("a case of which nothing is known", v, keys);
	json_decref(v);
	know_everything(f);
	v = view(f, false);
	assert_keys("a case of which all is known", v, keys);
	json_decref(v);
	json_decref(keys);
	json_decref(table);
}

/* Words of a row that are no keys: values, or where else to look. */
static const struct {
	const char *heading, *key, *path, *also, *but;
} nested[] = {
	{ "## A case", "records", "records.0", "", "" },
	{ "## Evidence", "applied_prefix", "evidence.applied_prefix", "", "" },
	{ "## Evidence", "error", "evidence.error", "", "" },
	{ "## Evidence", "running", "evidence.running.0",
		"`pid` `application` `state` `query` `query_age_seconds`",
		"`lock.held_by`" },
	{ "## Evidence", "candidates", "evidence.candidates.0", "", "" },
	{ "## Evidence", "statements", "evidence.statements.0", "",
		"`present` `absent` `conflict` `unobservable` `unknown`" },
};

static void what_a_case_holds_has_exactly_the_documented_keys(void **state)
{
	fixture *f = *state;
	json_t *v;

	know_everything(f);
	v = view(f, false);
	for (size_t i = 0; i < US_LEN(nested); i++) {
		json_t *table = paper_table("docs/json.md", nested[i].heading);
		const json_t *row = paper_row(table, nested[i].key);
		json_t *keys = paper_words(json_string_value(
			json_array_get(row, json_array_size(row) - 1)));
		json_t *also = paper_words(nested[i].also);
		json_t *but = paper_words(nested[i].but);
		const char *word;
		json_t *unused;

		assert_int_equal(json_object_update(keys, also), 0);
		json_object_foreach(but, word, unused)
		{
			assert_int_equal(json_object_del(keys, word), 0);
		}
		assert_keys(nested[i].path, at(v, nested[i].path), keys);
		json_decref(but);
		json_decref(also);
		json_decref(keys);
		json_decref(table);
	}
	json_decref(v);
}

static void a_case_keeps_the_contract_of_schema_1(void **state)
{
	static const char *const paths[] = { "name", "index", "directory", "kind",
		"cause", "records", "records.0.id", "records.0.checksum",
		"records.0.started_at", "records.0.finished_at",
		"records.0.rolled_back_at", "records.0.applied_steps_count",
		"records.0.logs", "attempts", "age_seconds", "evidence.state",
		"evidence.proof", "evidence.prefixes",
		"evidence.applied_prefix.min", "evidence.applied_prefix.max",
		"evidence.reruns", "evidence.rerun_why", "evidence.atomic",
		"evidence.edited", "evidence.error.code", "evidence.error.message",
		"evidence.error.statement", "evidence.error.line",
		"evidence.running", "evidence.leftovers", "evidence.candidates",
		"evidence.statements.0.index", "evidence.statements.0.line",
		"evidence.statements.0.kind", "evidence.statements.0.sql",
		"evidence.statements.0.state", "evidence.statements.0.why",
		"permitted", "not_permitted", "verdict", "guard", "actions",
		"outcome" };
	json_t *v;

	know_everything(*state);
	v = view(*state, false);
	for (size_t i = 0; i < US_LEN(paths); i++)
		(void)at(v, paths[i]);
	json_decref(v);
}

/* ---- null ---- */

static void what_is_not_known_is_null(void **state)
{
	static const char *const unknown[] = { "index", "directory", "age_seconds",
		"records.0.finished_at", "records.0.rolled_back_at",
		"records.0.applied_steps_count", "records.0.logs", "evidence.proof",
		"evidence.prefixes", "evidence.applied_prefix",
		"evidence.rerun_why", "evidence.atomic", "evidence.edited",
		"evidence.error", "evidence.running", "evidence.statements",
		"evidence.why", "verdict", "guard", "actions", "outcome" };
	json_t *v = view(*state, false);

	for (size_t i = 0; i < US_LEN(unknown); i++)
		if (!json_is_null(at(v, unknown[i])))
			fail_msg("%s is not null", unknown[i]);
	assert_string_equal(json_string_value(at(v, "evidence.state")), "unknown");
	assert_int_equal(json_array_size(at(v, "evidence.leftovers")), 0);
	json_decref(v);
}

static void what_was_not_asked_is_null(void **state)
{
	fixture *f = *state;
	json_t *v = us_view_case(&f->ground, &f->kase, &f->e, NULL, false);

	assert_true(json_is_null(at(v, "permitted")));
	assert_true(json_is_null(at(v, "not_permitted")));
	json_decref(v);
}

static void a_glance_says_only_the_kinds_it_can_tell(void **state)
{
	static const struct {
		us_case_kind kind;
		const char *said;
	} rows[] = {
		{ US_CASE_IN_PROGRESS, "in_progress" },
		{ US_CASE_NAME_MISMATCH, "name_mismatch" },
		{ US_CASE_PARTIAL_APPLY, NULL },
		{ US_CASE_TIMEOUT, NULL },
		{ US_CASE_FAILURE, NULL },
	};
	fixture *f = *state;

	f->e.glance = true;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		json_t *v;
		const char *kind;

		f->e.kind = rows[i].kind;
		v = view(f, false);
		kind = json_string_value(at(v, "kind"));
		if (rows[i].said)
			assert_string_equal(kind, rows[i].said);
		else
			assert_true(json_is_null(at(v, "kind")));
		json_decref(v);
	}
}

/* ---- values ---- */

static void known_values_are_the_values(void **state)
{
	fixture *f = *state;
	json_t *v, *range, *want = json_pack("[i,i]", 1, 2);
	const char *directory;

	know_everything(f);
	f->entry.name = NAME;
	v = view(f, false);
	assert_true(json_equal(at(v, "evidence.prefixes"), want));
	range = at(v, "evidence.applied_prefix");
	assert_int_equal(json_integer_value(json_object_get(range, "min")), 1);
	assert_int_equal(json_integer_value(json_object_get(range, "max")), 2);
	assert_int_equal(json_integer_value(at(v, "index")), 1);
	assert_string_equal(json_string_value(at(v, "records.0.started_at")),
		"2025-11-22T15:56:42.296123Z");
	assert_true(json_is_true(at(v, "evidence.atomic")));
	assert_int_equal(
		json_integer_value(at(v, "evidence.statements.1.index")), 2);
	assert_int_equal(
		json_integer_value(at(v, "evidence.statements.1.line")), 2);
	directory = json_string_value(at(v, "directory"));
	assert_non_null(strstr(directory, "/migrations/" NAME));
	assert_int_equal(json_integer_value(at(v, "attempts")), 5);
	assert_int_equal(json_integer_value(at(v, "attempts_left")), 0);
	json_decref(v);
	json_decref(want);
}

static void every_action_is_permitted_or_has_a_reason(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->permits.allowed[US_ACTION_SKIP] = false;
	v = view(f, false);
	assert_int_equal(json_array_size(at(v, "permitted")) +
				 json_object_size(at(v, "not_permitted")),
		US_ACTIONS);
	assert_true(json_is_string(at(v, "not_permitted.skip")));
	assert_true(json_is_string(at(v, "not_permitted.applied")));
	json_decref(v);
}

/* ---- secrets ---- */

/* How often `word` is in the object, wherever. */
static size_t count(const json_t *v, const char *word)
{
	US_AUTO(auto_str) char *text = json_dumps(v, 0);
	size_t n = 0;

	assert_non_null(text);
	for (const char *p = text; (p = strstr(p, word)); p++)
		n++;
	return n;
}

static void no_text_of_a_case_shows_a_secret(void **state)
{
	json_t *v;

	know_everything(*state);
	v = view(*state, false);
	assert_int_equal(count(v, "s3cr3t"), 0);
	assert_int_equal(count(v, "pr1vate"), 0);
	/* all of them were there to be hidden */
	assert_true(count(v, "postgres://app:***@db/app") >= 20);
	assert_string_equal(json_string_value(at(v, "evidence.statements.1.sql")),
		"CREATE ROLE r PASSWORD '***'");
	json_decref(v);
}

static void details_show_where_they_are_asked_for_and_nowhere_else(void **state)
{
	json_t *v;

	know_everything(*state);
	v = view(*state, true);
	assert_int_equal(count(v, "s3cr3t"), 0);
	assert_int_equal(count(at(v, "records"), "pr1vate"), 1);
	assert_int_equal(count(at(v, "evidence.error"), "pr1vate"), 1);
	assert_int_equal(count(v, "pr1vate"), 2);
	json_decref(v);
}

static void bytes_that_are_no_text_become_text(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->entry.name = "2024_\xFF\xC3";
	f->record.logs = "\xE2\x82";
	v = view(f, false);
	assert_string_equal(
		json_string_value(at(v, "name")), "2024_\xEF\xBF\xBD\xEF\xBF\xBD");
	assert_string_equal(
		json_string_value(at(v, "records.0.logs")), "\xEF\xBF\xBD");
	json_decref(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		each(a_case_has_exactly_the_documented_keys),
		each(what_a_case_holds_has_exactly_the_documented_keys),
		each(a_case_keeps_the_contract_of_schema_1),
		each(what_is_not_known_is_null),
		each(what_was_not_asked_is_null),
		each(a_glance_says_only_the_kinds_it_can_tell),
		each(known_values_are_the_values),
		each(every_action_is_permitted_or_has_a_reason),
		each(no_text_of_a_case_shows_a_secret),
		each(details_show_where_they_are_asked_for_and_nowhere_else),
		each(bytes_that_are_no_text_become_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
