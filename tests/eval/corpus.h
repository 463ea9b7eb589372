#ifndef EVAL_CORPUS_H
#define EVAL_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unstick/hash.h"

/* Real histories on disk: one folder a project, as Prisma lays it out. */

typedef struct {
	char *name;
	char *text; /* of migration.sql; NUL-terminated */
	char checksum[2 * US_SHA256_BYTES +
		      1]; /* as Prisma computes it: of the bytes */
} migration;

typedef struct {
	char *name;
	char *directory;       /* its migrations */
	char *provider;        /* of migration_lock.toml: "postgresql" */
	migration *migrations; /* in the order in which Prisma applies them */
	size_t n;
	size_t bytes; /* of all scripts */
	bool own;     /* one of ours: never sampled, always whole */
	uint64_t
		seed; /* of a random one that is still to be made; 0: it is there */
} project;

typedef struct {
	project *items; /* by name */
	size_t n;
} corpus;

/* Adds all projects below `directory`, or only the one that is named (NULL: all),
 * and keeps them sorted. The scripts are read. c must be zeroed at first. Returns
 * how many projects there are below it. */
size_t corpus_add(corpus *c, const char *directory, const char *only, bool own);
void corpus_free(corpus *c);
void migration_hash(migration *m); /* its checksum, of its text */
void project_free(project *p);

#endif
