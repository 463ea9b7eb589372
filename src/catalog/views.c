/* Views, and tables made of a query. Of their columns only the names are worked
 * out, where the query says them; types are the server's to find. */
#include "kinds.h"
#include "tables.h"
#include "walk.h"

static object_id place_of(
	const step *s, const PgQuery__RangeVar *r, object_id *schema)
{
	*schema = schema_for(s->w, r);
	world_need(s->w, *schema, THERE_YES);
	return world_get(s->w, OBJECT_RELATION, *schema, r->relname);
}

/* What a query reads must be there. */
static void need_range(const PgQuery__RangeVar *range, void *ctx)
{
	world *w = ctx;

	/* the server's own catalogs, temporary tables */
	if (range->schemaname[0] == '\0' && range->relname[0] == 'p' &&
		range->relname[1] == 'g' && range->relname[2] == '_')
		return;
	world_need(w, relation_of(w, range), THERE_YES);
}

/* The name of what a query selects, if it says one: an alias, or a column. */
static const char *name_of(const PgQuery__Node *node)
{
	const PgQuery__ResTarget *target;
	const PgQuery__Node *e;

	if (node->node_case != PG_QUERY__NODE__NODE_RES_TARGET)
		return NULL;
	target = node->res_target;
	if (target->name[0])
		return target->name;
	e = target->val;
	while (e && e->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
		e = e->type_cast->arg;
	if (!e || e->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
		return NULL;
	e = e->column_ref->fields[e->column_ref->n_fields - 1];
	return e->node_case == PG_QUERY__NODE__NODE_STRING ? e->string->sval : NULL;
}

/* Of several SELECTs the first one names the columns. */
static const PgQuery__SelectStmt *naming_select(const PgQuery__Node *query)
{
	const PgQuery__SelectStmt *select =
		query && query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT
			? query->select_stmt
			: NULL;

	while (select && select->larg)
		select = select->larg;
	return select;
}

static void name_columns(const step *s, object_id id, PgQuery__Node **aliases,
	size_t n_aliases, const PgQuery__Node *query)
{
	const PgQuery__SelectStmt *select = naming_select(query);
	size_t n = select ? select->n_target_list : 0;
	bool whole = n > 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = i < n_aliases ? string_of(aliases[i])
						 : name_of(select->target_list[i]);
		object_id column;

		whole = whole && name;
		if (!name)
			continue;
		column = world_get(s->w, OBJECT_COLUMN, id, name);
		if (world_is(s->w, column) != THERE_YES)
			world_create(s->w, OBJECT_COLUMN, id, name);
	}
	world_set_whole(s->w, id, whole);
}

static void define(
	const step *s, object_id id, const char *kind, const PgQuery__Node *query)
{
	world_set(s->w, id, FACET_KIND, firm(kind));
	world_set(s->w, id, FACET_DEFINITION,
		definition_by(s->w, s->text, s->len, query));
	world_set_whole(s->w, id, false);
}

void kind_create_view(const step *s)
{
	const PgQuery__ViewStmt *v = s->tree->view_stmt;
	object_id schema, id = place_of(s, v->view, &schema);
	presence there = world_is(s->w, id);

	walk_ranges(v->query, need_range, s->w);
	if (!v->replace || there == THERE_NO) {
		world_need(s->w, id, THERE_NO);
		id = world_create(s->w, OBJECT_RELATION, schema, v->view->relname);
	} else {
		/* its name and what hangs on it stay; columns may be added */
		id = world_create_maybe(
			s->w, OBJECT_RELATION, schema, v->view->relname);
	}
	define(s, id, "view", v->query);
	name_columns(s, id, v->aliases, v->n_aliases, v->query);
}

static void create_of_query(const step *s, const PgQuery__IntoClause *into,
	const PgQuery__Node *query, const char *kind, bool if_not_exists)
{
	object_id schema, id = place_of(s, into->rel, &schema);
	presence there = world_is(s->w, id);

	if (if_not_exists && there == THERE_YES)
		return;
	if (if_not_exists && there == THERE_MAYBE) {
		world_create_maybe(
			s->w, OBJECT_RELATION, schema, into->rel->relname);
		return;
	}
	walk_ranges(query, need_range, s->w);
	world_need(s->w, id, THERE_NO);
	id = world_create(s->w, OBJECT_RELATION, schema, into->rel->relname);
	if (kind[0] == 't') { /* a table keeps no tie to where its rows are from */
		world_set(s->w, id, FACET_KIND, firm(kind));
		world_set_whole(s->w, id, false);
	} else {
		define(s, id, kind, query);
	}
	name_columns(s, id, into->col_names, into->n_col_names, query);
}

void kind_create_table_as(const step *s)
{
	const PgQuery__CreateTableAsStmt *c = s->tree->create_table_as_stmt;
	bool view;

	if (s->tree->node_case == PG_QUERY__NODE__NODE_SELECT_STMT) {
		const PgQuery__SelectStmt *into = s->tree->select_stmt;

		create_of_query(s, into->into_clause, s->tree, "table", false);
		return;
	}
	view = c->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
	create_of_query(s, c->into, c->query, view ? "materialized view" : "table",
		c->if_not_exists);
}
