/* What a run holds: a connection, what was read through it, the lock, and the time
 * it may take; on real files and a real server. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cluster.h"
#include "unstick/auto.h"
#include "unstick/run.h"
#include "world.h"

#define NAME "20240102000000_m"

/* A run's configuration at a world's file. */
typedef struct {
	world w;
	char *path, *migrations;
	us_config config;
} file;

static int open_file(void **state)
{
	file *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	world_init(&f->w);
	world_folder(&f->w, NAME, "SELECT 1;");
	world_record(&f->w, NAME, 'F', "SELECT 1;");
	f->path = scratch_path(&f->w.tmp, "dev.db");
	f->migrations = scratch_path(&f->w.tmp, "migrations");
	f->config = (us_config){ .url = { .provider = (char *)(uintptr_t) "sqlite",
					 .path = f->path },
		.url_source = (char *)(uintptr_t) "DATABASE_URL",
		.migrations = f->migrations,
		.deadline_ms = 20000 };
	return 0;
}

static int close_file(void **state)
{
	file *f = *state;

	world_fini(&f->w);
	free(f->path);
	free(f->migrations);
	free(f);
	return 0;
}

static us_run *open_run(const file *f, us_db_mode mode)
{
	us_run *run = NULL;
	us_err err = { 0 };

	assert_ok(us_run_open(&run, &f->config, mode, US_DEPTH_TEXTS, &err), &err);
	return run;
}

static void a_run_has_read_everything_once_it_is_open(void **state)
{
	us_run *run = open_run(*state, US_DB_READ);

	assert_int_equal(us_history_counts(run->history).failed, 1);
	assert_int_equal(us_directory_len(run->directory), 1);
	assert_true(us_ledger_exists(run->ledger));
	assert_true(run->dry);
	assert_false(run->have_lock);
	us_run_close(run);
	run = open_run(*state, US_DB_WRITE);
	assert_false(run->dry);
	us_run_close(run);
}

/* By names alone the states are the same, and what was edited nobody knows. */
static void a_run_by_names_looks_into_no_script(void **state)
{
	const file *f = *state;
	us_run *run = NULL, *close = open_run(f, US_DB_READ);
	us_err err = { 0 };

	assert_ok(us_run_open(&run, &f->config, US_DB_READ, US_DEPTH_NAMES, &err),
		&err);
	assert_ok(us_run_read(run, &err), &err);
	assert_int_equal(
		us_history_len(run->history), us_history_len(close->history));
	for (size_t i = 0; i < us_history_len(run->history); i++) {
		const us_entry *e = us_history_entry(run->history, i);

		assert_int_equal(e->edited, US_UNSURE);
		assert_int_equal(
			e->state, us_history_entry(close->history, i)->state);
	}
	assert_int_equal(us_history_entry(close->history, 0)->edited, US_NO);
	us_run_close(run);
	us_run_close(close);
}

static void reading_again_sees_what_is_new(void **state)
{
	file *f = *state;
	us_run *run = open_run(f, US_DB_READ);
	us_err err = { 0 };

	world_folder(&f->w, "20240103000000_n", "SELECT 2;");
	world_sql(&f->w, "UPDATE _prisma_migrations SET finished_at = 1");
	assert_int_equal(us_history_counts(run->history).pending, 0);
	assert_ok(us_run_read(run, &err), &err);
	assert_int_equal(us_history_counts(run->history).pending, 1);
	assert_int_equal(us_history_counts(run->history).failed, 0);
	us_run_close(run);
}

static void what_could_not_be_read_is_not_left_half_read(void **state)
{
	file *f = *state;
	us_run *run = open_run(f, US_DB_READ);
	us_err err = { 0 };

	f->config.migrations = (char *)(uintptr_t) "no/such/folder";
	assert_int_equal(us_run_read(run, &err), US_E_DIRECTORY);
	assert_null(run->history);
	assert_null(run->ledger);
	assert_null(run->directory);
	us_run_close(run);
}

static void what_cannot_be_opened_says_which(void **state)
{
	static const struct {
		const char *database, *migrations;
		us_code code;
		const char *says;
	} rows[] = {
		{ "no/such.db", NULL, US_E_CONNECT, "no/such.db" },
		{ NULL, "no/such/folder", US_E_DIRECTORY, "no/such/folder" },
		/* both: the database is asked first */
		{ "no/such.db", "no/such/folder", US_E_CONNECT, "no/such.db" },
	};
	file *f = *state;

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_config config = f->config;
		us_run *run = (us_run *)&config; /* anything but NULL */
		us_err err = { 0 };

		if (rows[i].database)
			config.url.path = (char *)(uintptr_t)rows[i].database;
		if (rows[i].migrations)
			config.migrations = (char *)(uintptr_t)rows[i].migrations;
		assert_int_equal(us_run_open(&run, &config, US_DB_READ,
					 US_DEPTH_TEXTS, &err),
			rows[i].code);
		assert_non_null(strstr(err.msg, rows[i].says));
		assert_null(run);
	}
}

/* ---- provider ---- */

static void another_providers_lock_file_is_p3019(void **state)
{
	static const struct {
		const char *text; /* NULL: no file */
		bool refused;
	} rows[] = {
		{ NULL, false },
		{ "provider = \"sqlite\"\n", false },
		{ "# a comment\n\nprovider = \"sqlite\"", false },
		{ "provider = \"postgresql\"\n", true },
		{ "provider = \"mysql\"\n", true },
	};
	file *f = *state;

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_run *run;
		us_err err = { 0 };
		us_code rc;

		if (rows[i].text)
			scratch_write(&f->w.tmp, "migrations/migration_lock.toml",
				rows[i].text);
		run = open_run(f, US_DB_READ);
		rc = us_run_check_provider(run, &err);
		if (rc != (rows[i].refused ? US_E_PRISMA : US_OK))
			fail_msg("%s: code %d: %s", rows[i].text, (int)rc, err.msg);
		assert_string_equal(err.prisma, rows[i].refused ? "P3019" : "");
		if (rows[i].refused)
			assert_non_null(strstr(err.msg, "is `sqlite`"));
		us_run_close(run);
	}
}

/* ---- somebody else at the file ---- */

static void a_busy_file_is_tried_until_the_deadline(void **state)
{
	file *f = *state;
	us_run *run = NULL;
	int64_t began;
	us_err err = { 0 };

	world_sql(&f->w, "BEGIN EXCLUSIVE");
	f->config.deadline_ms = 200;
	began = us_clock_ms();
	assert_int_equal(
		us_run_open(&run, &f->config, US_DB_READ, US_DEPTH_TEXTS, &err),
		US_E_LOCK);
	assert_true(us_clock_ms() - began >= 200);
	assert_null(run);
	assert_non_null(strstr(err.msg, "locked by another process"));

	f->config.deadline_ms = 0; /* one try, all the same */
	assert_int_equal(
		us_run_open(&run, &f->config, US_DB_READ, US_DEPTH_TEXTS, &err),
		US_E_LOCK);
	world_sql(&f->w, "ROLLBACK");
	run = open_run(f, US_DB_READ);
	assert_int_equal(us_run_left_ms(run), 0);
	us_run_close(run);
}

static void a_lock_that_is_not_to_be_had_is_no_error(void **state)
{
	file *f = *state;
	us_run *run = open_run(f, US_DB_WRITE);
	us_err err = { 0 };

	world_sql(&f->w, "BEGIN IMMEDIATE");
	assert_ok(us_run_lock(run, &err), &err);
	assert_false(run->have_lock);
	world_sql(&f->w, "ROLLBACK");
	assert_ok(us_run_lock(run, &err), &err);
	assert_true(run->have_lock);
	assert_ok(us_run_lock(run, &err), &err); /* ours already */
	assert_true(run->have_lock);
	assert_ok(us_run_unlock(run, &err), &err);
	assert_false(run->have_lock);
	assert_ok(us_run_unlock(run, &err), &err); /* nothing to give back */
	world_sql(&f->w, "BEGIN EXCLUSIVE");
	world_sql(&f->w, "ROLLBACK");
	us_run_close(run);
}

static void a_disabled_lock_is_not_taken(void **state)
{
	file *f = *state;
	us_run *run;
	us_err err = { 0 };

	f->config.lock_disabled = true;
	run = open_run(f, US_DB_WRITE);
	assert_ok(us_run_lock(run, &err), &err);
	assert_false(run->have_lock);
	us_run_close(run);
}

static void no_time_is_left_after_the_deadline(void **state)
{
	us_run *run = open_run(*state, US_DB_READ);

	assert_true(us_run_left_ms(run) > 0);
	assert_true(us_run_left_ms(run) <= 20000);
	run->deadline = us_clock_ms() - 5000;
	assert_int_equal(us_run_left_ms(run), 0);
	us_run_close(run);
}

/* ---- PostgreSQL ---- */

static const char who_has_it[] =
	"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = "
	"72707369 AND database = (SELECT oid FROM pg_database WHERE datname = "
	"current_database())";

static void assert_value(const cluster_db *db, const char *sql, const char *want)
{
	US_AUTO(auto_str) char *cell = cluster_value(db, sql);

	assert_non_null(cell);
	assert_string_equal(cell, want);
}

static void a_server_is_locked_lost_and_had_again(void **state)
{
	file *f = *state;
	us_config config = f->config;
	cluster_db db;
	us_run *run = NULL;
	us_err err = { 0 };

	cluster_db_open(&db);
	config.url = db.parts;
	assert_ok(us_run_open(&run, &config, US_DB_WRITE, US_DEPTH_TEXTS, &err),
		&err);
	assert_false(us_ledger_exists(run->ledger));
	assert_int_equal(us_history_counts(run->history).pending, 1);

	assert_value(&db, who_has_it, "0");
	assert_ok(us_run_lock(run, &err), &err);
	assert_true(run->have_lock);
	assert_value(&db, who_has_it, "1");

	cluster_terminate(&db, "true");
	assert_int_equal(us_run_read(run, &err), US_E_CONNECT);
	assert_ok(us_run_reconnect(run, &err), &err);
	assert_false(run->have_lock); /* it went with the session */
	assert_value(&db, who_has_it, "0");
	assert_ok(us_run_read(run, &err), &err);
	assert_ok(us_run_lock(run, &err), &err);
	assert_ok(us_run_unlock(run, &err), &err);
	assert_value(&db, who_has_it, "0");
	us_run_close(run);
	cluster_db_close(&db);
}

static void a_dead_connection_is_kept_until_there_is_another(void **state)
{
	file *f = *state;
	us_run *run = open_run(f, US_DB_WRITE);
	us_db *before = run->db;
	us_err err = { 0 };
	char *real = f->config.url.path;

	f->config.url.path = (char *)(uintptr_t) "no/such.db";
	assert_int_equal(us_run_reconnect(run, &err), US_E_CONNECT);
	assert_ptr_equal(run->db, before);
	f->config.url.path = real;
	assert_ok(us_run_reconnect(run, &err), &err);
	assert_ok(us_run_read(run, &err), &err);
	us_run_close(run);
}

static void closing_no_run_does_nothing(void **state)
{
	(void)state;
	us_run_close(NULL);
}

#define each(test) cmocka_unit_test_setup_teardown(test, open_file, close_file)

int main(void)
{
	const struct CMUnitTest tests[] = {
		each(a_run_has_read_everything_once_it_is_open),
		each(a_run_by_names_looks_into_no_script),
		each(reading_again_sees_what_is_new),
		each(what_could_not_be_read_is_not_left_half_read),
		each(what_cannot_be_opened_says_which),
		each(another_providers_lock_file_is_p3019),
		each(a_busy_file_is_tried_until_the_deadline),
		each(a_lock_that_is_not_to_be_had_is_no_error),
		each(a_disabled_lock_is_not_taken),
		each(no_time_is_left_after_the_deadline),
		each(a_server_is_locked_lost_and_had_again),
		each(a_dead_connection_is_kept_until_there_is_another),
		cmocka_unit_test(closing_no_run_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
