#ifndef US_SAID_H
#define US_SAID_H

#include <stdlib.h>

#include "unstick/str.h"

/* What a file says a value is. Private to src/config. */
typedef enum {
	US_SAID_NOTHING,
	US_SAID_TEXT,     /* text: the value itself */
	US_SAID_ENV,      /* text: an environment variable's name */
	US_SAID_COMPUTED, /* by a program that we can't run */
} us_said_kind;

typedef struct {
	us_said_kind kind;
	char *text;
	char *file; /* where it is said */
	int line;
} us_said;

static inline void us_said_fini(us_said *s)
{
	free(s->text);
	free(s->file);
	*s = (us_said){ 0 };
}

/* Replaces what was said before; `text` may be NULL. */
static inline us_code us_said_set(us_said *s, us_said_kind kind, const char *text,
	const char *file, int line, us_err *err)
{
	us_code rc = US_OK;

	us_said_fini(s);
	s->kind = kind;
	s->line = line;
	if (text)
		rc = us_strdup(&s->text, text, err);
	return rc ? rc : us_strdup(&s->file, file, err);
}

#endif
