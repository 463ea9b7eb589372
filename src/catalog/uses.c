/* What data statements read and write, by name. */
#include <string.h>

#include "kinds.h"
#include "unstick/auto.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

typedef struct {
	us_arena *arena;
	data_use *uses;
	size_t n, cap;
	const PgQuery__RangeVar *only; /* what columns without a table are of */
	size_t ranges;
} collecting;

static void add(collecting *c, const PgQuery__RangeVar *of, const char *column,
	bool written)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 16;
		data_use *grown = us_arena_alloc(c->arena, cap * sizeof(*grown));

		if (!grown)
			return;
		for (size_t i = 0; i < c->n; i++)
			grown[i] = c->uses[i];
		c->uses = grown;
		c->cap = cap;
	}
	c->uses[c->n++] = (data_use){ of->schemaname[0] ? of->schemaname : NULL,
		of->relname, column, written };
}

static void count_range(const PgQuery__RangeVar *r, void *ctx)
{
	collecting *c = ctx;

	c->only = r;
	c->ranges++;
}

/* With several tables it isn't worked out which column is whose. */
static void read_range(const PgQuery__RangeVar *r, void *ctx)
{
	collecting *c = ctx;

	add(c, r, NULL, false);
	if (c->ranges > 1)
		add(c, r, "*", false);
}

static bool read_column(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)m;
	collecting *c = ctx;
	const PgQuery__Node *last;

	if (m->descriptor != &pg_query__column_ref__descriptor ||
		ref->n_fields == 0)
		return true;
	last = ref->fields[ref->n_fields - 1];
	add(c, c->only, last->node_case == NODE(STRING) ? string_of(last) : "*",
		false);
	return true;
}

static void write_targets(collecting *c, const PgQuery__RangeVar *of,
	PgQuery__Node *const *targets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (targets[i]->node_case == NODE(RES_TARGET))
			add(c, of, targets[i]->res_target->name, true);
}

static bool write_anything(const ProtobufCMessage *m, void *ctx)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	const PgQuery__UpdateStmt *up = (const PgQuery__UpdateStmt *)m;
	const PgQuery__InsertStmt *in = (const PgQuery__InsertStmt *)m;
	collecting *c = ctx;

	if (d == &pg_query__update_stmt__descriptor) {
		write_targets(c, up->relation, up->target_list, up->n_target_list);
	} else if (d == &pg_query__insert_stmt__descriptor) {
		add(c, in->relation, NULL, true);
		if (in->on_conflict_clause)
			write_targets(c, in->relation,
				in->on_conflict_clause->target_list,
				in->on_conflict_clause->n_target_list);
	} else if (d == &pg_query__delete_stmt__descriptor) {
		add(c, ((const PgQuery__DeleteStmt *)m)->relation, NULL, true);
	} else if (d == &pg_query__merge_stmt__descriptor) {
		add(c, ((const PgQuery__MergeStmt *)m)->relation, NULL, true);
		add(c, ((const PgQuery__MergeStmt *)m)->relation, "*", true);
	}
	return true;
}

static void write_whole(const PgQuery__RangeVar *r, void *ctx)
{
	add(ctx, r, NULL, true);
	add(ctx, r, "*", true);
}

const data_use *data_uses(us_arena *a, const PgQuery__Node *tree, size_t *n)
{
	collecting c = { .arena = a };

	walk_ranges(tree, count_range, &c);
	walk_ranges(tree, read_range, &c);
	if (c.ranges == 1)
		walk_node(tree, read_column, &c);
	walk_node(tree, write_anything, &c);
	if (tree->node_case == NODE(TRUNCATE_STMT) ||
		tree->node_case == NODE(COPY_STMT) ||
		tree->node_case == NODE(REFRESH_MAT_VIEW_STMT))
		walk_ranges(tree, write_whole, &c);
	*n = c.n;
	return c.uses;
}

static bool meet(const data_use *a, const data_use *b)
{
	if (strcmp(a->table, b->table) != 0 ||
		(a->schema && b->schema && strcmp(a->schema, b->schema) != 0))
		return false;
	if (!a->column || !b->column)
		return a->column == b->column;
	return strcmp(a->column, b->column) == 0 || strcmp(a->column, "*") == 0 ||
	       strcmp(b->column, "*") == 0;
}

bool data_interferes(
	us_arena *a, const PgQuery__Node *idempotent, const PgQuery__Node *other)
{
	size_t n, m;
	const data_use *mine, *theirs;

	switch (classify_data(other, "", 0)) {
	case DATA_NONE:
		return false;
	case DATA_UNKNOWN:
		return true;
	default:
		break;
	}
	mine = data_uses(a, idempotent, &n);
	theirs = data_uses(a, other, &m);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			if (theirs[j].written && meet(&mine[i], &theirs[j]))
				return true;
	return false;
}
