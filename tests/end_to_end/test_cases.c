/* Failures seen in the wild, a folder each (cases/): README says what happened,
 * migrations/ is what is on disk, break.sql (break.sqlite.sql on SQLite, where it
 * has to differ) brings an empty database into that state, and expect.json
 * (expect.sqlite.json) says what has to come out. status, audit, explain and
 * resolve are run in this order, then status again; before resolve nothing may
 * change, after it only the ledger has, by what "ledger" says. If nothing is stuck
 * any more, Prisma's next deploy has to work, lose no row, and end in the schema of
 * an empty database with the same history.
 *
 * Also in expect.json: "only" (a provider), "schema" (of the URL), "next_deploy"
 * (the code it ends with), "drift" (why the schema ends otherwise). The files of
 * settings/ are laid beside prisma/. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "deploy.h"
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

/* NAME, or NAME.sqlite on SQLite if there is one. */
static char *path_on(const example *e, const char *stem, const char *suffix)
{
	US_AUTO(auto_str) char *own = NULL, *common = NULL;
	char *path;

	assert_true(asprintf(&own, "%s.%s.%s", stem, e->provider, suffix) > 0);
	assert_true(asprintf(&common, "%s.%s", stem, suffix) > 0);
	path = path_of(e, own);
	if (us_file_exists(path))
		return path;
	free(path);
	return path_of(e, common);
}

static char *text_of(const char *path)
{
	us_err err = { 0 };
	char *text;
	size_t len;

	assert_ok(us_file_read(&text, &len, path, SIZE_MAX, &err), &err);
	return text;
}

static void stage_from(project *p, const example *e)
{
	US_AUTO(auto_str) char *path = path_on(e, "break", "sql");
	US_AUTO(auto_str) char *sql = text_of(path);

	project_stage(p, sql);
}

static int is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void lay_settings(project *p, const example *e)
{
	US_AUTO(auto_str) char *folder = path_of(e, "settings");
	struct dirent **files;
	int n = scandir(folder, &files, is_file, alphasort);

	for (int i = 0; i < n; i++) {
		US_AUTO(auto_str) char *path = NULL;
		US_AUTO(auto_str) char *text = NULL;

		assert_true(asprintf(&path, "%s/%s", folder, files[i]->d_name) > 0);
		text = text_of(path);
		project_write(p, files[i]->d_name, text);
		free(files[i]);
	}
	if (n >= 0)
		free(files);
}

static json_t *load_expectations(const example *e)
{
	US_AUTO(auto_str) char *path = path_on(e, "expect", "json");
	json_error_t error;
	json_t *wanted = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!wanted)
		fail_msg("%s:%d: %s", path, error.line, error.text);
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

/* unstick writes to the ledger and nowhere else. */
static void check_untouched(const project *p, const json_t *before)
{
	json_t *after = database_picture(p);

	expect_json(after, before);
	assert_true(json_equal(after, before));
	json_decref(after);
}

static void check_next_deploy(
	project *p, const json_t *wanted, const json_t *before)
{
	json_t *after;

	if (!json_object_get(wanted, "ledger") ||
		json_object_get(wanted, "next_deploy") ||
		exit_code(json_object_get(wanted, "status_after")) != 0)
		return;
	deploy(p);
	after = database_picture(p);
	no_row_lost(before, after);
	json_decref(after);
	if (!json_object_get(wanted, "drift"))
		schema_is_clean(p);
}

static void begin(project *p, const example *e, const json_t *wanted)
{
	US_AUTO(auto_str) char *migrations = path_of(e, "migrations");
	const char *schema = json_string_value(json_object_get(wanted, "schema"));

	if (schema)
		project_use_schema(p, schema);
	project_link_migrations(p, migrations);
	lay_settings(p, e);
	stage_from(p, e);
}

static void ends_as_expected(void **state)
{
	example *e = *state;
	project *p = project_open(&e->project);
	json_t *wanted = load_expectations(e), *before, *picture;

	begin(p, e, wanted);
	before = db_ledger(p);
	picture = database_picture(p);

	check_run(p, wanted, "status", "status");
	check_run(p, wanted, "audit", "audit");
	check_words(p, wanted);
	ledger_unchanged(p, json_incref(before));
	check_run(p, wanted, "resolve", "resolve");
	check_ledger(p, wanted, before);
	check_untouched(p, picture);
	check_run(p, wanted, "status_after", "status");
	check_next_deploy(p, wanted, picture);
	json_decref(picture);
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

/* Malformed, it fails as a test. */
static bool is_for(const char *folder, const char *provider)
{
	US_AUTO(auto_str) char *path = NULL;
	json_t *wanted;
	const char *only;
	bool fits;

	if (asprintf(&path, CASES "/%s/expect.json", folder) < 0)
		abort();
	wanted = json_load_file(path, 0, NULL);
	only = json_string_value(json_object_get(wanted, "only"));
	fits = !only || strcmp(only, provider) == 0;
	json_decref(wanted);
	return fits;
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

/* A pattern as an argument runs only the cases that fit. */
int main(int argc, char **argv)
{
	static const char *const providers[] = { "sqlite", "postgresql" };
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
		for (size_t j = 0; j < US_LEN(providers); j++)
			if (is_for(folders[i]->d_name, providers[j]))
				add_test(&tests[len++], folders[i]->d_name,
					providers[j]);
		free(folders[i]);
	}
	free(folders);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
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
