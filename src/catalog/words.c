/* Sets of words. What a word is errs on the side of finding more. */
#include "words.h"

#include <stdint.h>
#include <string.h>

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + ('a' - 'A'));
	return c;
}

static bool in_word(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

size_t words_next(const char *text, size_t len, size_t *at)
{
	size_t from;

	while (*at < len && !in_word(text[*at]))
		(*at)++;
	from = *at;
	while (*at < len && in_word(text[*at]))
		(*at)++;
	return *at - from;
}

static size_t hash_of(const char *word, size_t n)
{
	uint64_t h = 14695981039346656037ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)lower(word[i])) * 1099511628211ULL;
	return (size_t)(h ^ h >> 32);
}

bool words_equal(const char *word, size_t n, const char *lower_case)
{
	for (size_t i = 0; i < n; i++)
		if (lower_case[i] != lower(word[i]))
			return false;
	return lower_case[n] == '\0';
}

static size_t slot_of(const words *s, const char *word, size_t n)
{
	size_t i = hash_of(word, n) & (s->nslots - 1);

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
	for (size_t i = 0; i < s->nslots; i++)
		if (s->slots[i])
			bigger.slots[slot_of(&bigger, s->slots[i],
				strlen(s->slots[i]))] = s->slots[i];
	*s = bigger;
	return true;
}

static void add_one(words *s, const char *word, size_t n)
{
	char *copy;
	size_t i;

	if (2 * (s->n + 1) > s->nslots && !grow(s))
		return;
	i = slot_of(s, word, n);
	if (s->slots[i])
		return;
	copy = us_arena_alloc(s->arena, n + 1);
	if (!copy)
		return;
	for (size_t j = 0; j < n; j++)
		copy[j] = lower(word[j]);
	s->slots[i] = copy;
	s->n++;
}

void words_add(words *s, const char *text, size_t len)
{
	size_t at = 0, n;

	while ((n = words_next(text, len, &at)) > 0)
		add_one(s, text + at - n, n);
}

static bool has_one(const words *s, const char *word, size_t n)
{
	return s->nslots > 0 && s->slots[slot_of(s, word, n)] != NULL;
}

bool words_have(const words *s, const char *text, size_t len)
{
	size_t at = 0, n;
	bool any = false;

	while ((n = words_next(text, len, &at)) > 0) {
		if (!has_one(s, text + at - n, n))
			return false;
		any = true;
	}
	return any;
}

bool words_share(const words *s, const char *text, size_t len)
{
	size_t at = 0, n;

	while ((n = words_next(text, len, &at)) > 0)
		if (has_one(s, text + at - n, n))
			return true;
	return false;
}
