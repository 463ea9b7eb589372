/* Facts of a table: its stored CREATE statements are run in an empty database and
 * SQLite's own pragmas asked what came of it. */
#include "sqlite_facts.h"

#include <string.h>
#include <strings.h>

#include "sqlite_body.h"

typedef struct {
	lite_bench *bench;
	us_arena *arena;
	const char *table;
	const char *about; /* of what is being told */
	lite_fact *items;
	size_t n, cap;
} maker;

/* Looking keys up is most of the work for a wide table. */
static unsigned hash_of(unsigned hash, const char *text)
{
	for (; *text; text++)
		hash = hash * 33 + (unsigned char)(*text | 0x20);
	return hash;
}

static void fact(maker *m, const char *object, const char *facet,
	us_value_firmness firmness, const char *text)
{
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 64;
		lite_fact *items = us_arena_alloc(m->arena, cap * sizeof(*items));

		if (!items)
			return;
		if (m->n)
			memcpy(items, m->items, m->n * sizeof(*items));
		m->items = items;
		m->cap = cap;
	}
	m->items[m->n++] = (lite_fact){ object, facet,
		{ firmness, us_arena_str(m->arena, text) },
		hash_of(hash_of(5381, object), facet), m->about ? m->about : "" };
}

static void firm(maker *m, const char *object, const char *facet, const char *text)
{
	fact(m, object, facet, US_VALUE_FIRM, text);
}

/* Words as they were written, or none. */
static void words(maker *m, const char *object, const char *facet, const char *text)
{
	bool none = !text || strcasecmp(text, "null") == 0;

	fact(m, object, facet, none ? US_VALUE_FIRM : US_VALUE_OPAQUE,
		none ? "none" : lite_canonical(m->arena, text, strlen(text)));
}

static const char *column_object(maker *m, const char *column)
{
	return us_arena_strf(m->arena, "column %s.%s", m->table, column);
}

/* ---- asking SQLite ---- */

typedef void row_fn(maker *m, sqlite3_stmt *st);

static const char *cell(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text ? text : "";
}

static us_code ask(
	maker *m, const char *sql, const char *param, row_fn *fn, us_err *err)
{
	sqlite3_stmt *st = NULL;
	us_code rc = US_OK;
	int code;

	if (sqlite3_prepare_v2(m->bench->scratch.db, sql, -1, &st, NULL) !=
			SQLITE_OK ||
		sqlite3_bind_text(st, 1, param, -1, SQLITE_TRANSIENT) !=
			SQLITE_OK) {
		sqlite3_finalize(st);
		return us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(m->bench->scratch.db));
	}
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		fn(m, st);
	if (code != SQLITE_DONE)
		rc = us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(m->bench->scratch.db));
	sqlite3_finalize(st);
	return rc;
}

static void column_row(maker *m, sqlite3_stmt *st)
{
	const char *name = us_arena_str(m->arena, cell(st, 0));
	const char *object = column_object(m, name), *collation = NULL;
	int autoincrement = 0;

	firm(m, object, "", "there");
	firm(m, object, "type", lite_fold(m->arena, cell(st, 1)));
	firm(m, object, "not null", cell(st, 2));
	words(m, object, "default", (const char *)sqlite3_column_text(st, 3));
	firm(m, object, "primary key", cell(st, 4));
	firm(m, object, "hidden", cell(st, 5));
	if (sqlite3_table_column_metadata(m->bench->scratch.db, "main", m->table,
		    name, NULL, &collation, NULL, NULL,
		    &autoincrement) == SQLITE_OK) {
		firm(m, object, "collation",
			lite_fold(m->arena, collation ? collation : ""));
		firm(m, object, "autoincrement", autoincrement ? "1" : "0");
	}
}

static void table_row(maker *m, sqlite3_stmt *st)
{
	const char *object = us_arena_strf(m->arena, "table %s", m->table);

	firm(m, object, "", "there");
	firm(m, object, "without rowid", cell(st, 0));
	firm(m, object, "strict", cell(st, 1));
}

/* A name that the tokenizer gives back as one. */
static const char *quoted(maker *m, const char *name)
{
	return us_arena_strf(m->arena, "[%s]", name);
}

static void foreign_key_row(maker *m, sqlite3_stmt *st)
{
	const char *object =
		us_arena_strf(m->arena, "foreign key %s(%s) references %s(%s)",
			m->table, cell(st, 0), cell(st, 1), cell(st, 2));

	m->about = quoted(m, cell(st, 1));
	firm(m, object, "", "there");
	firm(m, object, "on update", cell(st, 3));
	firm(m, object, "on delete", cell(st, 4));
	m->about = NULL;
}

/* Indexes that SQLite made for a constraint have names of its own making. */
static void index_row(maker *m, sqlite3_stmt *st)
{
	bool own = strcmp(cell(st, 2), "c") == 0;
	const char *object = own ? us_arena_strf(m->arena, "index %s", cell(st, 0))
				 : us_arena_strf(m->arena, "unique %s(%s)",
					   m->table, cell(st, 3));

	if (strcmp(cell(st, 2), "pk") == 0) /* the columns tell */
		return;
	m->about = own ? quoted(m, cell(st, 0)) : NULL;
	firm(m, object, "", "there");
	firm(m, object, "unique", cell(st, 1));
	firm(m, object, "columns", cell(st, 3));
	firm(m, object, "table", lite_fold(m->arena, m->table));
	m->about = NULL;
}

static const char table_sql[] =
	"SELECT wr, strict FROM pragma_table_list(?1) WHERE schema = 'main'";
static const char columns_sql[] = "SELECT name, type, \"notnull\", dflt_value, pk, "
				  "hidden FROM pragma_table_xinfo(?1)";
static const char keys_sql[] =
	"SELECT group_concat(\"from\", ', '), \"table\","
	" coalesce(group_concat(\"to\", ', '), ''), on_update, on_delete FROM"
	" (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq) GROUP BY id";
static const char indexes_sql[] =
	"SELECT l.name, l.\"unique\", l.origin, (SELECT group_concat("
	"coalesce(name, '<expression>') || iif(\"desc\", ' desc', '') ||"
	" iif(coll = 'BINARY', '', ' ' || coll), ', ') FROM (SELECT * FROM"
	" pragma_index_xinfo(l.name) WHERE key = 1 ORDER BY seqno))"
	" FROM pragma_index_list(?1) AS l";

/* ---- what only the words tell ---- */

static void add_check(void *ctx, const char *column, const char *text)
{
	maker *m = ctx;

	(void)column; /* where it stands makes no difference */
	firm(m, us_arena_strf(m->arena, "check %s (%s)", m->table, text), "",
		"there");
}

static void add_generated(void *ctx, const char *column, const char *text)
{
	maker *m = ctx;

	words(m, column_object(m, column), "generated", text);
}

/* An index's expressions and predicate, a view, a trigger: everything from the
 * first word that is not about its name. */
static void definition(maker *m, const lite_row *row, const char *from)
{
	lite_tokens t = lite_tokens_of(row->sql, strlen(row->sql));
	lite_token k = lite_next(&t);
	const char *object = us_arena_strf(m->arena, "%s %s", row->type, row->name);

	while (k.kind != LITE_END && !lite_is(k, from))
		k = lite_next(&t);
	fact(m, object, "definition", US_VALUE_OPAQUE,
		lite_canonical(m->arena, k.at, strlen(k.at)));
}

static bool is_virtual(const lite_row *row)
{
	lite_tokens t = lite_tokens_of(row->sql, strlen(row->sql));

	return lite_skip(&t, "create virtual");
}

static us_code table_facts(maker *m, const lite_row *row, us_err *err)
{
	const lite_body_fns fns = { add_check, add_generated, m };
	us_code rc = ask(m, table_sql, m->table, table_row, err);

	if (rc == US_OK)
		rc = ask(m, columns_sql, m->table, column_row, err);
	if (rc == US_OK)
		rc = ask(m, keys_sql, m->table, foreign_key_row, err);
	if (rc == US_OK)
		rc = ask(m, indexes_sql, m->table, index_row, err);
	lite_body(m->arena, row->sql, &fns);
	return rc;
}

/* ---- a group ---- */

us_code lite_bench_open(lite_bench *b, us_arena *a, us_err *err)
{
	return lite_scratch_init(&b->scratch, a, err);
}

void lite_bench_close(lite_bench *b)
{
	lite_scratch_fini(&b->scratch);
}

/* Puts a table and its indexes up, as bounded as a script: the live database's
 * words may have been written by hand. *taken: SQLite accepts all of it. Tables
 * come before indexes. */
static us_code put_up(bool *taken, lite_bench *b, lite_group g, us_err *err)
{
	us_code rc = US_OK;

	*taken = true;
	for (size_t i = 0; rc == US_OK && i < g.n; i++) {
		const lite_row *row = &g.rows[i];
		lite_step step;

		if (!row->sql[0] || (strcmp(row->type, "table") != 0 &&
					    strcmp(row->type, "index") != 0))
			continue;
		rc = lite_scratch_run(
			&b->scratch, &step, row->sql, strlen(row->sql), err);
		*taken &= rc == US_OK && step.outcome == LITE_RAN;
	}
	return rc;
}

static us_code take_down(lite_bench *b, const lite_row *table, us_err *err)
{
	us_arena *a = b->scratch.arena;
	char *sql = sqlite3_mprintf("DROP TABLE IF EXISTS \"%w\"", table->name);
	int code = sql ? sqlite3_exec(b->scratch.db, sql, NULL, NULL, NULL)
		       : SQLITE_NOMEM;

	sqlite3_free(sql);
	if (code == SQLITE_OK)
		return US_OK;
	/* whatever is left must not be taken for the next one's */
	lite_bench_close(b);
	return lite_bench_open(b, a, err);
}

static us_code real_table(
	lite_facts *out, maker *m, const lite_row *table, lite_group g, us_err *err)
{
	us_code rc = put_up(&out->readable, m->bench, g, err), down;

	if (rc == US_OK && out->readable)
		rc = table_facts(m, table, err);
	down = take_down(m->bench, table, err);
	return rc ? rc : down;
}

us_code lite_facts_of(lite_facts *out, lite_bench *b, lite_group g, us_err *err)
{
	us_arena *a = b->scratch.arena;
	maker m = { .bench = b, .arena = a };
	us_code rc = US_OK;

	*out = (lite_facts){ .readable = true };
	for (size_t i = 0; rc == US_OK && i < g.n; i++) {
		const lite_row *row = &g.rows[i];
		bool table = strcmp(row->type, "table") == 0;

		m.table = row->table;
		if (table && !is_virtual(row)) {
			rc = real_table(out, &m, row, g, err);
		} else if (strcmp(row->type, "index") == 0) {
			m.about = quoted(&m, row->name);
			definition(&m, row, "on");
		} else {
			m.about = row->sql;
			firm(&m, us_arena_strf(a, "%s %s", row->type, row->name),
				"", "there");
			definition(&m, row, table ? "using" : row->type);
		}
		m.about = NULL;
	}
	out->items = m.items;
	out->n = m.n;
	return rc == US_OK ? us_arena_check(a, err) : rc;
}

us_value lite_facts_at(const lite_facts *f, const lite_fact *key)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].hash == key->hash &&
			strcasecmp(f->items[i].object, key->object) == 0 &&
			strcmp(f->items[i].facet, key->facet) == 0)
			return f->items[i].value;
	return (us_value){ .firmness = US_VALUE_ABSENT };
}

bool lite_is_container(const char *object)
{
	return strncmp(object, "table ", 6) == 0 ||
	       strncmp(object, "view ", 5) == 0;
}
