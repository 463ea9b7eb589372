#ifndef SHAPE_H
#define SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"

/* The names and types that the values of a case have, so that others can be told to
 * be slips. */
typedef struct us_shape us_shape;

typedef enum {
	US_ANYTHING,
	US_TEXT, /* one of `words`, if there are any */
	US_WHOLE,
	US_NUMBER,
	US_TRUTH,
	US_OBJECT, /* of `shape` */
	US_REASONS /* an object: one of `words` -> why, or null */
} us_type;

typedef struct {
	const char *name;
	us_type type;
	bool list;     /* of such values */
	bool null;     /* it may be unknown */
	bool optional; /* a recording may lack it: no report has it either */
	const us_shape *shape;
	const char *const *words; /* up to NULL */
} us_field;

struct us_shape {
	const char *what; /* for messages: "the evidence" */
	const us_field *fields;
	size_t n;
};

extern const us_shape us_case_shape;

/* NULL if there is no such name, or no shape. Borrowed. */
const us_field *us_shape_find(const us_shape *shape, const char *name);
/* A shape of these names (an object's keys, borrowed), the caller's; NULL when out
 * of memory. `what` is borrowed. */
us_shape *us_shape_new(const char *what, const json_t *names);
void us_shape_free(us_shape *shape); /* of us_shape_new(), or NULL */
/* The name that was probably meant, or NULL. */
const char *us_shape_nearest(const us_shape *shape, const char *name);

/* A case's values have the types of us_case_shape. US_E_CONFIG names the first that
 * has not by its path. `recorded`: paths are JSON's ("case.evidence.prefixes[0]"),
 * and names and words that nobody knows are passed over, as a later version's,
 * unless they look like slips. Else paths are Lua's ("evidence.prefixes[1]"), and a
 * word has to be known. */
US_MUST us_code us_shape_check(const json_t *kase, bool recorded, us_err *err);

#endif
