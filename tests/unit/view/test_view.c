/* The pieces around the cases: the documented keys, null for what is not known, and
 * no secrets. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "papers.h"
#include "unstick/auto.h"
#include "unstick/view.h"
#include "world.h"

#define POISON                                                                     \
	"postgres://app:s3cr3t@db/app\n"                                           \
	"DETAIL: Key (email)=(s3cr3t) already exists."

/* What a row of docs/json.md names in its last cell. */
static void assert_documented(
	const char *heading, const char *key, const json_t *object)
{
	json_t *table = paper_table("docs/json.md", heading);
	const json_t *row = paper_row(table, key);
	json_t *words = paper_words(
		json_string_value(json_array_get(row, json_array_size(row) - 1)));

	assert_keys(key, object, words);
	json_decref(words);
	json_decref(table);
}

static void assert_no_secret(const json_t *v)
{
	US_AUTO(auto_str) char *text = json_dumps(v, JSON_ENCODE_ANY);

	assert_non_null(text);
	assert_null(strstr(text, "s3cr3t"));
	assert_non_null(strstr(text, "***"));
}

static void assert_nulls(const json_t *v, const char *const *keys)
{
	for (; *keys; keys++)
		if (!json_is_null(json_object_get(v, *keys)))
			fail_msg("%s is not null", *keys);
}

static void a_database_is_what_its_driver_says(void **state)
{
	static const char *const unknown[] = { "host", "schema", NULL };
	const us_db_info info = {
		.provider = "sqlite", .name = POISON, .version = "3.40.1"
	};
	json_t *v = us_view_database(&info);

	(void)state;
	assert_documented("## The run", "database", v);
	assert_nulls(v, unknown);
	assert_string_equal(
		json_string_value(json_object_get(v, "server_version")), "3.40.1");
	assert_no_secret(v);
	json_decref(v);
}

static void the_history_is_counted_and_listed(void **state)
{
	static const struct {
		const char *name, *state;
	} want[] = { { "1_applied", "applied" }, { "2_failed", "failed" },
		{ "3_gone", "missing" }, { "4_pending", "pending" },
		{ "5_rolled", "rolled_back" } };
	world *w = *state;
	json_t *counts, *list;

	world_folder(w, "1_applied", "SELECT 1");
	world_record(w, "1_applied", 'A', "SELECT 2"); /* edited since */
	world_folder(w, "2_failed", "SELECT 1");
	world_record(w, "2_failed", 'F', "SELECT 1");
	world_record(w, "3_gone", 'A', "SELECT 1");
	world_folder(w, "4_pending", "SELECT 1");
	world_folder(w, "5_rolled", "SELECT 1");
	world_record(w, "5_rolled", 'R', "SELECT 1");
	(void)world_load(w);

	counts = us_view_migrations(w->history);
	assert_documented("## The run", "migrations", counts);
	assert_int_equal(json_integer_value(json_object_get(counts, "found")), 4);
	assert_int_equal(json_integer_value(json_object_get(counts, "applied")), 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "pending")), 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "failed")), 1);
	assert_int_equal(
		json_integer_value(json_object_get(counts, "rolled_back")), 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "missing")), 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "edited")), 1);
	json_decref(counts);

	list = us_view_history(w->history);
	assert_int_equal(json_array_size(list), US_LEN(want));
	for (size_t i = 0; i < US_LEN(want); i++) {
		const json_t *e = json_array_get(list, i);

		assert_documented("## The run", "history", e);
		assert_string_equal(json_string_value(json_object_get(e, "name")),
			want[i].name);
		assert_string_equal(json_string_value(json_object_get(e, "state")),
			want[i].state);
	}
	assert_true(
		json_is_true(json_object_get(json_array_get(list, 0), "edited")));
	assert_true(
		json_is_null(json_object_get(json_array_get(list, 2), "edited")));
	json_decref(list);
}

static us_db *open_other(const world *w)
{
	us_url url = { .provider = (char[]){ "sqlite" },
		.path = scratch_path(&w->tmp, "dev.db") };
	us_db *other = NULL;
	us_err err = { 0 };

	assert_ok(us_db_open(&other, &url, US_DB_WRITE, &err), &err);
	free(url.path);
	return other;
}

static void whoever_holds_the_lock_is_named(void **state)
{
	static const char *const unknown[] = { "pid", "application", "state",
		"query", "query_age_seconds", NULL };
	world *w = *state;
	us_err err = { 0 };
	us_db *other;
	json_t *v, *holders;

	(void)world_load(w);
	v = us_view_lock(w->db);
	holders = json_object_get(v, "held_by");
	assert_true(json_is_array(holders));
	assert_int_equal(json_array_size(holders), 0);
	json_decref(v);

	other = open_other(w);
	assert_ok(us_db_exec(other, "BEGIN IMMEDIATE", &err), &err);
	v = us_view_lock(w->db);
	holders = json_object_get(v, "held_by");
	assert_int_equal(json_array_size(holders), 1);
	/* a file's lock says nothing of who has it; the keys are there all the same
	 */
	assert_int_equal(json_object_size(json_array_get(holders, 0)), 5);
	assert_nulls(json_array_get(holders, 0), unknown);
	json_decref(v);
	us_db_close(other);
}

static void nobody_asked_is_not_nobody(void **state)
{
	world *w = *state;
	json_t *v;

	(void)world_load(w);
	scratch_write(&w->tmp, "dev.db",
		"this is no database any more, and long enough to be looked at: "
		"a header has a hundred bytes, and this one has none of them");
	v = us_view_lock(w->db);
	assert_non_null(json_object_get(v, "held_by"));
	assert_true(json_is_null(json_object_get(v, "held_by")));
	json_decref(v);
}

static void a_verdict_is_as_the_policy_gave_it(void **state)
{
	static const char *const unknown[] = { "line", "seconds", "to", "sql",
		NULL };
	char text[] = POISON;
	us_verdict v = { .given = true,
		.action = US_ACTION_ROLLED_BACK,
		.reason = text,
		.policy = text,
		.seconds = -1 };
	json_t *o = us_view_verdict(&v);

	(void)state;
	assert_nulls(o, unknown);
	assert_null(json_object_get(o, "traceback"));
	assert_true(json_is_false(json_object_get(o, "override")));
	assert_string_equal(
		json_string_value(json_object_get(o, "action")), "rolled_back");
	assert_no_secret(o);
	json_decref(o);

	v.line = 12;
	v.seconds = 0;
	v.to = v.trace = text;
	v.override = true;
	o = us_view_verdict(&v);
	assert_documented("## A case", "verdict", o);
	assert_int_equal(json_integer_value(json_object_get(o, "line")), 12);
	/* waiting no time is not the same as not waiting */
	assert_true(json_is_real(json_object_get(o, "seconds")));
	assert_no_secret(o);
	json_decref(o);
}

static void no_opinion_is_null(void **state)
{
	const us_verdict none = { .seconds = -1 };
	json_t *o = us_view_verdict(&none);

	(void)state;
	assert_true(json_is_null(o));
	json_decref(o);
}

static void only_a_guard_that_was_overridden_says_so(void **state)
{
	char text[] = POISON;
	us_guard g = { .allowed = true, .why = text };
	json_t *o = us_view_guard(&g);

	(void)state;
	assert_null(json_object_get(o, "overridden"));
	assert_true(json_is_true(json_object_get(o, "allowed")));
	assert_no_secret(o);
	json_decref(o);
	g.overridden = true;
	o = us_view_guard(&g);
	assert_documented("## A case", "guard", o);
	assert_true(json_is_true(json_object_get(o, "overridden")));
	json_decref(o);
}

static void an_error_has_prismas_code_before_the_databases(void **state)
{
	static const struct {
		const char *prisma, *sqlstate, *want;
	} rows[] = { { "P3008", "23505", "P3008" }, { "", "23505", "23505" },
		{ "", "", NULL } };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_err err = { .code = US_E_DB, .msg = POISON };
		json_t *o;

		memcpy(err.prisma, rows[i].prisma, strlen(rows[i].prisma) + 1);
		memcpy(err.sqlstate, rows[i].sqlstate,
			strlen(rows[i].sqlstate) + 1);
		o = us_view_error(&err);
		assert_documented("## The run", "error", o);
		if (rows[i].want)
			assert_string_equal(
				json_string_value(json_object_get(o, "code")),
				rows[i].want);
		else
			assert_true(json_is_null(json_object_get(o, "code")));
		assert_no_secret(o);
		json_decref(o);
	}
}

#define each_world(test)                                                           \
	cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_is_what_its_driver_says),
		each_world(the_history_is_counted_and_listed),
		each_world(whoever_holds_the_lock_is_named),
		each_world(nobody_asked_is_not_nobody),
		cmocka_unit_test(a_verdict_is_as_the_policy_gave_it),
		cmocka_unit_test(no_opinion_is_null),
		cmocka_unit_test(only_a_guard_that_was_overridden_says_so),
		cmocka_unit_test(an_error_has_prismas_code_before_the_databases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
