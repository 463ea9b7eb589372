/* Whole scripts as one message: one fate, one error, and an end to waiting. */
#include <stdlib.h>
#include <string.h>

#include "talk.h"

typedef struct {
	const char *sql;
	us_code code;
	us_db_transaction after;
	const char *left; /* of t's columns */
} row;

static void a_script_has_one_fate_unless_it_says_otherwise(void **state)
{
	static const row rows[] = {
		{ "CREATE TABLE t (a INT); SELECT 1/0", US_E_DB, US_DB_IDLE,
			"0\n" },
		{ "CREATE TABLE t (a INT); SELECT a FROM t", US_OK, US_DB_IDLE,
			"1\n" },
		{ "ALTER TABLE t ADD b INT; COMMIT; SELECT 1/0", US_E_DB,
			US_DB_IDLE, "2\n" },
		{ "", US_OK, US_DB_IDLE, "2\n" },
		{ "-- nothing", US_OK, US_DB_IDLE, "2\n" },
		{ "BEGIN; ALTER TABLE t ADD c INT", US_OK, US_DB_OPEN, "3\n" },
		{ "SELECT 1/0", US_E_DB, US_DB_FAILED, NULL },
		{ "ROLLBACK", US_OK, US_DB_IDLE, "2\n" },
	};
	talk_cluster *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		us_db_transaction after;
		us_err err = { 0 };

		assert_int_equal(f->db->ops->script(f->db, rows[i].sql, NULL, NULL,
					 &after, &err),
			rows[i].code);
		assert_int_equal(after, rows[i].after);
		if (rows[i].code == US_E_DB)
			assert_string_equal(err.sqlstate, "22012");
		if (rows[i].left)
			talk_expect(f->db,
				"SELECT count(*) FROM pg_attribute WHERE attrelid "
				"= "
				"to_regclass('t') AND attnum > 0",
				rows[i].left);
	}
}

static bool at_once(void *ctx)
{
	++*(int *)ctx;
	return true;
}

static void who_waits_can_give_up(void **state)
{
	talk_cluster *f = *state;
	us_db_transaction after;
	us_err err = { 0 };
	int asked = 0;

	assert_int_equal(f->db->ops->script(f->db, "SELECT pg_sleep(600)", at_once,
				 &asked, &after, &err),
		US_E_DB);
	assert_string_equal(err.sqlstate, "57014");
	assert_int_equal(asked, 1);
	talk_expect(f->db, "SELECT 1", "1\n");
}

static void copy_from_us_ends_the_connection_and_says_so(void **state)
{
	talk_cluster *f = *state;
	us_db_transaction after;
	us_err err = { 0 };

	assert_int_equal(f->db->ops->script(f->db,
				 "CREATE TABLE t (a INT); COPY t FROM STDIN", NULL,
				 NULL, &after, &err),
		US_E_DB);
	assert_non_null(strstr(err.msg, "COPY"));
	assert_int_equal(after, US_DB_FAILED);
	assert_int_equal(
		f->db->ops->script(f->db, "SELECT 1", NULL, NULL, &after, &err),
		US_E_CONNECT);
}

static void a_reading_handle_runs_none(void **state)
{
	talk_cluster *f = *state;
	us_db *reader = talk_open(&f->cluster.parts, US_DB_READ);
	us_db_transaction after;
	us_err err = { 0 };

	assert_int_equal(reader->ops->script(reader, "CREATE TABLE t (a INT)", NULL,
				 NULL, &after, &err),
		US_E_DB);
	us_db_close(reader);
}

#define WITH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, talk_cluster_open, talk_cluster_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_script_has_one_fate_unless_it_says_otherwise),
		WITH(who_waits_can_give_up),
		WITH(copy_from_us_ends_the_connection_and_says_so),
		WITH(a_reading_handle_runs_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
