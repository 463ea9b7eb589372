/* A case as data: exactly the documented keys, null for what is not known, and
 * nothing secret in any of its texts. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "papers.h"
#include "unstick/auto.h"
#include "unstick/view.h"
#include "world.h"

#define NAME "20240102000000_m"
/* s3cr3t is never seen; pr1vate is a user's value, seen only when asked for. */
#define POISON                                                                     \
	"postgres://app:s3cr3t@db/app password=s3cr3t\n"                           \
	"DETAIL: Key (email)=(pr1vate) already exists."

static const char script_text[] =
	"CREATE TABLE a (x INT);\nCREATE ROLE r PASSWORD 's3cr3t';";

/* A case on a real history; everything else in it is for the test to say. */
typedef struct {
	world w;
	us_config config;
	us_ground ground;
	us_record record;
	const us_record *records[1];
	us_entry entry;
	us_case kase;
	us_evidence e;
	us_permits permits;
	us_stmt_state states[2];
	char *whys[2];
	us_running running;
	us_candidate candidate;
	bool member[3];
	char *left[1];
} fixture;

static char *poison(void)
{
	return (char *)(uintptr_t)POISON;
}

static int open_case(void **state)
{
	fixture *f = calloc(1, sizeof(*f));
	us_err err = { 0 };

	assert_non_null(f);
	*state = f;
	world_init(&f->w);
	world_folder(&f->w, NAME, script_text);
	f->config.attempts = 3;
	f->ground = (us_ground){
		.config = &f->config, .history = world_load(&f->w), .db = f->w.db
	};
	f->record = (us_record){ .id = "1",
		.checksum = "c",
		.name = NAME,
		.started_at = INT64_C(1763827002296123),
		.finished_at = US_NEVER,
		.rolled_back_at = US_NEVER,
		.applied_steps_count = -1 };
	f->records[0] = &f->record;
	f->entry = (us_entry){ .name = NAME,
		.migration = US_NO_MIGRATION,
		.records = f->records,
		.nrecords = 1 };
	f->kase = (us_case){ .entry = &f->entry };
	f->e = (us_evidence){ .kind = US_CASE_FAILURE,
		.age_seconds = -1,
		.atomic = US_UNSURE,
		.edited = US_UNSURE };
	assert_ok(us_guard_permits(&f->permits, &f->ground, &f->kase, &f->e, &err),
		&err);
	return 0;
}

static int close_case(void **state)
{
	fixture *f = *state;

	us_permits_fini(&f->permits);
	us_script_free(f->e.script);
	world_fini(&f->w);
	free(f);
	return 0;
}

/* Everything that can be known is, and every text is POISON. */
static void know_everything(fixture *f)
{
	us_err err = { 0 };

	f->record.id = f->record.checksum = f->record.logs = POISON;
	f->record.finished_at = f->record.rolled_back_at = f->record.started_at;
	f->record.applied_steps_count = 1;
	f->entry.name = POISON;
	f->entry.migration = 0;
	assert_ok(us_script_split(&f->e.script, "sqlite", script_text,
			  strlen(script_text), &err),
		&err);
	f->whys[0] = f->whys[1] = f->left[0] = poison();
	f->member[1] = f->member[2] = true;
	f->running = (us_running){ poison(), poison(), poison(), poison(), 7, true,
		poison() };
	f->candidate = (us_candidate){ .name = POISON };
	f->e.prefixes = (us_prefixes){ true, 2, f->member };
	f->e.proof = US_PROOF_LEDGER;
	f->e.atomic = f->e.edited = US_YES;
	f->e.error = (us_logged_error){
		.present = true, .code = poison(), .message = poison(), .line = 2
	};
	f->e.error_statement = 2;
	f->e.statements = f->states;
	f->e.statement_why = f->whys;
	f->e.activity_visible = true;
	f->e.running = &f->running;
	f->e.nrunning = 1;
	f->e.candidates = &f->candidate;
	f->e.ncandidates = 1;
	f->e.leftovers = (us_strs){ f->left, 1, 1 };
	f->e.attempts = 5;
	f->e.age_seconds = 86400;
	f->e.why = poison();
	for (size_t i = 0; i < US_ACTIONS; i++) {
		free(f->permits.why[i]);
		f->permits.why[i] = strdup(POISON);
		assert_non_null(f->permits.why[i]);
	}
}

static json_t *view(const fixture *f, bool details)
{
	json_t *v = us_view_case(&f->ground, &f->kase, &f->e, &f->permits, details);

	assert_non_null(v);
	return v;
}

/* "evidence.error.code"; "records.0.id" */
static json_t *at(json_t *v, const char *path)
{
	const char *key = path;

	for (size_t n; *key; key += n + (key[n] == '.')) {
		n = strcspn(key, ".");
		v = json_is_array(v) ? json_array_get(v, strtoul(key, NULL, 10))
				     : json_object_getn(v, key, n);
		if (!v)
			fail_msg("%s: there is no %s", path, key);
	}
	return v;
}

/* ---- keys ---- */

static void a_case_has_exactly_the_documented_keys(void **state)
{
	fixture *f = *state;
	json_t *table = paper_table("docs/json.md", "## A case");
	json_t *keys = paper_keys(table);
	json_t *v;

	/* these two come only with a judgement that has more to say */
	assert_int_equal(json_object_del(keys, "outcome_why"), 0);
	assert_int_equal(json_object_del(keys, "then"), 0);
	v = view(f, false);
	assert_keys("a case of which nothing is known", v, keys);
	json_decref(v);
	know_everything(f);
	v = view(f, false);
	assert_keys("a case of which all is known", v, keys);
	json_decref(v);
	json_decref(keys);
	json_decref(table);
}

static void evidence_has_exactly_the_documented_keys(void **state)
{
	json_t *table = paper_table("docs/json.md", "## Evidence");
	json_t *keys = paper_keys(table);
	json_t *v = view(*state, false);

	assert_keys("evidence", at(v, "evidence"), keys);
	json_decref(v);
	json_decref(keys);
	json_decref(table);
}

/* Words of a row that are no keys: values, or where else to look. */
static const struct {
	const char *heading, *key, *path, *also, *but;
} nested[] = {
	{ "## A case", "records", "records.0", "", "" },
	{ "## Evidence", "applied_prefix", "evidence.applied_prefix", "", "" },
	{ "## Evidence", "error", "evidence.error", "", "" },
	{ "## Evidence", "running", "evidence.running.0",
		"`pid` `application` `state` `query` `query_age_seconds`",
		"`lock.held_by`" },
	{ "## Evidence", "candidates", "evidence.candidates.0", "", "" },
	{ "## Evidence", "statements", "evidence.statements.0", "",
		"`present` `absent` `conflict` `unobservable` `unknown`" },
};

static void what_a_case_holds_has_exactly_the_documented_keys(void **state)
{
	fixture *f = *state;
	json_t *v;

	know_everything(f);
	v = view(f, false);
	for (size_t i = 0; i < US_LEN(nested); i++) {
		json_t *table = paper_table("docs/json.md", nested[i].heading);
		const json_t *row = paper_row(table, nested[i].key);
		json_t *keys = paper_words(json_string_value(
			json_array_get(row, json_array_size(row) - 1)));
		json_t *also = paper_words(nested[i].also);
		json_t *but = paper_words(nested[i].but);
		const char *word;
		json_t *unused;

		assert_int_equal(json_object_update(keys, also), 0);
		json_object_foreach(but, word, unused)
		{
			assert_int_equal(json_object_del(keys, word), 0);
		}
		assert_keys(nested[i].path, at(v, nested[i].path), keys);
		json_decref(but);
		json_decref(also);
		json_decref(keys);
		json_decref(table);
	}
	json_decref(v);
}

static void a_case_keeps_the_contract_of_schema_1(void **state)
{
	static const char *const paths[] = { "name", "index", "directory", "kind",
		"cause", "records", "records.0.id", "records.0.checksum",
		"records.0.started_at", "records.0.finished_at",
		"records.0.rolled_back_at", "records.0.applied_steps_count",
		"records.0.logs", "attempts", "age_seconds", "evidence.state",
		"evidence.proof", "evidence.prefixes",
		"evidence.applied_prefix.min", "evidence.applied_prefix.max",
		"evidence.atomic", "evidence.edited", "evidence.error.code",
		"evidence.error.message", "evidence.error.statement",
		"evidence.error.line", "evidence.running", "evidence.leftovers",
		"evidence.candidates", "evidence.statements.0.index",
		"evidence.statements.0.line", "evidence.statements.0.kind",
		"evidence.statements.0.sql", "evidence.statements.0.state",
		"evidence.statements.0.why", "permitted", "not_permitted",
		"verdict", "guard", "actions", "outcome" };
	json_t *v;

	know_everything(*state);
	v = view(*state, false);
	for (size_t i = 0; i < US_LEN(paths); i++)
		(void)at(v, paths[i]);
	json_decref(v);
}

/* ---- null ---- */

static void what_is_not_known_is_null(void **state)
{
	static const char *const unknown[] = { "index", "directory", "age_seconds",
		"records.0.finished_at", "records.0.rolled_back_at",
		"records.0.applied_steps_count", "records.0.logs", "evidence.proof",
		"evidence.prefixes", "evidence.applied_prefix", "evidence.atomic",
		"evidence.edited", "evidence.error", "evidence.running",
		"evidence.statements", "evidence.why", "verdict", "guard",
		"actions", "outcome" };
	json_t *v = view(*state, false);

	for (size_t i = 0; i < US_LEN(unknown); i++)
		if (!json_is_null(at(v, unknown[i])))
			fail_msg("%s is not null", unknown[i]);
	assert_string_equal(json_string_value(at(v, "evidence.state")), "unknown");
	assert_int_equal(json_array_size(at(v, "evidence.leftovers")), 0);
	json_decref(v);
}

static void an_error_without_numbers_has_nulls_not_zeros(void **state)
{
	static const char *const unknown[] = { "code", "message", "statement",
		"line" };
	fixture *f = *state;
	json_t *v;

	f->e.error.present = true;
	v = view(f, false);
	for (size_t i = 0; i < US_LEN(unknown); i++)
		assert_true(json_is_null(
			json_object_get(at(v, "evidence.error"), unknown[i])));
	json_decref(v);
}

static void a_session_that_hides_has_nulls(void **state)
{
	static const char *const unknown[] = { "pid", "application", "state",
		"query", "query_age_seconds", "why" };
	fixture *f = *state;
	json_t *v;

	f->running.query_age_s = -1;
	f->e.running = &f->running;
	f->e.nrunning = 1; /* seen, though others can't be */
	v = view(f, false);
	for (size_t i = 0; i < US_LEN(unknown); i++)
		assert_true(json_is_null(
			json_object_get(at(v, "evidence.running.0"), unknown[i])));
	assert_true(json_is_false(at(v, "evidence.running.0.holds_lock")));
	json_decref(v);
}

static void nobody_seen_is_not_nobody_could_look(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->e.activity_visible = true;
	v = view(f, false);
	assert_true(json_is_array(at(v, "evidence.running")));
	assert_int_equal(json_array_size(at(v, "evidence.running")), 0);
	json_decref(v);
}

static void diverged_is_an_empty_set_without_ends(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->e.prefixes = (us_prefixes){ true, 2, f->member };
	v = view(f, false);
	assert_string_equal(json_string_value(at(v, "evidence.state")), "diverged");
	assert_true(json_is_array(at(v, "evidence.prefixes")));
	assert_int_equal(json_array_size(at(v, "evidence.prefixes")), 0);
	assert_true(json_is_null(at(v, "evidence.applied_prefix")));
	json_decref(v);
}

static void what_was_not_asked_is_null(void **state)
{
	fixture *f = *state;
	json_t *v = us_view_case(&f->ground, &f->kase, &f->e, NULL, false);

	assert_true(json_is_null(at(v, "permitted")));
	assert_true(json_is_null(at(v, "not_permitted")));
	json_decref(v);
}

static void a_glance_says_only_the_kinds_it_can_tell(void **state)
{
	static const struct {
		us_case_kind kind;
		const char *said;
	} rows[] = {
		{ US_CASE_IN_PROGRESS, "in_progress" },
		{ US_CASE_NAME_MISMATCH, "name_mismatch" },
		{ US_CASE_PARTIAL_APPLY, NULL },
		{ US_CASE_TIMEOUT, NULL },
		{ US_CASE_FAILURE, NULL },
	};
	fixture *f = *state;

	f->e.glance = true;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		json_t *v;
		const char *kind;

		f->e.kind = rows[i].kind;
		v = view(f, false);
		kind = json_string_value(at(v, "kind"));
		if (rows[i].said)
			assert_string_equal(kind, rows[i].said);
		else
			assert_true(json_is_null(at(v, "kind")));
		json_decref(v);
	}
}

/* ---- values ---- */

static void known_values_are_the_values(void **state)
{
	fixture *f = *state;
	json_t *v, *range, *want = json_pack("[i,i]", 1, 2);
	const char *directory;

	know_everything(f);
	f->entry.name = NAME;
	v = view(f, false);
	assert_true(json_equal(at(v, "evidence.prefixes"), want));
	range = at(v, "evidence.applied_prefix");
	assert_int_equal(json_integer_value(json_object_get(range, "min")), 1);
	assert_int_equal(json_integer_value(json_object_get(range, "max")), 2);
	assert_int_equal(json_integer_value(at(v, "index")), 1);
	assert_string_equal(json_string_value(at(v, "records.0.started_at")),
		"2025-11-22T15:56:42.296123Z");
	assert_true(json_is_true(at(v, "evidence.atomic")));
	assert_int_equal(
		json_integer_value(at(v, "evidence.statements.1.index")), 2);
	assert_int_equal(
		json_integer_value(at(v, "evidence.statements.1.line")), 2);
	directory = json_string_value(at(v, "directory"));
	assert_non_null(strstr(directory, "/migrations/" NAME));
	assert_int_equal(json_integer_value(at(v, "attempts")), 5);
	assert_int_equal(json_integer_value(at(v, "attempts_left")), 0);
	json_decref(v);
	json_decref(want);
}

static void every_action_is_permitted_or_has_a_reason(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->permits.allowed[US_ACTION_SKIP] = false;
	v = view(f, false);
	assert_int_equal(json_array_size(at(v, "permitted")) +
				 json_object_size(at(v, "not_permitted")),
		US_ACTIONS);
	assert_true(json_is_string(at(v, "not_permitted.skip")));
	assert_true(json_is_string(at(v, "not_permitted.applied")));
	json_decref(v);
}

/* ---- secrets ---- */

/* How often `word` is in the object, wherever. */
static size_t count(const json_t *v, const char *word)
{
	US_AUTO(auto_str) char *text = json_dumps(v, 0);
	size_t n = 0;

	assert_non_null(text);
	for (const char *p = text; (p = strstr(p, word)); p++)
		n++;
	return n;
}

static void no_text_of_a_case_shows_a_secret(void **state)
{
	json_t *v;

	know_everything(*state);
	v = view(*state, false);
	assert_int_equal(count(v, "s3cr3t"), 0);
	assert_int_equal(count(v, "pr1vate"), 0);
	/* all of them were there to be hidden */
	assert_true(count(v, "postgres://app:***@db/app") >= 19);
	assert_string_equal(json_string_value(at(v, "evidence.statements.1.sql")),
		"CREATE ROLE r PASSWORD '***'");
	json_decref(v);
}

static void details_show_where_they_are_asked_for_and_nowhere_else(void **state)
{
	json_t *v;

	know_everything(*state);
	v = view(*state, true);
	assert_int_equal(count(v, "s3cr3t"), 0);
	assert_int_equal(count(at(v, "records"), "pr1vate"), 1);
	assert_int_equal(count(at(v, "evidence.error"), "pr1vate"), 1);
	assert_int_equal(count(v, "pr1vate"), 2);
	json_decref(v);
}

static void bytes_that_are_no_text_become_text(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->entry.name = "2024_\xFF\xC3";
	f->record.logs = "\xE2\x82";
	v = view(f, false);
	assert_string_equal(
		json_string_value(at(v, "name")), "2024_\xEF\xBF\xBD\xEF\xBF\xBD");
	assert_string_equal(
		json_string_value(at(v, "records.0.logs")), "\xEF\xBF\xBD");
	json_decref(v);
}

#define each(test) cmocka_unit_test_setup_teardown(test, open_case, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
		each(a_case_has_exactly_the_documented_keys),
		each(evidence_has_exactly_the_documented_keys),
		each(what_a_case_holds_has_exactly_the_documented_keys),
		each(a_case_keeps_the_contract_of_schema_1),
		each(what_is_not_known_is_null),
		each(an_error_without_numbers_has_nulls_not_zeros),
		each(a_session_that_hides_has_nulls),
		each(nobody_seen_is_not_nobody_could_look),
		each(diverged_is_an_empty_set_without_ends),
		each(what_was_not_asked_is_null),
		each(a_glance_says_only_the_kinds_it_can_tell),
		each(known_values_are_the_values),
		each(every_action_is_permitted_or_has_a_reason),
		each(no_text_of_a_case_shows_a_secret),
		each(details_show_where_they_are_asked_for_and_nowhere_else),
		each(bytes_that_are_no_text_become_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
