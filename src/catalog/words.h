#ifndef CATALOG_WORDS_H
#define CATALOG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/arena.h"

/* A set of words, letter case ignored, for asking which scripts may be about a name
 * without parsing them. A name of several words ("my table") is in it by all of
 * them. Zero-initialise it; memory is the arena's. */
typedef struct {
	us_arena *arena;
	const char **slots; /* lower case; NULL is free */
	size_t nslots, n;
} words;

/* The next word from *at on: its length (0 at the end), *at behind it. */
size_t words_next(const char *text, size_t len, size_t *at);
bool words_equal(const char *word, size_t n, const char *lower);
void words_add(words *s, const char *text, size_t len);
/* Is every word of the text in it? False for a text without words. */
bool words_have(const words *s, const char *text, size_t len);
/* Is any? */
bool words_share(const words *s, const char *text, size_t len);
/* Is any in either of the two? */
bool words_share_either(
	const words *a, const words *b, const char *text, size_t len);

#endif
