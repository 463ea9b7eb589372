/* Evidence of cases in a real SQLite file and real folders. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/evidence.h"
#include "world.h"

#define NAME "20240102000000_m"

static const char two[] = "CREATE TABLE a (x INT);\nCREATE TABLE b (x INT);\n";

/* What the script would have done is there. */
static void run(world *w, const char *text)
{
	us_script *s = NULL;
	us_err err = { 0 };

	assert_ok(us_script_split(&s, "sqlite", text, strlen(text), &err), &err);
	for (size_t i = 0; i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);
		US_AUTO(auto_str) char *sql = NULL;

		assert_ok(us_strndup(&sql, text + st->offset, st->len, &err), &err);
		world_sql(w, sql);
	}
	us_script_free(s);
}

/* The evidence of the first case there is. */
static us_evidence *look(world *w, const char *engine)
{
	us_config config = { .prisma_engine = (char *)(uintptr_t)engine };
	const us_history *h = world_load(w); /* opens the database anew */
	us_ground g = { .config = &config, .history = h, .db = w->db };
	us_evidence *e = NULL;
	us_case *cases = NULL;
	us_err err = { 0 };
	size_t n;

	assert_true(us_time_parse(&g.now, "2030-01-01T00:00:00Z"));
	assert_ok(us_history_cases(g.history, &cases, &n, &err), &err);
	assert_true(n > 0);
	assert_ok(us_evidence_load(&e, &g, &cases[0], &err), &err);
	assert_true(us_evidence_same(e, e));
	assert_true(e->activity_visible);
	assert_non_null(e->why);
	free(cases);
	return e;
}

/* One failed record, and what is known of its case. The database is empty, or where
 * the ledger's proof is expected as the script would have left it. */
static const struct {
	const char *script; /* NULL: no folder */
	const char *change; /* of the failed record */
	us_case_kind kind;
	us_cause cause;
	const char *prefixes;
	us_proof proof;
	us_tristate atomic;
} cases[] = {
	{ two, "logs = NULL", US_CASE_TIMEOUT, US_CAUSE_CONNECTION, "none",
		US_PROOF_REPLAY, US_NO },
	{ two, "logs = ''", US_CASE_TIMEOUT, US_CAUSE_CONNECTION, "none",
		US_PROOF_REPLAY, US_NO },
	{ two, "logs = NULL, applied_steps_count = 1", US_CASE_TIMEOUT,
		US_CAUSE_CONNECTION, "all", US_PROOF_LEDGER, US_NO },
	{ two, "logs = 'unstick: {}', applied_steps_count = 1", US_CASE_TIMEOUT,
		US_CAUSE_CONNECTION, "all", US_PROOF_LEDGER, US_NO },
	/* hand-made: no engine writes 2, and none leaves logs with a 1 */
	{ two, "logs = NULL, applied_steps_count = 2", US_CASE_TIMEOUT,
		US_CAUSE_CONNECTION, "none", US_PROOF_REPLAY, US_NO },
	{ two, "logs = 'oh', applied_steps_count = 1", US_CASE_FAILURE,
		US_CAUSE_UNKNOWN, "none", US_PROOF_REPLAY, US_NO },
	{ two, "logs = 'SQLITE_BUSY: database is locked'", US_CASE_TIMEOUT,
		US_CAUSE_LOCK, "none", US_PROOF_REPLAY, US_NO },
	{ two, "logs = 'SQLITE_ERROR: no such table: a'", US_CASE_FAILURE,
		US_CAUSE_SCHEMA_CONFLICT, "none", US_PROOF_REPLAY, US_NO },
	{ "BEGIN; CREATE TABLE a (x INT); COMMIT;", "logs = NULL", US_CASE_FAILURE,
		US_CAUSE_UNKNOWN, "partial", US_PROOF_REPLAY, US_UNSURE },
	{ "BEGIN; CREATE TABLE a (x INT); COMMIT;",
		"logs = NULL, applied_steps_count = 1", US_CASE_FAILURE,
		US_CAUSE_UNKNOWN, "all", US_PROOF_LEDGER, US_UNSURE },
	{ "BEGIN; CREATE TABLE a (x INT);", "logs = NULL, applied_steps_count = 1",
		US_CASE_FAILURE, US_CAUSE_UNKNOWN, "unknown", US_PROOF_REPLAY,
		US_UNSURE },
	{ "CREATE TABLE a (x INT)", "logs = NULL", US_CASE_TIMEOUT,
		US_CAUSE_CONNECTION, "none", US_PROOF_REPLAY, US_YES },
	{ "-- nothing\n", "logs = NULL", US_CASE_TIMEOUT, US_CAUSE_CONNECTION,
		"none", US_PROOF_NONE, US_UNSURE },
	/* emptied since */
	{ "-- nothing\n", "logs = NULL, checksum = 'edited'", US_CASE_FAILURE,
		US_CAUSE_UNKNOWN, "unknown", US_PROOF_NONE, US_UNSURE },
	{ NULL, "logs = NULL, applied_steps_count = 1", US_CASE_NAME_MISMATCH,
		US_CAUSE_UNKNOWN, "unknown", US_PROOF_NONE, US_UNSURE },
	/* another script than the one that ran */
	{ two, "checksum = 'edited', applied_steps_count = 1", US_CASE_FAILURE,
		US_CAUSE_UNKNOWN, "none", US_PROOF_REPLAY, US_NO },
};

/* The look is at 2030-01-01T00:00:00Z. */
static const struct {
	const char *change;
	bool in_progress;
} just_begun[] = {
	/* the adapter's text: it holds no lock between two statements */
	{ "started_at = '2029-12-31T23:59:55.000+00:00', logs = NULL", true },
	{ "started_at = '2029-12-31T23:59:55.000+00:00', logs = 'oh'", false },
	{ "started_at = '2029-12-31T23:59:45.000+00:00', logs = NULL", false },
	/* the native engine's integer: it holds the file's lock to the end */
	{ "started_at = 1893455995000, logs = NULL", false },
};

static void a_record_that_an_adapter_has_just_begun_is_in_progress(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(just_begun); i++) {
		US_AUTO(auto_str) char *sql = NULL;
		us_evidence *e;
		us_err err = { 0 };
		world w;

		world_init(&w);
		world_folder(&w, NAME, two);
		world_record(&w, NAME, 'F', two);
		assert_ok(us_strf(&sql, &err, "UPDATE _prisma_migrations SET %s",
				  just_begun[i].change),
			&err);
		world_sql(&w, sql);
		e = look(&w, NULL);
		assert_int_equal(
			e->kind == US_CASE_IN_PROGRESS, just_begun[i].in_progress);
		us_evidence_free(e);
		world_fini(&w);
	}
}

static void a_case_is_known_by_its_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(cases); i++) {
		US_AUTO(auto_str) char *sql = NULL;
		us_evidence *e;
		us_err err = { 0 };
		world w;

		world_init(&w);
		if (cases[i].script)
			world_folder(&w, NAME, cases[i].script);
		world_record(
			&w, NAME, 'F', cases[i].script ? cases[i].script : two);
		assert_ok(us_strf(&sql, &err, "UPDATE _prisma_migrations SET %s",
				  cases[i].change),
			&err);
		world_sql(&w, sql);
		if (cases[i].proof == US_PROOF_LEDGER)
			run(&w, cases[i].script);
		e = look(&w, "6.19");
		if (e->kind != cases[i].kind || e->cause != cases[i].cause ||
			strcmp(us_prefixes_state(&e->prefixes),
				cases[i].prefixes) != 0 ||
			e->proof != cases[i].proof || e->atomic != cases[i].atomic)
			fail_msg("%s, %s: %s, %s, %s, proof %d, atomic %d: %s",
				cases[i].script, cases[i].change,
				us_case_kind_name(e->kind), us_cause_name(e->cause),
				us_prefixes_state(&e->prefixes), e->proof,
				e->atomic, e->why);
		us_evidence_free(e);
		world_fini(&w);
	}
}

static void only_the_newest_attempt_can_prove_completion(void **state)
{
	static const struct {
		const char *kinds;  /* of the records, oldest first */
		const char *change; /* which of them is said to be complete */
		us_proof proof;
	} rows[] = {
		{ "RF", "migration_name IS NOT NULL AND rolled_back_at IS NULL",
			US_PROOF_LEDGER },
		{ "FF", "id LIKE '%2'", US_PROOF_LEDGER },
		/* a later attempt ran the script, or part of it, again */
		{ "FF", "id LIKE '%1'", US_PROOF_REPLAY },
		{ "FR", "id LIKE '%1'", US_PROOF_REPLAY },
		{ "FA", "id LIKE '%1'", US_PROOF_REPLAY },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *sql = NULL;
		us_evidence *e;
		us_err err = { 0 };
		world w;

		world_init(&w);
		world_folder(&w, NAME, two);
		for (const char *kind = rows[i].kinds; *kind; kind++)
			world_record(&w, NAME, *kind, two);
		assert_ok(us_strf(&sql, &err,
				  "UPDATE _prisma_migrations SET "
				  "applied_steps_count = 1 "
				  "WHERE %s",
				  rows[i].change),
			&err);
		world_sql(&w, sql);
		run(&w, two);
		e = look(&w, NULL);
		if (!us_prefixes_only(&e->prefixes, 2) || e->proof != rows[i].proof)
			fail_msg("%s, %s: %s, %s", rows[i].kinds, rows[i].change,
				us_prefixes_state(&e->prefixes), e->why);
		us_evidence_free(e);
		world_fini(&w);
	}
}

/* The newest failed record ran another script than the newest record did. */
static void the_script_is_compared_with_the_failed_record(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record_stored(*state, NAME, 'F', "other");
	world_record(*state, NAME, 'A', two);
	e = look(*state, NULL);
	assert_int_equal(e->edited, US_YES);
	us_evidence_free(e);
}

static void a_later_success_of_another_script_does_not_edit_the_failed(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record(*state, NAME, 'F', two);
	world_record_stored(*state, NAME, 'A', "other");
	e = look(*state, NULL);
	assert_int_equal(e->edited, US_NO);
	us_evidence_free(e);
}

static void statements_follow_from_the_prefixes(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record(*state, NAME, 'F', two);
	world_sql(*state, "UPDATE _prisma_migrations SET applied_steps_count = 1");
	run(*state, two);
	e = look(*state, NULL);
	assert_int_equal(us_script_len(e->script), 2);
	assert_int_equal(e->statements[0], US_STMT_PRESENT);
	assert_int_equal(e->statements[1], US_STMT_PRESENT);
	us_evidence_free(e);
}

static void the_error_is_found_in_the_script(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record(*state, NAME, 'F', two);
	world_sql(*state, "UPDATE _prisma_migrations SET logs = 'Database error "
			  "code: 1\n\nDatabase "
			  "error:\ntable b already exists in \nCREATE TABLE b (x "
			  "INT);\n at offset "
			  "14'");
	e = look(*state, NULL);
	assert_int_equal(e->kind, US_CASE_FAILURE);
	assert_int_equal(e->cause, US_CAUSE_SCHEMA_CONFLICT);
	assert_string_equal(e->error.code, "1");
	assert_int_equal(e->error.line, 2);
	assert_int_equal(e->error_statement, 2);
	us_evidence_free(e);
}

static void an_edited_script_gets_no_line(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record_stored(*state, NAME, 'F', "other");
	world_sql(*state, "UPDATE _prisma_migrations SET logs = 'Database error "
			  "code: 1\n\nDatabase "
			  "error:\ntable b already exists in \nCREATE TABLE b (x "
			  "INT);\n at offset "
			  "14'");
	e = look(*state, NULL);
	assert_int_equal(e->edited, US_YES);
	assert_int_equal(e->error.line, 0);
	assert_int_equal(e->error_statement, 0);
	us_evidence_free(e);
}

static void our_own_attempts_are_counted_since_the_last_success(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record(*state, NAME, 'R', two); /* 1: ours, but before the success */
	world_record(*state, NAME, 'A', two);
	world_record(*state, NAME, 'R', two); /* 3: ours */
	world_record(*state, NAME, 'R', two); /* 4: a person's */
	world_record_stored(
		*state, NAME, 'R', "other");  /* 5: ours, another script */
	world_record(*state, NAME, 'R', two); /* 6: ours */
	world_record(*state, NAME, 'F', two);
	world_sql(*state,
		"UPDATE _prisma_migrations SET logs = 'x\nunstick: {}' WHERE "
		"substr(id, -1) IN ('1', '3', '5', '6')");
	e = look(*state, NULL);
	assert_int_equal(e->attempts, 2);
	us_evidence_free(e);
}

static void age_is_that_of_the_newest_failed_record(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record(*state, NAME, 'F', two);
	world_sql(
		*state, "UPDATE _prisma_migrations SET started_at = 1893455999000");
	e = look(*state, NULL); /* a second before */
	assert_int_equal(e->age_seconds, 1);
	us_evidence_free(e);
}

static void a_clock_ahead_of_ours_gives_no_negative_age(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, two);
	world_record(*state, NAME, 'F', two);
	world_sql(
		*state, "UPDATE _prisma_migrations SET started_at = 1993455999000");
	e = look(*state, NULL);
	assert_int_equal(e->age_seconds, 0);
	us_evidence_free(e);
}

static void a_renamed_folder_is_a_candidate(void **state)
{
	us_evidence *e;

	world_folder(*state, "20240102000000_renamed", two);
	world_record(*state, NAME, 'F', two);
	e = look(*state, NULL);
	assert_int_equal(e->kind, US_CASE_NAME_MISMATCH);
	assert_true(e->ncandidates >= 1);
	assert_string_equal(e->candidates[0].name, "20240102000000_renamed");
	assert_true(e->candidates[0].same_checksum);
	us_evidence_free(e);
}

static void a_folder_without_a_script_leaves_everything_unknown(void **state)
{
	us_evidence *e;

	world_folder(*state, NAME, NULL);
	world_record(*state, NAME, 'F', two);
	e = look(*state, NULL);
	assert_null(e->script);
	assert_int_equal(e->kind, US_CASE_FAILURE);
	assert_string_equal(us_prefixes_state(&e->prefixes), "unknown");
	us_evidence_free(e);
}

static void somebody_who_writes_the_file_is_in_progress(void **state)
{
	world *w = *state;
	us_url url = { .provider = (char[]){ "sqlite" },
		.path = scratch_path(&w->tmp, "dev.db") };
	us_db *other = NULL;
	us_evidence *e;
	us_err err = { 0 };

	world_folder(w, NAME, two);
	world_record(w, NAME, 'F', two);
	assert_ok(us_db_open(&other, &url, US_DB_WRITE, &err), &err);
	free(url.path);
	assert_ok(us_db_exec(other, "BEGIN IMMEDIATE", &err), &err);
	e = look(w, NULL);
	assert_int_equal(e->kind, US_CASE_IN_PROGRESS);
	assert_int_equal(e->nrunning, 1);
	assert_true(e->running[0].holds_lock);
	assert_non_null(e->running[0].why);
	us_evidence_free(e);
	us_db_close(other);
}

#define each_world(test)                                                           \
	cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_is_known_by_its_record),
		cmocka_unit_test(
			a_record_that_an_adapter_has_just_begun_is_in_progress),
		cmocka_unit_test(only_the_newest_attempt_can_prove_completion),
		each_world(the_script_is_compared_with_the_failed_record),
		each_world(
			a_later_success_of_another_script_does_not_edit_the_failed),
		each_world(statements_follow_from_the_prefixes),
		each_world(the_error_is_found_in_the_script),
		each_world(an_edited_script_gets_no_line),
		each_world(our_own_attempts_are_counted_since_the_last_success),
		each_world(age_is_that_of_the_newest_failed_record),
		each_world(a_clock_ahead_of_ours_gives_no_negative_age),
		each_world(a_renamed_folder_is_a_candidate),
		each_world(a_folder_without_a_script_leaves_everything_unknown),
		each_world(somebody_who_writes_the_file_is_in_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
