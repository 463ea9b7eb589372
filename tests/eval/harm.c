/* What would become of the database and the ledger if a permitted verdict were
 * carried out: tried, not argued. */
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "say.h"
#include "unstick/auto.h"

/* ---- applied ---- */

/* The first state that is the same as k: there the script's transaction began. */
static size_t first_same(const experiment *e, size_t k)
{
	size_t first = k;

	while (first > 0 && e->at[first - 1] == e->at[k])
		first--;
	return first;
}

static char *harm_of_applied(const experiment *e, size_t k)
{
	size_t from = first_same(e, k), n = e->script.n;

	if (e->reached == n && e->at[k] == e->at[n])
		return NULL;
	for (size_t i = from; i < n; i++) {
		if (e->script.items[i].changes == CHANGES_ROWS ||
			(e->reached < n &&
				e->script.items[i].changes == CHANGES_SCHEMA))
			return textf("applied: statement %zu (%s) did not run",
				i + 1, e->script.items[i].kind);
	}
	if (e->reached == n &&
		strcmp(fingerprint_at(e, k), fingerprint_at(e, n)) != 0)
		return textf("applied: the schema is not that after all %zu", n);
	return NULL;
}

/* ---- rolled back, and the script run from the top ---- */

/* NULL if all of it ran. */
static char *run_all(experiment *e)
{
	const lab_ops *ops = e->lab->ops;

	ops->new_session(e->lab);
	for (size_t i = 0; i < e->script.n; i++) {
		US_AUTO(auto_str) char *why = NULL;

		if (!ops->run(e->lab, e->script.items[i].sql, &why))
			return textf(
				"rolled_back: statement %zu fails from the top: "
				"%.*s",
				i + 1, (int)strcspn(why ? why : "", "\n"),
				why ? why : "");
	}
	if (ops->in_transaction(e->lab))
		ops->new_session(e->lab);
	return NULL;
}

static bool same_schema_as_at_end(experiment *e)
{
	US_AUTO(auto_str) char *now = e->lab->ops->fingerprint(e->lab);

	return strcmp(now, fingerprint_at(e, e->script.n)) == 0;
}

/* The line at *at, and past it; its length without the digest in *counted. */
static size_t take_line(const char **at, const char **line, size_t *counted)
{
	size_t len = strcspn(*at, "\n");

	*line = *at;
	*at += len + ((*at)[len] == '\n');
	*counted = len;
	while (*counted > 0 && (*line)[*counted - 1] != ' ')
		--*counted;
	return len;
}

/* The tables are the same, since the schemas are. `again`: the same as `truth`, had
 * once more, so that now() and random() are not mistaken for harm. */
static char *compare_rows(const char *truth, const char *again, const char *now)
{
	while (*truth && *again && *now) {
		const char *t, *a, *x;
		size_t tc, ac, xc;
		size_t tlen = take_line(&truth, &t, &tc);
		size_t alen = take_line(&again, &a, &ac);
		size_t xlen = take_line(&now, &x, &xc);
		bool steady = tlen == alen && memcmp(t, a, tlen) == 0;

		if (tc != xc || memcmp(t, x, tc) != 0)
			return textf("rolled_back: rows %.*sinstead of %.*s",
				(int)xc, x, (int)tc, t);
		if (steady && (tlen != xlen || memcmp(t, x, tlen) != 0))
			return textf(
				"rolled_back: other values in %.*s", (int)tc, t);
	}
	return NULL;
}

static char *rows_of_another_run(experiment *e)
{
	US_AUTO(auto_str) char *why = NULL;

	e->lab->ops->copy(e->lab, &e->copied);
	why = run_all(e);
	return why ? copy_of("") : e->lab->ops->rows(e->lab);
}

static char *harm_of_rolled_back(experiment *e, size_t k)
{
	const lab_ops *ops = e->lab->ops;
	size_t ran = first_same(e, k);
	char *harm;

	if (e->at[k] == e->at[0] || e->reached < e->script.n)
		return NULL;
	ops->copy(e->lab, &e->copied);
	for (size_t i = 0; i < ran; i++) {
		if (!ops->run(e->lab, e->script.items[i].sql, NULL))
			return copy_of("rolled_back: can't be tried a second time");
	}
	harm = run_all(e);
	if (!harm && !same_schema_as_at_end(e))
		harm = copy_of(
			"rolled_back: another schema after a run from the top");
	if (!harm && e->rows_at_end) {
		US_AUTO(auto_str) char *now = ops->rows(e->lab);
		US_AUTO(auto_str) char *again = NULL;

		if (strcmp(now, e->rows_at_end) == 0)
			return NULL;
		again = rows_of_another_run(e);
		harm = compare_rows(e->rows_at_end, again, now);
	}
	return harm;
}

/* ---- both ---- */

char *harm_of_prefix(experiment *e, size_t k)
{
	const answer *a = &e->seen[e->at[k]].answer;
	US_AUTO(auto_str) char *applied = a->applied ? harm_of_applied(e, k) : NULL;
	US_AUTO(auto_str)
	char *rolled_back = a->rolled_back ? harm_of_rolled_back(e, k) : NULL;

	if (applied && rolled_back)
		return textf("%s; %s", applied, rolled_back);
	return applied ? US_STEAL(applied) : US_STEAL(rolled_back);
}

char *harm_of_subset(experiment *e, const sight *s)
{
	char *harm;

	if (s->answer.applied && !same_schema_as_at_end(e))
		return copy_of("applied: the schema is not that after all");
	if (!s->answer.rolled_back)
		return NULL;
	harm = run_all(e);
	if (!harm && !same_schema_as_at_end(e))
		harm = copy_of(
			"rolled_back: another schema after a run from the top");
	return harm;
}

/* A second run fails on it, or with IF NOT EXISTS quietly keeps it; and a ledger
 * that says "applied" hides it. */
char *harm_of_index(const sight *s)
{
	if (s->answer.applied)
		return copy_of("applied: there is an INVALID index");
	if (s->answer.rolled_back)
		return copy_of("rolled_back: there is an INVALID index");
	return NULL;
}
