#ifndef POOLER_H
#define POOLER_H

#include <stdbool.h>
#include <sys/types.h>

#include "cluster.h"
#include "scratch.h"

/* A PgBouncer in transaction mode in front of a database; it dies with the test. */
typedef struct {
	scratch folder; /* its configuration, log and socket */
	us_url parts;   /* the database through it; borrowed from both */
	pid_t pid;
} pooler;

#define POOLER_PORT "6432" /* in the socket's name only: no TCP */

bool pooler_is_here(void);
/* Ends the test on failure. `db` has to outlive it. */
void pooler_open(pooler *p, const cluster_db *db);
void pooler_close(pooler *p);

#endif
