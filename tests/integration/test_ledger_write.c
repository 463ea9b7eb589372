/* What is written to the ledger: the rows are Prisma's, the record that was meant
 * is the one that changes, and a dry run says the same and does nothing. */
#include <stdlib.h>
#include <string.h>

#include "talk.h"
#include "unstick/auto.h"
#include "unstick/ledger.h"

#define T INT64_C(1763827002296123) /* 2025-11-22T15:56:42.296123Z */

typedef struct {
	us_db *db;
	cluster_db cluster;
	scratch dir;
	us_strs shown;
	us_ledger_writer w;
} fixture;

static fixture *new_fixture(void **state)
{
	fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f;
}

static void create(fixture *f)
{
	us_err err = { 0 };

	f->w = (us_ledger_writer){ .db = f->db, .shown = &f->shown };
	assert_ok(us_ledger_create(&f->w, &err), &err);
	us_strs_fini(&f->shown);
}

static int open_postgres(void **state)
{
	fixture *f = new_fixture(state);
	us_url url;

	cluster_db_open(&f->cluster);
	cluster_exec(&f->cluster, "CREATE SCHEMA \"App\"");
	url = f->cluster.parts;
	url.schema = (char *)"App";
	f->db = talk_open(&url, US_DB_WRITE);
	create(f);
	talk_exec(f->db, "SET search_path = \"App\"");
	return 0;
}

static int open_sqlite(void **state)
{
	fixture *f = new_fixture(state);
	char *path;

	scratch_open(&f->dir);
	path = scratch_path(&f->dir, "dev.db");
	f->db = talk_open_file(path, US_DB_WRITE);
	free(path);
	create(f);
	return 0;
}

static int close_any(void **state)
{
	fixture *f = *state;

	us_db_close(f->db);
	us_strs_fini(&f->shown);
	cluster_db_close(&f->cluster);
	scratch_close(&f->dir);
	free(f);
	return 0;
}

static us_ledger *load(const fixture *f)
{
	us_ledger *led = NULL;
	us_err err = { 0 };

	assert_ok(us_ledger_load(&led, f->db, &err), &err);
	return led;
}

/* Two failed records of one name, the second with logs, and an applied one. */
static void add_records(const fixture *f)
{
	talk_exec(f->db,
		"INSERT INTO _prisma_migrations (id, checksum, migration_name, "
		"started_at,"
		" finished_at, logs) VALUES"
		" ('1', 'sum', 'a', '2026-01-01T00:00:00.000+00:00', NULL, NULL),"
		" ('2', 'sum', 'a', '2026-01-02T00:00:00.000+00:00', NULL, 'it "
		"failed'),"
		" ('3', 'sum', 'b', '2026-01-03T00:00:00.000+00:00',"
		" '2026-01-03T00:00:00.000+00:00', NULL)");
}

static const char *shown(const fixture *f, size_t i)
{
	assert_true(i < f->shown.len);
	return f->shown.items[i];
}

/* ---- the table ---- */

/* The literal statement in the server's log under 6.19.3 and 7.10.1. */
static void postgres_gets_the_table_that_prisma_makes(void **state)
{
	fixture *f = *state;

	talk_expect(f->db,
		"SELECT attname, format_type(atttypid, atttypmod), attnotnull,"
		" pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN "
		"pg_attrdef ON"
		" adrelid = attrelid AND adnum = attnum WHERE attnum > 0 AND "
		"attrelid ="
		" '\"App\"._prisma_migrations'::regclass ORDER BY attnum",
		"id|character varying(36)|t|NULL\n"
		"checksum|character varying(64)|t|NULL\n"
		"finished_at|timestamp with time zone|f|NULL\n"
		"migration_name|character varying(255)|t|NULL\n"
		"logs|text|f|NULL\n"
		"rolled_back_at|timestamp with time zone|f|NULL\n"
		"started_at|timestamp with time zone|t|now()\n"
		"applied_steps_count|integer|t|0\n");
	talk_expect(f->db,
		"SELECT indexdef FROM pg_indexes WHERE tablename = "
		"'_prisma_migrations'",
		"CREATE UNIQUE INDEX _prisma_migrations_pkey ON "
		"\"App\"._prisma_migrations"
		" USING btree (id)\n");
}

static void sqlite_gets_the_table_that_prisma_makes(void **state)
{
	fixture *f = *state;

	talk_expect(f->db,
		"SELECT name, type, \"notnull\", dflt_value, pk FROM"
		" pragma_table_info('_prisma_migrations')",
		"id|TEXT|1|NULL|1\n"
		"checksum|TEXT|1|NULL|0\n"
		"finished_at|DATETIME|0|NULL|0\n"
		"migration_name|TEXT|1|NULL|0\n"
		"logs|TEXT|0|NULL|0\n"
		"rolled_back_at|DATETIME|0|NULL|0\n"
		"started_at|DATETIME|1|current_timestamp|0\n"
		"applied_steps_count|INTEGER UNSIGNED|1|0|0\n");
}

/* ---- applied ---- */

static us_code insert(fixture *f, const us_ledger *like, us_err *err)
{
	return us_ledger_insert_applied(&f->w, "0aef", "c'd", "5um", T, like, err);
}

static void postgres_gets_the_row_of_resolve_applied(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };

	assert_ok(insert(f, NULL, &err), &err);
	talk_expect(f->db,
		"SELECT id, checksum, extract(epoch FROM finished_at), "
		"migration_name,"
		" logs = '', rolled_back_at, started_at = finished_at,"
		" applied_steps_count FROM _prisma_migrations",
		"0aef|5um|1763827002.296123|c'd|t|NULL|t|0\n");
	assert_string_equal(shown(f, 0),
		"INSERT INTO \"App\".\"_prisma_migrations\" (id, checksum, logs,"
		" started_at, finished_at, migration_name) VALUES ('0aef', '5um', "
		"'',"
		" '2025-11-22T15:56:42.296123Z', '2025-11-22T15:56:42.296123Z', "
		"'c''d')");
}

static void sqlite_gets_the_row_of_resolve_applied_in_the_tables_form(void **state)
{
	static const char row[] = "SELECT id, checksum, typeof(finished_at), "
				  "finished_at, migration_name,"
				  " logs, rolled_back_at, started_at = "
				  "finished_at, applied_steps_count"
				  " FROM _prisma_migrations WHERE id = '0aef'";
	fixture *f = *state;
	us_err err = { 0 };
	us_ledger *led = load(f);

	assert_ok(insert(f, led, &err), &err); /* empty: the native engine's form */
	us_ledger_free(led);
	talk_expect(f->db, row, "0aef|5um|integer|1763827002296|c'd||NULL|1|0\n");
	talk_exec(f->db, "DELETE FROM _prisma_migrations");
	add_records(f);
	led = load(f);
	assert_ok(insert(f, led, &err), &err);
	us_ledger_free(led);
	talk_expect(f->db, row,
		"0aef|5um|text|2025-11-22T15:56:42.296+00:00|c'd||NULL|1|0\n");
}

/* ---- rolled back ---- */

/* Per record: id, name, rolled back? finished? logs. */
static void expect_all(const fixture *f, const char *want)
{
	talk_expect(f->db,
		"SELECT id, migration_name, CASE WHEN rolled_back_at IS NULL THEN "
		"'N' ELSE"
		" 'Y' END, CASE WHEN finished_at IS NULL THEN 'N' ELSE 'Y' END, "
		"logs"
		" FROM _prisma_migrations ORDER BY id",
		want);
}

static void a_failed_record_is_closed_and_nothing_else_changes(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };
	us_ledger *led;

	add_records(f);
	led = load(f);
	assert_ok(us_ledger_close_record(
			  &f->w, us_ledger_record(led, 1), T, NULL, &err),
		&err);
	expect_all(f, "1|a|N|N|NULL\n2|a|Y|N|it failed\n3|b|N|Y|NULL\n");
	us_ledger_free(led);
	led = load(f);
	assert_int_equal(us_ledger_record(led, 1)->rolled_back_at / 1000, T / 1000);
	us_ledger_free(led);
}

static void an_audit_line_becomes_the_last_line_of_the_logs(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };
	us_ledger *led;

	add_records(f);
	led = load(f);
	for (size_t i = 0; i < 2; i++) {
		assert_ok(us_ledger_close_record(&f->w, us_ledger_record(led, i), T,
				  "{\"why\":\"it's done\"}", &err),
			&err);
	}
	us_ledger_free(led);
	expect_all(f, "1|a|Y|N|unstick: {\"why\":\"it's done\"}\n"
		      "2|a|Y|N|it failed\nunstick: {\"why\":\"it's done\"}\n"
		      "3|b|N|Y|NULL\n");
	assert_int_equal(f->shown.len, 4);
	assert_non_null(strstr(shown(f, 3), "'unstick: {\"why\":\"it''s done\"}'"));
	led = load(f);
	for (size_t i = 0; i < 2; i++) {
		US_AUTO(auto_str) char *logs = NULL;

		assert_ok(
			us_logs_strip(&logs, us_ledger_record(led, i)->logs, &err),
			&err);
		if (i == 0)
			assert_null(logs);
		else
			assert_string_equal(logs, "it failed");
	}
	us_ledger_free(led);
}

static void a_record_that_has_moved_is_refused(void **state)
{
	static const char *const moves[] = {
		"UPDATE _prisma_migrations SET finished_at = '2026-01-01' WHERE id "
		"= '1'",
		"UPDATE _prisma_migrations SET rolled_back_at = '2026-01-01' WHERE "
		"id ="
		" '1'",
		"DELETE FROM _prisma_migrations WHERE id = '1'",
	};
	fixture *f = *state;

	for (size_t i = 0; i < US_LEN(moves); i++) {
		us_err err = { 0 };
		us_ledger *led;

		talk_exec(f->db, "DELETE FROM _prisma_migrations");
		add_records(f);
		led = load(f);
		talk_exec(f->db, moves[i]);
		talk_exec(f->db, f->db->ops->begin_write);
		assert_int_equal(us_ledger_close_record(&f->w,
					 us_ledger_record(led, 0), T, "{}", &err),
			US_E_REFUSED);
		assert_non_null(strstr(err.msg, "moved"));
		talk_exec(f->db, f->db->ops->rollback);
		us_ledger_free(led);
	}
}

/* ---- rename ---- */

static void a_record_gets_another_name_once(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };
	us_ledger *led;

	add_records(f);
	led = load(f);
	assert_ok(us_ledger_rename_record(&f->w, us_ledger_record(led, 2),
			  "new \"name\"", "{\"to\":1}", &err),
		&err);
	expect_all(f, "1|a|N|N|NULL\n2|a|N|N|it failed\n"
		      "3|new \"name\"|N|Y|unstick: {\"to\":1}\n");
	assert_int_equal(us_ledger_rename_record(
				 &f->w, us_ledger_record(led, 2), "x", NULL, &err),
		US_E_REFUSED);
	us_ledger_free(led);
}

/* ---- dry ---- */

/* One of each change to the records that add_records() made. */
static void change_everything(us_ledger_writer *w, const us_ledger *led)
{
	us_err err = { 0 };

	assert_ok(
		us_ledger_close_record(w, us_ledger_record(led, 0), T, "{}", &err),
		&err);
	assert_ok(us_ledger_insert_applied(w, "4", "a", "sum", T, led, &err), &err);
	assert_ok(us_ledger_rename_record(
			  w, us_ledger_record(led, 2), "c", NULL, &err),
		&err);
}

static void a_dry_run_shows_the_same_and_sends_nothing(void **state)
{
	fixture *f = *state;
	us_strs would = { 0 };
	us_ledger_writer dry = { .db = f->db, .dry = true, .shown = &would };
	us_err err = { 0 };
	us_ledger *led;

	add_records(f);
	led = load(f);
	change_everything(&dry, led);
	expect_all(f, "1|a|N|N|NULL\n2|a|N|N|it failed\n3|b|N|Y|NULL\n");
	change_everything(&f->w, led);
	us_ledger_free(led);
	assert_int_equal(would.len, f->shown.len);
	for (size_t i = 0; i < would.len; i++) {
		assert_string_equal(would.items[i], shown(f, i));
		assert_null(strchr(shown(f, i), '\n'));
	}
	us_strs_fini(&would);
	assert_ok(us_ledger_create(&dry, &err), &err); /* it is there already */
	assert_memory_equal(would.items[0], "CREATE TABLE ", 13);
	us_strs_fini(&would);
}

#define POSTGRES(name)                                                             \
	{                                                                          \
#name " (postgresql)", name, open_postgres, close_any, NULL        \
	}
#define SQLITE(name)                                                               \
	{                                                                          \
#name " (sqlite)", name, open_sqlite, close_any, NULL              \
	}
#define BOTH(name) SQLITE(name), POSTGRES(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SQLITE(sqlite_gets_the_table_that_prisma_makes),
		SQLITE(sqlite_gets_the_row_of_resolve_applied_in_the_tables_form),
		POSTGRES(postgres_gets_the_table_that_prisma_makes),
		POSTGRES(postgres_gets_the_row_of_resolve_applied),
		BOTH(a_failed_record_is_closed_and_nothing_else_changes),
		BOTH(an_audit_line_becomes_the_last_line_of_the_logs),
		BOTH(a_record_that_has_moved_is_refused),
		BOTH(a_record_gets_another_name_once),
		BOTH(a_dry_run_shows_the_same_and_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
