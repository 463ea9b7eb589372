#ifndef HOOK_STEPS_H
#define HOOK_STEPS_H

#include "unstick/run.h"
#include "unstick/when.h"
#include "worker.h"

/* The steps of a start, by file: what is told (say.c), waiting for the database
 * (await.c), the turn (turn.c), what the history asks for (look.c), resolving
 * (resolve.c), one deploy and what is still at work after it (deploy.c,
 * backends.c), and their order (sequence.c). */
typedef struct {
	const us_hook *how;
	const us_config *config;
	us_hook_result *out;
	us_run *run;   /* NULL while a command runs */
	us_turn *turn; /* NULL until it is needed */
	bool prepared; /* before_change has run */
} hook;

/* ---- say.c ---- */

/* Takes fields over (NULL: none, or out of memory: then there are none). */
void say(const hook *h, us_level level, const char *name, json_t *fields,
	const char *fmt, ...) US_PRINTF(5, 6);

/* ---- await.c ---- */

/* Tries until it works or the deadline has passed: what ends in US_E_CONNECT is
 * tried again, unless waiting can't help. */
typedef us_code attempt_fn(hook *h, us_err *err);
US_MUST us_code await(hook *h, attempt_fn *attempt, us_err *err);

/* What await() found missing is an SQLite file: Prisma's deploy creates it, so that
 * it is an empty history. */
bool is_new_file(const hook *h);

/* How long to wait before the n-th retry (from 0): doubled each time up to `most`,
 * and somewhere in the upper half of that, so that many don't knock at once. */
int64_t backoff_ms(unsigned n, int64_t first, int64_t most);

/* ---- turn.c ---- */

/* Waits for it. Where it is held already it is asked whether it still is. */
US_MUST us_code take_turn(hook *h, us_err *err);
void give_turn_back(hook *h);

/* ---- look.c ---- */

typedef struct {
	bool judged; /* false: it could not be read, `why` says so, and: */
	bool busy;   /* somebody is at the file; in our turn it is waited for */
	bool none;   /* there is no file yet: the deploy makes it */
	size_t cases, pending;
	us_err why;
} outlook;

/* Connects (awaits the database) and says what there is to do. h->run is open
 * afterwards if it was judged. */
US_MUST us_code look(hook *h, us_db_mode mode, outlook *out, us_err *err);
/* The same of the run that is open, read anew. */
US_MUST us_code look_again(hook *h, outlook *out, us_err *err);
void close_run(hook *h);

/* ---- resolve.c ---- */

typedef enum { RESOLVED, LEAVE_IT, GIVE_UP } resolution;

/* Every case: all settled (RESOLVED); left as it is and the application may be
 * started nevertheless (LEAVE_IT); or not (GIVE_UP, h->out->status says with what).
 */
US_MUST us_code resolve_cases(hook *h, resolution *out, us_err *err);

/* ---- deploy.c ---- */

typedef struct {
	us_command_end end;
	bool passing; /* its output names what may have gone by the next time */
} deployment;

US_MUST us_code generate(hook *h, us_err *err);
US_MUST us_code deploy(hook *h, deployment *out, us_err *err);
/* us_progress's; ctx is the hook. */
US_MUST us_code before_change(void *ctx, us_err *err);

/* ---- backends.c ---- */

/* Says who on the server is still at what a deploy left; waits up to the grace time
 * for them to go. */
US_MUST us_code watch_backends(hook *h, us_err *err);

#endif
