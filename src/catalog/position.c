/* Which columns stand behind one: live by their numbers, in a state of the script
 * by who was there when it was added. */
#include "position.h"

#include <stdlib.h>

static const us_value unknown = { US_VALUE_UNKNOWN, NULL };

void position_ask(
	world *live, object_id table, const world *touched, const world_key *key)
{
	object_id of = world_object(touched, world_bearer(touched, key))->parent;
	object_id id = 0;

	while (of && (id = world_next_child(touched, of, OBJECT_COLUMN, id)))
		world_get(live, OBJECT_COLUMN, table,
			world_object(touched, id)->name);
}

/* pg_attribute.attnum, OPAQUE behind a gap; 0: it isn't there. */
static long number_of(const world *live, object_id id)
{
	const char *text = world_object(live, id)->facets[FACET_POSITION].text;

	return text ? strtol(text, NULL, 10) : 0;
}

us_value position_live(world *live, const world_key *key)
{
	object_id column = world_bearer(live, key), id = 0;
	object_id table = world_object(live, column)->parent;

	if (number_of(live, column) == 0)
		return world_at(live, key);
	if (world_at(live, key).firmness != US_VALUE_FIRM)
		return unknown;
	while ((id = world_next_child(live, table, OBJECT_COLUMN, id)))
		if (number_of(live, id) > number_of(live, column))
			return (us_value){ US_VALUE_FIRM,
				us_arena_strf(world_arena(live), "before %s",
					world_object(live, id)->name) };
	return unknown;
}

/* Was it certainly there before the script, and is it the same one still? */
static bool is_old(const object *o)
{
	return o->there == THERE_YES && !o->blurred && !o->moved;
}

us_value position_in(world *now, world *live, const world_key *key)
{
	us_value v = world_at(now, key);
	object_id column = world_bearer(now, key), other = 0;
	object_id table = world_object(now, column)->parent;
	world_key behind = *key;
	long number = number_of(live, world_bearer(live, key));
	bool behind_gap = world_at(live, key).firmness == US_VALUE_OPAQUE;

	if (v.firmness == US_VALUE_UNKNOWN && world_is(now, column) == THERE_YES)
		return position_live(live, key);
	if (v.firmness != US_VALUE_FIRM)
		return v;
	if (behind_gap)
		return unknown;
	while ((other = world_next_child(now, table, OBJECT_COLUMN, other))) {
		behind.name = world_object(now, other)->name;
		if (is_old(world_object(now, other)) &&
			number_of(live, world_bearer(live, &behind)) > number)
			return v;
	}
	return unknown;
}
