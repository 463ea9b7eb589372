#ifndef CATALOG_POSITION_H
#define CATALOG_POSITION_H

#include "world.h"

/* The order of a table's columns, where it is all that tells a column that the
 * script dropped and added again, in the same words, from the one before: ADD
 * COLUMN puts it behind every other. (Restoring a dump keeps the order.) In which
 * order the columns were before no script can be trusted to tell: a baseline is
 * often written by hand. So a column that still stands before another was not added
 * yet, and one that stands last says nothing. Nor does one behind a gap, which a
 * dropped column leaves: it may be the new one, and the other newer still, dropped
 * and added by hand.
 *
 * key: of FACET_POSITION, in all of these. */

/* Makes live objects of the columns it may stand before. table: the live one. */
void position_ask(
	world *live, object_id table, const world *touched, const world_key *key);
/* UNKNOWN where it stands last among those asked for. */
us_value position_live(world *live, const world_key *key);
/* In a state of the script; UNKNOWN where it excludes nothing. */
us_value position_in(world *now, world *live, const world_key *key);

#endif
