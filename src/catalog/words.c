/* Sets of words. What a word is errs on the side of finding more. */
#include "words.h"

#include <stdint.h>
#include <string.h>

/* ASCII as it counts: lower case, 0 where no word is. Looked up, since whole
 * histories are read byte by byte. */
static const char folded[128] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 0, 0, 0,
	0, 0, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0, 0, 0, 0,
	'_', 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0, 0, 0, 0,
	0 };

static inline char fold(char c)
{
	if ((unsigned char)c < sizeof(folded))
		return folded[(unsigned char)c];
	return c;
}

/* words_next(), and the word's hash. */
static inline size_t next_hashed(
	const char *text, size_t len, size_t *at, size_t *hash)
{
	const char *p = text + *at, *end = text + len, *from;
	uint64_t h = 14695981039346656037ULL;
	char c;

	while (p < end && !fold(*p))
		p++;
	for (from = p; p < end && (c = fold(*p)); p++)
		h = (h ^ (unsigned char)c) * 1099511628211ULL;
	*at = (size_t)(p - text);
	*hash = (size_t)(h ^ h >> 32);
	return (size_t)(p - from);
}

size_t words_next(const char *text, size_t len, size_t *at)
{
	size_t hash;

	return next_hashed(text, len, at, &hash);
}

bool words_equal(const char *word, size_t n, const char *lower)
{
	for (size_t i = 0; i < n; i++)
		if (lower[i] != fold(word[i]))
			return false;
	return lower[n] == '\0';
}

static size_t slot_of(const words *s, const char *word, size_t n, size_t hash)
{
	size_t i = hash & (s->nslots - 1);

	while (s->slots[i] && !words_equal(word, n, s->slots[i]))
		i = (i + 1) & (s->nslots - 1);
	return i;
}

static bool grow(words *s)
{
	words bigger = { s->arena, NULL, s->nslots ? 2 * s->nslots : 128, s->n };

	bigger.slots = us_arena_alloc(s->arena, bigger.nslots * sizeof(char *));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < s->nslots; i++) {
		const char *word = s->slots[i];
		size_t at = 0, hash, n;

		if (!word)
			continue;
		n = next_hashed(word, strlen(word), &at, &hash);
		bigger.slots[slot_of(&bigger, word, n, hash)] = word;
	}
	*s = bigger;
	return true;
}

static void add_one(words *s, const char *word, size_t n, size_t hash)
{
	char *copy;
	size_t i;

	if (2 * (s->n + 1) > s->nslots && !grow(s))
		return;
	i = slot_of(s, word, n, hash);
	if (s->slots[i])
		return;
	copy = us_arena_alloc(s->arena, n + 1);
	if (!copy)
		return;
	for (size_t j = 0; j < n; j++)
		copy[j] = fold(word[j]);
	s->slots[i] = copy;
	s->n++;
}

void words_add(words *s, const char *text, size_t len)
{
	size_t at = 0, n, hash;

	while ((n = next_hashed(text, len, &at, &hash)) > 0)
		add_one(s, text + at - n, n, hash);
}

static bool has_one(const words *s, const char *word, size_t n, size_t hash)
{
	return s->nslots > 0 && s->slots[slot_of(s, word, n, hash)] != NULL;
}

bool words_have(const words *s, const char *text, size_t len)
{
	size_t at = 0, n, hash;
	bool any = false;

	while ((n = next_hashed(text, len, &at, &hash)) > 0) {
		if (!has_one(s, text + at - n, n, hash))
			return false;
		any = true;
	}
	return any;
}

bool words_share_either(
	const words *a, const words *b, const char *text, size_t len)
{
	size_t at = 0, n, hash;

	while ((n = next_hashed(text, len, &at, &hash)) > 0)
		if (has_one(a, text + at - n, n, hash) ||
			has_one(b, text + at - n, n, hash))
			return true;
	return false;
}

bool words_share(const words *s, const char *text, size_t len)
{
	size_t at = 0, n, hash;

	while ((n = next_hashed(text, len, &at, &hash)) > 0)
		if (has_one(s, text + at - n, n, hash))
			return true;
	return false;
}
