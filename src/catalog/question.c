/* Whether a text from outside only asks: judged on PostgreSQL's own parse tree, so
 * that no spelling of a name, no comment and no string hides anything. */
#include <string.h>

#include "unstick/auto.h"
#include "unstick/catalog.h"
#include "walk.h"

/* The tree of a text is walked by recursion, by libpg_query too, at up to 2 KiB of
 * stack a level (observed, 15-4.0.0: it crashes at 5,000 levels in 8 MiB), and two
 * bytes can make a level. */
#define QUESTION_MAX 4096

typedef struct {
	bool (*denied)(const char *function);
	us_err *err;
	us_code rc;
} asking;

static void refuse(asking *a, const char *why)
{
	if (a->rc == US_OK)
		a->rc = us_fail(a->err, US_E_POLICY, "%s", why);
}

static void check_function(asking *a, const char *name)
{
	if (a->rc == US_OK && a->denied(name))
		a->rc = us_fail(a->err, US_E_POLICY,
			"%s reaches past a read-only transaction", name);
}

/* (value).name is a call, too: of a function, where the value has no such field. */
static void check_fields(asking *a, const PgQuery__AIndirection *indirection)
{
	for (size_t i = 0; i < indirection->n_indirection; i++)
		check_function(a, string_of(indirection->indirection[i]));
}

/* Whatever its kind: "..._stmt" of libpg_query's. */
static bool is_statement(const ProtobufCMessageDescriptor *d)
{
	static const char ending[] = "Stmt";
	size_t n = strlen(d->short_name);

	return n >= sizeof(ending) - 1 &&
	       strcmp(d->short_name + n - (sizeof(ending) - 1), ending) == 0;
}

static bool visit(const ProtobufCMessage *m, void *ctx)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	asking *a = ctx;

	if (d == &pg_query__func_call__descriptor) {
		const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)m;

		check_function(a, last_of(call->funcname, call->n_funcname));
	} else if (d == &pg_query__range_table_sample__descriptor) {
		const PgQuery__RangeTableSample *s =
			(const PgQuery__RangeTableSample *)m;

		check_function(a, last_of(s->method, s->n_method));
	} else if (d == &pg_query__a__indirection__descriptor) {
		check_fields(a, (const PgQuery__AIndirection *)m);
	} else if (d == &pg_query__into_clause__descriptor) {
		refuse(a, "SELECT INTO makes a table");
	} else if (d == &pg_query__locking_clause__descriptor) {
		refuse(a, "FOR UPDATE and its like lock rows");
	} else if (is_statement(d) && d != &pg_query__select_stmt__descriptor) {
		refuse(a, "it does more than read");
	}
	return a->rc == US_OK;
}

/* EXPLAIN runs nothing, unless it is told to. */
static const PgQuery__Node *explained(
	asking *a, const PgQuery__ExplainStmt *explain)
{
	for (size_t i = 0; i < explain->n_options; i++) {
		const PgQuery__Node *o = explain->options[i];

		if (o->node_case == PG_QUERY__NODE__NODE_DEF_ELEM &&
			strcmp(o->def_elem->defname, "analyze") == 0)
			refuse(a, "EXPLAIN ANALYZE runs the statement");
	}
	return explain->query;
}

static void check(asking *a, const PgQuery__Node *statement)
{
	if (statement->node_case == PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT)
		return;
	if (statement->node_case == PG_QUERY__NODE__NODE_EXPLAIN_STMT)
		statement = explained(a, statement->explain_stmt);
	if (!statement || statement->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
		refuse(a, "only select, values, table, show and explain are sent");
	walk_node(statement, visit, a);
}

us_code us_catalog_question(const char *sql, size_t len,
	bool (*denied)(const char *function), us_err *err)
{
	asking a = { denied, err, US_OK };
	us_arena arena = { 0 };
	parse p;

	if (len > QUESTION_MAX)
		return us_fail(err, US_E_POLICY,
			"it is longer than %d bytes; give values as parameters",
			QUESTION_MAX);
	if (!parse_sql(&arena, &p, us_arena_strn(&arena, sql, len), len))
		refuse(&a, "PostgreSQL's parser can't read it");
	else if (p.n != 1)
		refuse(&a, "exactly one statement is sent at a time");
	else
		check(&a, p.tree[0]);
	if (us_arena_check(&arena, err) != US_OK)
		a.rc = US_E_NOMEM;
	us_arena_fini(&arena);
	return a.rc;
}
