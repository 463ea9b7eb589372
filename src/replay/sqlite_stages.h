#ifndef SQLITE_STAGES_H
#define SQLITE_STAGES_H

#include "sqlite_past.h"
#include "sqlite_schema.h"
#include "sqlite_scratch.h"

/* What one statement that could not be run leaves unclear. */
typedef struct {
	size_t from;      /* the first state that is unclear */
	lite_names names; /* whatever the statement mentions */
} lite_unclear;

/* A script's n + 1 states. Everything lies in the arena but `start`. */
typedef struct {
	size_t n;
	lite_step *steps; /* n */
	lite_schema *at;  /* n + 1: what a connection would leave behind */
	/* n + 1: of the first k statements, how many are kept if the connection
	 * ends there; less than k inside a transaction */
	size_t *kept;
	lite_unclear *unclear;
	size_t nunclear;
	size_t lost_from; /* from this state on nothing is known; SIZE_MAX: none */
	lite_image start; /* state 0; sqlite3_free() */
} lite_stages;

/* Replays the history, then the script. A statement of the history that fails is a
 * gap in it (past->gap). */
US_MUST us_code lite_stages_run(lite_stages *out, us_arena *a, lite_past *past,
	const us_script *script, us_err *err);
void lite_stages_fini(lite_stages *s);

/* Runs statements [from, to) of the script; stops at the first that neither ran nor
 * compiled: *ran is how many did, *last the step of the last one tried. */
US_MUST us_code lite_run_range(lite_scratch *s, const us_script *script,
	size_t from, size_t to, size_t *ran, lite_step *last, us_err *err);

#endif
