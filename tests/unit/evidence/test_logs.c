/* Log texts in the forms that Prisma's engines write them, and what is read from
 * them. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/evidence.h"
#include "unstick/str.h"

#define HEAD(code)                                                                 \
	"A migration failed to apply. New migrations cannot be applied before "    \
	"the "                                                                     \
	"error is recovered from. Read more about how to resolve migration "       \
	"issues "                                                                  \
	"in a production database: https://pris.ly/d/migrate-resolve\n\n"          \
	"Migration name: 20240102000000_m\n\nDatabase error code: " code           \
	"\n\nDatabase error:\n"
#define TRACE                                                                      \
	"\n   0: sql_schema_connector::apply_migration::apply_script\n"            \
	"           with migration_name=\"20240102000000_m\"\n"                    \
	"             at schema-engine/connectors/sql-schema-connector/src/"       \
	"apply_migration.rs:113\n"                                                 \
	"   1: schema_core::state::ApplyMigrations\n"
#define BOLD(n) "\x1b[1m" n "\x1b[0m"
#define RED(n, text) "\x1b[1m" n "\x1b[1;31m " text "\x1b[0m"
#define DEBUG(position)                                                            \
	"\n\nDbError { severity: \"ERROR\", parsed_severity: Some(Error), code: "  \
	"SqlState(E42P01), message: \"no \\\"position: Some(Original(1))\\\"\", "  \
	"detail: None, hint: None, position: " position                            \
	", where_: None, routine: Some(\"parserOpenTable\") }\n"

static const char script[] = "-- CreateTable\n"                              /* 1 */
			     "CREATE TABLE \"A\" (\n"                        /* 2 */
			     "    \"id\" INTEGER NOT NULL\n"                 /* 3 */
			     ");\n"                                          /* 4 */
			     "\n"                                            /* 5 */
			     "-- copy\n"                                     /* 6 */
			     "INSERT INTO \"A\" (\"id\")\n"                  /* 7 */
			     "SELECT \"id\"\n"                               /* 8 */
			     "FROM \"Gone\"; UPDATE \"A\" SET \"id\" = 1;\n" /* 9 */
			     "DROP TABLE \"B\";\n"; /* 10 */

typedef struct {
	const char *logs, *code, *message;
	us_cause cause;
	size_t line, statement, query;
} row;

static void check(const char *provider, const char *text, const row *rows, size_t n)
{
	us_script *s = NULL;
	us_err err = { 0 };

	assert_ok(us_script_split(&s, provider, text, strlen(text), &err), &err);
	for (size_t i = 0; i < n; i++) {
		us_logged_error e;

		assert_ok(us_logs_parse(&e, rows[i].logs, s, &err), &err);
		assert_true(e.present);
		if (rows[i].code)
			assert_string_equal(e.code, rows[i].code);
		else
			assert_null(e.code);
		if (rows[i].message)
			assert_string_equal(e.message, rows[i].message);
		else
			assert_null(e.message);
		if (e.cause != rows[i].cause || e.line != rows[i].line ||
			e.statement != rows[i].statement ||
			e.query != rows[i].query)
			fail_msg("row %zu: %s, line %zu, statement %zu, query %zu",
				i, us_cause_name(e.cause), e.line, e.statement,
				e.query);
		us_logged_error_fini(&e);
	}
	us_script_free(s);
}

static void a_native_postgresql_log_is_read(void **state)
{
	static const row rows[] = {
		{ HEAD("42P07") "ERROR: relation \"A\" already exists" DEBUG("None")
				TRACE,
			"42P07", "relation \"A\" already exists",
			US_CAUSE_SCHEMA_CONFLICT, 0, 0, 0 },
		/* character 113 is the first of "Gone" */
		{ HEAD("42P01") "ERROR: relation \"Gone\" does not "
				"exist\n\nPosition:\n" BOLD("  4") " );\n" BOLD(
					"  "
					"5") "\n" BOLD("  6") " -- copy\n" BOLD("  "
										"7") " INSERT "
										     "INTO "
										     "\"A\" "
										     "(\"id\")"
										     "\n" BOLD("  8") " SELECT \"id\"\n" RED(
											     "  9",
											     "FR"
											     "OM"
											     " "
											     "\""
											     "Go"
											     "ne"
											     "\""
											     "; "
											     "UP"
											     "DA"
											     "TE"
											     " "
											     "\""
											     "A"
											     "\""
											     " S"
											     "ET"
											     " "
											     "\""
											     "id"
											     "\""
											     " ="
											     " 1"
											     ";")
											     DEBUG("Some(Original(116))")
												     TRACE,
			"42P01", "relation \"Gone\" does not exist",
			US_CAUSE_SCHEMA_CONFLICT, 9, 2, 0 },
		{ HEAD("23505") "ERROR: duplicate key value violates unique "
				"constraint "
				"\"u\"\nDETAIL: Key (\"e\")=(a@b.c) already "
				"exists." DEBUG("None") TRACE,
			"23505",
			"duplicate key value violates unique constraint \"u\"",
			US_CAUSE_CONSTRAINT_VIOLATION, 0, 0, 0 },
		{ HEAD("P0001") "ERROR: first\n  second\nHINT: third" DEBUG("None")
				TRACE,
			"P0001", "first second", US_CAUSE_UNKNOWN, 0, 0, 0 },
		{ HEAD("57P01") "FATAL: terminating connection due to "
				"administrator "
				"command" DEBUG("None") TRACE,
			"57P01",
			"terminating connection due to administrator "
			"command",
			US_CAUSE_CONNECTION, 0, 0, 0 },
		{ HEAD("none") "connection closed" TRACE, NULL, "connection closed",
			US_CAUSE_UNKNOWN, 0, 0, 0 },
	};

	(void)state;
	check("postgresql", script, rows, US_LEN(rows));
}

/* Scripts, the block that a log shows of them with the position in the debug part,
 * and what may be said then. */
static const struct {
	const char *script, *block, *position;
	size_t line, statement;
} placed[] = {
	/* the script was edited since: another text on that line */
	{ "select 1;\nselect b;\n",
		BOLD("  0") "\n" BOLD("  1") " select 1;\n" RED("  2", "select a;"),
		"Some(Original(18))", 0, 0 },
	{ "select 1;\nselect a;\n",
		BOLD("  0") "\n" BOLD("  1") " select 1;\n" RED("  2", "select a;"),
		"Some(Original(18))", 2, 2 },
	/* the position is on another line than the block says */
	{ "select 1;\nselect a;\n",
		BOLD("  0") "\n" BOLD("  1") " select 1;\n" RED("  2", "select a;"),
		"Some(Original(3))", 0, 0 },
	/* no position: the line is certain, its two statements are not */
	{ "select 1;\nselect a; select b;\n",
		BOLD("  0") "\n" BOLD("  1") " select 1;\n" RED(
			"  2", "select a; select b;"),
		"None", 2, 0 },
	/* sent alone (7.4 and later), it may be any of them */
	{ "select a;\n\nselect a;\n", BOLD("  0") "\n" RED("  1", "select a;"),
		"Some(Original(8))", 0, 0 },
	/* sent alone, and there is only one like it */
	{ "select 1;\n\nselect a\nfrom b;\n",
		BOLD("  0") "\n" BOLD("  1") " select a\n" RED("  2", "from b"),
		"Some(Original(15))", 4, 2 },
	/* the engine takes characters for bytes: it shows line 2, meant is
	   3 */
	{ "-- \xC3\xA9\xC3\xA9\xC3\xA9\nselect 1;\nselect a;\n",
		BOLD("  0") "\n" BOLD("  1") " -- \xC3\xA9\xC3\xA9\xC3\xA9\n" RED(
			"  2", "select 1;"),
		"Some(Original(18))", 3, 2 },
	/* and forgets the CR: it shows line 3, meant is 2 */
	{ "--\r\nselect a;\r\nselect b;\r\n",
		BOLD("  0") "\n" BOLD("  1") " --\n" BOLD("  2") " select a;\n" RED(
			"  3", "select b;"),
		"Some(Original(14))", 2, 0 },
	/* something else in the block */
	{ "select 1;\n", BOLD("  0") "\n" RED("  1", "select 1;") "\nmore", "None",
		0, 0 },
};

static void a_line_is_named_only_if_it_is_certain(void **state)
{
	/* the block's text and its error line, and the position in the debug part
	 */

	(void)state;
	for (size_t i = 0; i < US_LEN(placed); i++) {
		US_AUTO(auto_str) char *logs = NULL;
		us_logged_error e;
		us_script *s = NULL;
		us_err err = { 0 };

		assert_ok(us_script_split(&s, "postgresql", placed[i].script,
				  strlen(placed[i].script), &err),
			&err);
		assert_ok(us_strf(&logs, &err,
				  HEAD("42703") "ERROR: "
						"no\n\nPosition:\n%s\n\nDbError { "
						"severity: \"ERROR\", position: "
						"%s, where_: "
						"None }\n" TRACE,
				  placed[i].block, placed[i].position),
			&err);
		assert_ok(us_logs_parse(&e, logs, s, &err), &err);
		if (e.line != placed[i].line || e.statement != placed[i].statement)
			fail_msg("row %zu: line %zu, statement %zu", i, e.line,
				e.statement);
		us_logged_error_fini(&e);
		us_script_free(s);
	}
}

static void a_native_sqlite_log_is_read(void **state)
{
	static const row rows[] = {
		{ HEAD("2067") "UNIQUE constraint failed: A.id"
			       "\n" TRACE,
			"2067", "UNIQUE constraint failed: A.id",
			US_CAUSE_CONSTRAINT_VIOLATION, 0, 0, 0 },
		/* the rest of the script is quoted, from the failing statement on
		 */
		{ HEAD("1") "no such table: Gone in \n\n-- copy\nINSERT INTO \"A\" "
			    "(\"id\")\n"
			    "SELECT \"id\"\nFROM \"Gone\"; UPDATE \"A\" SET \"id\" "
			    "= 1;\n"
			    "DROP TABLE \"B\";\n at offset 52\n" TRACE,
			"1", "no such table: Gone", US_CAUSE_SCHEMA_CONFLICT, 9, 2,
			0 },
		{ HEAD("1") "no such table: B in \nDROP TABLE \"B\";\n at offset "
			    "1\n" TRACE,
			"1", "no such table: B", US_CAUSE_SCHEMA_CONFLICT, 10, 4,
			0 },
		/* not what is on disk */
		{ HEAD("1") "no such table: C in DROP TABLE \"C\";\n at offset "
			    "1\n" TRACE,
			"1", "no such table: C in DROP TABLE \"C\"; at offset 1",
			US_CAUSE_SCHEMA_CONFLICT, 0, 0, 0 },
		{ HEAD("5") "database is locked"
			    "\n" TRACE,
			"5", "database is locked", US_CAUSE_LOCK, 0, 0, 0 },
		{ HEAD("1") "foreign key mismatch - \"R\" referencing \"D\""
			    "\n" TRACE,
			"1", "foreign key mismatch - \"R\" referencing \"D\"",
			US_CAUSE_UNKNOWN, 0, 0, 0 },
	};

	(void)state;
	check("sqlite", script, rows, US_LEN(rows));
}

static void a_mysql_log_gives_its_query_number(void **state)
{
	static const row rows[] = {
		{ HEAD("1060") "Duplicate column name 'x'\n\nPlease check the "
			       "query number "
			       "3 from the migration file.\n" TRACE,
			"1060", "Duplicate column name 'x'",
			US_CAUSE_SCHEMA_CONFLICT, 9, 3, 3 },
		{ HEAD("1060") "Duplicate column name 'x'\n\nPlease check the "
			       "query number "
			       "99 from the migration file.\n" TRACE,
			"1060", "Duplicate column name 'x'",
			US_CAUSE_SCHEMA_CONFLICT, 0, 0, 99 },
		{ HEAD("1060") "Duplicate column name 'x'\n\nPlease check the "
			       "query number "
			       "-1 from the migration file.\n" TRACE,
			"1060", "Duplicate column name 'x'",
			US_CAUSE_SCHEMA_CONFLICT, 0, 0, 0 },
	};

	(void)state;
	check("postgresql", script, rows, US_LEN(rows));
}

static void the_words_of_the_driver_adapters_are_read(void **state)
{
	static const row rows[] = {
		{ "external connector error\nUnique constraint failed: "
		  "a_x_key" TRACE,
			NULL, "Unique constraint failed: a_x_key",
			US_CAUSE_CONSTRAINT_VIOLATION, 0, 0, 0 },
		{ "external connector error\nNo such table: nope" TRACE, NULL,
			"No such table: nope", US_CAUSE_SCHEMA_CONFLICT, 0, 0, 0 },
		{ "external connector error\nError querying the database: ERROR: "
		  "relation "
		  "\"a\" already exists" TRACE,
			NULL, "relation \"a\" already exists",
			US_CAUSE_SCHEMA_CONFLICT, 0, 0, 0 },
		{ "external connector error\nError querying the database: ERROR: "
		  "canceling "
		  "statement due to statement timeout" TRACE,
			NULL, "canceling statement due to statement timeout",
			US_CAUSE_STATEMENT_TIMEOUT, 0, 0, 0 },
		{ "external connector error\nError querying the database: FATAL: "
		  "terminating connection due to administrator command" TRACE,
			NULL, "terminating connection due to administrator command",
			US_CAUSE_CONNECTION, 0, 0, 0 },
		{ "external connector error\nError querying the database: ERROR: "
		  "new row for relation \"b\" violates check constraint \"c\"\n"
		  "DETAIL: Failing row contains (0)." TRACE,
			NULL,
			"new row for relation \"b\" violates check constraint "
			"\"c\"",
			US_CAUSE_CONSTRAINT_VIOLATION, 0, 0, 0 },
		/* the same words inside others are not that error */
		{ "external connector error\nError querying the database: ERROR: "
		  "my own "
		  "deadlock detected" TRACE,
			NULL, "my own deadlock detected", US_CAUSE_UNKNOWN, 0, 0,
			0 },
		{ "external connector error\nNull constraint failed: \n" TRACE,
			NULL, "Null constraint failed:",
			US_CAUSE_CONSTRAINT_VIOLATION, 0, 0, 0 },
		{ "SQLITE_ERROR: no such table: nope" TRACE, "SQLITE_ERROR",
			"no such table: nope", US_CAUSE_SCHEMA_CONFLICT, 0, 0, 0 },
		{ "SQLITE_ERROR: near \"TABL\": syntax error" TRACE, "SQLITE_ERROR",
			"near \"TABL\": syntax error", US_CAUSE_SYNTAX, 0, 0, 0 },
		{ "SQLITE_CONSTRAINT_UNIQUE: oh" TRACE, "SQLITE_CONSTRAINT_UNIQUE",
			"oh", US_CAUSE_CONSTRAINT_VIOLATION, 0, 0, 0 },
		{ "SQLITE_BUSY: database is locked", "SQLITE_BUSY",
			"database is locked", US_CAUSE_LOCK, 0, 0, 0 },
		{ "SQLITE_BUSYBODY: no", "SQLITE_BUSYBODY", "no", US_CAUSE_UNKNOWN,
			0, 0, 0 },
		{ "something a person wrote", NULL, "something a person wrote",
			US_CAUSE_UNKNOWN, 0, 0, 0 },
		{ TRACE, NULL, NULL, US_CAUSE_UNKNOWN, 0, 0, 0 },
		{ "Database error code: ", NULL, NULL, US_CAUSE_UNKNOWN, 0, 0, 0 },
	};

	(void)state;
	check("postgresql", script, rows, US_LEN(rows));
}

static void empty_logs_and_our_own_lines_are_no_error(void **state)
{
	static const char *const texts[] = { NULL, "", " \n", "\x1b[1m\x1b[0m",
		"unstick: {\"action\":\"rolled_back\"}",
		"\nunstick: {\"action\":\"rolled_back\"}\n" };

	(void)state;
	for (size_t i = 0; i < US_LEN(texts); i++) {
		us_logged_error e;
		us_err err = { 0 };

		assert_ok(us_logs_parse(&e, texts[i], NULL, &err), &err);
		assert_false(e.present);
		assert_null(e.code);
		assert_null(e.message);
		us_logged_error_fini(&e);
	}
}

/* A log and a script that are nothing but this, over and over. */
static void read_garbage(const char *unit)
{
	enum { REPEATS = 40000 };
	US_AUTO(auto_str) char *logs = NULL, *repeated = NULL;
	us_str s = { 0 };
	us_script *sql = NULL;
	us_logged_error e;
	us_err err = { 0 };

	for (size_t j = 0; j < REPEATS; j++)
		us_str_add(&s, unit);
	assert_ok(us_str_take(&s, &repeated, NULL, &err), &err);
	assert_ok(us_strf(&logs, &err,
			  HEAD("1") "%s\n\nPosition:\n%s\n\nDbError { %s }\n%s at "
				    "offset 3",
			  repeated, "  1 a;a;", repeated, repeated),
		&err);
	assert_ok(us_script_split(&sql, "sqlite", repeated, strlen(repeated), &err),
		&err);
	assert_ok(us_logs_parse(&e, logs, sql, &err), &err);
	us_logged_error_fini(&e);
	us_script_free(sql);
}

/* Every shape that a search runs over, long enough that a quadratic one would time
 * the test out. */
static void garbage_is_read_in_linear_time(void **state)
{
	static const char *const units[] = { "\x1b[1", "\n   0: ", "\nDbError { ",
		"\n\nPosition:\n", " in ", " at offset 1",
		"\nDatabase error code: ", "\n\nPlease check the query number ",
		"  1 a\n", "\"\\", "\nDETAIL:", "a;", "select 1;\n", "  1 a;a;\n" };

	(void)state;
	for (size_t i = 0; i < US_LEN(units); i++)
		read_garbage(units[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_native_postgresql_log_is_read),
		cmocka_unit_test(a_line_is_named_only_if_it_is_certain),
		cmocka_unit_test(a_native_sqlite_log_is_read),
		cmocka_unit_test(a_mysql_log_gives_its_query_number),
		cmocka_unit_test(the_words_of_the_driver_adapters_are_read),
		cmocka_unit_test(empty_logs_and_our_own_lines_are_no_error),
		cmocka_unit_test(garbage_is_read_in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
