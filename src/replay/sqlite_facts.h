#ifndef SQLITE_FACTS_H
#define SQLITE_FACTS_H

#include "sqlite_schema.h"
#include "sqlite_scratch.h"
#include "unstick/states.h"

/* The keys and values that a table and what belongs to it amount to. They are made
 * of the words of sqlite_schema alone, so that the live database and the scratch
 * one are measured by the same rule, and the live one only gives up its words. */
typedef struct {
	const char *object; /* "column User.age" */
	const char *facet;  /* "type"; "" is whether it is there */
	us_value value;     /* OPAQUE: words as somebody wrote them */
	unsigned hash;      /* of object and facet */
	const char *about;  /* text with the names, besides the table's, that
			     * whoever changes it may have mentioned instead */
} lite_fact;

typedef struct {
	const lite_fact *items;
	size_t n;
	bool readable; /* false: SQLite here doesn't accept those words */
} lite_facts;

/* A database of its own in which one table at a time is put up and looked at. */
typedef struct {
	lite_scratch scratch;
} lite_bench;

US_MUST us_code lite_bench_open(lite_bench *b, us_arena *a, us_err *err);
void lite_bench_close(lite_bench *b);

US_MUST us_code lite_facts_of(
	lite_facts *out, lite_bench *b, lite_group g, us_err *err);
/* The value of the same key among these, ABSENT if it is not. */
us_value lite_facts_at(const lite_facts *f, const lite_fact *key);
/* "table User", whose absence implies the absence of everything of the group. */
bool lite_is_container(const char *object);

#endif
