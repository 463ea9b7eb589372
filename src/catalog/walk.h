#ifndef CATALOG_WALK_H
#define CATALOG_WALK_H

#include "parse.h"
#include "world.h"

/* Everything in a tree, whatever the statement: for questions such as "which
 * functions does it call", whose answer must miss nothing. */

/* Called for each message, parents before what is in them. False: don't go into
 * this one. */
typedef bool walk_fn(const ProtobufCMessage *message, void *ctx);
void walk(const ProtobufCMessage *tree, walk_fn *visit, void *ctx);
static inline void walk_node(const PgQuery__Node *node, walk_fn *visit, void *ctx)
{
	if (node)
		walk(&node->base, visit, ctx);
}

/* Each relation that a query or data statement reads or writes: names that mean a
 * WITH query where they stand are left out. */
typedef void range_fn(const PgQuery__RangeVar *range, void *ctx);
void walk_ranges(const PgQuery__Node *tree, range_fn *visit, void *ctx);

/* References to every relation and function that a tree names and the world knows
 * to be there, in one text: what depends on them is found by it (world_refers). Of
 * functions only those that are the only one of their name. */
const char *references_in(world *w, const PgQuery__Node *tree);

/* The definition of what is made of a query, text being the statement's: never the
 * same for what reads other relations, and with a reference to each that `reads`
 * does read, and to no other. */
us_value definition_by(
	world *w, const char *text, size_t len, const PgQuery__Node *reads);

#endif
