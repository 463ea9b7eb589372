#ifndef DEPLOY_H
#define DEPLOY_H

#include "project.h"

/* What comes after unstick: Prisma's next deploy, and what the database is then.
 * All of these end the test on failure. */

/* Runs every script that is pending or rolled back, in order, each of its
 * statements by itself as native engines from 7.4 and driver adapters do, and
 * records it. */
void deploy(project *p);

/* The database but for _prisma_migrations: { "schema": every object with its
 * definition, "rows": { table: its rows } }. The caller's. */
json_t *database_picture(const project *p);

/* Every table of `before` that is still there has at least its rows. */
void no_row_lost(const json_t *before, const json_t *after);

/* The schema is that of an empty database on which the whole history was deployed.
 */
void schema_is_clean(project *p);

#endif
