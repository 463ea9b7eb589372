#ifndef REPORT_SAFE_H
#define REPORT_SAFE_H

#include <stddef.h>

#include "unstick/str.h"

/* Text from outside (names, SQL, a database's messages) may hold anything, a
 * terminal's escape sequences too. Everything a text report prints passes through
 * here: what a terminal would obey, and what hides or reorders what a person reads,
 * becomes visible as \x1b or \u202e. All other UTF-8 passes. */

typedef enum {
	SAFE_PROSE, /* line feeds stay, tabs become blanks, `commands` are not
		       broken */
	SAFE_NAME,  /* one line, never broken */
	SAFE_CODE,  /* one line as it is; tabs stay */
} safe_kind;

/* In a paragraph under way: a blank that must not be broken, and colours. Text from
 * outside can't hold them, since it never holds control characters. */
#define MARK_GLUE '\x01'
#define MARK_PLAIN '\x02'
#define MARK_BOLD '\x03'
#define MARK_RED '\x04'
#define MARK_YELLOW '\x05'
#define MARK_GREEN '\x06'

void safe_add(us_str *s, safe_kind kind, const char *text, size_t n);

/* Leaves out colour sequences (ESC [ ... m), which Prisma's engine puts into its
 * logs; anything else stays for safe_add() to show. */
void safe_add_uncoloured(us_str *s, const char *text, size_t n);

/* A word of a shell command: quoted where a shell would not take it as it is. */
void safe_add_shell_word(us_str *s, const char *text);

#endif
