/* Names that nobody wrote: which ones may have been made up where it can't be
 * followed, and whose tables may have more of them. */
#include <string.h>

#include "world_impl.h"

enum { CUT_CHARACTER = 3 /* bytes, at most */ };

/* "t_a_idx", "t_a_key1" */
static bool could_be_relation(const char *name)
{
	static const char *const labels[] = { "idx", "key", "pkey", "excl", "seq" };
	const char *label = strrchr(name, '_');

	for (size_t i = 0; label && i < sizeof(labels) / sizeof(labels[0]); i++) {
		size_t n = strlen(labels[i]);

		if (strncmp(label + 1, labels[i], n) == 0 &&
			label[1 + n + strspn(label + 1 + n, "0123456789")] == '\0')
			return true;
	}
	return false;
}

/* A range's multirange is a type that nobody names, as a rule (PostgreSQL 14,
 * typecmds.c: makeMultirangeTypeName). */
static bool could_be_made_up(object_kind kind, const char *name)
{
	if (kind == OBJECT_TYPE)
		return strstr(name, "multirange") != NULL;
	return kind == OBJECT_RELATION && could_be_relation(name);
}

static size_t without_number(const char *name, size_t n)
{
	while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	return n;
}

/* What was cut to fit has nearly all the bytes there are, and the end of its
 * columns may be missing. */
static bool may_end(object_kind kind, const char *name, const char *ending)
{
	size_t n = strlen(name), m = ending ? strlen(ending) : 0;

	if (!ending || kind == OBJECT_TYPE || n + CUT_CHARACTER >= NAME_BYTES)
		return true;
	n = without_number(name, n);
	return n > m && memcmp(name + n - m, ending, m) == 0;
}

/* Since `until`; NULL: ever. */
bool world_is_lost(
	const world *w, const lost *until, object_kind kind, const char *name)
{
	if (!could_be_made_up(kind, name))
		return false;
	for (const lost *l = w->losts; l != until; l = l->next)
		if (may_end(kind, name, l->ending))
			return true;
	return false;
}

void world_lose_names(world *w, const char *ending)
{
	lost *l = us_arena_alloc(&w->arena, sizeof(*l));

	if (!l)
		return;
	*l = (lost){ w->losts, ending ? us_arena_str(&w->arena, ending) : NULL };
	w->losts = l;
	for (object_id id = 1; id <= w->n; id++) {
		object *o = &w->objects[id];

		if (o->there != THERE_YES &&
			world_is_lost(w, l->next, o->kind, o->name))
			world_blur(w, id);
	}
}

void world_name_not_nulls(world *w)
{
	w->not_nulls = true;
}

bool world_names_not_nulls(const world *w)
{
	return w->not_nulls;
}

/* "t_a_not_null", "t_a_not_null1" (PostgreSQL 18, heap.c:
 * AddRelationNotNullConstraints); the label is never cut. */
bool world_may_be_not_null(const world *w, const char *name)
{
	static const char label[] = "_not_null";
	size_t n = without_number(name, strlen(name)), m = sizeof(label) - 1;

	return w->not_nulls && n >= m && memcmp(name + n - m, label, m) == 0;
}

void world_close_parts(world *w, world_knows_fn *plain, const void *ctx)
{
	w->plain = plain;
	w->plain_ctx = ctx;
}

bool world_may_have_parts(const world *w, object_id table)
{
	const object *o = world_object(w, table);
	const char *kind = o->facets[FACET_KIND].text;

	if (kind)
		return strcmp(kind, "partitioned table") == 0;
	return !w->plain || !w->plain(w->plain_ctx, o->name);
}
