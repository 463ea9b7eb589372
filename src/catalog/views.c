/* Views, and tables made of a query. Of their columns only the names are worked
 * out, where the query says them; types are the server's to find. */
#include <string.h>

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

/* ---- the names of its columns ---- */

enum { MAX_WITH = 4 };

typedef struct {
	const step *s;
	object_id id;
	PgQuery__Node **aliases;
	size_t n_aliases, n; /* columns so far */
	bool whole;          /* all of them are known */
	/* of the query, and of what it is a part of: a name may mean one of theirs
	 */
	const PgQuery__WithClause *with[MAX_WITH];
	size_t n_with;
} naming;

/* Of several SELECTs the first one names the columns. NULL: none does. */
static const PgQuery__SelectStmt *naming_select(
	naming *g, const PgQuery__Node *query)
{
	const PgQuery__SelectStmt *select =
		query && query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT
			? query->select_stmt
			: NULL;

	for (; select; select = select->larg) {
		if (select->with_clause && g->n_with == MAX_WITH)
			return NULL;
		if (select->with_clause)
			g->with[g->n_with++] = select->with_clause;
		if (!select->larg)
			break;
	}
	return select;
}

static void name_one(naming *g, const char *name)
{
	world *w = g->s->w;
	size_t i = g->n++;

	if (i < g->n_aliases)
		name = string_of(g->aliases[i]);
	g->whole = g->whole && name;
	if (!name)
		return;
	if (world_is(w, world_get(w, OBJECT_COLUMN, g->id, name)) != THERE_YES)
		world_create(w, OBJECT_COLUMN, g->id, name);
}

static bool is_with_query(const naming *g, const PgQuery__RangeVar *range)
{
	for (size_t i = 0; i < g->n_with && range->schemaname[0] == '\0'; i++) {
		const PgQuery__WithClause *with = g->with[i];

		for (size_t j = 0; j < with->n_ctes; j++)
			if (with->ctes[j]->node_case !=
					PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR ||
				strcmp(with->ctes[j]->common_table_expr->ctename,
					range->relname) == 0)
				return true;
	}
	return false;
}

/* Their order isn't known, so that a list of names says nothing of them. */
static void name_all_of(naming *g, const PgQuery__RangeVar *range)
{
	world *w = g->s->w;
	object_id of = relation_of(w, range), column = 0;
	bool aliased = range->alias && range->alias->n_colnames > 0;

	if (is_with_query(g, range) || world_is(w, of) != THERE_YES ||
		!world_object(w, of)->whole || aliased || g->n_aliases > 0) {
		g->whole = false;
		return;
	}
	while ((column = world_next_child(w, of, OBJECT_COLUMN, column))) {
		if (world_is(w, column) == THERE_YES)
			name_one(g, world_object(w, column)->name);
		else
			g->whole = false;
	}
}

/* What a star stands before: a name as it is known here, or a table with its
 * schema. */
typedef struct {
	const char *schema, *name;
} starred;

static bool is_meant(
	const naming *g, const PgQuery__RangeVar *range, const starred *of)
{
	const char *known_as =
		range->alias ? range->alias->aliasname : range->relname;

	if (!of->schema)
		return strcmp(known_as, of->name) == 0;
	return !range->alias && strcmp(range->relname, of->name) == 0 &&
	       relation_of(g->s->w, range) ==
		       relation_meant(g->s->w, of->schema, of->name);
}

/* of: the table that is meant; NULL: each. False: it isn't among these, or there is
 * something else, of which nothing is known. */
static bool expand(naming *g, const PgQuery__Node *from, const starred *of)
{
	bool left, right;

	if (from->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
		if (from->join_expr->alias) /* it hides what is joined */
			return false;
		left = expand(g, from->join_expr->larg, of);
		right = expand(g, from->join_expr->rarg, of);
		return of ? left || right : left && right;
	}
	if (from->node_case != PG_QUERY__NODE__NODE_RANGE_VAR)
		return false;
	if (of && !is_meant(g, from->range_var, of))
		return false;
	name_all_of(g, from->range_var);
	return true;
}

/* a.*, or *: every column that the tables have now. */
static bool name_star(
	naming *g, const PgQuery__SelectStmt *select, const PgQuery__ColumnRef *c)
{
	const bool each = c->n_fields < 2;
	starred of = { NULL, NULL };
	bool all = true, any = false;

	if (!each)
		of.name = string_of(c->fields[c->n_fields - 2]);
	if (c->n_fields > 2)
		of.schema = string_of(c->fields[c->n_fields - 3]);
	for (size_t i = 0; i < select->n_from_clause; i++) {
		bool found = expand(g, select->from_clause[i], each ? NULL : &of);

		all = all && found;
		any = any || found;
	}
	return each ? all : any;
}

static const PgQuery__ColumnRef *star_of(const PgQuery__Node *target)
{
	const PgQuery__Node *v =
		target->node_case == PG_QUERY__NODE__NODE_RES_TARGET
			? target->res_target->val
			: NULL;
	const PgQuery__ColumnRef *c =
		v && v->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? v->column_ref
								     : NULL;

	return c && c->fields[c->n_fields - 1]->node_case ==
				       PG_QUERY__NODE__NODE_A_STAR
		       ? c
		       : NULL;
}

static void name_columns(const step *s, object_id id, PgQuery__Node **aliases,
	size_t n_aliases, const PgQuery__Node *query)
{
	naming g = { .s = s, .id = id, .aliases = aliases, .n_aliases = n_aliases };
	const PgQuery__SelectStmt *select = naming_select(&g, query);
	size_t n = select ? select->n_target_list : 0;

	g.whole = n > 0;
	for (size_t i = 0; i < n; i++) {
		const PgQuery__ColumnRef *star = star_of(select->target_list[i]);

		if (!star)
			name_one(&g, name_of(select->target_list[i]));
		else if (!name_star(&g, select, star))
			g.whole = false;
	}
	world_set_whole(s->w, id, g.whole);
}

static void define(
	const step *s, object_id id, const char *kind, const PgQuery__Node *query)
{
	world_set(s->w, id, FACET_KIND, firm(kind));
	world_set(s->w, id, FACET_DEFINITION,
		definition_by(s->w, s->text, s->len, query));
	world_set(s->w, id, FACET_SOURCES, view_sources(s->w, query));
	world_set_whole(s->w, id, false);
}

typedef struct {
	world *w;
	presence temporary; /* does it read a temporary relation? */
} reading;

static void find_temporary(const PgQuery__RangeVar *range, void *ctx)
{
	reading *r = ctx;
	const object *o = world_object(r->w, relation_of(r->w, range));

	if (o->there != THERE_NO && r->temporary != THERE_YES &&
		o->parent == world_schema(r->w, WORLD_TEMPORARY))
		r->temporary = o->there;
}

/* One that reads what is temporary is temporary itself. */
static object_id place_of_view(
	const step *s, const PgQuery__ViewStmt *v, object_id *schema)
{
	reading r = { s->w, THERE_NO };
	object_id id = place_of(s, v->view, schema);

	walk_ranges(v->query, find_temporary, &r);
	if (r.temporary == THERE_MAYBE) {
		world_unsure(s->w, "whether it is temporary is not known");
		world_blur(s->w, id);
	}
	if (r.temporary == THERE_NO)
		return id;
	*schema = world_schema(s->w, WORLD_TEMPORARY);
	return world_get(s->w, OBJECT_RELATION, *schema, v->view->relname);
}

void kind_create_view(const step *s)
{
	const PgQuery__ViewStmt *v = s->tree->view_stmt;
	object_id schema, id = place_of_view(s, v, &schema);
	presence there = world_is(s->w, id);

	walk_ranges(v->query, need_range, s->w);
	if (!v->replace || there == THERE_NO) {
		world_need_free(s->w, id, false);
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

	/* IF NOT EXISTS or not: the query is looked at first */
	walk_ranges(query, need_range, s->w);
	if (if_not_exists && there == THERE_YES)
		return;
	if (if_not_exists && there == THERE_MAYBE) {
		world_create_maybe(
			s->w, OBJECT_RELATION, schema, into->rel->relname);
		return;
	}
	world_need_free(s->w, id, false);
	id = world_create(s->w, OBJECT_RELATION, schema, into->rel->relname);
	if (kind[0] == 't') { /* a table keeps no tie to where its rows are from */
		set_new_table(s->w, id, kind);
		world_set_whole(s->w, id, false);
	} else {
		define(s, id, kind, query);
	}
	name_columns(s, id, into->col_names, into->n_col_names, query);
	drop_at_commit(s->w, id, into->on_commit);
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
