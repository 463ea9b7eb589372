#ifndef STAGE_H
#define STAGE_H

#include <pthread.h>

#include "cluster.h"
#include "scratch.h"
#include "unstick/evidence.h"

/* A failed migration on a real PostgreSQL: its folder, its record, the tables "T"
 * and "Q", and connections of ours and of theirs. All of these end the test on
 * failure.
 */
typedef struct {
	cluster_db db;
	scratch tmp;
	us_db *ours, *theirs, *blocker;
	us_directory *dir;
	us_ledger *led;
	us_history *history;
	us_config config;
	bool glance; /* look as `status` does */
} stage;

/* One folder with this script, and its failed record; all of it read. */
void stage_init(stage *s, const char *text);
void stage_fini(stage *s);
/* Reads ledger and history; what was read before is the caller's to free. */
void stage_load(stage *s);

us_db *stage_connect(stage *s, us_db_mode mode); /* the caller's */
void stage_exec(us_db *db, const char *sql);
/* The evidence of the one case there is, as db sees it. The caller's. */
us_evidence *stage_look(stage *s, us_db *db, bool have_lock);

/* Somebody who sends a query and has to wait: for "Q", or, to change it, for "T",
 * which the blocker only reads. */
typedef struct {
	stage *s;
	const char *query;
	pthread_t thread;
} sender;

/* Returns when it waits; stage_unblock() lets it go on, and waits for its end. */
void stage_block(sender *it);
void stage_unblock(sender *it);

#endif
