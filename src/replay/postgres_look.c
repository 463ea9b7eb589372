/* Looking at a database: one query for all its objects, the same for the scratch
 * database and the live one. */
#include "postgres_impl.h"
#include "replay_postgres_sql.h"
#include "unstick/auto.h"

bool digest_same(digest a, digest b)
{
	return a.a == b.a && a.b == b.b;
}

/* Class, word and names; names can hold anything but this. */
static void add_id(us_str *out, const us_row *row)
{
	us_str_clear(out);
	for (size_t i = MARK_CLASS; i < MARK_FIRST; i++) {
		us_str_add(out, row->cells[i] ? row->cells[i] : "");
		us_str_addc(out, '\001');
	}
}

typedef struct {
	marks *m;
	us_str id;
	digest sum;
	bool live; /* the live database: its values of what was touched */
} look;

static void add_to_digest(digest *sum, const us_row *row)
{
	uint64_t a = 14695981039346656037ULL, b = 88172645463325252ULL;

	for (size_t i = 0; i < row->ncols; i++) {
		const char *cell = row->cells[i] ? row->cells[i] : "\002";

		a = marks_hash(a, cell);
		b = marks_hash(b, cell);
	}
	/* rows come in any order */
	sum->a += a;
	sum->b += b * 0x9E3779B97F4A7C15ULL;
}

static us_code see_row(const us_row *row, void *ctx, us_err *err)
{
	look *l = ctx;
	us_code rc = US_OK;
	mark *k;

	add_to_digest(&l->sum, row);
	if (!l->m)
		return US_OK;
	if (row->ncols != MARK_COLUMNS)
		return us_fail(
			err, US_E_DB, "the catalog's answer is not understood");
	add_id(&l->id, row);
	k = marks_find(l->m, us_str_text(&l->id));
	if (!k && !l->live)
		rc = marks_add(l->m, us_str_text(&l->id), row, &k, err);
	if (!k || rc != US_OK)
		return rc; /* what nobody touched */
	k->look = l->m->looks;
	for (size_t i = 0; i < MARK_VALUES; i++) {
		const char *cell = marks_cell(k, row, i);

		if (l->live && cell)
			k->live[i] = us_arena_str(&l->m->arena, cell);
		else if (!l->live)
			marks_change(l->m, k, i, cell);
	}
	return us_arena_check(&l->m->arena, err);
}

/* As a batch: the settings hold for the query and are put back, in a transaction of
 * somebody's or none. */
static us_code ask(
	us_db *db, const char *schemas, const char *relations, look *l, us_err *err)
{
	const char *const params[] = { schemas, relations };
	us_stmt batch[] = {
		{ .sql = us_text_postgres_settings_sql },
		{ .sql = us_text_postgres_fingerprint_sql,
			.nparams = US_LEN(params),
			.params = params,
			.fn = see_row,
			.ctx = l },
		{ .sql = us_text_postgres_settings_back_sql },
	};
	us_code rc = us_db_run(db, batch, US_LEN(batch), err);

	if (rc == US_OK && l->id.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	us_str_fini(&l->id);
	return rc;
}

us_code marks_look(marks *m, us_db *db, size_t k, digest *sum, us_err *err)
{
	look l = { .m = m };
	us_code rc;

	m->looks++;
	m->state = k;
	rc = ask(db, NULL, NULL, &l, err);
	if (rc != US_OK)
		return rc;
	for (size_t j = 0; j < m->len; j++)
		for (size_t i = 0; m->items[j].look != m->looks && i < MARK_VALUES;
			i++)
			marks_change(m, &m->items[j], i, NULL);
	marks_put(m);
	m->base = false;
	*sum = l.sum;
	return us_arena_check(&m->arena, err);
}

us_code marks_digest(us_db *db, digest *out, us_err *err)
{
	look l = { 0 };
	us_code rc = ask(db, NULL, NULL, &l, err);

	*out = l.sum;
	return rc;
}

/* ---- the live database ---- */

/* {"a","b"}: PostgreSQL's text for an array. */
static void add_element(us_str *out, const char *text)
{
	us_str_addc(out, out->len > 1 ? ',' : ' ');
	us_str_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			us_str_addc(out, '\\');
		us_str_addc(out, *text);
	}
	us_str_addc(out, '"');
}

us_code marks_live(marks *m, us_db *live, us_err *err)
{
	us_str schemas = { 0 }, relations = { 0 };
	look l = { .m = m, .live = true };
	us_code rc;

	us_str_addc(&schemas, '{');
	us_str_addc(&relations, '{');
	for (size_t j = 0; j < m->len; j++) {
		if (!m->items[j].touched)
			continue;
		add_element(&schemas, m->items[j].schema);
		add_element(&relations, m->items[j].relation);
	}
	us_str_addc(&schemas, '}');
	us_str_addc(&relations, '}');
	m->looks++;
	if (schemas.failed || relations.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	else
		rc = ask(live, us_str_text(&schemas), us_str_text(&relations), &l,
			err);
	us_str_fini(&schemas);
	us_str_fini(&relations);
	return rc;
}
