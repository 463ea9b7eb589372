/* Real histories of real projects, replayed as the engine would send them, and the
 * three ways a deploy gets stuck in the middle of one. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/str.h"

#define BROKEN "99990101000000_one_more"
#define ONE_MORE "CREATE TABLE one_more (id INTEGER);\n"

typedef struct {
	const char *name;
	const char *provider;
	size_t n; /* its migrations */
	void *project;
} history;

static history histories[] = {
	{ "coolify-v3", "sqlite", 89, NULL },
	{ "anything-llm", "sqlite", 40, NULL },
	{ "langfuse", "postgresql", 434, NULL },
	{ "triggerdev", "postgresql", 820, NULL },
};

static int setup(void **state)
{
	history *h = *state;

	h->project = (void *)h->provider;
	return project_setup(&h->project);
}

static int teardown(void **state)
{
	history *h = *state;

	return project_teardown(&h->project);
}

/* ---- the project ---- */

static char *corpus_path(const history *h)
{
	const char *corpus = getenv("US_CORPUS");
	char *path;

	assert_true(asprintf(&path, "%s/%s",
			    corpus ? corpus : US_ROOT "/../shared/corpus",
			    h->name) > 0);
	if (!us_directory_exists(path)) {
		print_message("no corpus at %s (set US_CORPUS): skipped\n", path);
		free(path);
		skip();
		abort(); /* not reached: skip() leaves the test */
	}
	return path;
}

static void copy_file(project *p, const char *corpus, const char *name)
{
	US_AUTO(auto_str) char *from = NULL, *to = NULL, *bytes = NULL;
	us_err err = { 0 };
	size_t len;

	assert_true(asprintf(&from, "%s/%s", corpus, name) > 0);
	assert_true(asprintf(&to, "prisma/migrations/%s", name) > 0);
	assert_ok(us_file_read(&bytes, &len, from, SIZE_MAX, &err), &err);
	scratch_write_bytes(&p->folder, to, bytes, len);
}

static void copy_migrations(project *p, const char *corpus)
{
	DIR *dir = opendir(corpus);
	const struct dirent *d;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL) {
		US_AUTO(auto_str) char *script = NULL;

		if (d->d_name[0] == '.')
			continue;
		assert_true(asprintf(&script, "%s/migration.sql", d->d_name) > 0);
		copy_file(p, corpus,
			d->d_type == DT_DIR ? script : "migration_lock.toml");
	}
	closedir(dir);
}

/* The names in Prisma's order: an empty database has them all pending. The
 * caller's. */
static json_t *names_of(project *p, const history *h)
{
	json_t *names = json_array();
	const json_t *entry;
	size_t i;

	unstick(p, 0, "status", NULL);
	json_array_foreach(part(p->report, "history"), i, entry)
	{
		expect(entry, "{'state': 'pending', 'edited': false}");
		json_array_append(names, part(entry, "name"));
	}
	assert_int_equal(json_array_size(names), h->n);
	return names;
}

static const char *name_at(const json_t *names, size_t i)
{
	return json_string_value(json_array_get(names, i));
}

/* ---- deploying ---- */

/* Each script as one query, in one session, as the native engine did up to 7.3. */
static void run_scripts(project *p, const json_t *names, size_t from, size_t to)
{
	session *s = session_open(p);

	for (size_t i = from; i < to; i++) {
		US_AUTO(auto_str) char *text = project_script(p, name_at(names, i));

		session_exec(s, text);
	}
	session_close(s);
}

static void record(project *p, const json_t *names, size_t from, size_t to)
{
	us_str sql = { 0 };

	for (size_t i = from; i < to; i++)
		us_str_addf(&sql, "{recorded %s}", name_at(names, i));
	project_stage(p, us_str_text(&sql));
	us_str_fini(&sql);
}

/* A failed record of `name`, with the script that `folder` has. */
static void record_failed(project *p, const char *name, const char *folder,
	int steps, const char *logs)
{
	US_AUTO(auto_str) char *sql = NULL;

	assert_true(
		asprintf(&sql,
			"INSERT INTO _prisma_migrations (id, migration_name, "
			"checksum, started_at, applied_steps_count, logs) VALUES "
			"('stuck at %s', '%s', {checksum %s}, {at}, %d, %s)",
			name + strlen(name) - 10, name, folder, steps, logs) > 0);
	project_stage(p, sql);
}

typedef struct {
	size_t found, applied, pending, failed, rolled_back, missing;
} counts;

static void check_counts(const project *p, counts c)
{
	US_AUTO(auto_str) char *wanted = NULL;

	assert_true(
		asprintf(&wanted,
			"{'migrations': {'found': %zu, 'applied': %zu, 'pending': "
			"%zu, 'failed': %zu, 'rolled_back': %zu, 'missing': %zu, "
			"'edited': 0}, 'findings': []}",
			c.found, c.applied, c.pending, c.failed, c.rolled_back,
			c.missing) > 0);
	expect(p->report, wanted);
}

/* ---- getting stuck ---- */

/* The script at `m` ran to its end, and the process died before it said so. */
static void stuck_in_the_middle(project *p, const history *h, const json_t *names)
{
	const size_t m = h->n / 2;
	const char *name = name_at(names, m);

	project_stage(p, "{ledger}");
	run_scripts(p, names, 0, m + 1);
	record(p, names, 0, m);
	record_failed(p, name, name, 1, "NULL");

	unstick(p, 3, "status", NULL);
	check_counts(p, (counts){ .found = h->n,
				.applied = m,
				.failed = 1,
				.pending = h->n - m - 1 });
	expect(unstick(p, 2, "audit", NULL),
		"{'cases': [{'evidence': {'state': 'all', 'proof': 'ledger',"
		" 'edited': false}, 'verdict': {'action': 'applied'}}]}");
	assert_string_equal(
		json_string_value(part(p->report, "cases.0.name")), name);
	assert_int_equal(
		json_integer_value(part(p->report, "cases.0.index")), m + 1);
	expect(unstick(p, 0, "resolve", NULL), "{'cases': [{'outcome': 'done'}]}");
	unstick(p, 0, "status", NULL);
	check_counts(p,
		(counts){
			.found = h->n, .applied = m + 1, .pending = h->n - m - 1 });
}

/* The same with the last one, and its folder is renamed before anybody looks. */
static void stuck_under_an_old_name(
	project *p, const history *h, const json_t *names)
{
	const size_t m = h->n / 2, last = h->n - 1;
	const char *old = name_at(names, last);
	US_AUTO(auto_str) char *new = NULL, *from = NULL, *to = NULL;

	run_scripts(p, names, m + 1, h->n);
	record(p, names, m + 1, last);
	assert_true(asprintf(&new, "%s_renamed", old) > 0);
	assert_true(asprintf(&from, "%s/prisma/migrations/%s", p->folder.path,
			    old) > 0);
	assert_true(asprintf(&to, "%s_renamed", from) > 0);
	assert_int_equal(rename(from, to), 0);
	record_failed(p, old, new, 1, "NULL");

	unstick(p, 3, "status", NULL);
	check_counts(p, (counts){ .found = h->n,
				.applied = last,
				.failed = 1,
				.pending = 1 });
	expect(unstick(p, 2, "audit", NULL),
		"{'cases': [{'kind': 'name_mismatch', 'index': null,"
		" 'verdict': {'action': 'rename'},"
		" 'then': {'verdict': {'action': 'applied'}}}]}");
	assert_string_equal(
		json_string_value(part(p->report, "cases.0.verdict.to")), new);
	unstick(p, 0, "resolve", NULL);
	unstick(p, 0, "status", NULL);
	check_counts(p, (counts){ .found = h->n, .applied = h->n });
}

/* One more migration fails as most do: nothing of it stayed, or its first statement
 * did. Only a person can go on. */
static void stuck_on_an_error(project *p, const history *h)
{
	json_t *before;

	project_migration(p, BROKEN,
		ONE_MORE "ALTER TABLE no_such_table ADD COLUMN x INTEGER;\n");
	record_failed(p, BROKEN, BROKEN, 0,
		"'Database error code: 42P01\n\nDatabase error:\nERROR: relation "
		"\"no_such_table\" does not exist'");

	unstick(p, 3, "status", NULL);
	check_counts(
		p, (counts){ .found = h->n + 1, .applied = h->n, .failed = 1 });
	before = db_ledger(p);
	expect(unstick(p, 3, "audit", NULL),
		"{'cases': [{'kind': 'failure', 'evidence': {'state': 'none',"
		" 'prefixes': [0]}, 'outcome': 'stopped'}]}");
	db_exec(p, ONE_MORE);
	/* What SQLite can't replay might have run. */
	expect(unstick(p, 3, "audit", NULL),
		project_is(p, "sqlite")
			? "{'cases': [{'evidence': {'prefixes': [1, 2]}}]}"
			: "{'cases': [{'kind': 'partial_apply',"
			  " 'evidence': {'prefixes': [1]}}]}");
	expect(unstick(p, 3, "resolve", NULL),
		"{'cases': [{'name': '" BROKEN "', 'cause': 'schema_conflict',"
		" 'permitted': ['wait', 'skip', 'stop'],"
		" 'evidence': {'error': {'code': '42P01'}},"
		" 'outcome': 'stopped'}]}");
	ledger_unchanged(p, before);
	unstick(p, 0, "resolve", "--rolled-back", BROKEN, NULL);
	unstick(p, 0, "status", NULL);
	check_counts(p,
		(counts){ .found = h->n + 1, .applied = h->n, .rolled_back = 1 });
}

static void a_real_history_gets_stuck_three_times_and_goes_on(void **state)
{
	const history *h = *state;
	US_AUTO(auto_str) char *corpus = corpus_path(h);
	project *p = project_open(&((history *)*state)->project);
	json_t *names;

	copy_migrations(p, corpus);
	names = names_of(p, h);
	stuck_in_the_middle(p, h, names);
	stuck_under_an_old_name(p, h, names);
	stuck_on_an_error(p, h);
	json_decref(names);
}

int main(void)
{
	struct CMUnitTest tests[US_LEN(histories)];

	for (size_t i = 0; i < US_LEN(histories); i++)
		tests[i] = (struct CMUnitTest){ .name = histories[i].name,
			.test_func =
				a_real_history_gets_stuck_three_times_and_goes_on,
			.setup_func = setup,
			.teardown_func = teardown,
			.initial_state = &histories[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
