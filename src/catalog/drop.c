/* DROP, of several things at once too. What goes along is world_drop()'s; what
 * can't be named exactly is made unknown. */
#include <ctype.h>
#include <string.h>

#include "kinds.h"
#include "routines.h"
#include "tables.h"
#include "unstick/auto.h"

#define TYPE(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

/* ---- what is meant ---- */

/* One object of the statement; it is the parent that is missing, if parent is
 * known not to be there. */
typedef struct {
	object_id id;
	object_id parent;
} target;

static target relation_target(
	const step *s, object_kind kind, PgQuery__Node **names, size_t n)
{
	(void)kind;
	return (target){ named_object(s->w, OBJECT_RELATION, names, n), 0 };
}

/* DROP INDEX CONCURRENTLY that fails leaves the index, INVALID. */
static target index_target(
	const step *s, object_kind kind, PgQuery__Node **names, size_t n)
{
	target t = relation_target(s, kind, names, n);

	world_watch(s->w, t.id, FACET_VALID);
	return t;
}

/* table.trigger, schema.table.trigger */
static target child_target(
	const step *s, object_kind kind, PgQuery__Node **names, size_t n)
{
	object_id of;

	if (n < 2)
		return (target){ 0, 0 };
	of = named_object(s->w, OBJECT_RELATION, names, n - 1);
	return (target){ world_get(s->w, kind, of, last_of(names, n)), of };
}

static target type_target(
	const step *s, object_kind kind, PgQuery__Node **names, size_t n)
{
	return (target){ named_object(s->w, kind, names, n), 0 };
}

static target lone_target(
	const step *s, object_kind kind, PgQuery__Node **names, size_t n)
{
	return (target){ world_get(s->w, kind, 0, last_of(names, n)), 0 };
}

typedef target target_fn(
	const step *s, object_kind kind, PgQuery__Node **names, size_t n);

/* How what is dropped is found, and what a drop may cost: rows (HOLDS), or rows of
 * what goes along with CASCADE (columns of a type, tables of an extension). */
typedef enum { HOLDS_NOTHING, CASCADES_TO_ROWS, HOLDS_ROWS } cost;

static const struct drop_kind {
	PgQuery__ObjectType what;
	target_fn *find;
	object_kind kind;
	cost cost;
} drop_kinds[] = {
	{ TYPE(TABLE), relation_target, OBJECT_RELATION, HOLDS_ROWS },
	{ TYPE(FOREIGN_TABLE), relation_target, OBJECT_RELATION, CASCADES_TO_ROWS },
	{ TYPE(VIEW), relation_target, OBJECT_RELATION, HOLDS_NOTHING },
	{ TYPE(MATVIEW), relation_target, OBJECT_RELATION, HOLDS_NOTHING },
	{ TYPE(INDEX), index_target, OBJECT_RELATION, HOLDS_NOTHING },
	{ TYPE(SEQUENCE), relation_target, OBJECT_RELATION, HOLDS_ROWS },
	{ TYPE(TYPE), type_target, OBJECT_TYPE, CASCADES_TO_ROWS },
	{ TYPE(DOMAIN), type_target, OBJECT_TYPE, CASCADES_TO_ROWS },
	{ TYPE(SCHEMA), lone_target, OBJECT_SCHEMA, HOLDS_ROWS },
	{ TYPE(EXTENSION), lone_target, OBJECT_EXTENSION, HOLDS_ROWS },
	{ TYPE(TRIGGER), child_target, OBJECT_TRIGGER, HOLDS_NOTHING },
	{ TYPE(POLICY), child_target, OBJECT_POLICY, HOLDS_NOTHING },
	{ TYPE(RULE), child_target, OBJECT_RULE, HOLDS_NOTHING },
	{ TYPE(FUNCTION), NULL, OBJECT_FUNCTION, CASCADES_TO_ROWS },
	{ TYPE(PROCEDURE), NULL, OBJECT_FUNCTION, HOLDS_NOTHING },
	{ TYPE(ROUTINE), NULL, OBJECT_FUNCTION, CASCADES_TO_ROWS },
	{ TYPE(AGGREGATE), NULL, OBJECT_FUNCTION, CASCADES_TO_ROWS },
};

static const struct drop_kind *kind_of(PgQuery__ObjectType what)
{
	for (size_t i = 0; i < US_LEN(drop_kinds); i++)
		if (drop_kinds[i].what == what)
			return &drop_kinds[i];
	return NULL;
}

static target target_of(
	const step *s, const struct drop_kind *k, PgQuery__Node *named)
{
	switch (named->node_case) {
	case PG_QUERY__NODE__NODE_LIST:
		return k->find(
			s, k->kind, named->list->items, named->list->n_items);
	case PG_QUERY__NODE__NODE_TYPE_NAME:
		return k->find(s, k->kind, named->type_name->names,
			named->type_name->n_names);
	case PG_QUERY__NODE__NODE_STRING:
		return k->find(s, k->kind, &named, 1);
	case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
		return (target){ routine_of(s->w, named->object_with_args), 0 };
	default:
		return (target){ 0, 0 };
	}
}

/* ---- what goes along ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(text, word); p; p = strstr(p + 1, word))
		if ((p == text || !is_word(p[-1])) && !is_word(p[n]))
			return true;
	return false;
}

static bool mentions(world *w, object_id id, const char *name)
{
	for (facet f = FACET_TYPE; f < FACETS; f++) {
		const char *text = world_object(w, id)->facets[f].text;

		if (f != FACET_COMMENT && text && has_word(text, name))
			return true;
	}
	return false;
}

/* With CASCADE everything that uses it goes along. Texts are not resolved to
 * objects everywhere (the functions of a view, the casts of a check): what has the
 * name in its text may be gone. */
static void blur_mentioning(world *w, const char *name)
{
	size_t n = world_count(w), len = strcspn(name, "(");
	const char *word = us_arena_strn(world_arena(w), name, len);

	for (object_id id = 1; id <= n; id++) {
		if (world_is(w, id) != THERE_YES || !mentions(w, id, word))
			continue;
		world_blur(w, id);
		if (world_object(w, id)->kind == OBJECT_RELATION)
			blur_mentioning(w, world_object(w, id)->name);
	}
}

/* A range brings a multirange, whose name is made up or in an option: of the types
 * that are not followed any may be the other's. */
static void blur_unfollowed_types(world *w, object_id dropped)
{
	size_t n = world_count(w);

	if (world_object(w, dropped)->facets[FACET_KIND].text)
		return;
	for (object_id id = 1; id <= n; id++) {
		const object *o = world_object(w, id);

		if (o->kind == OBJECT_TYPE && o->there == THERE_YES &&
			!o->facets[FACET_KIND].text)
			world_blur(w, id);
	}
}

/* An index on a partitioned table is one on each partition, too. */
static void blur_parts(world *w, object_id dropped)
{
	object_id table = world_object(w, dropped)->on;

	blur_heirs_away(w, dropped);
	if (table)
		blur_heirs(w, table);
}

static bool is_known_empty(const world *w, object_id schema)
{
	for (object_id id = 1; id <= world_count(w); id++)
		if (world_object(w, id)->parent == schema &&
			world_object(w, id)->there != THERE_NO)
			return false;
	return true;
}

/* What was made with OR REPLACE or IF NOT EXISTS may have been the extension's all
 * along, and goes with it. */
static void blur_possible_members(world *w, const char *extension)
{
	bool relations = !extension_has_no_relations(extension);

	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (o->there != THERE_NO &&
			(o->kind == OBJECT_FUNCTION ||
				(relations && o->kind == OBJECT_RELATION &&
					!o->on)))
			world_blur(w, id);
	}
}

static void drop_one(const step *s, const struct drop_kind *k, object_id id)
{
	bool cascade = s->tree->drop_stmt->behavior ==
		       PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
	const object *o = world_object(s->w, id);
	const char *name = o->name;
	object_id row = k->kind == OBJECT_TYPE
				? world_find(s->w, OBJECT_RELATION, o->parent, name)
				: 0;

	if (k->cost == HOLDS_ROWS || (k->cost == CASCADES_TO_ROWS && cascade))
		world_destroys(
			s->w, us_arena_strf(world_arena(s->w), "%s is dropped",
				      world_title(s->w, id)));
	if (k->kind == OBJECT_SCHEMA && !cascade && !is_known_empty(s->w, id))
		world_unsure(s->w, "whether the schema is empty is not known");
	if (k->kind == OBJECT_TYPE)
		blur_unfollowed_types(s->w, id);
	if (k->kind == OBJECT_RELATION)
		blur_parts(s->w, id);
	if (k->kind == OBJECT_TRIGGER)
		blur_heirs(s->w, o->parent);
	world_drop(s->w, id, cascade);
	/* a composite type is a relation as well */
	if (row && world_object(s->w, row)->facets[FACET_KIND].text &&
		strcmp(world_object(s->w, row)->facets[FACET_KIND].text,
			"composite type") == 0)
		world_drop(s->w, row, cascade);
	if (!cascade && k->kind == OBJECT_EXTENSION)
		blur_possible_members(s->w, name);
	if (!cascade)
		return;
	if (k->kind == OBJECT_EXTENSION) {
		world_unsure(s->w, "what an extension takes along is not known");
		world_blur(s->w, 0);
	} else if (k->kind == OBJECT_FUNCTION || k->kind == OBJECT_TYPE) {
		blur_mentioning(s->w, name);
	}
}

/* ---- the statement ---- */

/* DROP FUNCTION finds no procedure, and the other way round. */
static bool is_other_routine(const world *w, object_id id, PgQuery__ObjectType what)
{
	const char *kind = world_object(w, id)->facets[FACET_KIND].text;

	if (world_object(w, id)->kind != OBJECT_FUNCTION || !kind ||
		what == TYPE(ROUTINE))
		return false;
	return (what == TYPE(PROCEDURE)) != (strcmp(kind, "procedure") == 0);
}

/* Is there anything to drop? */
static bool has_work(const step *s, target t)
{
	const PgQuery__DropStmt *d = s->tree->drop_stmt;

	if (is_other_routine(s->w, t.id, d->remove_type)) {
		world_unsure(s->w, "it is another kind of routine");
		return false;
	}

	if (t.parent && world_is(s->w, t.parent) == THERE_NO && d->missing_ok)
		return false;
	if (d->missing_ok)
		return world_is(s->w, t.id) != THERE_NO;
	world_need(s->w, t.id, THERE_YES);
	return true;
}

static bool depends(const world *w, object_id id, object_id on)
{
	if (world_refers(w, id, on))
		return true;
	for (object_id i = 1; i <= world_count(w); i++)
		if (world_object(w, i)->parent == id &&
			world_is(w, i) != THERE_NO && world_refers(w, i, on))
			return true;
	return false;
}

/* The one that no other of the list depends on: all are dropped at once, so that
 * none is in another's way. */
static size_t next_of(const world *w, const object_id *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;

		while (j < n && (j == i || !depends(w, ids[j], ids[i])))
			j++;
		if (j == n)
			return i;
	}
	return 0;
}

/* A function without its arguments, of which none or several are known. */
static bool is_absent_routine(const step *s, const PgQuery__Node *named)
{
	const PgQuery__ObjectWithArgs *o;

	if (named->node_case != PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
		return false;
	o = named->object_with_args;
	return routines_named(s->w, o->objname, o->n_objname).n == 0 &&
	       s->tree->drop_stmt->missing_ok;
}

void kind_drop(const step *s)
{
	const PgQuery__DropStmt *d = s->tree->drop_stmt;
	const struct drop_kind *k = kind_of(d->remove_type);
	object_id *ids = us_arena_alloc(
		world_arena(s->w), (d->n_objects + 1) * sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return;
	for (size_t i = 0; k && i < d->n_objects; i++) {
		target t = target_of(s, k, d->objects[i]);

		if (!t.id) {
			if (!is_absent_routine(s, d->objects[i]))
				world_unsure(s->w, "what is dropped is not known");
			world_blur_mentioned(s->w, s->text, s->len);
		} else if (has_work(s, t)) {
			ids[n++] = t.id;
		}
	}
	while (n > 0) {
		size_t i = next_of(s->w, ids, n);

		drop_one(s, k, ids[i]);
		ids[i] = ids[--n];
	}
	if (!k) {
		world_unsure(s->w, "a kind of object that is not followed");
		world_blur_mentioned(s->w, s->text, s->len);
		/* columns of a collation, indexes of an operator class */
		if (d->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
			world_blur(s->w, 0);
	}
}
