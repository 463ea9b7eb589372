#ifndef US_ARENA_H
#define US_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"

/* Memory that is given back all at once, with a sticky failure bit: allocate freely
 * and ask us_arena_check() once at the end. A failed allocation never returns NULL
 * where that would be in the way: strings become "". Zero-initialise it. */
typedef struct us_arena_block us_arena_block;
typedef struct {
	us_arena_block *blocks;
	bool failed;
} us_arena;

/* Zeroed and aligned for anything; NULL (and failed) when out of memory. */
void *us_arena_alloc(us_arena *a, size_t size);
/* NUL-terminated copies, borrowed from the arena. */
const char *us_arena_str(us_arena *a, const char *text);
const char *us_arena_strn(us_arena *a, const char *bytes, size_t n);
const char *us_arena_strf(us_arena *a, const char *fmt, ...) US_PRINTF(2, 3);

/* Takes over all of from's memory; from is empty then. */
void us_arena_adopt(us_arena *a, us_arena *from);

US_MUST us_code us_arena_check(const us_arena *a, us_err *err);
void us_arena_fini(us_arena *a);

#endif
