#ifndef US_RUN_H
#define US_RUN_H

#include <jansson.h>

#include "unstick/config.h"
#include "unstick/evidence.h"
#include "unstick/history.h"
#include "unstick/policy.h"

/* How far into the scripts a run looks from the beginning. */
typedef enum {
	US_DEPTH_NAMES,     /* not at all: nobody is told which were edited */
	US_DEPTH_CHECKSUMS, /* what is edited is known */
	US_DEPTH_TEXTS, /* and they are kept: cases will be looked at closely, and
			 * that takes all of the history */
} us_depth;

/* What a run has in its hands: one connection, what was last read through it, and
 * the time it may take. Transparent; only this header's functions change it. */
typedef struct {
	const us_config *config; /* borrowed */
	us_db *db;
	us_directory *directory;
	us_ledger *ledger;
	us_history *history;
	json_t *told;          /* the history as data, once it was asked for */
	us_opinions *opinions; /* what replays have said in this run */
	us_depth depth;        /* how far the scripts are read */
	bool have_lock;        /* Prisma's lock is ours */
	bool dry;              /* reads only, so it never takes the lock */
	bool prepared; /* before_change has been run, or there is none: it may write
			*/
	int64_t deadline; /* of all waiting, by us_clock_ms() */
} us_run;

/* Connects and reads, the scripts meanwhile in a thread of their own. A busy SQLite
 * file is tried again until the deadline. *out is the caller's. */
US_MUST us_code us_run_open(us_run **out, const us_config *config, us_db_mode mode,
	us_depth depth, us_err *err);
void us_run_close(us_run *run);

/* Everything anew: directory, ledger, history. What was borrowed from the old ones
 * is gone; on failure the run has none. */
US_MUST us_code us_run_read(us_run *run, us_err *err);

/* The history as data: made once, shared by the report and the policies. Borrowed,
 * not to be changed; NULL when out of memory. */
json_t *us_run_history(us_run *run);

/* One try at Prisma's lock (run->have_lock tells); a transaction pooler is refused
 * first, with the way out. Does nothing where the lock is disabled or already ours.
 */
US_MUST us_code us_run_lock(us_run *run, us_err *err);
US_MUST us_code us_run_unlock(us_run *run, us_err *err);

/* P3019 if migration_lock.toml is another provider's, as Prisma finds it. */
US_MUST us_code us_run_check_provider(us_run *run, us_err *err);

/* A new connection in place of a dead one; the lock went with it. */
US_MUST us_code us_run_reconnect(us_run *run, us_err *err);

/* Milliseconds until the deadline; never negative, and 0 once the run is asked to
 * stop. */
int64_t us_run_left_ms(const us_run *run);
/* Sleeps, unless it is asked to stop. */
void us_run_sleep(const us_run *run, int64_t ms);
/* US_E_STOPPED if it is. */
US_MUST us_code us_run_check_stop(const us_run *run, us_err *err);

/* before_change has been run; the deadline moves by what that took, which was work
 * and no waiting. */
void us_run_prepared(us_run *run, int64_t ms);

/* A transaction pooler is refused, with the way out. */
US_MUST us_code us_run_refuse_pooler(us_run *run, us_err *err);

/* The policies of its configuration, with the run's own eyes on the database, not
 * those of `outside`. They borrow the run. *out is the caller's. */
US_MUST us_code us_run_load_policies(us_policies **out, us_run *run,
	const us_policy_outside *outside, us_err *err);

#endif
