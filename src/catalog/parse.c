/* PostgreSQL's own parser, its trees in an arena. */
#include "parse.h"

#include <pg_query.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/script.h"

static void *take(void *arena, size_t size)
{
	return us_arena_alloc(arena, size);
}

static void leave(void *arena, void *memory)
{
	(void)arena;
	(void)memory;
}

static bool unpack(us_arena *a, parse *out, const char *sql, size_t len,
	const PgQueryProtobuf *buffer)
{
	ProtobufCAllocator allocator = { take, leave, a };
	PgQuery__ParseResult *result = pg_query__parse_result__unpack(
		&allocator, buffer->len, (const uint8_t *)buffer->data);

	if (!result)
		return false;
	out->tree = us_arena_alloc(a, (result->n_stmts + 1) * sizeof(*out->tree));
	out->text = us_arena_alloc(a, (result->n_stmts + 1) * sizeof(*out->text));
	out->len = us_arena_alloc(a, (result->n_stmts + 1) * sizeof(*out->len));
	if (!out->tree || !out->text || !out->len)
		return false;
	for (size_t i = 0; i < result->n_stmts; i++) {
		const PgQuery__RawStmt *raw = result->stmts[i];
		size_t from = (size_t)raw->stmt_location;
		size_t n = (size_t)raw->stmt_len;

		if (!raw->stmt || from > len)
			return false;
		out->tree[i] = raw->stmt;
		out->text[i] = sql + from;
		out->len[i] = n && n <= len - from ? n : len - from;
	}
	out->n = result->n_stmts;
	return true;
}

bool parse_sql(us_arena *a, parse *out, const char *sql, size_t len)
{
	PgQueryProtobufParseResult r;
	bool done;

	*out = (parse){ 0 };
	if (memchr(sql, '\0', len) || us_script_may_be_deep(sql, len))
		return false;
	if (sql[len] != '\0')
		sql = us_arena_strn(a, sql, len);
	r = pg_query_parse_protobuf(sql);
	done = !r.error && unpack(a, out, sql, len, &r.parse_tree);
	pg_query_free_protobuf_parse_result(r);
	return done;
}

/* "SELECT <text>": the only thing it selects. */
static const PgQuery__Node *parse_target(us_arena *a, const char *sql)
{
	const PgQuery__SelectStmt *select;
	parse p;

	if (!parse_sql(a, &p, sql, strlen(sql)) || p.n != 1 ||
		p.tree[0]->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
		return NULL;
	select = p.tree[0]->select_stmt;
	if (select->n_target_list != 1 || select->n_from_clause > 0 ||
		select->where_clause || select->larg ||
		select->target_list[0]->node_case !=
			PG_QUERY__NODE__NODE_RES_TARGET)
		return NULL;
	return select->target_list[0]->res_target->val;
}

const PgQuery__Node *parse_expression(us_arena *a, const char *text)
{
	return parse_target(a, us_arena_strf(a, "SELECT %s", text));
}

const PgQuery__TypeName *parse_type(us_arena *a, const char *text)
{
	const PgQuery__Node *cast =
		parse_target(a, us_arena_strf(a, "SELECT NULL::%s", text));

	if (!cast || cast->node_case != PG_QUERY__NODE__NODE_TYPE_CAST)
		return NULL;
	return cast->type_cast->type_name;
}

const char *string_of(const PgQuery__Node *node)
{
	return node && node->node_case == PG_QUERY__NODE__NODE_STRING
		       ? node->string->sval
		       : "";
}

const char *last_of(PgQuery__Node **names, size_t n)
{
	return n > 0 ? string_of(names[n - 1]) : "";
}

const char *before_last_of(PgQuery__Node **names, size_t n)
{
	return n > 1 ? string_of(names[n - 2]) : NULL;
}
