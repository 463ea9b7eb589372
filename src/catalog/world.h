#ifndef CATALOG_WORLD_H
#define CATALOG_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "unstick/arena.h"
#include "unstick/states.h"

/* A database's catalog as far as scripts tell of it: objects that are there, are
 * not, or may be, and what is known of each. History and script are applied to it
 * statement by statement; what is live is read into one as well, so that both are
 * put in the same words and can be compared. Memory is the world's arena; a failed
 * allocation shows in us_arena_check(). Everything borrowed lives as long as it. */
typedef struct world world;

/* No name is longer (PostgreSQL's NAMEDATALEN - 1). */
enum { NAME_BYTES = 63 };

/* An object's identity, which survives a rename; 0 is none. */
typedef uint32_t object_id;

typedef enum {
	OBJECT_SCHEMA,
	OBJECT_RELATION, /* tables, indexes, views, sequences: one name space */
	OBJECT_COLUMN,   /* of a relation, as all that follow to OBJECT_RULE */
	OBJECT_CONSTRAINT,
	OBJECT_TRIGGER,
	OBJECT_POLICY,
	OBJECT_RULE,
	OBJECT_TYPE,      /* enums, domains, composite types */
	OBJECT_FUNCTION,  /* its name is "name(type, type)" */
	OBJECT_EXTENSION, /* no parent */
} object_kind;
#define OBJECT_KINDS 10

typedef enum {
	FACET_THERE,
	FACET_KIND,       /* relations: "table", "index", "view" ... */
	FACET_TYPE,       /* columns; FIRM if the type's identity is known */
	FACET_NULLABLE,   /* columns: "yes", "no" */
	FACET_DEFAULT,    /* columns: FIRM "none", or the expression */
	FACET_IDENTITY,   /* columns: "no", "always", "by default" */
	FACET_DEFINITION, /* constraints, indexes, views, functions, triggers */
	FACET_VALID,      /* constraints, indexes: "yes", "no" */
	FACET_LABELS,     /* enums, in order */
	FACET_SOURCES,    /* views: what their rows come from */
	FACET_OWNER,      /* sequences: "none", or a column */
	FACET_SECURITY,   /* tables, of rows: "on", "off" */
	FACET_FORCED,     /* tables, for the owner as well: "yes", "no" */
	FACET_COMMENT,
	FACET_POSITION, /* columns: "last", see position.h; live: its number */
	FACET_CLEANING, /* live: the statement that ends its not being valid; no key
			 */
} facet;
#define FACETS 16

typedef enum { THERE_MAYBE, THERE_NO, THERE_YES } presence;

typedef struct {
	object_kind kind;
	object_id parent; /* schema or relation; 0: none */
	object_id on;     /* an index's table; a sequence's owning column */
	const char *name;
	presence there;
	/* Every child is known: one that is not found is not there. */
	bool whole;
	/* There or not, touched by what could not be followed: says nothing about
	 * what was before. */
	bool blurred;
	/* Its presence has changed since the world was cloned. */
	bool moved;
	/* The same in the world to learn into (world_learn_into); 0: none. */
	object_id twin;
	/* A mask of the ids its facets refer to, for asking fast. */
	uint64_t refers;
	/* Not by facet[FACET_THERE], which stays unused. A text may hold references
	 * to objects, see world_ref(); it is read with world_value(). */
	us_value facets[FACETS];
} object;

/* `schema`: what unqualified names mean first (the URL's schema). */
world *world_new(const char *schema); /* NULL: out of memory */
/* Another with the same objects under the same ids; borrows the texts of w, which
 * must outlive it. NULL: out of memory. */
world *world_clone(const world *w);
/* What could not be followed so far has made things unknown; whoever needs them
 * from here on may say what they were. A clone is settled. */
void world_settle(world *w);
/* The same in the middle of a statement list: what is touched and learnt goes on
 * being so. Borrows texts as a clone does. */
world *world_fork(const world *w);
/* Takes over what `older`, which w was forked from, owns, and frees it. */
void world_adopt(world *w, world *older);
void world_free(world *w);
us_arena *world_arena(world *w);

/* ---- names --------------------------------------------------------------- */

/* What the search path makes of an unqualified name. */
const char *world_schema_name(
	const world *w); /* the first of the path that is there; NULL: none */
/* "$user": one whose name isn't known. */
void world_set_path(world *w, const char *const *schemas, size_t n);
/* Another session begins: the path is what world_new() was given. kept: it may also
 * be the same one, with its temporary tables. */
void world_new_session(world *w, bool kept);
/* It was set, and may have been set back. */
void world_forget_path(world *w);
/* Whatever runs from here on may set off code that may do anything: an event
 * trigger, a default with a function that changes the catalog. */
void world_expect_anything(world *w);
bool world_expects_anything(const world *w);
/* Has one ever been named? */
bool world_has_functions(const world *w);
/* Has there ever been one that may change the catalog? */
void world_note_far_code(world *w);
bool world_has_far_code(const world *w);
/* May what one schema lacks be found in another? */
bool world_has_long_path(const world *w);
/* Is it known which schema an unqualified new name goes to? */
bool world_knows_path(const world *w);

/* The object of that name, or 0 if nothing is known of it. parent: 0 for schemas
 * and extensions. */
object_id world_find(
	const world *w, object_kind kind, object_id parent, const char *name);
/* The same; if nothing is known of it, an object is made for it whose presence is
 * NO where the parent is whole, else MAYBE. */
object_id world_get(world *w, object_kind kind, object_id parent, const char *name);
object_id world_schema(world *w, const char *name); /* NULL: the path's first */
/* A relation, type or function by a possibly unqualified name: through the search
 * path, the first that is there; else the one that would be made. */
object_id world_lookup(
	world *w, object_kind kind, const char *schema, const char *name);

/* Where a name may mean several things: something of which nothing is known, nor of
 * anything else from here on. */
object_id world_nowhere(world *w, object_kind kind, const char *name);
/* The schema of temporary relations, whose real name differs from session to
 * session; the server is not asked for what is in one that begins so. */
#define WORLD_TEMPORARY "pg_temp"

/* Borrowed until the next call that may make an object. */
const object *world_object(const world *w, object_id id);
size_t world_count(const world *w); /* ids are 1..count */
/* The n-th child after `after` (0 to begin) that is, or may be, there; 0: no more.
 */
object_id world_next_child(
	const world *w, object_id parent, object_kind kind, object_id after);

/* ---- text with references -------------------------------------------------- */

/* Names in a facet's text are written as references, so that they follow renames:
 * this is the text to embed. A relation or type is shown with its schema, a column
 * alone, quoted as %I would. */
const char *world_ref(world *w, object_id id);
/* Does a facet of `id` refer to `to`? */
bool world_refers(const world *w, object_id id, object_id to);
/* A facet as words of now. FACET_THERE is FIRM "there", ABSENT or UNKNOWN; every
 * facet of what is not there is ABSENT. */
us_value world_value(world *w, object_id id, facet f);
/* "column public.User.age", in words, with what is shown of it quoted only where
 * it must be. */
const char *world_title(world *w, object_id id);

/* What no statement has told of: is a schema's object of that name, of which
 * nothing is known, not there (true), or may it be? Copied by world_clone().
 * world_blur(w, 0) ends it. */
typedef bool world_knows_fn(const void *ctx, const char *name);
void world_close(world *w, world_knows_fn *knows, const void *ctx);

/* Relations, or types, were made whose names nobody wrote: any that could be such a
 * name, and is not known to be there, may be one of them. ending: what a relation's
 * ends with, before a number ("_a_b_idx"), or NULL. */
void world_lose_names(world *w, const char *ending);

/* The server keeps each NOT NULL as a constraint with a name (PostgreSQL 18), of
 * which no more is followed than that there may be one. Copied by world_clone(). */
void world_name_not_nulls(world *w);
bool world_names_not_nulls(const world *w);
/* Is it a name as the server makes them up for one? */
bool world_may_be_not_null(const world *w, const char *name);

/* Is a table of that name, of which nothing is known, none that is partitioned?
 * What is done to such a one reaches more than it names. NULL: it may always be, as
 * it is in a new world. Copied by world_clone(); world_blur(w, 0) ends it. */
void world_close_parts(world *w, world_knows_fn *plain, const void *ctx);
bool world_may_have_parts(const world *w, object_id table);

/* ---- changes --------------------------------------------------------------- */

/* What applying a statement is for. FOLD: it ran, once; contradictions mean that
 * the world was not what we thought. SCRIPT: as FOLD, and what it needs to be there
 * or not is learnt about the world before the script. TRIAL: would it run? */
typedef enum { MODE_FOLD, MODE_SCRIPT, MODE_TRIAL } world_mode;

/* What a statement has met and done; reset by world_begin_statement(). */
typedef struct {
	bool fails;      /* TRIAL: it certainly ends in an error; why says which */
	bool unsure;     /* whether it runs, or what it does, is not known */
	bool changes;    /* it changes an object or a facet */
	bool destroys;   /* it drops what can hold rows, or deletes rows */
	const char *why; /* of the first of these that needs one; or NULL */
} outcome;

void world_begin_statement(world *w, world_mode mode);
outcome *world_outcome(world *w); /* of the statement begun last */
/* Marks unsure / failing (in TRIAL), keeping the first reason. */
void world_unsure(world *w, const char *why);
void world_fails(world *w, const char *why);
void world_destroys(world *w, const char *why);

/* From here on, MODE_SCRIPT writes what it learns into `before` as well: the
 * clone's original, or NULL. */
void world_learn_into(world *w, world *before);
world *world_learns_into(const world *w);

/* The statement needs it to be there (or not). True if the statement goes on as if
 * so. False, where the contrary is known: then in TRIAL the statement fails; in
 * FOLD and SCRIPT go on with the statement all the same after calling this. */
bool world_need(world *w, object_id id, presence there);
/* The name must be free for what is made now. If it is not known that it was, and
 * something was dropped that may have taken along what bore it, nothing is learnt
 * of before. part: an index, a sequence, a constraint, which go without CASCADE. */
void world_need_free(world *w, object_id id, bool part);
/* For IF EXISTS, IF NOT EXISTS: what is known, without learning. */
presence world_is(const world *w, object_id id);

/* A new object of this name takes the place of what was there: THERE_YES, all
 * facets UNKNOWN. Touches it. */
object_id world_create(
	world *w, object_kind kind, object_id parent, const char *name);
/* As a statement that may have done nothing (IF NOT EXISTS, not known): it is there
 * now, and what it is like isn't known. */
object_id world_create_maybe(
	world *w, object_kind kind, object_id parent, const char *name);
/* With its children and with what PostgreSQL drops along: indexes and constraints
 * on a column, a table's indexes, owned sequences; with cascade also what refers to
 * it from elsewhere. */
void world_drop(world *w, object_id id, bool cascade);
/* Another name or parent, the same identity; the old name is known to be gone. */
void world_move(world *w, object_id id, object_id parent, const char *name);
void world_set(world *w, object_id id, facet f, us_value v);
/* Whatever was known of it is not any more, and was not before the script; touches
 * nothing. */
void world_doubt(world *w, object_id id);
/* It is not known any more; touches nothing. */
void world_forget(world *w, object_id id, facet f);
/* A key to look at, though the statement may leave it as it is. */
void world_watch(world *w, object_id id, facet f);
/* Links; see object. whole: its children are all known from here on. */
void world_set_on(world *w, object_id id, object_id on);
void world_set_whole(world *w, object_id id, bool whole);

/* What can't be followed: nothing more is known of the object and its children (of
 * everything, if id is 0), not even whether it is there. Touches nothing. */
void world_blur(world *w, object_id id);
/* Whatever is not as it was in `since`, which w was forked to: nothing is known any
 * more of that. */
void world_blur_changes(world *w, const world *since);
/* world_blur() for every object (columns and the like: by their relation) whose
 * name occurs as a word in text, letter case ignored, and for every name there that
 * isn't known yet. */
void world_blur_mentioned(world *w, const char *text, size_t len);
/* What CASCADE may take along with what text mentions, as far as is known and
 * further where it isn't. Before world_blur_mentioned(), which forgets what refers
 * to what. */
void world_blur_dependents(world *w, const char *text, size_t len);

/* ---- keys: what a script touches ------------------------------------------- */

/* A facet of a name, not of an identity: what stands under that name at a time. */
typedef struct {
	object_kind kind;
	const char *schema, *relation,
		*name; /* NULL where there is no such level */
	facet facet;
} world_key;

/* Every touch is noted in the order it is made, once. */
size_t world_ntouched(const world *w);
const world_key *world_touched(const world *w, size_t i);
/* A key's value in this world; of another world than the one that noted it, too. */
us_value world_at(world *w, const world_key *key);
/* The object that bears its names here, or 0. */
object_id world_bearer(const world *w, const world_key *key);
/* "table public.User", "column public.User.age", in the words of this world. */
const char *world_key_title(world *w, const world_key *key);
const char *facet_name(facet f); /* "" for FACET_THERE, "default" ... */

#endif
