/* A READ handle writes nothing, whoever asks for it and however. */
#include <stdlib.h>

#include "talk.h"
#include "unstick/auto.h"

typedef struct {
	cluster_db cluster;
	us_db *db;
} fixture;

static int open_both(void **state)
{
	fixture *f = calloc(1, sizeof(*f));

	cluster_db_open(&f->cluster);
	cluster_exec(&f->cluster, "CREATE TABLE t (a int); CREATE SEQUENCE s");
	f->db = talk_open(&f->cluster.parts, US_DB_READ);
	*state = f;
	return 0;
}

static int close_both(void **state)
{
	fixture *f = *state;
	char *rows =
		cluster_value(&f->cluster, "SELECT (SELECT count(*) FROM t) || ',' "
					   "|| (SELECT is_called FROM s)"
					   " || ',' || (SELECT count(*) FROM "
					   "pg_class WHERE relname ~ '^new')");

	/* Whatever a test tried, nothing came of it. */
	assert_string_equal(rows, "0,false,0");
	free(rows);
	us_db_close(f->db);
	cluster_db_close(&f->cluster);
	free(f);
	return 0;
}

/* Statements that write, or that would let the next one write. */
static const struct {
	const char *sql, *sqlstate;
} attempts[] = {
	{ "INSERT INTO t VALUES (1)", "25006" },
	{ "CREATE TABLE new_t (a int)", "25006" },
	{ "CREATE TEMP TABLE new_t (a int)", "25006" },
	{ "SELECT nextval('s')", "25006" },
	{ "SELECT setval('s', 5)", "25006" },
	{ "DO $$ BEGIN INSERT INTO t VALUES (1); END $$", "25006" },
	{ "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x",
		"25006" },
	{ "SET TRANSACTION READ WRITE", "25001" },
	{ "SET transaction_read_only = off", "25001" },
	{ "SELECT set_config('transaction_read_only', 'off', false)", "25001" },
	{ "DO $$ BEGIN COMMIT; END $$", "2D000" },
	{ "SELECT * FROM t FOR UPDATE", "25006" },
	{ "COMMIT AND CHAIN", "25006" },
	{ "  /* a /* b */ */ -- c\n ; commit work", "25006" },
	{ "END", "25006" },
	{ "ABORT", "25006" },
	{ "ROLLBACK AND CHAIN", "25006" },
	{ "START TRANSACTION READ WRITE", "25006" },
	{ "PREPARE TRANSACTION 'x'", "25006" },
	{ "begin", "25006" },
};

static void no_statement_writes(void **state)
{
	fixture *f = *state;

	for (size_t i = 0; i < US_LEN(attempts); i++)
		talk_refused(f->db, attempts[i].sql, US_E_DB, attempts[i].sqlstate);
	talk_refused(f->db, f->db->ops->begin_write, US_E_DB, "25006");
	talk_expect(f->db, "SELECT count(*) FROM t", "0\n");
}

static void no_statement_writes_inside_a_transaction(void **state)
{
	fixture *f = *state;

	for (size_t i = 0; i < US_LEN(attempts); i++) {
		talk_exec(f->db, f->db->ops->begin_read);
		talk_refused(f->db, attempts[i].sql, US_E_DB, attempts[i].sqlstate);
		talk_exec(f->db, f->db->ops->rollback);
	}
}

static void no_batch_writes_behind_its_own_end(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = f->db->ops->begin_read },
		{ .sql = "SELECT 1" },
		{ .sql = f->db->ops->commit },
		{ .sql = "CREATE TABLE new_t (a int)" },
	};

	assert_int_equal(us_db_run(f->db, batch, US_LEN(batch), &err), US_E_DB);
	assert_string_equal(err.sqlstate, "25006");
	talk_expect(f->db, "SELECT 1", "1\n");
}

static void session_settings_do_not_reach_the_next_transaction(void **state)
{
	fixture *f = *state;

	talk_exec(f->db, "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE");
	talk_exec(f->db, "SET default_transaction_read_only = off");
	talk_refused(f->db, "INSERT INTO t VALUES (1)", US_E_DB, "25006");
}

static void a_transaction_sees_one_snapshot(void **state)
{
	fixture *f = *state;

	talk_exec(f->db, f->db->ops->begin_read);
	cluster_exec(&f->cluster, "INSERT INTO t VALUES (1)");
	talk_expect(f->db, "SELECT count(*) FROM t", "0\n");
	talk_exec(f->db, f->db->ops->commit);
	talk_expect(f->db, "SELECT count(*) FROM t", "1\n");
	cluster_exec(&f->cluster, "TRUNCATE t");
}

static void an_error_leaves_no_transaction_behind(void **state)
{
	fixture *f = *state;

	talk_refused(f->db, "SELECT 1/0", US_E_DB, "22012");
	talk_expect(f->db,
		"SELECT state FROM pg_stat_activity WHERE pid = pg_backend_pid()",
		"active\n");
	talk_refused(f->db, "SELECT 1/0", US_E_DB, "22012");
	/* Its session idles outside of a transaction. */
	char *state_of_it =
		cluster_value(&f->cluster, "SELECT state FROM pg_stat_activity "
					   "WHERE application_name = 'unstick'"
					   " AND datname = current_database()");
	assert_string_equal(state_of_it, "idle");
	free(state_of_it);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_statement_writes),
		TEST(no_statement_writes_inside_a_transaction),
		TEST(no_batch_writes_behind_its_own_end),
		TEST(session_settings_do_not_reach_the_next_transaction),
		TEST(a_transaction_sees_one_snapshot),
		TEST(an_error_leaves_no_transaction_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
