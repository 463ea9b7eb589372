#ifndef CATALOG_FOLD_H
#define CATALOG_FOLD_H

#include "unstick/states.h"
#include "words.h"
#include "world.h"

/* The world before a case's script ran, as far as the history tells of it. `about`
 * holds the names that matter; names that scripts gave them before are added to it.
 * Only scripts that may be about these are parsed.
 *
 * *out is the caller's (world_free) and borrows `about`. later: the texts of
 * scripts of other migrations that were begun after the failed record,
 * NULL-terminated, with their names; memory is about's arena. */
typedef struct {
	const char *name, *text;
	size_t len;
	bool far; /* it reaches what it doesn't name */
} later_script;

US_MUST us_code fold_history(world **out, const later_script **later,
	const us_stuck *c, words *about, us_err *err);

#endif
