/* Tables of figures: one row a project, one a provider. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "unstick/auto.h"

typedef struct {
	size_t n, grades[GRADES], harm;
	size_t migrations, observable, exact_of_observable; /* of prefixes */
	size_t proofs[4];                                   /* see proofs[] */
	size_t rows, drift;                                 /* migrations */
} sums;

static const char *const proofs[] = { "catalog", "replay", "ledger", NULL };

static size_t proof_of(const finding *f)
{
	size_t i = 0;

	while (proofs[i] && !(f->proof && strcmp(f->proof, proofs[i]) == 0))
		i++;
	return i;
}

static void add(sums *s, const finding *f)
{
	s->proofs[proof_of(f)]++;
	s->n++;
	s->grades[f->grade]++;
	s->harm += f->harm != NULL;
	s->migrations += f->k == 0;
	s->rows += f->k == 0 && f->rows;
	s->drift += f->k == 0 && f->drift;
	s->observable += f->observable;
	s->exact_of_observable += f->observable && f->grade == GRADE_EXACT;
}

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* A row is a project, or all of a provider. */
typedef struct {
	char name[40];
	sums of[TRIALS];
} row;

static row *row_of(row *rows, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

static const char *provider_of(const corpus *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->items[i].name, name) == 0)
			return c->items[i].provider;
	}
	return "";
}

/* All projects in their order, then the providers. */
static row *make_rows(const findings *all, const corpus *c, size_t *n)
{
	row *rows = room_for(2 * c->n, sizeof(*rows));

	*n = 0;
	for (size_t i = 0; i < c->n; i++)
		snprintf(rows[(*n)++].name, sizeof(rows->name), "%s",
			c->items[i].name);
	for (size_t i = 0; i < c->n; i++) {
		if (!row_of(rows, *n, c->items[i].provider))
			snprintf(rows[(*n)++].name, sizeof(rows->name), "%s",
				c->items[i].provider);
	}
	for (size_t i = 0; i < all->n; i++) {
		const finding *f = &all->items[i];

		add(&row_of(rows, *n, f->project)->of[f->trial], f);
		add(&row_of(rows, *n, provider_of(c, f->project))->of[f->trial], f);
	}
	return rows;
}

static void print_prefixes(const row *r)
{
	const sums *s = &r->of[TRIAL_PREFIX];

	printf("%-18s %6zu %6zu %6zu %6zu %6zu %6zu %7zu %6zu %5zu %7.1f %% %6zu "
	       "%7.1f %%\n",
		r->name, s->migrations, s->n, s->grades[GRADE_EXACT],
		s->grades[GRADE_RANGE], s->grades[GRADE_ALARM],
		s->grades[GRADE_WRONG], s->grades[GRADE_UNKNOWN],
		s->grades[GRADE_OTHER], s->harm,
		percent(s->grades[GRADE_EXACT], s->n), s->observable,
		percent(s->exact_of_observable, s->observable));
}

static void print_subsets(const row *r)
{
	const sums *s = &r->of[TRIAL_SUBSET];

	printf("%-18s %6zu %9zu %6zu %6zu %7zu %7zu %6zu %5zu\n", r->name, s->n,
		s->grades[GRADE_DIVERGED], s->grades[GRADE_EQUAL],
		s->grades[GRADE_MIXED], s->grades[GRADE_UNKNOWN],
		s->grades[GRADE_MISSED], s->grades[GRADE_OTHER], s->harm);
}

static void print_indexes(const row *r)
{
	const sums *s = &r->of[TRIAL_INDEX];

	printf("%-18s %6zu %6zu %6zu %6zu %5zu\n", r->name, s->n,
		s->grades[GRADE_TOLD], s->grades[GRADE_UNTOLD],
		s->grades[GRADE_OTHER], s->harm);
}

static const struct {
	const char *title, *head;
	void (*print)(const row *r);
} tables[TRIALS] = {
	[TRIAL_PREFIX] = { "Exactly the first k statements of a migration ran",
		"  migr.  pairs  exact  range  alarm  WRONG unknown  other  harm   "
		"  exact"
		" visib.     exact",
		print_prefixes },
	[TRIAL_SUBSET] = { "Statements that are no prefix ran",
		"  cases  diverged  equal  mixed unknown  missed  other  harm",
		print_subsets },
	[TRIAL_INDEX] = { "CREATE INDEX CONCURRENTLY left its index INVALID",
		"  cases   told untold  other  harm", print_indexes },
};

static void print_conditions(const row *r)
{
	const sums *s = &r->of[TRIAL_PREFIX];

	if (s->n == 0)
		return;
	printf("%s: drift beside %zu of %zu migrations, rows in tables of %zu; K "
	       "by",
		r->name, s->drift, s->migrations, s->rows);
	for (size_t i = 0; i < US_LEN(proofs); i++) {
		if (s->proofs[i])
			printf(" %s %zu", proofs[i] ? proofs[i] : "nothing",
				s->proofs[i]);
	}
	puts("");
}

static void print_table(
	const row *rows, size_t projects, size_t n, trial t, bool together)
{
	size_t cases = 0;

	for (size_t i = projects; i < n; i++)
		cases += rows[i].of[t].n;
	if (cases == 0)
		return;
	printf("%s\n%-18s%s\n", tables[t].title, "", tables[t].head);
	for (size_t i = together ? projects : 0; i < n; i++) {
		if (i == projects && !together)
			puts("");
		if (rows[i].of[t].n)
			tables[t].print(&rows[i]);
	}
	puts("");
}

/* Of histories by chance there may be hundreds: they are told together. */
void table_print(const findings *all, const corpus *c, bool together)
{
	size_t n;
	row *rows = make_rows(all, c, &n);

	for (trial t = 0; t < TRIALS; t++)
		print_table(rows, c->n, n, t, together);
	for (size_t i = c->n; i < n; i++)
		print_conditions(&rows[i]);
	free(rows);
}

/* ---- the goals ---- */

typedef struct {
	const char *what, *provider;
	double least;
	bool of_observable;
} goal;

/* Of the real histories; asked of a whole run only. */
static const goal goals[] = {
	{ "exact", "postgresql", 91.0, false },
	{ "exact where it can be seen", "postgresql", 99.0, true },
	{ "exact", "sqlite", 61.0, false },
};

/* Our own are there to be difficult: their shares say nothing about the world. */
static bool reach(const row *rows, const corpus *c, const goal *g)
{
	size_t exact = 0, of = 0;
	double reached;

	for (size_t i = 0; i < c->n; i++) {
		const sums *s = &rows[i].of[TRIAL_PREFIX];

		if (c->items[i].own ||
			strcmp(c->items[i].provider, g->provider) != 0)
			continue;
		exact += g->of_observable ? s->exact_of_observable
					  : s->grades[GRADE_EXACT];
		of += g->of_observable ? s->observable : s->n;
	}
	if (of == 0)
		return true;
	reached = percent(exact, of);
	printf("%s, real histories: %s: %.1f %% of %zu, goal %.1f %%: %s\n",
		g->provider, g->what, reached, of, g->least,
		reached >= g->least ? "met" : "NOT met");
	return reached >= g->least;
}

static bool none(const char *what, size_t n)
{
	if (n)
		printf("%zu %s: there must be none\n", n, what);
	return n == 0;
}

bool table_judge(const findings *all, const corpus *c, const options *o)
{
	bool whole = o->share >= 100 && !o->migration && !o->project && !o->random;
	size_t n, harm = 0, grades[GRADES] = { 0 };
	row *rows = make_rows(all, c, &n);
	bool ok = true;

	puts("");
	for (size_t i = 0; i < all->n; i++) {
		grades[all->items[i].grade]++;
		harm += all->items[i].harm != NULL;
	}
	for (size_t g = 0; whole && g < US_LEN(goals); g++)
		ok &= reach(rows, c, &goals[g]);
	ok &= none("wrong", grades[GRADE_WRONG]);
	ok &= none("false alarms", grades[GRADE_ALARM]);
	ok &= none("INVALID indexes not told", grades[GRADE_UNTOLD]);
	ok &= none("without a usable answer", grades[GRADE_OTHER]);
	ok &= none("harmful verdicts permitted", harm);
	ok &= all->n > 0;
	free(rows);
	return ok;
}
