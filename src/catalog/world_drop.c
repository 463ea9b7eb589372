/* What goes along when an object is dropped. PostgreSQL's rules (15, "Dependency
 * Tracking" and the DROP commands): what is a part of it, or was made for it, goes
 * by itself; what stands elsewhere and refers to it goes with CASCADE only. */
#include <string.h>

#include "world_impl.h"

static void drop_one(world *w, object_id id, bool cascade);

static bool begins(const char *text, const char *prefix)
{
	return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The index that a constraint made bears its name. */
static object_id index_of_constraint(const world *w, const object *o)
{
	const char *def = o->facets[FACET_DEFINITION].text;
	object_id table = o->parent;

	if (!begins(def, "primary key") && !begins(def, "unique") &&
		!begins(def, "exclu"))
		return 0;
	return world_find(
		w, OBJECT_RELATION, world_object(w, table)->parent, o->name);
}

/* Is it a part of what is dropped, so that it goes by itself? */
static bool is_part(const world *w, object_id id, object_id dropped)
{
	const object *o = world_object(w, id), *gone = world_object(w, dropped);
	object_id table = gone->kind == OBJECT_COLUMN ? gone->parent : dropped;

	if (o->parent == dropped && gone->kind != OBJECT_SCHEMA)
		return true;
	if (o->on == dropped)
		return true;
	if (gone->kind != OBJECT_COLUMN || !world_refers(w, id, dropped))
		return false;
	return (o->kind == OBJECT_CONSTRAINT && o->parent == table) ||
	       (o->kind == OBJECT_RELATION && o->on == table);
}

/* A foreign key goes with its own table, whatever it refers to. */
static void drop_dependent(world *w, object_id id, object_id gone, bool cascade)
{
	const object *o = world_object(w, id);

	if (!cascade) {
		/* it would not have been dropped: one of them is not so */
		world_fails(w, us_arena_strf(&w->arena, "%s depends on %s",
				       world_title(w, id), world_title(w, gone)));
		world_blur(w, id);
	} else if (o->kind == OBJECT_COLUMN &&
		   !begins(o->facets[FACET_DEFAULT].text, "generated:") &&
		   !world_facet_refers(w, id, FACET_TYPE, gone)) {
		/* its default was about it */
		world_edit(w, id)->facets[FACET_DEFAULT] =
			(us_value){ US_VALUE_UNKNOWN, NULL };
	} else {
		drop_one(w, id, true);
	}
}

/* CREATE INDEX IF NOT EXISTS of what may have been there: on whichever table. */
static bool may_be_elsewhere(const object *o)
{
	return o->kind == OBJECT_RELATION && o->on && !o->facets[FACET_KIND].text;
}

/* A relation of which only the name is known, and no column: the table's index or
 * sequence, for all that is known. */
static bool may_be_of_table(const world *w, object_id id, object_id dropped)
{
	const object *o = world_object(w, id), *gone = world_object(w, dropped);

	if (o->kind != OBJECT_RELATION || o->on || gone->on ||
		o->facets[FACET_KIND].text || id == gone->parent ||
		(gone->kind != OBJECT_RELATION && gone->kind != OBJECT_COLUMN))
		return false;
	for (object_id i = 1; i <= w->n; i++)
		if (w->objects[i].parent == id)
			return false;
	return true;
}

/* An index or a constraint of the column's table of which nothing more is known may
 * involve the column, and be gone; so may a column that is generated from it. */
static bool may_be_part(
	const world *w, object_id id, object_id dropped, bool cascade)
{
	const object *o = world_object(w, id), *gone = world_object(w, dropped);

	if (may_be_elsewhere(o) && !gone->on) /* no other index is it */
		return true;
	if (may_be_of_table(w, id, dropped))
		return true;
	if (gone->kind != OBJECT_COLUMN || o->facets[FACET_DEFINITION].text)
		return false;
	if (o->kind == OBJECT_COLUMN)
		return cascade && o->parent == gone->parent &&
		       o->facets[FACET_DEFAULT].firmness == US_VALUE_UNKNOWN;
	return (o->kind == OBJECT_CONSTRAINT && o->parent == gone->parent) ||
	       (o->kind == OBJECT_RELATION && o->on == gone->parent);
}

static bool is_of_table(const world *w, object_id id, object_id table)
{
	const object *o = world_object(w, id);

	switch (o->kind) {
	case OBJECT_RELATION:
		return o->on != table && world_refers(w, id, table);
	case OBJECT_TRIGGER:
	case OBJECT_POLICY:
	case OBJECT_RULE:
		return o->parent == table || world_refers(w, id, table);
	default:
		return false;
	}
}

/* Views, policies, rules and triggers are known to refer to a table, not to which
 * of its columns. */
static void blur_what_reads(world *w, object_id column)
{
	object_id table = world_object(w, column)->parent;

	for (object_id i = 1; i <= w->n; i++)
		if (w->objects[i].there != THERE_NO && is_of_table(w, i, table))
			world_blur(w, i);
}

static void drop_one(world *w, object_id id, bool cascade)
{
	object *o = world_edit(w, id);
	object_id index = 0;

	if (!id || o->there == THERE_NO)
		return;
	if (o->kind == OBJECT_CONSTRAINT)
		index = index_of_constraint(w, o);
	o->there = THERE_NO;
	o->moved = true;
	drop_one(w, index, cascade);
	for (object_id i = 1; i <= w->n; i++) {
		if (w->objects[i].there == THERE_NO || i == id)
			continue;
		if (is_part(w, i, id) || (w->objects[i].parent == id && cascade))
			drop_one(w, i, cascade);
		else if (may_be_part(w, i, id, cascade))
			world_blur(w, i);
	}
	for (object_id i = 1; i <= w->n; i++)
		if (w->objects[i].there != THERE_NO && world_refers(w, i, id) &&
			world_object(w, w->objects[i].parent)->there != THERE_NO)
			drop_dependent(w, i, id, cascade);
}

/* What has parts that bear names of their own elsewhere. */
static bool has_named_parts(const object *o)
{
	const char *kind = o->facets[FACET_KIND].text;

	return o->kind == OBJECT_COLUMN || o->kind == OBJECT_EXTENSION ||
	       (o->kind == OBJECT_RELATION &&
		       !(kind && (strcmp(kind, "index") == 0 ||
					 strcmp(kind, "view") == 0 ||
					 strcmp(kind, "sequence") == 0)));
}

void world_drop(world *w, object_id id, bool cascade)
{
	if (!id)
		return;
	w->dropped = w->dropped || has_named_parts(world_object(w, id));
	w->cascaded = w->cascaded || cascade;
	world_touch(w, id, FACET_THERE);
	drop_one(w, id, cascade);
	if (cascade && world_object(w, id)->kind == OBJECT_COLUMN)
		blur_what_reads(w, id);
}
