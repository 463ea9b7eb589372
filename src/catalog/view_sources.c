/* Where a query's rows come from: its WITH and FROM, without any expression. The
 * server shows these of a view as they were written (PostgreSQL 13 to 17,
 * ruleutils.c: get_with_clause, get_from_clause), however it words the rest: two
 * views of different sources are never the same. */
#include <string.h>

#include "kinds.h"
#include "tables.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

enum { MAX_DEPTH = 32 };

typedef struct {
	us_str out;
	world *w;
	unsigned depth;
	bool with; /* a name may be that of a WITH query */
	bool lost; /* something that may be shown in another form */
} sources;

static void add_query(sources *s, const PgQuery__Node *query);

static bool is_servers(const char *schema)
{
	return strcmp(schema, "information_schema") == 0;
}

/* The server's own are shown with a schema or without. */
static void add_table(sources *s, const PgQuery__RangeVar *r)
{
	const char *schema;
	object_id id;

	if (s->with || begins(r->relname, "pg_") || begins(r->schemaname, "pg_") ||
		is_servers(r->schemaname)) {
		us_str_add(&s->out, "table");
		return;
	}
	id = relation_of(s->w, r);
	schema = world_object(s->w, world_object(s->w, id)->parent)->name;
	/* temporary, or it isn't known which it is */
	s->lost = s->lost || begins(schema, WORLD_TEMPORARY) ||
		  is_servers(schema) ||
		  (!r->schemaname[0] && world_has_long_path(s->w));
	us_str_add(&s->out, world_ref(s->w, id));
}

static const char *join_word(const PgQuery__JoinExpr *j)
{
	switch (j->jointype) {
	case PG_QUERY__JOIN_TYPE__JOIN_INNER:
		return "join";
	case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
		return "left join";
	case PG_QUERY__JOIN_TYPE__JOIN_FULL:
		return "full join";
	case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
		return "right join";
	default:
		return NULL;
	}
}

static void add_from(sources *s, const PgQuery__Node *from)
{
	const char *join;

	if (!from || ++s->depth > MAX_DEPTH) {
		s->lost = true;
		return;
	}
	switch (from->node_case) {
	case NODE(RANGE_VAR):
		add_table(s, from->range_var);
		break;
	case NODE(RANGE_SUBSELECT):
		add_query(s, from->range_subselect->subquery);
		break;
	case NODE(JOIN_EXPR):
		join = join_word(from->join_expr);
		s->lost = s->lost || !join;
		us_str_addc(&s->out, '[');
		add_from(s, from->join_expr->larg);
		us_str_addf(&s->out, " %s ", join ? join : "");
		add_from(s, from->join_expr->rarg);
		us_str_addc(&s->out, ']');
		break;
	default: /* functions, samples */
		s->lost = true;
	}
	s->depth--;
}

/* RECURSIVE: the server puts them in an order of its own, each after those it reads
 * (parse_cte.c, TopologicalSort). */
static void add_with(sources *s, const PgQuery__WithClause *with)
{
	s->lost = s->lost || (with->recursive && with->n_ctes > 1);
	for (size_t i = 0; i < with->n_ctes; i++) {
		const PgQuery__Node *c = with->ctes[i];

		us_str_add(&s->out, i > 0 ? ", " : "with ");
		if (c->node_case == NODE(COMMON_TABLE_EXPR))
			add_query(s, c->common_table_expr->ctequery);
		else
			s->lost = true;
	}
	us_str_addc(&s->out, ' ');
}

static void add_select(sources *s, const PgQuery__SelectStmt *q)
{
	if (!q || q->n_values_lists > 0 || ++s->depth > MAX_DEPTH) {
		s->lost = true; /* VALUES may be shown as a subquery */
		return;
	}
	us_str_addc(&s->out, '(');
	if (q->with_clause)
		add_with(s, q->with_clause);
	if (q->op != PG_QUERY__SET_OPERATION__SETOP_NONE) {
		add_select(s, q->larg);
		us_str_add(&s->out, " and ");
		add_select(s, q->rarg);
	}
	for (size_t i = 0; i < q->n_from_clause; i++) {
		us_str_add(&s->out, i > 0 ? ", " : "");
		add_from(s, q->from_clause[i]);
	}
	us_str_addc(&s->out, ')');
	s->depth--;
}

static void add_query(sources *s, const PgQuery__Node *query)
{
	if (query && query->node_case == NODE(SELECT_STMT))
		add_select(s, query->select_stmt);
	else
		s->lost = true;
}

static bool see_with(const ProtobufCMessage *m, void *ctx)
{
	bool *with = ctx;

	*with = *with || m->descriptor == &pg_query__with_clause__descriptor;
	return !*with;
}

us_value view_sources(world *w, const PgQuery__Node *query)
{
	sources s = { .w = w };
	const char *text;

	walk_node(query, see_with, &s.with);
	add_query(&s, query);
	text = text_of(w, &s.out);
	return s.lost ? unknown(NULL) : firm(text);
}
