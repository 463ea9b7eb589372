/* Memory that is given back all at once. */
#include "unstick/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct us_arena_block {
	us_arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

enum { BLOCK = 16384 };

static us_arena_block *add_block(us_arena *a, size_t size)
{
	us_arena_block *b;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = size > BLOCK ? size : BLOCK;
	b = calloc(1, sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *us_arena_alloc(us_arena *a, size_t size)
{
	const size_t grain = alignof(max_align_t);
	us_arena_block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2) {
		a->failed = true;
		return NULL;
	}
	size = (size + grain - 1) / grain * grain;
	if (!b || b->size - b->used < size)
		b = add_block(a, size);
	if (!b) {
		a->failed = true;
		return NULL;
	}
	p = b->bytes + b->used;
	b->used += size;
	return p;
}

const char *us_arena_strn(us_arena *a, const char *bytes, size_t n)
{
	char *copy = us_arena_alloc(a, n + 1);

	if (!copy)
		return "";
	memcpy(copy, bytes, n);
	return copy;
}

const char *us_arena_str(us_arena *a, const char *text)
{
	return us_arena_strn(a, text, strlen(text));
}

const char *us_arena_strf(us_arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0) {
		a->failed = true;
		return "";
	}
	text = us_arena_alloc(a, (size_t)n + 1);
	if (!text)
		return "";
	va_start(args, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, args);
	va_end(args);
	return text;
}

void us_arena_adopt(us_arena *a, us_arena *from)
{
	us_arena_block **end = &a->blocks;

	/* behind our own: the first block is the one that has room */
	while (*end)
		end = &(*end)->next;
	*end = from->blocks;
	a->failed |= from->failed;
	*from = (us_arena){ 0 };
}

us_code us_arena_check(const us_arena *a, us_err *err)
{
	return a->failed ? us_fail(err, US_E_NOMEM, "out of memory") : US_OK;
}

void us_arena_fini(us_arena *a)
{
	while (a->blocks) {
		us_arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	a->failed = false;
}
