#ifndef EVAL_GRADE_H
#define EVAL_GRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "ask.h"

/* How good an answer is, given the truth. Pure. */

/* About exactly the first k statements. */
typedef enum {
	GRADE_EXACT,   /* K names only states that are the true one */
	GRADE_RANGE,   /* K names it among others */
	GRADE_ALARM,   /* K is empty: "no prefix fits", and one does */
	GRADE_WRONG,   /* K names others only */
	GRADE_UNKNOWN, /* K isn't known */
	GRADE_OTHER,   /* no answer, or about something else: a bug of somebody's */
	/* About statements that are no prefix. */
	GRADE_DIVERGED, /* K is empty: right */
	GRADE_EQUAL,    /* K names only states with the same schema: right */
	GRADE_MIXED,    /* among such states K names others too: an honest range */
	/* K names only states with another schema: what tells them apart is beyond
	 * what unstick compares. No prefix is what it is asked about, so no failure
	 * by itself; harm is. */
	GRADE_MISSED,
	/* About an INVALID index. */
	GRADE_TOLD,   /* it is among the leftovers */
	GRADE_UNTOLD, /* it isn't */
	GRADES,
} grade;

const char *grade_name(grade g);

/* same: n + 1, which states are the true one (prefix), or have its schema (subset).
 */
grade grade_prefix(const answer *a, const bool *same, size_t n);
grade grade_subset(const answer *a, const bool *same, size_t n);
grade grade_index(const answer *a, size_t n);

/* "0-2,5"; "?" where it isn't known, "" if empty. free(). */
char *prefixes_text(const answer *a);

#endif
