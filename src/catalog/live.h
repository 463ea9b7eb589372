#ifndef CATALOG_LIVE_H
#define CATALOG_LIVE_H

#include "unstick/db.h"
#include "world.h"

/* An empty world of the connection's schema and the server's version. NULL: out of
 * memory. */
world *live_world(const us_db *db);

/* Reads from the live database what `touched` has keys for, and only the rows they
 * name, in one round trip: *out answers world_at() for each of those keys. A name
 * that is not there is THERE_NO. *out is the caller's (world_free). An INVALID
 * index and a NOT VALID constraint have FACET_CLEANING, quoted by the server. What
 * an extension made is unknown, as are constraints that no script our parser reads
 * can make: NOT NULL by name, NOT ENFORCED (PostgreSQL 18). meanwhile (NULL:
 * nothing) is done while the server works; always, unless it can't be asked. */
US_MUST us_code live_load(world **out, us_db *db, const world *touched,
	const us_meanwhile *meanwhile, us_err *err);
/* Is everything that `touched` has keys for among what was asked for `asked`? */
US_MUST us_code live_is_asked(
	bool *yes, const world *asked, const world *touched, us_err *err);

#endif
