#ifndef SQLITE_SCHEMA_H
#define SQLITE_SCHEMA_H

#include <sqlite3.h>

#include "sqlite_tokens.h"
#include "unstick/db.h"

/* What sqlite_schema holds, as SQLite wrote it down: rows of tables, indexes, views
 * and triggers, grouped by the table they belong to. SQLite's own tables are left
 * out, and Prisma's, which is there before any script and not replayed. Everything
 * lies in an arena. */
typedef struct {
	const char *type, *name, *table, *sql; /* sql "" where there is none */
	const char *group;                     /* table, folded */
} lite_row;

typedef struct {
	const lite_row *rows; /* ordered by group, then type and name */
	size_t n;
} lite_schema;

/* The rows of one table, with all that belongs to it; n is 0 if there is none. */
typedef lite_schema lite_group;

US_MUST us_code lite_schema_of_live(
	lite_schema *out, us_arena *a, us_db *db, us_err *err);
US_MUST us_code lite_schema_of_scratch(
	lite_schema *out, us_arena *a, sqlite3 *db, us_err *err);

lite_group lite_group_of(const lite_schema *s, const char *group);
bool lite_group_same(lite_group a, lite_group b); /* word for word */
/* Adds the groups that are not word for word the same in both. */
void lite_schema_changed(us_arena *a, lite_names *groups, const lite_schema *before,
	const lite_schema *after);
/* Is there a table (not a view) of that name? Its row, or NULL. */
const lite_row *lite_schema_table(const lite_schema *s, const char *folded);

#endif
