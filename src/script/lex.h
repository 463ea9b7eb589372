#ifndef LEX_H
#define LEX_H

#include <stdbool.h>
#include <stddef.h>

/* Cuts SQL into tokens, as coarsely as splitting and comparing scripts need: it
 * knows what can hide a semicolon or a word (strings, quoted names, dollar quotes,
 * comments), nothing else. Every byte belongs to exactly one token. */

typedef enum {
	LEX_END,
	LEX_BLANK, /* blanks, and a byte order mark at the very start */
	LEX_COMMENT,
	LEX_WORD, /* a keyword or an unquoted name */
	LEX_QUOTED,
	LEX_STRING,
	LEX_SEMICOLON,
	LEX_OTHER,
} lex_kind;

typedef struct {
	const char *text;
	size_t len, at;
	bool sqlite; /* else PostgreSQL */
} lexer;

typedef struct {
	lex_kind kind;
	size_t start, len;
} lex_token;

lex_token lex_next(lexer *l);
/* The next token that is neither blank nor comment. */
lex_token lex_next_solid(lexer *l);

bool lex_is(const lexer *l, lex_token t, const char *word); /* whatever the case */

#endif
