/* CREATE TABLE, and columns as they are defined there and by ADD COLUMN
 * (PostgreSQL 15, parse_utilcmd.c). */
#include <string.h>

#include "expression.h"
#include "tables.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name
#define CONSTR(name) PG_QUERY__CONSTR_TYPE__CONSTR_##name

/* What the list of a column's constraints says about the column itself. */
typedef struct {
	const PgQuery__Constraint *identity, *generated;
	const PgQuery__Node *defaults;
	bool not_null;
} traits;

static traits traits_of(const PgQuery__ColumnDef *def)
{
	traits t = { .not_null = def->is_not_null, .defaults = def->raw_default };

	for (size_t i = 0; i < def->n_constraints; i++) {
		const PgQuery__Constraint *c = def->constraints[i]->constraint;

		if (def->constraints[i]->node_case != NODE(CONSTRAINT))
			continue;
		if (c->contype == CONSTR(NOTNULL))
			t.not_null = true;
		else if (c->contype == CONSTR(DEFAULT))
			t.defaults = c->raw_expr;
		else if (c->contype == CONSTR(IDENTITY))
			t.identity = c;
		else if (c->contype == CONSTR(GENERATED))
			t.generated = c;
	}
	return t;
}

us_value identity_value(const char *generated_when)
{
	return firm(begins(generated_when, "a") ? "always" : "by default");
}

const char *sequence_name(PgQuery__Node *const *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const PgQuery__DefElem *e = options[i]->def_elem;
		const PgQuery__List *name;

		if (options[i]->node_case != NODE(DEF_ELEM) ||
			strcmp(e->defname, "sequence_name") != 0 || !e->arg ||
			e->arg->node_case != NODE(LIST))
			continue;
		name = e->arg->list;
		return last_of(name->items, name->n_items);
	}
	return NULL;
}

const char *own_sequence(
	const step *s, object_id relation, object_id column, const char *named)
{
	world *w = s->w;
	object_id schema = world_object(w, relation)->parent, id;
	const char *name = named;

	if (!name)
		name = made_up_name(w, OBJECT_RELATION, schema,
			world_object(w, relation)->name,
			world_object(w, column)->name, "seq");
	if (!name) {
		world_lose_names(w, NULL);
		return NULL;
	}
	world_need_free(w, world_get(w, OBJECT_RELATION, schema, name), true);
	id = world_create(w, OBJECT_RELATION, schema, name);
	world_set(w, id, FACET_KIND, firm("sequence"));
	set_sequence_owner(s, id, column);
	return name;
}

/* As the server shows it: without a schema where the search path has it. */
static const char *nextval_text(world *w, object_id relation, const char *sequence)
{
	const char *schema =
		world_object(w, world_object(w, relation)->parent)->name;
	const char *first = world_schema_name(w);
	us_str out = { 0 };
	const char *const parts[] = {
		first && strcmp(first, schema) == 0 ? NULL : schema, sequence
	};

	us_str_add(&out, "nextval('");
	for (size_t i = 0; i < 2; i++) {
		us_str_add(&out, parts[i] ? "\"" : "");
		for (const char *p = parts[i]; p && *p; p++) {
			if (*p == '"' || *p == '\'')
				us_str_addc(&out, *p);
			us_str_addc(&out, *p);
		}
		us_str_add(&out, parts[i] ? "\"" : "");
		us_str_add(&out, parts[i] && i == 0 ? "." : "");
	}
	us_str_add(&out, "'::regclass)");
	return text_of(w, &out);
}

static us_value serial_default(
	const step *s, object_id relation, object_id column, us_value type)
{
	const char *sequence = own_sequence(s, relation, column, NULL);
	const PgQuery__Node *e;

	if (!sequence)
		return (us_value){ US_VALUE_OPAQUE, "nextval" };
	e = parse_expression(
		world_arena(s->w), nextval_text(s->w, relation, sequence));
	return e ? default_value(s->w, relation, type, e) : unknown(NULL);
}

static us_value generated_default(
	world *w, object_id relation, const PgQuery__Constraint *c)
{
	us_value v = expression_value(w, relation, c->raw_expr);

	v.text = us_arena_strf(
		world_arena(w), "generated: %s", v.text ? v.text : "");
	if (v.firmness != US_VALUE_UNKNOWN)
		v.firmness = US_VALUE_OPAQUE;
	return v;
}

static us_value default_of(const step *s, object_id relation, object_id column,
	const PgQuery__ColumnDef *def, us_value type)
{
	traits t = traits_of(def);

	if (t.generated)
		return generated_default(s->w, relation, t.generated);
	if (t.defaults)
		return default_value(s->w, relation, type, t.defaults);
	if (def->type_name && type_is_serial(def->type_name))
		return serial_default(s, relation, column, type);
	return firm("none");
}

/* Whether the name is one that is kept depends on the server's version. */
static void blur_named_not_null(
	const step *s, object_id relation, const PgQuery__ColumnDef *def)
{
	for (size_t i = 0; i < def->n_constraints; i++) {
		const PgQuery__Constraint *c = def->constraints[i]->constraint;

		if (def->constraints[i]->node_case == NODE(CONSTRAINT) &&
			c->contype == CONSTR(NOTNULL) && *c->conname)
			world_blur(s->w, world_get(s->w, OBJECT_CONSTRAINT,
						 relation, c->conname));
	}
}

/* The column alone, without what constraints add. */
static object_id make_column(
	const step *s, object_id relation, const PgQuery__ColumnDef *def)
{
	world *w = s->w;
	traits t = traits_of(def);
	bool serial = def->type_name && type_is_serial(def->type_name);
	us_value type =
		def->type_name ? type_value(w, def->type_name) : unknown(NULL);
	object_id id = world_create(w, OBJECT_COLUMN, relation, def->colname);

	world_set(w, id, FACET_TYPE, type);
	world_set(w, id, FACET_NULLABLE,
		firm(t.not_null || serial || t.identity ? "no" : "yes"));
	world_set(w, id, FACET_DEFAULT, default_of(s, relation, id, def, type));
	world_set(w, id, FACET_IDENTITY,
		t.identity ? identity_value(t.identity->generated_when)
			   : firm("no"));
	if (t.identity)
		own_sequence(s, relation, id,
			sequence_name(t.identity->options, t.identity->n_options));
	if (world_names_not_nulls(w))
		blur_named_not_null(s, relation, def);
	return id;
}

static size_t read_all(world *w, constraint_def *out, const char *column,
	PgQuery__Node *const *list, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (constraint_read(w, &out[found], column, list, n, i))
			found++;
	return found;
}

/* What the named ones would have made is not known to be there, or not. */
static void blur_named(const step *s, object_id relation, object_id schema,
	PgQuery__Node *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = list[i]->node_case == NODE(CONSTRAINT)
					   ? list[i]->constraint->conname
					   : "";

		if (!*name)
			continue;
		world_blur(
			s->w, world_get(s->w, OBJECT_CONSTRAINT, relation, name));
		world_blur(s->w, world_get(s->w, OBJECT_RELATION, schema, name));
	}
}

/* It was there already, or was made with all that comes with it. */
static void add_maybe(
	const step *s, object_id relation, const PgQuery__ColumnDef *def)
{
	world *w = s->w;

	world_create_maybe(w, OBJECT_COLUMN, relation, def->colname);
	world_unsure(w,
		us_arena_strf(world_arena(w),
			"whether column %s is there is not known", def->colname));
	if (def->n_constraints == 0 && !type_is_serial(def->type_name))
		return;
	world_set_whole(w, relation, false);
	blur_named(s, relation, world_object(w, relation)->parent, def->constraints,
		def->n_constraints);
}

void add_column(const step *s, object_id relation, const PgQuery__ColumnDef *def,
	bool if_not_exists)
{
	world *w = s->w;
	object_id id = world_get(w, OBJECT_COLUMN, relation, def->colname);
	constraint_def *list;
	bool again; /* the script took one of that name away, and adds it now */

	if (if_not_exists && world_is(w, id) == THERE_YES)
		return;
	if (if_not_exists && world_is(w, id) == THERE_MAYBE) {
		add_maybe(s, relation, def);
		return;
	}
	again = world_object(w, id)->moved;
	world_need_free(w, id, false);
	id = make_column(s, relation, def);
	if (again)
		world_set(w, id, FACET_POSITION, firm("last"));
	list = us_arena_alloc(
		world_arena(w), (def->n_constraints + 1) * sizeof(*list));
	if (list)
		constraints_apply(s, relation, list,
			read_all(w, list, def->colname, def->constraints,
				def->n_constraints),
			false);
}

/* ---- CREATE TABLE ---------------------------------------------------------- */

static const PgQuery__CreateStmt *create_of(const step *s)
{
	return s->tree->node_case == NODE(CREATE_FOREIGN_TABLE_STMT)
		       ? s->tree->create_foreign_table_stmt->base_stmt
		       : s->tree->create_stmt;
}

static const char *kind_of(const step *s, const PgQuery__CreateStmt *c)
{
	if (s->tree->node_case == NODE(CREATE_FOREIGN_TABLE_STMT))
		return "foreign table";
	return c->partspec ? "partitioned table" : "table";
}

/* Are its columns and constraints all in the statement? */
static bool is_self_contained(const PgQuery__CreateStmt *c)
{
	for (size_t i = 0; i < c->n_table_elts; i++)
		if (c->table_elts[i]->node_case == NODE(TABLE_LIKE_CLAUSE))
			return false;
	return c->n_inh_relations == 0 && !c->of_typename && !c->partbound;
}

/* Its definition refers to those it has its columns from. */
static void inherit(const step *s, object_id relation, const PgQuery__CreateStmt *c)
{
	us_str out = { 0 };

	if (c->n_inh_relations == 0 && !c->of_typename)
		return;
	us_str_add(&out, "heir of ");
	if (c->of_typename)
		us_str_add(&out, world_ref(s->w, named_object(s->w, OBJECT_RELATION,
							 c->of_typename->names,
							 c->of_typename->n_names)));
	for (size_t i = 0; i < c->n_inh_relations; i++) {
		object_id from;

		if (c->inh_relations[i]->node_case != NODE(RANGE_VAR))
			continue;
		from = relation_of(s->w, c->inh_relations[i]->range_var);
		world_need(s->w, from, THERE_YES);
		if (c->partbound)
			blur_referrers(s->w, from);
		us_str_add(&out, i > 0 ? ", " : "");
		us_str_add(&out, world_ref(s->w, from));
	}
	world_set(s->w, relation, FACET_DEFINITION, unknown(text_of(s->w, &out)));
}

static size_t count_constraints(const PgQuery__CreateStmt *c)
{
	size_t n = c->n_table_elts + c->n_constraints;

	for (size_t i = 0; i < c->n_table_elts; i++)
		if (c->table_elts[i]->node_case == NODE(COLUMN_DEF))
			n += c->table_elts[i]->column_def->n_constraints;
	return n;
}

/* Columns first: constraints may be about later ones. */
static void fill(const step *s, object_id relation, const PgQuery__CreateStmt *c)
{
	world *w = s->w;
	constraint_def *list = us_arena_alloc(
		world_arena(w), (count_constraints(c) + 1) * sizeof(*list));
	size_t n = 0;

	if (!list)
		return;
	for (size_t i = 0; i < c->n_table_elts; i++) {
		const PgQuery__Node *e = c->table_elts[i];

		if (e->node_case != NODE(COLUMN_DEF))
			continue;
		make_column(s, relation, e->column_def);
		n += read_all(w, list + n, e->column_def->colname,
			e->column_def->constraints, e->column_def->n_constraints);
	}
	n += read_all(w, list + n, NULL, c->table_elts, c->n_table_elts);
	n += read_all(w, list + n, NULL, c->constraints, c->n_constraints);
	constraints_apply(s, relation, list, n, true);
}

/* A table is a type, too, of the same name. */
static void need_free_type(world *w, object_id schema, const char *name)
{
	object_id type = world_find(w, OBJECT_TYPE, schema, name);

	if (type && world_is(w, type) == THERE_YES)
		world_need(w, type, THERE_NO);
}

void set_new_table(world *w, object_id id, const char *kind)
{
	world_set(w, id, FACET_KIND, firm(kind));
	world_set(w, id, FACET_SECURITY, firm("off"));
	world_set(w, id, FACET_FORCED, firm("no"));
}

/* It may be dropped at once: whose transaction it is in is not known. */
void drop_at_commit(world *w, object_id id, PgQuery__OnCommitAction action)
{
	if (action == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP)
		world_blur(w, id);
}

void kind_create_table(const step *s)
{
	world *w = s->w;
	const PgQuery__CreateStmt *c = create_of(s);
	object_id schema = schema_for(w, c->relation);
	object_id id = world_get(w, OBJECT_RELATION, schema, c->relation->relname);

	if (c->partspec || c->partbound)
		world_close_parts(w, NULL, NULL);
	if (*c->relation->schemaname)
		world_need(w, schema, THERE_YES);
	if (c->if_not_exists && world_is(w, id) == THERE_YES)
		return;
	if (c->if_not_exists && world_is(w, id) == THERE_MAYBE) {
		id = world_create_maybe(
			w, OBJECT_RELATION, schema, c->relation->relname);
		blur_named(s, id, schema, c->table_elts, c->n_table_elts);
		world_unsure(w, us_arena_strf(world_arena(w),
					"whether table %s is there is not known",
					c->relation->relname));
		return;
	}
	world_need_free(w, id, false);
	need_free_type(w, schema, c->relation->relname);
	id = world_create(w, OBJECT_RELATION, schema, c->relation->relname);
	set_new_table(w, id, kind_of(s, c));
	world_set_whole(w, id, is_self_contained(c));
	if (!is_self_contained(c))
		world_lose_names(w, NULL); /* of indexes that it gets from others */
	inherit(s, id, c);
	fill(s, id, c);
	drop_at_commit(w, id, c->oncommit);
}
