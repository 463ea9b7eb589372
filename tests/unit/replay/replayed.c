/* A live database with a history, for replays. */
#include "replayed.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

void replayed_clear(replayed *p)
{
	static const char ledger[] =
		"DROP SCHEMA IF EXISTS \"My App\" CASCADE; DROP SCHEMA public "
		"CASCADE; CREATE SCHEMA public; CREATE TABLE _prisma_migrations "
		"(id VARCHAR(36) PRIMARY KEY NOT "
		"NULL, "
		"checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, "
		"migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at "
		"TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), "
		"applied_steps_count INTEGER NOT NULL DEFAULT 0)";

	replayed_sql(p, ledger);
}

int replayed_open(void **state)
{
	replayed *p = calloc(1, sizeof(*p));
	us_err err = { 0 };

	cluster_db_open(&p->live);
	scratch_open(&p->tmp);
	scratch_write(&p->tmp, "migrations/migration_lock.toml",
		"provider = \"postgresql\"\n");
	p->config.url = p->live.parts;
	p->config.shadow = US_SHADOW_CREATE;
	p->config.deadline_ms = 60000;
	assert_ok(us_db_open(&p->writer, &p->live.parts, US_DB_WRITE, &err), &err);
	replayed_clear(p);
	*state = p;
	return 0;
}

int replayed_close(void **state)
{
	replayed *p = *state;

	us_reading_fini(&p->reading);
	us_script_free(p->script);
	us_db_close(p->writer);
	cluster_db_close(&p->live);
	scratch_close(&p->tmp);
	free(p->config.shadow_url);
	free(p);
	return 0;
}

void replayed_sql(replayed *p, const char *sql)
{
	us_db_transaction after;
	us_err err = { 0 };

	assert_ok(p->writer->ops->script(p->writer, sql, NULL, NULL, &after, &err),
		&err);
}

void replayed_folder(replayed *p, const char *name, const char *script)
{
	US_AUTO(auto_str) char *path = NULL;

	if (script && asprintf(&path, "migrations/%s/migration.sql", name) > 0)
		scratch_write(&p->tmp, path, script);
}

void replayed_record(replayed *p, const char *name, char kind, const char *script)
{
	US_AUTO(auto_str) char *id = NULL;
	const char *params[] = { NULL, script, name, kind == 'A' ? "t" : "f",
		kind == 'R' ? "t" : "f" };
	us_err err = { 0 };

	assert_true(asprintf(&id, "%u", ++p->records) > 0);
	params[0] = id;
	assert_ok(
		us_db_query(p->writer,
			"INSERT INTO _prisma_migrations (id, checksum, "
			"migration_name, "
			"started_at, finished_at, rolled_back_at) SELECT $1::text, "
			"encode(sha256(convert_to($2, 'UTF8')), 'hex'), $3, "
			"'2026-01-01'::timestamptz + $1::int * '1s'::interval, "
			"CASE "
			"WHEN $4::bool THEN now() END, CASE WHEN $5::bool THEN "
			"now() END",
			US_LEN(params), params, NULL, NULL, &err),
		&err);
}

void replayed_applied(replayed *p, const char *name, const char *script)
{
	replayed_folder(p, name, script);
	replayed_sql(p, script);
	replayed_record(p, name, 'A', script);
}

void replayed_failed(replayed *p, const char *name, const char *script, size_t k)
{
	us_script *cut = NULL;
	us_err err = { 0 };

	replayed_folder(p, name, script);
	assert_ok(us_script_split(&cut, "postgresql", script, strlen(script), &err),
		&err);
	for (size_t i = 0; i < k; i++) {
		const us_statement *st = us_script_statement(cut, i);
		US_AUTO(auto_str) char *sql = NULL;

		sql = strndup(us_script_text(cut) + st->offset, st->len);
		replayed_sql(p, sql);
	}
	us_script_free(cut);
	replayed_record(p, name, 'F', script);
}

static const us_record *newest_failed(const us_entry *entry)
{
	for (size_t i = entry->nrecords; i > 0; i--)
		if (us_record_state_of(entry->records[i - 1]) == US_RECORD_FAILED)
			return entry->records[i - 1];
	return NULL;
}

static void look(replayed *p, us_db *live, us_directory *dir,
	const us_history *history, const char *name)
{
	US_AUTO(auto_str) char *text = NULL;
	us_stuck c = { .config = &p->config,
		.live = live,
		.history = history,
		.entry = us_history_find(history, name) };
	us_err err = { 0 };
	size_t len;

	assert_non_null(c.entry);
	c.failed = newest_failed(c.entry);
	us_reading_fini(&p->reading);
	us_script_free(p->script);
	p->script = NULL;
	assert_ok(us_directory_script(dir, c.entry->migration, &text, &len, &err),
		&err);
	assert_ok(us_script_split(&p->script, "postgresql", text, len, &err), &err);
	c.script = p->script;
	assert_ok(us_replay_postgres(&p->reading, &c, &err), &err);
}

void replayed_look(replayed *p, const char *name)
{
	US_AUTO(auto_str) char *own = scratch_path(&p->tmp, "migrations");
	us_directory *dir = NULL;
	us_history *history = NULL;
	us_ledger *led = NULL;
	us_db *live = NULL;
	us_err err = { 0 };

	assert_ok(us_db_open(&live, &p->live.parts, US_DB_READ, &err), &err);
	assert_ok(
		us_directory_load(&dir, p->migrations ? p->migrations : own, &err),
		&err);
	assert_ok(us_ledger_load(&led, live, &err), &err);
	assert_ok(us_history_load(&history, dir, led, &err), &err);
	look(p, live, dir, history, name);
	us_history_free(history);
	us_ledger_free(led);
	us_directory_free(dir);
	us_db_close(live);
}

char *replayed_prefixes(const replayed *p)
{
	const us_prefixes *k = &p->reading.prefixes;
	us_str out = { 0 };
	char *text = NULL;

	for (size_t i = 0; k->known && i <= k->n; i++)
		if (k->member[i])
			us_str_addf(&out, "%s%zu", out.len ? "," : "", i);
	if (!k->known)
		us_str_add(&out, "unknown");
	assert_int_equal(us_str_take(&out, &text, NULL, NULL), US_OK);
	return text;
}

size_t replayed_left(const replayed *p)
{
	US_AUTO(auto_str) char *sql = NULL;
	US_AUTO(auto_str) char *count = NULL;

	assert_true(asprintf(&sql,
			    "SELECT count(*) FROM pg_database d WHERE "
			    "shobj_description(d.oid, 'pg_database') LIKE "
			    "'unstick: %% for %s;%%'",
			    p->live.name) > 0);
	count = cluster_value(&p->live, sql);
	return strtoul(count, NULL, 10);
}
