/* Which states agree with the live database, and what that says of each statement.
 * A key excludes a state only where the two differ for certain. */
#include <stdlib.h>
#include <string.h>

#include "states_impl.h"
#include "unstick/auto.h"

static bool excludes(const state_key *key, size_t k)
{
	return !key->doubt && us_value_compare(key->at[k], key->live) == US_DIFFER;
}

static bool fits(const us_states *s, size_t k)
{
	for (size_t i = 0; i < s->nkeys; i++)
		if (excludes(&s->keys[i], k))
			return false;
	return true;
}

/* Does statement i (0-based) change this key, as far as is known? */
static bool changes(const state_key *key, size_t i)
{
	const us_value *before = &key->at[i], *after = &key->at[i + 1];

	if (before->firmness == US_VALUE_UNKNOWN ||
		after->firmness == US_VALUE_UNKNOWN)
		return false;
	if (before->firmness != after->firmness)
		return true;
	return before->text && strcmp(before->text, after->text) != 0;
}

/* Without the schema that everything built in is in. */
static void add_plain(us_str *out, const char *text, size_t n)
{
	static const char built_in[] = "pg_catalog.";
	const size_t skip = sizeof(built_in) - 1;

	for (size_t i = 0; i < n; i++)
		if (n - i >= skip && strncmp(text + i, built_in, skip) == 0)
			i += skip - 1;
		else
			us_str_addc(out, text[i]);
}

/* A value in words; what is long is cut, at a character's border. */
static void add_value(us_str *out, const char *text)
{
	enum { ENOUGH = 80 };
	size_t len = strlen(text), n = len < ENOUGH ? len : ENOUGH;

	while (n < len && n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	add_plain(out, text, n);
	if (n < len)
		us_str_add(out, "...");
}

/* "column public.User.age is not there", "column public.User.age: type text" */
static void add_fact(us_str *out, const state_key *key, us_value v)
{
	us_str_add(out, key->object);
	if (v.firmness == US_VALUE_ABSENT) {
		us_str_add(out, " is not there");
	} else if (!*key->facet) {
		us_str_add(out, " is there");
	} else {
		us_str_addf(out, ": %s ", key->facet);
		add_value(out, v.text ? v.text : "not known");
	}
}

/* What the keys that a statement changes say: the first that shows its effect, the
 * first that shows its lack, the first that shows neither. */
typedef struct {
	const state_key *ran, *did_not, *neither;
	bool visible;
} votes;

static votes count_votes(const us_states *s, size_t i)
{
	votes v = { 0 };

	for (size_t j = 0; j < s->nkeys; j++) {
		const state_key *key = &s->keys[j];
		us_agreement before, after;

		if (key->doubt || !changes(key, i))
			continue;
		before = us_value_compare(key->at[i], key->live);
		after = us_value_compare(key->at[i + 1], key->live);
		v.visible = true;
		if (after == US_DIFFER && before == US_DIFFER)
			v.neither = v.neither ? v.neither : key;
		else if (after != US_DIFFER && before == US_DIFFER)
			v.ran = v.ran ? v.ran : key;
		else if (after == US_DIFFER)
			v.did_not = v.did_not ? v.did_not : key;
	}
	return v;
}

/* Nothing fits: every statement speaks for itself. */
static us_stmt_state state_alone(const votes *v, const state_key **proof)
{
	*proof = NULL;
	if (!v->visible)
		return US_STMT_UNOBSERVABLE;
	if (v->neither) {
		*proof = v->neither;
		return US_STMT_CONFLICT;
	}
	*proof = v->ran ? v->ran : v->did_not;
	if (v->ran && v->did_not) {
		*proof = v->did_not;
		return US_STMT_CONFLICT;
	}
	if (!*proof)
		return US_STMT_UNKNOWN;
	return v->ran ? US_STMT_PRESENT : US_STMT_ABSENT;
}

static us_stmt_state state_in(
	const us_prefixes *k, const votes *v, size_t i, const state_key **proof)
{
	bool always = us_prefixes_min(k) > i, never = us_prefixes_max(k) <= i;

	*proof = always ? v->ran : never ? v->did_not : NULL;
	if (always)
		return US_STMT_PRESENT;
	if (never)
		return US_STMT_ABSENT;
	return v->visible ? US_STMT_UNKNOWN : US_STMT_UNOBSERVABLE;
}

/* What excludes the state on the other side of the statement, where that is the
 * border of K: a key may say so that is not known before it. */
static const state_key *at_the_border(
	const us_states *s, const us_prefixes *k, us_stmt_state state, size_t i)
{
	const bool ran = state == US_STMT_PRESENT;
	const bool border =
		ran ? us_prefixes_min(k) == i + 1
		    : state == US_STMT_ABSENT && us_prefixes_max(k) == i;
	const size_t beyond = ran ? i : i + 1;

	if (!border)
		return NULL;
	for (size_t j = 0; j < s->nkeys; j++)
		if (excludes(&s->keys[j], beyond))
			return &s->keys[j];
	return NULL;
}

/* Where no key speaks for the statement itself. */
static const char *why_of(us_stmt_state state, bool visible)
{
	switch (state) {
	case US_STMT_PRESENT:
		return visible ? "what comes after it is there"
			       : "leaves no trace itself; what comes after it is "
				 "there";
	case US_STMT_ABSENT:
		return visible ? "what comes before it is not there"
			       : "leaves no trace itself; what comes before it is "
				 "not there";
	case US_STMT_UNOBSERVABLE:
		return "leaves no trace that could be looked for";
	case US_STMT_CONFLICT:
	case US_STMT_UNKNOWN:
		break;
	}
	return "what it changes can't be decided";
}

static us_code judge_statement(
	const us_states *s, us_reading *r, size_t i, us_err *err)
{
	const state_key *proof;
	votes v = count_votes(s, i);
	us_str why = { 0 };

	r->statements[i] = us_prefixes_count(&r->prefixes) > 0
				   ? state_in(&r->prefixes, &v, i, &proof)
				   : state_alone(&v, &proof);
	if (!proof && us_prefixes_count(&r->prefixes) > 0)
		proof = at_the_border(s, &r->prefixes, r->statements[i], i);
	if (proof)
		add_fact(&why, proof, proof->live);
	else
		us_str_add(&why, why_of(r->statements[i], v.visible));
	return us_str_take(&why, &r->statement_why[i], NULL, err);
}

static void add_why_one(us_str *why, const us_reading *r, size_t k)
{
	if (k > 0)
		us_str_addf(
			why, "statement %zu ran (%s)", k, r->statement_why[k - 1]);
	if (k > 0 && k < r->n)
		us_str_add(why, ", ");
	if (k < r->n)
		us_str_addf(why, "statement %zu did not run (%s)", k + 1,
			r->statement_why[k]);
}

/* K in numbers: "0, 2 to 4 or 7". */
static void add_range(us_str *why, const us_prefixes *k)
{
	bool first = true;

	for (size_t i = 0; i <= k->n; i++) {
		size_t from = i;

		if (!k->member[i])
			continue;
		while (i < k->n && k->member[i + 1])
			i++;
		us_str_add(why, first ? "" : " or ");
		first = false;
		us_str_addf(why, "%zu", from);
		if (i > from)
			us_str_addf(why, " to %zu", i);
	}
}

static void add_first_doubt(us_str *why, const us_states *s)
{
	for (size_t i = 0; i < s->nkeys; i++)
		if (s->keys[i].doubt) {
			us_str_addf(why, "; %s is left out: %s", s->keys[i].object,
				s->keys[i].doubt);
			return;
		}
}

static us_code judge_why(const us_states *s, us_reading *r, us_err *err)
{
	size_t count = us_prefixes_count(&r->prefixes);
	us_str why = { 0 };

	if (count == 0) {
		us_str_add(
			&why, "no prefix of the script agrees with the database");
		for (size_t i = 0; i < r->n; i++)
			if (r->statements[i] == US_STMT_CONFLICT) {
				us_str_addf(&why,
					": statement %zu is neither there "
					"nor undone (%s)",
					i + 1, r->statement_why[i]);
				break;
			}
	} else if (count == 1) {
		add_why_one(&why, r, us_prefixes_min(&r->prefixes));
	} else if (count == r->n + 1) {
		us_str_add(&why, "nothing in the database tells how many of the "
				 "statements ran");
	} else {
		us_str_add(&why, "the number of statements that ran is ");
		add_range(&why, &r->prefixes);
	}
	add_first_doubt(&why, s);
	return us_str_take(&why, &r->why, NULL, err);
}

/* Neither the same as at the end nor another for certain, but the very words of a
 * state before it. */
static bool is_stale(const us_states *s, const state_key *key)
{
	if (key->doubt ||
		us_value_compare(key->at[s->n], key->live) != US_UNDECIDED ||
		key->at[s->n].firmness == US_VALUE_UNKNOWN)
		return false;
	for (size_t k = 0; k < s->n; k++)
		if (us_value_compare(key->at[k], key->live) == US_AGREE)
			return true;
	return false;
}

/* Of what is gone in the end there is nothing left to know. */
static bool is_gone(const us_states *s, const char *object)
{
	for (size_t i = 0; i < s->nkeys; i++)
		if (!*s->keys[i].facet && strcmp(s->keys[i].object, object) == 0)
			return s->keys[i].at[s->n].firmness == US_VALUE_ABSENT;
	return false;
}

/* What it is in the end nothing says, though it was known on the way: K then says
 * nothing of what was done to it, and another subset of the statements than a
 * prefix would look the same. */
static bool is_lost(const us_states *s, const state_key *key)
{
	if (key->doubt || key->at[s->n].firmness != US_VALUE_UNKNOWN ||
		is_gone(s, key->object))
		return false;
	for (size_t k = 0; k < s->n; k++)
		if (key->at[k].firmness == US_VALUE_FIRM ||
			(!*key->facet && key->at[k].firmness == US_VALUE_ABSENT))
			return true;
	return false;
}

static us_code judge_proof(const us_states *s, us_reading *r, us_err *err)
{
	us_str clause = { 0 };

	for (size_t i = 0; i < s->nkeys && clause.len == 0; i++) {
		const state_key *key = &s->keys[i];

		if (is_stale(s, key)) {
			add_fact(&clause, key, key->live);
			us_str_add(&clause,
				" reads as it did before the script changed it");
		} else if (is_lost(s, key)) {
			us_str_addf(&clause,
				"what the script makes of %s%s%s "
				"can't be followed to its end",
				key->object, *key->facet ? ", " : "", key->facet);
		}
	}
	if (clause.len == 0)
		return US_OK;
	return us_str_take(&clause, &r->unproved, NULL, err);
}

us_code us_states_judge(const us_states *s, us_reading *r, us_err *err)
{
	us_code rc = us_arena_check(&s->arena, err);

	if (rc != US_OK)
		return rc;
	r->prefixes.member = calloc(s->n + 1, sizeof(*r->prefixes.member));
	if (!r->prefixes.member)
		return us_fail(err, US_E_NOMEM, "out of memory");
	r->prefixes.known = true;
	for (size_t k = 0; k <= s->n; k++)
		r->prefixes.member[k] = fits(s, k);
	for (size_t i = 0; i < s->n && rc == US_OK; i++)
		rc = judge_statement(s, r, i, err);
	if (rc == US_OK)
		rc = judge_proof(s, r, err);
	return rc == US_OK ? judge_why(s, r, err) : rc;
}
