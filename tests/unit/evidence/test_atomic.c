/* What of a PostgreSQL script may be there in part, and what may be gone. */
#include <string.h>

#include "check.h"
#include "stage.h"
#include "unstick/auto.h"

static void one_query_or_several_decides_on_atomicity(void **state)
{
	static const struct {
		const char *engine;
		us_tristate atomic;
	} rows[] = {
		{ NULL, US_UNSURE },
		{ "6.19", US_YES },
		{ "5", US_YES },
		{ "7.3.0", US_YES },
		{ "7", US_UNSURE },
		{ "7.", US_UNSURE },
		{ "7.4", US_UNSURE },
		{ "7.10.1", US_UNSURE },
		{ "8.0", US_UNSURE },
		{ "latest", US_UNSURE },
	};
	stage s;

	(void)state;
	stage_init(&s, "SELECT 1; SELECT 2");
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;

		s.config.prisma_engine = (char *)(uintptr_t)rows[i].engine;
		e = stage_look(&s, s.ours, true);
		if (e->atomic != rows[i].atomic)
			fail_msg("%s: %d", rows[i].engine, e->atomic);
		us_evidence_free(e);
	}
	stage_fini(&s);
}

static void one_statement_may_still_half_happen(void **state)
{
	static const struct {
		const char *text;
		us_tristate atomic;
	} rows[] = {
		{ "ALTER TABLE \"T\" ADD COLUMN b INTEGER", US_YES },
		{ "VACUUM \"T\"", US_UNSURE },
		{ "CLUSTER", US_UNSURE },
		{ "REINDEX SCHEMA public", US_UNSURE },
		{ "CALL p()", US_UNSURE },
		{ "DO $$ BEGIN CALL p(); END $$", US_UNSURE },
		{ "DO $$ BEGIN COMMIT; END $$", US_UNSURE },
		{ "DO $$ BEGIN PERFORM 1; END $$", US_YES },
		{ "CREATE INDEX CONCURRENTLY i ON \"T\" (a)", US_UNSURE },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;
		stage s;

		stage_init(&s, rows[i].text);
		e = stage_look(&s, s.ours, true);
		if (e->atomic != rows[i].atomic)
			fail_msg("%s: %d", rows[i].text, e->atomic);
		us_evidence_free(e);
		stage_fini(&s);
	}
}

static void reload(stage *s)
{
	us_ledger_free(s->led);
	us_history_free(s->history);
	stage_load(s);
}

static void a_chained_commit_leaves_a_transaction_open(void **state)
{
	static const struct {
		const char *text, *prefixes;
	} rows[] = {
		{ "BEGIN; SELECT 1; COMMIT", "all" },
		{ "BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2", "unknown" },
		{ "BEGIN; SELECT 1; END AND CHAIN; SELECT 2", "unknown" },
		{ "BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2; COMMIT", "all" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;
		stage s;

		stage_init(&s, rows[i].text);
		cluster_exec(&s.db,
			"UPDATE _prisma_migrations SET applied_steps_count = 1");
		reload(&s);
		e = stage_look(&s, s.ours, true);
		if (strcmp(us_prefixes_state(&e->prefixes), rows[i].prefixes) != 0)
			fail_msg("%s: %s", rows[i].text, e->why);
		us_evidence_free(e);
		stage_fini(&s);
	}
}

/* ---- the record's own logs ---- */

#define HEAD                                                                       \
	"A migration failed to apply. New migrations cannot be applied before "    \
	"the error is recovered from.\n\nMigration name: m\n\n"                    \
	"Database error code: 42P07\n\nDatabase error:\nERROR: there already\n\n"
#define DEBUG "DbError { severity: \"ERROR\", code: SqlState(E42P07) }\n\n"
#define FRAMES(module)                                                             \
	"   0: sql_schema_connector::apply_migration::apply_script\n"              \
	"           with migration_name=\"m\"\n"                                   \
	"   1: " module "::commands::apply_migrations::Applying migration\n"       \
	"           with migration_name=\"m\"\n"                                   \
	"   2: schema_core::state::ApplyMigrations"

static us_tristate atomic_after(stage *s, const char *sql)
{
	us_tristate atomic;
	us_evidence *e;

	cluster_exec(&s->db, sql);
	reload(s);
	e = stage_look(s, s->ours, true);
	atomic = e->atomic;
	us_evidence_free(e);
	return atomic;
}

static void frames_of_an_old_engine_prove_one_query(void **state)
{
	static const struct {
		const char *logs;
		us_tristate atomic;
	} rows[] = {
		{ HEAD DEBUG FRAMES("schema_core"), US_YES },
		{ HEAD DEBUG FRAMES("schema_core") "\nunstick: {}", US_YES },
		{ HEAD DEBUG FRAMES("schema_commands"), US_UNSURE },
		{ HEAD DEBUG, US_UNSURE },
		{ HEAD FRAMES("schema_core"), US_UNSURE }, /* the message? */
		{ HEAD DEBUG FRAMES("schema_core") "\n" DEBUG FRAMES(
			  "schema_commands"),
			US_UNSURE },
		{ "external connector error\n" DEBUG FRAMES("schema_core"),
			US_UNSURE },
		{ "", US_UNSURE },
	};
	stage s;

	(void)state;
	stage_init(&s, "SELECT 1; SELECT 2");
	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *sql = NULL;
		us_err err = { 0 };

		assert_ok(us_strf(&sql, &err,
				  "UPDATE _prisma_migrations SET logs = $x$%s$x$",
				  rows[i].logs),
			&err);
		if (atomic_after(&s, sql) != rows[i].atomic)
			fail_msg("%s", rows[i].logs);
	}
	stage_fini(&s);
}

static void every_attempt_must_be_an_old_engines(void **state)
{
	stage s;

	(void)state;
	stage_init(&s, "SELECT 1; SELECT 2");
	assert_int_equal(
		atomic_after(&s, "UPDATE _prisma_migrations SET logs = "
				 "$x$" HEAD DEBUG FRAMES("schema_core") "$x$"),
		US_YES);
	assert_int_equal(
		atomic_after(&s,
			"INSERT INTO _prisma_migrations (id, checksum, "
			"migration_name, started_at, rolled_back_at, logs) "
			"SELECT '0', checksum, migration_name, '2020-01-01', "
			"now(), logs FROM _prisma_migrations"),
		US_YES);
	assert_int_equal(
		atomic_after(&s, "UPDATE _prisma_migrations SET logs = NULL "
				 "WHERE id = '0'"),
		US_UNSURE);
	stage_fini(&s);
}

/* ---- what follows for K ---- */

static void expect_prefixes(stage *s, const char *want)
{
	us_evidence *e = stage_look(s, s->ours, true);
	us_str got = { 0 };

	for (size_t k = 0; k <= e->prefixes.n && e->prefixes.known; k++)
		if (e->prefixes.member[k])
			us_str_addf(&got, "%zu ", k);
	if (strcmp(us_str_text(&got), want) != 0)
		fail_msg("%s for %s: %s", us_str_text(&got), want, e->why);
	us_str_fini(&got);
	us_evidence_free(e);
}

static void only_segments_of_the_script_that_ran_narrow(void **state)
{
	stage s;

	(void)state;
	stage_init(&s, "BEGIN; CREATE TABLE a (x INTEGER); COMMIT;"
		       "INSERT INTO \"T\" VALUES (1);"
		       "INSERT INTO \"T\" VALUES (2)");
	expect_prefixes(&s, "0 1 2 ");
	/* in other words: who sends the script's own is taken to be at it */
	cluster_exec(&s.db, "CREATE TABLE public.a (x INTEGER)");
	expect_prefixes(&s, "3 4 5 ");
	s.config.prisma_engine = (char *)(uintptr_t) "6.19";
	expect_prefixes(&s, "3 5 ");
	cluster_exec(&s.db, "UPDATE _prisma_migrations SET checksum = "
			    "repeat('0', 64)");
	reload(&s);
	expect_prefixes(&s, "3 4 5 ");
	cluster_exec(&s.db, "DROP TABLE a");
	expect_prefixes(&s, "0 1 2 ");
	stage_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_query_or_several_decides_on_atomicity),
		cmocka_unit_test(one_statement_may_still_half_happen),
		cmocka_unit_test(a_chained_commit_leaves_a_transaction_open),
		cmocka_unit_test(frames_of_an_old_engine_prove_one_query),
		cmocka_unit_test(every_attempt_must_be_an_old_engines),
		cmocka_unit_test(only_segments_of_the_script_that_ran_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
