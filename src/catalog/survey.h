#ifndef CATALOG_SURVEY_H
#define CATALOG_SURVEY_H

#include "parse.h"

/* What is in a tree that decides what running it again means. */
typedef struct {
	bool calls_unknown; /* a function of which nothing is known */
	bool moves;         /* something that has another value the next time */
	bool sequences;     /* nextval, setval */
	bool deletes;       /* DELETE, TRUNCATE, MERGE ... DELETE, at any depth */
	size_t writes;      /* INSERT, UPDATE, MERGE, at any depth */
} survey;

survey survey_of(const PgQuery__Node *tree); /* NULL: nothing of it */
/* Is this one message such that a survey says `deletes`? */
bool survey_sees_delete(const ProtobufCMessage *m);
/* LIMIT, DISTINCT ON: which rows it takes of those that it finds may vary. */
bool survey_picks(const PgQuery__SelectStmt *query);

#endif
