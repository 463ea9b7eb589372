/* The objects of a database, looked at after each statement; what changed becomes a
 * key of the script's states. A look costs one query; only differences are kept. */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
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
	{ "column", { { "", FIRM }, { "type", FIRM }, { "nullable", FIRM },
			    { "default", WORDED }, { "identity", FIRM },
			    { "storage", FIRM }, { "place", PLACE } } },
	{ "constraint",
		{ { "", FIRM }, { "definition", WORDED }, { "valid", FIRM } } },
	{ "index", { { "", FIRM }, { "definition", WORDED }, { "valid", FIRM },
			   { "options", FIRM } } },
	{ "sequence", { { "", FIRM }, { "type", FIRM }, { "start", FIRM },
			      { "increment", FIRM }, { "range", FIRM },
			      { "cache", FIRM }, { "owner", FIRM } } },
	{ "type", { { "", FIRM }, { "base", FIRM }, { "nullable", FIRM },
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

const char *marks_facet(const mark *m, size_t i)
{
	return m->class->values[i].facet;
}

bool marks_is(const mark *m, const char *class)
{
	return strcmp(m->class->word, class) == 0;
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

uint64_t marks_hash(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211ULL;
	return (h ^ 0xff) * 1099511628211ULL;
}

static size_t slot_of(const marks *m, const char *id)
{
	size_t i =
		(size_t)marks_hash(14695981039346656037ULL, id) & (m->nslots - 1);

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

	us_str_add(&title, row->cells[MARK_WORD]);
	for (size_t i = MARK_SCHEMA; i < MARK_FIRST; i++)
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

us_code marks_add(
	marks *m, const char *id, const us_row *row, mark **out, us_err *err)
{
	mark *k;

	if (m->len == m->cap && grow(m, err) != US_OK)
		return US_E_NOMEM;
	k = &m->items[m->len];
	*k = (mark){ .id = us_arena_str(&m->arena, id),
		.title = title_of(&m->arena, row),
		.schema = us_arena_str(&m->arena, row->cells[MARK_SCHEMA]),
		.relation = us_arena_str(&m->arena, row->cells[MARK_RELATION]),
		.name = us_arena_str(&m->arena, row->cells[MARK_NAME]),
		.class = class_of(row->cells[MARK_CLASS]),
		.unknown_from = SIZE_MAX };
	for (size_t i = 0; i < MARK_VALUES; i++)
		k->keys[i] = NO_KEY;
	if (!k->class)
		return us_fail(err, US_E_DB, "an object of class \"%s\" is unknown",
			row->cells[MARK_CLASS]);
	under_clouds(m, k);
	m->slots[slot_of(m, id)] = ++m->len;
	*out = k;
	return us_arena_check(&m->arena, err);
}

mark *marks_find(const marks *m, const char *id)
{
	size_t slot = m->slots[slot_of(m, id)];

	return slot ? &m->items[slot - 1] : NULL;
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

void marks_change(marks *m, mark *k, size_t i, const char *text)
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
const char *marks_cell(const mark *k, const us_row *row, size_t i)
{
	if (i == 0)
		return "there";
	if (k->class->values[i].kind == NOT_USED)
		return NULL;
	return row->cells[MARK_FIRST + i - 1] ? row->cells[MARK_FIRST + i - 1]
					      : "none";
}

/* State `state` of everything that changed so far, this time or another. */
void marks_put(marks *m)
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

void marks_repeat(marks *m, size_t k)
{
	m->state = k;
	marks_put(m);
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
