/* The objects of a database, looked at after each statement; what changed becomes a
 * key of the script's states. A look costs one query; only differences are kept. */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
#include "replay_postgres_sql.h"
#include "unstick/auto.h"

/* What a difference of two values says. */
typedef enum {
	NOT_USED,
	FIRM,     /* a name, a type, a word of the catalog's */
	WORDED,   /* an expression as the server words it */
	MATCHING, /* counts only where it is one of the script's: others may have
		     added a label, or have another version of an extension */
	PLACE,    /* a column's number: see postgres_order.c */
} value_kind;

/* The columns v1 to v6 of postgres_fingerprint.sql, by class. */
struct mark_class {
	const char *word;
	struct {
		const char *facet;
		value_kind kind;
	} values[MARK_VALUES];
};

static const mark_class classes[] = {
	{ "relation",
		{ { "", FIRM }, { "persistence", FIRM }, { "row security", FIRM },
			{ "options", FIRM }, { "replica identity", FIRM },
			{ "place among tables", WORDED },
			{ "definition", WORDED } } },
	{ "column", { { "", FIRM }, { "type", FIRM }, { "nullability", FIRM },
			    { "default", WORDED }, { "identity", FIRM },
			    { "storage", FIRM }, { "place", PLACE } } },
	{ "constraint",
		{ { "", FIRM }, { "definition", WORDED }, { "validity", FIRM } } },
	{ "index", { { "", FIRM }, { "definition", WORDED }, { "validity", FIRM },
			   { "options", FIRM } } },
	{ "sequence", { { "", FIRM }, { "type", FIRM }, { "start", FIRM },
			      { "increment", FIRM }, { "range", FIRM },
			      { "cache", FIRM }, { "owner", FIRM } } },
	{ "type", { { "", FIRM }, { "base", FIRM }, { "nullability", FIRM },
			  { "default", WORDED }, { "labels", MATCHING } } },
	{ "label", { { "", FIRM } } },
	{ "routine", { { "", FIRM }, { "definition", WORDED } } },
	{ "trigger",
		{ { "", FIRM }, { "definition", WORDED }, { "firing", FIRM } } },
	{ "policy", { { "", FIRM }, { "kind", FIRM }, { "condition", WORDED },
			    { "check", WORDED } } },
	{ "statistics", { { "", FIRM }, { "definition", WORDED } } },
	{ "extension",
		{ { "", FIRM }, { "version", MATCHING }, { "schema", MATCHING } } },
	{ "event trigger",
		{ { "", FIRM }, { "definition", FIRM }, { "firing", FIRM } } },
	{ "publication", { { "", FIRM }, { "definition", FIRM } } },
	{ "schema", { { "", FIRM } } },
	{ "comment", { { "", FIRM }, { "text", FIRM } } },
};

/* The columns of a row. */
enum { CLASS, WORD, SCHEMA, RELATION, NAME, VALUES, COLUMNS = VALUES + 6 };

const char *marks_facet(const mark *m, size_t i)
{
	return m->class->values[i].facet;
}

bool marks_is(const mark *m, const char *class)
{
	return strcmp(m->class->word, class) == 0;
}

bool digest_same(digest a, digest b)
{
	return a.a == b.a && a.b == b.b;
}

/* ---- memory ---- */

us_code marks_init(marks *m, us_states *states, size_t n, us_err *err)
{
	*m = (marks){ .states = states, .n = n, .base = true, .nslots = 1024 };
	m->slots = calloc(m->nslots, sizeof(*m->slots));
	return m->slots ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}

void marks_fini(marks *m)
{
	us_arena_fini(&m->arena);
	free(m->items);
	free(m->slots);
	*m = (marks){ 0 };
}

static uint64_t hash_bytes(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211ULL;
	return (h ^ 0xff) * 1099511628211ULL;
}

static size_t slot_of(const marks *m, const char *id)
{
	size_t i =
		(size_t)hash_bytes(14695981039346656037ULL, id) & (m->nslots - 1);

	while (m->slots[i] && strcmp(m->items[m->slots[i] - 1].id, id) != 0)
		i = (i + 1) & (m->nslots - 1);
	return i;
}

static us_code grow(marks *m, us_err *err)
{
	size_t cap = m->cap ? 2 * m->cap : 512;
	mark *items = reallocarray(m->items, cap, sizeof(*items));
	size_t *slots = calloc(2 * cap, sizeof(*slots));

	if (items)
		m->items = items;
	if (!items || !slots) {
		free(slots);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	free(m->slots);
	m->slots = slots;
	m->nslots = 2 * cap;
	m->cap = cap;
	for (size_t i = 0; i < m->len; i++)
		m->slots[slot_of(m, m->items[i].id)] = i + 1;
	return US_OK;
}

/* ---- a row's object ---- */

/* Class, word and names; names can hold anything but this. */
static void add_id(us_str *out, const us_row *row)
{
	us_str_clear(out);
	for (size_t i = CLASS; i < VALUES; i++) {
		us_str_add(out, row->cells[i] ? row->cells[i] : "");
		us_str_addc(out, '\001');
	}
}

/* As it is, and quoted only where it could be taken for something else. */
static void add_name(us_str *out, const char *name, bool *first)
{
	bool odd = strpbrk(name, ". \"") != NULL && !strchr(name, '(');

	if (!*name)
		return;
	us_str_add(out, *first ? " " : ".");
	us_str_add(out, odd ? "\"" : "");
	us_str_add(out, name);
	us_str_add(out, odd ? "\"" : "");
	*first = false;
}

static const char *title_of(us_arena *a, const us_row *row)
{
	us_str title = { 0 };
	bool first = true;
	const char *text;

	us_str_add(&title, row->cells[WORD]);
	for (size_t i = SCHEMA; i < VALUES; i++)
		add_name(&title, row->cells[i] ? row->cells[i] : "", &first);
	text = us_arena_str(a, us_str_text(&title));
	a->failed |= title.failed;
	us_str_fini(&title);
	return text;
}

static const mark_class *class_of(const char *word)
{
	for (size_t i = 0; i < US_LEN(classes); i++)
		if (strcmp(classes[i].word, word) == 0)
			return &classes[i];
	return NULL;
}

static void under_clouds(const marks *m, mark *k)
{
	for (const cloud *c = m->clouds; c; c = c->next)
		if (marks_mention(k, c->text) && c->from < k->unknown_from)
			k->unknown_from = c->from;
}

static us_code add_mark(
	marks *m, const char *id, const us_row *row, mark **out, us_err *err)
{
	mark *k;

	if (m->len == m->cap && grow(m, err) != US_OK)
		return US_E_NOMEM;
	k = &m->items[m->len];
	*k = (mark){ .id = us_arena_str(&m->arena, id),
		.title = title_of(&m->arena, row),
		.schema = us_arena_str(&m->arena, row->cells[SCHEMA]),
		.relation = us_arena_str(&m->arena, row->cells[RELATION]),
		.name = us_arena_str(&m->arena, row->cells[NAME]),
		.class = class_of(row->cells[CLASS]),
		.unknown_from = SIZE_MAX };
	for (size_t i = 0; i < MARK_VALUES; i++)
		k->keys[i] = NO_KEY;
	if (!k->class)
		return us_fail(err, US_E_DB, "an object of class \"%s\" is unknown",
			row->cells[CLASS]);
	under_clouds(m, k);
	m->slots[slot_of(m, id)] = ++m->len;
	*out = k;
	return us_arena_check(&m->arena, err);
}

/* ---- what changed ---- */

static us_value value_of(
	const marks *m, const mark *k, size_t i, size_t state, const char *text)
{
	value_kind kind = k->class->values[i].kind;
	bool opaque = kind == WORDED && !m->same_wording;

	if (state >= k->unknown_from)
		return (us_value){ US_VALUE_UNKNOWN, NULL };
	if (!text)
		return (us_value){ US_VALUE_ABSENT, NULL };
	return (us_value){ opaque ? US_VALUE_OPAQUE : US_VALUE_FIRM, text };
}

us_value marks_value(const marks *m, const mark *k, size_t i, const char *text)
{
	if (k->class->values[i].kind == MATCHING && text)
		return marks_matching(m->states, k->keys[i], m->n, text);
	return value_of(m, k, i, 0, text);
}

us_value marks_matching(const us_states *s, size_t key, size_t n, const char *text)
{
	for (size_t k = 0; k <= n; k++) {
		us_value v = us_states_at(s, key, k);

		if (v.text && strcmp(v.text, text) == 0)
			return (us_value){ US_VALUE_FIRM, text };
	}
	return (us_value){ US_VALUE_UNKNOWN, NULL };
}

/* A column's number is no value of its own; its history is kept. */
static void keep_place(marks *m, mark *k)
{
	if (k->places)
		return;
	k->touched = true;
	k->places = us_arena_alloc(&m->arena, (m->n + 1) * sizeof(*k->places));
	for (size_t j = 0; k->places && j < m->state; j++)
		k->places[j] = k->now[MARK_VALUES - 1];
}

static void change(marks *m, mark *k, size_t i, const char *text)
{
	const char *old = k->now[i];

	if ((old == text) || (old && text && strcmp(old, text) == 0))
		return;
	if (!m->base && k->class->values[i].kind == PLACE) {
		keep_place(m, k);
	} else if (!m->base && k->keys[i] == NO_KEY) {
		k->touched = true;
		k->keys[i] = us_states_key(
			m->states, k->title, k->class->values[i].facet);
		for (size_t j = 0; j < m->state; j++)
			us_states_put(m->states, k->keys[i], j,
				value_of(m, k, i, j, old));
	}
	k->now[i] = text ? us_arena_str(&m->arena, text) : NULL;
}

/* A facet that this kind of object doesn't have; one it has is never NULL. */
static const char *cell_of(const mark *k, const us_row *row, size_t i)
{
	if (i == 0)
		return "there";
	if (k->class->values[i].kind == NOT_USED)
		return NULL;
	return row->cells[VALUES + i - 1] ? row->cells[VALUES + i - 1] : "none";
}

/* State `state` of everything that changed so far, this time or another. */
static void put_state(marks *m)
{
	for (size_t j = 0; j < m->len; j++) {
		mark *k = &m->items[j];

		if (k->places)
			k->places[m->state] = k->now[MARK_VALUES - 1];
		for (size_t i = 0; k->touched && i < MARK_VALUES; i++)
			if (k->keys[i] != NO_KEY)
				us_states_put(m->states, k->keys[i], m->state,
					value_of(m, k, i, m->state, k->now[i]));
	}
}

/* ---- a look ---- */

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

		a = hash_bytes(a, cell);
		b = hash_bytes(b, cell);
	}
	/* rows come in any order */
	sum->a += a;
	sum->b += b * 0x9E3779B97F4A7C15ULL;
}

static us_code see_row(const us_row *row, void *ctx, us_err *err)
{
	look *l = ctx;
	size_t slot;
	mark *k;

	add_to_digest(&l->sum, row);
	if (!l->m)
		return US_OK;
	if (row->ncols != COLUMNS)
		return us_fail(
			err, US_E_DB, "the catalog's answer is not understood");
	add_id(&l->id, row);
	slot = l->m->slots[slot_of(l->m, us_str_text(&l->id))];
	if (!slot && l->live)
		return US_OK;
	if (!slot && add_mark(l->m, us_str_text(&l->id), row, &k, err) != US_OK)
		return err ? err->code : US_E_NOMEM;
	if (slot)
		k = &l->m->items[slot - 1];
	k->look = l->m->looks;
	for (size_t i = 0; i < MARK_VALUES; i++) {
		const char *cell = cell_of(k, row, i);

		if (l->live && cell)
			k->live[i] = us_arena_str(&l->m->arena, cell);
		else if (!l->live)
			change(l->m, k, i, cell);
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
			change(m, &m->items[j], i, NULL);
	put_state(m);
	m->base = false;
	*sum = l.sum;
	return us_arena_check(&m->arena, err);
}

void marks_repeat(marks *m, size_t k)
{
	m->state = k;
	put_state(m);
}

us_code marks_digest(us_db *db, digest *out, us_err *err)
{
	look l = { 0 };
	us_code rc = ask(db, NULL, NULL, &l, err);

	*out = l.sum;
	return rc;
}

/* ---- what was not seen ---- */

bool marks_mention(const mark *m, const char *text)
{
	char routine[256];

	if (pgwords_sweeping(text))
		return true;
	if (*m->relation)
		return pgwords_mention(text, m->relation);
	if (!*m->name)
		return pgwords_mention(text, m->schema);
	/* a routine's name without its arguments */
	(void)snprintf(routine, sizeof(routine), "%.*s", (int)strcspn(m->name, "("),
		m->name);
	return pgwords_mention(text, routine);
}

void marks_cloud(marks *m, const char *text, size_t from)
{
	cloud *c = us_arena_alloc(&m->arena, sizeof(*c));

	if (!c)
		return;
	*c = (cloud){ us_arena_str(&m->arena, text), from, m->clouds };
	m->clouds = c;
	for (size_t j = 0; j < m->len; j++)
		under_clouds(m, &m->items[j]);
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
