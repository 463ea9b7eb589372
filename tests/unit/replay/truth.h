#ifndef TRUTH_H
#define TRUTH_H

#include "stuck.h"

/* What a stuck SQLite database is asked, and what is true of it: it was made by
 * really running exactly the first k statements, so K has to hold k; and where the
 * script is said to run from the top, that is done, on a copy. */
typedef struct {
	const char *init; /* an applied migration */
	const char
		*other; /* another one, NULL: there is none; what becomes of it: */
	char becomes;   /* 'A'pplied before, 'L'ater, 'R'olled back part of the way,
			 * 'M'issing on disk, 'E'dited since; the same of init: 'm',
			 * 'e' */
	const char *drift;  /* by hand, after init; "" */
	const char *script; /* the stuck one */
	unsigned rows;      /* of each table */
} truth_case;

typedef struct {
	size_t pairs, exact, ranges, unknown, reruns;
	size_t wrong, alarms, harm;
	bool loud; /* ends the test at the first that is wrong; else counts it */
} truth_tally;

/* Every k that can be reached. */
void truth_try(truth_tally *t, const truth_case *c);
/* Only this one; false: statements 1 to k don't run. */
bool truth_try_at(truth_tally *t, const truth_case *c, size_t k);
size_t truth_statements(const char *script);
void truth_say(const truth_tally *t, const char *what);

#endif
