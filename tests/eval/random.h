#ifndef EVAL_RANDOM_H
#define EVAL_RANDOM_H

#include <stdint.h>

#include "corpus.h"
#include "lab.h"

/* Histories by chance: what random/ *.grammar can say and the database takes. The
 * same seed and database give the same history. */

/* Writes it below `directory`/`name`, as Prisma lays it out. `number`: see lab_ops.
 */
void random_history(const lab_ops *ops, const char *where, size_t number,
	const char *directory, const char *name, uint64_t seed);

/* n for each provider (NULL: for all), of the seeds from `seed` on; their scripts
 * come later. c must be zeroed at first. */
void random_projects(corpus *c, unsigned n, uint64_t seed, const char *provider);

#endif
