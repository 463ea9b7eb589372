#ifndef CATALOG_RERUN_H
#define CATALOG_RERUN_H

#include "parse.h"
#include "unstick/db.h"
#include "unstick/states.h"
#include "world.h"

/* For each k of r's K: would the whole script, run from the top at state k, run
 * through, lose nothing and end in state n? Simulated on the keys of `end`, the
 * world after the script. Fills r->rerun and r->rerun_why. start: the world before.
 */
US_MUST us_code rerun_judge(us_reading *r, const parse *script, const world *start,
	world *end, us_db *live, us_err *err);

#endif
