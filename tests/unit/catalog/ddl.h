#ifndef DDL_H
#define DDL_H

#include <string.h>

#include "../../../src/catalog/kinds.h"
#include "../../../src/catalog/parse.h"
#include "check.h"

/* DDL applied to a symbolic catalog, for tests. */

/* An empty database, of which everything is known. */
static inline bool ddl_knows(const void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return true;
}

static inline world *ddl_world(void)
{
	world *w = world_new("public");

	assert_non_null(w);
	world_close(w, ddl_knows, NULL);
	world_create(w, OBJECT_SCHEMA, 0, "public");
	return w;
}

/* Applies the statements one after the other; trees is the caller's. */
static inline void ddl_apply(
	world *w, us_arena *trees, const char *sql, world_mode m)
{
	parse p;

	if (!parse_sql(trees, &p, sql, strlen(sql)))
		fail_msg("can't be parsed: %s", sql);
	for (size_t i = 0; i < p.n; i++)
		apply_statement(w, m, p.tree[i], p.text[i], p.len[i]);
}

/* "constraint public.t.t_pkey", "definition" -> its value. */
static inline us_value ddl_value(world *w, const char *title, const char *name)
{
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (o->there != THERE_YES || strcmp(world_title(w, id), title) != 0)
			continue;
		for (facet f = FACET_THERE; f < FACETS; f++)
			if (strcmp(facet_name(f), name) == 0)
				return world_value(w, id, f);
	}
	return (us_value){ US_VALUE_ABSENT, NULL };
}

/* One row of a table of tests: after these statements, this is the value. NULL:
 * there is no such thing; "?": it's there, and that isn't known. */
typedef struct {
	const char *sql, *title, *facet, *value;
} ddl_row;

static inline void ddl_check(const ddl_row *r)
{
	us_arena trees = { 0 };
	world *w = ddl_world();
	us_value v;

	ddl_apply(w, &trees, r->sql, MODE_FOLD);
	v = ddl_value(w, r->title, r->facet);
	if (!r->value) {
		if (v.firmness != US_VALUE_ABSENT)
			fail_msg("%s: %s is there", r->sql, r->title);
	} else if (strcmp(r->value, "?") == 0) {
		if (v.firmness != US_VALUE_UNKNOWN)
			fail_msg("%s: %s %s is known: %s", r->sql, r->title,
				r->facet, v.text ? v.text : "absent");
	} else if (!v.text || strcmp(v.text, r->value) != 0) {
		fail_msg("%s: %s %s is %s, not %s", r->sql, r->title, r->facet,
			v.text ? v.text : "absent", r->value);
	}
	world_free(w);
	us_arena_fini(&trees);
}

/* What a second or later statement finds when it is tried: NULL: it runs. */
typedef struct {
	const char *history, *sql;
	const char *why; /* of its failure; "?": unsure */
} ddl_trial;

static inline void ddl_try(const ddl_trial *t)
{
	us_arena trees = { 0 };
	world *w = ddl_world();
	const outcome *o;

	ddl_apply(w, &trees, t->history, MODE_FOLD);
	ddl_apply(w, &trees, t->sql, MODE_TRIAL);
	o = world_outcome(w);
	if (!t->why) {
		if (o->fails || o->unsure)
			fail_msg("%s: %s", t->sql, o->why);
	} else if (strcmp(t->why, "?") == 0) {
		if (o->fails || !o->unsure)
			fail_msg("%s: is not unsure", t->sql);
	} else if (!o->fails || !o->why || strcmp(o->why, t->why) != 0) {
		fail_msg("%s: %s, not: %s", t->sql,
			o->fails && o->why ? o->why : "runs", t->why);
	}
	world_free(w);
	us_arena_fini(&trees);
}

#define DDL_EACH(rows, check)                                                      \
	for (size_t i_ = 0; i_ < sizeof(rows) / sizeof((rows)[0]); i_++)           \
	check(&(rows)[i_])

#endif
