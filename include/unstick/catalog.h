#ifndef US_CATALOG_H
#define US_CATALOG_H

#include "unstick/arena.h"
#include "unstick/states.h"

/* PostgreSQL's evidence without doing anything: the history's and the script's
 * parse trees say what the catalog would look like after each statement, and a few
 * rows of the live catalog say what it looks like. No privilege, no side effect,
 * one round trip; a second one where the history makes more of the script's names
 * than the script says. */
typedef struct us_catalog us_catalog;

/* What needs no database. What c points to must outlive *out, which is the caller's
 * (us_catalog_free). */
US_MUST us_code us_catalog_begin(us_catalog **out, const us_stuck *c, us_err *err);
/* The rest, once. Fills r (zeroed; release with us_reading_fini()). What can't be
 * told is unknown, with its reason in r->why, not an error. */
US_MUST us_code us_catalog_read(us_reading *r, us_catalog *g, us_err *err);
void us_catalog_free(us_catalog *g); /* NULL-safe */

/* Whether a text from outside (a policy's) does nothing but ask: it is one SELECT,
 * VALUES, TABLE, SHOW or EXPLAIN without ANALYZE, locks and makes nothing, and
 * calls no function whose name, without its schema, is denied. Operators and casts
 * may call functions by other names; those that come with PostgreSQL are harmless.
 * US_E_POLICY says what it is that is refused. For a session with
 * standard_conforming_strings. */
US_MUST us_code us_catalog_question(const char *sql, size_t len,
	bool (*denied)(const char *function), us_err *err);

/* A relation as a script names it. */
typedef struct {
	const char *schema; /* NULL: as the search path finds it */
	const char *name;
} us_relation;

/* Zeroed; release with us_relations_fini(). */
typedef struct {
	us_relation *items;
	size_t len;
	us_arena arena; /* what items and their texts live in */
} us_relations;

/* The tables, indexes, views and sequences that a PostgreSQL script names: those it
 * changes, those it makes and those it only reads, some of them several times. Not
 * those that a function or a DO block names in a string. *known is false if the
 * parser can't read the script; then out is empty. */
US_MUST us_code us_catalog_relations(
	us_relations *out, bool *known, const us_script *s, us_err *err);
void us_relations_fini(us_relations *r);

#endif
