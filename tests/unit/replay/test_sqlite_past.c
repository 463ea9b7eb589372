/* What the other records mean for a case: replayed, doubted, or reason to say that
 * nothing is known. And scripts that must not, or can't, be run. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stuck.h"
#include "unstick/auto.h"

static const char init[] = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
			   "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT);";
static const char script[] = "CREATE TABLE n (x); ALTER TABLE t ADD COLUMN b TEXT;"
			     "CREATE TABLE m (x)";

static void expect(stuck *s, const char *k, const char *why)
{
	stuck_read(s);
	if (strcmp(stuck_k(s), k) != 0 || !strstr(s->r.why ? s->r.why : "", why))
		fail_msg("K is {%s}, not {%s}: %s", stuck_k(s), k,
			s->r.why ? s->r.why : "");
	stuck_close(s);
}

static void a_later_record_that_names_a_table_leaves_it_open(void **state)
{
	static const char later[] = "ALTER TABLE t DROP COLUMN b";
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	assert_true(stuck_failed(&s, "20240102000000_m", script, 2));
	stuck_applied(&s, "20240103000000_later", later);
	expect(&s, "1 2", "20240103000000_later");
}

static void a_later_record_that_only_refers_to_a_table_doesn_t(void **state)
{
	static const char later[] = "CREATE TABLE k (id INTEGER REFERENCES t(id))";
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	assert_true(stuck_failed(&s, "20240102000000_m", script, 2));
	stuck_applied(&s, "20240103000000_later", later);
	expect(&s, "2", "");
}

static void another_failed_record_leaves_open_what_it_names(void **state)
{
	static const char other[] = "CREATE TABLE m (x); SELECT nonsense";
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	world_folder(&s.w, "20240101500000_other", other);
	world_record(&s.w, "20240101500000_other", 'R', other);
	stuck_run(&s, "CREATE TABLE m (x)");
	assert_true(stuck_failed(&s, "20240102000000_m", script, 2));
	expect(&s, "2 3", "20240101500000_other");
}

static void words_of_a_failed_script_that_are_gone_leave_all_unknown(void **state)
{
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	world_record(&s.w, "20240101500000_gone", 'R', "CREATE TABLE n (x)");
	assert_true(stuck_failed(&s, "20240102000000_m", script, 2));
	expect(&s, "unknown",
		"20240101500000_gone failed, and its script is missing");
}

static void a_renamed_folder_is_the_same_script(void **state)
{
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	world_record(&s.w, "20240102000000_older_name", 'R', script);
	assert_true(stuck_failed(&s, "20240102000000_m", script, 2));
	expect(&s, "2", "");
}

/* The history has a hole, and what the script itself creates is still certain. */
static void an_applied_script_that_is_missing_leaves_a_gap(void **state)
{
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	world_record(&s.w, "20240101200000_gone", 'A', "DROP TABLE u");
	assert_true(stuck_failed(&s, "20240102000000_m",
		"DROP TABLE u; CREATE TABLE n (x); ALTER TABLE t ADD COLUMN b TEXT",
		2));
	expect(&s, "2", "");

	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	world_record(&s.w, "20240101200000_gone", 'A', "DROP TABLE u");
	assert_true(stuck_failed(
		&s, "20240102000000_m", "DROP TABLE u; CREATE TABLE n (x)", 0));
	expect(&s, "0 1", "20240101200000_gone was applied");
}

static void an_edited_script_leaves_a_gap(void **state)
{
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	world_folder(&s.w, "20240101200000_edited", "DROP INDEX IF EXISTS i");
	world_record(&s.w, "20240101200000_edited", 'A', "DROP TABLE u");
	assert_true(stuck_failed(
		&s, "20240102000000_m", "DROP TABLE u; CREATE TABLE n (x)", 0));
	expect(&s, "0 1", "20240101200000_edited was applied");
}

/* The schema conflict: the statement can't have run, but for a drift. */
static void a_statement_that_can_t_run_leaves_its_table_open(void **state)
{
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	assert_false(stuck_failed(&s, "20240102000000_m",
		"CREATE TABLE n (x); CREATE TABLE u (z); CREATE TABLE m (x)", 2));
	expect(&s, "1 2", "");
}

/* Each is its own script's second statement; K from there on is anything. */
static void what_touches_the_world_is_not_replayed(void **state)
{
	static const struct {
		const char *sql, *why;
	} rows[] = {
		{ "ATTACH 'other.db' AS o", "ATTACH" },
		{ "ATTACH ':memory:' AS o", "ATTACH" },
		{ "DETACH o", "DETACH" },
		{ "VACUUM INTO 'copy.db'", "VACUUM INTO" },
		{ "VACUUM main INTO 'copy.db'", "VACUUM INTO" },
		{ "SELECT load_extension('x')", "load_extension" },
		{ "CREATE TABLE z AS SELECT load_extension('x')",
			"load_extension" },
		{ "PRAGMA writable_schema=ON", "PRAGMA writable_schema" },
		{ "PRAGMA main.writable_schema(1)", "PRAGMA writable_schema" },
		{ "PRAGMA temp_store_directory='.'",
			"PRAGMA temp_store_directory" },
		{ "PRAGMA hexkey='00'", "PRAGMA hexkey" },
		{ "CREATE VIRTUAL TABLE z USING csv(filename='x')", "csv" },
		{ "CREATE TABLE z AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL "
		  "SELECT i + 1 FROM r) SELECT i FROM r",
			"too long" },
		{ "CREATE TABLE z AS SELECT zeroblob(999999999) AS b", "too long" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		char *text = NULL;
		us_err err = { 0 };
		stuck s;

		assert_ok(us_strf(&text, &err,
				  "CREATE TABLE n (x); %s; CREATE TABLE m (x)",
				  rows[i].sql),
			&err);
		stuck_open(&s);
		stuck_applied(&s, "20240101000000_init", init);
		assert_true(stuck_failed(&s, "20240102000000_m", text, 1));
		stuck_read(&s);
		if (strcmp(stuck_k(&s), "1 2 3") != 0 ||
			!strstr(s.r.why, rows[i].why))
			fail_msg("%s: {%s} %s", rows[i].sql, stuck_k(&s), s.r.why);
		assert_false(s.r.rerun[1]);
		stuck_close(&s);
		free(text);
	}
}

/* A data statement is never run, however long it would take. */
static void rows_are_never_moved(void **state)
{
	stuck s;

	(void)state;
	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	assert_true(stuck_failed(&s, "20240102000000_m",
		"CREATE TABLE n (x); INSERT INTO n WITH RECURSIVE r(i) AS (SELECT "
		"1 "
		"UNION ALL SELECT i + 1 FROM r) SELECT i FROM r; CREATE TABLE m "
		"(x)",
		1));
	expect(&s, "1 2", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_later_record_that_names_a_table_leaves_it_open),
		cmocka_unit_test(
			a_later_record_that_only_refers_to_a_table_doesn_t),
		cmocka_unit_test(another_failed_record_leaves_open_what_it_names),
		cmocka_unit_test(
			words_of_a_failed_script_that_are_gone_leave_all_unknown),
		cmocka_unit_test(a_renamed_folder_is_the_same_script),
		cmocka_unit_test(an_applied_script_that_is_missing_leaves_a_gap),
		cmocka_unit_test(an_edited_script_leaves_a_gap),
		cmocka_unit_test(a_statement_that_can_t_run_leaves_its_table_open),
		cmocka_unit_test(what_touches_the_world_is_not_replayed),
		cmocka_unit_test(rows_are_never_moved),
	};

	return cmocka_run_group_tests_name("sqlite past", tests, NULL, NULL);
}
