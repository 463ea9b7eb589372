/* Evidence for SQLite: the history and the script run in memory, their schemas and
 * the live one made into keys, and the live row counts of rebuilt tables. The live
 * database is asked for its schema's words and those counts, nothing else. */
#include <stdlib.h>
#include <string.h>

#include "sqlite_judge.h"
#include "sqlite_rebuild.h"
#include "sqlite_rerun.h"
#include "unstick/auto.h"
#include "unstick/replay.h"

typedef struct {
	us_arena arena;
	lite_past past;
	lite_stages stages;
	lite_bench bench;
	lite_schema live;
	lite_rebuilds rebuilds;
	us_states *states;
	const char *shout; /* what has to be said before anything else */
} work;

static void work_fini(work *w)
{
	us_states_free(w->states);
	lite_bench_close(&w->bench);
	lite_stages_fini(&w->stages);
	lite_past_fini(&w->past);
	us_arena_fini(&w->arena);
}

/* Puts a sentence before what r->why says already. */
static us_code say_first(us_reading *r, const char *text, us_err *err)
{
	char *why = NULL;
	us_code rc;

	if (!text)
		return US_OK;
	rc = us_strf(&why, err, "%s%s%s", text, r->why ? "; " : "",
		r->why ? r->why : "");
	if (rc != US_OK)
		return rc;
	free(r->why);
	r->why = why;
	return US_OK;
}

/* A table of new_X's name from before the script is not left over by it. */
static bool was_there(const work *w, const lite_rebuild *r)
{
	return !w->past.blind && !w->past.gap &&
	       lite_schema_table(&w->stages.at[0], r->temp_folded);
}

static us_code look_at_rebuilds(
	us_reading *r, work *w, const us_stuck *c, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < w->rebuilds.n; i++) {
		const lite_rebuild *is = &w->rebuilds.items[i];
		lite_rebuild_live live;

		rc = lite_rebuild_look(&live, c->live, is, &w->live, err);
		if (rc != US_OK)
			break;
		if (!w->past.blind)
			lite_rebuild_put(
				w->states, &w->arena, is, &live, &w->stages);
		if (!was_there(w, is) || !live.table)
			rc = lite_rebuild_leftover(
				r, &w->arena, is, &live, &w->shout, err);
	}
	return rc;
}

static const char *what_is_lost(work *w)
{
	const lite_stages *s = &w->stages;

	if (s->lost_from > s->n)
		return NULL;
	return us_arena_strf(&w->arena,
		"statement %zu is not replayed, so what comes from it on is "
		"unknown: %s",
		s->lost_from, s->steps[s->lost_from - 1].why);
}

static us_code judge(us_reading *r, work *w, const us_stuck *c, us_err *err)
{
	lite_names done = { 0 };
	const lite_judging j = { w->states, &w->arena, &w->bench, c->script,
		&w->stages, &w->past, &w->live, &done };
	us_code rc = lite_put_keys(&j, err);

	if (rc == US_OK)
		rc = us_states_judge(w->states, r, err);
	if (rc == US_OK)
		rc = lite_rerun(r, &w->arena, &w->stages, &w->past, c->script, err);
	if (rc == US_OK)
		rc = say_first(r, what_is_lost(w), err);
	return rc;
}

static us_code prepare(work *w, const us_stuck *c, us_err *err)
{
	us_code rc = lite_past_load(&w->past, &w->arena, c, err);

	if (rc == US_OK)
		rc = lite_schema_of_live(&w->live, &w->arena, c->live, err);
	if (rc == US_OK)
		rc = us_states_new(&w->states, us_script_len(c->script), err);
	if (rc == US_OK)
		rc = lite_bench_open(&w->bench, &w->arena, err);
	lite_rebuilds_of(&w->rebuilds, &w->arena, c->script);
	return rc;
}

us_code us_replay_sqlite(us_reading *r, const us_stuck *c, us_err *err)
{
	work w = { 0 };
	us_code rc = us_reading_init(r, us_script_len(c->script), err);

	if (rc == US_OK)
		rc = prepare(&w, c, err);
	if (rc == US_OK && !w.past.blind)
		rc = lite_stages_run(&w.stages, &w.arena, &w.past, c->script, err);
	/* leftovers are named also where nothing else can be told */
	if (rc == US_OK)
		rc = look_at_rebuilds(r, &w, c, err);
	if (rc == US_OK && !w.past.blind)
		rc = judge(r, &w, c, err);
	if (rc == US_OK)
		rc = say_first(r, w.past.blind, err);
	if (rc == US_OK)
		rc = say_first(r, w.shout, err);
	work_fini(&w);
	return rc == US_OK ? rc : us_context(err, "replay");
}
