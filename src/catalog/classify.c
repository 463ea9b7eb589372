/* Data statements: may one run a second time? In doubt it may not: what is called
 * idempotent here is run again over people's rows. */
#include <string.h>

#include "builtins.h"
#include "kinds.h"
#include "survey.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

static bool is_set(const char *text)
{
	return text && *text;
}

/* ---- names of the table that is written ---- */

/* The name by which the statement knows its table. */
static const char *known_as(const PgQuery__RangeVar *r)
{
	return r->alias && is_set(r->alias->aliasname) ? r->alias->aliasname
						       : r->relname;
}

typedef struct {
	const char *name;
	bool found;
} seeking;

static void seek_range(const PgQuery__RangeVar *r, void *ctx)
{
	seeking *s = ctx;

	s->found |= strcmp(r->relname, s->name) == 0;
}

/* Is the table read again, in a subquery or a join? Schemas are not looked at. */
static bool reads_table(const PgQuery__Node *tree, const char *table)
{
	seeking s = { table, false };

	walk_ranges(tree, seek_range, &s);
	return s.found;
}

static const char *field(const PgQuery__ColumnRef *c, size_t from_end)
{
	return c->n_fields > from_end
		       ? string_of(c->fields[c->n_fields - 1 - from_end])
		       : NULL;
}

/* ---- UPDATE ---- */

static bool is_null_test(
	const PgQuery__Node *n, const PgQuery__UpdateStmt *u, const char *column)
{
	const PgQuery__ColumnRef *c;

	if (n->node_case != NODE(NULL_TEST) ||
		n->null_test->nulltesttype != PG_QUERY__NULL_TEST_TYPE__IS_NULL ||
		n->null_test->arg->node_case != NODE(COLUMN_REF))
		return false;
	c = n->null_test->arg->column_ref;
	if (strcmp(field(c, 0), column) != 0)
		return false;
	if (c->n_fields == 1)
		return u->n_from_clause == 0;
	return strcmp(field(c, 1), known_as(u->relation)) == 0;
}

/* Does WHERE ask, among what must all hold, for the column to be NULL? */
static bool asks_for_null(
	const PgQuery__Node *n, const PgQuery__UpdateStmt *u, const char *column)
{
	if (!n)
		return false;
	if (n->node_case == NODE(BOOL_EXPR) &&
		n->bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
		for (size_t i = 0; i < n->bool_expr->n_args; i++)
			if (asks_for_null(n->bool_expr->args[i], u, column))
				return true;
		return false;
	}
	return is_null_test(n, u, column);
}

static bool is_never_null(const PgQuery__Node *v)
{
	switch (v->node_case) {
	case NODE(A_CONST):
		return !v->a_const->isnull;
	case NODE(TYPE_CAST):
		return is_never_null(v->type_cast->arg);
	case NODE(FUNC_CALL):
		return builtin_is_never_null(v->func_call);
	case NODE(A_ARRAY_EXPR):
		return true;
	case NODE(SQLVALUE_FUNCTION):
		return v->sqlvalue_function->op <=
		       PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N;
	case NODE(COALESCE_EXPR):
		for (size_t i = 0; i < v->coalesce_expr->n_args; i++)
			if (is_never_null(v->coalesce_expr->args[i]))
				return true;
		return false;
	default:
		return false;
	}
}

static bool is_target(const PgQuery__Node *t)
{
	return t->node_case == NODE(RES_TARGET) && t->res_target->val &&
	       t->res_target->n_indirection == 0;
}

static bool sets(const PgQuery__UpdateStmt *u, const char *column)
{
	for (size_t i = 0; i < u->n_target_list; i++)
		if (u->target_list[i]->node_case == NODE(RES_TARGET) &&
			strcmp(u->target_list[i]->res_target->name, column) == 0)
			return true;
	return false;
}

typedef struct {
	const PgQuery__UpdateStmt *update;
	bool changing; /* a value that the statement itself changes, or may */
} reading;

static bool see_reference(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__ColumnRef *c = (const PgQuery__ColumnRef *)m;
	reading *r = ctx;
	const char *mine = known_as(r->update->relation), *of;

	if (m->descriptor != &pg_query__column_ref__descriptor)
		return true;
	of = field(c, 1);
	if (c->fields[c->n_fields - 1]->node_case == NODE(A_STAR))
		r->changing = true;
	else if (of && strcmp(of, mine) != 0) /* another row of a join may win */
		r->changing |= r->update->n_from_clause > 0;
	else
		r->changing |= sets(r->update, field(c, 0)) ||
			       (!of && (strcmp(field(c, 0), mine) == 0 ||
					       r->update->n_from_clause > 0));
	return true;
}

/* Constants, and columns that the statement leaves alone. */
static bool is_fixed(const PgQuery__UpdateStmt *u, const PgQuery__Node *value)
{
	reading r = { u, false };

	if (value->node_case == NODE(SET_TO_DEFAULT) ||
		value->node_case == NODE(MULTI_ASSIGN_REF) ||
		survey_of(value).moves)
		return false;
	walk_node(value, see_reference, &r);
	return !r.changing;
}

/* Which rows it finds the second time: none that it didn't find the first time,
 * unless it asks the clock, chance or its own table. */
static bool finds_no_more(const PgQuery__UpdateStmt *u)
{
	const char *table = u->relation->relname;
	bool own = reads_table(u->where_clause, table) ||
		   survey_of(u->where_clause).moves ||
		   (u->where_clause &&
			   u->where_clause->node_case == NODE(CURRENT_OF_EXPR));

	for (size_t i = 0; i < u->n_from_clause; i++)
		own = own || reads_table(u->from_clause[i], table) ||
		      survey_of(u->from_clause[i]).moves;
	for (size_t i = 0; i < u->n_target_list; i++)
		own = own || reads_table(u->target_list[i], table);
	return !own && !u->with_clause;
}

static bool update_repeats(const PgQuery__UpdateStmt *u)
{
	bool fixed = true;

	if (!finds_no_more(u))
		return false;
	for (size_t i = 0; i < u->n_target_list; i++) {
		const PgQuery__Node *t = u->target_list[i];

		if (!is_target(t))
			return false;
		/* no row that it has found is found again */
		if (is_never_null(t->res_target->val) &&
			asks_for_null(u->where_clause, u, t->res_target->name))
			return true;
		fixed = fixed && is_fixed(u, t->res_target->val);
	}
	return fixed;
}

/* ---- INSERT ---- */

static bool is_constant(const PgQuery__Node *v)
{
	while (v->node_case == NODE(TYPE_CAST))
		v = v->type_cast->arg;
	return v->node_case == NODE(A_CONST) && !v->a_const->isnull &&
	       !survey_of(v).moves;
}

/* What the i-th column is given in each row of VALUES, or by a SELECT list. */
static bool column_is_constant(const PgQuery__SelectStmt *q, size_t i)
{
	if (q->n_values_lists == 0)
		return i < q->n_target_list &&
		       q->target_list[i]->node_case == NODE(RES_TARGET) &&
		       is_constant(q->target_list[i]->res_target->val);
	for (size_t r = 0; r < q->n_values_lists; r++) {
		const PgQuery__List *row = q->values_lists[r]->list;

		if (i >= row->n_items || !is_constant(row->items[i]))
			return false;
	}
	return true;
}

static bool gives_constant(const PgQuery__InsertStmt *in, const char *column)
{
	for (size_t i = 0; i < in->n_cols; i++)
		if (in->cols[i]->node_case == NODE(RES_TARGET) &&
			in->cols[i]->res_target->n_indirection == 0 &&
			strcmp(in->cols[i]->res_target->name, column) == 0)
			return column_is_constant(in->select_stmt->select_stmt, i);
	return false;
}

/* A second run certainly meets the rows of the first: the columns that conflict are
 * named, and are constants that aren't NULL. */
static bool conflicts(const PgQuery__InsertStmt *in, const PgQuery__InferClause *on)
{
	if (!on || on->n_index_elems == 0 || on->where_clause)
		return false;
	for (size_t i = 0; i < on->n_index_elems; i++) {
		const PgQuery__Node *e = on->index_elems[i];

		if (e->node_case != NODE(INDEX_ELEM) || e->index_elem->expr ||
			!gives_constant(in, e->index_elem->name))
			return false;
	}
	return true;
}

/* SET a = EXCLUDED.a of a constant: what was inserted is what it is set to. */
static bool sets_what_it_inserts(
	const PgQuery__InsertStmt *in, const PgQuery__OnConflictClause *on)
{
	if (on->where_clause)
		return false;
	for (size_t i = 0; i < on->n_target_list; i++) {
		const PgQuery__Node *t = on->target_list[i], *v;

		if (!is_target(t))
			return false;
		v = t->res_target->val;
		if (v->node_case != NODE(COLUMN_REF) ||
			v->column_ref->n_fields != 2 ||
			strcmp(field(v->column_ref, 1), "excluded") != 0 ||
			strcmp(field(v->column_ref, 0), t->res_target->name) != 0 ||
			!gives_constant(in, t->res_target->name))
			return false;
	}
	return true;
}

/* The rows of a query are the same the second time. */
static bool query_is_fixed(const PgQuery__SelectStmt *q)
{
	if (survey_of(q->where_clause).moves || survey_picks(q) ||
		survey_of(q->having_clause).moves)
		return false;
	for (size_t i = 0; i < q->n_from_clause; i++)
		if (survey_of(q->from_clause[i]).moves)
			return false;
	return true;
}

static bool insert_repeats(const PgQuery__InsertStmt *in)
{
	const PgQuery__OnConflictClause *on = in->on_conflict_clause;
	const PgQuery__SelectStmt *q;

	if (!on || in->with_clause || !in->select_stmt ||
		in->select_stmt->node_case != NODE(SELECT_STMT))
		return false;
	q = in->select_stmt->select_stmt;
	if (q->larg || q->with_clause ||
		reads_table(in->select_stmt, in->relation->relname))
		return false;
	if (!query_is_fixed(q) || !conflicts(in, on->infer))
		return false;
	return on->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_NOTHING ||
	       sets_what_it_inserts(in, on);
}

/* ---- all of them ---- */

static data_class of_write(const PgQuery__Node *tree, bool repeats)
{
	survey s = survey_of(tree);

	if (s.deletes)
		return DATA_DESTROYS;
	if (s.calls_unknown)
		return DATA_UNKNOWN;
	return repeats && s.writes == 1 ? DATA_IDEMPOTENT : DATA_CHANGES;
}

static data_class of_query(const PgQuery__Node *tree)
{
	survey s = survey_of(tree);

	if (s.deletes)
		return DATA_DESTROYS;
	if (s.calls_unknown)
		return DATA_UNKNOWN;
	return s.writes > 0 || s.sequences ? DATA_CHANGES : DATA_NONE;
}

/* EXPLAIN ANALYZE runs what it explains. */
static data_class of_explain(const PgQuery__ExplainStmt *e)
{
	for (size_t i = 0; i < e->n_options; i++)
		if (e->options[i]->node_case == NODE(DEF_ELEM) &&
			strcmp(e->options[i]->def_elem->defname, "analyze") == 0)
			return classify_data(e->query, "", 0);
	return DATA_NONE;
}

data_class classify_data(const PgQuery__Node *tree, const char *text, size_t len)
{
	(void)text;
	(void)len;
	switch (tree->node_case) {
	case NODE(UPDATE_STMT):
		return of_write(tree, update_repeats(tree->update_stmt));
	case NODE(INSERT_STMT):
		return of_write(tree, insert_repeats(tree->insert_stmt));
	case NODE(MERGE_STMT):
		return of_write(tree, false);
	case NODE(DELETE_STMT):
	case NODE(TRUNCATE_STMT):
		return DATA_DESTROYS;
	case NODE(SELECT_STMT):
		return of_query(tree);
	case NODE(COPY_STMT):
		return tree->copy_stmt->is_from ? DATA_CHANGES : DATA_UNKNOWN;
	case NODE(REFRESH_MAT_VIEW_STMT):
		return DATA_IDEMPOTENT;
	case NODE(EXPLAIN_STMT):
		return of_explain(tree->explain_stmt);
	case NODE(DO_STMT):
	case NODE(CALL_STMT):
	case NODE(EXECUTE_STMT):
		return DATA_UNKNOWN;
	default:
		return DATA_NONE;
	}
}
