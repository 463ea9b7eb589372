/* What CREATE INDEX CONCURRENTLY leaves when it fails: an index that is there and
 * is none. */
#include <stdlib.h>

#include "experiment.h"
#include "say.h"

/* The first `ran` statements, the last of which failed in that way. */
static void find_index(experiment *e, size_t ran)
{
	sight s = look(e);
	finding f = finding_of(e);

	f.trial = TRIAL_INDEX;
	f.k = ran;
	f.grade = grade_index(&s.answer, f.n);
	f.prefixes = prefixes_text(&s.answer);
	f.same = copy_of("");
	f.said = said_text(&s.answer);
	f.proof = copy_of(s.answer.proof);
	if (f.grade != GRADE_OTHER)
		f.harm = harm_of_index(&s);
	finding_write(&f, e->out);
	finding_free(&f);
	free(s.fingerprint);
	answer_free(&s.answer);
}

static bool run_first(experiment *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!e->lab->ops->run(e->lab, e->script.items[i].sql, NULL))
			return false;
	}
	return true;
}

void experiment_indexes(experiment *e)
{
	const lab_ops *ops = e->lab->ops;

	for (size_t i = 0; i < e->reached; i++) {
		/* One that was there already is not built, and can't fail. */
		if (!e->script.items[i].concurrent || !differs(e, i, i + 1))
			continue;
		ops->copy(e->lab, &e->copied);
		if (run_first(e, i + 1) && ops->spoil_index(e->lab))
			find_index(e, i + 1);
	}
}
