/* sqlite_schema, read the same way from the live file and from the scratch
 * database: what is made of it never asks where it came from. */
#include "sqlite_schema.h"

#include <stdlib.h>
#include <string.h>

static const char query[] =
	"SELECT type, name, tbl_name, coalesce(sql, '') FROM main.sqlite_master"
	" WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	" AND tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	" AND lower(tbl_name) <> '_prisma_migrations'";

typedef struct {
	us_arena *arena;
	lite_row *rows;
	size_t n, cap;
} reader;

static void add(reader *r, const char *type, const char *name, const char *table,
	const char *sql)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 64;
		lite_row *rows = us_arena_alloc(r->arena, cap * sizeof(*rows));

		if (!rows)
			return;
		if (r->n)
			memcpy(rows, r->rows, r->n * sizeof(*rows));
		r->rows = rows;
		r->cap = cap;
	}
	r->rows[r->n++] = (lite_row){ us_arena_str(r->arena, type),
		us_arena_str(r->arena, name), us_arena_str(r->arena, table),
		us_arena_str(r->arena, sql), lite_fold(r->arena, table) };
}

static int by_group(const void *x, const void *y)
{
	const lite_row *a = x, *b = y;
	int c = strcmp(a->group, b->group);

	c = c ? c : strcmp(b->type, a->type); /* table before index */
	return c ? c : strcmp(a->name, b->name);
}

static us_code finish(lite_schema *out, reader *r, us_err *err)
{
	if (r->n)
		qsort(r->rows, r->n, sizeof(*r->rows), by_group);
	*out = (lite_schema){ r->rows, r->n };
	return us_arena_check(r->arena, err);
}

static us_code add_live(const us_row *row, void *ctx, us_err *err)
{
	(void)err;
	/* a damaged or hand-written schema may hold anything */
	for (size_t i = 0; i < 4; i++)
		if (!row->cells[i])
			return US_OK;
	add(ctx, row->cells[0], row->cells[1], row->cells[2], row->cells[3]);
	return US_OK;
}

us_code lite_schema_of_live(lite_schema *out, us_arena *a, us_db *db, us_err *err)
{
	reader r = { .arena = a };
	us_code rc = us_db_query(db, query, 0, NULL, add_live, &r, err);

	*out = (lite_schema){ 0 };
	return rc == US_OK ? finish(out, &r, err) : rc;
}

us_code lite_schema_of_scratch(
	lite_schema *out, us_arena *a, sqlite3 *db, us_err *err)
{
	reader r = { .arena = a };
	sqlite3_stmt *st = NULL;
	us_code rc = US_OK;
	int code;

	*out = (lite_schema){ 0 };
	if (sqlite3_prepare_v2(db, query, -1, &st, NULL) != SQLITE_OK)
		return us_fail(err, US_E_DB, "%s", sqlite3_errmsg(db));
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		const char *cells[4];

		for (int i = 0; i < 4; i++)
			cells[i] = (const char *)sqlite3_column_text(st, i);
		if (!cells[0] || !cells[1] || !cells[2] || !cells[3])
			continue;
		add(&r, cells[0], cells[1], cells[2], cells[3]);
	}
	if (code != SQLITE_DONE)
		rc = us_fail(err, US_E_DB, "%s", sqlite3_errmsg(db));
	sqlite3_finalize(st);
	return rc == US_OK ? finish(out, &r, err) : rc;
}

lite_group lite_group_of(const lite_schema *s, const char *group)
{
	size_t from = 0, to;

	while (from < s->n && strcmp(s->rows[from].group, group) != 0)
		from++;
	for (to = from; to < s->n && strcmp(s->rows[to].group, group) == 0;)
		to++;
	return (lite_group){ s->rows ? s->rows + from : NULL, to - from };
}

bool lite_group_same(lite_group a, lite_group b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		const lite_row *x = &a.rows[i], *y = &b.rows[i];

		if (strcmp(x->type, y->type) != 0 ||
			strcmp(x->name, y->name) != 0 ||
			strcmp(x->table, y->table) != 0 ||
			strcmp(x->sql, y->sql) != 0)
			return false;
	}
	return true;
}

/* The groups of one side that the other has not, or not so. */
static void add_changed(us_arena *a, lite_names *groups, const lite_schema *one,
	const lite_schema *other)
{
	for (size_t i = 0; i < one->n;) {
		const char *name = one->rows[i].group;
		lite_group mine = { one->rows + i, 0 };

		for (; i < one->n && strcmp(one->rows[i].group, name) == 0; i++)
			mine.n++;
		if (!lite_group_same(mine, lite_group_of(other, name)))
			lite_names_add(a, groups, name);
	}
}

void lite_schema_changed(us_arena *a, lite_names *groups, const lite_schema *before,
	const lite_schema *after)
{
	add_changed(a, groups, before, after);
	add_changed(a, groups, after, before);
}

const lite_row *lite_schema_table(const lite_schema *s, const char *folded)
{
	lite_group g = lite_group_of(s, folded);

	for (size_t i = 0; i < g.n; i++)
		if (strcmp(g.rows[i].type, "table") == 0)
			return &g.rows[i];
	return NULL;
}
