/* Failures seen in the wild, a folder each (cases/): README says what happened,
 * migrations/ is what is on disk, break.sql (break.sqlite.sql on SQLite, where it
 * has to differ) brings an empty database into that state, and expect.json says
 * what has to come out. status, audit, explain and resolve are run in this order,
 * then status again; before resolve nothing may change, after it only what "ledger"
 * says. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"
#include "unstick/file.h"

#define CASES US_ROOT "/tests/end_to_end/cases"

/* What a test is about. */
typedef struct {
	const char *provider;
	char *folder;
	char *title;
	void *project; /* project_setup()'s state */
} example;

static char *path_of(const example *e, const char *name)
{
	char *path;

	assert_true(asprintf(&path, CASES "/%s/%s", e->folder, name) > 0);
	return path;
}

static void stage_from(project *p, const example *e)
{
	char *path = path_of(e, "break.sqlite.sql"), *sql;
	us_err err = { 0 };
	size_t len;

	if (!project_is(p, "sqlite") || !us_file_exists(path)) {
		free(path);
		path = path_of(e, "break.sql");
	}
	assert_ok(us_file_read(&sql, &len, path, SIZE_MAX, &err), &err);
	project_stage(p, sql);
	free(sql);
	free(path);
}

static json_t *load_expectations(const example *e)
{
	char *path = path_of(e, "expect.json");
	json_error_t error;
	json_t *wanted = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!wanted)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	free(path);
	return wanted;
}

static int exit_code(const json_t *report)
{
	return (int)json_integer_value(part(report, "exit_code"));
}

static void check_run(
	project *p, const json_t *wanted, const char *step, const char *command)
{
	const json_t *report = json_object_get(wanted, step);

	if (!report)
		fail_msg("expect.json says nothing of %s", step);
	expect_json(unstick(p, exit_code(report), command, NULL), report);
}

/* What people read names every case, and every case can be explained. */
static void check_words(project *p, const json_t *wanted)
{
	const int status = exit_code(json_object_get(wanted, "status"));
	const int audited = exit_code(p->report);
	json_t *cases = json_incref(part(p->report, "cases")), *kase;
	size_t i;

	json_array_foreach(cases, i, kase)
	{
		const char *name = json_string_value(part(kase, "name"));

		assert_non_null(
			strstr(unstick_text(p, status, "status", NULL), name));
		assert_non_null(
			strstr(unstick_text(p, audited, "audit", NULL), name));
		assert_non_null(
			strstr(unstick_text(p, 0, "explain", name, NULL), name));
		expect_json(part(unstick(p, 0, "explain", name, NULL),
				    "cases.0.evidence"),
			part(kase, "evidence"));
	}
	json_decref(cases);
}

static void check_ledger(project *p, const json_t *wanted, json_t *before)
{
	const json_t *records = json_object_get(wanted, "ledger");
	json_t *now;

	if (!records) {
		ledger_unchanged(p, before);
		return;
	}
	now = ledger_picture(p);
	expect_json(now, records);
	json_decref(now);
	json_decref(before);
}

static void ends_as_expected(void **state)
{
	example *e = *state;
	project *p = project_open(&e->project);
	json_t *wanted = load_expectations(e), *before;
	char *migrations = path_of(e, "migrations");

	project_link_migrations(p, migrations);
	free(migrations);
	stage_from(p, e);
	before = db_ledger(p);

	check_run(p, wanted, "status", "status");
	check_run(p, wanted, "audit", "audit");
	check_words(p, wanted);
	ledger_unchanged(p, json_incref(before));
	check_run(p, wanted, "resolve", "resolve");
	check_ledger(p, wanted, before);
	check_run(p, wanted, "status_after", "status");
	json_decref(wanted);
}

static int setup(void **state)
{
	example *e = *state;

	e->project = (void *)e->provider;
	return project_setup(&e->project);
}

static int teardown(void **state)
{
	example *e = *state;

	return project_teardown(&e->project);
}

/* ---- one test for each folder and database ---- */

static int is_case(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void add_test(
	struct CMUnitTest *test, const char *folder, const char *provider)
{
	example *e = calloc(1, sizeof(*e));

	if (!e || !(e->folder = strdup(folder)) ||
		asprintf(&e->title, "%s (%s)", folder, provider) < 0)
		abort();
	e->provider = provider;
	*test = (struct CMUnitTest){ .name = e->title,
		.test_func = ends_as_expected,
		.setup_func = setup,
		.teardown_func = teardown,
		.initial_state = e };
}

int main(void)
{
	struct dirent **folders;
	int n = scandir(CASES, &folders, is_case, alphasort), failed;
	struct CMUnitTest *tests =
		calloc(n > 0 ? 2 * (size_t)n : 1, sizeof(*tests));
	size_t len = 0;

	if (n <= 0 || !tests) {
		fprintf(stderr, "no cases in %s\n", CASES);
		free(tests);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		add_test(&tests[len++], folders[i]->d_name, "sqlite");
		add_test(&tests[len++], folders[i]->d_name, "postgresql");
		free(folders[i]);
	}
	free(folders);
	failed = _cmocka_run_group_tests("cases", tests, len, NULL, NULL);
	for (size_t i = 0; i < len; i++) {
		example *e = tests[i].initial_state;

		free(e->folder);
		free(e->title);
		free(e);
	}
	free(tests);
	return failed;
}
