#ifndef CATALOG_PARSE_H
#define CATALOG_PARSE_H

#include <pg_query/pg_query.pb-c.h>

#include "unstick/arena.h"

/* What PostgreSQL's own parser makes of SQL text. The trees live in the arena. */
typedef struct {
	size_t n;
	/* One per statement; text[i] is the text it was parsed from, len[i] bytes,
	 * borrowed from the SQL given. */
	const PgQuery__Node **tree;
	const char **text;
	size_t *len;
} parse;

/* False: the parser can't read it, or memory is out (the arena says so). Takes a
 * copy of sql where it isn't NUL-terminated at len. */
bool parse_sql(us_arena *a, parse *out, const char *sql, size_t len);
/* The expression, or the type, that text alone is; NULL: it can't be read. */
const PgQuery__Node *parse_expression(us_arena *a, const char *text);
const PgQuery__TypeName *parse_type(us_arena *a, const char *text);

/* The text of a String node; "" for any other. */
const char *string_of(const PgQuery__Node *node);
/* The last of a dotted name, and the one before it or NULL. */
const char *last_of(PgQuery__Node **names, size_t n);
const char *before_last_of(PgQuery__Node **names, size_t n);

#endif
