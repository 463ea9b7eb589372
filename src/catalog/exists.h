#ifndef CATALOG_EXISTS_H
#define CATALOG_EXISTS_H

#include "world.h"

/* EXISTS (SELECT ... FROM pg_type WHERE typname = 'x'), the query's text:
 * THERE_YES, it finds something; THERE_NO, it certainly doesn't. That is known of a
 * table's columns, constraints and the like only: a query that asks for a name
 * alone finds it anywhere, also where no history of ours tells of it. */
presence exists_in(world *w, const char *query, size_t len);

#endif
