/* One judgement carried out in one transaction, or not at all. Everything it rests
 * on is looked at again inside that transaction. */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "transaction.h"
#include "unstick/action.h"
#include "unstick/view.h"

/* ---- the preview ---- */

static us_code view_statements(
	json_t **out, const us_run *run, const us_strs *shown, us_err *err)
{
	const us_db_info info = us_db_about(run->db);
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; i < shown->len && ok; i++) {
		json_t *lock =
			info.schema ? json_sprintf("ROW EXCLUSIVE on %s.%s",
					      info.schema, US_LEDGER_TABLE)
				    : json_string("EXCLUSIVE on the database file");
		json_t *v =
			json_pack("{s:s, s:i, s:o, s:b}", "sql", shown->items[i],
				"transaction", 1, "lock", lock, "rewrites", 0);

		ok = json_array_append_new(list, v) == 0;
	}
	if (!ok) {
		json_decref(list);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	*out = list;
	return US_OK;
}

us_code us_action_preview(
	json_t **out, const us_run *run, const us_judgement *j, us_err *err)
{
	us_strs shown = { 0 };
	us_ledger_writer w = { .db = run->db, .dry = true, .shown = &shown };
	us_code rc = US_OK;

	*out = NULL;
	if (us_judgement_acts(j))
		rc = write_judgement(&w, run, j, "(a new uuid)", us_now(), err);
	if (rc == US_OK)
		rc = view_statements(out, run, &shown, err);
	us_strs_fini(&shown);
	return rc;
}

/* ---- is everything still as it was judged? ---- */

static us_code unmoved(us_run *run, const us_judgement *j, us_err *err)
{
	us_code rc = records_unmoved(run, j->kase.entry, err);

	if (rc == US_OK && j->verdict.action == US_ACTION_RENAME)
		rc = name_is_free(run, j->verdict.to, err);
	if (rc == US_OK)
		rc = evidence_unmoved(j, err);
	if (rc == US_OK && j->then)
		rc = evidence_unmoved(j->then, err);
	return rc;
}

/* ---- carrying out ---- */

struct job {
	us_run *run;
	const us_judgement *judgement;
};

static us_code check_and_write(void *ctx, const char *id, us_err *err)
{
	const struct job *job = ctx;
	us_ledger_writer w = { .db = job->run->db };
	us_code rc = unmoved(job->run, job->judgement, err);

	if (rc == US_OK)
		rc = write_judgement(
			&w, job->run, job->judgement, id, us_now(), err);
	return rc;
}

us_code us_action_carry_out(
	us_outcome *outcome, us_run *run, const us_judgement *j, us_err *err)
{
	struct job job = { run, j };

	return transact(outcome, run, check_and_write, &job, err);
}
