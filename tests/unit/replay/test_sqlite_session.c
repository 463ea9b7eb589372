/* What has to be said again before a script can be gone on with. */
#include <string.h>

#include "check.h"
#include "sqlite_session.h"
#include "unstick/auto.h"

#define UNSET US_PRAGMA_UNSET
#define OFF US_PRAGMA_OFF
#define ON US_PRAGMA_ON

static const struct {
	const char *script;
	us_sqlite_session want; /* after all of it */
} rows[] = {
	{ "", { UNSET, UNSET, false } },
	{ "PRAGMA foreign_keys", { UNSET, UNSET, false } },
	{ "PRAGMA foreign_keys=OFF; CREATE TABLE t (x)", { OFF, UNSET, false } },
	{ "PRAGMA foreign_keys = 0", { OFF, UNSET, false } },
	{ "pragma main.Foreign_Keys('no')", { OFF, UNSET, false } },
	{ "PRAGMA foreign_keys=OFF; PRAGMA foreign_keys(yes)",
		{ ON, UNSET, false } },
	{ "PRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;",
		{ OFF, ON, false } },
	{ "PRAGMA foreign_key_check", { UNSET, UNSET, false } },
	/* a no-op inside a transaction */
	{ "BEGIN; PRAGMA foreign_keys=OFF", { UNSET, UNSET, true } },
	{ "BEGIN; PRAGMA defer_foreign_keys=1; COMMIT", { UNSET, UNSET, false } },
	{ "BEGIN IMMEDIATE; ROLLBACK; PRAGMA foreign_keys=0",
		{ OFF, UNSET, false } },
	{ "BEGIN; SAVEPOINT s; ROLLBACK TO s", { UNSET, UNSET, true } },
	{ "SAVEPOINT a; SAVEPOINT b; RELEASE b", { UNSET, UNSET, true } },
	{ "SAVEPOINT a; RELEASE SAVEPOINT A", { UNSET, UNSET, false } },
};

static us_sqlite_session after(const char *text, size_t k)
{
	us_sqlite_session s;
	us_script *script;
	us_err err = { 0 };

	assert_ok(
		us_script_split(&script, "sqlite", text, strlen(text), &err), &err);
	k = k < us_script_len(script) ? k : us_script_len(script);
	assert_ok(us_sqlite_session_after(&s, script, k, &err), &err);
	us_script_free(script);
	return s;
}

static void pragmas_are_followed_along_the_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_sqlite_session s = after(rows[i].script, 99);

		if (s.foreign_keys != rows[i].want.foreign_keys ||
			s.defer_foreign_keys != rows[i].want.defer_foreign_keys ||
			s.in_transaction != rows[i].want.in_transaction)
			fail_msg("%s: %d %d %d", rows[i].script, s.foreign_keys,
				s.defer_foreign_keys, s.in_transaction);
	}
}

static void only_the_first_k_statements_count(void **state)
{
	static const char text[] = "PRAGMA foreign_keys=OFF; CREATE TABLE t (x); "
				   "PRAGMA foreign_keys=ON";

	(void)state;
	assert_int_equal(after(text, 0).foreign_keys, UNSET);
	assert_int_equal(after(text, 1).foreign_keys, OFF);
	assert_int_equal(after(text, 2).foreign_keys, OFF);
	assert_int_equal(after(text, 3).foreign_keys, ON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pragmas_are_followed_along_the_script),
		cmocka_unit_test(only_the_first_k_statements_count),
	};

	return cmocka_run_group_tests_name("sqlite session", tests, NULL, NULL);
}
