/* Replays on PostgreSQL: K, what is left out of it, and what a second run would do.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "replayed.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define CASE "20240102000000_case"
#define LATER "20240103000000_later"

static const char init[] =
	"CREATE TYPE \"Role\" AS ENUM ('A', 'B');\n"
	"CREATE TABLE \"User\" (id SERIAL PRIMARY KEY, name TEXT, age INTEGER "
	"DEFAULT 3, role \"Role\");\n"
	"CREATE TABLE other (id INT PRIMARY KEY, a INT, b INT, c INT);\n"
	"CREATE INDEX user_name ON \"User\"(name);";

static const char script[] =
	"ALTER TABLE \"User\" ADD COLUMN email TEXT NOT NULL DEFAULT '';\n"
	"CREATE UNIQUE INDEX user_email ON \"User\"(email);\n"
	"UPDATE \"User\" SET name = 'x';\n"
	"ALTER TABLE \"User\" ALTER COLUMN age SET DEFAULT 4, DROP COLUMN name;\n"
	"ALTER TYPE \"Role\" ADD VALUE 'C';\n"
	"CREATE VIEW adults AS SELECT id, email FROM \"User\" WHERE age > 17;\n"
	"ALTER TABLE other ADD CONSTRAINT a_small CHECK (a < 10) NOT VALID;\n"
	"ALTER TABLE other VALIDATE CONSTRAINT a_small;";

/* ---- K ---- */

static void every_prefix_is_found_beside_things_of_others(void **state)
{
	static const char *const wanted[] = { "0", "1", "2,3", "2,3", "4", "5", "6",
		"7", "8" };

	for (size_t k = 0; k < US_LEN(wanted); k++) {
		replayed *p = *state;

		replayed_applied(p, INIT, init);
		replayed_failed(p, CASE, script, k);
		replayed_sql(p, "CREATE TABLE drift (a INT); ALTER TABLE \"User\" "
				"ADD COLUMN "
				"drift INT; CREATE INDEX drift_b ON other(b); "
				"INSERT INTO other "
				"VALUES (1, 2)");
		replayed_look(p, CASE);
		assert_prefixes(p, wanted[k]);
		assert_int_equal(replayed_left(p), 0);
		assert_true(p->reading.rerun[0]);
		for (size_t i = 1; i <= 8; i++)
			assert_false(p->reading.rerun[i]);
		replayed_clear(p);
	}
}

typedef struct {
	const char *what;
	const char *history;
	const char *script;
	const char *live; /* done in the live database */
	const char *wanted;
} situation;

static const situation situations[] = {
	{ "an open transaction leaves nothing", "CREATE TABLE t (a INT)",
		"CREATE TABLE x (a INT); BEGIN; SET TRANSACTION ISOLATION LEVEL "
		"SERIALIZABLE; ALTER TABLE t ADD COLUMN b INT; CREATE TABLE y (a "
		"INT); COMMIT; CREATE TABLE z (a INT)",
		"CREATE TABLE x (a INT)", "1,2,3,4,5" },
	{ "and all of it when it is committed", "CREATE TABLE t (a INT)",
		"BEGIN; ALTER TABLE t ADD COLUMN b INT; COMMIT",
		"ALTER TABLE t ADD COLUMN b INT", "3" },
	{ "temporary tables belong to a session", "CREATE TABLE t (a INT)",
		"CREATE TEMP TABLE s (a INT); CREATE TABLE u AS SELECT * FROM s; "
		"BEGIN; CREATE TEMP TABLE d (a INT) ON COMMIT DROP; INSERT INTO d "
		"VALUES (1); COMMIT; ALTER TABLE t ADD COLUMN z INT",
		"CREATE TABLE u (a INT)", "2,3,4,5,6" },
	{ "a column dropped and made again has moved",
		"CREATE TABLE t (a INT, b INT, c INT)",
		"ALTER TABLE t DROP COLUMN b, ADD COLUMN b INT",
		"ALTER TABLE t DROP COLUMN b, ADD COLUMN b INT", "1" },
	{ "and not where nothing ran", "CREATE TABLE t (a INT, b INT, c INT)",
		"ALTER TABLE t DROP COLUMN b, ADD COLUMN b INT", "SELECT 1", "0" },
	{ "in another order than the history's it proves nothing",
		"CREATE TABLE t (a INT, b INT, c INT)",
		"ALTER TABLE t DROP COLUMN b, ADD COLUMN b INT",
		"DROP TABLE t; CREATE TABLE t (c INT, b INT, a INT)", "0,1" },
	{ "a label that somebody added doesn't matter",
		"CREATE TYPE e AS ENUM ('a')",
		"ALTER TYPE e ADD VALUE 'b'; ALTER TYPE e ADD VALUE 'c'",
		"ALTER TYPE e ADD VALUE 'x'; ALTER TYPE e ADD VALUE 'b'", "1" },
	{ "an enum swapped by name",
		"CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE "
		"t (v e)",
		"CREATE TYPE n AS ENUM ('a'); ALTER TABLE t ALTER COLUMN v TYPE n "
		"USING (v::text::n); ALTER TYPE e RENAME TO o; ALTER TYPE n RENAME "
		"TO e; DROP TYPE o",
		"CREATE TYPE n AS ENUM ('a'); ALTER TABLE t ALTER COLUMN v TYPE n "
		"USING (v::text::n); ALTER TYPE e RENAME TO o; ALTER TYPE n RENAME "
		"TO e",
		"4" },
	{ "another definition under the same name is no prefix",
		"CREATE TABLE t (a INT)",
		"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)",
		"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 2)", "" },
	{ "a block that only looks at the catalog is as any statement",
		"CREATE TABLE t (a INT)",
		"DO $$ BEGIN CREATE TYPE e AS ENUM ('a'); EXCEPTION WHEN "
		"duplicate_object THEN NULL; END $$; ALTER TABLE t ADD b INT",
		"CREATE TYPE e AS ENUM ('a')", "1" },
	{ "nor does the foreign key in it make it more",
		"CREATE TABLE t (a INT PRIMARY KEY); CREATE TABLE u (a INT)",
		"DO $$ BEGIN ALTER TABLE u ADD CONSTRAINT f FOREIGN KEY (a) "
		"REFERENCES t(a) ON DELETE CASCADE ON UPDATE CASCADE; EXCEPTION "
		"WHEN duplicate_object THEN NULL; END $$; ALTER TABLE t ADD b INT",
		"SELECT 1", "0" },
	{ "one that looks at rows proves nothing of what it names",
		"CREATE TABLE t (a INT)",
		"DO $$ BEGIN IF EXISTS (SELECT 1 FROM t) THEN ALTER TABLE t ADD b "
		"INT; END IF; END $$; ALTER TABLE t ADD c INT; CREATE TABLE u (a "
		"INT)",
		"ALTER TABLE t ADD b INT", "0,1,2" },
	{ "nor does one of the history",
		"CREATE TABLE t (a INT, b INT); CREATE TABLE u (a INT); DO $$ "
		"BEGIN "
		"IF EXISTS (SELECT FROM t) THEN ALTER TABLE t DROP b; END IF; END "
		"$$",
		"ALTER TABLE t DROP b; ALTER TABLE u DROP a",
		"ALTER TABLE t DROP b", "0,1" },
	{ "a called function may do anything it names",
		"CREATE TABLE t (a INT); CREATE FUNCTION f() RETURNS void AS $$ "
		"BEGIN IF EXISTS (SELECT FROM t) THEN ALTER TABLE t ADD b INT; END "
		"IF; END $$ LANGUAGE plpgsql",
		"SELECT f(); ALTER TABLE t ADD c INT", "SELECT 1", "0,1,2" },
	{ "rows that can't be inserted leave no object behind",
		"CREATE TABLE t (a INT PRIMARY KEY); CREATE TABLE u (a INT "
		"REFERENCES t)",
		"INSERT INTO u VALUES (1); ALTER TABLE u ADD b INT",
		"ALTER TABLE u ADD b INT", "2" },
	{ "one that fails here may have run there", "CREATE TABLE t (a INT)",
		"ALTER TABLE t ADD b INT; ALTER TABLE nowhere ADD c INT; ALTER "
		"TABLE t ADD d INT",
		"SELECT 1", "0,2,3" },
	{ "a label is used in the next statement", "CREATE TYPE e AS ENUM ('a')",
		"ALTER TYPE e ADD VALUE 'b'; CREATE TABLE t (v e DEFAULT 'b')",
		"ALTER TYPE e ADD VALUE 'b'", "1" },
	{ "functions, triggers, policies and comments count",
		"CREATE TABLE t (a INT)",
		"CREATE FUNCTION g() RETURNS trigger AS $$ BEGIN RETURN NEW; END "
		"$$ "
		"LANGUAGE plpgsql; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH "
		"ROW EXECUTE FUNCTION g(); ALTER TABLE t ENABLE ROW LEVEL "
		"SECURITY; CREATE POLICY po ON t USING (a > 0); COMMENT ON COLUMN "
		"t.a IS 'x'; COMMENT ON TABLE t IS 'y'",
		"CREATE FUNCTION g() RETURNS trigger AS $$ BEGIN RETURN NEW; END "
		"$$ "
		"LANGUAGE plpgsql; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH "
		"ROW EXECUTE FUNCTION g(); ALTER TABLE t ENABLE ROW LEVEL "
		"SECURITY; CREATE POLICY po ON t USING (a > 0); COMMENT ON COLUMN "
		"t.a IS 'x'",
		"5" },
	{ "indexes are made CONCURRENTLY", "CREATE TABLE t (a INT)",
		"CREATE INDEX CONCURRENTLY i ON t(a); DROP INDEX CONCURRENTLY i",
		"CREATE INDEX i ON t(a)", "1" },
	{ "a file of one CONCURRENTLY in the history",
		"CREATE TABLE t (a INT, b INT)", "CREATE INDEX j ON t(b)",
		"CREATE INDEX j ON t(b)", "1" },
	{ "a script of comments", "CREATE TABLE t (a INT)", "-- nothing\n",
		"SELECT 1", "0" },
};

static void each_situation_has_its_prefixes(void **state)
{
	for (size_t i = 0; i < US_LEN(situations); i++) {
		const situation *s = &situations[i];
		replayed *p = *state;

		print_message("  %s\n", s->what);
		replayed_applied(p, INIT, s->history);
		replayed_failed(p, CASE, s->script, 0);
		replayed_sql(p, s->live);
		replayed_look(p, CASE);
		assert_prefixes(p, s->wanted);
		assert_int_equal(replayed_left(p), 0);
		replayed_clear(p);
	}
}

static void what_started_later_leaves_its_keys_in_doubt(void **state)
{
	replayed *p = *state;

	replayed_applied(p, INIT, init);
	replayed_failed(p, CASE,
		"ALTER TABLE \"User\" ADD x INT; ALTER TABLE other ADD y INT;", 0);
	replayed_applied(p, LATER,
		"ALTER TABLE other ADD y INT; CREATE TABLE ref (a INT REFERENCES "
		"other(id) ON DELETE CASCADE)");
	replayed_look(p, CASE);
	assert_prefixes(p, "0");
	assert_non_null(strstr(p->reading.why, LATER));
}

/* ---- what can't be replayed ---- */

static void expect_unknown(replayed *p, const char *why)
{
	replayed_look(p, CASE);
	assert_prefixes(p, "unknown");
	assert_null(p->reading.statements);
	if (!strstr(p->reading.why, why))
		fail_msg("\"%s\" does not say \"%s\"", p->reading.why, why);
	assert_int_equal(replayed_left(p), 0);
}

static void without_a_shadow_nothing_is_replayed(void **state)
{
	replayed *p = *state;

	p->config.shadow = US_SHADOW_OFF;
	replayed_failed(p, CASE, script, 0);
	expect_unknown(p, "shadow: create");
}

static void an_edited_history_is_not_known(void **state)
{
	replayed *p = *state;

	replayed_applied(p, INIT, init);
	replayed_folder(p, INIT, "CREATE TABLE somewhere (a INT)");
	replayed_failed(p, CASE, script, 0);
	expect_unknown(p, INIT " was edited");
}

static void a_missing_folder_is_not_known(void **state)
{
	replayed *p = *state;

	replayed_sql(p, init);
	replayed_record(p, INIT, 'A', init);
	replayed_failed(p, CASE, script, 0);
	expect_unknown(p, INIT " is applied but has no folder");
}

static void a_missing_extension_is_named(void **state)
{
	static const char wants[] = "CREATE EXTENSION IF NOT EXISTS \"vector\"";
	replayed *p = *state;

	replayed_folder(p, INIT, wants);
	replayed_record(p, INIT, 'A', wants);
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	expect_unknown(p, "vector"); /* 13 names its control file */
}

static void a_history_that_takes_too_long_is_given_up(void **state)
{
	static const char slow[] = "SELECT pg_sleep(60)";
	replayed *p = *state;

	p->config.deadline_ms = 300;
	replayed_folder(p, INIT, slow);
	replayed_record(p, INIT, 'A', slow);
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	expect_unknown(p, "deadline");
}

/* ---- a second run ---- */

static void what_changes_nothing_can_run_again(void **state)
{
	replayed *p = *state;

	replayed_applied(p, INIT, init);
	replayed_failed(p, CASE,
		"CREATE TABLE IF NOT EXISTS n (a INT); ALTER TABLE other ADD "
		"COLUMN "
		"IF "
		"NOT EXISTS z INT; CREATE INDEX other_a ON other(a); CREATE INDEX "
		"other_b ON other(b)",
		2);
	replayed_look(p, CASE);
	assert_prefixes(p, "2");
	assert_true(p->reading.rerun[0]);
	assert_true(p->reading.rerun[1]);
	assert_true(p->reading.rerun[2]);
	assert_false(p->reading.rerun[3]);
	assert_non_null(strstr(p->reading.rerun_why[3], "statement 3"));
	assert_false(p->reading.rerun[4]);
	assert_null(p->reading.rerun_why[2]);
}

static void what_moves_or_drops_rows_is_not_run_again(void **state)
{
	static const char *const starts[] = { "DROP TABLE IF EXISTS gone",
		"INSERT INTO other (id) VALUES (1) ON CONFLICT DO NOTHING",
		"DELETE FROM other", "TRUNCATE other",
		"ALTER TABLE other DROP COLUMN IF EXISTS gone",
		"DO $$ BEGIN NULL; END $$", "ALTER TABLE other ALTER a TYPE BIGINT",
		"DROP VIEW IF EXISTS gone CASCADE", "SELECT 1" };
	replayed *p = *state;

	replayed_applied(p, INIT, init);
	for (size_t i = 0; i < US_LEN(starts); i++) {
		US_AUTO(auto_str) char *sql = NULL;
		US_AUTO(auto_str) char *name = NULL;

		assert_true(asprintf(&sql,
				    "%s; CREATE TABLE IF NOT EXISTS n (a "
				    "INT)",
				    starts[i]) > 0);
		assert_true(asprintf(&name, "20240102%06zu_case", i) > 0);
		replayed_failed(p, name, sql, 0);
		replayed_look(p, name);
		assert_true(p->reading.rerun[0]);
		if (p->reading.rerun[1])
			fail_msg("%s", starts[i]);
		replayed_sql(p, "UPDATE _prisma_migrations SET rolled_back_at = "
				"now() WHERE finished_at IS NULL");
	}
}

/* ---- leftovers ---- */

static void an_invalid_index_is_left_over(void **state)
{
	us_db_transaction after;
	replayed *p = *state;

	replayed_applied(p, INIT, init);
	replayed_sql(p, "INSERT INTO other VALUES (1, 1), (2, 1)");
	replayed_failed(
		p, CASE, "CREATE UNIQUE INDEX CONCURRENTLY i ON other(a)", 0);
	assert_int_equal(p->writer->ops->script(p->writer,
				 "CREATE UNIQUE INDEX CONCURRENTLY i ON other(a)",
				 NULL, NULL, &after, NULL),
		US_E_DB);
	replayed_look(p, CASE);
	assert_prefixes(p, "");
	assert_int_equal(p->reading.leftovers.len, 1);
	assert_non_null(strstr(p->reading.leftovers.items[0],
		"DROP INDEX CONCURRENTLY \"public\".\"i\""));
}

static void a_constraint_that_is_not_valid_is_left_over(void **state)
{
	replayed *p = *state;

	replayed_applied(p, INIT, init);
	replayed_failed(
		p, CASE, "ALTER TABLE other ADD CONSTRAINT \"Z\" CHECK (a > 0)", 0);
	replayed_sql(p, "ALTER TABLE other ADD CONSTRAINT \"Z\" CHECK (a > 0) NOT "
			"VALID");
	replayed_look(p, CASE);
	assert_int_equal(p->reading.leftovers.len, 1);
	assert_non_null(strstr(p->reading.leftovers.items[0],
		"ALTER TABLE \"public\".\"other\" VALIDATE CONSTRAINT \"Z\""));
}

static void another_schema_is_the_urls(void **state)
{
	replayed *p = *state;

	p->config.url.schema = (char *)"My App";
	replayed_sql(p, "CREATE SCHEMA \"My App\"; SET search_path = \"My App\"");
	replayed_sql(p, "CREATE TABLE t (a INT); ALTER TABLE t ADD b INT");
	replayed_sql(p, "SET search_path = public");
	replayed_folder(p, INIT, "CREATE TABLE t (a INT)");
	replayed_record(p, INIT, 'A', "CREATE TABLE t (a INT)");
	replayed_failed(
		p, CASE, "ALTER TABLE t ADD b INT; ALTER TABLE t ADD c INT", 0);
	replayed_look(p, CASE);
	assert_prefixes(p, "1");
}

#define WITH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, replayed_open, replayed_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(every_prefix_is_found_beside_things_of_others),
		WITH(each_situation_has_its_prefixes),
		WITH(what_started_later_leaves_its_keys_in_doubt),
		WITH(without_a_shadow_nothing_is_replayed),
		WITH(an_edited_history_is_not_known),
		WITH(a_missing_folder_is_not_known),
		WITH(a_missing_extension_is_named),
		WITH(a_history_that_takes_too_long_is_given_up),
		WITH(what_changes_nothing_can_run_again),
		WITH(what_moves_or_drops_rows_is_not_run_again),
		WITH(an_invalid_index_is_left_over),
		WITH(a_constraint_that_is_not_valid_is_left_over),
		WITH(another_schema_is_the_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
