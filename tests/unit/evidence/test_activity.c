/* A real PostgreSQL on which somebody is at the migration while we look. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stage.h"
#include "unstick/auto.h"

static const char alter[] = "ALTER TABLE \"T\" ADD COLUMN \"b\" INTEGER";
static const char script[] =
	"-- AlterTable\nALTER TABLE \"T\"\n  ADD COLUMN \"b\" INTEGER;\n\n"
	"UPDATE \"T\" SET \"b\" = 1;\n";

/* Are they at it, as our connection sees it? */
static bool in_progress(stage *s)
{
	us_evidence *e = stage_look(s, s->ours, true);
	bool yes = e->kind == US_CASE_IN_PROGRESS;

	assert_true(e->activity_visible);
	assert_int_equal(e->nrunning, yes);
	us_evidence_free(e);
	return yes;
}

static void a_statement_that_still_runs_is_in_progress(void **state)
{
	us_evidence *e;
	stage s;
	sender it = { &s, alter, 0 };

	(void)state;
	stage_init(&s, script);
	assert_false(in_progress(&s));
	stage_block(&it);
	e = stage_look(&s, s.ours, true); /* even while we hold Prisma's lock */
	assert_int_equal(e->kind, US_CASE_IN_PROGRESS);
	assert_int_equal(e->cause, US_CAUSE_UNKNOWN); /* nobody cut it off */
	assert_int_equal(e->nrunning, 1);
	assert_string_equal(e->running[0].state, "active");
	assert_string_equal(e->running[0].query, alter);
	assert_false(e->running[0].holds_lock);
	assert_true(e->running[0].query_age_s >= 0);
	us_evidence_free(e);
	stage_unblock(&it);
	stage_fini(&s);
}

static void an_idle_session_may_be_about_to_go_on(void **state)
{
	stage s;

	(void)state;
	stage_init(&s, script);
	stage_exec(s.theirs, alter);
	assert_true(in_progress(&s));
	stage_exec(s.theirs, "UPDATE \"T\" SET a = 2");
	assert_false(in_progress(&s));
	stage_fini(&s);
}

static void a_script_sent_whole_belongs_even_when_it_is_cut(void **state)
{
	/* 1,024 bytes are shown of a query: here nothing but comment */
	us_str text = { 0 };
	stage s;
	sender it = { &s, NULL, 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		us_str_add(&text, script);
		stage_init(&s, us_str_text(&text));
		it.query = us_str_text(&text);
		stage_block(&it);
		assert_true(in_progress(&s));
		stage_unblock(&it);
		stage_fini(&s);
		us_str_clear(&text);
		for (size_t j = 0; j < 100; j++)
			us_str_add(&text, "-- a long warning\n");
	}
	us_str_fini(&text);
}

static void a_query_belongs_to_the_script_or_not(void **state)
{
	static const char mixed[] =
		"/* Warnings */\nSET lock_timeout = '5s';\nSELECT 1;\n"
		"DO $$ BEGIN PERFORM 2; PERFORM 3; END $$;\nSELECT 'a;  b', 4;\n";
	static const struct {
		const char *query;
		bool belongs;
	} rows[] = {
		{ "SELECT 'a;  b', 4", true },
		{ "-- by hand\nselect 'a;  b', 4", false }, /* another case */
		{ "  SELECT   'a;  b',/**/4 ; ", true },
		{ "SELECT 'a; b', 4", false },
		{ "DO $$ BEGIN PERFORM 2; PERFORM 3; END $$", true },
		{ "SET lock_timeout = '5s'", false },
		{ "SELECT 1", false },
		{ "SELECT 2", false },
	};
	stage s;

	(void)state;
	stage_init(&s, mixed);
	for (size_t i = 0; i < US_LEN(rows); i++) {
		stage_exec(s.theirs, rows[i].query);
		if (in_progress(&s) != rows[i].belongs)
			fail_msg("%s", rows[i].query);
	}
	stage_fini(&s);
}

static void whoever_holds_prismas_lock_is_at_it(void **state)
{
	us_evidence *e, *again;
	stage s;

	(void)state;
	stage_init(&s, script);
	stage_exec(s.theirs, "SELECT pg_advisory_lock(72707369)");
	stage_exec(s.theirs, "SELECT 1");
	e = stage_look(&s, s.ours, false);
	assert_int_equal(e->kind, US_CASE_IN_PROGRESS);
	assert_int_equal(e->nrunning, 1);
	assert_true(e->running[0].holds_lock);
	assert_string_equal(e->running[0].why, "holds Prisma's advisory lock");

	stage_exec(s.theirs, "SELECT pg_advisory_unlock(72707369)");
	again = stage_look(&s, s.ours, false);
	assert_int_equal(again->kind, US_CASE_TIMEOUT);
	assert_false(us_evidence_same(e, again));
	us_evidence_free(e);
	us_evidence_free(again);
	stage_fini(&s);
}

static void a_cut_comment_before_a_later_statement_belongs(void **state)
{
	us_str text = { 0 }, other = { 0 };
	stage s;
	sender it = { &s, NULL, 0 };
	const char *from;

	(void)state;
	us_str_add(&text, "SELECT 7;\nSELECT 8;");
	from = "\n/* a word of warning:";
	us_str_add(&text, from);
	us_str_add(&other, "/* another word:");
	for (size_t j = 0; j < 100; j++) {
		us_str_add(&text, " and another word");
		us_str_add(&other, " and a third one");
	}
	us_str_add(&text, " */ ALTER TABLE \"T\" ADD COLUMN c INTEGER;");
	us_str_add(&other, " */ SELECT 3 FROM \"Q\"");
	stage_init(&s, us_str_text(&text));
	it.query = strstr(us_str_text(&text), from);
	stage_block(&it);
	assert_true(in_progress(&s));
	stage_unblock(&it);
	/* a comment that was cut may stand in front of anything */
	it.query = us_str_text(&other);
	stage_block(&it);
	assert_true(in_progress(&s));
	stage_unblock(&it);
	stage_fini(&s);
	us_str_fini(&text);
	us_str_fini(&other);
}

static void a_cut_query_that_begins_with_a_statement_needs_its_text(void **state)
{
	us_str text = { 0 };
	stage s;
	sender it = { &s, NULL, 0 };

	(void)state;
	us_str_add(&text, "SELECT 9 FROM \"Q\" /* a word:");
	for (size_t j = 0; j < 100; j++)
		us_str_add(&text, " and another word");
	us_str_add(&text, " */");
	stage_init(&s, script);
	it.query = us_str_text(&text);
	stage_block(&it);
	assert_false(in_progress(&s));
	stage_unblock(&it);
	stage_fini(&s);
	us_str_fini(&text);
}

static void whoever_wrote_the_ledger_last_is_at_it(void **state)
{
	static const struct {
		const char *query;
		const char *why;
	} rows[] = {
		{ "UPDATE \"public\".\"_prisma_migrations\" SET "
		  "\"applied_steps_count\" = \"applied_steps_count\" + 0",
			"its last query writes Prisma's ledger" },
		{ "INSERT INTO _prisma_migrations SELECT * FROM "
		  "_prisma_migrations WHERE false",
			"its last query writes Prisma's ledger" },
		/* a dashboard's session, kept by its pool */
		{ "SELECT id, started_at, 'updated' FROM _prisma_migrations",
			NULL },
		{ "UPDATE \"T\" SET a = 1 -- _prisma_migrations", NULL },
	};
	stage s;

	(void)state;
	stage_init(&s, script);
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;

		stage_exec(s.theirs, rows[i].query);
		e = stage_look(&s, s.ours, false);
		assert_int_equal(e->nrunning, rows[i].why != NULL);
		if (rows[i].why) {
			assert_int_equal(e->kind, US_CASE_IN_PROGRESS);
			assert_string_equal(e->running[0].why, rows[i].why);
		}
		us_evidence_free(e);
		assert_false(in_progress(&s)); /* we have the lock: not they */
	}
	stage_fini(&s);
}

static void whoever_is_reading_the_ledger_may_be_about_to_deploy(void **state)
{
	us_evidence *e;
	stage s;
	sender it = { &s, "SELECT count(*) FROM _prisma_migrations, \"Q\"", 0 };

	(void)state;
	stage_init(&s, script);
	stage_block(&it);
	e = stage_look(&s, s.ours, false);
	assert_int_equal(e->nrunning, 1);
	assert_string_equal(e->running[0].why, "its query reads Prisma's ledger");
	us_evidence_free(e);
	stage_unblock(&it);
	stage_fini(&s);
}

static void hidden_activity_is_not_taken_for_none(void **state)
{
	static const char role[] = "SET ROLE unstick_blind";
	us_evidence *e;
	us_db *blind;
	stage s;

	(void)state;
	stage_init(&s, script);
	cluster_exec(&s.db,
		"DROP ROLE IF EXISTS unstick_blind; CREATE ROLE unstick_blind");
	blind = stage_connect(&s, US_DB_READ);
	stage_exec(blind, role);
	stage_exec(s.theirs, "SELECT 5");
	e = stage_look(&s, blind, true);
	assert_false(e->activity_visible);
	assert_int_equal(e->nrunning, 0);
	us_evidence_free(e);
	stage_exec(s.theirs, "BEGIN");
	stage_exec(s.theirs, "LOCK TABLE \"T\"");
	e = stage_look(&s, blind, true);
	assert_int_equal(e->nrunning, 1);
	assert_null(e->running[0].query);
	assert_string_equal(
		e->running[0].why, "holds AccessExclusiveLock on public.T");
	us_evidence_free(e);
	us_db_close(blind);
	cluster_exec(&s.db, "DROP ROLE unstick_blind");
	stage_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_that_still_runs_is_in_progress),
		cmocka_unit_test(an_idle_session_may_be_about_to_go_on),
		cmocka_unit_test(a_script_sent_whole_belongs_even_when_it_is_cut),
		cmocka_unit_test(a_query_belongs_to_the_script_or_not),
		cmocka_unit_test(whoever_holds_prismas_lock_is_at_it),
		cmocka_unit_test(a_cut_comment_before_a_later_statement_belongs),
		cmocka_unit_test(
			a_cut_query_that_begins_with_a_statement_needs_its_text),
		cmocka_unit_test(whoever_wrote_the_ledger_last_is_at_it),
		cmocka_unit_test(
			whoever_is_reading_the_ledger_may_be_about_to_deploy),
		cmocka_unit_test(hidden_activity_is_not_taken_for_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
