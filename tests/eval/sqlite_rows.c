/* Rows and drift for SQLite; fingerprints of its schema and of its rows. */
#include "sqlite_rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "eval_sql.h"
#include "say.h"
#include "unstick/auto.h"
#include "unstick/hash.h"
#include "unstick/str.h"

enum { SEEDED = 3 };

void sqlite_must(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		die("%.300s: %s", sql, why);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		die("%.300s: %s", sql, sqlite3_errmsg(db));
	return stmt;
}

static const char *column_text(sqlite3_stmt *stmt, int i)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);

	return text ? text : "";
}

/* The tables a script may know, by name. */
static us_strs tables(sqlite3 *db)
{
	us_strs names = { 0 };
	us_err err = { 0 };
	sqlite3_stmt *stmt = prepare(db,
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
		"LIKE"
		" 'sqlite_%' AND name <> '_prisma_migrations' ORDER BY name");

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		if (us_strs_add(&names, column_text(stmt, 0), &err) != US_OK)
			die("%s", err.msg);
	}
	sqlite3_finalize(stmt);
	return names;
}

/* ---- rows ---- */

static const struct {
	const char *in_type;
	const char *format; /* of a literal, with the row's number */
} literals[] = {
	{ "BOOL", "%d > 1" },
	{ "DATE", "%d + 1700000000000" },
	{ "INT", "%d" },
	{ "REAL", "%d + 0.5" },
	{ "FLOAT", "%d + 0.5" },
	{ "DECIMAL", "%d + 0.5" },
	{ "BLOB", "zeroblob(%d)" },
};

/* The same text for row i everywhere, so that references hold. */
static void add_literal(sqlite3_str *out, const char *type, int i)
{
	for (size_t t = 0; t < US_LEN(literals); t++) {
		if (sqlite3_strlike("%DATE%", type, 0) == 0 &&
			strcmp(literals[t].in_type, "DATE") != 0)
			continue;
		if (strstr(type, literals[t].in_type)) {
			sqlite3_str_appendf(out, literals[t].format, i);
			return;
		}
	}
	sqlite3_str_appendf(out, "'seed %d'", i);
}

static void seed_row(sqlite3 *db, const char *table, int row)
{
	sqlite3_str *names = sqlite3_str_new(db), *cells = sqlite3_str_new(db);
	char *query = sqlite3_mprintf("PRAGMA table_xinfo(%Q)", table);
	sqlite3_stmt *stmt = prepare(db, query);
	bool first = true;
	char *n, *c, *sql;

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		if (sqlite3_column_int(stmt, 6) != 0)
			continue; /* generated */
		sqlite3_str_appendf(
			names, "%s\"%w\"", first ? "" : ", ", column_text(stmt, 1));
		sqlite3_str_appendall(cells, first ? "" : ", ");
		add_literal(cells, column_text(stmt, 2), row);
		first = false;
	}
	sqlite3_finalize(stmt);
	n = sqlite3_str_finish(names);
	c = sqlite3_str_finish(cells);
	sql = sqlite3_mprintf("INSERT INTO \"%w\" (%s) VALUES (%s)", table, n, c);
	sqlite3_exec(db, sql, NULL, NULL, NULL); /* a table may refuse it */
	sqlite3_free(sql);
	sqlite3_free(n);
	sqlite3_free(c);
	sqlite3_free(query);
}

void sqlite_seed(sqlite3 *db, const char *avoid)
{
	us_strs names = tables(db);

	sqlite_must(db, "BEGIN");
	for (size_t t = 0; t < names.len; t++) {
		for (int i = 1; i <= SEEDED && !strstr(avoid, names.items[t]); i++)
			seed_row(db, names.items[t], i);
	}
	sqlite_must(db, "COMMIT");
	us_strs_fini(&names);
}

/* ---- drift ---- */

static void drift_table(sqlite3 *db, const char *table, int n)
{
	char *sql = sqlite3_mprintf(
		"ALTER TABLE \"%w\" ADD COLUMN unstick_drift_%d INTEGER;"
		"CREATE INDEX unstick_drift_idx_%d ON \"%w\" (unstick_drift_%d)",
		table, n, n, table, n);

	sqlite_must(db, sql);
	sqlite3_free(sql);
}

void sqlite_drift(sqlite3 *db, const char *script)
{
	us_strs names = tables(db);
	int room[2] = { 1, 2 }; /* tables it doesn't name, tables it names */
	int n = 0;

	for (size_t t = 0; t < names.len; t++) {
		int named = strstr(script, names.items[t]) != NULL;

		if (room[named]-- > 0)
			drift_table(db, names.items[t], ++n);
	}
	sqlite_must(db,
		"CREATE TABLE unstick_drift (id INTEGER PRIMARY KEY, note TEXT)");
	us_strs_fini(&names);
}

/* ---- fingerprints ---- */

typedef struct {
	us_sha256 *hash;
	us_err err;
} digest;

static void digest_begin(digest *d)
{
	*d = (digest){ 0 };
	if (us_sha256_new(&d->hash, &d->err) != US_OK ||
		us_sha256_begin(d->hash, &d->err) != US_OK)
		die("%s", d->err.msg);
}

/* Returns how many rows there were. */
static size_t digest_rows(digest *d, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = prepare(db, sql);
	size_t n = 0;

	for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *cell = column_text(stmt, i);

			if (us_sha256_add(d->hash, cell, strlen(cell) + 1,
				    &d->err) != US_OK)
				die("%s", d->err.msg);
		}
	}
	sqlite3_finalize(stmt);
	return n;
}

static void digest_end(digest *d, char out[2 * US_SHA256_BYTES + 1])
{
	unsigned char bytes[US_SHA256_BYTES];

	if (us_sha256_end(d->hash, bytes, &d->err) != US_OK)
		die("%s", d->err.msg);
	us_hex(out, bytes);
	us_sha256_free(d->hash);
}

/* How far a rebuild copied the rows of X to new_X is a state of its own, as long as
 * X is there to compare with. */
static void digest_rebuild(digest *d, sqlite3 *db, const us_strs *names, size_t i)
{
	const char *copy = names->items[i], *original = copy + strlen("new_");
	char *sql;

	if (strncmp(copy, "new_", 4) != 0)
		return;
	sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", copy);
	for (size_t t = 0; t < names->len; t++) {
		if (strcmp(names->items[t], original) == 0)
			digest_rows(d, db, sql);
	}
	sqlite3_free(sql);
}

char *sqlite_fingerprint(sqlite3 *db)
{
	us_strs names = tables(db);
	char out[2 * US_SHA256_BYTES + 1];
	digest d;

	digest_begin(&d);
	digest_rows(&d, db, us_text_sql_sqlite_fingerprint_sql);
	for (size_t t = 0; t < names.len; t++)
		digest_rebuild(&d, db, &names, t);
	digest_end(&d, out);
	us_strs_fini(&names);
	return copy_of(out);
}

char *sqlite_rows(sqlite3 *db)
{
	us_strs names = tables(db);
	us_str text = { 0 };
	us_err err = { 0 };
	char *out;

	for (size_t t = 0; t < names.len; t++) {
		char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", names.items[t]);
		char hex[2 * US_SHA256_BYTES + 1];
		digest d;
		size_t n;

		digest_begin(&d);
		n = digest_rows(&d, db, sql);
		digest_end(&d, hex);
		us_str_addf(&text, "%s %zu %s\n", names.items[t], n, hex);
		sqlite3_free(sql);
	}
	if (us_str_take(&text, &out, NULL, &err) != US_OK)
		die("%s", err.msg);
	us_strs_fini(&names);
	return out;
}
