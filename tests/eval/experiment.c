/* What a finding about a prefix consists of. */
#include "experiment.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "unstick/auto.h"

sight look(experiment *e)
{
	const lab_ops *ops = e->lab->ops;
	sight s = { .fingerprint = ops->fingerprint(e->lab) };

	ops->rest(e->lab);
	ask(&s.answer, &e->who, ops->url(e->lab), e->migration->name);
	return s;
}

const char *fingerprint_at(const experiment *e, size_t k)
{
	return e->seen[e->at[k]].fingerprint;
}

char *said_text(const answer *a)
{
	if (a->error)
		return copy_of(a->error);
	return textf("%s%s%s (%s, %zu statements)%s%s", a->state ? a->state : "",
		a->proof ? " by " : "", a->proof ? a->proof : "",
		a->kind ? a->kind : "", a->n, a->why ? ": " : "",
		a->why ? a->why : "");
}

finding finding_of(const experiment *e)
{
	return (finding){ .project = copy_of(e->project->name),
		.migration = copy_of(e->migration->name),
		.place = e->place,
		.n = e->script.n,
		.rows = e->copied.rows,
		.drift = e->copied.drift };
}

bool differs(const experiment *e, size_t j, size_t k)
{
	return strcmp(fingerprint_at(e, j), fingerprint_at(e, k)) != 0;
}

static bool is_observable(const experiment *e, size_t k)
{
	return (k == 0 || differs(e, k - 1, k)) &&
	       (k == e->reached || differs(e, k, k + 1));
}

/* The member of K nearest to k that is another state, for the table of losses. */
static size_t nearest_other(const answer *a, const bool *same, size_t k)
{
	for (size_t far = 1; far <= a->n; far++) {
		if (k >= far && a->member[k - far] && !same[k - far])
			return k - far;
		if (k + far <= a->n && a->member[k + far] && !same[k + far])
			return k + far;
	}
	return k;
}

static void explain_loss(
	const experiment *e, finding *f, const answer *a, const bool *same)
{
	size_t k = f->k, other = nearest_other(a, same, k);
	size_t between = other > k ? other - k : k - other;
	const statement *s = &e->script.items[other > k ? k : k - 1];

	f->loss = textf("%s%s", between > 1 ? "(and more) " : "", s->kind);
	f->loss_shows = other > e->reached || differs(e, k, other);
}

static void find_prefix(experiment *e, size_t k)
{
	const answer *a = &e->seen[e->at[k]].answer;
	size_t n = e->script.n;
	bool *same = room_for(n + 1, sizeof(*same));
	answer truth = { .known = true, .n = n, .member = same };
	finding f = finding_of(e);

	f.k = k;
	f.observable = is_observable(e, k);
	for (size_t j = 0; j <= e->reached; j++)
		same[j] = e->at[j] == e->at[k];
	f.grade = grade_prefix(a, same, n);
	f.prefixes = prefixes_text(a);
	f.same = prefixes_text(&truth);
	f.said = said_text(a);
	f.proof = copy_of(a->proof);
	if (f.grade == GRADE_RANGE)
		explain_loss(e, &f, a, same);
	if (f.grade != GRADE_OTHER && !e->quick)
		f.harm = harm_of_prefix(e, k);
	e->bad += finding_is_bad(&f);
	finding_write(&f, e->out);
	finding_free(&f);
	free(same);
}

static void forget(experiment *e)
{
	for (size_t i = 0; i < e->nseen; i++) {
		free(e->seen[i].fingerprint);
		answer_free(&e->seen[i].answer);
	}
	free(e->seen);
	free(e->at);
	free(e->avoid);
	free(e->rows_at_end);
	statements_free(&e->script);
}

void experiment_run(experiment *e)
{
	e->lab->ops->cut(&e->script, e->migration->text);
	if (e->script.cut) {
		experiment_walk(e);
		e->through = e->reached == e->script.n;
		for (size_t k = 0; k <= e->reached; k++)
			find_prefix(e, k);
		if (e->reached == e->script.n && !e->quick)
			experiment_subsets(e);
		if (!e->quick)
			experiment_indexes(e);
		e->lab->ops->discard(e->lab);
	}
	forget(e);
}
