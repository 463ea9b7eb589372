/* Running a script again that has already run in part: what the next deploy would
 * do. It is allowed only where every statement that may have run does nothing now,
 * or does to rows what it did before, and where the rest certainly runs. It is a
 * property of a sequence at a state, so it is tried, on the symbolic catalog. */
#include "rerun.h"

#include <string.h>

#include "kinds.h"
#include "run.h"
#include "unstick/auto.h"

typedef struct {
	const parse *script;
	const world *start;
	world *end; /* after the whole script, with the keys it touches */
	us_reading *r;
	us_db *live;
} trial;

static us_code say(trial *t, size_t k, us_err *err, size_t i, const char *why)
{
	return us_strf(&t->r->rerun_why[k], err, "statement %zu: %s", i + 1, why);
}

/* Does another statement of the script change what this one reads, or undo what it
 * does? */
static bool inputs_change(const trial *t, size_t i)
{
	for (size_t j = 0; j < t->script->n; j++)
		if (j != i &&
			!data_is_apart(t->script->tree[i], t->script->tree[j]))
			return true;
	return false;
}

/* What only reads changes nothing; but it asks for columns, which another statement
 * may have taken away. */
static bool only_reads(const PgQuery__Node *tree)
{
	switch (tree->node_case) {
	case PG_QUERY__NODE__NODE_SELECT_STMT:
	case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
	case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
	case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
	case PG_QUERY__NODE__NODE_VACUUM_STMT:
		return true;
	default:
		return false;
	}
}

static bool columns_change(const trial *t, size_t i)
{
	if (!only_reads(t->script->tree[i]))
		return false;
	for (size_t j = 0; j < t->script->n; j++)
		if (j != i &&
			!data_keeps_columns(t->script->tree[i], t->script->tree[j]))
			return true;
	return false;
}

static us_code see_yes(const us_row *row, void *ctx, us_err *err)
{
	bool *yes = ctx;

	(void)err;
	*yes = *yes || !row->cells[0] || strcmp(row->cells[0], "f") != 0;
	return US_OK;
}

/* A trigger or a rule of the live table may do anything with what the statement
 * does to no effect. A table that isn't found is no better. */
static us_code has_watchers(bool *yes, trial *t, const data_use *use, us_err *err)
{
	const char *const names[] = { use->schema, use->table };

	return us_db_query(t->live,
		"SELECT c.relhasrules OR EXISTS (SELECT FROM pg_catalog.pg_trigger "
		"g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) FROM (SELECT "
		"pg_catalog.to_regclass(pg_catalog.concat_ws('.', "
		"pg_catalog.quote_ident($1), pg_catalog.quote_ident($2))) AS id) n "
		"LEFT JOIN pg_catalog.pg_class c ON c.oid = n.id",
		US_LEN(names), names, see_yes, yes, err);
}

static us_code is_watched(bool *yes, trial *t, size_t i, us_err *err)
{
	us_arena arena = { 0 };
	size_t n;
	const data_use *uses = data_uses(&arena, t->script->tree[i], &n);
	us_code rc = us_arena_check(&arena, err);

	*yes = false;
	for (size_t j = 0; rc == US_OK && !*yes && j < n; j++)
		if (uses[j].written)
			rc = has_watchers(yes, t, &uses[j], err);
	us_arena_fini(&arena);
	return rc;
}

/* In *why, why statement i, which ran already, may not run again; NULL: it may. */
static us_code why_not_again(
	const char **why, trial *t, size_t i, const outcome *o, us_err *err)
{
	bool watched = false;
	us_code rc = US_OK;

	switch (classify_data(
		t->script->tree[i], t->script->text[i], t->script->len[i])) {
	case DATA_NONE:
		if (columns_change(t, i)) {
			*why = "what it reads is changed by another statement";
			return US_OK;
		}
		break;
	case DATA_IDEMPOTENT:
		if (inputs_change(t, i)) {
			*why = "what it reads is changed by another statement";
			return US_OK;
		}
		rc = is_watched(&watched, t, i, err);
		*why = watched ? "a trigger or a rule may see it a second time"
			       : NULL;
		return rc;
	case DATA_CHANGES:
		*why = "it would change rows a second time";
		return US_OK;
	case DATA_DESTROYS:
		*why = "it would delete rows a second time";
		return US_OK;
	case DATA_UNKNOWN:
		*why = "what it would do a second time is not known";
		return US_OK;
	}
	if (o->destroys)
		*why = "it would drop what can hold rows";
	else if (o->changes)
		*why = "it would be done a second time";
	return US_OK;
}

/* NULL in *why: statement i runs, and may. */
static us_code judge_step(const char **why, trial *t, const run *again, size_t i,
	size_t ran, us_err *err)
{
	const outcome *o = world_outcome(again->now);

	*why = NULL;
	if (o->fails || o->unsure)
		*why = o->why ? o->why : "whether it runs is not known";
	else if (i < ran)
		return why_not_again(why, t, i, o, err);
	return US_OK;
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

	if (rc == US_OK)
		world_new_session(again.now, false);
	for (size_t i = 0; rc == US_OK && i < t->script->n; i++) {
		const char *why;

		rc = run_step(&again, MODE_TRIAL, err);
		if (rc == US_OK)
			rc = judge_step(&why, t, &again, i, ran, err);
		if (rc == US_OK && why) {
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

/* first: the statements 1 to k have run. */
static us_code judge_from(trial *t, const run *first, us_err *err)
{
	size_t k = first->ran;
	us_code rc = US_OK;

	/* all of it in a transaction of its own, which is gone: nothing ran */
	if (first->lasting > 0)
		rc = run_again(t, run_outside(first), first->lasting, k, err);
	t->r->rerun[k] = rc == US_OK && !t->r->rerun_why[k];
	return rc;
}

us_code rerun_judge(us_reading *r, const parse *script, const world *start,
	world *end, us_db *live, us_err *err)
{
	trial t = { script, start, end, r, live };
	size_t left = us_prefixes_count(&r->prefixes);
	run first;
	us_code rc = run_begin(&first, script, start, err);

	/* nothing ran: the next deploy is the first */
	r->rerun[0] = true;
	left -= r->prefixes.member[0];
	while (rc == US_OK && left > 0) {
		rc = run_step(&first, MODE_FOLD, err);
		if (rc != US_OK || !r->prefixes.member[first.ran])
			continue;
		rc = judge_from(&t, &first, err);
		left--;
	}
	run_end(&first);
	return rc;
}
