/* The script, statement by statement, each looked at from a second session: what a
 * transaction has not committed isn't there, as it isn't in the live database once
 * the session has died; and nothing of ours comes between the script's own BEGIN
 * and SET TRANSACTION. */
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
#include "unstick/auto.h"

/* What may be otherwise in the live database from here on. */
static void cover(job *j, const traits *t, size_t state)
{
	if (!t->dependent)
		return;
	marks_cloud(&j->marks, t->text, state);
	for (const made_function *f = j->examiner.functions; f; f = f->next)
		if (pgwords_mention(t->text, f->name))
			marks_cloud(&j->marks, f->text, state);
}

static us_code look(job *j, size_t k, us_db_transaction after, us_err *err)
{
	us_code rc;

	if (after != US_DB_IDLE) {
		marks_repeat(&j->marks, k);
		return US_OK;
	}
	rc = marks_look(&j->marks, j->shadow.eye, k, &j->sums[k], err);
	j->known[k] = rc == US_OK;
	return rc == US_OK && k > 0 ? again_try(j, k, err) : rc;
}

/* It doesn't run here; in the live database, with its rows and what others did to
 * it, it may have: of what comes after it nothing is known. */
static us_code gave_up(job *j, size_t i, const us_err *why, us_err *err)
{
	return us_strf(&j->failed, err,
		"statement %zu fails in the scratch database: %s", i + 1, why->msg);
}

us_code steps_run(job *j, us_err *err)
{
	us_code rc = look(j, 0, US_DB_IDLE, err);

	for (size_t i = 0; rc == US_OK && !j->failed && i < j->found.n; i++) {
		const traits *t = &j->found.statements[i];
		us_db_transaction after;
		us_err why = { 0 };

		cover(j, t, i + 1);
		rc = shadow_run(&j->shadow, t->text, &after, &why);
		if (rc == US_OK ||
			(rc == US_E_DB && t->rows_only && after == US_DB_IDLE)) {
			rc = look(j, i + 1, after, err);
		} else if (rc == US_E_DB) {
			rc = gave_up(j, i, &why, err);
		} else if (err) {
			*err = why;
		}
	}
	return rc;
}
