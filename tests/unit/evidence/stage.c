/* The stage: a migrations directory of one, its failed record, a server. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

#define NAME "20240102000000_m"

us_db *stage_connect(stage *s, us_db_mode mode)
{
	us_db *db = NULL;
	us_err err = { 0 };

	assert_ok(us_db_open(&db, &s->db.parts, mode, &err), &err);
	return db;
}

void stage_exec(us_db *db, const char *sql)
{
	us_err err = { 0 };

	assert_ok(us_db_exec(db, sql, &err), &err);
}

static void record(stage *s, const char *text)
{
	US_AUTO(auto_str) char *sql = NULL;
	us_err err = { 0 };

	/* the server hashes as Prisma does */
	assert_ok(us_strf(&sql, &err,
			  "INSERT INTO _prisma_migrations (id, checksum, "
			  "migration_name, "
			  "started_at) VALUES ('1', encode(sha256($x$%s$x$), "
			  "'hex'), '" NAME "', now())",
			  text),
		&err);
	cluster_exec(&s->db, sql);
}

void stage_load(stage *s)
{
	us_err err = { 0 };

	assert_ok(us_ledger_load(&s->led, s->ours, &err), &err);
	assert_ok(us_history_load(&s->history, s->dir, s->led, &err), &err);
}

void stage_init(stage *s, const char *text)
{
	US_AUTO(auto_str) char *path = NULL;
	us_err err = { 0 };

	*s = (stage){ 0 };
	cluster_db_open(&s->db);
	scratch_open(&s->tmp);
	scratch_write(&s->tmp, "migrations/" NAME "/migration.sql", text);
	cluster_exec(&s->db, "CREATE TABLE _prisma_migrations (id VARCHAR(36) "
			     "PRIMARY KEY NOT NULL, "
			     "checksum VARCHAR(64) NOT NULL, finished_at "
			     "TIMESTAMPTZ, migration_name "
			     "VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at "
			     "TIMESTAMPTZ, started_at "
			     "TIMESTAMPTZ NOT NULL DEFAULT now(), "
			     "applied_steps_count INTEGER NOT NULL "
			     "DEFAULT 0); CREATE TABLE \"T\" (a INTEGER); "
			     "CREATE TABLE \"Q\" (a INTEGER)");
	record(s, text);
	s->ours = stage_connect(s, US_DB_READ);
	s->theirs = stage_connect(s, US_DB_WRITE);
	path = scratch_path(&s->tmp, "migrations");
	assert_ok(us_directory_load(&s->dir, path, &err), &err);
	stage_load(s);
}

void stage_fini(stage *s)
{
	us_history_free(s->history);
	us_ledger_free(s->led);
	us_directory_free(s->dir);
	us_db_close(s->ours);
	us_db_close(s->theirs);
	us_db_close(s->blocker);
	scratch_close(&s->tmp);
	cluster_db_close(&s->db);
}

us_evidence *stage_look(stage *s, us_db *db, bool have_lock)
{
	us_ground g = { .config = &s->config,
		.history = s->history,
		.db = db,
		.have_lock = have_lock,
		.glance = s->glance,
		.now = us_now() };
	us_evidence *e = NULL;
	us_case *cases = NULL;
	us_err err = { 0 };
	size_t n;

	assert_ok(us_history_cases(s->history, &cases, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_ok(us_evidence_load(&e, &g, &cases[0], &err), &err);
	free(cases);
	return e;
}

static void *send_it(void *arg)
{
	sender *it = arg;

	cluster_exec(&it->s->db, it->query); /* one simple query, as a whole */
	return NULL;
}

void stage_block(sender *it)
{
	char *waits = NULL;

	it->s->blocker = stage_connect(it->s, US_DB_WRITE);
	stage_exec(it->s->blocker, "BEGIN");
	stage_exec(it->s->blocker, "LOCK TABLE \"T\" IN ACCESS SHARE MODE");
	stage_exec(it->s->blocker, "LOCK TABLE \"Q\"");
	assert_int_equal(pthread_create(&it->thread, NULL, send_it, it), 0);
	do {
		free(waits);
		waits = cluster_value(&it->s->db,
			"SELECT count(*) FROM pg_stat_activity WHERE "
			"wait_event_type = "
			"'Lock' AND datname = current_database()");
	} while (strcmp(waits, "0") == 0);
	free(waits);
}

void stage_unblock(sender *it)
{
	stage_exec(it->s->blocker, "COMMIT");
	assert_int_equal(pthread_join(it->thread, NULL), 0);
	us_db_close(it->s->blocker);
	it->s->blocker = NULL;
}
