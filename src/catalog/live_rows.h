#ifndef CATALOG_LIVE_ROWS_H
#define CATALOG_LIVE_ROWS_H

#include "live.h"
#include "parse.h"

/* What nothing is said of: an object's place in the world, by name. */
typedef struct left_out {
	const struct left_out *next;
	object_kind kind;
	const char *schema, *relation,
		*name; /* NULL where there is no such level */
} left_out;

/* A type that was parsed: most columns have one of a few. */
typedef struct known_type {
	const struct known_type *next;
	const char *text;
	const PgQuery__TypeName *type; /* NULL: can't be read */
} known_type;

/* The live world while its rows come in. */
typedef struct {
	world *w;
	const left_out *left_out;
	const known_type *types;
} live_rows;

/* One for each query of live/, whose columns it knows; ctx is a live_rows. */
us_row_fn live_schema, live_type, live_constraint, live_relation, live_column,
	live_function, live_trigger, live_rule, live_policy, live_extension;

#endif
