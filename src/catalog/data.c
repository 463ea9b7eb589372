/* Statements about rows, and code. They leave no trace in the catalog, unless they
 * call what may do anything. */
#include <string.h>

#include "block.h"
#include "builtins.h"
#include "code.h"
#include "kinds.h"
#include "session.h"
#include "survey.h"
#include "tables.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* ---- what they need ---- */

/* Not the server's own catalogs, which no history tells of. */
static bool is_systems(const PgQuery__RangeVar *r)
{
	return begins(r->relname, "pg_") || begins(r->schemaname, "pg_") ||
	       strcmp(r->schemaname, "information_schema") == 0;
}

static void need_range(const PgQuery__RangeVar *range, void *ctx)
{
	world *w = ctx;

	if (!is_systems(range))
		world_need(w, relation_of(w, range), THERE_YES);
}

void need_relations(const step *s)
{
	walk_ranges(s->tree, need_range, s->w);
}

static void need_targets(const step *s, const PgQuery__RangeVar *relation,
	PgQuery__Node *const *targets, size_t n)
{
	object_id table;

	if (is_systems(relation))
		return;
	table = relation_of(s->w, relation);
	for (size_t i = 0; i < n; i++)
		if (targets[i]->node_case == NODE(RES_TARGET))
			need_column(s, table, targets[i]->res_target->name);
}

static void need_columns(const step *s)
{
	const PgQuery__InsertStmt *in = s->tree->insert_stmt;
	const PgQuery__UpdateStmt *up = s->tree->update_stmt;

	if (s->tree->node_case == NODE(INSERT_STMT))
		need_targets(s, in->relation, in->cols, in->n_cols);
	else if (s->tree->node_case == NODE(UPDATE_STMT))
		need_targets(s, up->relation, up->target_list, up->n_target_list);
}

/* ---- what they call ---- */

typedef struct {
	const step *s;
	code_reach reach;
	bool destroys;
} calling;

static bool see_call(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__FuncCall *f = (const PgQuery__FuncCall *)m;
	calling *c = ctx;
	const char *schema;
	code_reach reach;

	c->destroys = c->destroys || survey_sees_delete(m);
	if (m->descriptor != &pg_query__func_call__descriptor)
		return true;
	schema = before_last_of(f->funcname, f->n_funcname);
	if (schema && strcmp(schema, "pg_catalog") == 0)
		reach = builtin_called(f) == BUILTIN_NONE ? CODE_SESSION
							  : CODE_ROWS;
	else
		reach = code_reach_of_call(
			c->s->w, last_of(f->funcname, f->n_funcname), &c->destroys);
	if (schema && strcmp(schema, "pg_catalog") != 0 &&
		builtin_named(last_of(f->funcname, f->n_funcname)) != BUILTIN_NONE)
		reach = CODE_SESSION; /* a user's function of such a name */
	if (reach > c->reach)
		c->reach = reach;
	return true;
}

static const char *constant_of(const PgQuery__Node *n)
{
	if (n->node_case != NODE(A_CONST) ||
		n->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
		return NULL;
	return n->a_const->sval->sval;
}

static bool is_false(const PgQuery__Node *n)
{
	return n->node_case == NODE(A_CONST) &&
	       n->a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL &&
	       !n->a_const->boolval->boolval;
}

/* SELECT set_config('search_path', '', false), as pg_dump begins its scripts. */
static bool see_set_config(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__FuncCall *f = (const PgQuery__FuncCall *)m;
	const step *s = ctx;
	const char *name, *list;
	bool lasts;

	if (m->descriptor != &pg_query__func_call__descriptor ||
		strcmp(last_of(f->funcname, f->n_funcname), "set_config") != 0 ||
		f->n_args < 2)
		return true;
	name = constant_of(f->args[0]);
	list = constant_of(f->args[1]);
	if (name && strcmp(name, "search_path") != 0)
		return true;
	lasts = f->n_args > 2 && is_false(f->args[2]);
	/* not a constant: any path; session_set_path() gives "$user" up */
	session_set_path(s, name && list && lasts ? list : "$user");
	return true;
}

static void follow_calls(const step *s)
{
	calling c = { .s = s };

	c.reach = reach_of_triggers(s, &c.destroys);
	walk_node(s->tree, see_call, &c);
	walk_node(s->tree, see_set_config, (void *)(uintptr_t)s);
	if (c.destroys)
		world_destroys(s->w, "it deletes rows");
	if (c.reach == CODE_ROWS)
		return;
	world_unsure(s->w, "it runs a function that may do anything");
	world_blur(s->w, 0);
	if (c.reach == CODE_SESSION)
		session_lose_path(s);
}

void kind_data(const step *s)
{
	need_relations(s);
	need_columns(s);
	follow_calls(s);
}

/* ---- SELECT ---- */

void kind_table_from_query(const step *s)
{
	kind_create_table_as(s);
	follow_calls(s);
}

void kind_select(const step *s)
{
	if (s->tree->select_stmt->into_clause) {
		kind_table_from_query(s);
		return;
	}
	kind_data(s);
}

/* ---- code ------------------------------------------------------------------- */

static const char *option_text(const PgQuery__DoStmt *d, const char *name)
{
	for (size_t i = 0; i < d->n_args; i++)
		if (d->args[i]->node_case == NODE(DEF_ELEM) &&
			strcmp(d->args[i]->def_elem->defname, name) == 0)
			return string_of(d->args[i]->def_elem->arg);
	return NULL;
}

static bool is_plpgsql(const step *s)
{
	const char *language = option_text(s->tree->do_stmt, "language");

	return !language || strcmp(language, "plpgsql") == 0;
}

static code_reach reach_of_block(const step *s, bool *destroys)
{
	const PgQuery__DoStmt *d = s->tree->do_stmt;
	const char *body = option_text(d, "as");

	if (!body || !is_plpgsql(s))
		return CODE_SESSION;
	return code_reach_of(s->w, body, strlen(body), destroys);
}

void kind_do(const step *s)
{
	bool destroys = false;
	const char *body;
	code_reach reach;

	if (s->tree->node_case != NODE(DO_STMT)) {
		follow_calls(s); /* CALL */
		return;
	}
	body = option_text(s->tree->do_stmt, "as");
	if (body && is_plpgsql(s) && block_follow(s, body))
		return;
	reach = reach_of_block(s, &destroys);
	if (destroys)
		world_destroys(s->w, "its code deletes rows");
	if (reach == CODE_ROWS)
		return;
	world_unsure(s->w, "what its code does is not followed");
	world_close_parts(s->w, NULL, NULL);
	if (reach == CODE_SESSION)
		session_lose_path(s);
	if (reach >= CODE_ANYTHING) {
		world_blur(s->w, 0);
		return;
	}
	world_blur_dependents(s->w, s->text, s->len);
	world_blur_mentioned(s->w, s->text, s->len);
}
