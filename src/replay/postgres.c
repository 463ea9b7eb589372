/* How far a script got, by doing it: its history in a scratch database, then the
 * script, statement by statement, compared with the live one. What stands in the
 * way is a reason to say "unknown", never an error of the run; out of memory aside.
 */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
#include "unstick/auto.h"

static us_code init(job *j, us_err *err)
{
	const us_script *s = j->c->script;
	size_t n = us_script_len(s);
	us_code rc;

	if (strlen(us_script_text(s)) != us_script_text_len(s))
		return us_fail(err, US_E_REFUSED, "the script holds a NUL");
	j->sums = calloc(n + 1, sizeof(*j->sums));
	j->ends = calloc(n + 1, sizeof(*j->ends));
	j->known = calloc(n + 1, sizeof(*j->known));
	if (!j->sums || !j->ends || !j->known)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_reading_init(j->r, n, err);
	if (rc == US_OK)
		rc = us_states_new(&j->states, n, err);
	if (rc == US_OK)
		rc = marks_init(&j->marks, j->states, n, err);
	return rc;
}

static void fini(job *j)
{
	past_fini(&j->past);
	marks_fini(&j->marks);
	us_states_free(j->states);
	us_arena_fini(&j->examiner.arena);
	free(j->sums);
	free(j->ends);
	free(j->known);
	free(j->again_why);
	free(j->failed);
}

/* The script, after the history: its calls may be of functions made there. */
static us_code examine_script(job *j, us_err *err)
{
	us_code rc =
		examine(&j->examiner, &j->found, us_script_text(j->c->script), err);

	if (rc != US_OK)
		return rc;
	if (!j->found.parsed || j->found.n != us_script_len(j->c->script))
		return us_fail(err, US_E_REFUSED,
			"the script can't be parsed, so it is not replayed");
	if (j->found.refused && j->shadow.same_server)
		return us_fail(err, US_E_REFUSED, "the script is not replayed: %s",
			j->found.refused);
	return US_OK;
}

static us_code replay(job *j, us_err *err)
{
	us_code rc = shadow_find(&j->shadow, j->c->config, j->c->live, err);

	if (rc == US_OK)
		rc = past_load(&j->past, j->c, &j->examiner, err);
	if (rc == US_OK)
		rc = past_check(&j->past, j->shadow.same_server, err);
	if (rc == US_OK)
		rc = examine_script(j, err);
	j->marks.same_wording = j->shadow.same_wording;
	if (rc == US_OK)
		rc = shadow_open(&j->shadow, err);
	if (rc == US_OK)
		rc = past_replay(&j->past, &j->shadow, err);
	if (rc == US_OK)
		rc = steps_run(j, err);
	if (rc == US_OK)
		rc = shadow_check(&j->shadow, err);
	/* whatever it was that was cancelled: that we were told to, is why */
	if (rc != US_OK && rc != US_E_NOMEM && shadow_stop(&j->shadow))
		rc = shadow_check(&j->shadow, err);
	return rc;
}

static us_code unknown(us_reading *r, const us_err *why, us_err *err)
{
	us_reading_fini(r);
	return us_strdup(&r->why, why->msg, err);
}

us_code us_replay_postgres(us_reading *r, const us_stuck *c, us_err *err)
{
	job j = { .c = c, .r = r };
	us_err why = { 0 };
	us_code rc = init(&j, &why);

	if (rc == US_OK) {
		rc = replay(&j, &why);
		if (rc == US_OK)
			rc = compare_live(&j, &why);
		if (rc == US_OK)
			rc = again_judge(&j, &why);
		shadow_close(&j.shadow);
	}
	fini(&j);
	if (rc == US_E_NOMEM && err)
		*err = why;
	return rc == US_OK || rc == US_E_NOMEM ? rc : unknown(r, &why, err);
}
