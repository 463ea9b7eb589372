/* SQLite files: statements, and reading that changes nothing. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "other.h"
#include "talk.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static us_db *writer(const talk_file *f)
{
	return talk_open_file(f->path, US_DB_WRITE);
}

static us_code check_types(const us_row *row, void *ctx, us_err *err)
{
	static const us_value_type want[] = { US_V_INTEGER, US_V_REAL, US_V_TEXT,
		US_V_NULL, US_V_TEXT };

	(void)ctx, (void)err;
	assert_int_equal(row->ncols, US_LEN(want));
	for (size_t i = 0; i < row->ncols; i++)
		assert_int_equal(row->types[i], want[i]);
	assert_int_equal(row->lengths[4], 3); /* a NUL does not end it */
	assert_memory_equal(row->cells[4], "a\0b", 4);
	assert_string_equal(row->names[0], "n");
	return US_OK;
}

static void cells_come_with_names_lengths_and_types(void **state)
{
	us_db *db = writer(*state);
	us_err err = { 0 };

	assert_ok(us_db_query(db,
			  "SELECT 1 AS n, 1.5, 'x', NULL, CAST(x'610062' AS TEXT)",
			  0, NULL, check_types, NULL, &err),
		&err);
	us_db_close(db);
}

static void values_are_text_and_columns_make_numbers_of_them(void **state)
{
	static const char *const values[] = { "1736885910281",
		"x'; DROP TABLE t; --", NULL };
	us_db *db = writer(*state);
	us_err err = { 0 };

	talk_exec(db, "CREATE TABLE t (at DATETIME, name TEXT, logs TEXT)");
	assert_ok(us_db_query(db, "INSERT INTO t VALUES (?1, ?2, ?3)", 3, values,
			  NULL, NULL, &err),
		&err);
	talk_expect(db, "SELECT typeof(at), at, name, typeof(logs) FROM t",
		"integer|1736885910281|x'; DROP TABLE t; --|null\n");
	assert_int_equal(us_db_query(db, "INSERT INTO t VALUES (?1, ?2, ?3)", 2,
				 values, NULL, NULL, &err),
		US_E_DB);
	us_db_close(db);
}

static void a_batch_ends_with_its_first_error(void **state)
{
	us_db *db = writer(*state);
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = db->ops->begin_write },
		{ .sql = "CREATE TABLE t (a INTEGER)", .affected = 99 },
		{ .sql = "INSERT INTO t VALUES (1), (2), (3)" },
		{ .sql = "SELECT * FROM t" },
		{ .sql = "INSERT INTO nowhere VALUES (1)" },
		{ .sql = db->ops->commit },
	};

	assert_int_equal(us_db_run(db, batch, US_LEN(batch), &err), US_E_DB);
	assert_string_equal(err.msg, "no such table: nowhere");
	assert_string_equal(err.sqlstate, "");
	assert_int_equal(batch[1].affected, 0);
	assert_int_equal(batch[2].affected, 3);
	assert_int_equal(batch[3].affected, 0);
	talk_exec(db, db->ops->rollback);
	talk_exec(db, db->ops->rollback); /* none is open: not an error */
	talk_expect(db, "SELECT count(*) FROM sqlite_master", "0\n");
	us_db_close(db);
}

static void rows_changed_are_those_of_this_statement(void **state)
{
	us_db *db = writer(*state);
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = "CREATE TABLE t (a INTEGER)" },
		{ .sql = "INSERT INTO t VALUES (1), (2)" },
		{ .sql = "UPDATE t SET a = 5 WHERE a = 9" },
		{ .sql = "DELETE FROM t" },
	};

	assert_ok(us_db_run(db, batch, US_LEN(batch), &err), &err);
	assert_int_equal(batch[1].affected, 2);
	assert_int_equal(batch[2].affected, 0);
	assert_int_equal(batch[3].affected, 2);
	us_db_close(db);
}

static void a_second_statement_is_refused_and_a_comment_is_not(void **state)
{
	us_db *db = writer(*state);

	talk_expect(db, "SELECT 1; -- one\n /* and */ ; ", "1\n");
	talk_expect(db, " -- nothing\n", "");
	talk_refused(db, "SELECT 1; SELECT 2", US_E_DB, "");
	talk_refused(db, "CREATE TABLE a (x); not sql", US_E_DB, "");
	talk_expect(db, "SELECT count(*) FROM sqlite_master", "0\n");
	us_db_close(db);
}

static void names_are_quoted(void **state)
{
	us_db *db = writer(*state);
	us_str out = { 0 };
	us_err err = { 0 };

	assert_ok(db->ops->quote(db, &out, "My \"odd\" Name", &err), &err);
	assert_string_equal(us_str_text(&out), "\"My \"\"odd\"\" Name\"");
	us_str_fini(&out);
	us_db_close(db);
}

/* ---- files that are no database, or none yet ---- */

static us_code open_file(const char *path, us_db_mode mode, us_err *err)
{
	us_url url = { .provider = (char *)"sqlite", .path = (char *)path };
	us_db *db = NULL;
	us_code rc;

	*err = (us_err){ 0 };
	rc = us_db_open(&db, &url, mode, err);
	if (rc == US_OK)
		rc = us_db_exec(db, "SELECT count(*) FROM sqlite_master", err);
	us_db_close(db);
	return rc;
}

static void a_missing_file_is_not_created(void **state)
{
	talk_file *f = *state;
	us_err err;

	assert_int_equal(open_file(f->path, US_DB_READ, &err), US_E_CONNECT);
	assert_int_equal(open_file(f->path, US_DB_WRITE, &err), US_E_CONNECT);
	assert_non_null(strstr(err.msg, "dev.db"));
	assert_false(us_file_exists(f->path));
	assert_int_equal(open_file(f->dir.path, US_DB_READ, &err), US_E_CONNECT);
}

static void an_empty_file_is_an_empty_database(void **state)
{
	talk_file *f = *state;
	us_err err;

	scratch_write(&f->dir, "dev.db", "");
	assert_ok(open_file(f->path, US_DB_READ, &err), &err);
	assert_ok(open_file(f->path, US_DB_WRITE, &err), &err);
}

static void another_kind_of_file_is_told_as_such(void **state)
{
	talk_file *f = *state;
	us_err err;

	scratch_write(
		&f->dir, "dev.db", "DATABASE_URL=postgresql://u:secret@h/d\n");
	assert_int_equal(open_file(f->path, US_DB_READ, &err), US_E_DB);
	assert_non_null(strstr(err.msg, "dev.db is not an SQLite database"));
}

/* ---- reading changes nothing ---- */

static size_t count_entries(const talk_file *f)
{
	DIR *d = opendir(f->dir.path);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

typedef struct {
	char *bytes;
	size_t len;
} image;

static image look(const talk_file *f)
{
	us_err err = { 0 };
	image i;

	assert_ok(us_file_read(&i.bytes, &i.len, f->path, (size_t)1 << 30, &err),
		&err);
	return i;
}

static void expect_unchanged(const talk_file *f, image before)
{
	image now = look(f);

	assert_int_equal(now.len, before.len);
	assert_memory_equal(now.bytes, before.bytes, before.len);
	free(now.bytes);
	free(before.bytes);
}

#define TABLE_OF_5000                                                              \
	"CREATE TABLE t (a INTEGER, b TEXT);"                                      \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"           \
	" WHERE i < 5000) INSERT INTO t SELECT i, hex(randomblob(50)) FROM n;"

/* Statements that write somewhere, if only beside the file. */
static const char *const attempts[] = {
	"INSERT INTO t VALUES (1, 'x')",
	"CREATE TABLE u (a)",
	"DROP TABLE t",
	"VACUUM",
	"PRAGMA user_version = 7",
	"ATTACH DATABASE 'other.db' AS other",
	"VACUUM INTO 'copy.db'",
	"REINDEX",
};

static void a_reader_writes_nothing(void **state)
{
	talk_file *f = *state;
	image before;
	us_db *db;

	assert_int_equal(other_runs(f->path, TABLE_OF_5000), 0);
	before = look(f);
	db = talk_open_file(f->path, US_DB_READ);
	for (size_t i = 0; i < US_LEN(attempts); i++) {
		us_err err = { 0 };

		if (us_db_exec(db, attempts[i], &err) == US_OK)
			assert_string_equal(attempts[i], "REINDEX"); /* no index */
		talk_exec(db, db->ops->rollback);
	}
	talk_expect(db, "SELECT count(*) FROM t", "5000\n");
	us_db_close(db);
	expect_unchanged(f, before);
	assert_int_equal(count_entries(f), 1);
}

static void a_transaction_that_was_left_open_is_rolled_back_on_close(void **state)
{
	talk_file *f = *state;
	us_db *db = writer(f);

	talk_exec(db, db->ops->begin_write);
	talk_exec(db, "CREATE TABLE t (a)");
	us_db_close(db);
	db = writer(f);
	talk_expect(db, "SELECT count(*) FROM sqlite_master", "0\n");
	us_db_close(db);
}

/* A rollback-journal writer that died after its pages had gone to the file. */
static void a_hot_journal_is_told_and_left_alone(void **state)
{
	talk_file *f = *state;
	image before;
	us_db *db;
	us_err err;
	other o;

	assert_int_equal(other_runs(f->path, TABLE_OF_5000), 0);
	other_holds(&o, f->path,
		"PRAGMA cache_size = 1; BEGIN; UPDATE t SET b = "
		"hex(randomblob(50))");
	other_dies(&o);
	assert_int_equal(count_entries(f), 2);
	before = look(f);
	assert_int_equal(open_file(f->path, US_DB_READ, &err), US_E_DB);
	assert_non_null(strstr(err.msg, "dev.db has a hot journal"));
	expect_unchanged(f, before);
	assert_int_equal(count_entries(f), 2);
	db = writer(f); /* whoever may write recovers it */
	talk_expect(db, "PRAGMA integrity_check", "ok\n");
	us_db_close(db);
	assert_int_equal(count_entries(f), 1);
}

static void a_closed_wal_database_is_read_without_a_change(void **state)
{
	talk_file *f = *state;
	image before;
	us_db *db;

	assert_int_equal(
		other_runs(f->path, "PRAGMA journal_mode = WAL;" TABLE_OF_5000), 0);
	assert_int_equal(count_entries(f), 1);
	before = look(f);
	db = talk_open_file(f->path, US_DB_READ);
	talk_expect(db, "SELECT count(*) FROM t", "5000\n");
	talk_refused(db, "INSERT INTO t VALUES (1, 'x')", US_E_DB, "");
	us_db_close(db);
	expect_unchanged(f, before);
	assert_int_equal(other_runs(f->path, "INSERT INTO t VALUES (1, 'x')"), 0);
	assert_int_equal(count_entries(f), 1); /* its last writer tidies up */
}

static void what_is_committed_in_the_wal_is_seen_and_what_is_not_is_not(
	void **state)
{
	talk_file *f = *state;
	image before;
	us_db *db;
	other o;

	assert_int_equal(
		other_runs(f->path, "PRAGMA journal_mode = WAL;" TABLE_OF_5000), 0);
	other_holds(&o, f->path,
		"PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (5001, 'x');"
		"PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = 0");
	before = look(f);
	db = talk_open_file(f->path, US_DB_READ);
	talk_expect(db, "SELECT count(*), max(a) FROM t", "5001|5001\n");
	us_db_close(db);
	other_dies(&o);
	db = talk_open_file(f->path, US_DB_READ); /* and after its writer's death */
	talk_expect(db, "SELECT count(*), max(a) FROM t", "5001|5001\n");
	us_db_close(db);
	expect_unchanged(f, before);
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, talk_file_open, talk_file_close)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(cells_come_with_names_lengths_and_types),
		TEST(values_are_text_and_columns_make_numbers_of_them),
		TEST(a_batch_ends_with_its_first_error),
		TEST(rows_changed_are_those_of_this_statement),
		TEST(a_second_statement_is_refused_and_a_comment_is_not),
		TEST(names_are_quoted),
		TEST(a_missing_file_is_not_created),
		TEST(an_empty_file_is_an_empty_database),
		TEST(another_kind_of_file_is_told_as_such),
		TEST(a_reader_writes_nothing),
		TEST(a_transaction_that_was_left_open_is_rolled_back_on_close),
		TEST(a_hot_journal_is_told_and_left_alone),
		TEST(a_closed_wal_database_is_read_without_a_change),
		TEST(what_is_committed_in_the_wal_is_seen_and_what_is_not_is_not),
	};

	if (other_main(argc, argv))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
