#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "unstick/hash.h"

/* As Prisma 6.19.3 and 7.10.1 create it. */
static const char create_table[] =
	"CREATE TABLE \"_prisma_migrations\" (\"id\" TEXT PRIMARY KEY NOT NULL,"
	" \"checksum\" TEXT NOT NULL, \"finished_at\" DATETIME,"
	" \"migration_name\" TEXT NOT NULL, \"logs\" TEXT, \"rolled_back_at\" "
	"DATETIME,"
	" \"started_at\" DATETIME NOT NULL DEFAULT current_timestamp,"
	" \"applied_steps_count\" INTEGER UNSIGNED NOT NULL DEFAULT 0)";

static const char insert[] =
	"INSERT INTO \"_prisma_migrations\" (id, checksum, migration_name, "
	"started_at,"
	" finished_at, rolled_back_at, applied_steps_count) VALUES (?1, ?2, ?3,"
	" CAST(?4 AS INTEGER), CAST(?5 AS INTEGER), CAST(?6 AS INTEGER), 0)";

static us_db *open_db(const world *w, us_db_mode mode)
{
	us_url url = { .path = scratch_path(&w->tmp, "dev.db") };
	us_err err = { 0 };
	us_db *db;

	url.provider = strdup("sqlite");
	assert_ok(us_db_open(&db, &url, mode, &err), &err);
	free(url.provider);
	free(url.path);
	return db;
}

void world_init(world *w)
{
	char *path;

	*w = (world){ 0 };
	scratch_open(&w->tmp);
	path = scratch_path(&w->tmp, "migrations");
	assert_int_equal(mkdir(path, 0777), 0);
	free(path);
	scratch_write(
		&w->tmp, "dev.db", ""); /* an empty file is an empty database */
	w->db = open_db(w, US_DB_WRITE);
	world_sql(w, create_table);
}

void world_fini(world *w)
{
	us_history_free(w->history);
	us_ledger_free(w->led);
	us_directory_free(w->dir);
	us_db_close(w->db);
	scratch_close(&w->tmp);
}

int world_setup(void **state)
{
	world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	world_fini(*state);
	free(*state);
	return 0;
}

void world_sql(world *w, const char *sql)
{
	us_err err = { 0 };

	assert_ok(us_db_exec(w->db, sql, &err), &err);
}

void world_folder(world *w, const char *name, const char *script)
{
	char *below = NULL;

	assert_true(asprintf(&below, "migrations/%s%s", name,
			    script ? "/migration.sql" : "") > 0);
	if (script) {
		scratch_write(&w->tmp, below, script);
	} else {
		char *path = scratch_path(&w->tmp, below);

		assert_int_equal(mkdir(path, 0777), 0);
		free(path);
	}
	free(below);
}

void world_record(world *w, const char *name, char kind, const char *script)
{
	unsigned char digest[US_SHA256_BYTES];
	char hex[2 * US_SHA256_BYTES + 1];
	us_sha256 *h;
	us_err err = { 0 };

	assert_ok(us_sha256_new(&h, &err), &err);
	assert_ok(us_sha256_begin(h, &err), &err);
	assert_ok(us_sha256_add(h, script, strlen(script), &err), &err);
	assert_ok(us_sha256_end(h, digest, &err), &err);
	us_sha256_free(h);
	us_hex(hex, digest);
	world_record_stored(w, name, kind, hex);
}

void world_record_stored(
	world *w, const char *name, char kind, const char *checksum)
{
	char id[40], started[32], later[32];
	unsigned at = ++w->records;
	const char *params[] = { id, checksum, name, started, NULL, NULL };
	us_err err = { 0 };

	snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012u", at);
	snprintf(started, sizeof(started), "17000000%05u", 2 * at);
	snprintf(later, sizeof(later), "17000000%05u", 2 * at + 1);
	if (kind == 'A' || kind == 'B')
		params[4] = later;
	if (kind == 'R' || kind == 'B')
		params[5] = later;
	assert_ok(us_db_query(w->db, insert, 6, params, NULL, NULL, &err), &err);
}

const us_history *world_load(world *w)
{
	char *path = scratch_path(&w->tmp, "migrations");
	us_err err = { 0 };

	us_db_close(w->db);
	w->db = open_db(w, US_DB_READ);
	assert_ok(us_directory_load(&w->dir, path, &err), &err);
	free(path);
	assert_ok(us_ledger_load(&w->led, w->db, &err), &err);
	assert_ok(us_history_load(&w->history, w->dir, w->led, &err), &err);
	return w->history;
}
