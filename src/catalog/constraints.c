/* Constraints of tables: how they are written down, what they are called, and what
 * comes with them. A definition reads the same whether it was written by hand or is
 * what pg_get_constraintdef() shows (PostgreSQL 15, ruleutils.c). */
#include <string.h>

#include "expression.h"
#include "tables.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name
#define CONSTR(name) PG_QUERY__CONSTR_TYPE__CONSTR_##name

/* ---- reading ---------------------------------------------------------------- */

/* The rank in which they are made: ALTER TABLE and CREATE TABLE choose names in
 * that order. 0: it has no name. */
static int rank(const PgQuery__Constraint *c)
{
	switch (c->contype) {
	case CONSTR(CHECK):
		return 1;
	case CONSTR(PRIMARY):
		return 2;
	case CONSTR(UNIQUE):
	case CONSTR(EXCLUSION):
		return 3;
	case CONSTR(FOREIGN):
		return 4;
	default:
		return 0;
	}
}

/* A list of one String. */
static PgQuery__Node *const *list_of_one(world *w, const char *name)
{
	us_arena *a = world_arena(w);
	PgQuery__Node *node = us_arena_alloc(a, sizeof(*node));
	PgQuery__String *string = us_arena_alloc(a, sizeof(*string));
	PgQuery__Node **list = us_arena_alloc(a, sizeof(PgQuery__Node *));
	char *copy = us_arena_alloc(a, strlen(name) + 1);

	if (!node || !string || !list || !copy)
		return NULL;
	memcpy(copy, name, strlen(name));
	*node = (PgQuery__Node)PG_QUERY__NODE__INIT;
	*string = (PgQuery__String)PG_QUERY__STRING__INIT;
	string->sval = copy;
	node->node_case = NODE(STRING);
	node->string = string;
	list[0] = node;
	return list;
}

static bool read_attribute(constraint_def *d, const PgQuery__Node *node)
{
	if (node->node_case != NODE(CONSTRAINT))
		return false;
	switch (node->constraint->contype) {
	case CONSTR(ATTR_DEFERRED):
		d->deferred = true;
		d->deferrable = true;
		return true;
	case CONSTR(ATTR_DEFERRABLE):
		d->deferrable = true;
		return true;
	case CONSTR(ATTR_IMMEDIATE):
	case CONSTR(ATTR_NOT_DEFERRABLE):
		return true;
	default:
		return false;
	}
}

bool constraint_read(world *w, constraint_def *out, const char *column,
	PgQuery__Node *const *list, size_t n, size_t i)
{
	const PgQuery__Constraint *c = list[i]->constraint;
	bool foreign;

	if (list[i]->node_case != NODE(CONSTRAINT) || rank(c) == 0)
		return false;
	foreign = c->contype == CONSTR(FOREIGN);
	*out = (constraint_def){ .c = c,
		.name = *c->conname ? c->conname : NULL,
		.keys = foreign ? c->fk_attrs : c->keys,
		.nkeys = foreign ? c->n_fk_attrs : c->n_keys,
		.deferrable = c->deferrable,
		.deferred = c->initdeferred };
	if (out->nkeys == 0 && column && c->contype != CONSTR(EXCLUSION)) {
		out->keys = list_of_one(w, column);
		out->nkeys = out->keys ? 1 : 0;
	}
	while (++i < n && read_attribute(out, list[i]))
		;
	return true;
}

/* ---- writing down ----------------------------------------------------------- */

const char *deferrable_text(bool deferrable, bool deferred)
{
	if (deferred)
		return " deferrable initially deferred";
	return deferrable ? " deferrable" : "";
}

/* "(a, b)"; each column is needed. */
static void add_columns(us_str *out, const step *s, object_id relation,
	PgQuery__Node *const *names, size_t n)
{
	us_str_addc(out, '(');
	for (size_t i = 0; i < n; i++) {
		us_str_add(out, i > 0 ? ", " : "");
		us_str_add(out, world_ref(s->w, need_column(s, relation,
							string_of(names[i]))));
	}
	us_str_addc(out, ')');
}

/* It takes its place, whatever was known of the name. */
static void put_constraint(const step *s, object_id relation, const char *name,
	us_value definition, bool valid)
{
	world *w = s->w;
	object_id id = world_get(w, OBJECT_CONSTRAINT, relation, name);

	world_need(w, id, THERE_NO);
	id = world_create(w, OBJECT_CONSTRAINT, relation, name);
	world_set(w, id, FACET_DEFINITION, definition);
	world_set(w, id, FACET_VALID, firm(valid ? "yes" : "no"));
}

/* It has a name that can't be known: of the one it would have if all went as most
 * often, and of those with a digit, nothing can be said any more. */
static void lose_name(const step *s, object_id relation)
{
	world *w = s->w;

	world_set_whole(w, relation, false);
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (o->kind == OBJECT_CONSTRAINT && o->parent == relation &&
			o->there == THERE_NO)
			world_blur(w, id);
	}
	world_unsure(w, "a constraint without a name of its own");
}

/* ---- checks ------------------------------------------------------------------ */

static void add_check(const step *s, object_id relation, const constraint_def *d,
	bool valid)
{
	world *w = s->w;
	const char *name = d->name;
	us_value v = expression_value(w, relation, d->c->raw_expr);

	if (!name)
		name = made_up_name(w, OBJECT_CONSTRAINT, relation,
			world_object(w, relation)->name, only_column(d->c->raw_expr),
			"check");
	if (!name) {
		lose_name(s, relation);
		return;
	}
	if (v.firmness != US_VALUE_UNKNOWN)
		v.firmness = US_VALUE_OPAQUE;
	v.text = us_arena_strf(world_arena(w), "check (%s)%s",
		v.text ? v.text : "", d->c->is_no_inherit ? " no inherit" : "");
	put_constraint(s, relation, name, v, valid);
}

/* ---- keys --------------------------------------------------------------------- */

object_id primary_key_of(const world *w, object_id relation)
{
	object_id id = 0;

	while ((id = world_next_child(w, relation, OBJECT_CONSTRAINT, id)))
		if (world_is(w, id) == THERE_YES &&
			begins(world_object(w, id)->facets[FACET_DEFINITION].text,
				"primary key"))
			return id;
	return 0;
}

static void need_no_primary_key(world *w, object_id relation)
{
	if (primary_key_of(w, relation))
		world_fails(w, us_arena_strf(world_arena(w),
				       "%s has a primary key already",
				       world_title(w, relation)));
}

static const char *label_of(const PgQuery__Constraint *c)
{
	switch (c->contype) {
	case CONSTR(PRIMARY):
		return "pkey";
	case CONSTR(UNIQUE):
		return "key";
	default:
		return "excl";
	}
}

/* The IndexElems of EXCLUDE: each comes in a list with its operator. */
static PgQuery__Node *const *excluded(world *w, const PgQuery__Constraint *c)
{
	PgQuery__Node **list =
		us_arena_alloc(world_arena(w), (c->n_exclusions + 1) * sizeof(*list));

	for (size_t i = 0; list && i < c->n_exclusions; i++)
		list[i] = c->exclusions[i]->list->items[0];
	return list;
}

static index_spec index_of(world *w, const constraint_def *d)
{
	const PgQuery__Constraint *c = d->c;
	bool exclusion = c->contype == CONSTR(EXCLUSION);

	return (index_spec){ .unique = !exclusion,
		.nulls_not_distinct = c->nulls_not_distinct,
		.method = exclusion ? c->access_method : "",
		.keys = exclusion ? excluded(w, c) : d->keys,
		.nkeys = exclusion ? c->n_exclusions : d->nkeys,
		.including = c->including,
		.nincluding = c->n_including,
		.options = c->options,
		.noptions = c->n_options,
		.where = c->where_clause };
}

static us_value key_definition(
	const step *s, object_id relation, const constraint_def *d)
{
	const PgQuery__Constraint *c = d->c;
	us_str out = { 0 };

	us_str_add(&out, c->contype == CONSTR(PRIMARY) ? "primary key " : "unique ");
	add_columns(&out, s, relation, d->keys, d->nkeys);
	if (c->n_including > 0) {
		us_str_add(&out, " include ");
		add_columns(&out, s, relation, c->including, c->n_including);
	}
	us_str_add(&out, c->nulls_not_distinct ? " nulls not distinct" : "");
	us_str_add(&out, deferrable_text(d->deferrable, d->deferred));
	return firm(text_of(s->w, &out));
}

/* "exclude using gist (room with =, during with &&)" */
static us_value exclusion_definition(
	const step *s, object_id relation, const index_spec *spec, const constraint_def *d)
{
	const PgQuery__Constraint *c = d->c;
	us_value_firmness worst = US_VALUE_OPAQUE;
	us_str out = { 0 };

	us_str_addf(&out, "exclude using %s (",
		*spec->method ? spec->method : "btree");
	for (size_t i = 0; i < spec->nkeys; i++) {
		const PgQuery__List *pair = c->exclusions[i]->list;
		const PgQuery__List *op = pair->items[1]->list;

		us_str_add(&out, i > 0 ? ", " : "");
		if (index_element(&out, s, relation, spec->keys[i]) ==
			US_VALUE_UNKNOWN)
			worst = US_VALUE_UNKNOWN;
		us_str_addf(&out, " with %s", last_of(op->items, op->n_items));
	}
	us_str_addc(&out, ')');
	if (spec->where)
		us_str_addf(&out, " where %s",
			expression_value(s->w, relation, spec->where).text);
	us_str_add(&out, deferrable_text(d->deferrable, d->deferred));
	return (us_value){ worst, text_of(s->w, &out) };
}

static const char *key_name(
	world *w, object_id relation, const constraint_def *d, const index_spec *spec)
{
	PgQuery__Node *const *const lists[2] = { spec->keys, spec->including };
	const size_t n[2] = { spec->nkeys, spec->nincluding };
	const char *columns = NULL;

	if (d->name)
		return d->name;
	if (d->c->contype != CONSTR(PRIMARY)) {
		columns = index_column_names(w, lists, n);
		if (!columns)
			return NULL;
	}
	return made_up_name(w, OBJECT_CONSTRAINT, relation,
		world_object(w, relation)->name, columns, label_of(d->c));
}

static void add_key(const step *s, object_id relation, const constraint_def *d)
{
	world *w = s->w;
	index_spec spec = index_of(w, d);
	const char *name;
	us_value definition;

	if (d->c->contype == CONSTR(PRIMARY)) {
		need_no_primary_key(w, relation);
		for (size_t i = 0; i < d->nkeys; i++)
			world_set(w, need_column(s, relation, string_of(d->keys[i])),
				FACET_NULLABLE, firm("no"));
	}
	name = key_name(w, relation, d, &spec);
	definition = d->c->contype == CONSTR(EXCLUSION)
			     ? exclusion_definition(s, relation, &spec, d)
			     : key_definition(s, relation, d);
	if (!name) {
		lose_name(s, relation);
		return;
	}
	put_constraint(s, relation, name, definition, true);
	put_index(s, relation, name, index_definition(s, relation, &spec));
}

/* ADD CONSTRAINT ... USING INDEX: the index takes the constraint's name, the
 * constraint what the index says of its columns. */
static void use_index(const step *s, object_id relation, const constraint_def *d)
{
	world *w = s->w;
	const char *was = d->c->indexname, *name = d->name ? d->name : was;
	object_id schema = world_object(w, relation)->parent, column = 0;
	object_id index = world_get(w, OBJECT_RELATION, schema, was);
	bool primary = d->c->contype == CONSTR(PRIMARY);
	const char *text, *keys, *end;

	world_need(w, index, THERE_YES);
	text = world_object(w, index)->facets[FACET_DEFINITION].text;
	if (world_object(w, index)->facets[FACET_DEFINITION].firmness !=
		US_VALUE_FIRM)
		text = NULL;
	keys = text ? strchr(text, '(') : NULL;
	end = keys ? strchr(keys, ')') : NULL;
	while (primary && (column = world_next_child(
				   w, relation, OBJECT_COLUMN, column))) {
		const char *at = keys ? strstr(keys, world_ref(w, column)) : NULL;

		if (at && at < end)
			world_set(w, column, FACET_NULLABLE, firm("no"));
		else if (!keys)
			world_set(w, column, FACET_NULLABLE, unknown(NULL));
	}
	if (primary)
		need_no_primary_key(w, relation);
	put_constraint(s, relation, name,
		keys ? firm(us_arena_strf(world_arena(w), "%s%s%s",
			       primary ? "primary key " : "unique ", keys,
			       deferrable_text(d->deferrable, d->deferred)))
		     : unknown(primary ? "primary key" : "unique"),
		true);
	if (strcmp(name, was) != 0) {
		world_need(w, world_get(w, OBJECT_RELATION, schema, name), THERE_NO);
		world_move(w, index, schema, name);
	}
}
