#ifndef US_VIEW_H
#define US_VIEW_H

#include <jansson.h>

#include "unstick/db.h"
#include "unstick/evidence.h"
#include "unstick/guard.h"
#include "unstick/history.h"
#include "unstick/process.h"
#include "unstick/verdict.h"

/* A run as data: the JSON of docs/json.md, made once. Policies see it, every
 * report renders it, and it outlives what it was made from. Everything in it has
 * passed us_mask(). Each function returns an owned value, or NULL when out of
 * memory. */

/* Any text: masked, ill-formed UTF-8 replaced; null for NULL. */
json_t *us_view_text(const char *text);
json_t *us_view_database(const us_db_info *info);
json_t *us_view_migrations(const us_history *h);
json_t *us_view_history(const us_history *h);
/* {"held_by": [...]}: who holds Prisma's lock, as far as can be seen. */
json_t *us_view_lock(us_db *db);
/* The case object (p NULL: what is permitted was not asked) without verdict, guard,
 * actions and outcome (all null). `details` shows DETAIL values, which are users'
 * data. */
json_t *us_view_case(const us_ground *g, const us_case *c, const us_evidence *e,
	const us_permits *p, bool details);
json_t *us_view_verdict(const us_verdict *v); /* null if none was given */
json_t *us_view_guard(const us_guard *g);
json_t *us_view_error(const us_err *err);
/* A command that was run: its words, how it ended, how long that took. */
json_t *us_view_command(
	const us_strs *words, const us_command_end *end, int64_t ms);

#endif
