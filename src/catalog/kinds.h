#ifndef CATALOG_KINDS_H
#define CATALOG_KINDS_H

#include "code.h"
#include "parse.h"
#include "world.h"

/* One statement, applied to a world. */
typedef struct {
	world *w;
	const PgQuery__Node *tree;
	const char *text; /* its own text, len bytes */
	size_t len;
} step;

/* Applies a statement, whatever it is: kinds without a row in the table of
 * statement.c are blurred by the names they mention. What it met and did is
 * world_outcome(). */
void apply_statement(world *w, world_mode mode, const PgQuery__Node *tree,
	const char *text, size_t len);

/* A statement within another: what it meets and does is the other's outcome. */
void apply_within(const step *s);

/* A kind of statement: what running it does to the world, for all three modes. Does
 * nothing to what it can't follow but world_blur() it and say world_unsure(). */
typedef void kind_fn(const step *s);

/* tables.c, alter_table.c */
kind_fn kind_create_table, kind_alter_table;
/* indexes.c */
kind_fn kind_create_index;
/* types.c */
kind_fn kind_create_enum, kind_alter_enum, kind_create_domain,
	kind_create_composite;
/* rename.c */
kind_fn kind_rename, kind_set_schema;
/* drop.c */
kind_fn kind_drop;
/* views.c */
kind_fn kind_create_view, kind_create_table_as;
/* sequences.c */
kind_fn kind_create_sequence, kind_alter_sequence;
/* functions.c */
kind_fn kind_create_function, kind_alter_function, kind_create_trigger;
kind_fn kind_create_event_trigger;
/* schemas.c: schemas, extensions, comments */
kind_fn kind_create_schema, kind_create_extension, kind_comment;
/* policies.c: row security policies, rules */
kind_fn kind_create_policy, kind_alter_policy, kind_create_rule;
/* session.c: SET, transaction control, what leaves no trace at all */
kind_fn kind_set, kind_no_trace, kind_session;
/* upkeep.c: privileges, owners, maintenance */
kind_fn kind_grant, kind_owner, kind_maintenance, kind_create_statistics,
	kind_publication;
/* data.c: INSERT, UPDATE, DELETE, TRUNCATE, SELECT, DO, CALL, COPY ... */
kind_fn kind_data, kind_select, kind_do, kind_table_from_query;

/* ---- shared by kinds ---- */

/* A table (view, index ...) named in a statement, through the search path. */
object_id relation_of(world *w, const PgQuery__RangeVar *name);
object_id relation_meant(world *w, const char *schema, const char *name);
/* A possibly qualified list of names: a type, a relation, a function. */
object_id named_object(world *w, object_kind kind, PgQuery__Node **names, size_t n);

/* data.c: every relation that the statement names has to be there; the server's own
 * are. */
void need_relations(const step *s);
/* calls.c: functions in what a statement about the catalog evaluates or keeps. */
void follow_kept_calls(const step *s);
/* The same for the triggers of the tables whose rows it changes: how far their code
 * reaches, as far as is known; destroys as code_reach_of() has it. */
code_reach reach_of_triggers(const step *s, bool *destroys);
/* schemas.c: is it one of which it is known that no table, view or sequence of it
 * is in any schema? */
bool extension_has_no_relations(const char *name);

/* view_sources.c: what the rows of a query come from; FIRM, or UNKNOWN. */
us_value view_sources(world *w, const PgQuery__Node *query);

/* constraints.c: a constraint of a table, as CREATE TABLE and ALTER TABLE add it,
 * column: the column it was written at, or 0. Names it as PostgreSQL would if it
 * has no name of its own; makes the index that goes with it, NOT NULL of a primary
 * key. */
void add_constraint(const step *s, object_id relation, object_id column,
	const PgQuery__Constraint *c);
/* tables.c: a column with all its definition. if_not_exists: of ADD COLUMN. */
void add_column(const step *s, object_id relation, const PgQuery__ColumnDef *def,
	bool if_not_exists);
/* names.c: the name PostgreSQL makes up: parts joined by _, cut to 63 bytes as
 * makeObjectName() does, with a digit where it is taken (source: PostgreSQL 15,
 * indexcmds.c makeObjectName, ChooseRelationName, ChooseConstraintName). NULL where
 * what is taken isn't known. */
const char *made_up_name(world *w, object_kind kind, object_id parent,
	const char *table, const char *columns, const char *label);

/* data.c: is the statement data manipulation that changes nothing when it runs a
 * second time right after the first, whatever the data? inputs: also no other
 * statement of the script may change what it reads; that is for the caller. */
typedef enum {
	DATA_NONE,       /* not about rows */
	DATA_IDEMPOTENT, /* an UPDATE to constants, INSERT ... ON CONFLICT DO
			    NOTHING */
	DATA_CHANGES,    /* run twice it may do twice */
	DATA_DESTROYS,   /* DELETE, TRUNCATE */
	DATA_UNKNOWN     /* a function call, a DO block */
} data_class;
data_class classify_data(const PgQuery__Node *tree, const char *text, size_t len);

/* What a data statement reads and writes, by the names it uses. Triggers, rules and
 * ON UPDATE CASCADE are not in it: whether a table has some is the world's to say.
 */
typedef struct {
	const char *schema; /* NULL: not named */
	const char *table;
	const char *column; /* NULL: which rows there are; "*": any column too */
	bool written;
} data_use;
/* In the arena; *n of them. */
const data_use *data_uses(us_arena *a, const PgQuery__Node *tree, size_t *n);
/* Does `other`, run between two runs of an idempotent statement, leave the second
 * one nothing to do, and nothing of its own to be undone by it? False when in
 * doubt. What is done to a table's definition is apart from its rows where it can't
 * change a value: constraints, defaults, indexes, another column. */
bool data_is_apart(const PgQuery__Node *idempotent, const PgQuery__Node *other);
/* Does `other` leave what a statement reads there, whatever becomes of the rows?
 * False when in doubt. */
bool data_keeps_columns(const PgQuery__Node *reads, const PgQuery__Node *other);

#endif
