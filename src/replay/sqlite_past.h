#ifndef SQLITE_PAST_H
#define SQLITE_PAST_H

#include "sqlite_tokens.h"
#include "unstick/replay.h"

/* What ran before the case, and what else may have touched the same things. */
typedef struct {
	const char *why;  /* "20240301_x started later and names it" */
	lite_names names; /* everything that its script mentions */
} lite_doubt;

typedef struct {
	us_script **scripts; /* applied before the case, oldest first; owned */
	size_t n;
	lite_doubt *doubts;
	size_t ndoubts;
	/* Something ran before of which the words are not known: only what the
	 * case's own statements create for certain can be judged. NULL: nothing. */
	const char *gap;
	/* Something ran, perhaps in part, of which the words are not known, so that
	 * nothing can be judged. NULL: nothing. */
	const char *blind;
} lite_past;

US_MUST us_code lite_past_load(
	lite_past *out, us_arena *a, const us_stuck *c, us_err *err);
void lite_past_fini(lite_past *p);

#endif
