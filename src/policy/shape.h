#ifndef SHAPE_H
#define SHAPE_H

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
/* The name that was probably meant, or NULL. */
const char *us_shape_nearest(const us_shape *shape, const char *name);

#endif
