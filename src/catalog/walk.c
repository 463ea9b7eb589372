/* Trees by their descriptors, so that no kind of node can be forgotten. */
#include "walk.h"

#include <string.h>

#include "expression.h"
#include "kinds.h"
#include "routines.h"
#include "tables.h"
#include "world_impl.h"

static const ProtobufCMessage *message_at(const void *where)
{
	const ProtobufCMessage *m;

	memcpy(&m, where, sizeof(m));
	return m;
}

static void walk_list(const ProtobufCMessage *in, const ProtobufCFieldDescriptor *f,
	walk_fn *visit, void *ctx)
{
	const char *base = (const char *)in;
	const ProtobufCMessage *const *items;
	size_t n;

	memcpy(&n, base + f->quantifier_offset, sizeof(n));
	memcpy(&items, base + f->offset, sizeof(items));
	for (size_t i = 0; i < n; i++)
		if (items[i])
			walk(items[i], visit, ctx);
}

/* The member of a oneof that is set. */
static bool is_set(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	uint32_t which;

	if (!(f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return true;
	memcpy(&which, (const char *)m + f->quantifier_offset, sizeof(which));
	return which == f->id;
}

/* A node is one of some 250 kinds, which are its fields: the one it is, is found by
 * its number. */
static const ProtobufCFieldDescriptor *only_field(const ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	const PgQuery__Node *node = (const PgQuery__Node *)m;
	size_t i;

	if (d != &pg_query__node__descriptor)
		return NULL;
	i = (size_t)node->node_case - 1;
	return node->node_case > 0 && i < d->n_fields &&
			       d->fields[i].id == (uint32_t)node->node_case
		       ? &d->fields[i]
		       : NULL;
}

static void walk_field(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f,
	walk_fn *visit, void *ctx)
{
	const ProtobufCMessage *child;

	if (f->type != PROTOBUF_C_TYPE_MESSAGE)
		return;
	if (f->label == PROTOBUF_C_LABEL_REPEATED) {
		walk_list(m, f, visit, ctx);
	} else if (is_set(m, f)) {
		child = message_at((const char *)m + f->offset);
		if (child)
			walk(child, visit, ctx);
	}
}

void walk(const ProtobufCMessage *tree, walk_fn *visit, void *ctx)
{
	const ProtobufCFieldDescriptor *only;

	if (!tree || !visit(tree, ctx))
		return;
	only = only_field(tree);
	if (only) {
		walk_field(tree, only, visit, ctx);
		return;
	}
	for (unsigned i = 0; i < tree->descriptor->n_fields; i++)
		walk_field(tree, &tree->descriptor->fields[i], visit, ctx);
}

/* ---- relations -------------------------------------------------------------- */

/* The names of WITH queries in sight, innermost first. */
typedef struct scope {
	const struct scope *outer;
	const char *name;
} scope;

typedef struct {
	range_fn *visit;
	void *ctx;
	const scope *names;
	const PgQuery__WithClause *opened;
} ranging;

static bool is_in_sight(const scope *names, const char *name)
{
	for (; names; names = names->outer)
		if (strcmp(names->name, name) == 0)
			return true;
	return false;
}

static const PgQuery__WithClause *with_of(const ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;

	if (d == &pg_query__select_stmt__descriptor)
		return ((const PgQuery__SelectStmt *)m)->with_clause;
	if (d == &pg_query__insert_stmt__descriptor)
		return ((const PgQuery__InsertStmt *)m)->with_clause;
	if (d == &pg_query__update_stmt__descriptor)
		return ((const PgQuery__UpdateStmt *)m)->with_clause;
	if (d == &pg_query__delete_stmt__descriptor)
		return ((const PgQuery__DeleteStmt *)m)->with_clause;
	if (d == &pg_query__merge_stmt__descriptor)
		return ((const PgQuery__MergeStmt *)m)->with_clause;
	return NULL;
}

static bool visit_range(const ProtobufCMessage *m, void *ctx);

/* A WITH query sees those before it, all of them if RECURSIVE; what follows it sees
 * them all. A scope lives on the stack of the one that opened it. */
static void walk_with(const ranging *outer, const PgQuery__WithClause *with,
	size_t i, const scope *names, const ProtobufCMessage *statement)
{
	ranging inner = *outer;
	scope mine;

	inner.names = names;
	if (i == with->n_ctes) {
		if (with->recursive)
			for (size_t j = 0; j < with->n_ctes; j++)
				walk_node(with->ctes[j], visit_range, &inner);
		inner.opened = with;
		walk(statement, visit_range, &inner);
		return;
	}
	if (!with->recursive)
		walk_node(with->ctes[i], visit_range, &inner);
	mine = (scope){ names, "" };
	if (with->ctes[i]->node_case == PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR)
		mine.name = with->ctes[i]->common_table_expr->ctename;
	walk_with(outer, with, i + 1, &mine, statement);
}

static bool visit_range(const ProtobufCMessage *m, void *ctx)
{
	ranging *r = ctx;
	const PgQuery__WithClause *with = with_of(m);

	if (with && with != r->opened) {
		walk_with(r, with, 0, r->names, m);
		return false;
	}
	if (m->descriptor == &pg_query__into_clause__descriptor)
		return false; /* what SELECT INTO makes */
	if (m->descriptor == &pg_query__with_clause__descriptor)
		return m != &r->opened->base; /* its queries have been seen */
	if (m->descriptor == &pg_query__range_var__descriptor) {
		const PgQuery__RangeVar *range = (const PgQuery__RangeVar *)m;

		if (range->schemaname[0] != '\0' ||
			!is_in_sight(r->names, range->relname))
			r->visit(range, r->ctx);
	}
	return true;
}

void walk_ranges(const PgQuery__Node *tree, range_fn *visit, void *ctx)
{
	ranging r = { .visit = visit, .ctx = ctx };

	walk_node(tree, visit_range, &r);
}

/* ---- references -------------------------------------------------------------- */

typedef struct {
	world *w;
	us_str text;
} gathering;

static void add_reference(gathering *g, object_id id)
{
	if (id && world_is(g->w, id) == THERE_YES)
		us_str_add(&g->text, world_ref(g->w, id));
}

static void refer_to_range(const PgQuery__RangeVar *range, void *ctx)
{
	gathering *g = ctx;

	add_reference(g, relation_of(g->w, range));
}

static bool refer_to_call(const ProtobufCMessage *m, void *ctx)
{
	gathering *g = ctx;

	if (m->descriptor == &pg_query__func_call__descriptor) {
		const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)m;
		routines found =
			routines_named(g->w, call->funcname, call->n_funcname);

		add_reference(g, found.n == 1 ? found.first : 0);
	}
	return true;
}

const char *references_in(world *w, const PgQuery__Node *tree)
{
	gathering g = { .w = w };

	walk_ranges(tree, refer_to_range, &g);
	walk_node(tree, refer_to_call, &g);
	return text_of(w, &g.text);
}

/* A body refers to all relations whose names it holds, those of WITH queries too:
 * these are put back as words. */
us_value definition_by(
	world *w, const char *text, size_t len, const PgQuery__Node *reads)
{
	us_value body = body_value(w, text, len);
	const char *p = body.text ? body.text : "", *end;
	us_str out = { 0 };

	while (*p) {
		object_id id = world_ref_at(w, p, &end);

		if (id && world_object(w, id)->kind == OBJECT_RELATION) {
			us_str_add(&out, world_object(w, id)->name);
			p = end;
		} else {
			us_str_addc(&out, *p++);
		}
	}
	us_str_addf(&out, " %s", references_in(w, reads));
	return (us_value){ US_VALUE_OPAQUE, text_of(w, &out) };
}
