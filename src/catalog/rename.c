/* Other names and other schemas for the same things. An index and the constraint it
 * was made for are renamed together, whichever of the two a statement names
 * (source: PostgreSQL 15, RenameRelationInternal and rename_constraint_internal of
 * tablecmds.c). */
#include <string.h>

#include "kinds.h"
#include "routines.h"
#include "tables.h"
#include "unstick/auto.h"

static const PgQuery__RenameStmt *renaming(const step *s)
{
	return s->tree->rename_stmt;
}

static void not_followed(const step *s, const char *why)
{
	world_unsure(s->w, why);
	world_blur_mentioned(s->w, s->text, s->len);
}

/* IF EXISTS. True: the statement does its work. What is not known to be there may
 * have been renamed or not: neither name is known then. */
static bool goes_on(const step *s, object_id id, bool missing_ok)
{
	presence p = world_is(s->w, id);

	if (!missing_ok) {
		world_need(s->w, id, THERE_YES);
		return true;
	}
	if (p == THERE_MAYBE)
		world_blur_mentioned(s->w, s->text, s->len);
	return p == THERE_YES;
}

static void move(const step *s, object_id id, object_id parent, const char *name)
{
	object_kind kind = world_object(s->w, id)->kind;

	world_need_free(s->w, world_get(s->w, kind, parent, name), true);
	world_move(s->w, id, parent, name);
}

static void rename_child(const step *s, object_kind kind)
{
	const PgQuery__RenameStmt *r = renaming(s);
	object_id of = relation_of(s->w, r->relation), id;

	if (!goes_on(s, of, r->missing_ok))
		return;
	id = world_get(s->w, kind, of, r->subname);
	world_need(s->w, id, THERE_YES);
	move(s, id, of, r->newname);
}

/* ---- indexes and their constraints ------------------------------------------- */

typedef enum { MAKES_NO_INDEX, MAKES_INDEX, MAY_MAKE_INDEX } index_making;

static index_making index_of(const object *constraint)
{
	static const char *const makers[] = { "primary key", "unique", "exclu" };
	const char *def = constraint->facets[FACET_DEFINITION].text;

	if (constraint->there == THERE_NO)
		return MAKES_NO_INDEX;
	if (constraint->there == THERE_MAYBE || !def)
		return MAY_MAKE_INDEX;
	for (size_t i = 0; i < US_LEN(makers); i++)
		if (strncmp(def, makers[i], strlen(makers[i])) == 0)
			return MAKES_INDEX;
	return MAKES_NO_INDEX;
}

static void rename_constraint(const step *s)
{
	const PgQuery__RenameStmt *r = renaming(s);
	object_id table = relation_of(s->w, r->relation), id, schema, index;
	index_making makes;

	if (!goes_on(s, table, r->missing_ok))
		return;
	id = world_get(s->w, OBJECT_CONSTRAINT, table, r->subname);
	world_need(s->w, id, THERE_YES);
	makes = index_of(world_object(s->w, id));
	move(s, id, table, r->newname);
	blur_heirs(s->w, table);
	if (makes == MAKES_NO_INDEX)
		return;
	schema = world_object(s->w, table)->parent;
	index = world_get(s->w, OBJECT_RELATION, schema, r->subname);
	if (makes == MAKES_INDEX) {
		world_need(s->w, index, THERE_YES);
		move(s, index, schema, r->newname);
	} else {
		world_blur(s->w, index);
		world_blur(
			s->w, world_get(s->w, OBJECT_RELATION, schema, r->newname));
	}
}

/* The constraint of an index's name, on a table that may be the index's. */
static void rename_with_index(
	const step *s, object_id constraint, const char *newname)
{
	const object *o = world_object(s->w, constraint);
	object_id table = o->parent;
	index_making makes = index_of(o);

	if (makes == MAKES_INDEX) {
		move(s, constraint, table, newname);
	} else if (makes == MAY_MAKE_INDEX) {
		world_blur(s->w, constraint);
		world_blur(
			s->w, world_get(s->w, OBJECT_CONSTRAINT, table, newname));
	}
}

/* The table isn't known: any constraint of that name, in that schema, is it. */
static void rename_constraint_somewhere(
	const step *s, object_id schema, const char *oldname, const char *newname)
{
	size_t n = world_count(s->w);
	bool found = false;

	for (object_id id = 1; id <= n; id++) {
		const object *o = world_object(s->w, id);

		if (o->kind != OBJECT_CONSTRAINT || strcmp(o->name, oldname) != 0 ||
			world_object(s->w, o->parent)->parent != schema)
			continue;
		found = found || index_of(o) == MAKES_INDEX;
		rename_with_index(s, id, newname);
	}
	if (!found) /* it may have one that nothing is known of */
		world_blur_mentioned(s->w, oldname, strlen(oldname));
}

static void rename_index(const step *s, object_id index)
{
	const char *newname = renaming(s)->newname;
	const char *oldname = world_object(s->w, index)->name;
	object_id schema = world_object(s->w, index)->parent;
	object_id table = world_object(s->w, index)->on;

	if (!table) {
		/* before the index has that name itself */
		world_need(s->w, world_get(s->w, OBJECT_RELATION, schema, newname),
			THERE_NO);
		world_blur_mentioned(s->w, newname, strlen(newname));
		world_move(s->w, index, schema, newname);
		rename_constraint_somewhere(s, schema, oldname, newname);
		return;
	}
	move(s, index, schema, newname);
	rename_with_index(
		s, world_get(s->w, OBJECT_CONSTRAINT, table, oldname), newname);
}

/* ---- relations, types, functions, schemas ---- */

static bool is_kind(const world *w, object_id id, const char *kind)
{
	const char *is = world_object(w, id)->facets[FACET_KIND].text;

	return is && strcmp(is, kind) == 0;
}

/* ALTER TABLE renames any relation, and says nothing of what it is. */
static void rename_relation(const step *s)
{
	const PgQuery__RenameStmt *r = renaming(s);
	object_id id = relation_of(s->w, r->relation);
	bool index = r->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;

	if (!goes_on(s, id, r->missing_ok))
		return;
	if (is_kind(s->w, id, "index") ||
		(index && !world_object(s->w, id)->facets[FACET_KIND].text))
		rename_index(s, id);
	else
		move(s, id, world_object(s->w, id)->parent, r->newname);
}

static object_id listed_type(const step *s, const PgQuery__Node *named)
{
	if (!named || named->node_case != PG_QUERY__NODE__NODE_LIST)
		return 0;
	return named_object(
		s->w, OBJECT_TYPE, named->list->items, named->list->n_items);
}

/* A composite type is a relation as well. */
static void move_type(
	const step *s, object_id id, object_id parent, const char *newname)
{
	const object *o = world_object(s->w, id);
	const char *oldname = o->name;
	object_id old = o->parent;
	object_id row = world_find(s->w, OBJECT_RELATION, old, oldname);

	move(s, id, parent, newname);
	if (row && is_kind(s->w, row, "composite type"))
		move(s, row, parent, newname);
	if (strcmp(oldname, newname) != 0)
		routines_rename_type(s->w, oldname, newname);
}

static void rename_type(const step *s)
{
	object_id id = listed_type(s, renaming(s)->object);

	world_need(s->w, id, THERE_YES);
	move_type(s, id, world_object(s->w, id)->parent, renaming(s)->newname);
}

static void rename_domain_constraint(const step *s)
{
	object_id id = listed_type(s, renaming(s)->object);

	world_need(s->w, id, THERE_YES);
	world_unsure(s->w, "what a domain is made of is not followed");
	world_set(s->w, id, FACET_DEFINITION, unknown(NULL));
}

static object_id routine_in(const step *s, const PgQuery__Node *named)
{
	if (!named || named->node_case != PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
		return 0;
	return routine_of(s->w, named->object_with_args);
}

static void rename_routine(const step *s)
{
	object_id id = routine_in(s, renaming(s)->object);
	const char *args = id ? strchr(world_object(s->w, id)->name, '(') : NULL;

	if (!args) {
		not_followed(s, "which function is meant is not known");
		return;
	}
	world_need(s->w, id, THERE_YES);
	move(s, id, world_object(s->w, id)->parent,
		us_arena_strf(
			world_arena(s->w), "%s%s", renaming(s)->newname, args));
}

static void rename_schema(const step *s)
{
	object_id id = world_schema(s->w, renaming(s)->subname);

	world_need(s->w, id, THERE_YES);
	move(s, id, 0, renaming(s)->newname);
}

/* Partitions and other heirs have the column too. */
static void rename_column(const step *s)
{
	rename_child(s, OBJECT_COLUMN);
	blur_heirs(s->w, relation_of(s->w, renaming(s)->relation));
}

static void rename_trigger(const step *s)
{
	rename_child(s, OBJECT_TRIGGER);
	blur_heirs(s->w, relation_of(s->w, renaming(s)->relation));
}

static void rename_policy(const step *s)
{
	rename_child(s, OBJECT_POLICY);
}

static void rename_rule(const step *s)
{
	rename_child(s, OBJECT_RULE);
}

#define TYPE(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

void kind_rename(const step *s)
{
	static const struct {
		PgQuery__ObjectType what;
		kind_fn *apply;
	} kinds[] = {
		{ TYPE(TABLE), rename_relation },
		{ TYPE(VIEW), rename_relation },
		{ TYPE(MATVIEW), rename_relation },
		{ TYPE(INDEX), rename_relation },
		{ TYPE(SEQUENCE), rename_relation },
		{ TYPE(FOREIGN_TABLE), rename_relation },
		{ TYPE(COLUMN), rename_column },
		{ TYPE(ATTRIBUTE), rename_column },
		{ TYPE(TABCONSTRAINT), rename_constraint },
		{ TYPE(TRIGGER), rename_trigger },
		{ TYPE(POLICY), rename_policy },
		{ TYPE(RULE), rename_rule },
		{ TYPE(TYPE), rename_type },
		{ TYPE(DOMAIN), rename_type },
		{ TYPE(DOMCONSTRAINT), rename_domain_constraint },
		{ TYPE(FUNCTION), rename_routine },
		{ TYPE(PROCEDURE), rename_routine },
		{ TYPE(ROUTINE), rename_routine },
		{ TYPE(AGGREGATE), rename_routine },
		{ TYPE(SCHEMA), rename_schema },
	};

	for (size_t i = 0; i < US_LEN(kinds); i++)
		if (kinds[i].what == renaming(s)->rename_type) {
			kinds[i].apply(s);
			return;
		}
	not_followed(s, "a kind of object that is not followed");
}

/* ---- SET SCHEMA ---- */

/* Does it go where its table goes: an index, or a sequence of one of its columns?
 */
static bool goes_along(const world *w, object_id id, object_id table)
{
	object_id on = world_object(w, id)->on;

	return world_object(w, id)->there != THERE_NO && on &&
	       (on == table || (world_object(w, on)->kind == OBJECT_COLUMN &&
				       world_object(w, on)->parent == table));
}

static void move_relation(const step *s, object_id id, object_id schema)
{
	size_t n = world_count(s->w);

	/* what it takes along isn't all known: it may be any name of either */
	if (!world_object(s->w, id)->whole && !is_kind(s->w, id, "view") &&
		!is_kind(s->w, id, "sequence")) {
		object_id from = world_object(s->w, id)->parent;

		world_unsure(s->w, "what a table takes along is not known");
		world_blur(s->w, from);
		world_blur(s->w, schema);
		return;
	}
	for (object_id i = 1; i <= n; i++)
		if (goes_along(s->w, i, id))
			move(s, i, schema, world_object(s->w, i)->name);
	move(s, id, schema, world_object(s->w, id)->name);
}

static object_id object_of(const step *s, const PgQuery__AlterObjectSchemaStmt *a)
{
	switch (a->object_type) {
	case TYPE(TABLE):
	case TYPE(VIEW):
	case TYPE(MATVIEW):
	case TYPE(SEQUENCE):
	case TYPE(FOREIGN_TABLE):
		return a->relation ? relation_of(s->w, a->relation) : 0;
	case TYPE(TYPE):
	case TYPE(DOMAIN):
		return listed_type(s, a->object);
	case TYPE(FUNCTION):
	case TYPE(PROCEDURE):
	case TYPE(ROUTINE):
	case TYPE(AGGREGATE):
		return routine_in(s, a->object);
	default:
		return 0;
	}
}

void kind_set_schema(const step *s)
{
	const PgQuery__AlterObjectSchemaStmt *a = s->tree->alter_object_schema_stmt;
	object_id id = object_of(s, a), schema = world_schema(s->w, a->newschema);
	const object *o;

	if (!id) {
		not_followed(s, "a kind of object that is not followed");
		/* its types take the columns' along */
		if (a->object_type == TYPE(EXTENSION))
			world_blur(s->w, 0);
		return;
	}
	world_need(s->w, schema, THERE_YES);
	if (!goes_on(s, id, a->missing_ok))
		return;
	o = world_object(s->w, id);
	if (o->parent == schema)
		return;
	if (o->kind == OBJECT_RELATION)
		move_relation(s, id, schema);
	else if (o->kind == OBJECT_TYPE)
		move_type(s, id, schema, o->name);
	else
		move(s, id, schema, o->name);
}
