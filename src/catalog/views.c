/* Views, and tables made of a query. Their columns are not worked out: they are the
 * server's to name and type. */
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
