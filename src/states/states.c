/* The matrix of a script's states: keys by number of statements that ran. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "states_impl.h"

us_code us_states_new(us_states **out, size_t n, us_err *err)
{
	us_states *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return us_fail(err, US_E_NOMEM, "out of memory");
	s->n = n;
	return US_OK;
}

void us_states_free(us_states *s)
{
	if (!s)
		return;
	us_arena_fini(&s->arena);
	free(s->keys);
	free(s->slots);
	free(s);
}

/* FNV-1a; the byte between keeps "ab","c" and "a","bc" apart. */
static size_t hash_of(const char *object, const char *facet)
{
	uint64_t h = 14695981039346656037ULL;

	for (const char *p = object; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	h = (h ^ 0xff) * 1099511628211ULL;
	for (const char *p = facet; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	return (size_t)h;
}

static bool is_key(const state_key *k, const char *object, const char *facet)
{
	return strcmp(k->object, object) == 0 && strcmp(k->facet, facet) == 0;
}

/* The slot of a key, or the free one it would get; there always is a free one. */
static size_t slot_of(const us_states *s, const char *object, const char *facet)
{
	size_t i = hash_of(object, facet) & (s->nslots - 1);

	while (s->slots[i] && !is_key(&s->keys[s->slots[i] - 1], object, facet))
		i = (i + 1) & (s->nslots - 1);
	return i;
}

static bool grow(us_states *s)
{
	size_t cap = s->cap ? 2 * s->cap : 64;
	state_key *keys = realloc(s->keys, cap * sizeof(*keys));
	size_t *slots;

	if (!keys)
		return false;
	s->keys = keys;
	slots = calloc(2 * cap, sizeof(*slots));
	if (!slots)
		return false;
	free(s->slots);
	s->slots = slots;
	s->nslots = 2 * cap;
	s->cap = cap;
	for (size_t i = 0; i < s->nkeys; i++)
		s->slots[slot_of(s, keys[i].object, keys[i].facet)] = i + 1;
	return true;
}

size_t us_states_key(us_states *s, const char *object, const char *facet)
{
	state_key *k;
	size_t slot;

	if (s->nkeys == s->cap && !grow(s)) {
		s->arena.failed = true;
		return SIZE_MAX;
	}
	slot = slot_of(s, object, facet);
	if (s->slots[slot])
		return s->slots[slot] - 1;
	k = &s->keys[s->nkeys];
	*k = (state_key){ .object = us_arena_str(&s->arena, object),
		.facet = us_arena_str(&s->arena, facet),
		.at = us_arena_alloc(&s->arena, (s->n + 1) * sizeof(*k->at)) };
	if (!k->at)
		return SIZE_MAX;
	s->slots[slot] = ++s->nkeys;
	return s->nkeys - 1;
}

static us_value copy(us_states *s, us_value v)
{
	if (v.text)
		v.text = us_arena_str(&s->arena, v.text);
	return v;
}

/* A key that could not be made for want of memory is told of at the end. */
void us_states_put(us_states *s, size_t key, size_t k, us_value v)
{
	if (key >= s->nkeys || k > s->n)
		return;
	/* most states are the same as the one before */
	if (k > 0 && v.text && s->keys[key].at[k - 1].text &&
		strcmp(v.text, s->keys[key].at[k - 1].text) == 0)
		v.text = s->keys[key].at[k - 1].text;
	else
		v = copy(s, v);
	s->keys[key].at[k] = v;
}

void us_states_put_live(us_states *s, size_t key, us_value v)
{
	if (key < s->nkeys)
		s->keys[key].live = copy(s, v);
}

void us_states_doubt(us_states *s, size_t key, const char *why)
{
	if (key < s->nkeys && !s->keys[key].doubt)
		s->keys[key].doubt = us_arena_str(&s->arena, why);
}

us_value us_states_at(const us_states *s, size_t key, size_t k)
{
	if (key >= s->nkeys || k > s->n)
		return (us_value){ 0 };
	return s->keys[key].at[k];
}
