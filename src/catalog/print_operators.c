/* Operators in the words that the server shows them in: IN is = ANY, BETWEEN two
 * comparisons. */
#include <string.h>

#include "print.h"
#include "unstick/auto.h"

static void print_binary(printer *p, const PgQuery__Node *left, const char *op,
	const PgQuery__Node *right)
{
	us_str_addc(p->out, '(');
	if (left)
		print_node(p, left);
	us_str_addf(p->out, " %s ", op);
	if (right)
		print_node(p, right);
	us_str_addc(p->out, ')');
}

static const char *operator_of(const PgQuery__AExpr *e)
{
	return last_of(e->name, e->n_name);
}

static void print_plain(printer *p, const PgQuery__AExpr *e)
{
	print_binary(p, e->lexpr, operator_of(e), e->rexpr);
}

/* The elements of an array, if it is written out as one or is '{a,b}'. */
static void print_set(printer *p, const PgQuery__Node *set)
{
	static const type_class texts = { FAMILY_TEXT, true, false };
	const PgQuery__Node *bare = below_casts(set);

	if (bare->node_case == PG_QUERY__NODE__NODE_LIST) {
		us_str_addc(p->out, '{');
		print_nodes(p, bare->list->items, bare->list->n_items);
		us_str_addc(p->out, '}');
	} else if (bare->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
		us_str_addc(p->out, '{');
		print_nodes(p, bare->a_array_expr->elements,
			bare->a_array_expr->n_elements);
		us_str_addc(p->out, '}');
	} else if (bare->node_case != PG_QUERY__NODE__NODE_A_CONST ||
		   !add_constant(p->out, p->w, texts, bare)) {
		print_node(p, set);
	}
}

static void print_quantified(
	printer *p, const PgQuery__AExpr *e, const char *op, const char *quantifier)
{
	us_str_addc(p->out, '(');
	print_node(p, e->lexpr);
	us_str_addf(p->out, " %s %s ", op, quantifier);
	print_set(p, e->rexpr);
	us_str_addc(p->out, ')');
}

static void print_any(printer *p, const PgQuery__AExpr *e)
{
	print_quantified(p, e, operator_of(e), "any");
}

static void print_all(printer *p, const PgQuery__AExpr *e)
{
	print_quantified(p, e, operator_of(e), "all");
}

/* IN of one is a mere comparison. */
static void print_in(printer *p, const PgQuery__AExpr *e)
{
	const char *op = operator_of(e);
	const PgQuery__List *list = e->rexpr->list;

	if (list->n_items == 1)
		print_binary(p, e->lexpr, op, list->items[0]);
	else
		print_quantified(p, e, op, strcmp(op, "=") == 0 ? "any" : "all");
}

static void print_distinct(printer *p, const PgQuery__AExpr *e)
{
	print_binary(p, e->lexpr, "is distinct from", e->rexpr);
}

static void print_not_distinct(printer *p, const PgQuery__AExpr *e)
{
	us_str_add(p->out, "(not ");
	print_distinct(p, e);
	us_str_addc(p->out, ')');
}

static void print_nullif(printer *p, const PgQuery__AExpr *e)
{
	us_str_add(p->out, "nullif");
	print_binary(p, e->lexpr, ",", e->rexpr);
}

static void print_between(printer *p, const PgQuery__AExpr *e)
{
	bool within = e->kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN;
	const PgQuery__List *ends = e->rexpr->list;

	print_binary(p, e->lexpr, within ? ">=" : "<", ends->items[0]);
	us_str_add(p->out, within ? " and " : " or ");
	print_binary(p, e->lexpr, within ? "<=" : ">", ends->items[1]);
}

bool print_between_in(printer *p, const PgQuery__Node *node, bool conjunction)
{
	PgQuery__AExprKind kind =
		conjunction ? PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN
			    : PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN;

	if (node->node_case != PG_QUERY__NODE__NODE_A_EXPR ||
		node->a_expr->kind != kind)
		return false;
	print_between(p, node->a_expr);
	return true;
}

static void print_range(printer *p, const PgQuery__AExpr *e)
{
	us_str_addc(p->out, '(');
	print_between(p, e);
	us_str_addc(p->out, ')');
}

#define KIND(name) PG_QUERY__A__EXPR__KIND__AEXPR_##name

static const struct {
	PgQuery__AExprKind kind;
	void (*print)(printer *p, const PgQuery__AExpr *e);
} operators[] = {
	{ KIND(OP), print_plain },
	{ KIND(LIKE), print_plain },
	{ KIND(ILIKE), print_plain },
	{ KIND(SIMILAR), print_plain },
	{ KIND(OP_ANY), print_any },
	{ KIND(OP_ALL), print_all },
	{ KIND(IN), print_in },
	{ KIND(DISTINCT), print_distinct },
	{ KIND(NOT_DISTINCT), print_not_distinct },
	{ KIND(NULLIF), print_nullif },
	{ KIND(BETWEEN), print_range },
	{ KIND(NOT_BETWEEN), print_range },
};

void print_operator(printer *p, const PgQuery__Node *node)
{
	static const type_class number = { FAMILY_NUMERIC, false, false };

	/* "- 1" */
	if (!node->a_expr->lexpr && add_constant(p->out, p->w, number, node))
		return;
	for (size_t i = 0; i < US_LEN(operators); i++)
		if (operators[i].kind == node->a_expr->kind) {
			operators[i].print(p, node->a_expr);
			return;
		}
	print_fields(p, &node->a_expr->base);
}
