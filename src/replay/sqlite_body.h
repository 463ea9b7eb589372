#ifndef SQLITE_BODY_H
#define SQLITE_BODY_H

#include "sqlite_tokens.h"

/* What a CREATE TABLE says and no pragma tells: CHECK constraints and the
 * expressions of generated columns. */
typedef void lite_clause_fn(void *ctx, const char *column, const char *text);

typedef struct {
	lite_clause_fn *check;     /* column NULL for a table's own */
	lite_clause_fn *generated; /* column never NULL */
	void *ctx;
} lite_body_fns;

/* sql is what SQLite stored, so it is well-formed; texts are canonical. */
void lite_body(us_arena *a, const char *sql, const lite_body_fns *fns);

#endif
