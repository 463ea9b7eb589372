/* A stuck SQLite database, made by really running what is said to have run. */
#include "stuck.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static sqlite3 *open_file(const char *path)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	/* as Prisma's engine is built */
	assert_int_equal(sqlite3_exec(db,
				 "PRAGMA foreign_keys=ON;"
				 "PRAGMA synchronous=OFF",
				 NULL, NULL, NULL),
		SQLITE_OK);
	return db;
}

void file_copy(const char *from, const char *to)
{
	us_err err = { 0 };
	char *bytes;
	size_t len;
	FILE *out;

	assert_ok(us_file_read(&bytes, &len, from, (size_t)1 << 28, &err), &err);
	out = fopen(to, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	free(bytes);
}

void file_run(const char *path, const char *sql)
{
	sqlite3 *db = open_file(path);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

bool file_run_prefix(const char *path, const us_script *script, size_t k)
{
	sqlite3 *db = open_file(path);
	bool good = true;

	for (size_t i = 0; good && i < k; i++) {
		const us_statement *st = us_script_statement(script, i);
		char *sql = strndup(us_script_text(script) + st->offset, st->len);

		good = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
		free(sql);
	}
	sqlite3_close(db);
	return good;
}

/* A value that a column of this type takes, different in every row. */
static void add_value(us_str *sql, const char *type, int row)
{
	if (sqlite3_strlike("%INT%", type, 0) == 0 ||
		sqlite3_strlike("%BOOL%", type, 0) == 0)
		us_str_addf(sql, "%d", row);
	else
		us_str_addf(sql, "'v%d'", row);
}

static void seed_table(sqlite3 *db, const char *table, unsigned rows)
{
	for (int row = 1; row <= (int)rows; row++) {
		char *ask = sqlite3_mprintf(
			"SELECT name, type FROM pragma_table_info(%Q)", table);
		char *into =
			sqlite3_mprintf("INSERT OR IGNORE INTO \"%w\" (", table);
		us_str columns = { 0 }, values = { 0 };
		sqlite3_stmt *st = NULL;

		assert_int_equal(
			sqlite3_prepare_v2(db, ask, -1, &st, NULL), SQLITE_OK);
		us_str_add(&columns, into);
		while (sqlite3_step(st) == SQLITE_ROW) {
			char *name = sqlite3_mprintf("%s\"%w\"",
				values.len ? ", " : "", sqlite3_column_text(st, 0));

			us_str_add(&columns, name);
			us_str_add(&values, values.len ? ", " : "");
			add_value(&values, (const char *)sqlite3_column_text(st, 1),
				row);
			sqlite3_free(name);
		}
		us_str_addf(&columns, ") VALUES (%s)", us_str_text(&values));
		/* a CHECK may refuse it: then the table stays empty */
		(void)sqlite3_exec(db, us_str_text(&columns), NULL, NULL, NULL);
		sqlite3_finalize(st);
		us_str_fini(&columns);
		us_str_fini(&values);
		sqlite3_free(ask);
		sqlite3_free(into);
	}
}

void file_seed(const char *path)
{
	file_seed_rows(path, 3);
}

void file_seed_rows(const char *path, unsigned rows)
{
	sqlite3 *db = open_file(path);
	sqlite3_stmt *st = NULL;

	assert_int_equal(
		sqlite3_exec(db, "PRAGMA foreign_keys=OFF", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
			"SELECT name FROM sqlite_master WHERE type = 'table'"
			" AND name NOT LIKE 'sqlite%' AND name <> "
			"'_prisma_migrations'",
			-1, &st, NULL),
		SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		seed_table(db, (const char *)sqlite3_column_text(st, 0), rows);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

void stuck_open(stuck *s)
{
	*s = (stuck){ 0 };
	world_init(&s->w);
	s->file = scratch_path(&s->w.tmp, "dev.db");
}

void stuck_close(stuck *s)
{
	us_reading_fini(&s->r);
	us_script_free(s->script);
	world_fini(&s->w);
	free(s->file);
}

void stuck_run(stuck *s, const char *sql)
{
	file_run(s->file, sql);
}

void stuck_applied(stuck *s, const char *name, const char *script)
{
	world_folder(&s->w, name, script);
	world_record(&s->w, name, 'A', script);
	stuck_run(s, script);
}

void stuck_seed(stuck *s)
{
	file_seed(s->file);
}

bool stuck_failed(stuck *s, const char *name, const char *script, size_t k)
{
	us_err err = { 0 };

	world_folder(&s->w, name, script);
	world_record(&s->w, name, 'F', script);
	s->name = name;
	assert_ok(
		us_script_split(&s->script, "sqlite", script, strlen(script), &err),
		&err);
	return file_run_prefix(s->file, s->script, k);
}

void stuck_read(stuck *s)
{
	us_stuck c = { .config = &s->config, .script = s->script };
	us_err err = { 0 };

	c.history = world_load(&s->w);
	c.live = s->w.db;
	c.entry = us_history_find(c.history, s->name);
	assert_non_null(c.entry);
	c.failed = c.entry->records[c.entry->nrecords - 1];
	assert_ok(us_replay_sqlite(&s->r, &c, &err), &err);
}

bool stuck_has(const stuck *s, size_t k)
{
	return s->r.prefixes.known && s->r.prefixes.member[k];
}

const char *stuck_k(const stuck *s)
{
	static char text[2000];
	size_t at = 0;

	text[0] = '\0';
	if (!s->r.prefixes.known)
		return "unknown";
	for (size_t k = 0; k <= s->r.prefixes.n; k++)
		if (s->r.prefixes.member[k])
			at += (size_t)snprintf(text + at, sizeof(text) - at,
				"%s%zu", at ? " " : "", k);
	return text;
}
