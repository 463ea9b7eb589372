#ifndef EVAL_FINDING_H
#define EVAL_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "grade.h"

/* What the database was made to look like. */
typedef enum {
	TRIAL_PREFIX, /* exactly the first k statements ran */
	TRIAL_SUBSET, /* statements that are no prefix did */
	TRIAL_INDEX,  /* k ran, and the last of them left its index INVALID */
	TRIALS,
} trial;

/* What came of one question; a worker writes them, one line of JSON each, the
 * parent reads them all. Owned: finding_free(). */
typedef struct {
	char *project, *migration;
	size_t place; /* of the migration in the history */
	trial trial;
	size_t n, k; /* a prefix: the true one; an index: of its statement */
	char *ran;   /* a subset: "1,3" */
	grade grade;
	char *prefixes; /* K, see prefixes_text() */
	char *same;     /* what K should have been, likewise */
	/* The schema differs from that after one statement less and one more. */
	bool observable;
	/* A range: the kind of statement K couldn't look past, and whether the
	 * schema shows that one. */
	char *loss;
	bool loss_shows;
	char *said;       /* state, proof, why, error: for people */
	char *proof;      /* what K rests on; NULL: nothing */
	char *harm;       /* NULL: none */
	bool rows, drift; /* what the copies could be given */
} finding;

/* The order of the histories, whoever worked on what. */
int finding_compare(const void *a, const void *b);

/* The run fails because of it. */
bool finding_is_bad(const finding *f);

void finding_write(const finding *f, FILE *to);
/* False at the end. die()s on what it can't read. */
bool finding_read(finding *f, FILE *from);
void finding_free(finding *f);

#endif
