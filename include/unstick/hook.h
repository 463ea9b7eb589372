#ifndef US_HOOK_H
#define US_HOOK_H

#include <jansson.h>

#include "unstick/config.h"
#include "unstick/policy.h"

/* The start of a container: what happens between its entrypoint and its
 * application. */

/* ---- what is told while it happens ------------------------------------------- */

typedef enum { US_LEVEL_INFO, US_LEVEL_WARN, US_LEVEL_ERROR } us_level;

/* Borrowed for the call. Texts have not been masked, but for those in fields. */
typedef struct {
	us_level level;
	const char *name;     /* stable: "database.waiting" */
	const char *message;  /* for people: one line */
	const json_t *fields; /* for machines: an object; NULL: nothing more */
} us_event;

typedef void us_event_fn(void *ctx, const us_event *e);

/* ---- processes ---- */

/* The process that does the work, a child of the one that will be the application:
 * whatever becomes of it, the other is as it was when it was started. */
typedef struct us_worker us_worker;

/* What ends the work early: SIGTERM, SIGINT, SIGHUP, SIGQUIT. */
const us_stop *us_worker_stop(const us_worker *w);

/* How the work ended. */
typedef struct {
	int status; /* what work() returned, or -1 */
	int stop;   /* the signal that we were asked to stop with, or 0 */
	int killed; /* the signal that ended the worker, or 0 */
} us_ending;

/* Runs work() in a child and waits for it. Meanwhile signals that stop are passed
 * on (after grace_ms the worker and what it started are killed), and as PID 1
 * orphans are reaped. Afterwards signal mask and dispositions are what they were;
 * a signal that came too late for the worker is in *out as well. */
US_MUST us_code us_supervise(us_ending *out, int64_t grace_ms,
	int (*work)(void *ctx, us_worker *w), void *ctx, us_err *err);

/* ---- the work ---------------------------------------------------------------- */

typedef struct us_hook_result us_hook_result;

typedef struct {
	const us_config *config; /* its `stop` is the worker's */
	us_worker *worker;
	us_event_fn *tell;
	us_policy_log_fn *log;
	void *ctx; /* of both */
	/* A policy hangs (see us_policy_overrun_fn): tells what has come of it so
	 * far and ends the worker. */
	void (*overrun)(void *ctx, const us_hook_result *so_far, const us_err *why);
	void *overrun_ctx;
} us_hook;

/* What came of it; release with us_hook_result_fini(). */
struct us_hook_result {
	int status;         /* the exit code; 0: the application is to be started */
	bool warned;        /* it is to be started although not all is well */
	us_absence absence; /* why there is no database, when status is 69 */
	json_t *database, *migrations, *history; /* as last seen; NULL: never */
	json_t *cases;                           /* all that were settled */
	json_t *before_change; /* how it ended; NULL: it was not run */
	int deploys;
	int64_t waited_ms; /* for the database */
	int64_t turn_ms;   /* for the turn */
	int64_t resolving_ms, deploying_ms;
};

/* Everything before the application: generate, wait, resolve, deploy. On failure
 * *out is as far as it got, its status the error's. */
US_MUST us_code us_hook_run(us_hook_result *out, const us_hook *how, us_err *err);
void us_hook_result_fini(us_hook_result *r);

#endif
