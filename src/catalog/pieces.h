#ifndef CATALOG_PIECES_H
#define CATALOG_PIECES_H

#include "words.h"

/* What of an old script has to be parsed to know what became of some names: nearly
 * all the time of reading a long history is the parser's, and most of it has
 * nothing to do with the case. */

/* Is the script about one of the words, or does it reach what it doesn't name? Then
 * *out, *n is its text without the statements that are and do neither; they are
 * left out only where it is plain what they do: everything else stays. A statement
 * that renames what the words are about adds its own names to them. The text is the
 * words' arena's, or the script's own, whole. far: as pieces_far_words() has them.
 */
bool pieces_about(words *about, const words *far, const char *text, size_t len,
	const char **out, size_t *n);

/* Does it reach what it doesn't name? */
bool pieces_reach_far(us_arena *a, const char *text, size_t len);

/* Adds the words without one of which no script reaches what it doesn't name. */
void pieces_far_words(words *out);

/* blur.c: U&"...", in which a name is written in another way than it reads. */
bool text_has_escaped_names(const char *text, size_t len);

#endif
