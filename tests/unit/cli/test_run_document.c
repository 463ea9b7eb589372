/* The run's JSON before anything is known: every documented key is there, in the
 * contract's order, so that it is printed whatever fails first. */
#include <string.h>

#include "check.h"
#include "cmd.h"
#include "papers.h"
#include "unstick/auto.h"
#include "unstick/uuid.h"
#include "unstick/when.h"

static const char *const contract[] = { "unstick", "schema", "command", "run_id",
	"started_at", "exit_code", "error", "database", "lock", "migrations",
	"history", "cases", "findings" };

static void a_new_document_has_exactly_the_documented_keys(void **state)
{
	json_t *table = paper_table("docs/json.md", "## The run");
	json_t *keys = paper_keys(table), *doc = document_new("status");

	(void)state;
	/* only of a decision by hand, only where it was run */
	assert_int_equal(json_object_del(keys, "by_hand"), 0);
	assert_int_equal(json_object_del(keys, "before_change"), 0);
	assert_keys("a new document", doc, keys);
	json_decref(doc);
	json_decref(keys);
	json_decref(table);
}

static void its_keys_are_in_the_contracts_order(void **state)
{
	json_t *doc = document_new("audit");
	size_t i = 0;
	const char *key;
	json_t *value;

	(void)state;
	assert_int_equal(json_object_size(doc), US_LEN(contract));
	json_object_foreach(doc, key, value)
	{
		assert_string_equal(key, contract[i]);
		i++;
	}
	json_decref(doc);
}

static void what_is_not_known_yet_is_null(void **state)
{
	static const char *const unknown[] = { "command", "exit_code", "error",
		"database", "migrations", "history" };
	json_t *doc = document_new(NULL);

	(void)state;
	for (size_t i = 0; i < US_LEN(unknown); i++)
		assert_true(json_is_null(json_object_get(doc, unknown[i])));
	assert_true(json_is_null(
		json_object_get(json_object_get(doc, "lock"), "held_by")));
	assert_true(json_is_array(json_object_get(doc, "cases")));
	assert_true(json_is_array(json_object_get(doc, "findings")));
	assert_int_equal(json_integer_value(json_object_get(doc, "schema")), 1);
	json_decref(doc);
}

static void each_run_has_an_id_and_a_time_of_its_own(void **state)
{
	json_t *a = document_new("status"), *b = document_new("status");
	const char *id = json_string_value(json_object_get(a, "run_id"));
	const char *at = json_string_value(json_object_get(a, "started_at"));
	us_time started = 0;

	(void)state;
	assert_int_equal(strlen(id), US_UUID_TEXT - 1);
	assert_string_not_equal(
		id, json_string_value(json_object_get(b, "run_id")));
	assert_true(us_time_parse(&started, at));
	assert_true(started <= us_now());
	assert_int_equal(strlen(at), strlen("2026-11-22T16:00:00Z"));
	json_decref(a);
	json_decref(b);
}

static void a_finding_has_the_documented_keys(void **state)
{
	json_t *doc = document_new("status");
	json_t *table = paper_table("docs/json.md", "## The run");
	const json_t *row = paper_row(table, "findings");
	json_t *keys = paper_words(
		json_string_value(json_array_get(row, json_array_size(row) - 1)));
	json_t *findings = json_object_get(doc, "findings");

	(void)state;
	assert_true(document_add_finding(doc, "warning", "P3015", "a message"));
	assert_true(document_add_finding(doc, "warning", NULL, "another"));
	assert_int_equal(json_array_size(findings), 2);
	assert_keys("a finding", json_array_get(findings, 0), keys);
	assert_keys("a finding", json_array_get(findings, 1), keys);
	assert_true(
		json_is_null(json_object_get(json_array_get(findings, 1), "code")));
	json_decref(keys);
	json_decref(table);
	json_decref(doc);
}

static void a_finding_is_masked_and_made_text(void **state)
{
	json_t *doc = document_new("status");
	const char *message;

	(void)state;
	/* a folder's name can be any bytes */
	assert_true(document_add_finding(
		doc, "warning", NULL, "2024_\xFF: postgres://u:s3cr3t@h/d"));
	message = json_string_value(json_object_get(
		json_array_get(json_object_get(doc, "findings"), 0), "message"));
	assert_string_equal(message, "2024_\xEF\xBF\xBD: postgres://u:***@h/d");
	json_decref(doc);
}

static void a_server_that_was_never_tried_is_known(void **state)
{
	static const struct {
		const char *provider, *version;
		bool known;
	} rows[] = {
		{ "postgresql", "12.22", false },
		{ "postgresql", "13.23", true },
		{ "postgresql", "18.4", true },
		{ "postgresql", "18beta1", true },
		{ "postgresql", "19.0", false },
		{ "postgresql", "", false },
		{ "sqlite", "3.40.1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const us_db_info about = { .provider = rows[i].provider,
			.version = rows[i].version };

		if (session_knows_server(&about) != rows[i].known)
			fail_msg("%s %s", rows[i].provider, rows[i].version);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_document_has_exactly_the_documented_keys),
		cmocka_unit_test(its_keys_are_in_the_contracts_order),
		cmocka_unit_test(what_is_not_known_yet_is_null),
		cmocka_unit_test(each_run_has_an_id_and_a_time_of_its_own),
		cmocka_unit_test(a_finding_has_the_documented_keys),
		cmocka_unit_test(a_server_that_was_never_tried_is_known),
		cmocka_unit_test(a_finding_is_masked_and_made_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
