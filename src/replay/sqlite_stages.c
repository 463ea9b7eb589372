/* The history, and then the script, statement by statement. */
#include "sqlite_stages.h"

#include <string.h>

#include "sqlite_slice.h"

static us_code run_statement(lite_scratch *s, lite_step *step,
	const us_script *script, size_t i, us_err *err)
{
	const us_statement *st = us_script_statement(script, i);

	return lite_scratch_run(
		s, step, us_script_text(script) + st->offset, st->len, err);
}

us_code lite_run_range(lite_scratch *s, const us_script *script, size_t from,
	size_t to, size_t *ran, lite_step *last, us_err *err)
{
	us_code rc = US_OK;

	*ran = 0;
	*last = (lite_step){ .outcome = LITE_RAN };
	for (size_t i = from; rc == US_OK && i < to; i++) {
		rc = run_statement(s, last, script, i, err);
		if (rc != US_OK || (last->outcome != LITE_RAN &&
					   last->outcome != LITE_COMPILED))
			break;
		++*ran;
	}
	return rc;
}

static int take_number(void *ctx, int n, char **cells, char **names)
{
	(void)names;
	*(bool *)ctx = n > 0 && cells[0] && strcmp(cells[0], "0") != 0;
	return 0;
}

/* What is temporary ends with its connection, and would hide what comes later under
 * the same name. */
static us_code without_temporary(lite_scratch *s, us_err *err)
{
	us_arena *a = s->arena;
	lite_image image = { 0 };
	bool some = false;
	us_code rc;

	if (sqlite3_exec(s->db, "SELECT count(*) FROM temp.sqlite_schema",
		    take_number, &some, NULL) != SQLITE_OK)
		return us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(s->db));
	if (!some)
		return US_OK;
	rc = lite_image_of(&image, s, err);
	lite_scratch_fini(s);
	if (rc == US_OK)
		rc = lite_scratch_from(s, a, &image, err);
	sqlite3_free(image.bytes);
	return rc;
}

/* Every migration finds the session as a new connection does. */
static us_code new_session(lite_scratch *s, us_err *err)
{
	static const char sql[] =
		"PRAGMA foreign_keys=ON; PRAGMA defer_foreign_keys=OFF;"
		"PRAGMA legacy_alter_table=OFF; PRAGMA "
		"ignore_check_constraints=OFF";

	if (lite_scratch_in_transaction(s) &&
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		return us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(s->db));
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(s->db));
	return without_temporary(s, err);
}

/* A statement that moves rows may fail here for lack of them, and has no effect on
 * the schema either way. */
static bool is_gap(us_arena *a, const us_script *s, size_t i, const lite_step *step)
{
	return step->outcome == LITE_REFUSED ||
	       (step->outcome == LITE_FAILED &&
		       lite_subject_of(a, s, i).verb != LITE_OTHER);
}

static us_code replay_one(lite_scratch *s, lite_slice *slice, lite_past *past,
	const us_script *script, us_err *err)
{
	us_code rc = new_session(s, err);

	for (size_t i = 0; rc == US_OK && i < us_script_len(script); i++) {
		lite_step step;

		if (!lite_slice_wants(slice, s->arena, script, i))
			continue;
		rc = run_statement(s, &step, script, i, err);
		if (rc == US_OK && is_gap(s->arena, script, i, &step) && !past->gap)
			past->gap = us_arena_strf(s->arena,
				"a statement of the history can't be replayed (%s)",
				step.why);
	}
	return rc;
}

static us_code replay_past(
	lite_scratch *s, lite_past *past, const us_script *script, us_err *err)
{
	us_code rc = US_OK;
	lite_slice slice;

	lite_slice_of(&slice, s->arena, past->scripts, past->n, script);
	for (size_t i = 0; rc == US_OK && i < past->n; i++)
		rc = replay_one(s, &slice, past, past->scripts[i], err);
	return rc == US_OK ? new_session(s, err) : rc;
}

/* Statement i did not do what it says, or nobody knows what it does. */
static void note_failure(
	lite_stages *out, us_arena *a, const us_script *script, size_t i)
{
	const lite_step *step = &out->steps[i];
	lite_unclear *u = &out->unclear[out->nunclear];

	if (step->outcome == LITE_REFUSED) {
		out->lost_from = i + 1 < out->lost_from ? i + 1 : out->lost_from;
		return;
	}
	if (lite_subject_of(a, script, i).verb == LITE_OTHER)
		return;
	u->from = i + 1;
	lite_names_of(a, &u->names, lite_tokens_of_statement(script, i), false);
	out->nunclear++;
}

/* What is unclear of a table goes with it where the script renames it. */
static void spread(lite_stages *out, us_arena *a, lite_past *past,
	const us_script *script, size_t i)
{
	for (size_t j = 0; j < past->ndoubts; j++)
		lite_spread(a, &past->doubts[j].names, script, i);
	for (size_t j = 0; j < out->nunclear; j++)
		lite_spread(a, &out->unclear[j].names, script, i);
}

static us_code run_script(lite_stages *out, lite_scratch *s, lite_past *past,
	const us_script *script, us_err *err)
{
	us_arena *a = s->arena;
	us_code rc = lite_schema_of_scratch(&out->at[0], a, s->db, err);

	for (size_t i = 0; rc == US_OK && i < out->n; i++) {
		lite_step *step = &out->steps[i];
		bool was_open = lite_scratch_in_transaction(s);

		out->at[i + 1] = out->at[i];
		out->kept[i + 1] = out->kept[i];
		rc = run_statement(s, step, script, i, err);
		if (rc != US_OK)
			break;
		if (step->outcome == LITE_FAILED || step->outcome == LITE_REFUSED)
			note_failure(out, a, script, i);
		spread(out, a, past, script, i);
		if (lite_scratch_in_transaction(s))
			continue; /* lost, if the connection ended now */
		out->kept[i + 1] = i + 1;
		if (step->changes_schema || was_open)
			rc = lite_schema_of_scratch(&out->at[i + 1], a, s->db, err);
	}
	return rc;
}

us_code lite_stages_run(lite_stages *out, us_arena *a, lite_past *past,
	const us_script *script, us_err *err)
{
	lite_scratch s = { 0 };
	us_code rc;

	*out = (lite_stages){ .n = us_script_len(script), .lost_from = SIZE_MAX };
	out->steps = us_arena_alloc(a, (out->n + 1) * sizeof(*out->steps));
	out->at = us_arena_alloc(a, (out->n + 1) * sizeof(*out->at));
	out->kept = us_arena_alloc(a, (out->n + 1) * sizeof(*out->kept));
	out->unclear = us_arena_alloc(a, (out->n + 1) * sizeof(*out->unclear));
	rc = us_arena_check(a, err);
	if (rc == US_OK)
		rc = lite_scratch_init(&s, a, err);
	if (rc == US_OK)
		rc = replay_past(&s, past, script, err);
	if (rc == US_OK)
		rc = lite_image_of(&out->start, &s, err);
	if (rc == US_OK)
		rc = run_script(out, &s, past, script, err);
	lite_scratch_fini(&s);
	return rc == US_OK ? us_arena_check(a, err) : rc;
}

void lite_stages_fini(lite_stages *s)
{
	sqlite3_free(s->start.bytes);
	s->start = (lite_image){ 0 };
}
