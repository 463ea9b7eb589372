/* Privileges, owners, maintenance: nothing that is compared, but what a statement
 * is about has to be there, or it doesn't run a second time. */
#include <string.h>

#include "kinds.h"
#include "routines.h"
#include "unstick/auto.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name
#define TYPE(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

/* Without learning: what is built in is never in the world. */
static void ask_for(const step *s, object_id id)
{
	if (!id || world_is(s->w, id) != THERE_YES)
		world_unsure(s->w, "whether what it names is there is not known");
}

static void ask_for_schema(const step *s, const char *name)
{
	ask_for(s, world_get(s->w, OBJECT_SCHEMA, 0, name));
}

static void ask_for_names(
	const step *s, PgQuery__ObjectType type, const PgQuery__List *names)
{
	if (type == TYPE(TYPE) || type == TYPE(DOMAIN))
		ask_for(s, named_object(s->w, OBJECT_TYPE, names->items,
				   names->n_items));
	else if (type == TYPE(COLUMN) && names->n_items > 1)
		ask_for(s, world_get(s->w, OBJECT_COLUMN,
				   named_object(s->w, OBJECT_RELATION, names->items,
					   names->n_items - 1),
				   last_of(names->items, names->n_items)));
	else if (type == TYPE(TABLE) || type == TYPE(VIEW) ||
		 type == TYPE(MATVIEW) || type == TYPE(SEQUENCE) ||
		 type == TYPE(FOREIGN_TABLE))
		ask_for(s, named_object(s->w, OBJECT_RELATION, names->items,
				   names->n_items));
}

/* Relations come as ranges; see need_relations(). */
static void ask_for_object(
	const step *s, PgQuery__ObjectType type, const PgQuery__Node *named)
{
	if (!named)
		return;
	switch (named->node_case) {
	case NODE(LIST):
		ask_for_names(s, type, named->list);
		break;
	case NODE(TYPE_NAME):
		ask_for(s, named_object(s->w, OBJECT_TYPE, named->type_name->names,
				   named->type_name->n_names));
		break;
	case NODE(OBJECT_WITH_ARGS):
		ask_for(s, routine_of(s->w, named->object_with_args));
		break;
	case NODE(STRING):
		/* ON ALL TABLES IN SCHEMA has the type of what is in it */
		if (type != TYPE(DATABASE) && type != TYPE(LANGUAGE) &&
			type != TYPE(FDW) && type != TYPE(FOREIGN_SERVER) &&
			type != TYPE(TABLESPACE) && type != TYPE(ROLE))
			ask_for_schema(s, string_of(named));
		break;
	default:
		break;
	}
}

/* GRANT SELECT (a) ON t */
static void need_granted_columns(const step *s, const PgQuery__GrantStmt *g)
{
	for (size_t i = 0; i < g->n_privileges; i++) {
		const PgQuery__AccessPriv *p = g->privileges[i]->access_priv;

		if (g->privileges[i]->node_case != NODE(ACCESS_PRIV))
			continue;
		for (size_t j = 0; j < p->n_cols * g->n_objects; j++) {
			const PgQuery__Node *on = g->objects[j % g->n_objects];

			if (on->node_case == NODE(RANGE_VAR))
				ask_for(s,
					world_get(s->w, OBJECT_COLUMN,
						relation_of(s->w, on->range_var),
						string_of(p->cols[j /
								  g->n_objects])));
		}
	}
}

/* ALTER DEFAULT PRIVILEGES IN SCHEMA a, b */
static void ask_for_schemas(
	const step *s, const PgQuery__AlterDefaultPrivilegesStmt *a)
{
	for (size_t i = 0; i < a->n_options; i++) {
		const PgQuery__DefElem *e = a->options[i]->def_elem;

		if (a->options[i]->node_case != NODE(DEF_ELEM) || !e->arg ||
			strcmp(e->defname, "schemas") != 0 ||
			e->arg->node_case != NODE(LIST))
			continue;
		for (size_t j = 0; j < e->arg->list->n_items; j++)
			ask_for_schema(s, string_of(e->arg->list->items[j]));
	}
}

void kind_grant(const step *s)
{
	const PgQuery__GrantStmt *g = s->tree->grant_stmt;

	if (s->tree->node_case == NODE(ALTER_DEFAULT_PRIVILEGES_STMT)) {
		ask_for_schemas(s, s->tree->alter_default_privileges_stmt);
		return;
	}
	need_relations(s);
	for (size_t i = 0; i < g->n_objects; i++)
		ask_for_object(s, g->objtype, g->objects[i]);
	need_granted_columns(s, g);
}

void kind_owner(const step *s)
{
	const PgQuery__Node *t = s->tree;

	need_relations(s);
	if (t->node_case == NODE(ALTER_OWNER_STMT))
		ask_for_object(s, t->alter_owner_stmt->object_type,
			t->alter_owner_stmt->object);
	else
		ask_for_object(
			s, t->sec_label_stmt->objtype, t->sec_label_stmt->object);
}

void kind_maintenance(const step *s)
{
	const PgQuery__Node *t = s->tree;

	need_relations(s);
	if (t->node_case == NODE(CLUSTER_STMT) && *t->cluster_stmt->indexname)
		ask_for(s, world_get(s->w, OBJECT_RELATION,
				   world_object(
					   s->w, relation_of(s->w,
							 t->cluster_stmt->relation))
					   ->parent,
				   t->cluster_stmt->indexname));
	if (t->node_case == NODE(REINDEX_STMT) &&
		t->reindex_stmt->kind ==
			PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA)
		ask_for_schema(s, t->reindex_stmt->name);
}

void kind_create_statistics(const step *s)
{
	world_unsure(s->w, "statistics objects are not followed");
}

void kind_publication(const step *s)
{
	world_unsure(s->w, "publications are not followed");
}
