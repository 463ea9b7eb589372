#ifndef US_REPLAY_H
#define US_REPLAY_H

#include "unstick/states.h"

/* Evidence by doing: the history is replayed in a scratch database that nobody else
 * sees, then the script, statement by statement, and after each the scratch
 * database is compared with the live one on the keys that the script touches. */

/* Fills r (zeroed; release with us_reading_fini()). What can't be replayed is
 * unknown, with its reason in r->why, not an error. */
US_MUST us_code us_replay_sqlite(us_reading *r, const us_stuck *c, us_err *err);
US_MUST us_code us_replay_postgres(us_reading *r, const us_stuck *c, us_err *err);

#endif
