/* Constraints of tables: how they are written down, what they are called, and what
 * comes with them. A definition reads the same whether it was written by hand or is
 * what pg_get_constraintdef() shows (PostgreSQL 15, ruleutils.c). */
#include <string.h>

#include "constraints.h"
#include "expression.h"

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
	memcpy(copy, name, strlen(name) + 1);
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

void add_columns(us_str *out, const step *s, object_id relation,
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

void put_constraint(const step *s, object_id relation, const char *name,
	us_value definition, bool valid)
{
	world *w = s->w;
	object_id id = world_get(w, OBJECT_CONSTRAINT, relation, name);

	world_need_free(w, id, true);
	id = world_create(w, OBJECT_CONSTRAINT, relation, name);
	world_set(w, id, FACET_DEFINITION, definition);
	world_set(w, id, FACET_VALID, firm(valid ? "yes" : "no"));
}

void lose_constraint_names(world *w, object_id relation)
{
	world_set_whole(w, relation, false);
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (o->kind == OBJECT_CONSTRAINT && o->parent == relation &&
			o->there == THERE_NO)
			world_blur(w, id);
	}
	world_lose_names(w, NULL);
}

void lose_name(const step *s, object_id relation)
{
	lose_constraint_names(s->w, relation);
	world_unsure(s->w, "a constraint without a name of its own");
}

/* ---- checks ------------------------------------------------------------------ */

static void add_check(
	const step *s, object_id relation, const constraint_def *d, bool valid)
{
	world *w = s->w;
	const char *name = d->name;
	us_value v = expression_value(w, relation, d->c->raw_expr);

	if (!name)
		name = made_up_name(w, OBJECT_CONSTRAINT, relation,
			world_object(w, relation)->name,
			only_column(d->c->raw_expr), "check");
	if (!name) {
		lose_name(s, relation);
		return;
	}
	if (v.firmness != US_VALUE_UNKNOWN)
		v.firmness = US_VALUE_OPAQUE;
	v.text = us_arena_strf(world_arena(w), "check (%s)%s", v.text ? v.text : "",
		d->c->is_no_inherit ? " no inherit" : "");
	put_constraint(s, relation, name, v, valid);
}

/* ---- foreign keys ------------------------------------------------------------ */

/* "(id)": the columns of a primary key as its definition has them; NULL: not known.
 */
static const char *primary_key_columns(world *w, object_id relation)
{
	object_id id = primary_key_of(w, relation);
	const object *o = world_object(w, id);
	const char *from, *to;

	if (!id || o->facets[FACET_DEFINITION].firmness != US_VALUE_FIRM)
		return NULL;
	from = strchr(o->facets[FACET_DEFINITION].text, '(');
	to = from ? strchr(from, ')') : NULL;
	return to ? us_arena_strn(world_arena(w), from, (size_t)(to - from) + 1)
		  : NULL;
}

static const char *action_of(const char *code)
{
	switch (*code) {
	case 'r':
		return "restrict";
	case 'c':
		return "cascade";
	case 'n':
		return "set null";
	case 'd':
		return "set default";
	default:
		return NULL; /* NO ACTION, which the server doesn't show */
	}
}

static void add_action(us_str *out, const char *event, const char *code)
{
	if (action_of(code))
		us_str_addf(out, " on %s %s", event, action_of(code));
}

static us_value foreign_definition(
	const step *s, object_id relation, object_id to, const constraint_def *d)
{
	const PgQuery__Constraint *c = d->c;
	const char *columns =
		c->n_pk_attrs > 0 ? "" : primary_key_columns(s->w, to);
	us_str out = { 0 };

	us_str_add(&out, "foreign key ");
	add_columns(&out, s, relation, d->keys, d->nkeys);
	us_str_addf(&out, " references %s ", world_ref(s->w, to));
	if (c->n_pk_attrs > 0)
		add_columns(&out, s, to, c->pk_attrs, c->n_pk_attrs);
	else
		us_str_add(&out, columns ? columns : "");
	us_str_add(&out, begins(c->fk_matchtype, "f") ? " match full" : "");
	add_action(&out, "update", c->fk_upd_action);
	add_action(&out, "delete", c->fk_del_action);
	if (c->n_fk_del_set_cols > 0) {
		us_str_addc(&out, ' ');
		add_columns(&out, s, relation, c->fk_del_set_cols,
			c->n_fk_del_set_cols);
	}
	us_str_add(&out, deferrable_text(d->deferrable, d->deferred));
	return columns ? firm(text_of(s->w, &out)) : unknown(text_of(s->w, &out));
}

static bool is_partitioned(const world *w, object_id relation)
{
	const char *kind = world_object(w, relation)->facets[FACET_KIND].text;

	return kind && strcmp(kind, "partitioned table") == 0;
}

static void add_foreign(
	const step *s, object_id relation, const constraint_def *d, bool valid)
{
	world *w = s->w;
	const char *name = d->name;
	object_id to = relation_of(w, d->c->pktable);
	us_value definition;

	world_need(w, to, THERE_YES);
	definition = foreign_definition(s, relation, to, d);
	if (!name)
		name = made_up_name(w, OBJECT_CONSTRAINT, relation,
			world_object(w, relation)->name,
			joined_names(w, d->keys, d->nkeys), "fkey");
	if (name)
		put_constraint(s, relation, name, definition, valid);
	else
		lose_name(s, relation);
	if (is_partitioned(w, to)) /* one for each partition, too */
		lose_constraint_names(w, relation);
}

/* ---- adding ---- */

void constraint_apply(
	const step *s, object_id relation, const constraint_def *d, bool fresh)
{
	bool valid = fresh || !d->c->skip_validation;

	switch (d->c->contype) {
	case CONSTR(CHECK):
		add_check(s, relation, d, valid);
		break;
	case CONSTR(FOREIGN):
		add_foreign(s, relation, d, valid);
		break;
	default:
		if (*d->c->indexname)
			use_index(s, relation, d);
		else
			add_key(s, relation, d);
	}
}

static bool same_names(
	PgQuery__Node *const *a, size_t na, PgQuery__Node *const *b, size_t nb)
{
	if (na != nb)
		return false;
	for (size_t i = 0; i < na; i++)
		if (strcmp(string_of(a[i]), string_of(b[i])) != 0)
			return false;
	return true;
}

/* UNIQUE where there is a key of just these columns makes nothing, but may lend the
 * other its name (PostgreSQL 15, parse_utilcmd.c, transformIndexConstraints). */
static bool is_same_key(const constraint_def *a, const constraint_def *b)
{
	const PgQuery__Constraint *x = a->c, *y = b->c;

	return rank(x) > 1 && rank(x) < 4 && rank(y) > 1 && rank(y) < 4 &&
	       x->contype != CONSTR(EXCLUSION) && y->contype != CONSTR(EXCLUSION) &&
	       same_names(a->keys, a->nkeys, b->keys, b->nkeys) &&
	       same_names(x->including, x->n_including, y->including,
		       y->n_including) &&
	       x->nulls_not_distinct == y->nulls_not_distinct &&
	       a->deferrable == b->deferrable && a->deferred == b->deferred &&
	       !*x->indexname && !*y->indexname;
}

static bool is_redundant(constraint_def *d, size_t n, size_t i)
{
	for (size_t j = 0; j < n; j++) {
		bool before = rank(d[j].c) < rank(d[i].c) ||
			      (rank(d[j].c) == rank(d[i].c) && j < i);

		if (!before || !is_same_key(&d[j], &d[i]))
			continue;
		if (!d[j].name)
			d[j].name = d[i].name;
		return true;
	}
	return false;
}

void constraints_apply(
	const step *s, object_id relation, constraint_def *d, size_t n, bool fresh)
{
	bool *redundant = us_arena_alloc(world_arena(s->w), n + 1);

	for (size_t i = 0; redundant && i < n; i++)
		redundant[i] = is_redundant(d, n, i);
	for (int r = 1; redundant && r <= 4; r++)
		for (size_t i = 0; i < n; i++)
			if (rank(d[i].c) == r && !redundant[i])
				constraint_apply(s, relation, &d[i], fresh);
}

void add_constraint(const step *s, object_id relation, object_id column,
	const PgQuery__Constraint *c)
{
	PgQuery__Node node = PG_QUERY__NODE__INIT, *list = &node;
	constraint_def d;

	node.node_case = NODE(CONSTRAINT);
	node.constraint = (PgQuery__Constraint *)c;
	if (constraint_read(s->w, &d,
		    column ? world_object(s->w, column)->name : NULL, &list, 1, 0))
		constraint_apply(s, relation, &d, false);
}
