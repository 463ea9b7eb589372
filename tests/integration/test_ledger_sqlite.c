/* Reading the ledger of an SQLite file: anything can be in any column. */
#include <stdlib.h>
#include <string.h>

#include "other.h"
#include "talk.h"
#include "unstick/auto.h"
#include "unstick/ledger.h"

#define CREATE                                                                     \
	"CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum"  \
	" TEXT NOT NULL, finished_at DATETIME, migration_name TEXT NOT NULL, logs" \
	" TEXT, rolled_back_at DATETIME, started_at DATETIME NOT NULL DEFAULT"     \
	" current_timestamp, applied_steps_count INTEGER UNSIGNED NOT NULL "       \
	"DEFAULT 0);"

static us_code load(
	us_ledger **out, const talk_file *f, const char *sql, us_err *err)
{
	us_db *db;
	us_code rc;

	assert_int_equal(other_runs(f->path, sql), 0);
	db = talk_open_file(f->path, US_DB_READ);
	*err = (us_err){ 0 };
	rc = us_ledger_load(out, db, err);
	us_db_close(db);
	return rc;
}

static us_ledger *loaded(const talk_file *f, const char *sql)
{
	us_ledger *led = NULL;
	us_err err;

	assert_ok(load(&led, f, sql, &err), &err);
	return led;
}

static void a_file_without_the_table_is_an_empty_ledger(void **state)
{
	us_ledger *led = loaded(*state, "");

	assert_false(us_ledger_exists(led));
	us_ledger_free(led);
	led = loaded(*state, "CREATE TABLE users (id)");
	assert_false(us_ledger_exists(led));
	us_ledger_free(led);
	led = loaded(*state, CREATE);
	assert_true(us_ledger_exists(led));
	assert_int_equal(us_ledger_len(led), 0);
	us_ledger_free(led);
}

static void all_forms_of_a_time_are_one(void **state)
{
	us_ledger *led = loaded(*state, CREATE
		"INSERT INTO _prisma_migrations (id, checksum, migration_name,"
		" started_at, finished_at) VALUES"
		"('text', 'c', 'm', '2025-11-22 15:56:42', 'soon'),"
		"('number', 'c', 'm', 1763827002296, '1763827002296'),"
		"('iso', 'c', 'm', '2025-11-22T15:56:42.296+00:00', NULL)");
	const us_record *r;
	char text[US_TIME_TEXT];

	assert_int_equal(us_ledger_len(led), 3);
	/* In Prisma's order, which is that of the stored values. */
	r = us_ledger_record(led, 0);
	assert_string_equal(r->id, "number");
	assert_false(r->times_as_text);
	us_time_format(text, r->started_at);
	assert_string_equal(text, "2025-11-22T15:56:42.296000Z");
	assert_int_equal(r->finished_at, r->started_at);
	r = us_ledger_record(led, 1);
	assert_string_equal(r->id, "text");
	us_time_format(text, r->started_at);
	assert_string_equal(text, "2025-11-22T15:56:42Z");
	assert_true(r->finished); /* even if nobody knows when */
	assert_int_equal(r->finished_at, US_NEVER);
	r = us_ledger_record(led, 2);
	assert_true(r->times_as_text);
	assert_int_equal(r->started_at, us_ledger_record(led, 0)->started_at);
	assert_false(r->finished);
	us_ledger_free(led);
}

/* An age must not overflow, and a report has no words for them. */
static void times_out_of_this_world_are_none(void **state)
{
	us_ledger *led = loaded(*state, CREATE
		"INSERT INTO _prisma_migrations (id, checksum, migration_name,"
		" started_at, finished_at) VALUES"
		"('1', 'c', 'm', -9223372036854775, 9223372036854775),"
		"('2', 'c', 'm', -62167219200001, 253402300800000),"
		"('3', 'c', 'm', -62167219200000, 253402300799999)");

	for (size_t i = 0; i < us_ledger_len(led); i++) {
		const us_record *r = us_ledger_record(led, i);
		bool known = strcmp(r->id, "3") == 0;

		assert_int_equal(r->started_at, known ? US_FIRST_TIME : US_NEVER);
		assert_int_equal(
			r->finished_at, known ? US_LAST_TIME - 999 : US_NEVER);
		assert_true(r->finished);
	}
	assert_int_equal(us_ledger_len(led), 3);
	us_ledger_free(led);
}

static void bytes_that_are_no_text_break_nothing(void **state)
{
	us_ledger *led = loaded(*state, CREATE
		"INSERT INTO _prisma_migrations (id, checksum, migration_name,"
		" logs) VALUES ('1', 'c', CAST(x'6d80ff6e' AS TEXT),"
		" CAST(x'6100620a' AS TEXT))");
	const us_record *r = us_ledger_record(led, 0);

	assert_string_equal(r->name, "m\xEF\xBF\xBD\xEF\xBF\xBDn");
	assert_string_equal(r->logs, "a\xEF\xBF\xBD"
				     "b\n");
	us_ledger_free(led);
}

static void a_table_made_by_hand_is_ordinary(void **state)
{
	us_ledger *led = loaded(*state,
		"CREATE TABLE _prisma_migrations (id, checksum, finished_at,"
		" migration_name, logs, rolled_back_at, started_at, "
		"applied_steps_count);"
		"INSERT INTO _prisma_migrations VALUES (NULL, NULL, 1.5, NULL, "
		"NULL, x'00',"
		" NULL, NULL), (1, 2, NULL, 3, 4, NULL, 5, 'many')");
	const us_record *r = us_ledger_record(led, 0);

	assert_int_equal(us_ledger_len(led), 2);
	assert_string_equal(r->name, "");
	assert_true(r->finished && r->rolled_back);
	assert_int_equal(r->finished_at, US_NEVER);
	assert_int_equal(r->applied_steps_count, -1);
	r = us_ledger_record(led, 1);
	assert_string_equal(r->logs, "4");
	assert_int_equal(r->started_at, 5000);
	us_ledger_free(led);
}

static void prisma_8_is_refused_under_both_names(void **state)
{
	us_ledger *led;
	us_err err;

	assert_int_equal(load(&led, *state,
				 "CREATE TABLE _prisma_marker (space TEXT)", &err),
		US_E_CONFIG);
	assert_null(led);
	assert_int_equal(load(&led, *state,
				 "DROP TABLE _prisma_marker; CREATE TABLE"
				 " prisma_contract_marker (space TEXT);" CREATE,
				 &err),
		US_E_CONFIG);
	assert_null(led);
}

static void a_table_that_is_not_prismas_is_told(void **state)
{
	us_ledger *led;
	us_err err;

	assert_int_equal(
		load(&led, *state, "CREATE TABLE _prisma_migrations (id)", &err),
		US_E_DB);
	assert_string_equal(
		err.msg, "reading _prisma_migrations: no such column: checksum");
}

static void a_file_that_is_taken_is_in_use_and_not_empty(void **state)
{
	const talk_file *f = *state;
	us_ledger *led;
	us_err err = { 0 };
	us_db *db;
	other o;

	other_holds(&o, f->path, CREATE "BEGIN EXCLUSIVE");
	db = talk_open_file(f->path, US_DB_READ);
	assert_int_equal(us_ledger_load(&led, db, &err), US_E_LOCK);
	assert_null(led);
	other_end(&o);
	assert_ok(us_ledger_load(&led, db, &err), &err); /* the handle is fine */
	assert_true(us_ledger_exists(led));
	us_ledger_free(led);
	us_db_close(db);
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, talk_file_open, talk_file_close)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_without_the_table_is_an_empty_ledger),
		TEST(all_forms_of_a_time_are_one),
		TEST(times_out_of_this_world_are_none),
		TEST(bytes_that_are_no_text_break_nothing),
		TEST(a_table_made_by_hand_is_ordinary),
		TEST(prisma_8_is_refused_under_both_names),
		TEST(a_table_that_is_not_prismas_is_told),
		TEST(a_file_that_is_taken_is_in_use_and_not_empty),
	};

	if (other_main(argc, argv))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
