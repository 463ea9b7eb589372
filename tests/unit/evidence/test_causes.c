/* What an error code says about the cause, and questions about K. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/evidence.h"
#include "unstick/str.h"

/* A native log with this code. */
static us_cause cause_of(const char *code, const char *tail)
{
	US_AUTO(auto_str) char *logs = NULL;
	us_logged_error e;
	us_err err = { 0 };
	us_cause cause;

	assert_ok(us_strf(&logs, &err,
			  "A migration failed to apply.\n\nMigration name: "
			  "m\n\nDatabase "
			  "error code: %s\n\nDatabase error:\nsomething\n\n%s",
			  code, tail),
		&err);
	assert_ok(us_logs_parse(&e, logs, NULL, &err), &err);
	assert_true(e.present);
	assert_string_equal(e.code, code);
	cause = e.cause;
	us_logged_error_fini(&e);
	return cause;
}

typedef struct {
	const char *code;
	us_cause cause;
} row;

static void check(const row *rows, size_t n, const char *tail)
{
	for (size_t i = 0; i < n; i++) {
		us_cause cause = cause_of(rows[i].code, tail);

		if (cause != rows[i].cause)
			fail_msg("%s is %s, not %s", rows[i].code,
				us_cause_name(cause), us_cause_name(rows[i].cause));
	}
}

static void an_sqlstate_tells_its_cause(void **state)
{
	static const row rows[] = {
		{ "08000", US_CAUSE_CONNECTION },
		{ "08001", US_CAUSE_NETWORK },
		{ "08006", US_CAUSE_CONNECTION },
		{ "22P02", US_CAUSE_UNKNOWN },
		{ "23502", US_CAUSE_CONSTRAINT_VIOLATION },
		{ "23505", US_CAUSE_CONSTRAINT_VIOLATION },
		{ "25001", US_CAUSE_UNKNOWN },
		{ "25P02", US_CAUSE_UNKNOWN },
		{ "28P01", US_CAUSE_PERMISSION },
		{ "40001", US_CAUSE_LOCK },
		{ "40P01", US_CAUSE_LOCK },
		{ "42501", US_CAUSE_PERMISSION },
		{ "42601", US_CAUSE_SYNTAX },
		{ "42701", US_CAUSE_SCHEMA_CONFLICT },
		{ "42703", US_CAUSE_SCHEMA_CONFLICT },
		{ "42704", US_CAUSE_SCHEMA_CONFLICT },
		{ "42710", US_CAUSE_SCHEMA_CONFLICT },
		{ "42P01", US_CAUSE_SCHEMA_CONFLICT },
		{ "42P06", US_CAUSE_SCHEMA_CONFLICT },
		{ "42P07", US_CAUSE_SCHEMA_CONFLICT },
		{ "42ZZZ", US_CAUSE_UNKNOWN },
		{ "53100", US_CAUSE_RESOURCE },
		{ "54011", US_CAUSE_RESOURCE },
		{ "55P03", US_CAUSE_LOCK },
		{ "57014", US_CAUSE_STATEMENT_TIMEOUT },
		{ "57P01", US_CAUSE_CONNECTION },
		{ "57P02", US_CAUSE_CRASH },
		{ "57P03", US_CAUSE_CONNECTION },
		{ "58030", US_CAUSE_CRASH },
		{ "P0001", US_CAUSE_UNKNOWN },
		{ "XX000", US_CAUSE_CRASH },
	};

	(void)state;
	check(rows, US_LEN(rows), "DbError { severity: \"ERROR\" }");
}

static void a_mysql_number_tells_its_cause(void **state)
{
	static const row rows[] = {
		{ "1060", US_CAUSE_SCHEMA_CONFLICT },
		{ "1062", US_CAUSE_CONSTRAINT_VIOLATION },
		{ "1064", US_CAUSE_SYNTAX },
		{ "1205", US_CAUSE_LOCK },
		{ "1999", US_CAUSE_UNKNOWN },
	};

	(void)state;
	check(rows, US_LEN(rows),
		"Please check the query number 1 from the migration file.");
}

static void an_sqlite_code_tells_its_cause(void **state)
{
	static const row rows[] = {
		{ "5", US_CAUSE_LOCK },
		{ "19", US_CAUSE_CONSTRAINT_VIOLATION },
		{ "1299", US_CAUSE_CONSTRAINT_VIOLATION }, /* NOTNULL */
		{ "1555", US_CAUSE_CONSTRAINT_VIOLATION }, /* PRIMARYKEY */
		{ "2067", US_CAUSE_CONSTRAINT_VIOLATION }, /* UNIQUE */
		{ "261", US_CAUSE_LOCK },                  /* BUSY_RECOVERY */
		{ "1", US_CAUSE_UNKNOWN },
		{ "13", US_CAUSE_RESOURCE },
		{ "778", US_CAUSE_CRASH }, /* IOERR_WRITE */
		{ "999", US_CAUSE_UNKNOWN },
		{ "x", US_CAUSE_UNKNOWN },
	};

	(void)state;
	check(rows, US_LEN(rows), "");
}

static void interruptions_are_those_from_outside(void **state)
{
	(void)state;
	assert_true(us_cause_is_interruption(US_CAUSE_NETWORK));
	assert_true(us_cause_is_interruption(US_CAUSE_CONNECTION));
	assert_true(us_cause_is_interruption(US_CAUSE_LOCK));
	assert_true(us_cause_is_interruption(US_CAUSE_STATEMENT_TIMEOUT));
	assert_true(us_cause_is_interruption(US_CAUSE_CRASH));
	assert_false(us_cause_is_interruption(US_CAUSE_UNKNOWN));
	assert_false(us_cause_is_interruption(US_CAUSE_SCHEMA_CONFLICT));
	assert_false(us_cause_is_interruption(US_CAUSE_RESOURCE));
}

static void a_set_of_prefixes_has_a_state(void **state)
{
	static const struct {
		bool member[4];
		const char *state;
		size_t count, min, max;
	} rows[] = {
		{ { true, false, false, false }, "none", 1, 0, 0 },
		{ { false, false, false, true }, "all", 1, 3, 3 },
		{ { false, true, false, false }, "partial", 1, 1, 1 },
		{ { true, false, true, false }, "partial", 2, 0, 2 },
		{ { true, false, false, true }, "partial", 2, 0, 3 },
		{ { false, false, false, false }, "diverged", 0, 3, 0 },
	};
	us_prefixes unknown = { .n = 3 };
	bool yes = true;
	us_prefixes empty = { .known = true, .n = 0, .member = &yes };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		bool member[4];
		us_prefixes k = { .known = true, .n = 3, .member = member };

		memcpy(member, rows[i].member, sizeof(member));
		assert_string_equal(us_prefixes_state(&k), rows[i].state);
		assert_int_equal(us_prefixes_count(&k), rows[i].count);
		if (rows[i].count > 0) {
			assert_int_equal(us_prefixes_min(&k), rows[i].min);
			assert_int_equal(us_prefixes_max(&k), rows[i].max);
		}
		assert_int_equal(us_prefixes_only(&k, 3),
			rows[i].count == 1 && rows[i].member[3]);
	}
	assert_string_equal(us_prefixes_state(&unknown), "unknown");
	assert_int_equal(us_prefixes_count(&unknown), 0);
	assert_false(us_prefixes_only(&unknown, 0));
	assert_string_equal(us_prefixes_state(&empty), "none");
	assert_true(us_prefixes_only(&empty, empty.n));
	assert_false(us_prefixes_only(&empty, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_sqlstate_tells_its_cause),
		cmocka_unit_test(a_mysql_number_tells_its_cause),
		cmocka_unit_test(an_sqlite_code_tells_its_cause),
		cmocka_unit_test(interruptions_are_those_from_outside),
		cmocka_unit_test(a_set_of_prefixes_has_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
