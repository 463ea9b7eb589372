/* Which relations a script names: for everything else that asks whose business a
 * table is. A name too many makes somebody wait, one too few could let a verdict be
 * carried out on a migration that still runs: all of the tree is searched. */
#include <string.h>

#include "unstick/catalog.h"

#include "walk.h"

typedef struct {
	us_relations *out;
	size_t cap;
} gathering;

static const char *given(const char *name)
{
	return name && *name ? name : NULL;
}

/* Texts live in the arena already, as the tree does. */
static void add(gathering *g, const char *schema, const char *name)
{
	us_relations *out = g->out;

	if (!given(name))
		return;
	if (out->len == g->cap) {
		size_t cap = g->cap ? 2 * g->cap : 16;
		us_relation *grown =
			us_arena_alloc(&out->arena, cap * sizeof(*grown));

		if (!grown)
			return;
		if (out->len > 0)
			memcpy(grown, out->items, out->len * sizeof(*grown));
		out->items = grown;
		g->cap = cap;
	}
	out->items[out->len++] = (us_relation){ given(schema), name };
}

/* How many names follow the relation's in an object's dotted name; -1: the object
 * belongs to no relation. */
static int names_behind(PgQuery__ObjectType type)
{
	switch (type) {
	case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
	case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
	case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
	case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
	case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
	case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
		return 0;
	case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
	case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
	case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
	case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
	case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
		return 1;
	default:
		return -1;
	}
}

static void add_object(
	gathering *g, PgQuery__ObjectType type, const PgQuery__Node *names)
{
	int behind = names_behind(type);
	size_t n;

	if (behind < 0 || !names || names->node_case != PG_QUERY__NODE__NODE_LIST ||
		names->list->n_items <= (size_t)behind)
		return;
	n = names->list->n_items - (size_t)behind;
	add(g, before_last_of(names->list->items, n),
		last_of(names->list->items, n));
}

static bool visit(const ProtobufCMessage *m, void *ctx)
{
	gathering *g = ctx;

	if (m->descriptor == &pg_query__range_var__descriptor) {
		const PgQuery__RangeVar *r = (const PgQuery__RangeVar *)m;

		add(g, r->schemaname, r->relname);
	} else if (m->descriptor == &pg_query__drop_stmt__descriptor) {
		const PgQuery__DropStmt *d = (const PgQuery__DropStmt *)m;

		for (size_t i = 0; i < d->n_objects; i++)
			add_object(g, d->remove_type, d->objects[i]);
	} else if (m->descriptor == &pg_query__comment_stmt__descriptor) {
		const PgQuery__CommentStmt *c = (const PgQuery__CommentStmt *)m;

		add_object(g, c->objtype, c->object);
	} else if (m->descriptor == &pg_query__sec_label_stmt__descriptor) {
		const PgQuery__SecLabelStmt *l = (const PgQuery__SecLabelStmt *)m;

		add_object(g, l->objtype, l->object);
	}
	return true;
}

us_code us_catalog_relations(
	us_relations *out, bool *known, const us_script *s, us_err *err)
{
	gathering g = { .out = out };
	parse p;
	us_code rc;

	*known = parse_sql(
		&out->arena, &p, us_script_text(s), us_script_text_len(s));
	for (size_t i = 0; *known && i < p.n; i++)
		walk_node(p.tree[i], visit, &g);
	rc = us_arena_check(&out->arena, err);
	if (rc != US_OK)
		us_relations_fini(out);
	return rc;
}

void us_relations_fini(us_relations *r)
{
	us_arena_fini(&r->arena);
	*r = (us_relations){ 0 };
}
