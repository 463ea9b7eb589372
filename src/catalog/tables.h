#ifndef CATALOG_TABLES_H
#define CATALOG_TABLES_H

#include "kinds.h"
#include "unstick/str.h"

/* What the files about tables (names, tables, alter_table, alter_column,
 * constraints, indexes) share. */

static inline us_value firm(const char *text)
{
	return (us_value){ US_VALUE_FIRM, text };
}

/* Compares as unknown; the text keeps the references, so that renames and drops
 * still find it. */
static inline us_value unknown(const char *text)
{
	return (us_value){ US_VALUE_UNKNOWN, text };
}

static inline bool begins(const char *text, const char *prefix)
{
	while (text && *prefix && *text == *prefix) {
		text++;
		prefix++;
	}
	return text && !*prefix;
}

/* ---- names.c ---- */

/* Where CREATE puts a relation of this name. Temporary ones live in a schema
 * "pg_temp", which is nowhere in the live database: what they are like is compared
 * with nothing. */
object_id schema_for(world *w, const PgQuery__RangeVar *name);
/* The column, which the statement needs. */
object_id need_column(const step *s, object_id relation, const char *name);
/* What an unnamed index calls its columns, joined: those of keys, then of
 * including; nodes are String or IndexElem. NULL: it differs between versions. */
const char *index_column_names(
	world *w, PgQuery__Node *const *const lists[2], const size_t n[2]);
/* "a_b": names joined as they are. */
const char *joined_names(world *w, PgQuery__Node *const *names, size_t n);
/* The one column that an expression is about; NULL: none, or several. */
const char *only_column(const PgQuery__Node *expression);
/* A finished text, in the arena; frees s. */
const char *text_of(world *w, us_str *s);
/* What inherits from the relation, or is a partition of it: what is done to the one
 * is done to the others, which is not followed. */
void blur_heirs(world *w, object_id relation);
/* The same where they may go along with it. */
void blur_heirs_away(world *w, object_id relation);

/* Whose foreign keys refer to it: to a partitioned table there is one for each
 * partition, of a made up name. */
void blur_referrers(world *w, object_id relation);

/* ---- tables.c, for tables of a query as well ---- */

void drop_at_commit(world *w, object_id id, PgQuery__OnCommitAction action);

/* ---- constraints.c ---- */

/* The relation may have got constraints of any name. */
void lose_constraint_names(world *w, object_id relation);

/* A constraint as it is meant, wherever it was written. */
typedef struct {
	const PgQuery__Constraint *c;
	const char *name;           /* NULL: has to be made up */
	PgQuery__Node *const *keys; /* Strings: its own columns */
	size_t nkeys;
	bool deferrable, deferred;
} constraint_def;

/* Reads list[i], with the DEFERRABLE ... that follow it there. column: the name of
 * the column it stands at; NULL for a table's. False: it's none of those that have
 * a name (NOT NULL, DEFAULT ...). */
bool constraint_read(world *w, constraint_def *out, const char *column,
	PgQuery__Node *const *list, size_t n, size_t i);
/* fresh: the relation has just been created, so that NOT VALID means nothing. */
void constraint_apply(
	const step *s, object_id relation, const constraint_def *d, bool fresh);
/* Checks first, then keys, then foreign keys, as CREATE TABLE makes them. Leaves
 * out a UNIQUE that says the same as another key. */
void constraints_apply(
	const step *s, object_id relation, constraint_def *d, size_t n, bool fresh);
/* DEFERRABLE ... as it ends a definition. */
const char *deferrable_text(bool deferrable, bool deferred);

/* ---- indexes.c ---- */

typedef struct {
	bool unique, nulls_not_distinct;
	const char *method;                            /* "" is btree */
	PgQuery__Node *const *keys, *const *including; /* String or IndexElem */
	size_t nkeys, nincluding;
	PgQuery__Node *const *options; /* DefElem */
	size_t noptions;
	const PgQuery__Node *where;
} index_spec;

/* "unique btree on T (a, b desc) include (c)" */
us_value index_definition(const step *s, object_id relation, const index_spec *i);
/* "a desc", "lower(b)": what two writings of an index column share. */
us_value_firmness index_element(us_str *out, const step *s, object_id relation,
	const PgQuery__Node *element);
/* What a made up name of such an index ends with; NULL: it differs between
 * versions. */
const char *index_ending(world *w, const index_spec *i, const char *label);
/* An index of a known name, all its facets. ending: index_ending(), of what comes
 * along where the relation has partitions. */
void put_index(const step *s, object_id relation, const char *name,
	us_value definition, const char *ending);

/* ---- alter_column.c, used by alter_table.c ---- */

typedef void alter_fn(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd);
alter_fn alter_drop_column, alter_type, alter_default, alter_not_null,
	alter_nullable, alter_drop_expression, alter_add_identity,
	alter_set_identity, alter_drop_identity;

/* ---- alter_constraint.c ---- */

alter_fn alter_add_constraint, alter_constraint, alter_validate,
	alter_drop_constraint;

/* ---- tables.c ---- */

/* What a new table is like, whatever its columns. */
void set_new_table(world *w, object_id id, const char *kind);
/* The sequence that a serial or identity column owns. named: its name, or NULL to
 * make one up. Returns its name; NULL: not known. */
const char *own_sequence(
	const step *s, object_id relation, object_id column, const char *named);
/* sequences.c: the sequence goes with the column; 0: with none. */
void set_sequence_owner(const step *s, object_id sequence, object_id column);
/* SEQUENCE NAME among an identity's options, or NULL. */
const char *sequence_name(PgQuery__Node *const *options, size_t n);
/* FACET_IDENTITY of 'a' and 'd'. */
us_value identity_value(const char *generated_when);

#endif
