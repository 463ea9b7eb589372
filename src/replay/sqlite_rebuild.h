#ifndef SQLITE_REBUILD_H
#define SQLITE_REBUILD_H

#include "sqlite_stages.h"
#include "unstick/states.h"

/* Prisma's table rebuild (schema engine, read in its SQLite renderer and in every
 * history): CREATE TABLE "new_X", INSERT INTO "new_X" ... SELECT ... FROM "X",
 * DROP TABLE "X", ALTER TABLE "new_X" RENAME TO "X". Known by what the statements
 * do, whatever the name. */
typedef struct {
	const char *table, *temp; /* as the script writes them */
	const char *table_folded, *temp_folded;
	size_t create, drop, rename; /* statements, 0-based */
	size_t copy; /* the one that copies all rows; SIZE_MAX if that isn't plain
		      */
} lite_rebuild;

typedef struct {
	lite_rebuild *items;
	size_t n;
} lite_rebuilds;

/* What the live database holds of one. */
typedef struct {
	bool table, temp;              /* there are such tables */
	int64_t table_rows, temp_rows; /* -1: not counted */
} lite_rebuild_live;

void lite_rebuilds_of(lite_rebuilds *out, us_arena *a, const us_script *script);

/* Counts only where new_X is there. */
US_MUST us_code lite_rebuild_look(lite_rebuild_live *out, us_db *db,
	const lite_rebuild *r, const lite_schema *live, us_err *err);
/* Puts what the counts say as a key of its own. */
void lite_rebuild_put(us_states *s, us_arena *a, const lite_rebuild *r,
	const lite_rebuild_live *live, const lite_stages *stages);
/* Names new_X among the leftovers, with the statement that cleans it away. *shout
 * gets a sentence if new_X holds the only copy, or rows that X has not. */
US_MUST us_code lite_rebuild_leftover(us_reading *out, us_arena *a,
	const lite_rebuild *r, const lite_rebuild_live *live, const char **shout,
	us_err *err);

#endif
