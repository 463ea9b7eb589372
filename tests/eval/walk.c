/* Statement by statement through a migration, asking in each state that can be
 * found after its session is gone. */
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "say.h"
#include "unstick/auto.h"

/* How often a table that made a statement fail is left without rows, before all
 * are. */
enum { SECOND_TRIES = 4 };

static void forget_sights(experiment *e)
{
	for (size_t i = 0; i < e->nseen; i++) {
		free(e->seen[i].fingerprint);
		answer_free(&e->seen[i].answer);
	}
	e->nseen = 0;
}

static size_t see(experiment *e)
{
	e->seen[e->nseen] = look(e);
	return e->nseen++;
}

static bool any_rolled_back(const experiment *e)
{
	for (size_t i = 1; i < e->nseen; i++) {
		if (e->seen[i].answer.rolled_back)
			return true;
	}
	return false;
}

/* False: e->reached statements ran, the next one can't. */
static bool walk_once(experiment *e)
{
	const lab_ops *ops = e->lab->ops;

	forget_sights(e);
	ops->copy(e->lab, &e->copied);
	e->at[0] = see(e);
	for (e->reached = 0; e->reached < e->script.n; e->reached++) {
		size_t k = e->reached;

		if (!ops->run(e->lab, e->script.items[k].sql, NULL))
			return false;
		e->at[k + 1] = ops->in_transaction(e->lab) ? e->nseen - 1 : see(e);
	}
	if (ops->in_transaction(e->lab))
		ops->new_session(e->lab);
	if (!e->quick && any_rolled_back(e))
		e->rows_at_end = ops->rows(e->lab);
	return true;
}

/* A weaker condition than the one under which statement e->reached failed. */
static bool relent(experiment *e, unsigned tries)
{
	condition *c = &e->copied;

	if (c->rows && tries < SECOND_TRIES) {
		char *more =
			textf("%s\n%s", e->avoid, e->script.items[e->reached].sql);

		free(e->avoid);
		c->avoid = e->avoid = more;
		return true;
	}
	if (c->rows) {
		c->rows = false;
		return true;
	}
	if (c->drift) {
		c->drift = false;
		return true;
	}
	return false;
}

void experiment_walk(experiment *e)
{
	size_t n = e->script.n;
	bool through = false;

	e->avoid = copy_of("");
	e->copied = (condition){ .unfinished = e->migration,
		.place = e->place,
		.avoid = e->avoid,
		.rows = true,
		.drift = true };
	e->seen = room_for(n + 1, sizeof(*e->seen));
	e->at = room_for(n + 1, sizeof(*e->at));
	for (unsigned tries = 0; !through; tries++) {
		through = walk_once(e);
		if (!through && !relent(e, tries))
			return; /* what was reached is still true */
	}
}
