#ifndef CATALOG_CODE_H
#define CATALOG_CODE_H

#include "tokens.h"
#include "world.h"

/* What code of a language with statements in it (the body of a DO block or of a
 * function) may do, as far as its words tell. */
typedef enum {
	CODE_ROWS,     /* nothing to the catalog */
	CODE_MENTIONS, /* DDL, on things whose names are all in the text */
	CODE_ANYTHING, /* SQL put together as it runs, DDL whose reach its words
			  don't show */
	CODE_SESSION   /* that, and the search path as well; functions of which
			  nothing is known */
} code_reach;

/* w: for the functions it calls. destroys: it deletes rows, or may; left alone if
 * not. */
code_reach code_reach_of(
	const world *w, const char *text, size_t len, bool *destroys);

/* A function by its name: one of the server's, or one whose body the world knows.
 * Never CODE_MENTIONS. */
code_reach code_reach_of_call(const world *w, const char *name, bool *destroys);

/* A word that a bracket may follow without a function being called. */
bool code_takes_bracket(const token *t);

#endif
