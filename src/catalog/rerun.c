/* Running a script again that has already run in part: what the next deploy would
 * do. It is allowed only where every statement that may have run does nothing now,
 * or does to rows what it did before, and where the rest certainly runs. It is a
 * property of a sequence at a state, so it is tried, on the symbolic catalog. */
#include "rerun.h"

#include "kinds.h"
#include "run.h"
#include "unstick/auto.h"

typedef struct {
	const parse *script;
	const world *start;
	world *end; /* after the whole script, with the keys it touches */
	us_reading *r;
} trial;

static us_code say(trial *t, size_t k, us_err *err, size_t i, const char *why)
{
	return us_strf(&t->r->rerun_why[k], err, "statement %zu: %s", i + 1, why);
}

/* Does another statement of the script change what this one reads? The words of the
 * statement are more than what it reads: that errs on the safe side. */
static bool inputs_change(const trial *t, size_t i)
{
	for (size_t j = 0; j < t->script->n; j++) {
		data_class c = classify_data(
			t->script->tree[j], t->script->text[j], t->script->len[j]);

		if (j != i && (c != DATA_NONE || !data_is_apart(t->script->tree[i],
							 t->script->tree[j])))
			return true;
	}
	return false;
}

/* Why statement i, which ran already, may not run again; NULL: it may. */
static const char *why_not_again(const trial *t, size_t i, const outcome *o)
{
	switch (classify_data(
		t->script->tree[i], t->script->text[i], t->script->len[i])) {
	case DATA_NONE:
		break;
	case DATA_IDEMPOTENT:
		return inputs_change(t, i)
			       ? "what it reads is changed by another statement"
			       : NULL;
	case DATA_CHANGES:
		return "it would change rows a second time";
	case DATA_DESTROYS:
		return "it would delete rows a second time";
	case DATA_UNKNOWN:
		return "what it would do a second time is not known";
	}
	if (o->destroys)
		return "it would drop what can hold rows";
	return o->changes ? "it would be done a second time" : NULL;
}

/* NULL in *why: statement i runs. */
static void judge_step(
	const trial *t, const run *again, size_t i, size_t ran, const char **why)
{
	const outcome *o = world_outcome(again->now);

	*why = NULL;
	if (o->fails || o->unsure)
		*why = o->why ? o->why : "whether it runs is not known";
	else if (i < ran)
		*why = why_not_again(t, i, o);
}

static bool ends_alike(trial *t, world *w)
{
	for (size_t i = 0; i < world_ntouched(t->end); i++) {
		const world_key *key = world_touched(t->end, i);

		if (us_value_compare(world_at(w, key), world_at(t->end, key)) !=
			US_AGREE)
			return false;
	}
	return true;
}

/* From the world after k statements, all of them once more. */
static us_code run_again(trial *t, world *from, size_t ran, size_t k, us_err *err)
{
	run again;
	us_code rc = run_begin(&again, t->script, from, err);

	for (size_t i = 0; rc == US_OK && i < t->script->n; i++) {
		const char *why;

		rc = run_step(&again, MODE_TRIAL, err);
		if (rc != US_OK)
			break;
		judge_step(t, &again, i, ran, &why);
		if (why) {
			rc = say(t, k, err, i, why);
			goto out;
		}
	}
	if (rc == US_OK && !ends_alike(t, run_outside(&again)))
		rc = us_strdup(&t->r->rerun_why[k],
			"run from the top it would not end where it should", err);
out:
	run_end(&again);
	return rc;
}

static us_code judge_from(trial *t, size_t k, us_err *err)
{
	run first;
	us_code rc = run_begin(&first, t->script, t->start, err);

	for (size_t i = 0; rc == US_OK && i < k; i++)
		rc = run_step(&first, MODE_FOLD, err);
	if (rc == US_OK)
		rc = run_again(t, run_outside(&first), first.lasting, k, err);
	run_end(&first);
	t->r->rerun[k] = rc == US_OK && !t->r->rerun_why[k];
	return rc;
}

us_code rerun_judge(us_reading *r, const parse *script, const world *start,
	world *end, us_err *err)
{
	trial t = { script, start, end, r };
	us_code rc = US_OK;

	/* nothing ran: the next deploy is the first */
	r->rerun[0] = true;
	for (size_t k = 1; k <= r->n && rc == US_OK; k++)
		if (r->prefixes.member[k])
			rc = judge_from(&t, k, err);
	return rc;
}
