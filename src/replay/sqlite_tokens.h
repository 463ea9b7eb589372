#ifndef SQLITE_TOKENS_H
#define SQLITE_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/arena.h"
#include "unstick/script.h"

/* SQL as SQLite cuts it into tokens: enough to find names and clauses in statements
 * that SQLite itself has accepted, or will. */
typedef enum {
	LITE_END,
	LITE_WORD,   /* a keyword or a bare name */
	LITE_QUOTED, /* "name", [name], `name` */
	LITE_STRING, /* 'text'; SQLite takes it for a name where only one fits */
	LITE_NUMBER,
	LITE_SIGN, /* one character of anything else */
} lite_kind;

typedef struct {
	lite_kind kind;
	const char *at;
	size_t len;
} lite_token;

/* Borrows the text. */
typedef struct {
	const char *at, *end;
} lite_tokens;

lite_tokens lite_tokens_of(const char *text, size_t len);
lite_tokens lite_tokens_of_statement(const us_script *s, size_t i);
/* Blanks and comments are skipped; at the end again and again LITE_END. */
lite_token lite_next(lite_tokens *t);

bool lite_is(lite_token t, const char *word); /* a bare word, whatever the case */
bool lite_is_sign(lite_token t, char c);
/* Skips the words of a phrase ("if not exists") if they come next. */
bool lite_skip(lite_tokens *t, const char *phrase);
/* Skips to behind the parenthesis that closes the one just read. */
void lite_skip_parens(lite_tokens *t);

/* The name that a token is, without its quotes, as written. */
const char *lite_name(us_arena *a, lite_token t);
/* The next name, without the "main." before it; NULL if there is none. */
const char *lite_next_name(us_arena *a, lite_tokens *t);
/* As SQLite compares names: ASCII letters in lower case. */
const char *lite_fold(us_arena *a, const char *name);
/* The tokens of a text, one blank between them. */
const char *lite_canonical(us_arena *a, const char *text, size_t len);

/* ---- sets of names ---- */

/* Folded names in an arena. Zero-initialise. */
typedef struct {
	const char **items;
	size_t len, cap;
} lite_names;

bool lite_names_have(const lite_names *n, const char *folded);
/* Is one of them in the text, otherwise than as a word of SQL? */
bool lite_names_meet(us_arena *a, const lite_names *n, lite_tokens text);
void lite_names_add(us_arena *a, lite_names *n, const char *name);
/* Every name in the text; `beyond_references`: but those whose only place is behind
 * REFERENCES, which changes nothing of them. */
void lite_names_of(
	us_arena *a, lite_names *n, lite_tokens text, bool beyond_references);

#endif
