/* Who has locked what a script is about, on a real PostgreSQL. */
#include <string.h>

#include "check.h"
#include "stage.h"
#include "unstick/auto.h"

/* Why they are at it, with and without Prisma's lock had, by audit and by status;
 * NULL: they are not. */
static void expect_why(stage *s, const char *what, const char *why)
{
	for (int i = 0; i < 4; i++) {
		us_evidence *e;

		s->glance = i / 2;
		e = stage_look(s, s->ours, i % 2);
		assert_true(e->activity_visible);
		if (e->nrunning != (why != NULL) ||
			(why && strcmp(e->running[0].why, why) != 0))
			fail_msg("%s: %s", what,
				e->nrunning ? e->running[0].why : "nobody");
		assert_int_equal(e->kind == US_CASE_IN_PROGRESS, why != NULL);
		us_evidence_free(e);
	}
	s->glance = false;
}

typedef struct {
	const char *query; /* what they do in a transaction */
	const char *why;
} lock_row;

static void expect_whys(stage *s, const lock_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		stage_exec(s->theirs, "BEGIN");
		stage_exec(s->theirs, rows[i].query);
		stage_exec(s->theirs, "SELECT 7"); /* whatever came last */
		expect_why(s, rows[i].query, rows[i].why);
		stage_exec(s->theirs, "ROLLBACK");
	}
}

#define ON_T "Lock on public.T"

static void whoever_changes_the_scripts_tables_is_at_it(void **state)
{
	static const char text[] =
		"ALTER TABLE \"T\" ADD COLUMN \"b\" INTEGER;\n"
		"DROP INDEX \"gone\";\n"
		"CREATE VIEW v AS SELECT * FROM \"S p\".\"U\";\n"
		"COMMENT ON COLUMN \"commented\".\"a\" IS 'Q';\n"
		"DROP TRIGGER IF EXISTS g ON triggered; -- \"Q\"\n"
		"DO $$ BEGIN DELETE FROM \"Q\"; END $$;\n";
	static const lock_row rows[] = {
		{ "LOCK TABLE \"T\"", "holds AccessExclusive" ON_T },
		{ "ALTER TABLE \"T\" ADD COLUMN c INTEGER",
			"holds AccessExclusive" ON_T },
		{ "ALTER TABLE \"T\" RENAME TO \"T2\"",
			"holds AccessExclusive" ON_T },
		{ "CREATE INDEX ON \"T\" (a)", "holds Share" ON_T },
		{ "ALTER TABLE \"T\" ALTER a SET STATISTICS 9",
			"holds ShareUpdateExclusive" ON_T },
		{ "LOCK TABLE \"T\" IN SHARE ROW EXCLUSIVE MODE",
			"holds ShareRowExclusive" ON_T },
		{ "LOCK TABLE \"T\" IN EXCLUSIVE MODE", "holds Exclusive" ON_T },
		/* an application */
		{ "SELECT * FROM \"T\" FOR UPDATE", NULL },
		{ "INSERT INTO \"T\" VALUES (1)", NULL },
		{ "UPDATE \"T\" SET a = 2", NULL },
		{ "CREATE TEMPORARY TABLE \"T\" (a INTEGER)", NULL },
		/* somebody else's work */
		{ "LOCK TABLE \"Q\"", NULL },
		{ "CREATE TABLE v (a INTEGER)", NULL }, /* not to be seen yet */
		{ "LOCK TABLE \"S p\".\"T\"", NULL },
		{ "LOCK TABLE \"U\"", NULL },
		/* each way to name a relation */
		{ "LOCK TABLE \"S p\".\"U\"",
			"holds AccessExclusiveLock on S p.U" },
		{ "ALTER INDEX gone RENAME TO stays",
			"holds ShareUpdateExclusiveLock on public.gone" },
		{ "LOCK TABLE commented",
			"holds AccessExclusiveLock on public.commented" },
		{ "LOCK TABLE triggered",
			"holds AccessExclusiveLock on public.triggered" },
	};
	stage s;

	(void)state;
	stage_init(&s, text);
	cluster_exec(&s.db, "CREATE SCHEMA \"S p\";"
			    "CREATE TABLE \"S p\".\"T\" (a INTEGER);"
			    "CREATE TABLE \"S p\".\"U\" (a INTEGER);"
			    "CREATE TABLE \"U\" (a INTEGER);"
			    "CREATE TABLE commented (a INTEGER);"
			    "CREATE TABLE triggered (a INTEGER);"
			    "CREATE INDEX gone ON \"Q\" (a)");
	expect_whys(&s, rows, US_LEN(rows));
	stage_fini(&s);
}

static void a_script_with_a_search_path_may_mean_any_schema(void **state)
{
	static const lock_row rows[] = {
		{ "LOCK TABLE s.\"T\"", "holds AccessExclusiveLock on s.T" },
		{ "LOCK TABLE \"T\"", "holds AccessExclusive" ON_T },
		{ "LOCK TABLE \"Q\"", NULL },
	};
	stage s;

	(void)state;
	stage_init(&s, "SET search_path = s; ALTER TABLE \"T\" ADD b INTEGER");
	cluster_exec(&s.db, "CREATE SCHEMA s; CREATE TABLE s.\"T\" (a INTEGER)");
	expect_whys(&s, rows, US_LEN(rows));
	stage_fini(&s);
}

static void any_word_of_a_script_that_cannot_be_parsed_may_be_a_table(void **state)
{
	static const lock_row rows[] = {
		{ "LOCK TABLE \"T\"", "holds AccessExclusive" ON_T },
		{ "LOCK TABLE \"Q\"", NULL },
	};
	stage s;

	(void)state;
	stage_init(&s, "ALTER TABLE \"T\" FROBNICATE \"Qu\"");
	expect_whys(&s, rows, US_LEN(rows));
	stage_fini(&s);
}

static const char alter[] = "ALTER TABLE \"T\" ADD COLUMN b INTEGER";

static void a_lock_that_is_waited_for_counts(void **state)
{
	stage s;
	sender it = { &s, "ALTER TABLE \"T\" ADD COLUMN other INTEGER", 0 };

	(void)state;
	stage_init(&s, alter);
	stage_block(&it);
	expect_why(&s, it.query, "waits for AccessExclusive" ON_T);
	stage_unblock(&it);
	expect_why(&s, it.query, NULL);
	stage_fini(&s);
}

static void a_concurrent_index_counts_and_the_writer_it_waits_for_does_not(
	void **state)
{
	stage s;
	sender it = { &s, "CREATE INDEX CONCURRENTLY other ON \"T\" (a)", 0 };

	(void)state;
	stage_init(&s, alter);
	stage_exec(s.theirs, "BEGIN");
	stage_exec(s.theirs, "INSERT INTO \"T\" VALUES (1)");
	stage_block(&it);
	expect_why(&s, it.query, "holds ShareUpdateExclusive" ON_T);
	stage_exec(s.theirs, "COMMIT");
	stage_unblock(&it);
	expect_why(&s, it.query, NULL);
	stage_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_changes_the_scripts_tables_is_at_it),
		cmocka_unit_test(a_script_with_a_search_path_may_mean_any_schema),
		cmocka_unit_test(
			any_word_of_a_script_that_cannot_be_parsed_may_be_a_table),
		cmocka_unit_test(a_lock_that_is_waited_for_counts),
		cmocka_unit_test(
			a_concurrent_index_counts_and_the_writer_it_waits_for_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
