/* The keys that a script touches, by name: what stands under a name at a time. */
#include <stdlib.h>
#include <string.h>

#include "world_impl.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_key(const world_key *a, const world_key *b)
{
	return a->kind == b->kind && a->facet == b->facet &&
	       strcmp(a->name, b->name) == 0 &&
	       same_text(a->relation, b->relation) &&
	       same_text(a->schema, b->schema);
}

static world_key key_of(const world *w, object_id id, facet f)
{
	const object *o = world_object(w, id), *up = world_object(w, o->parent);
	world_key k = { .kind = o->kind, .name = o->name, .facet = f };

	if (o->kind >= OBJECT_COLUMN && o->kind <= OBJECT_RULE) {
		k.relation = up->name;
		k.schema = world_object(w, up->parent)->name;
	} else if (o->parent) {
		k.schema = up->name;
	}
	return k;
}

/* Only a script's own touches are keys; the newest first, as it is most often the
 * same again. */
void world_touch(world *w, object_id id, facet f)
{
	world_key key;

	w->out.changes = true;
	if (w->mode != MODE_SCRIPT || !id)
		return;
	key = key_of(w, id, f);
	if (key.schema && strcmp(key.schema, "pg_temp") == 0)
		return; /* nobody else ever sees it */
	for (size_t i = w->ntouched; i > 0; i--)
		if (same_key(&w->touched[i - 1], &key))
			return;
	if (w->ntouched == w->touched_cap) {
		size_t cap = w->touched_cap ? 2 * w->touched_cap : 64;
		world_key *grown = realloc(w->touched, cap * sizeof(*grown));

		if (!grown) {
			w->arena.failed = true;
			return;
		}
		w->touched = grown;
		w->touched_cap = cap;
	}
	w->touched[w->ntouched++] = key;
}

size_t world_ntouched(const world *w)
{
	return w->ntouched;
}

const world_key *world_touched(const world *w, size_t i)
{
	return &w->touched[i];
}

static us_value of_presence(presence p)
{
	us_value v = { US_VALUE_UNKNOWN, NULL };

	if (p == THERE_NO)
		v.firmness = US_VALUE_ABSENT;
	return v;
}

/* As world_get() would have it, without making the object. */
static us_value of_default(
	const world *w, object_kind kind, object_id parent, const char *name)
{
	return of_presence(world_presence_unseen(w, kind, parent, name));
}

object_id world_bearer(const world *w, const world_key *key)
{
	object_id parent = 0;

	if (key->schema)
		parent = world_find(w, OBJECT_SCHEMA, 0, key->schema);
	if (key->schema && !parent)
		return 0;
	if (key->relation)
		parent = world_find(w, OBJECT_RELATION, parent, key->relation);
	return key->relation && !parent
		       ? 0
		       : world_find(w, key->kind, parent, key->name);
}

us_value world_at(world *w, const world_key *key)
{
	object_id parent = 0, id;

	if (key->schema) {
		parent = world_find(w, OBJECT_SCHEMA, 0, key->schema);
		if (!parent)
			return (us_value){ US_VALUE_UNKNOWN, NULL };
	}
	if (key->relation) {
		id = world_find(w, OBJECT_RELATION, parent, key->relation);
		if (!id)
			return of_default(
				w, OBJECT_RELATION, parent, key->relation);
		if (w->objects[id].there != THERE_YES)
			return of_presence(w->objects[id].there);
		parent = id;
	}
	id = world_find(w, key->kind, parent, key->name);
	if (!id)
		return of_default(w, key->kind, parent, key->name);
	return world_value(w, id, key->facet);
}
