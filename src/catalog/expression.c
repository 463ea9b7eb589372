/* Defaults and other expressions as values. */
#include "expression.h"

#include <string.h>

#include "expression_impl.h"
#include "unstick/auto.h"

static const us_value unknown = { US_VALUE_UNKNOWN, NULL };

/* Calls that the server shows as they were written, but for the casts and the
 * spelling that add_expression() evens out. */
static bool is_plain_call(const char *text)
{
	static const char *const calls[] = { "now()", "clock_timestamp()",
		"statement_timestamp()", "current_date", "localtimestamp",
		"current_user", "gen_random_uuid()", "uuid_generate_v4()",
		"random()" };

	for (size_t i = 0; i < US_LEN(calls); i++)
		if (strcmp(text, calls[i]) == 0)
			return true;
	return false;
}

/* A cast to the column's own type is made anyway. */
static const PgQuery__Node *without_own_cast(
	world *w, us_value type, const PgQuery__Node *node)
{
	while (type.text && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
		us_value cast = type_value(w, node->type_cast->type_name);

		if (!cast.text || strcmp(cast.text, type.text) != 0)
			break;
		node = node->type_cast->arg;
	}
	return node;
}

/* nextval() of a sequence that is known by its name for certain. */
static bool is_plain_nextval(world *w, const PgQuery__Node *node)
{
	const PgQuery__FuncCall *f = node->func_call;
	const PgQuery__Node *arg;

	if (node->node_case != PG_QUERY__NODE__NODE_FUNC_CALL || f->n_args != 1 ||
		strcmp(last_of(f->funcname, f->n_funcname), "nextval") != 0)
		return false;
	arg = f->args[0];
	if (arg->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
		if (class_of_type(w, arg->type_cast->type_name).family !=
			FAMILY_REGCLASS)
			return false;
		arg = arg->type_cast->arg;
	}
	return arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
	       arg->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL &&
	       relation_in_text(w, arg->a_const->sval->sval) != 0;
}

us_value default_value(world *w, object_id relation, us_value type,
	const PgQuery__Node *expression)
{
	us_value_firmness firmness = US_VALUE_PLAIN;
	us_str out = { 0 };

	/* NULL as a char(n) or a domain is kept by the server and means no more */
	if (!expression || is_null_constant(expression))
		return (us_value){ US_VALUE_FIRM, "none" };
	if (add_constant(&out, w, class_of_value(w, type), expression))
		return value_of(w, US_VALUE_PLAIN, &out);
	expression = without_own_cast(w, type, expression);
	if (!add_expression(&out, w, relation, expression)) {
		us_str_fini(&out);
		return unknown;
	}
	if (!is_plain_call(us_str_text(&out)) && !is_plain_nextval(w, expression))
		firmness = US_VALUE_OPAQUE;
	return value_of(w, firmness, &out);
}

us_value expression_value(
	world *w, object_id relation, const PgQuery__Node *expression)
{
	us_value_firmness firmness = US_VALUE_OPAQUE;
	us_str out = { 0 };

	if (!expression || !add_expression(&out, w, relation, expression)) {
		us_str_fini(&out);
		return unknown;
	}
	if (relation && expression->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
		firmness = US_VALUE_PLAIN;
	return value_of(w, firmness, &out);
}

/* A text that isn't SQL: blanks are all the same, whatever is quoted. */
static void add_words(us_str *out, const char *text, size_t len)
{
	static const char blanks[] = " \t\r\n\f\v";
	bool blank = false;

	for (size_t i = 0; i < len; i++) {
		if (strchr(blanks, text[i])) {
			blank = out->len > 0;
			continue;
		}
		if (blank)
			us_str_addc(out, ' ');
		us_str_addc(out, text[i]);
		blank = false;
	}
}

us_value body_value(world *w, const char *text, size_t len)
{
	us_str out = { 0 };
	parse p;

	if (parse_sql(world_arena(w), &p, text, len))
		for (size_t i = 0; i < p.n; i++) {
			us_str_add(&out, i ? "; " : "");
			if (!add_expression(&out, w, 0, p.tree[i])) {
				us_str_fini(&out);
				return unknown;
			}
		}
	else
		add_words(&out, text, len);
	return value_of(w, US_VALUE_OPAQUE, &out);
}
