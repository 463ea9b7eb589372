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

/* ---- apart ---- */

static bool writes_apart(
	const data_use *mine, size_t n, const data_use *theirs, size_t m)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			if (theirs[j].written && meet(&mine[i], &theirs[j]))
				return false;
	return true;
}

typedef struct {
	const data_use *uses;
	size_t n;
	bool shared;
} sharing;

static bool is_used(const sharing *s, const char *table)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->uses[i].table, table) == 0)
			return true;
	return false;
}

static void share_range(const PgQuery__RangeVar *r, void *ctx)
{
	sharing *s = ctx;

	s->shared |= is_used(s, r->relname);
}

/* Names that are no RangeVar: of DROP, of a renamed type. */
static bool share_string(const ProtobufCMessage *m, void *ctx)
{
	sharing *s = ctx;

	if (m->descriptor == &pg_query__string__descriptor)
		s->shared |= is_used(s, ((const PgQuery__String *)m)->sval);
	return true;
}

static bool keeps_values(const PgQuery__AlterTableStmt *a, const sharing *s)
{
	for (size_t i = 0; i < a->n_cmds; i++)
		switch (a->cmds[i]->alter_table_cmd->subtype) {
		case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
		case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
		case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
		case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
		case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
		case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
			break;
		case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
			/* one that it uses was there before it, or it had failed */
			for (size_t j = 0; j < s->n; j++)
				if (s->uses[j].column &&
					strcmp(s->uses[j].column, "*") == 0)
					return false;
			break;
		default:
			return false;
		}
	return true;
}

static bool ddl_is_apart(sharing *s, const PgQuery__Node *other)
{
	switch (other->node_case) {
	case NODE(INDEX_STMT):
	case NODE(COMMENT_STMT):
	case NODE(CREATE_ENUM_STMT):
	case NODE(CREATE_FUNCTION_STMT):
	case NODE(CREATE_EXTENSION_STMT):
	case NODE(TRANSACTION_STMT):
	case NODE(LOCK_STMT):
	case NODE(GRANT_STMT):
	case NODE(SELECT_STMT):
		return true;
	case NODE(ALTER_ENUM_STMT):
		return !other->alter_enum_stmt->old_val[0];
	case NODE(VARIABLE_SET_STMT):
		return strcmp(other->variable_set_stmt->name, "search_path") != 0;
	case NODE(DROP_STMT):
		walk_node(other, share_string, s);
		return !s->shared && other->drop_stmt->behavior !=
					     PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
	case NODE(ALTER_TABLE_STMT):
		walk_ranges(other, share_range, s);
		return !s->shared || keeps_values(other->alter_table_stmt, s);
	case NODE(RENAME_STMT):
	case NODE(CREATE_STMT):
	case NODE(CREATE_TABLE_AS_STMT):
	case NODE(VIEW_STMT):
	case NODE(CREATE_TRIG_STMT):
	case NODE(CREATE_SEQ_STMT):
		walk_ranges(other, share_range, s);
		return !s->shared;
	default:
		return false;
	}
}

bool data_is_apart(const PgQuery__Node *idempotent, const PgQuery__Node *other)
{
	us_arena a = { 0 };
	sharing s = { 0 };
	size_t m;
	const data_use *theirs;
	bool apart;

	s.uses = data_uses(&a, idempotent, &s.n);
	switch (classify_data(other, "", 0)) {
	case DATA_UNKNOWN:
		apart = false;
		break;
	case DATA_NONE:
		apart = ddl_is_apart(&s, other);
		break;
	default:
		theirs = data_uses(&a, other, &m);
		apart = writes_apart(s.uses, s.n, theirs, m);
	}
	apart = apart && !a.failed;
	us_arena_fini(&a);
	return apart;
}

bool data_keeps_columns(const PgQuery__Node *reads, const PgQuery__Node *other)
{
	us_arena a = { 0 };
	sharing s = { 0 };
	data_class class = classify_data(other, "", 0);
	bool keeps;

	s.uses = data_uses(&a, reads, &s.n);
	keeps = s.n == 0 || (class != DATA_NONE && class != DATA_UNKNOWN) ||
		(class == DATA_NONE && ddl_is_apart(&s, other));
	keeps = keeps && !a.failed;
	us_arena_fini(&a);
	return keeps;
}
