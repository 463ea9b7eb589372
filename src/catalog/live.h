#ifndef CATALOG_LIVE_H
#define CATALOG_LIVE_H

#include "unstick/db.h"
#include "world.h"

/* Reads from the live database what `touched` has keys for, and only the rows they
 * name, in one round trip: *out answers world_at() for each of those keys. A name
 * of that is not there is THERE_NO. *out is the caller's (world_free). Leftovers:
 * each INVALID index and NOT VALID constraint among what was asked for, with the
 * statement that cleans it, quoted by the server; the caller decides which count.
 */
US_MUST us_code live_load(world **out, us_db *db, const world *touched,
	us_strs *leftovers, us_err *err);

#endif
