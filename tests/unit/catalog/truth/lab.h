#ifndef TRUTH_LAB_H
#define TRUTH_LAB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>

#include "cluster.h"
#include "scratch.h"
#include "unstick/catalog.h"

/* A history and a script, tried on a real server: exactly the first k statements
 * are run, for every k, and what evidence says of each is compared with that. */

/* How a text came into the world; see pairs.sql. */
typedef enum {
	PART_APPLIED = ':',
	PART_MISSING = '-',
	PART_EDITED = '=',
	PART_ROLLED_BACK = '%',
	PART_BY_HAND = '!',
	PART_IN_THE_WAY = '^',
	PART_SCRIPT = '>',
	PART_LATER = '+',
	PART_BY_HAND_AFTER = '~',
} part_kind;

typedef struct {
	part_kind kind;
	char *sql;
} part;

typedef struct {
	char *name; /* for people */
	part *parts;
	size_t n;
	unsigned oldest, newest; /* servers that have what it needs; 0: all */
} pair;

void pair_add(pair *p, part_kind kind, const char *sql);
void pair_fini(pair *p);

/* How often it was asked, and what it said. */
typedef struct {
	size_t pairs, asked, exact, range, unknown, again;
	size_t wrong; /* K without the true k */
	size_t alarm; /* K empty */
	size_t harm;  /* it may run again, it says, and that went wrong */
	size_t drift; /* either, and no wonder: PART_IN_THE_WAY */
	size_t unrun; /* pairs whose script ends in an error before its end */
} tally;

typedef struct {
	cluster_db db;
	PGconn *conn;
} side;

typedef struct {
	side live, trial;
	us_db *reader; /* of the live one */
	scratch tmp;
	us_config config;
	tally tally;
} lab;

/* cmocka's setup and teardown; *state is a lab. */
int lab_open(void **state);
int lab_close(void **state);

/* Says on stdout what was wrong, and counts it. */
void lab_try(lab *l, const pair *p);

/* ---- side.c ---- */

void side_open(side *s);
void side_close(side *s);
/* The server's version, without the minor one. */
unsigned side_major(const side *s);

/* An empty database, with rows for nothing. */
void side_clear(side *s);
/* False: it failed; nothing of it is left. */
bool side_run(side *s, const char *sql, char **why);
/* Session state ends here. */
void side_rest(side *s);
/* The pair's history, and rows where it is asked for. */
void side_set_up(side *s, const pair *p, bool rows);
/* Everything in the catalog; "table count digest" lines. free() both. */
char *side_fingerprint(side *s);
char *side_rows(side *s);

#endif
