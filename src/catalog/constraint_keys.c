/* Constraints that come with an index: PRIMARY KEY, UNIQUE, EXCLUDE. */
#include <string.h>

#include "constraints.h"
#include "expression.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name
#define CONSTR(name) PG_QUERY__CONSTR_TYPE__CONSTR_##name

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
	PgQuery__Node **list = us_arena_alloc(
		world_arena(w), (c->n_exclusions + 1) * sizeof(*list));

	for (size_t i = 0; list && i < c->n_exclusions; i++)
		list[i] = c->exclusions[i]->list->items[0];
	return list;
}

static index_spec index_of(world *w, const constraint_def *d)
{
	const PgQuery__Constraint *c = d->c;
	bool exclusion = c->contype == CONSTR(EXCLUSION);
	PgQuery__Node *const *keys = exclusion ? excluded(w, c) : d->keys;
	size_t nkeys = exclusion ? c->n_exclusions : d->nkeys;

	return (index_spec){ .unique = !exclusion,
		.nulls_not_distinct = c->nulls_not_distinct,
		.method = exclusion ? c->access_method : "",
		.keys = keys,
		.nkeys = keys ? nkeys : 0,
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

	us_str_add(
		&out, c->contype == CONSTR(PRIMARY) ? "primary key " : "unique ");
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
static us_value exclusion_definition(const step *s, object_id relation,
	const index_spec *spec, const constraint_def *d)
{
	const PgQuery__Constraint *c = d->c;
	us_value_firmness worst = US_VALUE_OPAQUE;
	us_str out = { 0 };

	us_str_addf(
		&out, "exclude using %s (", *spec->method ? spec->method : "btree");
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

static const char *key_name(world *w, object_id relation, const constraint_def *d,
	const index_spec *spec)
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

void add_key(const step *s, object_id relation, const constraint_def *d)
{
	world *w = s->w;
	index_spec spec = index_of(w, d);
	const char *name;
	us_value definition;

	if (d->c->contype == CONSTR(PRIMARY)) {
		need_no_primary_key(w, relation);
		for (size_t i = 0; i < d->nkeys; i++)
			world_set(w,
				need_column(s, relation, string_of(d->keys[i])),
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
	put_index(s, relation, name, index_definition(s, relation, &spec),
		index_ending(w, &spec, label_of(d->c)));
}

/* ADD CONSTRAINT ... USING INDEX: the index takes the constraint's name, the
 * constraint what the index says of its columns. */
void use_index(const step *s, object_id relation, const constraint_def *d)
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
	while (primary &&
		(column = world_next_child(w, relation, OBJECT_COLUMN, column))) {
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
		world_need(
			w, world_get(w, OBJECT_RELATION, schema, name), THERE_NO);
		world_move(w, index, schema, name);
	}
}
