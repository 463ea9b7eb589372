#ifndef CATALOG_RUN_H
#define CATALOG_RUN_H

#include "parse.h"
#include "world.h"

/* A script being applied to a world, its own transactions included: what is begun
 * and not committed is lost with the session, so for everybody else the world is
 * what it was at BEGIN. */
typedef struct {
	const parse *script;
	world *now;     /* as the script's session sees it */
	world *outside; /* as everybody else does; NULL: the same */
	size_t ran;     /* statements applied */
	size_t lasting; /* the statements that outlive the session now */
} run;

/* Begins at a clone of `start`, which must outlive it. */
US_MUST us_code run_begin(
	run *r, const parse *script, const world *start, us_err *err);
US_MUST us_code run_step(run *r, world_mode mode, us_err *err);
/* What is there when the session dies now; borrowed. */
world *run_outside(const run *r);
void run_end(run *r);

#endif
