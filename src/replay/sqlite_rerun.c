/* Running a script again from the top. */
#include "sqlite_rerun.h"

#include <stdio.h>
#include <string.h>

#include "sqlite_subject.h"
#include "unstick/auto.h"

typedef struct {
	us_arena *arena;
	const lite_stages *stages;
	const lite_past *past;
	const us_script *script;
	lite_scratch scratch;
	const char *why; /* why not; NULL so far */
} trial;

static us_code run(trial *t, lite_step *step, size_t i, us_err *err)
{
	const us_statement *st = us_script_statement(t->script, i);

	return lite_scratch_run(&t->scratch, step,
		us_script_text(t->script) + st->offset, st->len, err);
}

static void deny(trial *t, size_t i, const char *what)
{
	if (!t->why)
		t->why = us_arena_strf(
			t->arena, "statement %zu, run again, %s", i + 1, what);
}

/* ---- statements that move rows ---- */

static bool touches(const lite_step *s, const char *table, bool only_writes)
{
	for (size_t i = 0; i < s->ntouches; i++)
		if (strcmp(s->touches[i].table, table) == 0 &&
			!(only_writes && s->touches[i].action == SQLITE_READ))
			return true;
	return false;
}

/* Does another statement write what this one reads or writes? */
static bool has_rival(const trial *t, size_t i)
{
	const lite_step *mine = &t->stages->steps[i];

	for (size_t j = 0; j < t->stages->n; j++) {
		const lite_step *other = &t->stages->steps[j];

		if (j == i || (!other->writes_rows && !other->changes_schema))
			continue;
		for (size_t m = 0; m < mine->ntouches; m++)
			if (touches(other, mine->touches[m].table, true))
				return true;
	}
	return false;
}

static bool has_touch(const lite_step *s, int action)
{
	for (size_t i = 0; i < s->ntouches; i++)
		if (s->touches[i].action == action)
			return true;
	return false;
}

static bool has_inner(const lite_step *s)
{
	for (size_t i = 0; i < s->ntouches; i++)
		if (s->touches[i].inner)
			return true;
	return false;
}

/* Is any column both read and written? Then a second run may see the first's. */
static const char *read_and_written(const lite_step *s, bool *several)
{
	const char *found = NULL;

	*several = false;
	for (size_t i = 0; i < s->ntouches; i++) {
		const lite_touch *w = &s->touches[i];

		for (size_t j = 0; w->action == SQLITE_UPDATE && j < s->ntouches;
			j++) {
			const lite_touch *r = &s->touches[j];

			if (r->action != SQLITE_READ ||
				strcmp(r->table, w->table) != 0 ||
				strcmp(r->column, w->column) != 0)
				continue;
			*several |= found && strcmp(found, w->column) != 0;
			found = w->column;
		}
	}
	return found;
}

/* UPDATE t SET c = <no c in it> WHERE c IS NULL: fills what is not filled yet. */
static bool is_back_fill(trial *t, size_t i, const char *column)
{
	lite_tokens k = lite_tokens_of_statement(t->script, i);
	const char *set, *tested;
	lite_token next;

	if (!lite_skip(&k, "update") || !lite_next_name(t->arena, &k) ||
		!lite_skip(&k, "set"))
		return false;
	set = lite_next_name(t->arena, &k);
	if (!set || strcmp(lite_fold(t->arena, set), column) != 0 ||
		!lite_is_sign(lite_next(&k), '='))
		return false;
	/* a single value: a constant */
	next = lite_next(&k);
	if ((next.kind != LITE_STRING && next.kind != LITE_NUMBER) ||
		!lite_skip(&k, "where"))
		return false;
	tested = lite_next_name(t->arena, &k);
	return tested && strcmp(lite_fold(t->arena, tested), column) == 0 &&
	       lite_skip(&k, "is null") && lite_next(&k).kind == LITE_END;
}

/* OR IGNORE leaves a row for the next run to change, OR REPLACE takes others away.
 */
static bool has_conflict_clause(trial *t, size_t i)
{
	lite_tokens k = lite_tokens_of_statement(t->script, i);

	for (lite_token w = lite_next(&k); w.kind != LITE_END; w = lite_next(&k))
		if (lite_is(w, "update"))
			return lite_is(lite_next(&k), "or");
	return false;
}

static void judge_update(trial *t, size_t i)
{
	const lite_step *step = &t->stages->steps[i];
	bool several;
	const char *column = read_and_written(step, &several);

	if (has_conflict_clause(t, i))
		deny(t, i, "may meet other rows than before");
	else if (column && (several || !is_back_fill(t, i, column)))
		deny(t, i, "reads what it wrote before");
	else if (has_rival(t, i))
		deny(t, i, "meets rows that another statement writes too");
}

/* INSERT ... DO NOTHING of constants: done twice, does it find itself done? */
static us_code judge_insert(trial *t, size_t i, us_err *err)
{
	const lite_step *step = &t->stages->steps[i];
	sqlite3 *db = t->scratch.db;
	sqlite3_int64 before;
	lite_step first, second;
	int enforced = 0;
	us_code rc;

	if (has_touch(step, SQLITE_READ) || has_touch(step, SQLITE_UPDATE) ||
		has_rival(t, i)) {
		deny(t, i, "inserts what depends on other rows");
		return US_OK;
	}
	/* there are no parents here; later statements are to find it as it was */
	if (sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &enforced) !=
			SQLITE_OK ||
		sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL) !=
			SQLITE_OK)
		return us_fail(
			err, US_E_DB, "scratch database: %s", sqlite3_errmsg(db));
	t->scratch.run_rows = true;
	rc = run(t, &first, i, err);
	before = sqlite3_total_changes64(db);
	if (rc == US_OK)
		rc = run(t, &second, i, err);
	t->scratch.run_rows = false;
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, enforced, NULL);
	if (rc == US_OK &&
		(first.outcome != LITE_RAN || second.outcome != LITE_RAN ||
			sqlite3_total_changes64(db) != before))
		deny(t, i, "inserts its rows a second time, or fails");
	return rc;
}

/* At state k, with statement i having run already. */
static us_code judge_rows(trial *t, size_t i, us_err *err)
{
	const lite_step *step = &t->stages->steps[i];

	if (has_inner(step) || step->volatile_words)
		deny(t, i, "may do something else than before");
	else if (has_touch(step, SQLITE_DELETE))
		deny(t, i, "deletes rows");
	else if (has_touch(step, SQLITE_INSERT))
		return judge_insert(t, i, err);
	else if (step->writes_rows)
		judge_update(t, i);
	return US_OK;
}

/* ---- what others did ---- */

/* The trial starts from what the history says. Another one that was at the same
 * things since would have its work undone by a second run; and triggers that nobody
 * knows of may do anything with rows. */
static void judge_past(trial *t, size_t k)
{
	const lite_past *past = t->past;

	for (size_t i = 0; i < k && !t->why; i++) {
		if (past->gap && t->stages->steps[i].writes_rows)
			deny(t, i, past->gap);
		for (size_t j = 0; j < past->ndoubts; j++)
			if (lite_names_meet(t->arena, &past->doubts[j].names,
				    lite_tokens_of_statement(t->script, i)))
				deny(t, i,
					us_arena_strf(t->arena,
						"may undo what another did: %s",
						past->doubts[j].why));
	}
}

/* ---- the trial ---- */

/* What needs no trial: statements that are never repeatable, or never succeed. */
static void judge_words(trial *t, size_t k)
{
	for (size_t i = 0; i < k && !t->why; i++) {
		lite_subject is = lite_subject_of(t->arena, t->script, i);

		if (is.verb == LITE_DROP_TABLE || is.verb == LITE_DROP_COLUMN ||
			t->stages->steps[i].drops_table)
			deny(t, i, "drops what may hold rows");
		else if (is.verb == LITE_CREATE_TABLE && !is.lenient &&
			 lite_schema_table(
				 &t->stages->at[k], lite_fold(t->arena, is.table)))
			deny(t, i, "fails: its table already exists");
		else if (t->stages->steps[i].outcome == LITE_FAILED ||
			 t->stages->steps[i].outcome == LITE_REFUSED)
			deny(t, i, "can't be tried");
	}
}

static us_code same_schema(trial *t, const lite_schema *as, bool *same, us_err *err)
{
	lite_names changed = { 0 };
	lite_schema now;
	us_code rc = lite_schema_of_scratch(&now, t->arena, t->scratch.db, err);

	if (rc == US_OK)
		lite_schema_changed(t->arena, &changed, as, &now);
	*same = changed.len == 0;
	return rc;
}

/* Statement i of the first k: it must change nothing now. */
static us_code again(trial *t, size_t i, const lite_schema *at_k, us_err *err)
{
	const lite_step *step = &t->stages->steps[i];
	lite_step now;
	bool same = true;
	us_code rc;

	rc = run(t, &now, i, err); /* what only moves rows is compiled */
	if (rc == US_OK && now.outcome != LITE_RAN && now.outcome != LITE_COMPILED)
		deny(t, i, us_arena_strf(t->arena, "fails: %s", now.why));
	if (rc == US_OK && !t->why && step->writes_rows && !step->changes_schema)
		return judge_rows(t, i, err);
	if (rc == US_OK && !t->why && now.changes_schema)
		rc = same_schema(t, at_k, &same, err);
	if (!same)
		deny(t, i, "changes the schema again");
	return rc;
}

static us_code run_trial(trial *t, size_t k, us_err *err)
{
	const lite_schema *at_k = &t->stages->at[k];
	bool same = false;
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && !t->why && i < k; i++)
		rc = again(t, i, at_k, err);
	for (size_t i = k; rc == US_OK && !t->why && i < t->stages->n; i++) {
		lite_step now;

		rc = run(t, &now, i, err);
		if (rc == US_OK && now.outcome != LITE_RAN &&
			now.outcome != LITE_COMPILED)
			t->why = us_arena_strf(t->arena, "statement %zu fails: %s",
				i + 1, now.why);
	}
	if (rc != US_OK || t->why)
		return rc;
	if (lite_scratch_in_transaction(&t->scratch))
		t->why = "it leaves a transaction open";
	else
		rc = same_schema(t, &t->stages->at[t->stages->n], &same, err);
	if (rc == US_OK && !t->why && !same)
		t->why = "run again, it ends in another schema";
	return rc;
}

/* A connection that ended has lost its settings, temporary tables and open
 * transaction: a new scratch, and in it what the first k statements left. */
static us_code reach(trial *t, size_t k, us_err *err)
{
	lite_scratch first = { 0 };
	lite_image image = { 0 };
	lite_step last;
	size_t ran;
	us_code rc = lite_scratch_from(&first, t->arena, &t->stages->start, err);

	if (rc == US_OK)
		rc = lite_run_range(&first, t->script, 0, k, &ran, &last, err);
	if (rc == US_OK && (ran != k || lite_scratch_in_transaction(&first)))
		t->why = "the state can't be made again";
	if (rc == US_OK && !t->why)
		rc = lite_image_of(&image, &first, err);
	if (rc == US_OK && !t->why)
		rc = lite_scratch_from(&t->scratch, t->arena, &image, err);
	lite_scratch_fini(&first);
	sqlite3_free(image.bytes);
	return rc;
}

static us_code try_at(us_reading *r, trial *t, size_t k, us_err *err)
{
	size_t kept = t->stages->kept[k];
	us_code rc = US_OK;

	t->why = NULL;
	judge_words(t, kept);
	judge_past(t, kept);
	if (!t->why)
		rc = reach(t, kept, err);
	if (rc == US_OK && !t->why)
		rc = run_trial(t, kept, err);
	lite_scratch_fini(&t->scratch);
	if (rc != US_OK)
		return rc;
	r->rerun[k] = !t->why;
	return t->why ? us_strdup(&r->rerun_why[k], t->why, err) : US_OK;
}

/* All of it in a transaction of its own, which is gone: nothing ran. */
static bool nothing_stays(const lite_stages *stages, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (stages->steps[i].outcome == LITE_FAILED ||
			stages->steps[i].outcome == LITE_REFUSED)
			return false;
	return k > 0 && stages->kept[k] == 0;
}

us_code lite_rerun(us_reading *r, us_arena *a, const lite_stages *stages,
	const lite_past *past, const us_script *script, us_err *err)
{
	trial t = { .arena = a, .stages = stages, .past = past, .script = script };
	us_code rc = US_OK;

	for (size_t k = 0; rc == US_OK && k <= stages->n; k++) {
		r->rerun[k] = nothing_stays(stages, k);
		if (r->rerun[k])
			continue;
		if (r->prefixes.known && r->prefixes.member[k])
			rc = try_at(r, &t, k, err);
		else
			rc = us_strdup(&r->rerun_why[k],
				"the database is not known to be there", err);
	}
	return rc == US_OK ? us_arena_check(a, err) : rc;
}
