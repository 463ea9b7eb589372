/* Every migration of every SQLite history there is, stopped after every statement,
 * with rows in all tables: how exact K is, and that it is never wrong. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"
#include "stuck.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static const char *const histories[] = { "coolify-v3", "anything-llm", "epic-stack",
	"indie-stack", "kentcdodds", "pingvin" };

typedef struct {
	us_directory *dir;
	scratch tmp;
	char *base, *live; /* the history so far; a copy with the failed one */
	size_t pairs, exact, range, false_alarms, wrong;
	size_t stride; /* only every n-th migration is stopped */
	double slowest_ms;
} measure;

static void record(const measure *m, const char *path, size_t i, bool finished)
{
	char hex[2 * US_SHA256_BYTES + 1];
	us_err err = { 0 };
	char *sql;

	assert_ok(us_directory_checksum(m->dir, i, hex, &err), &err);
	sql = sqlite3_mprintf(
		"INSERT INTO _prisma_migrations (id, checksum, migration_name, "
		"started_at, finished_at, applied_steps_count) VALUES (%Q, '%s', "
		"%Q, "
		"%lld, %s, 0)",
		us_directory_name(m->dir, i), hex, us_directory_name(m->dir, i),
		1700000000000LL + 1000 * (long long)i,
		finished ? "1800000000000" : "NULL");
	file_run(path, sql);
	sqlite3_free(sql);
}

/* Of this process, whatever else the machine does. */
static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void count(measure *m, const us_reading *r, size_t k, const char *name)
{
	size_t n = us_prefixes_count(&r->prefixes);

	m->pairs++;
	if (!r->prefixes.known || (r->prefixes.member[k] && n > 1)) {
		m->range++;
	} else if (r->prefixes.member[k]) {
		m->exact++;
	} else {
		print_message("%s after %zu: {%s} %s\n", name, k,
			us_prefixes_state(&r->prefixes), r->why ? r->why : "");
		m->wrong += n > 0;
		m->false_alarms += n == 0;
	}
}

static void look(measure *m, size_t i, const us_script *script, size_t k)
{
	us_url url = { .provider = (char *)"sqlite", .path = m->live };
	us_stuck c = { .script = script };
	us_reading r = { 0 };
	us_history *h = NULL;
	us_ledger *led = NULL;
	us_db *db = NULL;
	us_err err = { 0 };
	double start;

	assert_ok(us_db_open(&db, &url, US_DB_READ, &err), &err);
	assert_ok(us_ledger_load(&led, db, &err), &err);
	assert_ok(us_history_load(&h, m->dir, led, &err), &err);
	c.live = db;
	c.history = h;
	c.entry = us_history_find(h, us_directory_name(m->dir, i));
	c.failed = c.entry->records[0];
	start = now_ms();
	assert_ok(us_replay_sqlite(&r, &c, &err), &err);
	if (now_ms() - start > m->slowest_ms)
		m->slowest_ms = now_ms() - start;
	count(m, &r, k, c.entry->name);
	us_reading_fini(&r);
	us_history_free(h);
	us_ledger_free(led);
	us_db_close(db);
}

static void migrate(measure *m, size_t i)
{
	us_script *script;
	us_err err = { 0 };
	char *text;
	size_t len;

	assert_ok(us_directory_script(m->dir, i, &text, &len, &err), &err);
	assert_ok(us_script_split(&script, "sqlite", text, len, &err), &err);
	for (size_t k = 0; i % m->stride == 0 && k <= us_script_len(script); k++) {
		file_copy(m->base, m->live);
		file_seed(m->live);
		record(m, m->live, i, false);
		/* rows that the script can't take: it can't stop here */
		if (file_run_prefix(m->live, script, k))
			look(m, i, script, k);
	}
	file_run(m->base, text);
	record(m, m->base, i, true);
	us_script_free(script);
	free(text);
}

static char *history_path(const char *name)
{
	const char *corpus = getenv("US_CORPUS");
	us_err err = { 0 };
	char *path;

	assert_ok(us_strf(&path, &err, "%s/%s",
			  corpus ? corpus : US_ROOT "/../shared/corpus", name),
		&err);
	return path;
}

/* Every tenth; all of it takes minutes under the sanitizers: US_CORPUS_ALL. */
static void k_is_never_wrong(void **state)
{
	size_t pairs = 0, exact = 0;

	(void)state;
	for (size_t i = 0; i < US_LEN(histories); i++) {
		measure m = { .stride = getenv("US_CORPUS_ALL") ? 1 : 10 };
		char *path = history_path(histories[i]);
		world w;
		us_err err = { 0 };

		if (us_directory_exists(path)) {
			world_init(&w); /* for its empty ledger */
			m.base = scratch_path(&w.tmp, "dev.db");
			m.live = scratch_path(&w.tmp, "live.db");
			assert_ok(us_directory_load(&m.dir, path, &err), &err);
			for (size_t j = 0; j < us_directory_len(m.dir); j++)
				migrate(&m, j);
			print_message(
				"%s: %zu pairs, %zu exact, %zu in a range, %zu "
				"false alarms, %zu wrong; slowest %.1f ms of CPU "
				"time\n",
				histories[i], m.pairs, m.exact, m.range,
				m.false_alarms, m.wrong, m.slowest_ms);
			assert_int_equal(m.wrong, 0);
			assert_int_equal(m.false_alarms, 0);
			us_directory_free(m.dir);
			free(m.base);
			free(m.live);
			world_fini(&w);
		}
		pairs += m.pairs;
		exact += m.exact;
		free(path);
	}
	if (pairs == 0) {
		print_message("no corpus (set US_CORPUS): skipped\n");
		skip();
	}
	/* with row counts, measured by comparing whole schemas: 61 % */
	assert_true(exact * 100 >= pairs * 61);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_is_never_wrong),
	};

	return cmocka_run_group_tests_name("sqlite corpus", tests, NULL, NULL);
}
