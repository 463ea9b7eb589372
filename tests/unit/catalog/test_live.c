/* Scripts run on a real server and on a symbolic catalog, then the keys they touch
 * compared: what ran must never differ from what is there. */
#include <dirent.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/catalog/kinds.h"
#include "../../../src/catalog/live.h"
#include "../../../src/catalog/position.h"
#include "check.h"
#include "cluster.h"
#include "unstick/auto.h"
#include "unstick/db.h"
#include "unstick/file.h"

typedef struct {
	cluster_db cluster;
	us_db *db;
	PGconn *conn;
	world *script, *live;
	us_arena arena;
} stage;

static void open_stage(stage *s)
{
	us_err err = { 0 };

	*s = (stage){ 0 };
	cluster_db_open(&s->cluster);
	assert_ok(us_db_open(&s->db, &s->cluster.parts, US_DB_READ, &err), &err);
	s->conn = PQconnectdb(s->cluster.url);
	s->script = world_new("public");
	assert_non_null(s->script);
}

static void close_stage(stage *s)
{
	world_free(s->script);
	world_free(s->live);
	us_arena_fini(&s->arena);
	PQfinish(s->conn);
	us_db_close(s->db);
	cluster_db_close(&s->cluster);
}

static us_code keep_cell(const us_row *r, void *ctx, us_err *err)
{
	(void)err;
	*(char **)ctx = strdup(r->cells[0]);
	return US_OK;
}

static bool run(stage *s, const char *sql)
{
	PGresult *r = PQexec(s->conn, sql);
	ExecStatusType status = PQresultStatus(r);
	bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
		    status == PGRES_EMPTY_QUERY;

	if (!done) {
		print_message("%s", PQerrorMessage(s->conn));
		PQclear(PQexec(s->conn, "ROLLBACK"));
	}
	PQclear(r);
	return done;
}

static void apply(stage *s, const char *sql, world_mode mode)
{
	parse p;

	assert_true(parse_sql(&s->arena, &p, sql, strlen(sql)));
	for (size_t i = 0; i < p.n; i++)
		apply_statement(s->script, mode, p.tree[i], p.text[i], p.len[i]);
}

static void load(stage *s)
{
	us_err err = { 0 };

	world_free(s->live);
	assert_ok(live_load(&s->live, s->db, s->script, NULL, &err), &err);
}

/* What is shown to clean the only thing of its kind that is not valid. */
static const char *cleaning(stage *s, object_kind kind)
{
	for (size_t i = 0; i < world_ntouched(s->script); i++) {
		world_key key = *world_touched(s->script, i);

		if (key.kind != kind || key.facet != FACET_VALID)
			continue;
		key.facet = FACET_CLEANING;
		return world_at(s->live, &key).text;
	}
	return NULL;
}

typedef struct {
	size_t agree, differ, undecided, unknown;
} tally;

static const char *text_of(us_value v)
{
	if (v.firmness == US_VALUE_ABSENT)
		return "(absent)";
	return v.text ? v.text : "?";
}

/* `talk`: say which are undecided. */
static tally compare(stage *s, bool talk)
{
	tally t = { 0 };

	for (size_t i = 0; i < world_ntouched(s->script); i++) {
		const world_key *key = world_touched(s->script, i);
		bool order = key->facet == FACET_POSITION;
		us_value a = order ? position_in(s->script, s->live, key)
				   : world_at(s->script, key);
		us_value b = order ? position_live(s->live, key)
				   : world_at(s->live, key);
		us_agreement is = us_value_compare(a, b);
		bool unknown = a.firmness == US_VALUE_UNKNOWN;

		t.agree += is == US_AGREE;
		t.differ += is == US_DIFFER;
		t.undecided += is == US_UNDECIDED && !unknown;
		t.unknown += is == US_UNDECIDED && unknown;
		if (is == US_DIFFER || (talk && is == US_UNDECIDED && !unknown))
			print_message("%s: %s, %s: %s, live: %s\n",
				is == US_DIFFER ? "DIFFERS" : "undecided",
				world_key_title(s->script, key),
				facet_name(key->facet), text_of(a), text_of(b));
	}
	return t;
}

static const char *const scripts[] = {
	"CREATE TYPE \"Role\" AS ENUM ('USER', 'it''s', 'back\\slash');"
	"CREATE TABLE \"User\" (\"id\" SERIAL NOT NULL, \"email\" TEXT NOT NULL,"
	" \"role\" \"Role\" NOT NULL DEFAULT 'USER', roles \"Role\"[] DEFAULT"
	" ARRAY['USER']::\"Role\"[], at TIMESTAMP(3) NOT NULL DEFAULT"
	" CURRENT_TIMESTAMP, n DECIMAL(10) DEFAULT 0, CONSTRAINT \"User_pkey\""
	" PRIMARY KEY (\"id\"));"
	"CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");"
	"CREATE TABLE \"Post\" (id BIGSERIAL PRIMARY KEY, \"authorId\" INTEGER);"
	"ALTER TABLE \"Post\" ADD CONSTRAINT \"Post_authorId_fkey\" FOREIGN KEY"
	" (\"authorId\") REFERENCES \"User\"(\"id\") ON DELETE SET NULL ON UPDATE"
	" CASCADE;",
	"CREATE TABLE t (a int CHECK (a > 0), b text UNIQUE, c varchar(10) NOT "
	"NULL,"
	" d numeric GENERATED ALWAYS AS (a * 2) STORED, e int GENERATED ALWAYS AS"
	" IDENTITY, f text, CONSTRAINT f_ck CHECK (f IN ('a', 'b') AND length(c)"
	" BETWEEN 1 AND 9), CONSTRAINT g_ck CHECK (c LIKE 'x%' OR c ILIKE 'y' OR a"
	" IS NOT DISTINCT FROM 1 OR f <> ALL (ARRAY['p', 'q'])));"
	"CREATE INDEX i1 ON t (lower(f), c DESC NULLS LAST) WHERE f IN ('a', 'b');"
	"CREATE INDEX i2 ON t USING hash (a);"
	"CREATE INDEX i3 ON t (a) INCLUDE (b) WITH (fillfactor = 70);"
	"CREATE INDEX i4 ON t ((a + 1)) WHERE b IS NOT NULL AND NOT (a = 3);"
	"COMMENT ON TABLE t IS 'it''s a table'; COMMENT ON COLUMN t.a IS 'a';"
	"COMMENT ON INDEX i1 IS 'i'; COMMENT ON CONSTRAINT f_ck ON t IS 'ck';",
	"CREATE SCHEMA app; CREATE TABLE app.t (id uuid PRIMARY KEY DEFAULT"
	" gen_random_uuid(), data jsonb NOT NULL DEFAULT '{}', tags text[] NOT NULL"
	" DEFAULT '{}'); CREATE INDEX ON app.t USING gin (data jsonb_path_ops);"
	"CREATE TYPE app.mood AS ENUM ('a'); ALTER TYPE app.mood ADD VALUE 'b' "
	"BEFORE"
	" 'a'; ALTER TABLE app.t ADD COLUMN mood app.mood;"
	"ALTER TABLE app.t RENAME COLUMN mood TO feeling;"
	"ALTER TYPE app.mood RENAME TO feelings;",
	"CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;"
	"CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE SEQUENCE s;"
	"CREATE FUNCTION f(x int, y text DEFAULT 'a') RETURNS int LANGUAGE"
	" plpgsql AS $$ BEGIN RETURN 1; END $$;"
	"CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS"
	" $$ BEGIN RETURN NEW; END $$;"
	"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();"
	"CREATE POLICY p ON t USING (a > 0);"
	"CREATE RULE r AS ON INSERT TO t DO NOTHING;"
	"CREATE DOMAIN d AS varchar(10) CHECK (VALUE <> '');"
	"CREATE TYPE c AS (x int, y text);"
	"CREATE TABLE q (a d, b c, c t) PARTITION BY LIST (a);"
	"CREATE TABLE q1 PARTITION OF q FOR VALUES IN ('x');"
	"COMMENT ON FUNCTION f(int, text) IS 'f';",
	"CREATE TABLE a (id int); ALTER TABLE a ADD PRIMARY KEY (id);"
	"ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME id TO key;"
	"ALTER TABLE b ADD c text DEFAULT 'x'; ALTER TABLE b ALTER c TYPE "
	"varchar(5);"
	"ALTER TABLE b ALTER c SET NOT NULL; ALTER TABLE b ALTER c DROP DEFAULT;"
	"ALTER TABLE b ALTER c SET DEFAULT 'y'; ALTER TABLE b ADD CONSTRAINT ck "
	"CHECK"
	" (c <> '') NOT VALID; ALTER INDEX a_pkey RENAME TO b_pkey;"
	"CREATE TABLE gone (id serial PRIMARY KEY); DROP TABLE gone;",
};

static void what_a_script_makes_agrees_with_what_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(scripts); i++) {
		stage s;
		tally t;

		open_stage(&s);
		assert_true(run(&s, scripts[i]));
		apply(&s, scripts[i], MODE_SCRIPT);
		load(&s);
		t = compare(&s, true);
		print_message("script %zu: %zu agree, %zu undecided, %zu unknown\n",
			i, t.agree, t.undecided, t.unknown);
		assert_int_equal(t.differ, 0);
		assert_true(t.agree > 4 * t.undecided);
		close_stage(&s);
	}
}

static void nothing_of_a_script_that_did_not_run_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(scripts); i++) {
		stage s;

		open_stage(&s);
		apply(&s, scripts[i], MODE_SCRIPT);
		load(&s);
		for (size_t k = 0; k < world_ntouched(s.script); k++)
			assert_int_equal(
				world_at(s.live, world_touched(s.script, k))
					.firmness,
				US_VALUE_ABSENT);
		close_stage(&s);
	}
}

static void what_is_different_differs(void **state)
{
	static const struct {
		const char *ran, *script;
	} rows[] = {
		{ "CREATE TABLE t (a int)", "CREATE TABLE t (a bigint)" },
		{ "CREATE TABLE t (a int)", "CREATE TABLE t (a int NOT NULL)" },
		{ "CREATE TABLE t (a int)", "CREATE TABLE t (a int DEFAULT 1)" },
		{ "CREATE TABLE t (a int DEFAULT 2)",
			"CREATE TABLE t (a int DEFAULT 1)" },
		{ "CREATE TABLE t (a int)", "CREATE TABLE t (a int, b int)" },
		{ "CREATE TABLE t (a int)", "CREATE TABLE t (a int PRIMARY KEY)" },
		{ "CREATE VIEW t AS SELECT 1 a", "CREATE TABLE t (a int)" },
		{ "CREATE TYPE e AS ENUM ('a')",
			"CREATE TYPE e AS ENUM ('a', 'b')" },
		{ "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a)",
			"CREATE TABLE t (a int, b int); CREATE INDEX i ON t (b)" },
		{ "CREATE TABLE t (a int); CREATE INDEX i ON t (a)",
			"CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a)" },
		{ "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
			"CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS "
			"'SELECT 1'" },
		{ "CREATE TABLE t (a int); COMMENT ON TABLE t IS 'a'",
			"CREATE TABLE t (a int); COMMENT ON TABLE t IS 'b'" },
		{ "CREATE TABLE t (a int CONSTRAINT c UNIQUE, b int)",
			"CREATE TABLE t (a int, b int CONSTRAINT c UNIQUE)" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		stage s;

		open_stage(&s);
		assert_true(run(&s, rows[i].ran));
		apply(&s, rows[i].script, MODE_SCRIPT);
		load(&s);
		if (compare(&s, false).differ == 0)
			fail_msg("%s is taken for %s", rows[i].ran, rows[i].script);
		close_stage(&s);
	}
}

/* The transaction may be somebody else's, who goes on in it. */
static void the_search_path_is_given_back(void **state)
{
	char *path = NULL;
	us_err err = { 0 };
	stage s;

	(void)state;
	open_stage(&s);
	assert_true(run(&s, "CREATE SCHEMA x; CREATE TYPE x.e AS ENUM ('a');"
			    "CREATE TABLE x.t (a x.e DEFAULT 'a')"));
	apply(&s,
		"CREATE TYPE x.e AS ENUM ('a');"
		"CREATE TABLE x.t (a x.e DEFAULT 'a')",
		MODE_SCRIPT);
	assert_ok(us_db_exec(s.db, s.db->ops->begin_read, &err), &err);
	assert_ok(
		us_db_exec(s.db, "SET LOCAL search_path = x, public", &err), &err);
	load(&s);
	assert_int_equal(compare(&s, true).differ, 0);
	assert_ok(us_db_query(s.db, "SHOW search_path", 0, NULL, keep_cell, &path,
			  &err),
		&err);
	assert_string_equal(path, "x, public");
	free(path);
	close_stage(&s);
}

/* Everybody may read pg_catalog, whatever else is taken from them. */
static void no_privilege_is_needed(void **state)
{
	us_err err = { 0 };
	stage s;

	(void)state;
	open_stage(&s);
	assert_true(run(&s, scripts[3]));
	assert_true(
		run(&s, "CREATE ROLE nobody_at_all; REVOKE ALL ON SCHEMA public "
			"FROM PUBLIC"));
	apply(&s, scripts[3], MODE_SCRIPT);
	assert_ok(us_db_exec(s.db, s.db->ops->begin_read, &err), &err);
	assert_ok(us_db_exec(s.db, "SET LOCAL ROLE nobody_at_all", &err), &err);
	load(&s);
	assert_int_equal(compare(&s, false).differ, 0);
	assert_ok(us_db_exec(s.db, s.db->ops->rollback, &err), &err);
	assert_true(run(&s, "DROP ROLE nobody_at_all"));
	close_stage(&s);
}

static void broken_things_are_left_over(void **state)
{
	stage s;

	(void)state;
	open_stage(&s);
	assert_true(run(&s, "CREATE TABLE \"T\" (a int); INSERT INTO \"T\" VALUES "
			    "(1), (1)"));
	assert_false(
		run(&s, "CREATE UNIQUE INDEX CONCURRENTLY \"I\" ON \"T\" (a)"));
	assert_true(run(
		&s, "ALTER TABLE \"T\" ADD CONSTRAINT c CHECK (a > 1) NOT VALID"));
	apply(&s,
		"CREATE UNIQUE INDEX CONCURRENTLY \"I\" ON \"T\" (a);"
		"ALTER TABLE \"T\" ADD CONSTRAINT c CHECK (a > 1)",
		MODE_SCRIPT);
	load(&s);
	assert_string_equal(cleaning(&s, OBJECT_CONSTRAINT),
		"ALTER TABLE public.\"T\" VALIDATE CONSTRAINT c");
	assert_string_equal(cleaning(&s, OBJECT_RELATION),
		"DROP INDEX CONCURRENTLY public.\"I\"");
	assert_true(compare(&s, false).differ >= 2);
	close_stage(&s);
}

/* ---- the corpora ---- */

static char *corpus(void)
{
	const char *given = getenv("US_CORPUS");

	return strdup(given && *given ? given : US_ROOT "/../shared/corpus");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static char *path_of(const char *folder, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

/* NULL: there is none. */
static char *read_text(const char *folder, const char *name)
{
	US_AUTO(auto_str) char *path = path_of(folder, name);
	char *text = NULL;
	size_t len;
	us_err err = { 0 };

	return us_file_read(&text, &len, path, 16 << 20, &err) == US_OK ? text
									: NULL;
}

/* Nothing is there before a history. */
static bool knows_everything(const void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return true;
}

static tally replay_history(const char *folder, const char *name)
{
	struct dirent **list;
	int n = scandir(folder, &list, not_hidden, by_name);
	size_t failed = 0;
	tally t;
	stage s;

	open_stage(&s);
	world_close(s.script, knows_everything, NULL);
	for (int i = 0; i < n; i++) {
		US_AUTO(auto_str) char *at = path_of(folder, list[i]->d_name);
		US_AUTO(auto_str) char *sql = read_text(at, "migration.sql");

		free(list[i]);
		if (sql && run(&s, sql))
			apply(&s, sql, MODE_SCRIPT);
		else
			failed += sql != NULL;
	}
	free(list);
	load(&s);
	t = compare(&s, getenv("US_TALK") != NULL);
	print_message("%s: %d files (%zu failed), %zu agree, %zu differ, %zu "
		      "undecided, %zu unknown\n",
		name, n, failed, t.agree, t.differ, t.undecided, t.unknown);
	close_stage(&s);
	return t;
}

static world *touched_by(us_arena *arena, const char *sql)
{
	stage s = { .arena = *arena, .script = world_new("public") };

	assert_non_null(s.script);
	apply(&s, sql, MODE_SCRIPT);
	*arena = s.arena;
	return s.script;
}

static void what_was_asked_for_is_known_by_its_names(void **state)
{
	static const struct {
		const char *asked, *touched;
		bool yes;
	} rows[] = {
		{ "ALTER TABLE t ADD a int", "ALTER TABLE t ALTER a SET DEFAULT 1",
			true },
		{ "ALTER TABLE t ADD a int", "ALTER TABLE t ADD b int", false },
		{ "ALTER TABLE t ADD a int", "ALTER TABLE u ADD a int", false },
		{ "ALTER TABLE t ADD a int", "ALTER TABLE s.t ADD a int", false },
		{ "ALTER TABLE t ADD a int; CREATE INDEX i ON t (a)",
			"ALTER TABLE t ADD a int", true },
		{ "CREATE INDEX i ON t (a)",
			"ALTER TABLE t ADD a int; CREATE INDEX i ON t (a)", false },
		{ "SELECT 1", "CREATE TYPE e AS ENUM ('a')", false },
		{ "SELECT 1", "SELECT 2", true },
		{ "SELECT 1", "CREATE TEMP TABLE t (a int)", true },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_arena arena = { 0 };
		world *asked = touched_by(&arena, rows[i].asked);
		world *touched = touched_by(&arena, rows[i].touched);
		us_err err = { 0 };
		bool yes = !rows[i].yes;

		assert_ok(live_is_asked(&yes, asked, touched, &err), &err);
		if (yes != rows[i].yes)
			fail_msg("%s | %s", rows[i].asked, rows[i].touched);
		world_free(asked);
		world_free(touched);
		us_arena_fini(&arena);
	}
}

static void a_whole_history_never_differs(void **state)
{
	US_AUTO(auto_str) char *root = corpus();
	struct dirent **list;
	int n = scandir(root, &list, not_hidden, by_name);
	size_t differ = 0;

	(void)state;
	if (n <= 0) {
		print_message("no corpus at %s\n", root);
		skip();
	}
	for (int i = 0; i < n; i++) {
		US_AUTO(auto_str) char *at = path_of(root, list[i]->d_name);
		US_AUTO(auto_str) char *lock = read_text(at, "migration_lock.toml");

		if (lock && strstr(lock, "postgresql"))
			differ += replay_history(at, list[i]->d_name).differ;
		free(list[i]);
	}
	free(list);
	assert_int_equal(differ, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_script_makes_agrees_with_what_is_there),
		cmocka_unit_test(nothing_of_a_script_that_did_not_run_is_there),
		cmocka_unit_test(what_is_different_differs),
		cmocka_unit_test(the_search_path_is_given_back),
		cmocka_unit_test(no_privilege_is_needed),
		cmocka_unit_test(broken_things_are_left_over),
		cmocka_unit_test(what_was_asked_for_is_known_by_its_names),
		cmocka_unit_test(a_whole_history_never_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
