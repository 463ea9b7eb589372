/* Which object a name in a statement means, and the names that PostgreSQL makes up
 * for what was given none (PostgreSQL 15, indexcmds.c: makeObjectName,
 * ChooseRelationName; pg_constraint.c: ChooseConstraintName). */
#include <string.h>

#include "tables.h"

static const char *given(const char *name)
{
	return name && *name ? name : NULL;
}

static object_id temporary_of(const world *w, const char *name)
{
	object_id in = world_find(w, OBJECT_SCHEMA, 0, WORLD_TEMPORARY);
	object_id id = in ? world_find(w, OBJECT_RELATION, in, name) : 0;

	return id && world_is(w, id) != THERE_NO ? id : 0;
}

/* The server looks for a name in its own schema first. NULL: one of the path's has
 * it. */
static const char *servers_own(world *w, const char *name)
{
	object_id id = world_lookup(w, OBJECT_RELATION, NULL, name);

	return world_is(w, id) == THERE_YES ? NULL : "pg_catalog";
}

/* A temporary table hides the one of the same name that stays; but the session that
 * made it may have ended. */
object_id relation_meant(world *w, const char *schema, const char *name)
{
	object_id hides = schema ? 0 : temporary_of(w, name), id;

	if (hides && world_is(w, hides) == THERE_YES)
		return hides;
	if (!schema && begins(name, "pg_"))
		schema = servers_own(w, name);
	id = world_lookup(w, OBJECT_RELATION, schema, name);
	if (!hides || id == hides)
		return id;
	return world_is(w, id) == THERE_NO
		       ? hides
		       : world_nowhere(w, OBJECT_RELATION, name);
}

object_id relation_of(world *w, const PgQuery__RangeVar *name)
{
	return relation_meant(w, given(name->schemaname), name->relname);
}

object_id named_object(world *w, object_kind kind, PgQuery__Node **names, size_t n)
{
	const char *schema = before_last_of(names, n), *name = last_of(names, n);

	return kind == OBJECT_RELATION ? relation_meant(w, schema, name)
				       : world_lookup(w, kind, schema, name);
}

object_id schema_for(world *w, const PgQuery__RangeVar *name)
{
	bool temporary = begins(name->relpersistence, "t");

	return world_schema(
		w, temporary ? WORLD_TEMPORARY : given(name->schemaname));
}

object_id need_column(const step *s, object_id relation, const char *name)
{
	object_id id = world_get(s->w, OBJECT_COLUMN, relation, name);

	world_need(s->w, id, THERE_YES);
	return id;
}

const char *text_of(world *w, us_str *s)
{
	const char *text = us_arena_str(world_arena(w), us_str_text(s));

	world_arena(w)->failed |= s->failed;
	us_str_fini(s);
	return text;
}

/* Heirs have heirs. */
static void blur_all_heirs(world *w, object_id relation, bool stay)
{
	size_t n = world_count(w);

	for (object_id id = 1; id <= n; id++) {
		const object *o = world_object(w, id);
		const char *link = o->facets[FACET_DEFINITION].text;
		bool there;

		if (o->kind != OBJECT_RELATION || o->there == THERE_NO ||
			!begins(link, "heir of ") || !world_refers(w, id, relation))
			continue;
		there = o->there == THERE_YES && !o->on; /* an index may go along */
		world_blur(w, id);
		if (there && stay)
			world_create_maybe(w, o->kind, o->parent, o->name);
		blur_all_heirs(w, id, stay);
		world_set(w, id, FACET_DEFINITION, unknown(link));
	}
}

/* An heir stays one, whatever else is not known of it. */
void blur_heirs(world *w, object_id relation)
{
	blur_all_heirs(w, relation, true);
}

void blur_heirs_away(world *w, object_id relation)
{
	blur_all_heirs(w, relation, false);
}

void blur_referrers(world *w, object_id relation)
{
	size_t n = world_count(w);

	for (object_id id = 1; id <= n; id++) {
		const object *o = world_object(w, id);

		if (o->kind == OBJECT_CONSTRAINT && o->there != THERE_NO &&
			o->parent != relation && world_refers(w, id, relation))
			lose_constraint_names(w, o->parent);
	}
}

/* ---- names that are made up ----------------------------------------------- */

/* As many bytes as fit into n without cutting a character (UTF-8). */
static size_t clip(const char *text, size_t n)
{
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static const char *object_name(
	world *w, const char *table, const char *columns, const char *label)
{
	size_t a = strlen(table), b = columns ? strlen(columns) : 0;
	size_t rest = strlen(label) + 1 + (columns ? 1 : 0);

	while (a + b + rest > NAME_BYTES && a + b > 0) {
		if (a > b)
			a--;
		else
			b--;
	}
	a = clip(table, a);
	b = columns ? clip(columns, b) : 0;
	return us_arena_strf(world_arena(w), "%.*s%s%.*s_%s", (int)a, table,
		columns ? "_" : "", (int)b, columns ? columns : "", label);
}

/* A relation of the schema. One that nothing has told of is taken as not there
 * where all of the table it would be for is known: only something else that was
 * given just this name by hand could be in the way. */
static presence relation_taken(
	world *w, object_id schema, object_id table, const char *name)
{
	object_id id = world_get(w, OBJECT_RELATION, schema, name);
	const object *o = world_object(w, id), *t = world_object(w, table);

	if (o->there != THERE_MAYBE)
		return o->there;
	return o->blurred || !t->whole || t->there != THERE_YES ? THERE_MAYBE
								: THERE_NO;
}

/* Constraints made up avoid the names of all of their schema, though they need
 * only be unique in their table. */
static presence constraint_taken(world *w, object_id table, const char *name)
{
	object_id schema = world_object(w, table)->parent;
	presence there = world_is(w, world_get(w, OBJECT_CONSTRAINT, table, name));

	for (object_id id = 1; id <= world_count(w) && there == THERE_NO; id++) {
		const object *o = world_object(w, id);

		if (o->kind == OBJECT_CONSTRAINT && o->there != THERE_NO &&
			world_object(w, o->parent)->parent == schema &&
			strcmp(o->name, name) == 0)
			there = o->there;
	}
	return there;
}

static bool has_index(const char *label)
{
	static const char *const labels[] = { "pkey", "key", "excl" };

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i], label) == 0)
			return true;
	return false;
}

static presence is_taken(world *w, object_kind kind, object_id parent,
	const char *table, const char *name, const char *label)
{
	presence there;

	if (kind == OBJECT_RELATION)
		return relation_taken(w, parent,
			world_find(w, OBJECT_RELATION, parent, table), name);
	there = constraint_taken(w, parent, name);
	if (there == THERE_NO && has_index(label))
		there = relation_taken(
			w, world_object(w, parent)->parent, parent, name);
	return there;
}

const char *made_up_name(world *w, object_kind kind, object_id parent,
	const char *table, const char *columns, const char *label)
{
	for (unsigned pass = 0; pass <= world_count(w); pass++) {
		const char *numbered = pass == 0 ? label
						 : us_arena_strf(world_arena(w),
							   "%s%u", label, pass);
		const char *name = object_name(w, table, columns, numbered);
		presence there = is_taken(w, kind, parent, table, name, label);

		if (there == THERE_NO)
			return name;
		if (there == THERE_MAYBE)
			return NULL;
	}
	return NULL;
}
