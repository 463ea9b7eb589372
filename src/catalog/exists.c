/* Questions to the server's own catalogs, as scripts ask them before they make a
 * thing: answered from the world where the answer is certain. */
#include "exists.h"

#include <string.h>

#include "expression_impl.h"
#include "parse.h"
#include "unstick/auto.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* What a catalog's columns mean. */
typedef struct {
	const char *schema, *table;
	object_kind kind;
	const char *name;     /* the column that has the object's name */
	const char *relation; /* ... its relation's name; NULL: none */
	const char *place;    /* ... its relation as an oid; NULL: none */
	const char *in;       /* ... its schema's name; NULL: none */
	/* what it, or its relation, must be: by the first letters of its kind */
	const char *kinds;
} catalog_table;

#define PG "pg_catalog"
#define INFORMATION "information_schema"

static const catalog_table tables[] = {
	{ PG, "pg_type", OBJECT_TYPE, "typname", NULL, NULL, NULL, NULL },
	{ PG, "pg_constraint", OBJECT_CONSTRAINT, "conname", NULL, "conrelid", NULL,
		NULL },
	{ PG, "pg_class", OBJECT_RELATION, "relname", NULL, NULL, NULL, NULL },
	{ PG, "pg_attribute", OBJECT_COLUMN, "attname", NULL, "attrelid", NULL,
		NULL },
	{ PG, "pg_trigger", OBJECT_TRIGGER, "tgname", NULL, "tgrelid", NULL, NULL },
	{ PG, "pg_policy", OBJECT_POLICY, "polname", NULL, "polrelid", NULL, NULL },
	{ PG, "pg_policies", OBJECT_POLICY, "policyname", "tablename", NULL,
		"schemaname", NULL },
	{ PG, "pg_indexes", OBJECT_RELATION, "indexname", NULL, NULL, "schemaname",
		"i" },
	{ PG, "pg_tables", OBJECT_RELATION, "tablename", NULL, NULL, "schemaname",
		"tp" },
	{ PG, "pg_views", OBJECT_RELATION, "viewname", NULL, NULL, "schemaname",
		"v" },
	{ PG, "pg_extension", OBJECT_EXTENSION, "extname", NULL, NULL, NULL, NULL },
	{ PG, "pg_namespace", OBJECT_SCHEMA, "nspname", NULL, NULL, NULL, NULL },
	{ INFORMATION, "tables", OBJECT_RELATION, "table_name", NULL, NULL,
		"table_schema", "tpvf" },
	{ INFORMATION, "columns", OBJECT_COLUMN, "column_name", "table_name", NULL,
		"table_schema", "tpvf" },
	{ INFORMATION, "table_constraints", OBJECT_CONSTRAINT, "constraint_name",
		"table_name", NULL, "table_schema", NULL },
};

/* A question, taken apart. */
typedef struct {
	world *w;
	const catalog_table *of;
	const char *name, *relation, *schema;
	object_id place;
	bool more; /* it asks for something else as well */
} question;

static const catalog_table *table_of(const PgQuery__SelectStmt *q)
{
	const PgQuery__RangeVar *r;

	if (q->n_from_clause != 1 ||
		q->from_clause[0]->node_case != NODE(RANGE_VAR))
		return NULL;
	r = q->from_clause[0]->range_var;
	for (size_t i = 0; i < US_LEN(tables); i++)
		if (strcmp(tables[i].table, r->relname) == 0 &&
			strcmp(tables[i].schema,
				r->schemaname[0] ? r->schemaname : PG) == 0)
			return &tables[i];
	return NULL;
}

/* Does it find a row for each that fits, and nothing else? An aggregate would
 * always find one. */
static bool is_simple(const PgQuery__SelectStmt *q)
{
	if (q->op != PG_QUERY__SET_OPERATION__SETOP_NONE || q->n_values_lists > 0 ||
		q->n_group_clause > 0 || q->having_clause || q->with_clause ||
		q->into_clause || q->limit_count || q->limit_offset ||
		q->n_locking_clause > 0)
		return false;
	for (size_t i = 0; i < q->n_target_list; i++) {
		const PgQuery__Node *t = q->target_list[i];

		if (t->node_case != NODE(RES_TARGET) || !t->res_target->val ||
			(t->res_target->val->node_case != NODE(A_CONST) &&
				t->res_target->val->node_case != NODE(COLUMN_REF)))
			return false;
	}
	return true;
}

static const char *constant_in(const PgQuery__Node *n)
{
	n = below_casts(n);
	if (n->node_case != NODE(A_CONST) ||
		n->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
		return NULL;
	return n->a_const->sval->sval;
}

static const char *column_in(const PgQuery__Node *n)
{
	const PgQuery__Node *last;

	n = below_casts(n);
	if (n->node_case != NODE(COLUMN_REF))
		return NULL;
	last = n->column_ref->fields[n->column_ref->n_fields - 1];
	return last->node_case == NODE(STRING) ? last->string->sval : NULL;
}

/* conrelid::regclass::text: the relation's name as it is shown, with a schema or
 * without, quoted or not. */
static bool is_shown_as_text(const PgQuery__Node *n)
{
	const char *type;

	if (n->node_case != NODE(TYPE_CAST))
		return false;
	type = last_of(
		n->type_cast->type_name->names, n->type_cast->type_name->n_names);
	return strcmp(type, "regclass") != 0 && strcmp(type, "oid") != 0;
}

static bool is(const char *column, const char *meant)
{
	return column && meant && strcmp(column, meant) == 0;
}

/* Twice the same column: not to be told apart from a contradiction. */
static void take(question *q, const char **slot, const char *text)
{
	q->more = q->more || *slot != NULL;
	*slot = text;
}

static void see_equal(question *q, const char *column, const char *text)
{
	if (is(column, q->of->name))
		take(q, &q->name, text);
	else if (is(column, q->of->relation))
		take(q, &q->relation, text);
	else if (is(column, q->of->in))
		take(q, &q->schema, text);
	else if (is(column, q->of->place) && !q->place)
		q->place = relation_in_text(q->w, text);
	else
		q->more = true;
	q->more = q->more || (is(column, q->of->place) && !q->place);
}

static void see_condition(question *q, const PgQuery__Node *n)
{
	const PgQuery__AExpr *e = n->a_expr;
	const PgQuery__Node *of;
	const char *column, *text;

	if (n->node_case == NODE(BOOL_EXPR) &&
		n->bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
		for (size_t i = 0; i < n->bool_expr->n_args; i++)
			see_condition(q, n->bool_expr->args[i]);
		return;
	}
	if (n->node_case != NODE(A_EXPR) ||
		e->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP || !e->lexpr ||
		strcmp(last_of(e->name, e->n_name), "=") != 0) {
		q->more = true;
		return;
	}
	of = column_in(e->lexpr) ? e->lexpr : e->rexpr;
	column = column_in(of);
	text = constant_in(of == e->lexpr ? e->rexpr : e->lexpr);
	if (column && text)
		see_equal(q, column, text);
	else
		q->more = true;
	q->more = q->more || (is(column, q->of->place) && is_shown_as_text(of));
}

/* ---- answers ---- */

static bool has_relation(object_kind kind)
{
	return kind >= OBJECT_COLUMN && kind <= OBJECT_RULE;
}

static bool fits(const question *q, const object *o)
{
	const object *up = world_object(q->w, o->parent);
	const object *schema =
		has_relation(o->kind) ? world_object(q->w, up->parent) : up;

	if (o->kind != q->of->kind || strcmp(o->name, q->name) != 0)
		return false;
	if (q->place && o->parent != q->place)
		return false;
	if (has_relation(o->kind) &&
		(up->there == THERE_NO ||
			(q->relation && strcmp(up->name, q->relation) != 0)))
		return false;
	return !q->schema || strcmp(schema->name, q->schema) == 0;
}

/* The standard knows of no exclusion constraints. */
static presence is_standard(const object *constraint)
{
	const char *text = constraint->facets[FACET_DEFINITION].text;

	if (!text)
		return THERE_MAYBE;
	return strncmp(text, "exclu", 5) == 0 ? THERE_NO : THERE_YES;
}

/* Is it one of those that the catalog shows? */
static presence is_shown(const question *q, const object *o)
{
	const object *r = has_relation(o->kind) ? world_object(q->w, o->parent) : o;
	const char *kind = r->facets[FACET_KIND].text;

	if (o->there == THERE_YES && o->kind == OBJECT_CONSTRAINT &&
		strcmp(q->of->schema, INFORMATION) == 0)
		return is_standard(o);
	if (!q->of->kinds || o->there != THERE_YES)
		return o->there;
	if (!kind)
		return THERE_MAYBE;
	return strchr(q->of->kinds, *kind) ? THERE_YES : THERE_NO;
}

static bool is_certain(const question *q, const object *o)
{
	const object *up = world_object(q->w, o->parent);

	return !q->more && (!has_relation(o->kind) || up->there == THERE_YES);
}

/* Of a table that is there: nothing of that name can be anywhere else, and no
 * extension brought it. An extension itself may have been made by hand, which is
 * why it is asked for. */
static object_id only_place(const question *q)
{
	world *w = q->w;
	object_id parent = q->place;

	if (!parent && has_relation(q->of->kind) && q->schema && q->relation)
		parent = world_find(w, OBJECT_RELATION,
			world_find(w, OBJECT_SCHEMA, 0, q->schema), q->relation);
	if (!parent || world_is(w, parent) != THERE_YES)
		return 0;
	return world_get(w, q->of->kind, parent, q->name);
}

/* Columns of the server's own; triggers that are constraints. */
static bool is_hidden(const question *q)
{
	static const char *const columns[] = { "tableoid", "cmax", "xmax", "cmin",
		"xmin", "ctid" };

	for (size_t i = 0; i < US_LEN(columns); i++)
		if (q->of->kind == OBJECT_COLUMN &&
			strcmp(q->name, columns[i]) == 0)
			return true;
	for (object_id id = 1; id <= world_count(q->w); id++) {
		const object *o = world_object(q->w, id);

		if (q->of->kind == OBJECT_CONSTRAINT && o->kind == OBJECT_TRIGGER &&
			o->there != THERE_NO && strcmp(o->name, q->name) == 0)
			return true;
	}
	return false;
}

static presence answer(const question *q)
{
	object_id only = only_place(q);
	presence found = THERE_NO;

	for (object_id id = 1; id <= world_count(q->w); id++) {
		const object *o = world_object(q->w, id);
		presence shown;

		if (o->there == THERE_NO || !fits(q, o))
			continue;
		shown = is_shown(q, o);
		if (shown == THERE_YES && is_certain(q, o))
			return THERE_YES;
		if (shown != THERE_NO)
			found = THERE_MAYBE;
	}
	if (only && found == THERE_NO && world_is(q->w, only) == THERE_NO &&
		!is_hidden(q))
		return THERE_NO;
	return THERE_MAYBE;
}

presence exists_in(world *w, const char *query, size_t len)
{
	question q = { .w = w };
	const PgQuery__SelectStmt *select;
	parse p;

	if (!parse_sql(world_arena(w), &p, query, len) || p.n != 1 ||
		p.tree[0]->node_case != NODE(SELECT_STMT))
		return THERE_MAYBE;
	select = p.tree[0]->select_stmt;
	q.of = table_of(select);
	if (!q.of || !is_simple(select) || !select->where_clause)
		return THERE_MAYBE;
	see_condition(&q, select->where_clause);
	return q.name ? answer(&q) : THERE_MAYBE;
}
