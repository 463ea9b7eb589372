/* ALTER TABLE's subcommands about columns. */
#include <string.h>

#include "expression.h"
#include "tables.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

static us_value facet_of(const step *s, object_id id, facet f)
{
	return world_object(s->w, id)->facets[f];
}

static bool is_firm(us_value v, const char *text)
{
	return v.firmness == US_VALUE_FIRM && strcmp(v.text, text) == 0;
}

/* ---- DROP COLUMN ---- */

/* What stands elsewhere and is about the relation may be about the column, too. */
static void warn_of_views(const step *s, object_id relation, object_id column)
{
	world *w = s->w;

	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);
		const char *kind = o->facets[FACET_KIND].text;

		if (o->kind == OBJECT_RELATION && o->there != THERE_NO && kind &&
			strstr(kind, "view") &&
			(world_refers(w, id, relation) ||
				world_refers(w, id, column)))
			world_unsure(w,
				us_arena_strf(world_arena(w), "%s may depend on %s",
					world_title(w, id),
					world_title(w, column)));
	}
}

void alter_drop_column(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;
	object_id id = world_get(w, OBJECT_COLUMN, relation, cmd->name);

	if (cmd->missing_ok && world_is(w, id) == THERE_NO)
		return;
	if (!cmd->missing_ok)
		world_need(w, id, THERE_YES);
	warn_of_views(s, relation, id);
	world_destroys(w,
		us_arena_strf(world_arena(w), "it drops %s", world_title(w, id)));
	world_drop(w, id, cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE);
}

/* ---- TYPE ---- */

/* USING "c"::text::"T": nothing but the conversion that goes without saying. */
static bool is_cast_of(const PgQuery__Node *e, const char *column)
{
	while (e && e->node_case == NODE(TYPE_CAST))
		e = e->type_cast->arg;
	return e && e->node_case == NODE(COLUMN_REF) &&
	       e->column_ref->n_fields == 1 &&
	       strcmp(string_of(e->column_ref->fields[0]), column) == 0;
}

/* Texts of expressions over the column may get other casts. */
static void retype_users(const step *s, object_id relation, object_id column)
{
	world *w = s->w;

	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);
		us_value v = o->facets[FACET_DEFINITION];

		if (o->there != THERE_NO && v.firmness == US_VALUE_OPAQUE &&
			(o->parent == relation || o->on == relation) &&
			world_refers(w, id, column))
			world_set(w, id, FACET_DEFINITION, unknown(v.text));
		if (o->kind == OBJECT_COLUMN && o->parent == relation &&
			o->there == THERE_YES && id != column &&
			world_refers(w, id, column))
			world_fails(w, us_arena_strf(world_arena(w),
					       "%s is generated from %s",
					       world_title(w, id),
					       world_title(w, column)));
	}
}

/* The default is converted as well: a constant is kept where the new type writes
 * it the same way, nextval() where it stays a number. */
static us_value default_after(
	const step *s, object_id relation, us_value old, us_value type)
{
	const PgQuery__Node *e;
	us_value v;

	if (is_firm(old, "none") || !old.text || begins(old.text, "nextval"))
		return old;
	e = parse_expression(world_arena(s->w), old.text);
	if (!e || old.firmness == US_VALUE_OPAQUE)
		return unknown(old.text);
	v = default_value(s->w, relation, type, e);
	return v.text && v.firmness == old.firmness && strcmp(v.text, old.text) == 0
		       ? old
		       : unknown(old.text);
}

void alter_type(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;
	object_id id = need_column(s, relation, cmd->name);
	const PgQuery__ColumnDef *def = cmd->def ? cmd->def->column_def : NULL;
	us_value type, old = facet_of(s, id, FACET_TYPE);
	bool same, plain;

	if (!def || cmd->def->node_case != NODE(COLUMN_DEF) || !def->type_name)
		return;
	type = type_value(w, def->type_name);
	same = old.text && type.text && strcmp(old.text, type.text) == 0 &&
	       old.firmness != US_VALUE_UNKNOWN &&
	       type.firmness != US_VALUE_UNKNOWN;
	plain = !def->raw_default || is_cast_of(def->raw_default, cmd->name);
	if (!same || !plain)
		world_destroys(w, us_arena_strf(world_arena(w),
					  "it converts the values of %s",
					  world_title(w, id)));
	world_set(w, id, FACET_TYPE, type);
	if (same)
		return;
	warn_of_views(s, relation, id);
	world_set(w, id, FACET_DEFAULT,
		default_after(s, relation, facet_of(s, id, FACET_DEFAULT), type));
	retype_users(s, relation, id);
}

/* ---- defaults, nullability ---- */

static void fail_if(const step *s, bool fails, object_id column, const char *is)
{
	if (fails)
		world_fails(s->w, us_arena_strf(world_arena(s->w), "%s is %s",
					  world_title(s->w, column), is));
}

static bool is_identity(const step *s, object_id column)
{
	us_value v = facet_of(s, column, FACET_IDENTITY);

	return v.firmness == US_VALUE_FIRM && !is_firm(v, "no");
}

static bool is_generated(const step *s, object_id column)
{
	return begins(facet_of(s, column, FACET_DEFAULT).text, "generated: ");
}

void alter_default(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	object_id id = need_column(s, relation, cmd->name);

	fail_if(s, is_identity(s, id), id, "an identity column");
	fail_if(s, is_generated(s, id), id, "a generated column");
	world_set(s->w, id, FACET_DEFAULT,
		cmd->def ? default_value(s->w, relation,
				   facet_of(s, id, FACET_TYPE), cmd->def)
			 : firm("none"));
}

void alter_not_null(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world_set(s->w, need_column(s, relation, cmd->name), FACET_NULLABLE,
		firm("no"));
}

static bool is_in_primary_key(const step *s, object_id relation, object_id column)
{
	object_id id = 0;

	while ((id = world_next_child(s->w, relation, OBJECT_CONSTRAINT, id)))
		if (world_is(s->w, id) == THERE_YES &&
			begins(facet_of(s, id, FACET_DEFINITION).text,
				"primary key") &&
			world_refers(s->w, id, column))
			return true;
	return false;
}

/* With its NOT NULL the column may lose the constraint it had for that. */
static void forget_not_null(const step *s, object_id relation)
{
	object_id id = 0;

	while (world_names_not_nulls(s->w) &&
		(id = world_next_child(s->w, relation, OBJECT_CONSTRAINT, id)))
		if (!facet_of(s, id, FACET_DEFINITION).text)
			world_blur(s->w, id);
}

void alter_nullable(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	object_id id = need_column(s, relation, cmd->name);

	fail_if(s, is_in_primary_key(s, relation, id), id, "in the primary key");
	fail_if(s, is_identity(s, id), id, "an identity column");
	world_set(s->w, id, FACET_NULLABLE, firm("yes"));
	forget_not_null(s, relation);
}

void alter_drop_expression(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	object_id id = need_column(s, relation, cmd->name);
	us_value v = facet_of(s, id, FACET_DEFAULT);
	bool known = v.text && v.firmness != US_VALUE_UNKNOWN;

	if (is_generated(s, id) || (!known && !cmd->missing_ok))
		world_set(s->w, id, FACET_DEFAULT, firm("none"));
	else if (known && !cmd->missing_ok)
		fail_if(s, true, id, "not a generated column");
}

/* ---- identity ---- */

void alter_add_identity(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	object_id id = need_column(s, relation, cmd->name);
	const PgQuery__Constraint *c;

	if (!cmd->def || cmd->def->node_case != NODE(CONSTRAINT))
		return;
	c = cmd->def->constraint;
	fail_if(s, is_identity(s, id), id, "an identity column already");
	fail_if(s, is_firm(facet_of(s, id, FACET_NULLABLE), "yes"), id,
		"not declared NOT NULL");
	world_set(s->w, id, FACET_IDENTITY, identity_value(c->generated_when));
	own_sequence(s, relation, id, sequence_name(c->options, c->n_options));
}

void alter_set_identity(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	object_id id = need_column(s, relation, cmd->name);
	const PgQuery__List *list;

	fail_if(s, is_firm(facet_of(s, id, FACET_IDENTITY), "no"), id,
		"not an identity column");
	if (!cmd->def || cmd->def->node_case != NODE(LIST))
		return;
	list = cmd->def->list;
	for (size_t i = 0; i < list->n_items; i++) {
		const PgQuery__DefElem *e = list->items[i]->def_elem;

		if (list->items[i]->node_case != NODE(DEF_ELEM) ||
			strcmp(e->defname, "generated") != 0 || !e->arg ||
			e->arg->node_case != NODE(INTEGER))
			continue;
		world_set(s->w, id, FACET_IDENTITY,
			identity_value(e->arg->integer->ival == 'a' ? "a" : "d"));
	}
}

void alter_drop_identity(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;
	object_id column = need_column(s, relation, cmd->name);

	if (is_firm(facet_of(s, column, FACET_IDENTITY), "no")) {
		fail_if(s, !cmd->missing_ok, column, "not an identity column");
		return;
	}
	world_set(w, column, FACET_IDENTITY, firm("no"));
	for (object_id id = 1; id <= world_count(w); id++)
		if (world_object(w, id)->on == column &&
			world_is(w, id) == THERE_YES)
			world_drop(w, id, true);
}
