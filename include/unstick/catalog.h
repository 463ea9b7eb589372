#ifndef US_CATALOG_H
#define US_CATALOG_H

#include "unstick/states.h"

/* PostgreSQL's evidence without doing anything: the history's and the script's parse
 * trees say what the catalog would look like after each statement, and a few rows of
 * the live catalog say what it looks like. No privilege, no side effect, one round
 * trip.
 *
 * Fills r (zeroed; release with us_reading_fini()). What can't be told is unknown,
 * with its reason in r->why, not an error. */
US_MUST us_code us_catalog_read(us_reading *r, const us_stuck *c, us_err *err);

#endif
