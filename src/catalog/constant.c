/* Constants below their casts: 'x'::text, '-1'::integer, ARRAY['a'::text], '{a}'.
 */
#include <string.h>

#include "expression_impl.h"
#include "unstick/auto.h"

const PgQuery__Node *below_casts(const PgQuery__Node *node)
{
	while (node && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
		node = node->type_cast->arg;
	return node;
}

bool is_null_constant(const PgQuery__Node *node)
{
	node = below_casts(node);
	return node && node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
	       node->a_const->isnull;
}

#define BIT(f) (1U << (f))
#define NUMBERS                                                                    \
	(BIT(FAMILY_INTEGER) | BIT(FAMILY_NUMERIC) | BIT(FAMILY_FLOAT4) |          \
		BIT(FAMILY_FLOAT8))

/* Casts between these keep a constant's meaning as a value of the type. */
static const struct {
	family type;
	unsigned casts;
} harmless[] = {
	{ FAMILY_TEXT, BIT(FAMILY_TEXT) },
	{ FAMILY_INTEGER, NUMBERS },
	{ FAMILY_NUMERIC, NUMBERS },
	{ FAMILY_FLOAT4, NUMBERS },
	{ FAMILY_FLOAT8, NUMBERS },
	{ FAMILY_BOOLEAN, BIT(FAMILY_BOOLEAN) },
	{ FAMILY_UUID, BIT(FAMILY_UUID) },
	{ FAMILY_JSON, BIT(FAMILY_JSON) },
	{ FAMILY_JSONB, BIT(FAMILY_JSONB) | BIT(FAMILY_JSON) },
	{ FAMILY_BYTES, BIT(FAMILY_BYTES) },
	{ FAMILY_BITS, BIT(FAMILY_BITS) },
	{ FAMILY_DATE, BIT(FAMILY_DATE) },
	{ FAMILY_ENUM, BIT(FAMILY_ENUM) | BIT(FAMILY_USER) | BIT(FAMILY_TEXT) },
};

static unsigned harmless_for(family f)
{
	for (size_t i = 0; i < US_LEN(harmless); i++)
		if (harmless[i].type == f)
			return harmless[i].casts;
	return 0;
}

/* What a node says when its casts are left out. */
typedef struct {
	const PgQuery__Node *node; /* the innermost */
	const char *text;          /* of a number or a string; else NULL */
	bool is_number;
	unsigned casts;  /* the families it is cast to, as bits */
	size_t shortest; /* the least length it is cut to; SIZE_MAX: none */
	bool rounded;    /* cast to a number with a precision */
} literal;

static void note_cast(literal *l, world *w, const PgQuery__TypeName *type)
{
	type_class c = class_of_type(w, type);
	int32_t limit;

	l->casts |= BIT(c.family);
	if (type->n_typmods == 0)
		return;
	if (c.family != FAMILY_TEXT ||
		type->typmods[0]->node_case != PG_QUERY__NODE__NODE_A_CONST ||
		type->typmods[0]->a_const->val_case !=
			PG_QUERY__A__CONST__VAL_IVAL) {
		l->rounded = true;
		return;
	}
	limit = type->typmods[0]->a_const->ival->ival;
	if (limit >= 0 && (size_t)limit < l->shortest)
		l->shortest = (size_t)limit;
}

/* The operand of "- 1", which the parser leaves apart in -1::integer; or NULL. */
static const PgQuery__Node *signed_operand(
	const PgQuery__Node *node, bool *negative)
{
	const PgQuery__AExpr *e = node->a_expr;
	const char *op;

	if (node->node_case != PG_QUERY__NODE__NODE_A_EXPR || e->lexpr ||
		e->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP)
		return NULL;
	op = last_of(e->name, e->n_name);
	*negative = strcmp(op, "-") == 0;
	return *negative || strcmp(op, "+") == 0 ? e->rexpr : NULL;
}

static const PgQuery__Node *note_casts(
	literal *l, world *w, const PgQuery__Node *node)
{
	for (; node && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST;
		node = node->type_cast->arg)
		note_cast(l, w, node->type_cast->type_name);
	return node;
}

static const char *negated(world *w, const char *number)
{
	return *number == '-' ? number + 1
			      : us_arena_strf(world_arena(w), "-%s", number);
}

static literal read_literal(world *w, const PgQuery__Node *node)
{
	literal l = { .shortest = SIZE_MAX };
	const PgQuery__Node *operand;
	const PgQuery__AConst *c;
	bool negative = false;

	node = note_casts(&l, w, node);
	operand = node ? signed_operand(node, &negative) : NULL;
	if (operand)
		node = note_casts(&l, w, operand);
	l.node = node;
	if (!node || node->node_case != PG_QUERY__NODE__NODE_A_CONST)
		return l;
	c = node->a_const;
	l.is_number = c->val_case == PG_QUERY__A__CONST__VAL_IVAL ||
		      c->val_case == PG_QUERY__A__CONST__VAL_FVAL;
	if (c->val_case == PG_QUERY__A__CONST__VAL_IVAL)
		l.text = us_arena_strf(world_arena(w), "%d", c->ival->ival);
	else if (c->val_case == PG_QUERY__A__CONST__VAL_FVAL)
		l.text = c->fval->fval;
	else if (c->val_case == PG_QUERY__A__CONST__VAL_SVAL)
		l.text = c->sval->sval;
	else if (c->val_case == PG_QUERY__A__CONST__VAL_BSVAL)
		l.text = c->bsval->bsval;
	if (operand && !l.is_number) /* what it is the negative of isn't seen */
		l.text = NULL;
	else if (negative)
		l.text = negated(w, l.text);
	return l;
}

/* A number, written as one: an integer is the same in every type, so that its own
 * needn't be known; '-1'::integer is how the server shows -1. */
static bool add_number_literal(us_str *out, type_class type, const literal *l)
{
	us_str number = { 0 };
	size_t digits = 0;
	bool done = !(l->casts & ~NUMBERS) && add_number(&number, l->text, &digits);
	bool whole = !strchr(us_str_text(&number), '.');

	if (done && (BIT(type.family) & NUMBERS))
		done = (whole || (!l->rounded &&
					 !(l->casts & BIT(FAMILY_INTEGER)))) &&
		       add_constant_text(out, type, us_str_text(&number));
	else if (done && whole)
		us_str_add(out, us_str_text(&number));
	else
		done = false;
	out->failed |= number.failed;
	us_str_fini(&number);
	return done;
}

static bool add_string_literal(us_str *out, type_class type, const literal *l)
{
	if ((l->casts & ~harmless_for(type.family)) || l->rounded ||
		strlen(l->text) > l->shortest)
		return false;
	return add_constant_text(out, type, l->text);
}

/* ---- arrays ------------------------------------------------------------------ */

static bool add_elements(
	us_str *out, world *w, type_class type, const PgQuery__AArrayExpr *array)
{
	us_str_addc(out, '{');
	for (size_t i = 0; i < array->n_elements; i++) {
		const PgQuery__Node *e = below_casts(array->elements[i]);
		type_class of = type;

		/* an array in an array is another dimension */
		of.array = e->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR;
		us_str_add(out, i ? "," : "");
		if (is_null_constant(e))
			us_str_add(out, "null");
		else if (!add_constant(out, w, of, array->elements[i]))
			return false;
	}
	us_str_addc(out, '}');
	return true;
}

/* One element of '{a,"b c",NULL}'; *p behind it. False: it is more than that. */
static bool read_element(us_str *out, const char **p, bool *null)
{
	const char *at = *p + strspn(*p, " ");
	bool quoted = *at == '"';

	at += quoted;
	us_str_clear(out);
	while (*at && (quoted ? *at != '"' : !strchr(",}", *at))) {
		if (!quoted && strchr("{\"\t\n\v\f\r ", *at))
			return false;
		at += *at == '\\';
		if (!*at)
			return false;
		us_str_addc(out, *at++);
	}
	if (!*at || (!quoted && out->len == 0))
		return false;
	*null = !quoted && strcmp(us_str_text(out), "NULL") == 0;
	*p = at + quoted;
	*p += quoted ? strspn(*p, " ") : 0;
	return true;
}

/* One dimension, no blanks within what isn't quoted. */
static bool add_array_text(us_str *out, type_class type, const char *text)
{
	us_str element = { 0 };
	bool null, done = *text++ == '{';

	type.array = false;
	us_str_addc(out, '{');
	while (done && *text && *text != '}') {
		done = read_element(&element, &text, &null);
		if (done && null)
			us_str_add(out, "null");
		else if (done)
			done = add_constant_text(out, type, us_str_text(&element));
		if (done && *text == ',') {
			us_str_addc(out, ',');
			done = *++text != '}';
		} else if (*text != '}') {
			done = false;
		}
	}
	done = done && strcmp(text, "}") == 0;
	us_str_addc(out, '}');
	out->failed |= element.failed;
	us_str_fini(&element);
	return done;
}

static bool add_array(us_str *out, world *w, type_class type, const literal *l)
{
	if (l->casts & ~harmless_for(type.family))
		return false;
	if (l->node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
		return add_elements(out, w, type, l->node->a_array_expr);
	return l->text && !l->is_number && add_array_text(out, type, l->text);
}

/* An empty array is that of any type. */
static bool is_empty_array(const literal *l)
{
	if (l->node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
		return l->node->a_array_expr->n_elements == 0;
	return l->text && strcmp(l->text, "{}") == 0;
}

static bool add_any(us_str *out, world *w, type_class type, const literal *l)
{
	const PgQuery__Node *n = l->node;

	if (type.array && is_empty_array(l)) {
		us_str_add(out, "{}");
		return true;
	}
	if (type.array || n->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
		return type.array && add_array(out, w, type, l);
	if (n->node_case != PG_QUERY__NODE__NODE_A_CONST || n->a_const->isnull)
		return false;
	if (n->a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL) {
		us_str_add(out, n->a_const->boolval->boolval ? "true" : "false");
		return !(l->casts & ~BIT(FAMILY_BOOLEAN));
	}
	if (!l->text)
		return false;
	if (l->is_number || (l->casts & NUMBERS))
		return add_number_literal(out, type, l);
	return add_string_literal(out, type, l);
}

bool add_constant(us_str *out, world *w, type_class type, const PgQuery__Node *node)
{
	literal l = read_literal(w, node);
	us_str text = { 0 };
	bool done = l.node && add_any(&text, w, type, &l);

	if (done)
		us_str_add(out, us_str_text(&text));
	out->failed |= text.failed;
	us_str_fini(&text);
	return done;
}
