/* What PostgreSQL calls the columns of an index that was given no name, and the
 * column that names a check (PostgreSQL 15, indexcmds.c: ChooseIndexColumnNames,
 * parse_target.c: FigureColnameInternal, heap.c: AddRelationNewConstraints). */
#include <string.h>

#include "tables.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

typedef enum { NAME_NONE, NAME_WEAK = 1, NAME_STRONG = 2 } strength;

static strength figure(const char **name, const PgQuery__Node *e);

/* The last word of a dotted name; * is none. */
static strength last_word(const char **name, PgQuery__Node **words, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (words[i - 1]->node_case == NODE(STRING)) {
			*name = words[i - 1]->string->sval;
			return NAME_STRONG;
		}
	return NAME_NONE;
}

static strength strong(const char **name, const char *word)
{
	*name = word;
	return NAME_STRONG;
}

static strength figure_cast(const char **name, const PgQuery__TypeCast *cast)
{
	strength found = figure(name, cast->arg);

	if (found > NAME_WEAK || !cast->type_name)
		return found;
	*name = last_of(cast->type_name->names, cast->type_name->n_names);
	return NAME_WEAK;
}

static strength figure_case(const char **name, const PgQuery__CaseExpr *e)
{
	strength found = figure(name, e->defresult);

	if (found > NAME_WEAK)
		return found;
	*name = "case";
	return NAME_WEAK;
}

static strength figure_part(const char **name, const PgQuery__AIndirection *e)
{
	strength found = last_word(name, e->indirection, e->n_indirection);

	return found ? found : figure(name, e->arg);
}

static strength figure(const char **name, const PgQuery__Node *e)
{
	if (!e)
		return NAME_NONE;
	switch (e->node_case) {
	case NODE(COLUMN_REF):
		return last_word(
			name, e->column_ref->fields, e->column_ref->n_fields);
	case NODE(A_INDIRECTION):
		return figure_part(name, e->a_indirection);
	case NODE(FUNC_CALL):
		return strong(name,
			last_of(e->func_call->funcname, e->func_call->n_funcname));
	case NODE(A_EXPR):
		return e->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF
			       ? strong(name, "nullif")
			       : NAME_NONE;
	case NODE(TYPE_CAST):
		return figure_cast(name, e->type_cast);
	case NODE(COLLATE_CLAUSE):
		return figure(name, e->collate_clause->arg);
	case NODE(CASE_EXPR):
		return figure_case(name, e->case_expr);
	case NODE(A_ARRAY_EXPR):
		return strong(name, "array");
	case NODE(ROW_EXPR):
		return strong(name, "row");
	case NODE(COALESCE_EXPR):
		return strong(name, "coalesce");
	case NODE(MIN_MAX_EXPR):
		return strong(name,
			e->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST
				? "greatest"
				: "least");
	default:
		return NAME_NONE;
	}
}

/* NULL: one that not all versions name alike (extract() is date_part() up to 13).
 */
static const char *name_of(const PgQuery__Node *node)
{
	const char *name = NULL;

	if (node->node_case == NODE(STRING))
		return node->string->sval;
	if (node->node_case != NODE(INDEX_ELEM))
		return NULL;
	if (*node->index_elem->name)
		return node->index_elem->name;
	figure(&name, node->index_elem->expr);
	if (!name)
		return "expr";
	return strcmp(name, "extract") == 0 ? NULL : name;
}

static bool is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

const char *index_column_names(
	world *w, PgQuery__Node *const *const lists[2], const size_t n[2])
{
	us_arena *a = world_arena(w);
	const char **names = us_arena_alloc(a, (n[0] + n[1] + 1) * sizeof(*names));
	us_str out = { 0 };
	size_t have = 0;

	for (size_t l = 0; names && l < 2; l++)
		for (size_t i = 0; i < n[l]; i++) {
			const char *base = name_of(lists[l][i]), *name = base;

			if (!base) {
				us_str_fini(&out);
				return NULL;
			}
			for (unsigned k = 1; is_among(name, names, have); k++)
				name = us_arena_strf(a, "%s%u", base, k);
			us_str_add(&out, have > 0 ? "_" : "");
			us_str_add(&out, name);
			names[have++] = name;
		}
	return text_of(w, &out);
}

const char *joined_names(world *w, PgQuery__Node *const *names, size_t n)
{
	us_str out = { 0 };

	for (size_t i = 0; i < n; i++)
		us_str_addf(&out, "%s%s", i > 0 ? "_" : "", string_of(names[i]));
	return text_of(w, &out);
}

/* ---- the column of a check -------------------------------------------------- */

typedef struct {
	const char *name;
	bool other;
} columns;

static bool see_column(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)m;
	columns *found = ctx;
	const char *name;

	if (m->descriptor != &pg_query__column_ref__descriptor)
		return true;
	name = last_of(ref->fields, ref->n_fields);
	found->other |= found->name && strcmp(found->name, name) != 0;
	found->name = name;
	return false;
}

const char *only_column(const PgQuery__Node *expression)
{
	columns found = { 0 };

	walk_node(expression, see_column, &found);
	return found.other || !found.name || !*found.name ? NULL : found.name;
}
