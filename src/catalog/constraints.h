#ifndef CATALOG_CONSTRAINTS_H
#define CATALOG_CONSTRAINTS_H

#include "tables.h"

/* Shared by the files about constraints. */

/* "(a, b)"; each column is needed. */
void add_columns(us_str *out, const step *s, object_id relation,
	PgQuery__Node *const *names, size_t n);
/* It takes its place, whatever was known of the name. */
void put_constraint(const step *s, object_id relation, const char *name,
	us_value definition, bool valid);
/* The constraint was made, of a name that can't be known: of what the relation has
 * no constraint of, nothing is known any more. */
void lose_name(const step *s, object_id relation);
/* PRIMARY KEY, UNIQUE, EXCLUDE; with USING INDEX. */
void add_key(const step *s, object_id relation, const constraint_def *d);
void use_index(const step *s, object_id relation, const constraint_def *d);
/* The relation's, or 0: none is known. */
object_id primary_key_of(const world *w, object_id relation);

#endif
