#ifndef CATALOG_TOKENS_H
#define CATALOG_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* SQL, or code with SQL in it, read as words where parsing it is too dear or there
 * is no grammar for it. Comments are left out. What doesn't end takes the rest. */

enum { TOKEN_MAX = 64 };

typedef struct {
	char word[TOKEN_MAX]; /* lower case, cut; "'" for a string, '"' for a name
				 in quotes, else the sign itself */
	bool quoted;          /* "a name" */
	const char *string; /* what is between the quotes, n bytes, as it stands */
	size_t n;
} token;

/* What is left to read. */
typedef struct {
	const char *p, *end;
} tokens;

bool tokens_next(tokens *r, token *t); /* false: the end */
bool tokens_bracket_follows(const tokens *r);

static inline bool token_is(const token *t, const char *word)
{
	return t->word[0] == word[0] && strcmp(t->word, word) == 0;
}
bool token_is_any(const token *t, const char *const *words, size_t n);
bool token_is_word(const token *t); /* a word without quotes, or a number */

#endif
