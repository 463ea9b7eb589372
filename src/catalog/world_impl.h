#ifndef CATALOG_WORLD_IMPL_H
#define CATALOG_WORLD_IMPL_H

#include "world.h"

/* What a statement that could not be followed has mentioned. */
typedef struct mention {
	const struct mention *next;
	const char *text;
	size_t len;
} mention;

/* See world_lose_names(). */
typedef struct lost {
	const struct lost *next;
	const char *ending; /* NULL: any */
} lost;

struct world {
	us_arena arena;
	object *objects;  /* [0] is nobody */
	object_id *chain; /* the next of the same bucket */
	size_t n, cap;    /* ids 1..n */
	object_id *buckets;
	size_t nbuckets; /* a power of two */

	const char **path;
	size_t npath;
	const char *home; /* the schema of world_new(); it is taken as there */

	world_knows_fn *knows;
	const void *knows_ctx;
	const mention *mentions;
	const mention *mentioned_before; /* the newest when it was settled */

	bool functions; /* has one been named? */
	bool far_code;  /* see world_note_far_code() */
	bool anything;  /* see world_expect_anything() */
	bool dropped; /* something whose indexes, sequences, constraints go along */
	bool cascaded;  /* something with CASCADE; both since it was settled */
	bool not_nulls; /* see world_name_not_nulls() */
	const lost *losts;
	const lost *lost_before; /* the newest when it was settled */
	world_knows_fn *plain;   /* see world_close_parts() */
	const void *plain_ctx;
	world *before; /* what MODE_SCRIPT learns into; NULL: nothing */
	world_mode mode;
	outcome out;

	world_key *touched;
	size_t ntouched, touched_cap;
};

/* Marks what FOLD and SCRIPT may forget: never fails, tells of no memory through
 * the arena. */
object_id world_insert(world *w, object_kind kind, object_id parent,
	const char *name, presence there);
void world_unlink(world *w, object_id id);
void world_link(world *w, object_id id);
/* The presence of what nothing is known of. */
presence world_default(
	const world *w, object_kind kind, object_id parent, const char *name);
/* The same, and what could not be followed may have made it since. */
presence world_presence_unseen(
	const world *w, object_kind kind, object_id parent, const char *name);
/* May it be a name that was lost since `until` (NULL: ever)? */
bool world_is_lost(
	const world *w, const lost *until, object_kind kind, const char *name);
/* Is the name one that a statement we could not follow has mentioned, since `until`
 * (NULL: ever)? */
bool world_is_mentioned(const world *w, const mention *until, const char *name);
void world_touch(world *w, object_id id, facet f);
object *world_edit(world *w, object_id id);
/* ids that a text refers to, as object.refers has them */
uint64_t world_mask(const char *text);
bool world_facet_refers(const world *w, object_id id, facet f, object_id to);
/* The reference that begins at p, or 0; *end behind it. */
object_id world_ref_at(const world *w, const char *p, const char **end);

#endif
