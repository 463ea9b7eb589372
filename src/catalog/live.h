#ifndef CATALOG_LIVE_H
#define CATALOG_LIVE_H

#include "unstick/db.h"
#include "world.h"

/* Reads from the live database what `touched` has keys for, and only the rows they
 * name, in one round trip: *out answers world_at() for each of those keys. A name
 * that is not there is THERE_NO. *out is the caller's (world_free). An INVALID
 * index and a NOT VALID constraint have FACET_CLEANING, quoted by the server. What
 * an extension made is unknown. */
US_MUST us_code live_load(
	world **out, us_db *db, const world *touched, us_err *err);

#endif
