/* How far apart two names are: for "did you mean" and for renamed folders. */
#include <stdlib.h>
#include <string.h>

#include "unstick/str.h"

#define SLIP_MAX                                                                   \
	256 /* bytes; what is longer is no slip, and takes long to compare */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment in three rows; names are at most some hundred bytes. */
size_t us_edit_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), result;
	size_t *rows = calloc(3 * (lb + 1), sizeof(*rows));
	size_t *before, *above, *row;

	if (!rows)
		return la > lb ? la : lb; /* "far" is the harmless answer */
	before = rows;
	above = rows + lb + 1;
	row = above + lb + 1;
	for (size_t j = 0; j <= lb; j++)
		above[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = above;
		above = row;
		row = spare;
	}
	result = above[lb];
	free(rows);
	return result;
}

const char *us_nearest(const char *text, const char *const *names, size_t n)
{
	size_t limit = 1 + strlen(text) / 4;
	const char *best = NULL;

	if (strlen(text) > SLIP_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t d = us_edit_distance(text, names[i]);

		if (d <= limit) {
			best = names[i];
			limit = d;
			if (d == 0)
				break;
			limit--;
		}
	}
	return best;
}
