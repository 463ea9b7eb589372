#ifndef CATALOG_EXPRESSION_H
#define CATALOG_EXPRESSION_H

#include "parse.h"
#include "world.h"

/* Types and expressions as values that two writings of the same thing share: what
 * people and Prisma write, and what the server shows of it (format_type,
 * pg_get_expr, PostgreSQL 13 to 17). Texts equal: the same. What is known to differ
 * is FIRM or PLAIN; everything else that might mean the same in other words is
 * OPAQUE. Names of columns, types and relations are references (world_ref) where
 * the world knows the object, else the words themselves. */

/* "pg_catalog.int4", "pg_catalog.varchar(191)", "public.Role[]". FIRM for built-in
 * types; PLAIN for those of the world, or with a schema; OPAQUE where a name may be
 * found in another schema (an extension's type) and where a type that isn't built
 * in has modifiers. serial types are given as the integer they are. */
us_value type_value(world *w, const PgQuery__TypeName *type);
/* SERIAL, BIGSERIAL, SMALLSERIAL in any writing. */
bool type_is_serial(const PgQuery__TypeName *type);

/* A column's default: FIRM "none" for NULL (and no expression at all), PLAIN for a
 * constant of a type whose output can be told from its input (text, integers,
 * booleans, enums ...), for nextval() of a sequence that is known and for the
 * well-known functions without arguments (now(), which CURRENT_TIMESTAMP is, too;
 * gen_random_uuid()), else OPAQUE. type: the column's, with its references, as
 * type_value() gives it and the facet holds it; not as world_value() reads it. An
 * enum's labels are taken as they are now: who renames one has to forget the
 * defaults of its columns. */
us_value default_value(world *w, object_id relation, us_value type,
	const PgQuery__Node *expression);

/* Any other expression over a relation's columns (checks, predicates, index
 * expressions). Never FIRM; OPAQUE unless it is a mere column. */
us_value expression_value(
	world *w, object_id relation, const PgQuery__Node *expression);

/* A whole query or body: normalised as far as is easy, always OPAQUE. */
us_value body_value(world *w, const char *text, size_t len);

#endif
