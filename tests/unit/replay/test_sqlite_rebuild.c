/* Table rebuilds that stopped half way: what is left over, what may be run again,
 * and that nothing is ever told that would lose a row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stuck.h"
#include "unstick/auto.h"

static const char init[] =
	"CREATE TABLE \"Setting\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"name\" "
	"TEXT);"
	"CREATE TABLE \"Child\" (\"id\" INTEGER PRIMARY KEY, \"setting\" TEXT, "
	"FOREIGN KEY (\"setting\") REFERENCES \"Setting\" (\"id\") ON DELETE "
	"CASCADE);";

/* As coolify-v3 20221021112429 and others: a required column without a default. */
static const char script[] =
	"PRAGMA foreign_keys=OFF;\n"
	"CREATE TABLE \"new_Setting\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"name\" "
	"TEXT, \"variable\" TEXT NOT NULL);\n"
	"INSERT INTO \"new_Setting\" (\"id\", \"name\") SELECT \"id\", \"name\" "
	"FROM "
	"\"Setting\";\n"
	"DROP TABLE \"Setting\";\n"
	"ALTER TABLE \"new_Setting\" RENAME TO \"Setting\";\n"
	"CREATE UNIQUE INDEX \"Setting_name_key\" ON \"Setting\"(\"name\");\n"
	"PRAGMA foreign_keys=ON;\n";

/* The same with a default, so that it can run. */
static const char good[] =
	"PRAGMA foreign_keys=OFF;\n"
	"CREATE TABLE \"new_Setting\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"name\" "
	"TEXT, \"variable\" TEXT NOT NULL DEFAULT '');\n"
	"INSERT INTO \"new_Setting\" (\"id\", \"name\") SELECT \"id\", \"name\" "
	"FROM "
	"\"Setting\";\n"
	"DROP TABLE \"Setting\";\n"
	"ALTER TABLE \"new_Setting\" RENAME TO \"Setting\";\n"
	"CREATE UNIQUE INDEX \"Setting_name_key\" ON \"Setting\"(\"name\");\n"
	"PRAGMA foreign_keys=ON;\n";

static void stop_after(stuck *s, const char *text, size_t k, const char *then)
{
	stuck_open(s);
	stuck_applied(s, "20240101000000_init", init);
	stuck_seed(s);
	assert_true(stuck_failed(s, "20240102000000_m", text, k));
	stuck_run(s, then);
	stuck_read(s);
}

static bool any_leftover(const stuck *s, const char *text)
{
	for (size_t i = 0; i < s->r.leftovers.len; i++)
		if (strstr(s->r.leftovers.items[i], text))
			return true;
	return false;
}

static void a_failed_copy_leaves_an_empty_table(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, script, 2, "");
	assert_string_equal(stuck_k(&s), "2");
	assert_int_equal(s.r.leftovers.len, 1);
	assert_string_equal(s.r.leftovers.items[0],
		"table new_Setting: 0 rows, Setting has 3: DROP TABLE "
		"\"new_Setting\"");
	assert_false(s.r.rerun[2]);
	assert_non_null(strstr(s.r.rerun_why[2], "already exists"));
	stuck_close(&s);
}

static void a_full_copy_may_be_dropped_while_the_table_is_there(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, good, 3, "");
	assert_string_equal(stuck_k(&s), "3");
	assert_true(any_leftover(&s, "3 rows, Setting has 3: DROP TABLE"));
	assert_false(s.r.rerun[3]);
	stuck_close(&s);
}

static void the_only_copy_is_shouted_and_never_dropped(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, good, 4, "");
	assert_string_equal(stuck_k(&s), "4");
	assert_int_equal(
		strncmp(s.r.why,
			"new_Setting HOLDS THE ONLY COPY OF Setting's ROWS: "
			"don't drop it",
			60),
		0);
	assert_true(any_leftover(
		&s, "ALTER TABLE \"new_Setting\" RENAME TO \"Setting\""));
	assert_false(any_leftover(&s, "DROP TABLE"));
	assert_false(s.r.rerun[4]);
	stuck_close(&s);
}

static void what_is_dropped_is_never_run_again(void **state)
{
	(void)state;
	for (size_t k = 5; k <= 7; k++) {
		stuck s;

		stop_after(&s, good, k, "");
		assert_true(stuck_has(&s, k));
		assert_int_equal(s.r.leftovers.len, 0);
		assert_false(s.r.rerun[k]);
		assert_non_null(
			strstr(s.r.rerun_why[k], "drops what may hold rows"));
		stuck_close(&s);
	}
}

/* Rows that came after the copy are only in the old table. */
static void rows_written_since_leave_the_place_open(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, good, 3, "INSERT INTO Setting VALUES ('late', 'late')");
	assert_string_equal(stuck_k(&s), "2 3");
	assert_true(any_leftover(&s, "3 rows, Setting has 4: DROP TABLE"));
	stuck_close(&s);
}

static void a_copy_with_more_rows_is_not_dropped(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, good, 3, "DELETE FROM Setting WHERE rowid = 1");
	assert_string_equal(stuck_k(&s), "2 3");
	assert_false(any_leftover(&s, "DROP TABLE"));
	assert_true(any_leftover(&s, "don't drop it"));
	assert_non_null(strstr(s.r.why, "holds more rows than Setting"));
	stuck_close(&s);
}

static void empty_tables_leave_the_place_open(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, good, 3, "DELETE FROM Setting; DELETE FROM new_Setting");
	assert_string_equal(stuck_k(&s), "2 3");
	stuck_close(&s);
}

/* Measured data loss 1: the shell goes on behind the failed copy. All of the schema
 * is there and the rows are not; nothing may run again over it. */
static void a_shell_that_went_on_has_lost_the_rows_already(void **state)
{
	stuck s;

	(void)state;
	stop_after(&s, script, 2,
		"PRAGMA foreign_keys=OFF; DROP TABLE \"Setting\"; ALTER TABLE "
		"\"new_Setting\" RENAME TO \"Setting\";"
		"CREATE UNIQUE INDEX \"Setting_name_key\" ON "
		"\"Setting\"(\"name\")");
	assert_string_equal(stuck_k(&s), "6 7");
	assert_false(s.r.rerun[6]);
	assert_false(s.r.rerun[7]);
	stuck_close(&s);
}

/* A copy that leaves rows out, or makes fewer of them, says nothing by numbers. */
static void only_a_plain_copy_is_counted(void **state)
{
	static const char *const copies[] = {
		"INSERT INTO n SELECT id FROM Setting WHERE name IS NOT NULL",
		"INSERT INTO n SELECT DISTINCT id FROM Setting",
		"INSERT INTO n SELECT max(id) FROM Setting",
		"INSERT OR IGNORE INTO n SELECT id FROM Setting",
		"INSERT INTO n SELECT s.id FROM Setting s JOIN Child",
		"INSERT INTO n SELECT id FROM Setting LIMIT 1",
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(copies); i++) {
		char text[500];
		stuck s;

		snprintf(text, sizeof(text),
			"CREATE TABLE n (id TEXT); %s; DROP TABLE Setting; ALTER "
			"TABLE n RENAME TO Setting",
			copies[i]);
		stop_after(&s, text, 1, "");
		assert_string_equal(stuck_k(&s), "1 2");
		assert_int_equal(s.r.leftovers.len, 1);
		stuck_close(&s);
	}
}

/* It is called as a new_X would be, and nobody is to be told to drop it. */
static void a_table_from_before_the_script_is_not_left_over(void **state)
{
	static const char over_old[] =
		"DROP TABLE old; CREATE TABLE old (id INTEGER PRIMARY KEY);"
		"INSERT INTO old (id) SELECT id FROM x; DROP TABLE x;"
		"ALTER TABLE old RENAME TO x";

	(void)state;
	for (size_t k = 0; k <= 5; k++) {
		stuck s;

		stuck_open(&s);
		stuck_applied(&s, "20240101000000_init",
			"CREATE TABLE x (id INTEGER PRIMARY KEY, a TEXT);"
			"CREATE TABLE old (id INTEGER PRIMARY KEY, b TEXT)");
		stuck_seed(&s);
		assert_true(stuck_failed(&s, "20240102000000_m", over_old, k));
		stuck_read(&s);
		assert_true(stuck_has(&s, k));
		/* after DROP TABLE x it holds the only copy */
		assert_int_equal(s.r.leftovers.len, k == 4 ? 1 : 0);
		assert_int_equal(s.r.rerun[k], k == 0);
		stuck_close(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_from_before_the_script_is_not_left_over),
		cmocka_unit_test(a_failed_copy_leaves_an_empty_table),
		cmocka_unit_test(
			a_full_copy_may_be_dropped_while_the_table_is_there),
		cmocka_unit_test(the_only_copy_is_shouted_and_never_dropped),
		cmocka_unit_test(what_is_dropped_is_never_run_again),
		cmocka_unit_test(rows_written_since_leave_the_place_open),
		cmocka_unit_test(a_copy_with_more_rows_is_not_dropped),
		cmocka_unit_test(empty_tables_leave_the_place_open),
		cmocka_unit_test(a_shell_that_went_on_has_lost_the_rows_already),
		cmocka_unit_test(only_a_plain_copy_is_counted),
	};

	return cmocka_run_group_tests_name("sqlite rebuilds", tests, NULL, NULL);
}
