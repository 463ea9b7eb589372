/* From schemas to keys: only tables whose words change between two states are
 * looked at, each wording of them once, and of what they amount to only what
 * differs. */
#include "sqlite_judge.h"

#include <string.h>

#include "sqlite_subject.h"

/* One table through all states. */
typedef struct {
	const lite_judging *j;
	const char *name; /* folded */
	size_t n;
	const lite_group *groups; /* n + 1 */
	const lite_facts **facts; /* n + 1; the same wording shares its facts */
	lite_facts live;
	us_value *at; /* n + 1: of the key that is being looked at */
	lite_names keys;
} track;

static us_code add_facts(
	track *t, lite_group g, const lite_facts **out, us_err *err)
{
	lite_facts *f = us_arena_alloc(t->j->arena, sizeof(*f));

	*out = f;
	return f ? lite_facts_of(f, t->j->bench, g, err)
		 : us_arena_check(t->j->arena, err);
}

/* The facts of a wording that some earlier state has, or NULL. */
static const lite_facts *known(const track *t, size_t k, lite_group g)
{
	for (size_t i = k; i > 0; i--)
		if (lite_group_same(t->groups[i - 1], g))
			return t->facts[i - 1];
	return NULL;
}

static us_code follow(track *t, us_err *err)
{
	us_arena *a = t->j->arena;
	lite_group *groups = us_arena_alloc(a, (t->n + 1) * sizeof(*groups));
	lite_group live = lite_group_of(t->j->live, t->name);
	const lite_facts *same;
	us_code rc;

	t->groups = groups;
	t->facts = us_arena_alloc(a, (t->n + 1) * sizeof(const lite_facts *));
	t->at = us_arena_alloc(a, (t->n + 1) * sizeof(*t->at));
	rc = us_arena_check(a, err);
	for (size_t k = 0; rc == US_OK && k <= t->n; k++) {
		groups[k] = lite_group_of(&t->j->stages->at[k], t->name);
		t->facts[k] = known(t, k, groups[k]);
		if (!t->facts[k])
			rc = add_facts(t, groups[k], &t->facts[k], err);
	}
	if (rc != US_OK)
		return rc;
	same = known(t, t->n + 1, live);
	if (same)
		t->live = *same;
	return same ? US_OK : lite_facts_of(&t->live, t->j->bench, live, err);
}

/* ---- one key ---- */

static bool equal(us_value a, us_value b)
{
	return a.firmness == b.firmness &&
	       (!a.text || !b.text || strcmp(a.text, b.text) == 0);
}

static void look_up(track *t, const lite_fact *f)
{
	for (size_t k = 0; k <= t->n; k++)
		t->at[k] = k > 0 && t->facts[k] == t->facts[k - 1]
				   ? t->at[k - 1]
				   : lite_facts_at(t->facts[k], f);
}

/* Is a table or view of that name there at all? */
static bool container_there(const track *t, size_t k)
{
	for (size_t i = 0; i < t->groups[k].n; i++)
		if (strcmp(t->groups[k].rows[i].type, "table") == 0 ||
			strcmp(t->groups[k].rows[i].type, "view") == 0)
			return true;
	return false;
}

/* Does it differ between two states? What was there before the script, and differs
 * only by being gone while its whole table is gone, says nothing that the table
 * doesn't say; and a drift in it must not exclude anything. */
static bool is_touched(const track *t, const lite_fact *f)
{
	us_value first = t->at[0];
	bool had =
		first.firmness != US_VALUE_ABSENT && !lite_is_container(f->object);

	for (size_t k = 1; k <= t->n; k++) {
		if (t->facts[k] == t->facts[0] || (had && !container_there(t, k)))
			continue;
		if (!equal(t->at[k], first))
			return true;
	}
	return false;
}

static bool mentioned(const track *t, const lite_fact *f, const lite_names *names)
{
	lite_names own = { 0 };

	if (lite_names_have(names, t->name))
		return true;
	lite_names_of(t->j->arena, &own, lite_tokens_of(f->about, strlen(f->about)),
		false);
	for (size_t i = 0; i < own.len; i++)
		if (lite_names_have(names, own.items[i]))
			return true;
	return false;
}

static bool is_unclear(const track *t, const lite_fact *f, size_t k)
{
	const lite_stages *s = t->j->stages;

	if (k >= s->lost_from || !t->facts[k]->readable)
		return true;
	for (size_t i = 0; i < s->nunclear; i++)
		if (k >= s->unclear[i].from &&
			mentioned(t, f, &s->unclear[i].names))
			return true;
	return false;
}

/* With a gap in the history, a value from before the script is hearsay. What counts
 * is a key that a statement creates for certain, with nothing before it that may
 * have done otherwise to its table. */
static bool is_made_here(const track *t, const lite_fact *f)
{
	us_arena *a = t->j->arena;

	if (t->at[0].firmness != US_VALUE_ABSENT)
		return false;
	for (size_t k = 1; k <= t->n; k++) {
		lite_subject is = lite_subject_of(a, t->j->script, k - 1);
		lite_names names = { 0 };

		if (is.verb == LITE_OTHER)
			continue;
		/* a DROP found nothing here, and may have found it there */
		lite_names_of(a, &names,
			lite_tokens_of_statement(t->j->script, k - 1), false);
		if (!lite_creates_strictly(&is) &&
			(t->facts[k] != t->facts[k - 1] || mentioned(t, f, &names)))
			return false;
		if (t->facts[k] == t->facts[k - 1])
			continue;
		if (t->at[k].firmness != US_VALUE_ABSENT)
			return true;
	}
	return false;
}

/* SQLite keeps the words of an expression as they were written. If the live ones
 * are those of one of the states, they are not those of the others; if they are
 * nobody's, they may still mean the same. */
static bool words_decide(const track *t, us_value live)
{
	if (live.firmness != US_VALUE_OPAQUE)
		return false;
	for (size_t k = 0; k <= t->n; k++)
		if (equal(t->at[k], live))
			return true;
	return false;
}

static us_value decided(us_value v, bool firm)
{
	if (firm && v.firmness == US_VALUE_OPAQUE)
		v.firmness = US_VALUE_FIRM;
	return v;
}

/* An index or a trigger may go from one table to another: then each table has a key
 * of its own for it. */
static size_t key_of(track *t, const lite_fact *f)
{
	us_arena *a = t->j->arena;
	const char *name =
		lite_fold(a, us_arena_strf(a, "%s %s", f->object, f->facet));
	const char *object = f->object;

	if (lite_names_have(t->j->done, name))
		object = us_arena_strf(a, "%s on %s", f->object, t->name);
	lite_names_add(a, &t->keys, name);
	return us_states_key(t->j->states, object, f->facet);
}

static void put_key(track *t, const lite_fact *f)
{
	const lite_past *past = t->j->past;
	us_states *s = t->j->states;
	size_t key = key_of(t, f);
	us_value live = lite_facts_at(&t->live, f);
	bool firm = words_decide(t, live);

	for (size_t k = 0; k <= t->n; k++)
		if (!is_unclear(t, f, k))
			us_states_put(s, key, k, decided(t->at[k], firm));
	if (t->live.readable)
		us_states_put_live(s, key, decided(live, firm));
	if (past->gap && !is_made_here(t, f))
		us_states_doubt(s, key, past->gap);
	for (size_t i = 0; i < past->ndoubts; i++)
		if (mentioned(t, f, &past->doubts[i].names))
			us_states_doubt(s, key, past->doubts[i].why);
}

/* Was the key met in an earlier wording already? */
static bool is_seen(const track *t, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (t->facts[i] != t->facts[k] &&
			t->at[i].firmness != US_VALUE_ABSENT)
			return true;
	return false;
}

static us_code put_table(const lite_judging *j, const char *name, us_err *err)
{
	track t = { .j = j, .name = name, .n = j->stages->n };
	us_code rc = follow(&t, err);

	for (size_t k = 0; rc == US_OK && k <= t.n; k++) {
		if (k > 0 && t.facts[k] == t.facts[k - 1])
			continue;
		if (known(&t, k, t.groups[k])) /* this wording has been here */
			continue;
		for (size_t i = 0; i < t.facts[k]->n; i++) {
			const lite_fact *f = &t.facts[k]->items[i];

			look_up(&t, f);
			if (!is_seen(&t, k) && is_touched(&t, f))
				put_key(&t, f);
		}
	}
	for (size_t i = 0; i < t.keys.len; i++)
		lite_names_add(j->arena, j->done, t.keys.items[i]);
	return rc == US_OK ? us_arena_check(j->arena, err) : rc;
}

us_code lite_put_keys(const lite_judging *j, us_err *err)
{
	lite_names tables = { 0 };
	us_code rc = US_OK;

	for (size_t k = 0; k < j->stages->n; k++)
		if (j->stages->at[k].rows != j->stages->at[k + 1].rows)
			lite_schema_changed(j->arena, &tables, &j->stages->at[k],
				&j->stages->at[k + 1]);
	for (size_t i = 0; rc == US_OK && i < tables.len; i++)
		rc = put_table(j, tables.items[i], err);
	return rc == US_OK ? us_arena_check(j->arena, err) : rc;
}
