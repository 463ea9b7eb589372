/* What a developer looks at: the findings of one grade, and why K is wider than
 * one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "table.h"

/* ---- losses by cause ---- */

typedef struct {
	const char *kind;
	bool shows;
	size_t n;
} cause;

static int by_weight(const void *a, const void *b)
{
	const cause *x = a, *y = b;

	if (x->shows != y->shows)
		return x->shows ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->kind, y->kind);
}

static size_t count_cause(cause *causes, size_t n, const finding *f)
{
	for (size_t i = 0; i < n; i++) {
		if (causes[i].shows == f->loss_shows &&
			strcmp(causes[i].kind, f->loss) == 0) {
			causes[i].n++;
			return n;
		}
	}
	causes[n] = (cause){ f->loss, f->loss_shows, 1 };
	return n + 1;
}

void table_losses(const findings *all)
{
	cause *causes = room_for(all->n, sizeof(*causes));
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (all->items[i].loss)
			n = count_cause(causes, n, &all->items[i]);
	}
	qsort(causes, n, sizeof(*causes), by_weight);
	if (n)
		puts("\nRanges, by the statement that K couldn't tell from its "
		     "neighbour");
	for (size_t i = 0; i < n; i++)
		printf("%6zu  %-22s %s\n", causes[i].n,
			causes[i].shows ? "the schema shows it"
					: "no trace in the schema",
			causes[i].kind);
	free(causes);
}

/* ---- lists ---- */

static bool is_wanted(const finding *f, const char *which)
{
	if (strcmp(which, "bad") == 0)
		return finding_is_bad(f);
	if (strcmp(which, "harm") == 0)
		return f->harm != NULL;
	if (strcmp(which, "visible") == 0)
		return f->loss && f->loss_shows;
	return strcmp(grade_name(f->grade), which) == 0;
}

static void print(const finding *f)
{
	printf("%s %s/%s ", grade_name(f->grade), f->project, f->migration);
	if (f->trial == TRIAL_SUBSET)
		printf("ran %s of %zu", f->ran, f->n);
	else if (f->trial == TRIAL_INDEX)
		printf("INVALID index of statement %zu of %zu", f->k, f->n);
	else
		printf("k=%zu of %zu", f->k, f->n);
	printf(" K={%s} right={%s}\n    %s\n", f->prefixes, f->same, f->said);
	if (f->loss)
		printf("    not told apart: %s%s\n", f->loss,
			f->loss_shows ? ", though the schema shows it" : "");
	if (f->harm)
		printf("    HARM %s\n", f->harm);
}

void table_list(const findings *all, const char *which)
{
	puts("");
	for (size_t i = 0; i < all->n; i++) {
		if (is_wanted(&all->items[i], which))
			print(&all->items[i]);
	}
}
