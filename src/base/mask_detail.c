/* The values in the DETAIL of a database error: rows of the users' tables. The
 * words around them are PostgreSQL's English ones; inside what is marked as a
 * detail, other languages are hidden by their shape, to the end of the detail. */
#include <ctype.h>
#include <string.h>

#include "mask_parts.h"

/* Column lists are short; looking further for their end would make a long text
 * without one slow. */
#define MAX_COLUMNS 1024

/* What PostgreSQL says behind "Key (columns)=(values)" (ri_triggers.c, nbtinsert.c,
 * execIndexing.c, tuplesortvariants.c). */
static bool ends_key(const char *p)
{
	static const char *const words[] = { ") already exists",
		") is not present in table", ") is still referenced",
		") conflicts with ", ") is duplicated", ") is not referenced" };

	for (size_t i = 0; *p == ')' && i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* ")." and nothing more in this detail. */
static bool ends_row(const char *p)
{
	return p[0] == ')' && p[1] == '.' &&
	       (!p[2] || strchr("\"'\\\r\n", p[2]) || p[2] == ' ');
}

/* The first end at or behind p, remembered: a text full of beginnings without an
 * end is searched once. */
static const char *next_end(const us_mask_text *t, const char *p,
	bool (*ends)(const char *), const char **from, const char **known)
{
	if (!*known || p < *from || p > *known) {
		*from = p;
		while (p < t->end && !ends(p))
			p++;
		*known = p;
	}
	return *known;
}

/* Without a known end: the rest of the line, or of the quoted detail. */
static const char *detail_end(const char *p)
{
	while (*p && *p != '\n' && !(p[0] == '"' && p[1] == ')'))
		p++;
	return p;
}

static bool hide(
	const us_mask_text *t, const char *from, const char *end, us_range *r)
{
	*r = (us_range){ from, end < t->end ? end : detail_end(from) };
	return r->to > r->from;
}

/* Behind "(": the begin of the values in "columns)=(values"; NULL if it is none. */
static const char *values(const us_mask_text *t, const char *columns)
{
	size_t n = (size_t)(t->end - columns);
	const char *at;

	n = strnlen(columns, n < MAX_COLUMNS ? n : MAX_COLUMNS);
	at = memmem(columns, n, ")=(", 3);
	return at && !memchr(columns, '\n', (size_t)(at - columns)) ? at + 3 : NULL;
}

/* In any language: "... (columns)=(values) ..." or "... (values)." */
static bool any_language(const char *p, const char *end, us_range *r)
{
	const char *v = memmem(p, (size_t)(end - p), ")=(", 3);
	const char *row = memmem(p, (size_t)(end - p), " (", 2);

	if (!v && !row)
		return false;
	*r = (us_range){ v ? v + 3 : row + 2, end };
	return r->to > r->from;
}

static bool says(const char *p, const char *words)
{
	return strncmp(p, words, strlen(words)) == 0;
}

/* What is marked as a detail, looked at once. The English words are met further on.
 */
static bool marked_detail(us_mask_text *t, const char *p, us_range *r)
{
	size_t n;

	if (t->detail_end && p < t->detail_end)
		return false;
	t->detail_end = detail_end(p);
	n = (size_t)(t->detail_end - p);
	return !memmem(p, n, "ey (", 4) && !memmem(p, n, "row contains (", 14) &&
	       any_language(p, t->detail_end, r);
}

bool us_mask_detail(us_mask_text *t, const char *p, size_t n, us_range *r)
{
	const char *at = p + n;

	if (n == 3 && (says(p, "Key (") || says(p, "key ("))) {
		const char *v = values(t, at + 2);

		return v &&
		       hide(t, v,
			       next_end(t, v, ends_key, &t->key_from, &t->key_end),
			       r);
	}
	if (n == 8 && says(p, "contains (") && p - t->text >= 4 &&
		says(p - 4, "row "))
		return hide(t, at + 2,
			next_end(t, at + 2, ends_row, &t->row_from, &t->row_end),
			r);
	if ((n == 6 && says(p, "DETAIL:")) || says(p, "detail: Some(\""))
		return marked_detail(t, at, r);
	return false;
}
