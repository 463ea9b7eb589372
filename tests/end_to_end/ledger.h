#ifndef LEDGER_H
#define LEDGER_H

#include "project.h"

/* What the records of a ledger are, one word each, oldest first: "A" applied, "F"
 * failed, "R" rolled back, "B" finished and rolled back; "-" without the table. */
char *ledger_shape(const project *p); /* free() */
void ledger_shape_is(const project *p, const char *shape);
/* The same for people: an array of { name, state, steps, logs, unstick }; logs
 * without unstick's audit line, `unstick` its action (where there is one). */
json_t *ledger_picture(const project *p);

/* That nothing of it has changed since; releases both the old one and the new. */
void ledger_unchanged(const project *p, json_t *before);

/* Column by column: `before` is the old ledger. An old record is as it was, or is
 * one that was failed and now has rolled_back_at and an audit line of `action` at
 * the end of its logs; a new one is the row of `migrate resolve --applied` for
 * `name`. Returns how many were closed and added in *closed and *added. */
void ledger_moved(const project *p, const json_t *before, const char *name,
	const char *action, size_t *closed, size_t *added);

#endif
