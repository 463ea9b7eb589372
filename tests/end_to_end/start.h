#ifndef START_H
#define START_H

#include "run.h"

/* What tests of `unstick start` share. All of these end the test on failure. */

/* A project whose deploy is tests/end_to_end/deploy.sh and whose application is
 * ./app, which says "app" and its arguments. */
project *start_stage(void **state);

/* Two migrations in it, the first deployed; `then` (or NULL) is staged. */
project *start_orders(void **state, const char *then);
#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"

/* What became of the second. */
#define HEALTHY "{ledger}{deployed " INIT "}{deployed " NAME "}"
#define PENDING "{ledger}{deployed " INIT "}"
#define STUCK PENDING "{killed " NAME "}"
/* No prefix of the script: nothing but a person can say what to do. */
#define UNDECIDABLE STUCK "CREATE TABLE items (name TEXT)"

/* Its first deploy dies in the middle (its container had not enough memory, say),
 * and leaves NAME failed; the next ones are as ever. */
void start_deploy_dies_once(project *p);

/* Its only policy answers this to everything. */
void start_policy(project *p, const char *answer);

/* `unstick start ./app one`, to its end; what it printed to stdout. */
const char *start(project *p, int exit);
/* The same in two steps; run_ends() is the second. */
void start_begin(project *p, running *r);

/* What the application says. */
#define STARTED "app one\n"

/* How often the log (p->err) of the last start has this event; every line of it is
 * a JSON object with what all of them have. */
size_t events(const project *p, const char *name);
/* A key of the last such event; borrowed until the next call of these. NULL: there
 * is no such event. */
const json_t *event(const project *p, const char *name, const char *key);
/* It is this text. */
void event_says(
	const project *p, const char *name, const char *key, const char *text);

/* How often the stand-in has deployed. */
size_t deploys(const project *p);

/* Waits until nobody but the test is at the database, and no advisory lock is had.
 * PostgreSQL only. */
void nobody_is_left(const project *p);

/* unstick's own key: whose turn it is. */
#define TURN "33054014428504940"

/* How many children a process has, and the first of them. */
size_t children(pid_t pid, pid_t *first);
/* The child of a process that has one soon. */
pid_t child_of(pid_t pid);

#endif
