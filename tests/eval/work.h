#ifndef EVAL_WORK_H
#define EVAL_WORK_H

#include "corpus.h"
#include "finding.h"
#include "options.h"

typedef struct {
	finding *items;
	size_t n, cap;
} findings;

/* All projects, by o->jobs processes at a time; the findings are in the corpus's
 * order whatever the processes did. */
void work(findings *all, const options *o, const corpus *projects);
void findings_free(findings *all);

#endif
