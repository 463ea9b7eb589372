/* The shadow database: never the live one, nothing outside it is touched, and
 * nothing of it is left, whatever ends the replay. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "replayed.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define CASE "20240102000000_case"

static void expect_unknown(replayed *p, const char *why)
{
	replayed_look(p, CASE);
	assert_prefixes(p, "unknown");
	if (!strstr(p->reading.why, why))
		fail_msg("\"%s\" does not say \"%s\"", p->reading.why, why);
	assert_int_equal(replayed_left(p), 0);
}

/* ---- what reaches outside ---- */

typedef struct {
	const char *sql;
	const char *named; /* in the reason */
} reach;

static const reach outside[] = {
	{ "CREATE ROLE unstick_nobody", "CREATE ROLE" },
	{ "CREATE USER unstick_nobody", "CREATE ROLE" },
	{ "ALTER ROLE unstick_nobody SET search_path = x", "ALTER ROLE SET" },
	{ "DROP ROLE IF EXISTS unstick_nobody", "DROP ROLE" },
	{ "GRANT unstick_nobody TO postgres", "GRANT ROLE" },
	{ "ALTER SYSTEM SET work_mem = '4MB'", "ALTER SYSTEM" },
	{ "CREATE DATABASE unstick_nowhere", "CREATEDB" },
	{ "ALTER DATABASE postgres SET work_mem = '4MB'", "ALTER DATABASE SET" },
	{ "GRANT CONNECT ON DATABASE postgres TO public", "OBJECT_DATABASE" },
	{ "COMMENT ON DATABASE postgres IS 'x'", "OBJECT_DATABASE" },
	{ "CREATE TABLESPACE x LOCATION '/nowhere'", "CREATE TABLE SPACE" },
	{ "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
		"CREATE SUBSCRIPTION" },
	{ "CREATE EXTENSION dblink", "dblink" },
	{ "CREATE EXTENSION plpython3u", "plpython3u" },
	{ "CREATE SERVER s FOREIGN DATA WRAPPER f", "CREATE FOREIGN SERVER" },
	{ "IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b", "IMPORT FOREIGN SCHEMA" },
	{ "COPY (SELECT 1) TO PROGRAM 'true'", "COPY" },
	{ "COPY (SELECT 1) TO '/tmp/unstick-nowhere'", "COPY" },
	{ "CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE plpython3u",
		"plpython3u" },
	{ "CREATE FUNCTION f() RETURNS int AS 'x', 'y' LANGUAGE c", "(c)" },
	{ "SELECT dblink('', '')", "dblink" },
	{ "SELECT pg_reload_conf()", "pg_reload_conf" },
	{ "SELECT pg_catalog.pg_terminate_backend(1)", "pg_terminate_backend" },
	{ "SELECT pg_read_file('/etc/hostname')", "pg_read_file" },
	{ "SELECT lo_export(1, '/tmp/unstick-nowhere')", "lo_export" },
	{ "LOAD 'auto_explain'", "LOAD" },
	{ "SECURITY LABEL ON TABLE x IS 'x'", "SEC LABEL" },
	{ "REASSIGN OWNED BY unstick_nobody TO postgres", "REASSIGN OWNED" },
	{ "PREPARE TRANSACTION 'x'", "PREPARE" },
	{ "DO $$ BEGIN CREATE ROLE unstick_nobody; END $$", "ROLE" },
	{ "DO $$ BEGIN EXECUTE 'ALTER ' || 'SYSTEM SET x = 1'; END $$", "SYSTEM" },
	{ "DO $$ BEGIN PERFORM pg_reload_conf(); END $$", "pg_reload_conf" },
	{ "DO $$ BEGIN GRANT unstick_nobody TO postgres; END $$", "GRANT" },
	{ "CREATE FUNCTION f() RETURNS void AS $$ COPY t TO PROGRAM 'x' $$ "
	  "LANGUAGE sql",
		"COPY" },
	{ "CREATE TABEL x (a INT)", "parsed" },
};

static void what_reaches_outside_is_refused(void **state)
{
	replayed *p = *state;

	for (size_t i = 0; i < US_LEN(outside); i++) {
		replayed_folder(p, INIT, outside[i].sql);
		replayed_record(p, INIT, 'A', outside[i].sql);
		replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
		expect_unknown(p, outside[i].named);
		expect_unknown(p, INIT);
		replayed_sql(p, "DELETE FROM _prisma_migrations");

		replayed_folder(p, CASE, outside[i].sql);
		replayed_record(p, CASE, 'F', outside[i].sql);
		expect_unknown(p, outside[i].named);
		replayed_sql(p, "DELETE FROM _prisma_migrations");
	}
}

static const char *const inside[] = {
	"CREATE EXTENSION IF NOT EXISTS pgcrypto",
	"CREATE TABLE \"User\" (id INT); GRANT SELECT ON \"User\" TO PUBLIC",
	"SELECT pg_advisory_xact_lock(1), pg_get_expr(NULL, 0)",
	"DO $$ BEGIN GRANT USAGE ON SCHEMA public TO PUBLIC; END $$",
	"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'x') THEN "
	"CREATE TYPE x AS ENUM ('a'); END IF; END $$",
	"CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN UPDATE \"User\" SET id = "
	"1; "
	"RETURN NEW; END $$ LANGUAGE plpgsql SET search_path = ''",
	"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
	"SET lock_timeout = '2s'",
	"CREATE PUBLICATION everything FOR ALL TABLES",
};

static void what_stays_inside_is_replayed(void **state)
{
	for (size_t i = 0; i < US_LEN(inside); i++) {
		replayed *p = *state;

		replayed_applied(p, INIT, inside[i]);
		replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 1);
		replayed_look(p, CASE);
		assert_prefixes(p, "1");
		replayed_clear(p);
	}
}

static void a_session_that_is_changed_for_good_is_not_guessed_at(void **state)
{
	static const char *const sets[] = { "SET search_path = x",
		"SET ROLE postgres", "SELECT set_config('search_path', '', false)",
		"SET TIME ZONE 'Asia/Kathmandu'" };
	replayed *p = *state;

	for (size_t i = 0; i < US_LEN(sets); i++) {
		replayed_folder(p, INIT, sets[i]);
		replayed_record(p, INIT, 'A', sets[i]);
		replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
		expect_unknown(p, INIT " changes");
		replayed_sql(p, "DELETE FROM _prisma_migrations");
	}
}

/* ---- nothing is left ---- */

#define SLOW "SELECT pg_sleep(600)"

/* Until the query says yes: a minute is for a machine under load. */
static void await(const replayed *p, const char *sql)
{
	for (int tries = 0; tries < 12000; tries++) {
		US_AUTO(auto_str) char *yes = cluster_value(&p->live, sql);

		if (yes && yes[0] == 't')
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	fail_msg("never came true: %s", sql);
}

/* A child that replays until it is ended; back when it is in the slow statement. */
static pid_t start_child(replayed *p)
{
	US_AUTO(auto_str) char *busy = NULL;
	pid_t pid;

	replayed_folder(p, INIT, SLOW);
	replayed_record(p, INIT, 'A', SLOW);
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	p->config.deadline_ms = 600000;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		replayed_look(p, CASE);
		_exit(0);
	}
	assert_true(
		asprintf(&busy,
			"SELECT EXISTS (SELECT FROM pg_stat_activity a JOIN "
			"pg_database d ON d.oid = a.datid WHERE a.query = '" SLOW
			"' AND a.state = 'active' AND shobj_description(d.oid, "
			"'pg_database') LIKE 'unstick: %% for %s;%%')",
			p->live.name) > 0);
	await(p, busy);
	assert_int_equal(replayed_left(p), 1);
	return pid;
}

static int end_child(pid_t pid, int signal)
{
	int status = 0;

	assert_int_equal(kill(pid, signal), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_signal_ends_it_and_leaves_no_database(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	replayed *p = *state;

	for (size_t i = 0; i < US_LEN(signals); i++) {
		int status = end_child(start_child(p), signals[i]);

		assert_int_equal(replayed_left(p), 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		replayed_sql(p, "DELETE FROM _prisma_migrations");
	}
}

static void the_next_replay_drops_what_a_killed_one_left(void **state)
{
	static const char end[] = "SELECT count(pg_terminate_backend(pid)) >= 0 "
				  "FROM pg_stat_activity "
				  "WHERE query = '" SLOW "'";
	replayed *p = *state;
	US_AUTO(auto_str) char *gone = NULL;
	US_AUTO(auto_str) char *ended = NULL;

	(void)end_child(start_child(p), SIGKILL);
	assert_int_equal(replayed_left(p), 1);
	/* its backends outlive it for as long as their statements run */
	ended = cluster_value(&p->live, end);
	assert_non_null(ended);
	assert_true(asprintf(&gone,
			    "SELECT NOT EXISTS (SELECT FROM pg_stat_activity a "
			    "JOIN "
			    "pg_database d ON d.oid = a.datid WHERE "
			    "shobj_description(d.oid, 'pg_database') LIKE "
			    "'unstick: %% for %s;%%')",
			    p->live.name) > 0);
	await(p, gone);
	replayed_sql(p, "DELETE FROM _prisma_migrations");
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 1);
	replayed_look(p, CASE);
	assert_prefixes(p, "1");
	assert_int_equal(replayed_left(p), 0);
}

static void another_ones_database_is_left_alone(void **state)
{
	replayed *p = *state;
	void *made;
	replayed *other;
	pid_t pid;

	replayed_open(&made);
	other = made;
	pid = start_child(other);
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 1);
	replayed_look(p, CASE);
	assert_prefixes(p, "1");
	assert_int_equal(replayed_left(other), 1);
	(void)end_child(pid, SIGTERM);
	assert_int_equal(replayed_left(other), 0);
	replayed_close(&made);
}

/* Named as ours are, but somebody's. */
static void a_database_that_only_looks_like_ours_is_left_alone(void **state)
{
	static const char name[] = "unstick_shadow_00000000000000aa";
	replayed *p = *state;
	US_AUTO(auto_str) char *there = NULL;

	replayed_sql(p, "CREATE DATABASE unstick_shadow_00000000000000aa TEMPLATE "
			"template0");
	replayed_sql(p, "COMMENT ON DATABASE unstick_shadow_00000000000000aa IS "
			"'mine'");
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 1);
	replayed_look(p, CASE);
	assert_prefixes(p, "1");
	there = cluster_value(&p->live,
		"SELECT datname FROM pg_database WHERE datname = "
		"'unstick_shadow_00000000000000aa'");
	replayed_sql(p, "DROP DATABASE IF EXISTS unstick_shadow_00000000000000aa");
	assert_string_equal(there, name);
}

static void without_the_right_to_create_one_it_says_so(void **state)
{
	replayed *p = *state;

	replayed_sql(p, "DO $$ BEGIN CREATE ROLE unstick_plain LOGIN; EXCEPTION "
			"WHEN duplicate_object OR unique_violation THEN NULL; END "
			"$$");
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	p->config.url.user = (char *)"unstick_plain";
	expect_unknown(p, "permission denied");
	replayed_sql(p, "DROP ROLE unstick_plain");
}

/* ---- shadow_url ---- */

static void use_shadow(replayed *p, const cluster_db *shadow, const char *more)
{
	p->config.shadow = US_SHADOW_OFF;
	free(p->config.shadow_url);
	p->config.shadow_url = NULL;
	assert_true(asprintf(&p->config.shadow_url, "%s%s", shadow->url, more) > 0);
}

static void the_live_database_is_no_shadow(void **state)
{
	replayed *p = *state;

	replayed_applied(p, INIT, "CREATE TABLE kept (a INT)");
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	use_shadow(p, &p->live, "");
	expect_unknown(p, "the database itself");
	use_shadow(p, &p->live, "&schema=other");
	expect_unknown(p, "the database itself");
	replayed_sql(p, "SELECT a FROM kept");
}

static void a_shadow_is_emptied_and_used_and_emptied(void **state)
{
	static const char everything[] =
		"CREATE EXTENSION pgcrypto; CREATE TABLE old (a INT); CREATE VIEW "
		"v AS SELECT * FROM old; CREATE TYPE e AS ENUM ('a'); CREATE "
		"DOMAIN "
		"d AS int; CREATE FUNCTION f(int) RETURNS int AS 'SELECT 1' "
		"LANGUAGE sql; CREATE SEQUENCE s; CREATE TYPE c AS (a int); CREATE "
		"SCHEMA more; CREATE TABLE more.x (a INT); CREATE PROCEDURE p() AS "
		"'' LANGUAGE sql; CREATE MATERIALIZED VIEW m AS SELECT 1; CREATE "
		"AGGREGATE g(int) (sfunc = int4pl, stype = int)";
	static const char left[] =
		"SELECT count(*) FROM pg_class WHERE relnamespace = "
		"'public'::regnamespace";
	replayed *p = *state;
	cluster_db shadow;

	cluster_db_open(&shadow);
	cluster_exec(&shadow, everything);
	use_shadow(p, &shadow, "");
	replayed_applied(p, INIT, "CREATE TABLE old (a INT, b INT)");
	replayed_failed(
		p, CASE, "ALTER TABLE old DROP b; ALTER TABLE old DROP a", 1);
	for (int i = 0; i < 2; i++) {
		US_AUTO(auto_str) char *count = NULL;

		replayed_look(p, CASE);
		assert_prefixes(p, "1");
		count = cluster_value(&shadow, left);
		assert_string_equal(count, "0");
	}
	cluster_db_close(&shadow);
}

static void a_database_that_is_deployed_to_is_not_emptied(void **state)
{
	replayed *p = *state;
	cluster_db shadow;

	cluster_db_open(&shadow);
	cluster_exec(&shadow, "CREATE SCHEMA app; CREATE TABLE "
			      "app._prisma_migrations (id INT); "
			      "INSERT INTO app._prisma_migrations VALUES (1)");
	use_shadow(p, &shadow, "");
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	expect_unknown(p, "_prisma_migrations");
	cluster_exec(&shadow, "SELECT id FROM app._prisma_migrations");
	cluster_db_close(&shadow);
}

static void a_shadow_in_use_is_left_alone(void **state)
{
	replayed *p = *state;
	cluster_db shadow;
	us_db *theirs = NULL;
	us_err err = { 0 };

	cluster_db_open(&shadow);
	assert_ok(us_db_open(&theirs, &shadow.parts, US_DB_WRITE, &err), &err);
	/* the key of a replay: "unstick" in ASCII */
	assert_ok(us_db_exec(theirs, "SELECT pg_advisory_lock(33054014428504939)",
			  &err),
		&err);
	use_shadow(p, &shadow, "");
	replayed_failed(p, CASE, "CREATE TABLE t (a INT)", 0);
	expect_unknown(p, "another replay");
	us_db_close(theirs);
	cluster_db_close(&shadow);
}

static void nothing_outside_is_touched_from_a_shadow_beside_it(void **state)
{
	replayed *p = *state;
	cluster_db shadow;

	cluster_db_open(&shadow);
	use_shadow(p, &shadow, "");
	replayed_failed(p, CASE, "CREATE ROLE unstick_nobody", 0);
	expect_unknown(p, "CREATE ROLE");
	cluster_db_close(&shadow);
}

#define WITH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, replayed_open, replayed_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(what_reaches_outside_is_refused),
		WITH(what_stays_inside_is_replayed),
		WITH(a_session_that_is_changed_for_good_is_not_guessed_at),
		WITH(a_signal_ends_it_and_leaves_no_database),
		WITH(the_next_replay_drops_what_a_killed_one_left),
		WITH(another_ones_database_is_left_alone),
		WITH(a_database_that_only_looks_like_ours_is_left_alone),
		WITH(without_the_right_to_create_one_it_says_so),
		WITH(the_live_database_is_no_shadow),
		WITH(a_shadow_is_emptied_and_used_and_emptied),
		WITH(a_database_that_is_deployed_to_is_not_emptied),
		WITH(a_shadow_in_use_is_left_alone),
		WITH(nothing_outside_is_touched_from_a_shadow_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
