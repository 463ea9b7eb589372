/* The same project for every test of the action, on a database of its own. */
#include "stuck.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/ledger.h"

static void create_ledger(const stuck *s)
{
	us_ledger_writer w = { 0 };
	us_err err = { 0 };

	assert_ok(us_db_open(&w.db, &s->cluster.parts, US_DB_WRITE, &err), &err);
	assert_ok(us_ledger_create(&w, &err), &err);
	us_db_close(w.db);
	/* sha256 of "SELECT 1;\nSELECT 2;\n", as PostgreSQL computes it */
	stuck_elsewhere(s,
		"INSERT INTO _prisma_migrations (id, checksum, migration_name,"
		" applied_steps_count) VALUES ('old', encode(sha256("
		"convert_to(E'SELECT 1;\\nSELECT 2;\\n', 'UTF8')), 'hex'),"
		" '" STUCK_NAME "', 1)");
}

int stuck_open(void **state)
{
	stuck *s = calloc(1, sizeof(*s));
	us_err err = { 0 };

	assert_non_null(s);
	*state = s;
	cluster_db_open(&s->cluster);
	scratch_open(&s->dir);
	scratch_write(&s->dir, "migrations/" STUCK_NAME "/migration.sql",
		"SELECT 1;\nSELECT 2;\n");
	s->migrations = scratch_path(&s->dir, "migrations");
	create_ledger(s);
	s->config = (us_config){ .url = s->cluster.parts,
		.url_source = (char *)(uintptr_t) "DATABASE_URL",
		.migrations = s->migrations,
		.builtin = true,
		.attempts = 3,
		.deadline_ms = 20000,
		.lock_timeout_ms = 5000 };
	assert_ok(
		us_run_open(&s->run, &s->config, US_DB_WRITE, US_DEPTH_TEXTS, &err),
		&err);
	assert_ok(us_run_lock(s->run, &err), &err);
	assert_true(s->run->have_lock);
	return 0;
}

int stuck_close(void **state)
{
	stuck *s = *state;

	us_run_close(s->run);
	cluster_db_close(&s->cluster);
	scratch_close(&s->dir);
	free(s->migrations);
	free(s);
	return 0;
}

void stuck_elsewhere(const stuck *s, const char *sql)
{
	cluster_exec(&s->cluster, sql);
}

void assert_cell(const stuck *s, const char *sql, const char *want)
{
	US_AUTO(auto_str) char *cell = cluster_value(&s->cluster, sql);

	if (!cell || strcmp(cell, want) != 0)
		fail_msg("%s: %s, not %s", sql, cell ? cell : "NULL", want);
}

static us_code keep_pid(const us_row *row, void *ctx, us_err *err)
{
	return us_strdup(ctx, row->cells[0], err);
}

void stuck_hang_up(const stuck *s)
{
	US_AUTO(auto_str) char *pid = NULL;
	US_AUTO(auto_str) char *sql = NULL;
	us_err err = { 0 };

	assert_ok(us_db_query(s->run->db, "SELECT pg_backend_pid()", 0, NULL,
			  keep_pid, &pid, &err),
		&err);
	assert_ok(us_strf(&sql, &err, "pid = %s", pid), &err);
	cluster_terminate(&s->cluster, sql);
}

us_judgement *stuck_look(const stuck *s)
{
	us_judgement *j = NULL;
	us_case *cases = NULL;
	us_err err = { 0 };
	size_t n;

	assert_ok(us_run_read(s->run, &err), &err);
	assert_ok(us_history_cases(s->run->history, &cases, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_ok(us_look(&j, s->run, &cases[0], &err), &err);
	free(cases);
	return j;
}
