#ifndef US_LEX_H
#define US_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/str.h"

/* Words, strings and marks of schema.prisma and of JavaScript: enough to find a few
 * literal values and to know where one is not literal. Comments are skipped.
 * Private to src/config. */
typedef enum {
	US_LEX_END,
	US_LEX_WORD,   /* an identifier or a number */
	US_LEX_STRING, /* text without quotes and escapes */
	US_LEX_MARK,   /* one character */
	US_LEX_OTHER,  /* a template with ${}, a regular expression, a broken string
			*/
} us_lex_kind;

typedef struct {
	us_lex_kind kind;
	char *text; /* of words, strings and marks; "" otherwise */
	int line;
} us_lex_token;

typedef struct {
	us_lex_token *items; /* the last one is US_LEX_END */
	size_t len;
} us_lex;

/* `javascript`: also '...', `...` and regular expressions. */
US_MUST us_code us_lex_text(
	us_lex *out, const char *text, bool javascript, us_err *err);
void us_lex_fini(us_lex *l);

/* Token i, or the end. */
const us_lex_token *us_lex_at(const us_lex *l, size_t i);
bool us_lex_is_mark(const us_lex *l, size_t i, char mark);
bool us_lex_is_word(const us_lex *l, size_t i, const char *word);

#endif
