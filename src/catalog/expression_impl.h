#ifndef CATALOG_EXPRESSION_IMPL_H
#define CATALOG_EXPRESSION_IMPL_H

#include "expression.h"

/* What a type's constants are like: which writings of one mean the same. */
typedef enum {
	FAMILY_OTHER, /* nothing is known */
	FAMILY_TEXT,
	FAMILY_INTEGER,
	FAMILY_NUMERIC,
	FAMILY_FLOAT4,
	FAMILY_FLOAT8,
	FAMILY_BOOLEAN,
	FAMILY_UUID,
	FAMILY_JSON,
	FAMILY_JSONB,
	FAMILY_BYTES,
	FAMILY_BITS,
	FAMILY_DATE,
	FAMILY_REGCLASS,
	FAMILY_MOMENT, /* timestamp, timestamptz */
	FAMILY_ENUM,
	FAMILY_USER, /* not built in, not known to be an enum */
} family;

typedef struct {
	family family;
	bool array;
	bool padded; /* char(n): blanks at the end don't count */
} type_class;

/* Of a type as it is written. */
type_class class_of_type(world *w, const PgQuery__TypeName *type);
/* Of a type as type_value() gives it, with its references. */
type_class class_of_value(const world *w, us_value type);

/* The expression below its casts. */
const PgQuery__Node *below_casts(const PgQuery__Node *node);
bool is_null_constant(const PgQuery__Node *node);

/* Appends the one writing of a constant that all its writings as a value of that
 * type share. False, and nothing appended: it is no constant, or another writing of
 * it may be shown. */
bool add_constant(
	us_str *out, world *w, type_class type, const PgQuery__Node *node);
/* A number by its value: "1.50", "15e-1" and "1.5" are the same. False: it is none.
 * digits: how many of them matter. */
bool add_number(us_str *out, const char *text, size_t *digits);
/* The text as a value of the type; for an array, one element's. */
bool add_constant_text(us_str *out, type_class type, const char *text);
void add_quoted_text(us_str *out, const char *text);

/* Appends the expression in words that its writings share. False: it is nested too
 * deep to be read. */
bool add_expression(
	us_str *out, world *w, object_id relation, const PgQuery__Node *expression);
/* The relation that a text names as regclass does: a, "A".b; 0 unless it is certain
 * which one. */
object_id relation_in_text(world *w, const char *text);
/* The text of out as a value; frees out. */
us_value value_of(world *w, us_value_firmness firmness, us_str *out);

#endif
