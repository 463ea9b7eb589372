#ifndef SQLITE_SUBJECT_H
#define SQLITE_SUBJECT_H

#include "sqlite_tokens.h"

/* What a statement is about, by its own words. */
typedef enum {
	LITE_OTHER, /* rows, PRAGMAs, transactions */
	LITE_CREATE_TABLE,
	LITE_CREATE_INDEX,
	LITE_DROP_TABLE,
	LITE_DROP_INDEX,
	LITE_ADD_COLUMN,
	LITE_DROP_COLUMN,
	LITE_RENAME_TABLE,
	LITE_OTHER_SCHEMA, /* views, triggers, anything that looks at other tables
			    */
} lite_verb;

typedef struct {
	lite_verb verb;
	bool lenient;      /* IF [NOT] EXISTS */
	const char *table; /* as written; of an index its table; NULL if unknown */
	const char *index; /* of CREATE INDEX and DROP INDEX */
	const char *to;    /* of RENAME TO */
	bool copies;       /* CREATE TABLE ... AS: LITE_OTHER_SCHEMA */
} lite_subject;

lite_subject lite_subject_of(us_arena *a, const us_script *s, size_t i);
/* Whoever changed one of these tables has changed, by a statement of this script,
 * the others too: names that statement i makes another table of are added to *n if
 * it holds one of them. */
void lite_spread(us_arena *a, lite_names *n, const us_script *s, size_t i);
/* Creates something that wasn't there, or fails. */
bool lite_creates_strictly(const lite_subject *s);

#endif
