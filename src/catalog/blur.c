/* What can't be followed: nothing is known any more of what it may have changed. */
#include <string.h>

#include "world_impl.h"

static unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

static bool is_word(char c)
{
	unsigned char u = lower(c);

	return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u == '_' ||
	       u >= 0x80;
}

static bool has_word(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word), j;

	for (size_t i = 0; n > 0 && i + n <= len; i++) {
		if (i > 0 && is_word(text[i - 1]) && is_word(word[0]))
			continue;
		for (j = 0; j < n && lower(text[i + j]) == lower(word[j]); j++)
			;
		if (j == n && (i + n == len || !is_word(text[i + n]) ||
				      !is_word(word[n - 1])))
			return true;
	}
	return false;
}

bool world_is_mentioned(const world *w, const char *name)
{
	for (const mention *m = w->mentions; m; m = m->next)
		if (has_word(m->text, m->len, name))
			return true;
	return false;
}

static void blur_one(object *o)
{
	o->there = THERE_MAYBE;
	o->blurred = true;
	o->whole = false;
	o->refers = 0;
	memset(o->facets, 0, sizeof(o->facets));
}

void world_blur(world *w, object_id id)
{
	w->out.changes = true;
	if (id == 0)
		w->knows = NULL;
	for (object_id i = 1; i <= w->n; i++)
		if (id == 0 || i == id || w->objects[i].parent == id ||
			w->objects[i].on == id)
			blur_one(&w->objects[i]);
}

void world_blur_mentioned(world *w, const char *text, size_t len)
{
	mention *m = us_arena_alloc(&w->arena, sizeof(*m));

	if (!m)
		return;
	*m = (mention){ w->mentions, us_arena_strn(&w->arena, text, len), len };
	w->mentions = m;
	for (object_id id = 1; id <= w->n; id++)
		if (w->objects[id].kind != OBJECT_SCHEMA &&
			has_word(text, len, w->objects[id].name))
			world_blur(w, id);
}
