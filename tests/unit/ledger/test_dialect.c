/* The texts in sql/ as they are sent and as they are shown; times as they are
 * stored. */
#include <string.h>

#include "check.h"
#include "dialect.h"
#include "unstick/auto.h"

static void expand(const char *sql, const char *table, const char *const *values,
	const char *want)
{
	us_str got = { 0 };

	us_dialect_expand(&got, sql, table, values);
	assert_string_equal(us_str_text(&got), want);
	us_str_fini(&got);
}

static void comments_and_line_ends_are_left_out(void **state)
{
	(void)state;
	expand("-- why\n-- and how\nUPDATE :ledger\n  SET a = $1 -- this\nWHERE "
	       "b\n",
		"t", NULL, "UPDATE t SET a = $1 WHERE b");
	expand("SELECT x::text FROM :ledger", "\"s\".\"t\"", NULL,
		"SELECT x::text FROM \"s\".\"t\"");
}

static void values_are_shown_as_literals(void **state)
{
	static const char *const values[] = { "it's", NULL, "$1 ?2" };

	(void)state;
	expand("SET a = $1, b = $2, c = $3, d = $1", "t", values,
		"SET a = 'it''s', b = NULL, c = '$1 ?2', d = 'it''s'");
	expand("SET a = ?3", "t", values, "SET a = '$1 ?2'");
	/* A table's name is no text of ours: what looks like a parameter stays. */
	expand("FROM :ledger WHERE a = $2", "\"we$1ird?1\"", values,
		"FROM \"we$1ird?1\" WHERE a = NULL");
}

/* A driver that only says which provider it is of. */
static us_db_info about_sqlite(const us_db *db)
{
	(void)db;
	return (us_db_info){ .provider = "sqlite" };
}

static us_db_info about_postgresql(const us_db *db)
{
	(void)db;
	return (us_db_info){ .provider = "postgresql" };
}

static us_db_info about_mysql(const us_db *db)
{
	(void)db;
	return (us_db_info){ .provider = "mysql" };
}

static const us_dialect *dialect_of(us_db_info (*about)(const us_db *db))
{
	const us_db_ops ops = { .info = about };
	const us_db db = { &ops };
	const us_dialect *d = NULL;
	us_err err = { 0 };

	assert_ok(us_dialect_of(&d, &db, &err), &err);
	return d;
}

static void a_provider_without_a_dialect_is_told(void **state)
{
	const us_db_ops ops = { .info = about_mysql };
	const us_db db = { &ops };
	const us_dialect *d;
	us_err err = { 0 };

	(void)state;
	assert_int_equal(us_dialect_of(&d, &db, &err), US_E_CONFIG);
	assert_non_null(strstr(err.msg, "mysql"));
}

static const us_time T = INT64_C(1763827002296000); /* 2025-11-22T15:56:42.296Z */

static const struct {
	const char *cell;
	us_value_type type;
	us_time want; /* US_NEVER: can't be read */
} stored[] = {
	{ "1763827002296", US_V_INTEGER, T },
	{ "2025-11-22T15:56:42.296+00:00", US_V_TEXT, T },
	{ "2025-11-22T16:56:42.296+01:00", US_V_TEXT, T },
	{ "2025-11-22 15:56:42", US_V_TEXT, T - 296000 },
	{ "Sat, 22 Nov 2025 15:56:42 +0000", US_V_TEXT, T - 296000 },
	{ "0", US_V_INTEGER, 0 },
	{ "-1", US_V_INTEGER, -1000 },
	{ "9223372036854775807", US_V_INTEGER, US_NEVER },
	{ "1763827002.296", US_V_REAL, US_NEVER },
	{ "soon", US_V_TEXT, US_NEVER },
	{ "", US_V_TEXT, US_NEVER },
};

static void every_stored_form_of_a_time_is_read(void **state)
{
	const us_dialect *d = dialect_of(about_sqlite);

	(void)state;
	for (size_t i = 0; i < US_LEN(stored); i++) {
		us_time got = 1;
		bool read = d->read_time(&got, stored[i].cell, stored[i].type);

		assert_int_equal(read, stored[i].want != US_NEVER);
		assert_int_equal(got, stored[i].want);
	}
}

/* extract(epoch FROM ...): numeric, on PostgreSQL 13 double precision. */
static void postgresql_s_seconds_are_read_to_the_microsecond(void **state)
{
	static const struct {
		const char *cell;
		us_time want;
	} rows[] = {
		{ "1763827002.296000", T },
		{ "1763827002.296", T },
		{ "1763827002", T - 296000 },
		{ "1763827002.000001", T - 296000 + 1 },
		{ "0.000000", 0 },
		{ "-0.5", -500000 },
		{ "-1.000001", -1000001 },
		{ "-63537368400.000000", INT64_C(-63537368400000000) },
		{ "9223372036854.775807", INT64_MAX },
		{ "9223372036854.775808", US_NEVER },
		{ "9223372036855", US_NEVER },
		{ "Infinity", US_NEVER },
		{ "-Infinity", US_NEVER },
		{ "1.5e+20", US_NEVER },
		{ "NaN", US_NEVER },
		{ ".5", US_NEVER },
		{ "", US_NEVER },
	};
	const us_dialect *d = dialect_of(about_postgresql);

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_time got = 1;
		bool read = d->read_time(&got, rows[i].cell, US_V_TEXT);

		assert_int_equal(read, rows[i].want != US_NEVER);
		assert_int_equal(got, rows[i].want);
	}
}

static void a_time_is_written_in_the_form_that_is_there(void **state)
{
	const us_dialect *d = dialect_of(about_sqlite);
	char text[US_TIME_TEXT];

	(void)state;
	d->write_time(text, T + 999, false);
	assert_string_equal(text, "1763827002296");
	d->write_time(text, T + 999, true);
	assert_string_equal(text, "2025-11-22T15:56:42.296+00:00");
	d->write_time(text, -1, false);
	assert_string_equal(text, "-1");
	d->write_time(text, -1, true);
	assert_string_equal(text, "1969-12-31T23:59:59.999+00:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_line_ends_are_left_out),
		cmocka_unit_test(values_are_shown_as_literals),
		cmocka_unit_test(a_provider_without_a_dialect_is_told),
		cmocka_unit_test(every_stored_form_of_a_time_is_read),
		cmocka_unit_test(postgresql_s_seconds_are_read_to_the_microsecond),
		cmocka_unit_test(a_time_is_written_in_the_form_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
