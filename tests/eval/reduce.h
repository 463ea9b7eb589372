#ifndef EVAL_REDUCE_H
#define EVAL_REDUCE_H

#include "experiment.h"

/* Leaves statements out of e's history and script for as long as something is bad
 * about it, and says what is left on stderr, in the form of the catalog's
 * truth/pairs.sql. `where` and `number`: see lab_ops; `folder` is for its scripts.
 */
void reduce(
	const experiment *e, const char *where, size_t number, const char *folder);

#endif
