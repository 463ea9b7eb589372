#ifndef ACTION_TRANSACTION_H
#define ACTION_TRANSACTION_H

#include "unstick/plan.h"

/* What a transaction does between its checks and its COMMIT. `id` is a fresh uuid
 * that every change must carry (as a record's id, or in an audit line): by it a
 * lost COMMIT is found again. */
typedef us_code transaction_fn(void *ctx, const char *id, us_err *err);

/* One write transaction: Prisma's lock still ours, limits set, body, COMMIT.
 * *outcome is DONE, REFUSED (nothing written), FAILED (nothing written) or UNKNOWN:
 * the connection died in COMMIT and could not be made again before the deadline. */
US_MUST us_code transact(us_outcome *outcome, us_run *run, transaction_fn *body,
	void *ctx, us_err *err);

#endif
