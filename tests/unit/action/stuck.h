#ifndef STUCK_H
#define STUCK_H

#include "cluster.h"
#include "scratch.h"
#include "unstick/plan.h"

#define STUCK_NAME "20240102000000_m"

/* A project on a real PostgreSQL with one migration that ran to its end and was
 * never recorded, and a run at it that has Prisma's lock. All of these end the test
 * on failure. */
typedef struct {
	cluster_db cluster;
	scratch dir;
	char *migrations;
	us_config config;
	us_run *run;
} stuck;

/* cmocka's setup and teardown; *state is a stuck. */
int stuck_open(void **state);
int stuck_close(void **state);

/* SQL over another connection. */
void stuck_elsewhere(const stuck *s, const char *sql);
/* The first cell of a query over another connection is this. */
void assert_cell(const stuck *s, const char *sql, const char *want);
/* Ends the run's own backend, and returns when it is gone. */
void stuck_hang_up(const stuck *s);
/* Reads anew, and looks at the one case; the caller's, judged by nobody. */
us_judgement *stuck_look(const stuck *s);

#endif
