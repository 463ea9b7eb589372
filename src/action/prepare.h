#ifndef ACTION_PREPARE_H
#define ACTION_PREPARE_H

#include "unstick/action.h"

/* Lets go of Prisma's lock and runs before_change, on a run that is not prepared.
 * Afterwards everything has to be locked, read and judged again; US_E_CONNECT: over
 * a new connection, which could not be had yet. On any other failure nothing may be
 * changed. */
US_MUST us_code prepare(us_run *run, const us_progress *progress, us_err *err);

#endif
