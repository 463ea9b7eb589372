#ifndef CATALOG_PRINT_H
#define CATALOG_PRINT_H

#include "expression_impl.h"

/* An expression under way to its text. */
typedef struct {
	us_str *out;
	world *w;
	object_id relation;
	unsigned depth;
	bool lost; /* nested too deep */
} printer;

void print_node(printer *p, const PgQuery__Node *node);
void print_nodes(printer *p, PgQuery__Node *const *nodes, size_t n);
void print_range_var(printer *p, const PgQuery__RangeVar *r);
void print_type_name(printer *p, const PgQuery__TypeName *type);
/* What has no words of its own: its fields, but for where it stood. */
void print_fields(printer *p, const ProtobufCMessage *message);

/* regclass.c: the relation that a text names; certain: there is no other it could
 * be. 0: it can't be read. */
object_id regclass_lookup(world *w, const char *text, bool *certain);

/* print_operators.c */
void print_operator(printer *p, const PgQuery__Node *node);
/* BETWEEN as one of the terms of AND, NOT BETWEEN as one of OR: two terms. False,
 * and nothing printed: it is something else. */
bool print_between_in(printer *p, const PgQuery__Node *node, bool conjunction);

#endif
