#ifndef SHAPE_H
#define SHAPE_H

#include <jansson.h>
#include <stddef.h>

/* The names that a value of a case has, so that others can be told to be slips. */
typedef struct us_shape us_shape;

typedef struct {
	const char *name;
	const us_shape
		*shape; /* of its value, or of a list's elements; NULL: any */
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

#endif
