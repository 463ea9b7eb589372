/* What can't be followed: nothing is known any more of what it may have changed. */
#include <string.h>

#include "pieces.h"
#include "world_impl.h"

static unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

static bool is_word(char c)
{
	unsigned char u = lower(c);

	return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u == '_' ||
	       u >= 0x80;
}

bool text_has_escaped_names(const char *text, size_t len)
{
	const char *end = text + len;

	while ((text = memchr(text, '&', (size_t)(end - text))) != NULL)
		if (++text < end && *text == '"')
			return true;
	return false;
}

/* Of a function's name what is before its arguments. Where a name may be written in
 * another way than it reads, it may be any. */
static bool has_word(const char *text, size_t len, const char *word)
{
	size_t n = strcspn(word, "("), j;

	if (text_has_escaped_names(text, len) ||
		(strchr(word, '"') && memmem(text, len, "\"\"", 2)))
		return true;
	for (size_t i = 0; n > 0 && i + n <= len; i++) {
		if (i > 0 && is_word(text[i - 1]) && is_word(word[0]))
			continue;
		for (j = 0; j < n && lower(text[i + j]) == lower(word[j]); j++)
			;
		if (j == n && (i + n == len || !is_word(text[i + n]) ||
				      !is_word(word[n - 1])))
			return true;
	}
	return false;
}

bool world_is_mentioned(const world *w, const mention *until, const char *name)
{
	for (const mention *m = w->mentions; m != until; m = m->next)
		if (has_word(m->text, m->len, name))
			return true;
	return false;
}

static void blur_one(object *o)
{
	o->there = THERE_MAYBE;
	o->blurred = true;
	o->whole = false;
	o->refers = 0;
	memset(o->facets, 0, sizeof(o->facets));
}

/* Is it a part of id, or of one of its parts, or made for one? */
static bool is_within(const world *w, object_id i, object_id id)
{
	const object *o = &w->objects[i];

	return i == id || o->parent == id || o->on == id ||
	       (o->on && w->objects[o->on].parent == id);
}

void world_blur(world *w, object_id id)
{
	w->out.changes = true;
	if (id == 0) {
		w->knows = NULL;
		w->plain = NULL;
	}
	for (object_id i = 1; i <= w->n; i++)
		if (id == 0 || is_within(w, i, id))
			blur_one(&w->objects[i]);
}

/* Columns, constraints and the like are reached by their relation's name only, and
 * are blurred with it. */
static bool is_reached(const world *w, object_id id, const char *text, size_t len)
{
	const object *o = &w->objects[id];
	bool child = o->kind >= OBJECT_COLUMN && o->kind <= OBJECT_RULE;

	return !child && o->kind != OBJECT_SCHEMA && has_word(text, len, o->name);
}

void world_blur_mentioned(world *w, const char *text, size_t len)
{
	mention *m = us_arena_alloc(&w->arena, sizeof(*m));

	if (!m)
		return;
	*m = (mention){ w->mentions, us_arena_strn(&w->arena, text, len), len };
	w->mentions = m;
	for (object_id id = 1; id <= w->n; id++)
		if (is_reached(w, id, text, len))
			world_blur(w, id);
}

/* Nothing is known of what it consists of: it may refer to anything. */
static bool may_refer(const object *o)
{
	return o->there != THERE_NO && !o->facets[FACET_DEFINITION].text &&
	       (o->kind == OBJECT_CONSTRAINT || o->kind == OBJECT_FUNCTION ||
		       (o->kind == OBJECT_RELATION && o->on) ||
		       (o->facets[FACET_KIND].text &&
			       strstr(o->facets[FACET_KIND].text, "view")));
}

static bool depends(const world *w, object_id i, const bool *gone)
{
	const object *o = &w->objects[i];

	if (o->kind == OBJECT_SCHEMA)
		return false;
	if (gone[o->parent] || gone[o->on] || may_refer(o))
		return true;
	for (object_id id = 1; id <= w->n && o->refers; id++)
		if (gone[id] && world_refers(w, i, id))
			return true;
	return false;
}

void world_blur_dependents(world *w, const char *text, size_t len)
{
	bool *gone = us_arena_alloc(&w->arena, (w->n + 1) * sizeof(*gone));
	bool more = gone != NULL;

	for (object_id id = 1; more && id <= w->n; id++)
		gone[id] = is_reached(w, id, text, len);
	while (more) {
		more = false;
		for (object_id id = 1; id <= w->n; id++)
			if (!gone[id] && depends(w, id, gone))
				gone[id] = more = true;
	}
	for (object_id id = 1; gone && id <= w->n; id++)
		if (gone[id])
			world_blur(w, id);
}

static bool same_value(const us_value *a, const us_value *b)
{
	return a->firmness == b->firmness &&
	       (a->text == b->text ||
		       (a->text && b->text && strcmp(a->text, b->text) == 0));
}

/* It may be as it is now, or as it was. */
static void blur_change(world *w, object_id id, const object *was)
{
	object *o = &w->objects[id];

	if (o->there != was->there && was->there != THERE_MAYBE) {
		world_blur(w, id);
		return;
	}
	if (o->there != was->there) {
		blur_one(o);
		return;
	}
	o->whole = o->whole && was->whole;
	for (size_t f = 0; f < FACETS; f++)
		if (!same_value(&o->facets[f], &was->facets[f]))
			o->facets[f].firmness = US_VALUE_UNKNOWN;
}

void world_blur_changes(world *w, const world *since)
{
	for (object_id id = 1; id <= w->n; id++) {
		const object *o = &w->objects[id], *was = &since->objects[id];

		if (id > since->n) {
			if (o->moved || o->there == THERE_YES)
				world_blur(w, id);
		} else if (o->parent != was->parent || o->on != was->on ||
			   strcmp(o->name, was->name) != 0) {
			world_blur(w, 0); /* names have changed hands */
			return;
		} else {
			blur_change(w, id, was);
		}
	}
}
