/* A column that is dropped and made again with the same definition differs in one
 * thing: it has moved to the end. Others may have columns that the history knows
 * nothing of, so what counts is the order among those that the script leaves alone,
 * and only if it is one that the script makes. */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"

typedef struct {
	long place;
	const char *name;
} spot;

static bool moved(const mark *k, size_t n)
{
	const char *first = NULL;

	for (size_t i = 0; k->places && i <= n; i++) {
		if (k->places[i] && first && strcmp(first, k->places[i]) != 0)
			return true;
		if (k->places[i])
			first = k->places[i];
	}
	return false;
}

static bool stays(const mark *k, const mark *of)
{
	return marks_is(k, "column") && !k->places && k->now[0] &&
	       strcmp(k->schema, of->schema) == 0 &&
	       strcmp(k->relation, of->relation) == 0;
}

static int by_place(const void *a, const void *b)
{
	const spot *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

/* The names in order; NULL if one isn't there. */
static const char *order_of(
	marks *m, spot *spots, const mark *k, const char *place, bool live)
{
	const char *text = "";
	size_t n = 0;

	if (!place)
		return NULL;
	spots[n++] = (spot){ strtol(place, NULL, 10), k->name };
	for (size_t i = 0; i < m->len; i++) {
		const mark *other = &m->items[i];
		const char *at = live ? other->live[MARK_VALUES - 1]
				      : other->now[MARK_VALUES - 1];

		if (other == k || !stays(other, k))
			continue;
		if (!at)
			return NULL;
		spots[n++] = (spot){ strtol(at, NULL, 10), other->name };
	}
	qsort(spots, n, sizeof(*spots), by_place);
	for (size_t i = 0; i < n; i++)
		text = us_arena_strf(
			&m->arena, "%s%s%s", text, i ? ", " : "", spots[i].name);
	return text;
}

static void compare(marks *m, spot *spots, const mark *k)
{
	size_t key = us_states_key(m->states, k->title, "place");
	const char *live = k->live[MARK_VALUES - 1];
	us_value v = { US_VALUE_ABSENT, NULL };

	for (size_t i = 0; i <= m->n && i < k->unknown_from; i++) {
		const char *text = order_of(m, spots, k, k->places[i], false);

		us_states_put(m->states, key, i,
			(us_value){ text ? US_VALUE_FIRM : US_VALUE_ABSENT, text });
	}
	if (live) {
		const char *text = order_of(m, spots, k, live, true);

		v = text ? marks_matching(m->states, key, m->n, text)
			 : (us_value){ US_VALUE_UNKNOWN, NULL };
	}
	us_states_put_live(m->states, key, v);
}

us_code order_compare(marks *m, us_err *err)
{
	spot *spots = calloc(m->len + 1, sizeof(*spots));

	if (!spots)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < m->len; i++)
		if (moved(&m->items[i], m->n))
			compare(m, spots, &m->items[i]);
	free(spots);
	return us_arena_check(&m->arena, err);
}
