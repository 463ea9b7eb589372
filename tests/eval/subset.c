/* Statements that are no prefix: what a hand, or two attempts, can leave behind. */
#include <stdlib.h>
#include <string.h>

#include "dice.h"
#include "experiment.h"
#include "say.h"
#include "unstick/auto.h"
#include "unstick/str.h"

enum { MANY = 6 }; /* statements: then two subsets are tried */

static bool is_prefix(const bool *ran, size_t n)
{
	size_t i = 0;

	while (i < n && ran[i])
		i++;
	while (i < n && !ran[i])
		i++;
	return i == n;
}

/* With a transaction of the script's own, what a subset means isn't clear. */
static bool has_transaction(const experiment *e)
{
	for (size_t k = 0; k < e->reached; k++) {
		if (e->at[k] == e->at[k + 1])
			return true;
	}
	return false;
}

static bool choose(bool *chosen, size_t n, uint64_t *state)
{
	for (unsigned tries = 0; tries < 32; tries++) {
		for (size_t i = 0; i < n; i++)
			chosen[i] = dice_throw(state, 2) != 0;
		if (!is_prefix(chosen, n))
			return true;
	}
	return false;
}

/* In order; one that fails is not in the subset. */
static void run_chosen(experiment *e, bool *chosen)
{
	for (size_t i = 0; i < e->script.n; i++)
		chosen[i] = chosen[i] &&
			    e->lab->ops->run(e->lab, e->script.items[i].sql, NULL);
}

static char *list(const bool *ran, size_t n)
{
	us_str text = { 0 };
	us_err err = { 0 };
	char *out;

	for (size_t i = 0; i < n; i++) {
		if (ran[i])
			us_str_addf(&text, "%s%zu", text.len ? "," : "", i + 1);
	}
	if (us_str_take(&text, &out, NULL, &err) != US_OK)
		die("%s", err.msg);
	return out;
}

static void find_subset(experiment *e, const bool *ran)
{
	size_t n = e->script.n;
	bool *same = room_for(n + 1, sizeof(*same));
	answer truth = { .known = true, .n = n, .member = same };
	sight s = look(e);
	finding f = finding_of(e);

	f.trial = TRIAL_SUBSET;
	f.ran = list(ran, n);
	for (size_t k = 0; k <= n; k++)
		same[k] = strcmp(fingerprint_at(e, k), s.fingerprint) == 0;
	f.grade = grade_subset(&s.answer, same, n);
	f.prefixes = prefixes_text(&s.answer);
	f.same = prefixes_text(&truth);
	f.said = said_text(&s.answer);
	f.proof = copy_of(s.answer.proof);
	if (f.grade != GRADE_OTHER)
		f.harm = harm_of_subset(e, &s);
	finding_write(&f, e->out);
	finding_free(&f);
	free(same);
	free(s.fingerprint);
	answer_free(&s.answer);
}

void experiment_subsets(experiment *e)
{
	size_t n = e->script.n, wanted = n < 2 ? 0 : n < MANY ? 1 : 2;
	bool *ran = room_for(n, sizeof(*ran));
	uint64_t state = dice_for(e->seed, e->project->name, e->migration->name);

	if (has_transaction(e))
		wanted = 0;
	for (size_t i = 0; i < wanted && choose(ran, n, &state); i++) {
		e->lab->ops->copy(e->lab, &e->copied);
		run_chosen(e, ran);
		if (!is_prefix(ran, n))
			find_subset(e, ran);
	}
	free(ran);
}
