#ifndef CATALOG_BUILTINS_H
#define CATALOG_BUILTINS_H

#include "parse.h"

/* Functions of the server (and of the best-known extensions) of which it is known
 * that they leave the catalog and every row alone. */
typedef enum {
	BUILTIN_NONE,    /* not one of them: it may do anything */
	BUILTIN_FIXED,   /* the same arguments and rows, the same result */
	BUILTIN_MOVING,  /* another result the next time, or in another order */
	BUILTIN_SEQUENCE /* moves a sequence */
} builtin;

/* name: in lower case, as the parser has it. */
builtin builtin_named(const char *name);
/* By its last name; one of another schema than pg_catalog is none of them. */
builtin builtin_called(const PgQuery__FuncCall *call);
/* Is the result never NULL, whatever the arguments? */
bool builtin_is_never_null(const PgQuery__FuncCall *call);

#endif
