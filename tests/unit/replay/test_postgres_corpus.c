/* Real histories: a migration of each here and there, stopped after every
 * statement, with drift beside it: K holds the truth. US_REPLAY_STRIDE=1 takes all
 * of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "replayed.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/when.h"

typedef struct {
	const char *name;
	size_t stride; /* 0: only if asked for; replaying it takes its time */
} project;

static const project projects[] = { { "spliit", 11 }, { "umami", 9 },
	{ "saas-starter-kit", 6 }, { "reactive-resume", 2 }, { "zipline-v3", 15 },
	{ "umami-v2-pg", 5 }, { "blues-stack", 1 }, { "langfuse", 0 },
	{ "triggerdev", 0 }, { "hatchet", 0 }, { "amplication", 0 } };

typedef struct {
	replayed *p;
	us_directory *dir;
	size_t pairs, exact, range, unknown;
	int64_t slowest;
} tally;

static const char *corpus(void)
{
	const char *said = getenv("US_CORPUS");

	return said && said[0] ? said : US_ROOT "/../shared/corpus";
}

static void check(tally *t, const char *name, size_t k)
{
	int64_t began = us_clock_ms();
	const us_prefixes *found = &t->p->reading.prefixes;

	replayed_look(t->p, name);
	began = us_clock_ms() - began;
	t->slowest = began > t->slowest ? began : t->slowest;
	t->pairs++;
	if (!found->known) {
		print_message("%s: %s\n", name, t->p->reading.why);
		t->unknown++;
		return;
	}
	if (!found->member[k])
		fail_msg("%s: %zu statements ran, but %s", name, k,
			t->p->reading.why);
	t->exact += us_prefixes_count(found) == 1;
	t->range += us_prefixes_count(found) > 1;
}

/* False: inside a transaction; whoever looks then waits for its locks. */
static bool run(replayed *p, const us_script *s, size_t i)
{
	const us_statement *st = us_script_statement(s, i);
	US_AUTO(auto_str)
	char *sql = strndup(us_script_text(s) + st->offset, st->len);
	us_db_transaction after;
	us_err err = { 0 };

	assert_ok(p->writer->ops->script(p->writer, sql, NULL, NULL, &after, &err),
		&err);
	return after == US_DB_IDLE;
}

static void stop_everywhere(tally *t, const char *name, const char *text)
{
	us_script *s = NULL;
	us_err err = { 0 };
	bool idle = true;

	assert_ok(
		us_script_split(&s, "postgresql", text, strlen(text), &err), &err);
	replayed_record(t->p, name, 'F', text);
	for (size_t k = 0; k <= us_script_len(s); k++) {
		if (idle)
			check(t, name, k);
		if (k < us_script_len(s))
			idle = run(t->p, s, k);
	}
	us_script_free(s);
	replayed_sql(t->p,
		"UPDATE _prisma_migrations SET finished_at = now() WHERE "
		"finished_at IS NULL");
}

static void go_through(tally *t, size_t stride)
{
	for (size_t i = 0; i < us_directory_len(t->dir); i++) {
		const char *name = us_directory_name(t->dir, i);
		US_AUTO(auto_str) char *text = NULL;
		us_err err = { 0 };
		size_t len;

		if (!us_directory_has_script(t->dir, i))
			continue;
		assert_ok(us_directory_script(t->dir, i, &text, &len, &err), &err);
		if (i % stride == stride - 1) {
			stop_everywhere(t, name, text);
		} else {
			replayed_sql(t->p, text);
			replayed_record(t->p, name, 'A', text);
		}
	}
}

static void try_project(const project *one)
{
	US_AUTO(auto_str) char *path = NULL;
	const char *said = getenv("US_REPLAY_STRIDE");
	void *made = NULL;
	us_err err = { 0 };
	tally t = { 0 };

	assert_true(asprintf(&path, "%s/%s", corpus(), one->name) > 0);
	if (!us_directory_exists(path) || (!said && one->stride == 0))
		return;
	replayed_open(&made);
	t.p = made;
	t.p->migrations = path;
	assert_ok(us_directory_load(&t.dir, path, &err), &err);
	replayed_sql(t.p, "CREATE TABLE drift (id INT PRIMARY KEY, a TEXT); INSERT "
			  "INTO drift VALUES (1)");
	go_through(&t, said ? strtoul(said, NULL, 10) : one->stride);
	print_message("%s: %zu pairs, %zu exact, %zu ranges, %zu unknown; at most "
		      "%lld ms\n",
		one->name, t.pairs, t.exact, t.range, t.unknown,
		(long long)t.slowest);
	us_directory_free(t.dir);
	replayed_close(&made);
}

static void k_holds_the_truth_wherever_a_script_stops(void **state)
{
	const char *only = getenv("US_REPLAY_PROJECT");

	(void)state;
	if (!us_directory_exists(corpus())) {
		print_message("no corpus at %s\n", corpus());
		skip();
	}
	for (size_t i = 0; i < US_LEN(projects); i++)
		if (!only || strcmp(only, projects[i].name) == 0)
			try_project(&projects[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_holds_the_truth_wherever_a_script_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
