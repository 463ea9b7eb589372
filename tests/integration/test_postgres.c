/* Batches on PostgreSQL: parameters, types, errors, and what is left after them. */
#include <stdlib.h>
#include <string.h>

#include "talk.h"
#include "unstick/auto.h"

static us_code check_cells(const us_row *row, void *ctx, us_err *err)
{
	const us_value_type *want = ctx;

	(void)err;
	for (size_t i = 0; i < row->ncols; i++) {
		assert_int_equal(row->types[i], want[i]);
		assert_int_equal(
			row->lengths[i], row->cells[i] ? strlen(row->cells[i]) : 0);
	}
	assert_string_equal(row->names[0], "small");
	return US_OK;
}

static void cells_come_with_names_lengths_and_types(void **state)
{
	static us_value_type want[] = { US_V_INTEGER, US_V_INTEGER, US_V_INTEGER,
		US_V_INTEGER, US_V_REAL, US_V_TEXT, US_V_BOOLEAN, US_V_TEXT,
		US_V_TEXT, US_V_NULL };
	static const char sql[] = "SELECT 1::int2 AS small, 2, 3::int8, 4::oid,"
				  " 1.5::float8, 2.50::numeric, true, 'x'::name,"
				  " '2026-01-01'::date, NULL::int";
	talk_cluster *f = *state;
	us_err err = { 0 };

	talk_expect(f->db, sql, "1|2|3|4|1.5|2.50|t|x|2026-01-01|NULL\n");
	assert_ok(us_db_query(f->db, sql, 0, NULL, check_cells, want, &err), &err);
}

static void values_are_parameters_and_null_is_null(void **state)
{
	static const char *const values[] = { "x'; DROP TABLE t; --", NULL, "7" };
	talk_cluster *f = *state;
	us_str got = { 0 };
	us_err err = { 0 };

	assert_ok(
		us_db_query(f->db, "SELECT $1::text, $2::text IS NULL, $3::int + 1",
			3, values, talk_add_row, &got, &err),
		&err);
	assert_string_equal(us_str_text(&got), "x'; DROP TABLE t; --|t|8\n");
	us_str_fini(&got);
}

static void a_batch_runs_in_order_and_counts_changed_rows(void **state)
{
	talk_cluster *f = *state;
	us_str got = { 0 };
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = f->db->ops->begin_write },
		{ .sql = "CREATE TABLE t (a int)", .affected = 99 },
		{ .sql = "INSERT INTO t SELECT generate_series(1, 5)" },
		{ .sql = "UPDATE t SET a = a + 10 WHERE a > 3" },
		{ .sql = "SELECT a FROM t ORDER BY a",
			.fn = talk_add_row,
			.ctx = &got },
		{ .sql = "DELETE FROM t WHERE a = 1 RETURNING a",
			.fn = talk_add_row,
			.ctx = &got },
		{ .sql = "" },
		{ .sql = f->db->ops->commit },
	};

	assert_ok(us_db_run(f->db, batch, US_LEN(batch), &err), &err);
	assert_string_equal(us_str_text(&got), "1\n2\n3\n14\n15\n1\n");
	assert_int_equal(batch[1].affected, 0);
	assert_int_equal(batch[2].affected, 5);
	assert_int_equal(batch[3].affected, 2);
	assert_int_equal(batch[4].affected, 0);
	assert_int_equal(batch[5].affected, 1);
	us_str_fini(&got);
}

/* What came in which order. */
static void note_meanwhile(void *ctx)
{
	us_str_add(ctx, "meanwhile\n");
}

static void what_is_done_meanwhile_is_done_once_before_the_first_row(void **state)
{
	talk_cluster *f = *state;
	us_str got = { 0 };
	us_err err = { 0 };
	const us_meanwhile note = { note_meanwhile, &got };
	us_stmt fine[] = {
		{ .sql = "SELECT 1", .fn = talk_add_row, .ctx = &got },
		{ .sql = "SELECT 2", .fn = talk_add_row, .ctx = &got },
	};
	us_stmt bad = { .sql = "SELECT 1/0" };

	assert_ok(us_db_run_while(f->db, fine, US_LEN(fine), &note, &err), &err);
	assert_string_equal(us_str_text(&got), "meanwhile\n1\n2\n");
	us_str_clear(&got);
	assert_int_equal(us_db_run_while(f->db, &bad, 1, &note, &err), US_E_DB);
	assert_string_equal(us_str_text(&got), "meanwhile\n");
	us_str_clear(&got);
	talk_refused(f->db, "COPY (SELECT 1) TO STDOUT", US_E_DB, "");
	assert_int_equal(
		us_db_run_while(f->db, fine, 1, &note, &err), US_E_CONNECT);
	assert_string_equal(us_str_text(&got), ""); /* it couldn't be sent */
	us_str_fini(&got);
}

static void the_first_error_is_told_and_the_connection_stays_usable(void **state)
{
	talk_cluster *f = *state;
	us_str got = { 0 };
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = f->db->ops->begin_write },
		{ .sql = "SELECT 1", .fn = talk_add_row, .ctx = &got },
		{ .sql = "SELECT * FROM nowhere" },
		{ .sql = "SELECT 1/0" },
		{ .sql = f->db->ops->commit },
	};

	assert_int_equal(us_db_run(f->db, batch, US_LEN(batch), &err), US_E_DB);
	assert_string_equal(err.sqlstate, "42P01");
	assert_string_equal(err.msg, "relation \"nowhere\" does not exist");
	assert_string_equal(us_str_text(&got), "1\n");
	talk_refused(f->db, "SELECT 1", US_E_DB, "25P02");
	talk_exec(f->db, f->db->ops->rollback);
	talk_exec(f->db, f->db->ops->rollback); /* none is open: not an error */
	talk_expect(f->db, "SELECT 2", "2\n");
	us_str_fini(&got);
}

static void a_commit_of_a_failed_transaction_is_an_error(void **state)
{
	talk_cluster *f = *state;

	talk_exec(f->db, f->db->ops->begin_write);
	talk_exec(f->db, "CREATE TABLE t (a int)");
	talk_refused(f->db, "SELECT 1/0", US_E_DB, "22012");
	talk_refused(f->db, f->db->ops->commit, US_E_DB, "");
	talk_expect(f->db, "SELECT to_regclass('t')", "NULL\n");
}

static void an_error_never_shows_users_data(void **state)
{
	talk_cluster *f = *state;
	us_err err = { 0 };

	talk_exec(f->db, "CREATE TABLE t (email text UNIQUE)");
	talk_exec(f->db, "INSERT INTO t VALUES ('ann@example.org')");
	assert_int_equal(
		us_db_exec(f->db, "INSERT INTO t VALUES ('ann@example.org')", &err),
		US_E_DB);
	assert_string_equal(err.sqlstate, "23505");
	assert_null(strstr(err.msg, "ann@"));
	assert_null(strchr(err.msg, '\n'));
}

static void a_message_of_several_lines_becomes_one(void **state)
{
	talk_cluster *f = *state;
	us_err err = { 0 };

	assert_int_equal(
		us_db_exec(f->db, "DO $$ BEGIN RAISE 'one\n  two\n\nthree'; END $$",
			&err),
		US_E_DB);
	assert_string_equal(err.msg, "one two; three");
}

static us_code fail_at_2(const us_row *row, void *ctx, us_err *err)
{
	int *seen = ctx;

	++*seen;
	return strcmp(row->cells[0], "2") == 0 ? us_fail(err, US_E_LIMIT, "enough")
					       : US_OK;
}

static void a_callback_that_fails_ends_the_batch(void **state)
{
	talk_cluster *f = *state;
	int seen = 0;
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = "SELECT generate_series(1, 4)",
			.fn = fail_at_2,
			.ctx = &seen },
		{ .sql = "SELECT 9", .fn = fail_at_2, .ctx = &seen },
	};

	assert_int_equal(us_db_run(f->db, batch, US_LEN(batch), &err), US_E_LIMIT);
	assert_string_equal(err.msg, "enough");
	assert_int_equal(seen, 2);
	talk_expect(f->db, "SELECT 1", "1\n");
}

static void two_statements_in_one_are_refused(void **state)
{
	talk_cluster *f = *state;

	talk_refused(f->db, "SELECT 1; SELECT 2", US_E_DB, "42601");
}

static void large_batches_and_large_rows_pass(void **state)
{
	talk_cluster *f = *state;
	us_err err = { 0 };
	us_str big = { 0 };
	us_stmt batch[2000];
	const char *value;

	for (size_t i = 0; i < 300000; i++)
		us_str_add(&big, "0123456789");
	value = us_str_text(&big);
	for (size_t i = 0; i < US_LEN(batch); i++)
		batch[i] = (us_stmt){ .sql = "SELECT repeat('x', 1000)" };
	batch[1000] = (us_stmt){
		.sql = "SELECT length($1 || $1)", .nparams = 1, .params = &value
	};
	assert_ok(us_db_run(f->db, batch, US_LEN(batch), &err), &err);
	us_str_fini(&big);
}

static void copy_to_the_client_is_refused_without_hanging(void **state)
{
	talk_cluster *f = *state;

	talk_refused(f->db, "COPY (SELECT 1) TO STDOUT", US_E_DB, "");
	talk_refused(f->db, "SELECT 1", US_E_CONNECT, "");
}

static void limits_hold_for_one_transaction(void **state)
{
	static const char sql[] = "SELECT current_setting('lock_timeout'),"
				  " current_setting('statement_timeout')";
	talk_cluster *f = *state;
	us_err err = { 0 };

	talk_exec(f->db, f->db->ops->begin_write);
	assert_ok(f->db->ops->limit(f->db, 5000, 50, &err), &err);
	talk_expect(f->db, sql, "5s|50ms\n");
	talk_refused(f->db, "SELECT pg_sleep(60)", US_E_DB, "57014");
	talk_exec(f->db, f->db->ops->rollback);
	talk_expect(f->db, sql, "0|0\n");
}

static void a_read_transaction_has_limits_of_its_own(void **state)
{
	static const char sql[] = "SELECT current_setting('lock_timeout'),"
				  " current_setting('statement_timeout')";
	talk_cluster *f = *state;

	talk_exec(f->db, f->db->ops->begin_read);
	talk_expect(f->db, sql, "2s|10s\n");
	talk_exec(f->db, f->db->ops->commit);
	talk_expect(f->db, sql, "0|0\n");
}

/* Whoever asks: 75 and not 1 is what a lock that was not met ends with. */
static void a_lock_that_was_waited_for_too_long_is_not_the_databases_error(
	void **state)
{
	talk_cluster *f = *state;
	us_db *other = talk_open(&f->cluster.parts, US_DB_WRITE);
	us_err err = { 0 };

	talk_exec(other, "CREATE TABLE held (a int)");
	talk_exec(other, other->ops->begin_write);
	talk_exec(other, "LOCK TABLE held");
	talk_exec(f->db, f->db->ops->begin_write);
	assert_ok(f->db->ops->limit(f->db, 20, 0, &err), &err);
	talk_refused(f->db, "SELECT * FROM held", US_E_LOCK, "55P03");
	talk_exec(f->db, f->db->ops->rollback);
	us_db_close(other);
}

static void names_are_quoted(void **state)
{
	talk_cluster *f = *state;
	us_str out = { 0 };
	us_err err = { 0 };

	assert_ok(f->db->ops->quote(f->db, &out, "My \"odd\" Name", &err), &err);
	assert_string_equal(us_str_text(&out), "\"My \"\"odd\"\" Name\"");
	assert_int_equal(f->db->ops->quote(f->db, &out, "\xff", &err), US_E_DB);
	us_str_fini(&out);
}

static void the_database_is_described(void **state)
{
	talk_cluster *f = *state;
	us_db_info about = us_db_about(f->db);

	assert_string_equal(about.provider, "postgresql");
	assert_string_equal(about.host, f->cluster.parts.host);
	assert_string_equal(about.name, f->cluster.name);
	assert_string_equal(about.schema, "public");
	assert_true(strtod(about.version, NULL) >= 10);
	assert_null(strchr(about.version, ' '));
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, talk_cluster_open, talk_cluster_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cells_come_with_names_lengths_and_types),
		TEST(values_are_parameters_and_null_is_null),
		TEST(a_batch_runs_in_order_and_counts_changed_rows),
		TEST(what_is_done_meanwhile_is_done_once_before_the_first_row),
		TEST(the_first_error_is_told_and_the_connection_stays_usable),
		TEST(a_commit_of_a_failed_transaction_is_an_error),
		TEST(an_error_never_shows_users_data),
		TEST(a_message_of_several_lines_becomes_one),
		TEST(a_callback_that_fails_ends_the_batch),
		TEST(two_statements_in_one_are_refused),
		TEST(large_batches_and_large_rows_pass),
		TEST(copy_to_the_client_is_refused_without_hanging),
		TEST(limits_hold_for_one_transaction),
		TEST(a_read_transaction_has_limits_of_its_own),
		TEST(a_lock_that_was_waited_for_too_long_is_not_the_databases_error),
		TEST(names_are_quoted),
		TEST(the_database_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
