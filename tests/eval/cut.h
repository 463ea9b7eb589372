#ifndef EVAL_CUT_H
#define EVAL_CUT_H

#include <stdbool.h>
#include <stddef.h>

/* A script, cut into statements by the databases' own means: libpg_query's parser,
 * sqlite3_complete(). */

/* What running a statement can change. */
typedef enum {
	CHANGES_SCHEMA, /* and that shows in the catalog, or it changed nothing */
	CHANGES_ROWS,   /* or may: nobody sees it in the catalog */
	CHANGES_SESSION,
} change;

typedef struct {
	char *sql;
	char *kind; /* "ALTER TABLE ADD COLUMN", for the table of losses */
	change changes;
	bool concurrent; /* a CREATE INDEX that can fail and leave an INVALID one */
} statement;

typedef struct {
	statement *items;
	size_t n;
	bool cut; /* false: it can't be, and is left out of the evaluation */
} statements;

void cut_postgres(statements *s, const char *script);
void cut_sqlite(statements *s, const char *script);
void statements_free(statements *s);

#endif
