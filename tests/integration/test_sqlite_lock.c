/* The lock of an SQLite file, against another process that has or wants it. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "other.h"
#include "talk.h"
#include "unstick/auto.h"

/* Both journal modes; in each the file has one table with one row. */
static const char *const modes[] = { "DELETE", "WAL" };

static void make_table(const talk_file *f, const char *mode)
{
	char *sql =
		sqlite3_mprintf("DROP TABLE IF EXISTS t; PRAGMA journal_mode = %s;"
				"CREATE TABLE t (a); INSERT INTO t VALUES (1)",
			mode);

	assert_int_equal(other_runs(f->path, sql), SQLITE_OK);
	sqlite3_free(sql);
}

static bool lock(us_db *db)
{
	us_err err = { 0 };
	bool got = false;

	assert_ok(db->ops->lock(db, &got, &err), &err);
	return got;
}

static us_code add_session(const us_session *s, void *ctx, us_err *err)
{
	(void)err;
	assert_true(s->holds_lock);
	assert_null(s->pid);
	++*(int *)ctx;
	return US_OK;
}

static int holders(us_db *db)
{
	us_err err = { 0 };
	bool visible = false;
	int n = 0;

	assert_ok(
		db->ops->sessions(db, add_session, &n, &visible, NULL, &err), &err);
	assert_true(visible);
	return n;
}

static int other_reads(const talk_file *f)
{
	return other_runs(f->path, "SELECT * FROM t");
}

static void the_lock_outlives_every_commit_until_it_is_released(void **state)
{
	talk_file *f = *state;

	for (size_t i = 0; i < US_LEN(modes); i++) {
		us_err err = { 0 };
		bool yes = false;
		us_db *db;

		make_table(f, modes[i]);
		db = talk_open_file(f->path, US_DB_WRITE);
		assert_true(lock(db));
		assert_true(lock(db)); /* it is ours already */
		assert_int_equal(other_reads(f), SQLITE_BUSY);
		talk_exec(db, db->ops->begin_write);
		talk_exec(db, "INSERT INTO t VALUES (2)");
		assert_ok(db->ops->still_locked(db, &yes, &err), &err);
		assert_true(yes);
		talk_exec(db, db->ops->commit);
		assert_int_equal(other_reads(f), SQLITE_BUSY);
		talk_exec(db, db->ops->begin_write);
		talk_exec(db, db->ops->rollback);
		assert_int_equal(other_reads(f), SQLITE_BUSY);
		assert_int_equal(holders(db), 0);
		assert_ok(db->ops->unlock(db, &err), &err);
		assert_int_equal(other_reads(f), SQLITE_OK);
		assert_int_equal(
			other_runs(f->path, "INSERT INTO t VALUES (3)"), SQLITE_OK);
		assert_int_equal(db->ops->unlock(db, &err), US_E_LOCK);
		assert_true(lock(db)); /* and again */
		us_db_close(db);
		assert_int_equal(other_reads(f), SQLITE_OK);
	}
}

static void a_writer_elsewhere_is_seen_and_not_waited_for(void **state)
{
	talk_file *f = *state;
	us_db *reader, *db;
	other o;

	make_table(f, "DELETE");
	other_holds(&o, f->path, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
	db = talk_open_file(f->path, US_DB_WRITE);
	reader = talk_open_file(f->path, US_DB_READ);
	assert_false(lock(db));
	assert_int_equal(holders(db), 1);
	assert_int_equal(holders(reader), 1);
	talk_refused(db, db->ops->begin_write, US_E_LOCK, "");
	talk_expect(reader, "SELECT a FROM t", "1\n");
	other_end(&o);
	assert_int_equal(holders(db), 0);
	assert_int_equal(holders(reader), 0);
	assert_true(lock(db));
	us_db_close(reader);
	us_db_close(db);
}

/* With the lock switched off a transaction is all we have of the file. */
static void our_own_transaction_is_nobody_elses(void **state)
{
	static const char *const begins[] = { "BEGIN EXCLUSIVE",
		"BEGIN IMMEDIATE" };
	talk_file *f = *state;

	make_table(f, "DELETE");
	for (size_t i = 0; i < US_LEN(begins); i++) {
		us_db *db = talk_open_file(f->path, US_DB_WRITE);

		talk_exec(db, begins[i]);
		assert_int_equal(holders(db), 0);
		talk_exec(db, db->ops->rollback);
		us_db_close(db);
	}
}

static us_code read_one(us_db *reader, const char *sql, us_err *err)
{
	us_stmt batch[] = { { .sql = reader->ops->begin_read }, { .sql = sql },
		{ .sql = reader->ops->rollback } };
	us_code rc = us_db_run(reader, batch, US_LEN(batch), err);

	/* as policies do: whatever went wrong is taken back */
	if (rc != US_OK)
		assert_int_not_equal(
			us_db_exec(reader, reader->ops->rollback, NULL),
			US_E_CONNECT);
	return rc;
}

static void who_has_the_lock_can_read_beside_it_and_only_read(void **state)
{
	static const char *const writes[] = { "INSERT INTO t VALUES (2)",
		"DELETE FROM t", "CREATE TABLE u (a)", "ATTACH ':memory:' AS other",
		"PRAGMA user_version = 7", "PRAGMA query_only = 0",
		"PRAGMA journal_mode = WAL", "PRAGMA locking_mode = NORMAL" };
	talk_file *f = *state;
	us_err err = { 0 };
	us_db *db, *reader;

	make_table(f, "DELETE");
	db = talk_open_file(f->path, US_DB_WRITE);
	assert_true(lock(db));
	assert_ok(db->ops->reader(&reader, &db, &err), &err);
	assert_ok(read_one(reader, "SELECT * FROM t", &err), &err);
	for (size_t i = 0; i < US_LEN(writes); i++)
		assert_int_not_equal(read_one(reader, writes[i], NULL), US_OK);
	assert_int_equal(other_reads(f), SQLITE_BUSY); /* still locked */
	/* and the owner still writes */
	talk_exec(db, db->ops->begin_write);
	talk_exec(db, "INSERT INTO t VALUES (3)");
	talk_exec(db, db->ops->commit);
	talk_expect(db, "SELECT a FROM t", "1\n3\n");
	us_db_close(reader);
	us_db_close(db);
}

static void a_reader_leaves_its_owners_transaction_alone(void **state)
{
	talk_file *f = *state;
	us_err err = { 0 };
	us_db *db, *reader;

	make_table(f, "DELETE");
	db = talk_open_file(f->path, US_DB_WRITE);
	assert_ok(db->ops->reader(&reader, &db, &err), &err);
	talk_exec(db, db->ops->begin_write);
	talk_exec(db, "INSERT INTO t VALUES (2)");
	assert_int_equal(read_one(reader, "SELECT * FROM t", &err), US_E_DB);
	talk_exec(db, db->ops->commit);
	talk_expect(db, "SELECT a FROM t", "1\n2\n");
	assert_ok(read_one(reader, "SELECT * FROM t", &err), &err);
	us_db_close(reader);
	us_db_close(db);
}

/* Whoever has a handle may ask it all that a driver promises. */
static void a_reader_has_every_slot_of_a_driver(void **state)
{
	talk_file *f = *state;
	us_err err = { 0 };
	us_db *db, *reader;

	make_table(f, "DELETE");
	db = talk_open_file(f->path, US_DB_WRITE);
	assert_ok(db->ops->reader(&reader, &db, &err), &err);
	assert_true(reader->ops->heed && reader->ops->absence &&
		    reader->ops->turn_open && reader->ops->turn_take &&
		    reader->ops->turn_held && reader->ops->turn_close);
	us_db_close(reader);
	us_db_close(db);
}

/* As Prisma's engine does for as long as it runs. */
static void a_file_taken_as_a_whole_is_busy(void **state)
{
	talk_file *f = *state;

	for (size_t i = 0; i < US_LEN(modes); i++) {
		us_db *db, *reader;
		other o;

		make_table(f, modes[i]);
		other_holds(&o, f->path,
			"PRAGMA main.locking_mode = EXCLUSIVE; INSERT INTO t "
			"VALUES (2)");
		db = talk_open_file(f->path, US_DB_WRITE);
		reader = talk_open_file(f->path, US_DB_READ);
		assert_false(lock(db));
		assert_int_equal(holders(reader), 1);
		talk_refused(reader, "SELECT * FROM t", US_E_LOCK, "");
		talk_refused(db, "SELECT * FROM t", US_E_LOCK, "");
		other_end(&o);
		assert_true(lock(db));
		us_db_close(reader);
		us_db_close(db);
	}
}

static void a_lock_that_was_not_had_keeps_nobody_out(void **state)
{
	talk_file *f = *state;

	for (size_t i = 0; i < US_LEN(modes); i++) {
		us_db *db;
		other o;

		make_table(f, modes[i]);
		other_holds(&o, f->path, "BEGIN; SELECT * FROM t");
		db = talk_open_file(f->path, US_DB_WRITE);
		/* A reader keeps the whole file from being taken. */
		assert_false(lock(db));
		assert_int_equal(other_reads(f), SQLITE_OK);
		other_end(&o);
		assert_int_equal(
			other_runs(f->path, "INSERT INTO t VALUES (3)"), SQLITE_OK);
		us_db_close(db);
	}
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, talk_file_open, talk_file_close)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_lock_outlives_every_commit_until_it_is_released),
		TEST(a_writer_elsewhere_is_seen_and_not_waited_for),
		TEST(our_own_transaction_is_nobody_elses),
		TEST(who_has_the_lock_can_read_beside_it_and_only_read),
		TEST(a_reader_leaves_its_owners_transaction_alone),
		TEST(a_reader_has_every_slot_of_a_driver),
		TEST(a_file_taken_as_a_whole_is_busy),
		TEST(a_lock_that_was_not_had_keeps_nobody_out),
	};

	if (other_main(argc, argv))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
