/* An expression in the words that all its writings share: no casts where the server
 * adds or drops them, no schema before a function, names of columns and relations
 * as references. */
#include "print.h"

#include <string.h>

#include "unstick/auto.h"

#define BIT(f) (1U << (f))

enum { DEPTH_LIMIT = 400 };

void print_nodes(printer *p, PgQuery__Node *const *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		us_str_add(p->out, i ? ", " : "");
		print_node(p, nodes[i]);
	}
}

static void print_call(
	printer *p, const char *name, PgQuery__Node *const *args, size_t n)
{
	us_str_addf(p->out, "%s(", name);
	print_nodes(p, args, n);
	us_str_addc(p->out, ')');
}

/* ---- constants ---- */

/* What is written as an integer is one, quoted or not: '5', 5, '5'::bigint. */
static void print_const(printer *p, const PgQuery__Node *node)
{
	static const type_class text = { FAMILY_TEXT, false, false };
	static const type_class number = { FAMILY_NUMERIC, false, false };
	const PgQuery__AConst *c = node->a_const;

	if (c->isnull)
		us_str_add(p->out, "null");
	else if (!add_constant(p->out, p->w, number, node) &&
		 !add_constant(p->out, p->w, text, node))
		print_fields(p, &c->base);
}

static void print_quoted(printer *p, const char *name)
{
	us_str_addc(p->out, '"');
	for (; *name; name++) {
		if (*name == '"')
			us_str_addc(p->out, '"');
		us_str_addc(p->out, *name);
	}
	us_str_addc(p->out, '"');
}

static void print_string(printer *p, const PgQuery__Node *node)
{
	print_quoted(p, node->string->sval);
}

/* 'a."B"'::regclass follows the relation's renames. */
static bool print_regclass(printer *p, const PgQuery__Node *node)
{
	bool certain;
	object_id id;

	node = below_casts(node);
	if (node->node_case != PG_QUERY__NODE__NODE_A_CONST ||
		node->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
		return false;
	id = regclass_lookup(p->w, node->a_const->sval->sval, &certain);
	if (id)
		us_str_add(p->out, world_ref(p->w, id));
	return id != 0;
}

/* ---- casts ------------------------------------------------------------------- */

/* Those that the server adds to operands by itself. */
static bool is_silent(type_class c)
{
	return BIT(c.family) & (BIT(FAMILY_TEXT) | BIT(FAMILY_NUMERIC) |
				       BIT(FAMILY_FLOAT8) | BIT(FAMILY_INTEGER) |
				       BIT(FAMILY_MOMENT) | BIT(FAMILY_REGCLASS));
}

static void print_cast(printer *p, const PgQuery__Node *node)
{
	const PgQuery__TypeCast *cast = node->type_cast;
	const PgQuery__Node *bare = below_casts(node);
	type_class c = class_of_type(p->w, cast->type_name);

	if (c.family == FAMILY_REGCLASS && print_regclass(p, node))
		return;
	if (bare->node_case == PG_QUERY__NODE__NODE_A_CONST ||
		bare->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
		print_node(p, bare);
		return;
	}
	if (is_silent(c)) {
		print_node(p, cast->arg);
		return;
	}
	us_str_add(p->out, "cast(");
	print_node(p, cast->arg);
	us_str_add(p->out, " as ");
	print_type_name(p, cast->type_name);
	us_str_addc(p->out, ')');
}

void print_type_name(printer *p, const PgQuery__TypeName *type)
{
	us_value v = type_value(p->w, type);

	us_str_add(p->out, v.text ? v.text : "?");
}

static void print_type(printer *p, const PgQuery__Node *node)
{
	print_type_name(p, node->type_name);
}

static void print_array(printer *p, const PgQuery__Node *node)
{
	us_str_addc(p->out, '{');
	print_nodes(
		p, node->a_array_expr->elements, node->a_array_expr->n_elements);
	us_str_addc(p->out, '}');
}

/* ---- calls ------------------------------------------------------------------- */

static bool takes_regclass(const char *name)
{
	return strcmp(name, "nextval") == 0 || strcmp(name, "currval") == 0 ||
	       strcmp(name, "setval") == 0;
}

static bool is_simple_call(const PgQuery__FuncCall *f)
{
	return !f->n_agg_order && !f->agg_filter && !f->over && !f->agg_star &&
	       !f->agg_distinct && !f->func_variadic && !f->agg_within_group;
}

/* The function's schema is left out: it is shown only where the reader's path
 * doesn't have it. */
static void print_function(printer *p, const PgQuery__Node *node)
{
	const PgQuery__FuncCall *f = node->func_call;
	const char *name = last_of(f->funcname, f->n_funcname);

	if (!is_simple_call(f)) {
		print_fields(p, &f->base);
		return;
	}
	if (f->n_args == 0 && strcmp(name, "transaction_timestamp") == 0)
		name = "now";
	us_str_addf(p->out, "%s(", name);
	if (f->n_args > 0 && takes_regclass(name) &&
		print_regclass(p, f->args[0])) {
		us_str_add(p->out, f->n_args > 1 ? ", " : "");
		print_nodes(p, f->args + 1, f->n_args - 1);
	} else {
		print_nodes(p, f->args, f->n_args);
	}
	us_str_addc(p->out, ')');
}

#define OP(name) PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_##name

static void print_value_function(printer *p, const PgQuery__Node *node)
{
	static const struct {
		PgQuery__SQLValueFunctionOp op;
		const char *text;
	} ops[] = {
		{ OP(CURRENT_DATE), "current_date" },
		{ OP(CURRENT_TIME), "current_time" },
		{ OP(CURRENT_TIME_N), "current_time" },
		{ OP(CURRENT_TIMESTAMP), "now()" },
		{ OP(CURRENT_TIMESTAMP_N), "now" },
		{ OP(LOCALTIME), "localtime" },
		{ OP(LOCALTIME_N), "localtime" },
		{ OP(LOCALTIMESTAMP), "localtimestamp" },
		{ OP(LOCALTIMESTAMP_N), "localtimestamp" },
		{ OP(CURRENT_ROLE), "current_user" },
		{ OP(CURRENT_USER), "current_user" },
		{ OP(USER), "current_user" },
		{ OP(SESSION_USER), "session_user" },
		{ OP(CURRENT_CATALOG), "current_catalog" },
		{ OP(CURRENT_SCHEMA), "current_schema" },
	};
	const PgQuery__SQLValueFunction *f = node->sqlvalue_function;

	for (size_t i = 0; i < US_LEN(ops); i++)
		if (ops[i].op == f->op)
			us_str_add(p->out, ops[i].text);
	if (f->op == OP(CURRENT_TIME_N) || f->op == OP(CURRENT_TIMESTAMP_N) ||
		f->op == OP(LOCALTIME_N) || f->op == OP(LOCALTIMESTAMP_N))
		us_str_addf(p->out, "(%d)", f->typmod > 6 ? 6 : f->typmod);
}

static void print_coalesce(printer *p, const PgQuery__Node *node)
{
	print_call(p, "coalesce", node->coalesce_expr->args,
		node->coalesce_expr->n_args);
}

static void print_min_max(printer *p, const PgQuery__Node *node)
{
	const PgQuery__MinMaxExpr *m = node->min_max_expr;

	print_call(p,
		m->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least",
		m->args, m->n_args);
}

static void print_row(printer *p, const PgQuery__Node *node)
{
	print_call(p, "row", node->row_expr->args, node->row_expr->n_args);
}

/* ---- conditions ---- */

/* a AND (b AND c) is a AND b AND c */
static void print_juncts(printer *p, const PgQuery__BoolExpr *e)
{
	bool conjunction = e->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR;

	if (++p->depth > DEPTH_LIMIT) {
		p->lost = true;
		return;
	}
	for (size_t i = 0; i < e->n_args; i++) {
		const PgQuery__Node *arg = e->args[i];

		if (i)
			us_str_add(p->out, conjunction ? " and " : " or ");
		if (arg->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
			arg->bool_expr->boolop == e->boolop)
			print_juncts(p, arg->bool_expr);
		else if (!print_between_in(p, arg, conjunction))
			print_node(p, arg);
	}
	p->depth--;
}

static void print_bool(printer *p, const PgQuery__Node *node)
{
	const PgQuery__BoolExpr *e = node->bool_expr;

	if (e->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR) {
		us_str_add(p->out, "(not ");
		print_nodes(p, e->args, e->n_args);
	} else {
		us_str_addc(p->out, '(');
		print_juncts(p, e);
	}
	us_str_addc(p->out, ')');
}

static void print_null_test(printer *p, const PgQuery__Node *node)
{
	const PgQuery__NullTest *t = node->null_test;

	us_str_addc(p->out, '(');
	print_node(p, t->arg);
	us_str_add(p->out, t->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL
				   ? " is null)"
				   : " is not null)");
}

/* The server writes ELSE NULL out. */
static void print_case(printer *p, const PgQuery__Node *node)
{
	const PgQuery__CaseExpr *c = node->case_expr;

	us_str_add(p->out, "(case ");
	if (c->arg)
		print_node(p, c->arg);
	for (size_t i = 0; i < c->n_args; i++) {
		us_str_add(p->out, " when ");
		print_node(p, c->args[i]->case_when->expr);
		us_str_add(p->out, " then ");
		print_node(p, c->args[i]->case_when->result);
	}
	if (c->defresult && !is_null_constant(c->defresult)) {
		us_str_add(p->out, " else ");
		print_node(p, c->defresult);
	}
	us_str_addc(p->out, ')');
}

static void print_collate(printer *p, const PgQuery__Node *node)
{
	const PgQuery__CollateClause *c = node->collate_clause;

	us_str_addc(p->out, '(');
	if (c->arg)
		print_node(p, c->arg);
	us_str_add(p->out, " collate ");
	print_quoted(p, last_of(c->collname, c->n_collname));
	us_str_addc(p->out, ')');
}

/* ---- names ------------------------------------------------------------------- */

/* Whatever the table was called before it, the last name is the column's. */
static void print_column(printer *p, const PgQuery__Node *node)
{
	const PgQuery__ColumnRef *c = node->column_ref;
	const PgQuery__Node *last = c->fields[c->n_fields - 1];

	if (last->node_case != PG_QUERY__NODE__NODE_STRING)
		us_str_addc(p->out, '*');
	else if (p->relation)
		us_str_add(p->out,
			world_ref(p->w, world_get(p->w, OBJECT_COLUMN, p->relation,
						string_of(last))));
	else
		print_quoted(p, string_of(last));
}

void print_range_var(printer *p, const PgQuery__RangeVar *r)
{
	const char *schema = r->schemaname && *r->schemaname ? r->schemaname : NULL;

	us_str_add(p->out, world_ref(p->w, world_lookup(p->w, OBJECT_RELATION,
						   schema, r->relname)));
	if (r->alias) {
		us_str_addc(p->out, ' ');
		print_quoted(p, r->alias->aliasname);
	}
}

static void print_relation(printer *p, const PgQuery__Node *node)
{
	print_range_var(p, node->range_var);
}

#define NODE(name) PG_QUERY__NODE__NODE_##name

static const struct {
	PgQuery__Node__NodeCase node;
	void (*print)(printer *p, const PgQuery__Node *node);
} printers[] = {
	{ NODE(A_CONST), print_const },
	{ NODE(A_EXPR), print_operator },
	{ NODE(A_ARRAY_EXPR), print_array },
	{ NODE(TYPE_CAST), print_cast },
	{ NODE(TYPE_NAME), print_type },
	{ NODE(FUNC_CALL), print_function },
	{ NODE(SQLVALUE_FUNCTION), print_value_function },
	{ NODE(COALESCE_EXPR), print_coalesce },
	{ NODE(MIN_MAX_EXPR), print_min_max },
	{ NODE(ROW_EXPR), print_row },
	{ NODE(BOOL_EXPR), print_bool },
	{ NODE(NULL_TEST), print_null_test },
	{ NODE(CASE_EXPR), print_case },
	{ NODE(COLLATE_CLAUSE), print_collate },
	{ NODE(COLUMN_REF), print_column },
	{ NODE(RANGE_VAR), print_relation },
	{ NODE(STRING), print_string },
};

void print_node(printer *p, const PgQuery__Node *node)
{
	if (p->lost || ++p->depth > DEPTH_LIMIT) {
		p->lost = true;
		return;
	}
	for (size_t i = 0; i < US_LEN(printers); i++)
		if (printers[i].node == node->node_case) {
			printers[i].print(p, node);
			p->depth--;
			return;
		}
	/* whichever it is, every member of the union points to a message */
	if (node->node_case != PG_QUERY__NODE__NODE__NOT_SET)
		print_fields(p, &node->alias->base);
	p->depth--;
}

bool add_expression(
	us_str *out, world *w, object_id relation, const PgQuery__Node *expression)
{
	printer p = { out, w, relation, 0, false };

	print_node(&p, expression);
	return !p.lost;
}
