/* Reading the ledger on PostgreSQL, in every odd state it is found in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"
#include "unstick/auto.h"
#include "unstick/ledger.h"

#define COLUMNS                                                                    \
	"(id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,"     \
	" finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs "    \
	"TEXT,"                                                                    \
	" rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT "    \
	"now(),"                                                                   \
	" applied_steps_count INTEGER NOT NULL DEFAULT 0)"
#define CREATE "CREATE TABLE _prisma_migrations " COLUMNS ";"

static us_ledger *load_from(const us_url *url)
{
	us_db *db = talk_open(url, US_DB_READ);
	us_ledger *led = NULL;
	us_err err = { 0 };

	assert_ok(us_ledger_load(&led, db, &err), &err);
	talk_expect(db, "SELECT 1", "1\n"); /* the connection is fine afterwards */
	us_db_close(db);
	return led;
}

static us_ledger *load(const cluster_db *c, const char *sql)
{
	cluster_exec(c, sql);
	return load_from(&c->parts);
}

static us_err load_fails(const us_url *url, us_code code)
{
	us_db *db = talk_open(url, US_DB_READ);
	us_ledger *led = NULL;
	us_err err = { 0 };

	assert_int_equal(us_ledger_load(&led, db, &err), code);
	assert_null(led);
	talk_expect(db, "SELECT 1", "1\n");
	us_db_close(db);
	return err;
}

static void a_database_without_the_table_is_an_empty_ledger(void **state)
{
	us_ledger *led = load(*state, "CREATE TABLE users (id int)");

	assert_false(us_ledger_exists(led));
	assert_int_equal(us_ledger_len(led), 0);
	assert_null(us_ledger_record(led, 0));
	us_ledger_free(led);
	us_ledger_free(NULL);
}

static void a_schema_that_is_not_there_is_an_empty_ledger(void **state)
{
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_ledger *led;

	cluster_exec(c, CREATE);
	url.schema = (char *)"tenant";
	led = load_from(&url);
	assert_false(us_ledger_exists(led));
	us_ledger_free(led);
}

static void the_urls_schema_is_the_one_that_is_read(void **state)
{
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_ledger *led;

	/* Capitals, quotes, blanks and what could pass for a parameter. */
	cluster_exec(c, CREATE
		"CREATE SCHEMA \"My \"\"odd\"\" :ledger $1\";"
		"CREATE TABLE \"My \"\"odd\"\" :ledger "
		"$1\"._prisma_migrations" COLUMNS
		"; INSERT INTO \"My \"\"odd\"\" :ledger $1\"._prisma_migrations"
		" (id, checksum, migration_name) VALUES ('1', 'c', 'in_there')");
	url.schema = (char *)"My \"odd\" :ledger $1";
	led = load_from(&url);
	assert_int_equal(us_ledger_len(led), 1);
	assert_string_equal(us_ledger_record(led, 0)->name, "in_there");
	us_ledger_free(led);
}

static void an_empty_table_is_there(void **state)
{
	us_ledger *led = load(*state, CREATE);

	assert_true(us_ledger_exists(led));
	assert_int_equal(us_ledger_len(led), 0);
	us_ledger_free(led);
}

static void records_come_in_prismas_order_with_all_they_hold(void **state)
{
	us_ledger *led = load(*state, CREATE
		"INSERT INTO _prisma_migrations VALUES"
		"('b', 'sum b', NULL, '2_users', 'it failed', NULL,"
		" '2026-11-22 15:56:42.296123+01', 0),"
		"('a', 'sum a', '2026-11-22 15:00:00+00', '1_init', NULL, NULL,"
		" '2026-11-22 14:00:00+00', 1),"
		"('c', 'sum b', NULL, '2_users', '', '2026-11-23 00:00:00+00',"
		" '2026-11-22 13:59:59.999999+00', 0)");
	const us_record *r;
	char text[US_TIME_TEXT];

	assert_int_equal(us_ledger_len(led), 3);
	assert_string_equal(us_ledger_record(led, 0)->id, "c");
	assert_string_equal(us_ledger_record(led, 0)->logs, "");
	assert_int_equal(us_record_state_of(us_ledger_record(led, 0)),
		US_RECORD_ROLLED_BACK);
	r = us_ledger_record(led, 1);
	assert_string_equal(r->name, "1_init");
	assert_null(r->logs);
	assert_int_equal(r->applied_steps_count, 1);
	us_time_format(text, r->finished_at);
	assert_string_equal(text, "2026-11-22T15:00:00Z");
	assert_int_equal(us_record_state_of(r), US_RECORD_APPLIED);
	r = us_ledger_record(led, 2);
	assert_string_equal(r->checksum, "sum b");
	assert_string_equal(r->logs, "it failed");
	assert_int_equal(us_record_state_of(r), US_RECORD_FAILED);
	us_time_format(text, r->started_at);
	assert_string_equal(text, "2026-11-22T14:56:42.296123Z");
	assert_int_equal(r->finished_at, US_NEVER);
	us_ledger_free(led);
}

static void rows_made_by_hand_are_ordinary(void **state)
{
	us_ledger *led = load(*state,
		"CREATE TABLE _prisma_migrations (id uuid, checksum text, "
		"finished_at"
		" timestamp, migration_name text, logs text, rolled_back_at "
		"timestamp,"
		" started_at timestamp, applied_steps_count bigint);"
		"INSERT INTO _prisma_migrations VALUES"
		"('00000000-0000-4000-8000-000000000000', NULL, 'infinity', 'x', "
		"NULL, NULL,"
		" '-infinity', NULL),"
		"(NULL, NULL, '0044-03-15 BC', NULL, NULL, '2026-01-01', "
		"'2026-01-01',"
		" 9000000000), (NULL, 'c', NULL, 'y', NULL, NULL, NULL, -5)");
	const us_record *r = us_ledger_record(led, 0);

	assert_int_equal(us_ledger_len(led), 3);
	assert_string_equal(r->id, "00000000-0000-4000-8000-000000000000");
	assert_string_equal(r->checksum, "");
	assert_true(r->finished);
	assert_int_equal(r->finished_at, US_NEVER);
	assert_int_equal(r->started_at, US_NEVER);
	assert_int_equal(r->applied_steps_count, -1);
	r = us_ledger_record(led, 1);
	assert_string_equal(r->name, "");
	assert_true(r->finished && r->rolled_back);
	assert_int_equal(r->finished_at, US_NEVER); /* no report could say it */
	assert_int_equal(r->applied_steps_count, INT32_MAX);
	us_ledger_free(led);
}

static void huge_logs_and_many_records_are_read(void **state)
{
	us_ledger *led = load(*state, CREATE
		"INSERT INTO _prisma_migrations (id, checksum, migration_name, "
		"logs,"
		" started_at) SELECT i, 'c', 'm' || i, CASE WHEN i = 7 THEN"
		" repeat('0123456789', 500000) END, now() + i * interval '1 s'"
		" FROM generate_series(1, 3000) i");

	assert_int_equal(us_ledger_len(led), 3000);
	assert_string_equal(us_ledger_record(led, 2999)->name, "m3000");
	assert_int_equal(strlen(us_ledger_record(led, 6)->logs), 5000000);
	us_ledger_free(led);
}

static void prisma_8_is_refused_in_one_sentence(void **state)
{
	const cluster_db *c = *state;
	us_err err;

	cluster_exec(c, "CREATE SCHEMA prisma_contract;"
			"CREATE TABLE prisma_contract.marker (space text)");
	err = load_fails(&c->parts, US_E_CONFIG);
	assert_non_null(strstr(err.msg, "Prisma 8"));
	cluster_exec(c, CREATE); /* left over from before */
	load_fails(&c->parts, US_E_CONFIG);
}

static void a_table_that_is_not_prismas_is_told_by_name(void **state)
{
	const cluster_db *c = *state;
	us_err err;

	cluster_exec(c, "CREATE TABLE _prisma_migrations (id int)");
	err = load_fails(&c->parts, US_E_DB);
	assert_string_equal(err.sqlstate, "42703");
	assert_non_null(strstr(err.msg, "reading _prisma_migrations: "));
}

static void a_table_we_may_not_read_is_no_empty_ledger(void **state)
{
	const cluster_db *c = *state;
	us_url url = c->parts;
	char *role, *sql;
	us_err err;

	assert_true(asprintf(&role, "stranger_to_%s", c->name) > 0);
	assert_true(asprintf(&sql, CREATE "CREATE ROLE %s LOGIN", role) > 0);
	cluster_exec(c, sql);
	free(sql);
	url.user = role;
	err = load_fails(&url, US_E_DB);
	assert_string_equal(err.sqlstate, "42501");
	cluster_exec(c, "REVOKE ALL ON SCHEMA public FROM public");
	err = load_fails(&url, US_E_DB);
	assert_string_equal(err.sqlstate, "42501");
	assert_true(asprintf(&sql, "DROP ROLE %s", role) > 0);
	cluster_exec(c, sql);
	free(sql);
	free(role);
}

static void a_table_somebody_holds_is_a_lock_not_met_and_not_a_hang(void **state)
{
	static const us_db_mode modes[] = { US_DB_READ, US_DB_WRITE };
	const cluster_db *c = *state;
	us_db *other = talk_open(&c->parts, US_DB_WRITE);

	cluster_exec(c, CREATE);
	talk_exec(other, other->ops->begin_write);
	talk_exec(other, "LOCK TABLE _prisma_migrations IN ACCESS EXCLUSIVE MODE");
	for (size_t i = 0; i < US_LEN(modes); i++) {
		us_db *db = talk_open(&c->parts, modes[i]);
		us_ledger *led = NULL;
		us_err err = { 0 };

		assert_int_equal(us_ledger_load(&led, db, &err), US_E_LOCK);
		assert_null(led);
		assert_string_equal(err.sqlstate, "55P03");
		assert_non_null(strstr(err.msg,
			"_prisma_migrations is locked by another session"));
		assert_int_equal(us_ledger_load(&led, db, NULL), US_E_LOCK);
		talk_expect(db, "SELECT 1", "1\n");
		us_db_close(db);
	}
	talk_exec(other, other->ops->rollback);
	us_db_close(other);
	us_ledger_free(load_from(&c->parts));
}

static void the_records_of_a_name_are_held_until_the_transaction_ends(void **state)
{
	const cluster_db *c = *state;
	us_db *db = talk_open(&c->parts, US_DB_WRITE);
	us_db *other = talk_open(&c->parts, US_DB_WRITE);
	us_ledger *led = NULL;
	us_err err = { 0 };

	cluster_exec(c, CREATE
		"INSERT INTO _prisma_migrations (id, checksum, migration_name,"
		" started_at) VALUES ('1', 'c', 'a', '2026-01-02'), ('2', 'c', 'a',"
		" '2026-01-01'), ('3', 'c', 'b', now())");
	talk_exec(db, db->ops->begin_write);
	assert_ok(us_ledger_load_for_update(&led, db, "a", &err), &err);
	assert_true(us_ledger_exists(led));
	assert_int_equal(us_ledger_len(led), 2);
	assert_string_equal(us_ledger_record(led, 0)->id, "2");
	us_ledger_free(led);
	talk_refused(other,
		"SELECT * FROM _prisma_migrations WHERE id = '1' FOR UPDATE NOWAIT",
		US_E_LOCK, "55P03");
	talk_expect(other,
		"SELECT id FROM _prisma_migrations WHERE id = '3' FOR UPDATE "
		"NOWAIT",
		"3\n");
	talk_exec(db, db->ops->rollback);
	talk_expect(other,
		"SELECT id FROM _prisma_migrations WHERE id = '1' FOR UPDATE "
		"NOWAIT",
		"1\n");
	us_db_close(other);
	us_db_close(db);
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, cluster_db_setup, cluster_db_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_database_without_the_table_is_an_empty_ledger),
		TEST(a_schema_that_is_not_there_is_an_empty_ledger),
		TEST(the_urls_schema_is_the_one_that_is_read),
		TEST(an_empty_table_is_there),
		TEST(records_come_in_prismas_order_with_all_they_hold),
		TEST(rows_made_by_hand_are_ordinary),
		TEST(huge_logs_and_many_records_are_read),
		TEST(prisma_8_is_refused_in_one_sentence),
		TEST(a_table_that_is_not_prismas_is_told_by_name),
		TEST(a_table_we_may_not_read_is_no_empty_ledger),
		TEST(a_table_somebody_holds_is_a_lock_not_met_and_not_a_hang),
		TEST(the_records_of_a_name_are_held_until_the_transaction_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
