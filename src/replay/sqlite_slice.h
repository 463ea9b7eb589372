#ifndef SQLITE_SLICE_H
#define SQLITE_SLICE_H

#include "sqlite_subject.h"

/* The part of the history that a script can see: statements about tables that it
 * doesn't name needn't be replayed. SQLite reads its whole schema anew with every
 * ALTER TABLE, so a history costs the square of its tables otherwise. Where tables
 * may depend on one another (views, triggers, real renames) all of it is wanted. */
typedef struct {
	bool all;
	lite_names tables, indexes; /* names are folded */
} lite_slice;

void lite_slice_of(lite_slice *out, us_arena *a, us_script *const *past, size_t n,
	const us_script *now);
/* To be asked in the order of the history. */
bool lite_slice_wants(lite_slice *slice, us_arena *a, const us_script *s, size_t i);

#endif
