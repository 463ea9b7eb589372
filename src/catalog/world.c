/* The objects of a world, found by name. An object keeps its id through renames;
 * its name's place is taken over by whoever bears the name next. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "world_impl.h"

enum { FIRST_CAP = 256 };

static size_t bucket_of(
	const world *w, object_kind kind, object_id parent, const char *name)
{
	uint64_t h = 14695981039346656037ULL ^ ((uint64_t)parent << 8 | kind);

	for (const char *p = name; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	return (size_t)(h ^ h >> 32) & (w->nbuckets - 1);
}

void world_link(world *w, object_id id)
{
	const object *o = &w->objects[id];
	size_t b = bucket_of(w, o->kind, o->parent, o->name);

	w->chain[id] = w->buckets[b];
	w->buckets[b] = id;
}

void world_unlink(world *w, object_id id)
{
	const object *o = &w->objects[id];
	object_id *at = &w->buckets[bucket_of(w, o->kind, o->parent, o->name)];

	while (*at && *at != id)
		at = &w->chain[*at];
	if (*at)
		*at = w->chain[id];
}

/* All three arrays, or none. */
static bool reserve(world *w, size_t cap)
{
	object *objects = realloc(w->objects, cap * sizeof(*objects));
	object_id *chain, *buckets;

	if (!objects)
		return false;
	w->objects = objects;
	chain = realloc(w->chain, cap * sizeof(*chain));
	if (!chain)
		return false;
	w->chain = chain;
	buckets = calloc(cap, sizeof(*buckets));
	if (!buckets)
		return false;
	w->cap = cap;
	/* those that are out of their chain must not come back by rehashing */
	for (size_t b = 0; b < w->nbuckets; b++) {
		object_id id = w->buckets[b];

		while (id) {
			object_id next = w->chain[id];
			object *o = &w->objects[id];
			uint64_t old = w->nbuckets;
			size_t to;

			w->nbuckets = cap;
			to = bucket_of(w, o->kind, o->parent, o->name);
			w->nbuckets = old;
			w->chain[id] = buckets[to];
			buckets[to] = id;
			id = next;
		}
	}
	free(w->buckets);
	w->buckets = buckets;
	w->nbuckets = cap;
	return true;
}

world *world_new(const char *schema)
{
	world *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	if (!reserve(w, FIRST_CAP)) {
		world_free(w);
		return NULL;
	}
	w->objects[0] = (object){ .name = "" };
	w->home = schema ? us_arena_str(&w->arena, schema) : NULL;
	world_new_session(w, false);
	return w;
}

static bool copy_arrays(world *c, const world *w)
{
	size_t ntouched = w->ntouched + 1;

	c->objects = malloc(w->cap * sizeof(*c->objects));
	c->chain = malloc(w->cap * sizeof(*c->chain));
	c->buckets = malloc(w->nbuckets * sizeof(*c->buckets));
	c->touched = malloc(ntouched * sizeof(*c->touched));
	if (!c->objects || !c->chain || !c->buckets || !c->touched)
		return false;
	memcpy(c->objects, w->objects, (w->n + 1) * sizeof(*c->objects));
	memcpy(c->chain, w->chain, (w->n + 1) * sizeof(*c->chain));
	memcpy(c->buckets, w->buckets, w->nbuckets * sizeof(*c->buckets));
	if (w->ntouched > 0)
		memcpy(c->touched, w->touched, w->ntouched * sizeof(*c->touched));
	c->touched_cap = ntouched;
	return true;
}

world *world_fork(const world *w)
{
	world *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	*c = *w;
	c->arena = (us_arena){ 0 };
	c->objects = NULL;
	c->chain = c->buckets = NULL;
	c->touched = NULL;
	if (!copy_arrays(c, w)) {
		world_free(c);
		return NULL;
	}
	return c;
}

world *world_clone(const world *w)
{
	world *c = world_fork(w);

	if (!c)
		return NULL;
	c->before = NULL;
	c->ntouched = 0;
	c->out = (outcome){ 0 };
	for (object_id id = 1; id <= c->n; id++) {
		c->objects[id].twin = id;
		c->objects[id].moved = false;
	}
	world_settle(c);
	return c;
}

void world_settle(world *w)
{
	w->mentioned_before = w->mentions;
	w->lost_before = w->losts;
	w->dropped = w->cascaded = false;
	for (object_id id = 1; id <= w->n; id++)
		w->objects[id].blurred = false;
}

void world_adopt(world *w, world *older)
{
	us_arena_adopt(&w->arena, &older->arena);
	world_free(older);
}

void world_free(world *w)
{
	if (!w)
		return;
	us_arena_fini(&w->arena);
	free(w->objects);
	free(w->chain);
	free(w->buckets);
	free(w->touched);
	free(w);
}

us_arena *world_arena(world *w)
{
	return &w->arena;
}

const object *world_object(const world *w, object_id id)
{
	return &w->objects[id <= w->n ? id : 0];
}

object *world_edit(world *w, object_id id)
{
	return &w->objects[id <= w->n ? id : 0];
}

size_t world_count(const world *w)
{
	return w->n;
}

object_id world_find(
	const world *w, object_kind kind, object_id parent, const char *name)
{
	object_id id = w->buckets[bucket_of(w, kind, parent, name)];

	while (id &&
		(w->objects[id].kind != kind || w->objects[id].parent != parent ||
			strcmp(w->objects[id].name, name) != 0))
		id = w->chain[id];
	return id;
}

object_id world_insert(world *w, object_kind kind, object_id parent,
	const char *name, presence there)
{
	object_id id;

	if (w->n + 1 == w->cap && !reserve(w, 2 * w->cap)) {
		w->arena.failed = true;
		return 0;
	}
	id = (object_id)++w->n;
	w->objects[id] = (object){ .kind = kind,
		.parent = parent,
		.name = us_arena_str(&w->arena, name),
		.there = there };
	world_link(w, id);
	w->functions = w->functions || kind == OBJECT_FUNCTION;
	return id;
}

/* What a schema holds can be known to be nothing only where the whole history is.
 */
presence world_default(
	const world *w, object_kind kind, object_id parent, const char *name)
{
	const object *up = &w->objects[parent];
	bool child = kind >= OBJECT_COLUMN && kind <= OBJECT_RULE;

	if (parent && up->there == THERE_NO)
		return THERE_NO;
	if (kind == OBJECT_CONSTRAINT && world_may_be_not_null(w, name))
		return THERE_MAYBE;
	if (child)
		return up->there == THERE_YES && up->whole ? THERE_NO : THERE_MAYBE;
	/* extensions are often made by who may, or come with the template; no
	 * script makes what is in the server's own schema */
	if (kind == OBJECT_EXTENSION ||
		(parent && strcmp(up->name, "information_schema") == 0))
		return THERE_MAYBE;
	return w->knows && w->knows(w->knows_ctx, name) ? THERE_NO : THERE_MAYBE;
}

/* The object that stands in the world before for a new one of this parent. */
static object_id make_twin(
	world *w, object_kind kind, object_id parent, const char *name)
{
	object_id twin = w->objects[parent].twin;

	if (!w->before || (parent && !twin))
		return 0;
	return world_get(w->before, kind, twin, name);
}

presence world_presence_unseen(
	const world *w, object_kind kind, object_id parent, const char *name)
{
	const object *up = &w->objects[parent];
	presence there = world_default(w, kind, parent, name);

	if (there == THERE_NO && up->there != THERE_NO &&
		(up->blurred || world_is_mentioned(w, NULL, name) ||
			world_is_lost(w, NULL, kind, name)))
		return THERE_MAYBE;
	return there;
}

object_id world_get(world *w, object_kind kind, object_id parent, const char *name)
{
	object_id id = world_find(w, kind, parent, name), twin;
	presence there;
	bool blurred;

	if (id)
		return id;
	there = world_presence_unseen(w, kind, parent, name);
	blurred = w->objects[parent].blurred ||
		  world_is_mentioned(w, w->mentioned_before, name) ||
		  world_is_lost(w, w->lost_before, kind, name);
	twin = make_twin(w, kind, parent, name);
	id = world_insert(w, kind, parent, name, there);
	w->objects[id].twin = id ? twin : 0;
	w->objects[id].blurred = id && blurred;
	return id;
}

object_id world_schema(world *w, const char *name)
{
	if (!name)
		name = world_schema_name(w);
	return world_get(w, OBJECT_SCHEMA, 0, name ? name : "pg_catalog");
}

/* The ledger's own schema was there when it was connected to, unless a statement
 * says otherwise. "$user" stands for a name that isn't known. */
static presence schema_of_path(const world *w, size_t i)
{
	const char *name = w->path[i];
	object_id id = world_find(w, OBJECT_SCHEMA, 0, name);
	presence there = id ? w->objects[id].there
			    : world_default(w, OBJECT_SCHEMA, 0, name);

	if (strcmp(name, "$user") == 0)
		return THERE_MAYBE;
	if (there == THERE_MAYBE && w->home && strcmp(name, w->home) == 0)
		return THERE_YES;
	return there;
}

const char *world_schema_name(const world *w)
{
	for (size_t i = 0; i < w->npath; i++)
		if (schema_of_path(w, i) != THERE_NO)
			return w->path[i];
	return w->npath > 0 ? w->path[0] : NULL;
}

bool world_has_long_path(const world *w)
{
	return w->npath > 1;
}

bool world_knows_path(const world *w)
{
	size_t maybe = 0, i = 0;

	for (; i < w->npath && schema_of_path(w, i) != THERE_YES; i++)
		maybe += schema_of_path(w, i) == THERE_MAYBE;
	/* the only one there may be is needed to be there */
	return maybe == 0 || (i == w->npath && maybe == 1 &&
				     strcmp(world_schema_name(w), "$user") != 0);
}

void world_new_session(world *w, bool kept)
{
	object_id temporary = world_find(w, OBJECT_SCHEMA, 0, WORLD_TEMPORARY);

	world_set_path(w, &w->home, w->home ? 1 : 0);
	for (object_id id = 1; temporary && id <= w->n; id++)
		if (w->objects[id].parent == temporary &&
			w->objects[id].there != THERE_NO)
			w->objects[id].there = kept ? THERE_MAYBE : THERE_NO;
}

void world_set_path(world *w, const char *const *schemas, size_t n)
{
	const char **path = us_arena_alloc(&w->arena, (n + 1) * sizeof(*path));

	if (!path)
		return;
	for (size_t i = 0; i < n; i++)
		path[i] = us_arena_str(&w->arena, schemas[i]);
	w->path = path;
	w->npath = n;
}

void world_forget_path(world *w)
{
	static const char *const unknown[] = { "$user" };

	if (w->npath != 1 || !w->home || strcmp(w->path[0], w->home) != 0)
		world_set_path(w, unknown, 1);
}

void world_expect_anything(world *w)
{
	w->anything = true;
}

bool world_expects_anything(const world *w)
{
	return w->anything;
}

bool world_has_functions(const world *w)
{
	return w->functions;
}

void world_note_far_code(world *w)
{
	w->far_code = true;
}

bool world_has_far_code(const world *w)
{
	return w->far_code;
}

void world_close(world *w, world_knows_fn *knows, const void *ctx)
{
	w->knows = knows;
	w->knows_ctx = ctx;
}

/* Temporary objects are never asked for. */
object_id world_nowhere(world *w, object_kind kind, const char *name)
{
	world_unsure(w,
		us_arena_strf(&w->arena, "which %s is meant is not known", name));
	world_blur(w, 0);
	return world_get(w, kind,
		world_get(w, OBJECT_SCHEMA, 0, WORLD_TEMPORARY " or not"), name);
}

/* The first of the path that has it, unless one before it may have it as well. */
object_id world_lookup(
	world *w, object_kind kind, const char *schema, const char *name)
{
	object_id maybe = 0;

	if (schema)
		return world_get(w, kind, world_schema(w, schema), name);
	for (size_t i = 0; i < w->npath; i++) {
		object_id in = world_get(w, OBJECT_SCHEMA, 0, w->path[i]);
		object_id id = w->npath > 1 ? world_get(w, kind, in, name)
					    : world_find(w, kind, in, name);
		presence there = id ? w->objects[id].there : THERE_NO;

		if (maybe && there != THERE_NO)
			return world_nowhere(w, kind, name);
		if (there == THERE_YES)
			return id;
		if (there == THERE_MAYBE)
			maybe = id;
	}
	return maybe ? maybe : world_get(w, kind, world_schema(w, NULL), name);
}

object_id world_next_child(
	const world *w, object_id parent, object_kind kind, object_id after)
{
	for (object_id id = after + 1; id <= w->n; id++) {
		const object *o = &w->objects[id];

		if (o->parent == parent && o->kind == kind && o->there != THERE_NO)
			return id;
	}
	return 0;
}
