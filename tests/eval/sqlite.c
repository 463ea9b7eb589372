/* SQLite: a file per lab, and copies of it. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eval_sql.h"
#include "lab.h"
#include "say.h"
#include "sqlite_rows.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/str.h"

typedef struct {
	lab base;
	char *main, *trial; /* files */
	char *trial_url;
	sqlite3 *session; /* with the copy; NULL: there is none */
} sqlite;

static sqlite *of(lab *l)
{
	return (sqlite *)l;
}

static sqlite3 *open_file(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die("%s: %s", path, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 20000);
	/* As Prisma's own engine has it. */
	sqlite_must(db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF");
	return db;
}

/* ---- the history ---- */

static lab *open_lab(const char *where, size_t number)
{
	sqlite *q = room_for(1, sizeof(*q));
	sqlite3 *db;

	q->base.ops = &lab_sqlite;
	q->main = textf("%s/eval_%zu_main.db", where, number);
	q->trial = textf("%s/eval_%zu.db", where, number);
	q->trial_url = textf("file:%s", q->trial);
	db = open_file(q->main);
	sqlite_must(db, us_text_sql_sqlite_ledger_sql);
	sqlite3_close(db);
	return &q->base;
}

static void discard(lab *l)
{
	sqlite *q = of(l);

	if (!q->session)
		return;
	sqlite3_close(q->session);
	q->session = NULL;
	unlink(q->trial);
}

static void close_lab(lab *l)
{
	sqlite *q = of(l);

	discard(l);
	unlink(q->main);
	free(q->main);
	free(q->trial);
	free(q->trial_url);
	free(q);
}

/* Prisma's native engine writes milliseconds; here one minute a migration. */
static void record(sqlite3 *db, const migration *m, size_t place, bool finished)
{
	US_AUTO(auto_str) char *id = record_id(place);
	long long began = 1767225600000LL + (long long)place * 60000;
	char *sql = sqlite3_mprintf("INSERT INTO _prisma_migrations (id, checksum, "
				    "migration_name, started_at,"
				    " finished_at, logs, applied_steps_count) "
				    "VALUES (%Q, %Q, %Q, %lld, %s, %Q,"
				    " %d)",
		id, m->checksum, m->name, began,
		finished ? "1767312000000" : "NULL",
		!finished && place % 2 ? "" : NULL, finished ? 1 : 0);

	if (!sql)
		die("out of memory");
	sqlite_must(db, sql);
	sqlite3_free(sql);
}

static bool advance(lab *l, const migration *m, size_t place)
{
	sqlite3 *db = open_file(of(l)->main);
	statements s;
	bool ok = true;

	cut_sqlite(&s, m->text);
	for (size_t i = 0; i < s.n; i++) {
		char *why = NULL;

		if (sqlite3_exec(db, s.items[i].sql, NULL, NULL, &why) == SQLITE_OK)
			continue;
		ok = false;
		fprintf(stderr, "%s, statement %zu: %s\n", m->name, i + 1, why);
		sqlite3_free(why);
	}
	statements_free(&s);
	record(db, m, place, true);
	sqlite3_close(db);
	return ok;
}

/* ---- a copy ---- */

static void copy_file(const char *from, const char *to)
{
	US_AUTO(auto_str) char *bytes = NULL;
	us_err err = { 0 };
	size_t len;
	FILE *f;

	if (us_file_read(&bytes, &len, from, (size_t)1 << 30, &err) != US_OK)
		die("%s", err.msg);
	f = fopen(to, "we");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		die("%s: can't write", to);
}

static void copy(lab *l, const condition *c)
{
	sqlite *q = of(l);
	sqlite3 *db;

	discard(l);
	copy_file(q->main, q->trial);
	db = open_file(q->trial);
	sqlite_must(db, "PRAGMA foreign_keys = OFF");
	if (c->rows)
		sqlite_seed(db, c->avoid);
	if (c->drift)
		sqlite_drift(db, c->unfinished->text);
	record(db, c->unfinished, c->place, false);
	sqlite3_close(db);
	q->session = open_file(q->trial);
}

static const char *url(const lab *l)
{
	return ((const sqlite *)l)->trial_url;
}

static bool run(lab *l, const char *sql, char **why)
{
	char *said = NULL;
	bool ok = sqlite3_exec(of(l)->session, sql, NULL, NULL, &said) == SQLITE_OK;

	if (!ok && why)
		*why = copy_of(said);
	sqlite3_free(said);
	return ok;
}

static int add_value(void *found, int n, char **cells, char **names)
{
	us_err err = { 0 };

	(void)n, (void)names;
	if (cells[0] && us_strs_add(found, cells[0], &err) != US_OK)
		die("%s", err.msg);
	return 0;
}

static int bytewise(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void values(lab *l, const char *sql, us_strs *found)
{
	sqlite3_exec(of(l)->session, sql, add_value, found, NULL);
	if (found->len)
		qsort(found->items, found->len, sizeof(*found->items), bytewise);
}

static bool in_transaction(lab *l)
{
	return !sqlite3_get_autocommit(of(l)->session);
}

static void new_session(lab *l)
{
	sqlite *q = of(l);

	sqlite3_close(q->session);
	q->session = open_file(q->trial);
}

static bool spoil_index(lab *l)
{
	(void)l; /* an index is there or it isn't */
	return false;
}

static void rest(lab *l)
{
	(void)l; /* outside a transaction nobody sees us */
}

static char *fingerprint(lab *l)
{
	return sqlite_fingerprint(of(l)->session);
}

static char *rows(lab *l)
{
	return sqlite_rows(of(l)->session);
}

const lab_ops lab_sqlite = {
	.provider = "sqlite",
	.cut = cut_sqlite,
	.open = open_lab,
	.close = close_lab,
	.advance = advance,
	.copy = copy,
	.discard = discard,
	.url = url,
	.run = run,
	.values = values,
	.in_transaction = in_transaction,
	.new_session = new_session,
	.spoil_index = spoil_index,
	.rest = rest,
	.fingerprint = fingerprint,
	.rows = rows,
};
