#ifndef CATALOG_ROUTINES_H
#define CATALOG_ROUTINES_H

#include "parse.h"
#include "world.h"

/* Functions, procedures and aggregates, one name space. The name of one in a world
 * is "name(type, type)" of its input arguments: built-in types as type_value() has
 * them, without modifiers; others by their last name, since the server shows a
 * schema or not as its search path is. NULL where a type depends on a column
 * (%TYPE). */
const char *routine_name(world *w, const PgQuery__ObjectWithArgs *routine);
const char *routine_name_of_parameters(
	world *w, const char *name, PgQuery__Node **parameters, size_t n);

/* Those of a name, whatever their arguments, that are there or may be, in the
 * schema that is named, else in the first of the search path. */
typedef struct {
	size_t n;
	object_id first;
} routines;
routines routines_named(world *w, PgQuery__Node **names, size_t n);

/* The one that a statement names, with or without its arguments; made if nothing is
 * known of it. 0: which one it is can't be said. */
object_id routine_of(world *w, const PgQuery__ObjectWithArgs *routine);

/* A type has another name now: functions that have it as an argument as well. */
void routines_rename_type(world *w, const char *from, const char *to);

#endif
