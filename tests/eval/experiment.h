#ifndef EVAL_EXPERIMENT_H
#define EVAL_EXPERIMENT_H

#include <stdint.h>
#include <stdio.h>

#include "ask.h"
#include "corpus.h"
#include "finding.h"
#include "lab.h"

/* One migration, tried on copies of the database as it was before it. */

/* A state that the database was in, and what unstick said of it. */
typedef struct {
	char *fingerprint;
	answer answer;
} sight;

typedef struct {
	lab *lab;
	asker who;
	const project *project;
	const migration *migration;
	size_t place; /* in the history */
	FILE *out;    /* findings go here */
	uint64_t seed;
	bool quick; /* no subsets, no harm */

	/* From here on: what was found out. */
	statements script;
	condition copied; /* what copies look like; under it the script runs */
	char *avoid;
	sight *seen;
	size_t nseen;
	/* reached + 1 of them: which sight state k is. Several are one where the
	 * script's own transaction is open: it takes its work along when it ends.
	 */
	size_t *at;
	bool through;   /* all of it ran */
	size_t bad;     /* findings of that kind about its prefixes */
	size_t reached; /* n, or the last state before a statement that can't run */
	char *rows_at_end; /* NULL: not looked at */
} experiment;

/* Everything about e's migration: prefixes, subsets, harm. */
void experiment_run(experiment *e);

/* ---- for its parts ---- */

/* Through all states of the script, asking in each. */
void experiment_walk(experiment *e);
void experiment_subsets(experiment *e);
void experiment_indexes(experiment *e);

/* Why a verdict that was permitted would do harm; NULL if none would. free(). */
char *harm_of_prefix(experiment *e, size_t k);
/* Of statements that are no prefix: the copy is in that state, and is used up. */
char *harm_of_subset(experiment *e, const sight *s);
char *harm_of_index(const sight *s);

finding finding_of(const experiment *e);
sight look(experiment *e);
const char *fingerprint_at(const experiment *e, size_t k);
bool differs(const experiment *e, size_t j, size_t k); /* in their schema */
char *said_text(const answer *a);

#endif
