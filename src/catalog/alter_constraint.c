/* ALTER TABLE's subcommands about constraints. */
#include <string.h>

#include "tables.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

void alter_add_constraint(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	if (cmd->def && cmd->def->node_case == NODE(CONSTRAINT))
		add_constraint(s, relation, 0, cmd->def->constraint);
}

/* Only DEFERRABLE ... of a foreign key, which is how its definition ends. */
void alter_constraint(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;
	const PgQuery__Constraint *c;
	object_id id;
	us_value v;
	const char *end;

	if (!cmd->def || cmd->def->node_case != NODE(CONSTRAINT))
		return;
	c = cmd->def->constraint;
	id = world_get(w, OBJECT_CONSTRAINT, relation, c->conname);
	world_need(w, id, THERE_YES);
	v = world_object(w, id)->facets[FACET_DEFINITION];
	end = v.text ? strstr(v.text, " deferrable") : NULL;
	if (v.text)
		v.text = us_arena_strf(world_arena(w), "%.*s%s",
			(int)(end ? (size_t)(end - v.text) : strlen(v.text)),
			v.text, deferrable_text(c->deferrable, c->initdeferred));
	world_set(w, id, FACET_DEFINITION, v);
}

void alter_validate(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	object_id id = world_get(s->w, OBJECT_CONSTRAINT, relation, cmd->name);

	world_need(s->w, id, THERE_YES);
	world_set(s->w, id, FACET_VALID, firm("yes"));
}

/* ---- DROP CONSTRAINT ---- */

/* A key of a table: "(a, b)" of its definition. */
typedef struct {
	object_id constraint, relation;
	const char *columns;
	bool another; /* there is another of the same columns */
} table_key;

static const char *between_brackets(world *w, const char *text)
{
	const char *from = text ? strchr(text, '(') : NULL;
	const char *to = from ? strchr(from, ')') : NULL;

	return to ? us_arena_strn(world_arena(w), from, (size_t)(to - from) + 1)
		  : NULL;
}

/* Is there another index that foreign keys on these columns may rest on? */
static bool has_another(const world *w, const table_key *k)
{
	const char *name = world_object(w, k->constraint)->name;

	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);
		const char *text = o->facets[FACET_DEFINITION].text;

		if (o->kind == OBJECT_RELATION && o->on == k->relation &&
			o->there != THERE_NO && strcmp(o->name, name) != 0 &&
			(!text || (begins(text, "unique") &&
					  strstr(text, k->columns))))
			return true;
	}
	return false;
}

static void drop_foreign(const step *s, const table_key *k, object_id foreign,
	bool exact, bool cascade)
{
	world *w = s->w;

	if (!cascade && exact)
		world_fails(w, us_arena_strf(world_arena(w), "%s depends on %s",
				       world_title(w, foreign),
				       world_title(w, k->constraint)));
	if (!exact)
		world_unsure(w, us_arena_strf(world_arena(w), "%s may depend on %s",
					world_title(w, foreign),
					world_title(w, k->constraint)));
	if (cascade && exact)
		world_drop(w, foreign, true);
	else
		world_blur(w, foreign);
}

/* A foreign key rests on the key of the columns it references. */
static void drop_dependents(const step *s, const table_key *k, bool cascade)
{
	world *w = s->w;
	const char *to = us_arena_strf(
		world_arena(w), "references %s ", world_ref(w, k->relation));

	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);
		const char *text = o->facets[FACET_DEFINITION].text, *at;

		if (o->kind != OBJECT_CONSTRAINT || o->there == THERE_NO || !text)
			continue;
		at = begins(text, "foreign key") ? strstr(text, to) : NULL;
		if (!at)
			continue;
		at += strlen(to);
		if (begins(at, k->columns))
			drop_foreign(s, k, id, !k->another, cascade);
		else if (strchr(k->columns, ',') || *at != '(')
			drop_foreign(s, k, id, false, cascade);
	}
}

static void drop_key(const step *s, object_id relation, object_id id, bool cascade)
{
	world *w = s->w;
	const char *text = world_object(w, id)->facets[FACET_DEFINITION].text;
	table_key k = { .constraint = id, .relation = relation };

	if (!begins(text, "primary key") && !begins(text, "unique"))
		return;
	k.columns = between_brackets(w, text);
	if (!k.columns)
		return;
	k.another = has_another(w, &k);
	drop_dependents(s, &k, cascade);
}

/* A constraint of which nothing is known may have brought an index, or have been
 * the NOT NULL of any column. */
static void forget_what_it_was(world *w, object_id relation, object_id constraint)
{
	const object *o = world_object(w, constraint);
	object_id column = 0;

	if (o->there == THERE_YES && o->facets[FACET_DEFINITION].text)
		return;
	world_doubt(w, world_get(w, OBJECT_RELATION,
			       world_object(w, relation)->parent, o->name));
	while (world_names_not_nulls(w) &&
		(column = world_next_child(w, relation, OBJECT_COLUMN, column)))
		world_forget(w, column, FACET_NULLABLE);
}

void alter_drop_constraint(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;
	object_id id = world_get(w, OBJECT_CONSTRAINT, relation, cmd->name);
	bool cascade = cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;

	if (cmd->missing_ok && world_is(w, id) == THERE_NO &&
		!world_may_be_not_null(w, cmd->name))
		return;
	if (!cmd->missing_ok)
		world_need(w, id, THERE_YES);
	drop_key(s, relation, id, cascade);
	forget_what_it_was(w, relation, id);
	world_drop(w, id, cascade);
}
