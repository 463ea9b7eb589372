/* Sequences: whether they are there, and whose they are. Their numbers are data. */
#include <string.h>

#include "expression.h"
#include "kinds.h"
#include "tables.h"

static const PgQuery__List *owner_of(PgQuery__Node **options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const PgQuery__DefElem *d;

		if (options[i]->node_case != PG_QUERY__NODE__NODE_DEF_ELEM)
			continue;
		d = options[i]->def_elem;
		if (strcmp(d->defname, "owned_by") == 0 && d->arg &&
			d->arg->node_case == PG_QUERY__NODE__NODE_LIST)
			return d->arg->list;
	}
	return NULL;
}

void set_sequence_owner(const step *s, object_id sequence, object_id column)
{
	world *w = s->w;
	us_value owner = firm("none");

	if (column)
		owner = firm(us_arena_strf(world_arena(w), "%s.%s",
			world_ref(w, world_object(w, column)->parent),
			world_ref(w, column)));
	world_set_on(w, sequence, column);
	world_set(w, sequence, FACET_OWNER, owner);
}

/* OWNED BY table.column; NONE is one word. */
static void set_owner(const step *s, object_id id, const PgQuery__List *owner)
{
	object_id table;

	if (!owner)
		return;
	if (owner->n_items < 2) {
		set_sequence_owner(s, id, 0);
		return;
	}
	table = named_object(
		s->w, OBJECT_RELATION, owner->items, owner->n_items - 1);
	world_need(s->w, table, THERE_YES);
	set_sequence_owner(s, id,
		need_column(s, table, last_of(owner->items, owner->n_items)));
}

void kind_create_sequence(const step *s)
{
	const PgQuery__CreateSeqStmt *c = s->tree->create_seq_stmt;
	const PgQuery__RangeVar *r = c->sequence;
	object_id schema = schema_for(s->w, r);
	object_id id = world_get(s->w, OBJECT_RELATION, schema, r->relname);
	presence there = world_is(s->w, id);

	world_need(s->w, schema, THERE_YES);
	if (c->if_not_exists && there == THERE_YES)
		return;
	if (c->if_not_exists && there == THERE_MAYBE) {
		world_create_maybe(s->w, OBJECT_RELATION, schema, r->relname);
		return;
	}
	world_need_free(s->w, id, true);
	id = world_create(s->w, OBJECT_RELATION, schema, r->relname);
	world_set(s->w, id, FACET_KIND, (us_value){ US_VALUE_FIRM, "sequence" });
	world_set(s->w, id, FACET_DEFINITION, body_value(s->w, s->text, s->len));
	set_sequence_owner(s, id, 0);
	set_owner(s, id, owner_of(c->options, c->n_options));
}

void kind_alter_sequence(const step *s)
{
	const PgQuery__AlterSeqStmt *a = s->tree->alter_seq_stmt;
	object_id id = relation_of(s->w, a->sequence);
	const PgQuery__List *owner = owner_of(a->options, a->n_options);

	if (a->missing_ok && world_is(s->w, id) == THERE_NO)
		return;
	if (a->missing_ok && world_is(s->w, id) == THERE_MAYBE) {
		world_blur(s->w, id);
		return;
	}
	world_need(s->w, id, THERE_YES);
	set_owner(s, id, owner);
	if (!owner || a->n_options > 1)
		world_set(s->w, id, FACET_DEFINITION,
			(us_value){ US_VALUE_UNKNOWN, NULL });
}
