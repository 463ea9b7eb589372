/* The script's states against the live database: only what the script changes is
 * looked at, so what others made beside it doesn't matter. */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
#include "unstick/auto.h"

static void doubt(job *j, const mark *k)
{
	for (size_t s = 0; s < j->past.nsuspects; s++) {
		if (!marks_mention(k, j->past.suspects[s].text))
			continue;
		for (size_t i = 0; i < MARK_VALUES; i++)
			if (k->keys[i] != NO_KEY)
				us_states_doubt(j->states, k->keys[i],
					j->past.suspects[s].why);
		if (k->places)
			us_states_doubt(j->states,
				us_states_key(j->states, k->title, "place"),
				j->past.suspects[s].why);
	}
}

static void put_live(job *j, const mark *k)
{
	for (size_t i = 0; i < MARK_VALUES; i++) {
		us_value v;

		if (k->keys[i] == NO_KEY)
			continue;
		v = marks_value(&j->marks, k, i, k->live[i]);
		us_states_put_live(j->states, k->keys[i], v);
	}
}

/* ---- what a failed statement left ---- */

static bool is_valid_key(const mark *k, size_t i)
{
	return k->keys[i] != NO_KEY && strcmp(marks_facet(k, i), "valid") == 0 &&
	       k->live[i] && strcmp(k->live[i], "no") == 0;
}

/* Is it so in a state of the script? Then it is a step, and nothing that is left.
 */
static bool is_meant(const job *j, size_t key)
{
	for (size_t k = 0; k <= j->found.n; k++) {
		us_value v = us_states_at(j->states, key, k);

		if (v.text && strcmp(v.text, "no") == 0)
			return true;
	}
	return false;
}

static us_code quote_both(job *j, us_str *out, const mark *k, us_err *err)
{
	us_db *db = j->shadow.live;
	us_code rc = db->ops->quote(db, out, k->schema, err);

	us_str_addc(out, '.');
	return rc == US_OK ? db->ops->quote(db, out, k->relation, err) : rc;
}

static us_code add_leftover(job *j, const mark *k, us_err *err)
{
	us_db *db = j->shadow.live;
	bool index = marks_is(k, "index");
	us_str text = { 0 };
	us_code rc;

	us_str_addf(&text,
		index ? "%s is INVALID: DROP INDEX CONCURRENTLY "
		      : "%s is NOT VALID: ALTER TABLE ",
		k->title);
	rc = quote_both(j, &text, k, err);
	if (rc == US_OK && !index) {
		us_str_add(&text, " VALIDATE CONSTRAINT ");
		rc = db->ops->quote(db, &text, k->name, err);
	}
	if (rc == US_OK && text.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK)
		rc = us_strs_add(&j->r->leftovers, us_str_text(&text), err);
	us_str_fini(&text);
	return rc;
}

static us_code find_leftovers(job *j, us_err *err)
{
	us_code rc = US_OK;

	for (size_t m = 0; m < j->marks.len; m++) {
		const mark *k = &j->marks.items[m];

		for (size_t i = 0; rc == US_OK && i < MARK_VALUES; i++)
			if (is_valid_key(k, i) && !is_meant(j, k->keys[i]))
				rc = add_leftover(j, k, err);
	}
	return rc;
}

static us_code add_failed(job *j, us_err *err)
{
	char *why = NULL;
	us_code rc;

	if (!j->failed)
		return US_OK;
	rc = us_strf(&why, err, "%s; %s", j->r->why, j->failed);
	if (rc == US_OK) {
		free(j->r->why);
		j->r->why = why;
	}
	return rc;
}

us_code compare_live(job *j, us_err *err)
{
	us_code rc = marks_live(&j->marks, j->shadow.live, err);

	if (rc != US_OK) {
		us_context(err, "the live database's catalog");
		return rc;
	}
	for (size_t i = 0; i < j->marks.len; i++) {
		if (!j->marks.items[i].touched)
			continue;
		put_live(j, &j->marks.items[i]);
		doubt(j, &j->marks.items[i]);
	}
	rc = order_compare(&j->marks, err);
	if (rc == US_OK)
		rc = us_states_judge(j->states, j->r, err);
	if (rc == US_OK)
		rc = find_leftovers(j, err);
	return rc == US_OK ? add_failed(j, err) : rc;
}
