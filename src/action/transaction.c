/* The one way this program writes: everything or nothing, and never in doubt if a
 * new connection can be had to ask. */
#include "transaction.h"

#include <string.h>

#include "unstick/uuid.h"

#define RECONNECT_POLL_MS 200

static us_code lock_unmoved(us_run *run, us_err *err)
{
	bool ours = true;
	us_code rc = US_OK;

	if (run->have_lock)
		rc = run->db->ops->still_locked(run->db, &ours, err);
	if (rc == US_OK && !ours)
		rc = us_fail(err, US_E_REFUSED,
			"state moved: this session does not hold Prisma's lock; a "
			"connection pooler is in between (set DIRECT_URL)");
	return rc;
}

static bool was_committed(const us_ledger *led, const char *id)
{
	for (size_t i = 0; i < us_ledger_len(led); i++) {
		const us_record *r = us_ledger_record(led, i);
		size_t len = 0;
		const char *audit = r->logs ? us_logs_audit(r->logs, &len) : NULL;

		if (strcmp(r->id, id) == 0 ||
			(audit && memmem(audit, len, id, strlen(id))))
			return true;
	}
	return false;
}

/* One look at how a lost COMMIT ended. "It is there" is the last word at once; "it
 * is not there" only when the old backend is gone, which may still be committing:
 * it takes Prisma's lock with it, so that having the lock again is what proves it.
 */
static us_code look_for(
	bool *found, bool *sure, us_run *run, const char *id, us_err *err)
{
	us_ledger *led = NULL;
	us_code rc = US_OK;

	*found = *sure = false;
	if (!run->have_lock && !run->config->lock_disabled)
		rc = run->db->ops->lock(run->db, &run->have_lock, err);
	if (rc == US_OK)
		rc = us_ledger_load(&led, run->db, err);
	if (rc != US_OK)
		return rc;
	*found = was_committed(led, id);
	*sure = *found || run->have_lock;
	us_ledger_free(led);
	return US_OK;
}

/* The connection died in COMMIT: only the ledger knows how that ended. */
static us_code find_out(
	us_outcome *outcome, us_run *run, const char *id, us_err *err)
{
	us_err lost = *err;
	bool found = false, sure = false;
	us_code rc = us_run_reconnect(run, err);

	for (;;) {
		if (rc == US_OK)
			rc = look_for(&found, &sure, run, id, err);
		if (sure || us_run_left_ms(run) == 0 ||
			(rc != US_OK && rc != US_E_CONNECT && rc != US_E_LOCK))
			break;
		us_run_sleep(run, RECONNECT_POLL_MS);
		if (rc == US_E_CONNECT)
			rc = us_run_reconnect(run, err);
		else
			rc = US_OK;
	}
	if (!sure) {
		*outcome = US_OUTCOME_UNKNOWN;
		return us_fail(err, US_E_UNKNOWN,
			"the connection was lost in COMMIT, and how that ended "
			"could not be found out: %s",
			lost.msg);
	}
	*outcome = found ? US_OUTCOME_DONE : US_OUTCOME_FAILED;
	*err = lost;
	return found ? US_OK : lost.code;
}

static us_code write_all(
	us_run *run, transaction_fn *body, void *ctx, const char *id, us_err *err)
{
	us_code rc = us_db_exec(run->db, run->db->ops->begin_write, err);

	if (rc == US_OK)
		rc = run->db->ops->limit(run->db, run->config->lock_timeout_ms,
			run->config->statement_timeout_ms, err);
	if (rc == US_OK)
		rc = lock_unmoved(run, err);
	if (rc == US_OK)
		rc = body(ctx, id, err);
	return rc;
}

/* What was tried is gone, a dead connection's too: the rest of the run has still to
 * be told. If no connection can be had, whoever asks the next question is told why.
 */
static void take_back(us_run *run)
{
	us_code rc = us_db_exec(run->db, run->db->ops->rollback, NULL);

	if (rc == US_OK)
		return;
	rc = us_run_reconnect(run, NULL);
	run->have_lock = false;
	(void)rc;
}

us_code transact(us_outcome *outcome, us_run *run, transaction_fn *body, void *ctx,
	us_err *err)
{
	us_err why = { 0 };
	char id[US_UUID_TEXT];
	us_code rc = us_uuid(id, &why);

	*outcome = US_OUTCOME_FAILED;
	/* who relies on a backup must not find out afterwards that there is none */
	if (!run->prepared)
		return us_fail(err, US_E_CONFIG,
			"before_change is set and has not been run: nothing is "
			"changed");
	if (rc == US_OK)
		rc = write_all(run, body, ctx, id, &why);
	if (rc == US_OK) {
		rc = us_db_exec(run->db, run->db->ops->commit, &why);
		if (rc == US_OK)
			*outcome = US_OUTCOME_DONE;
		else if (rc == US_E_CONNECT)
			rc = find_out(outcome, run, id, &why);
		else
			take_back(run);
	} else {
		take_back(run);
		if (rc == US_E_REFUSED)
			*outcome = US_OUTCOME_REFUSED;
		else if (rc == US_E_LOCK)
			*outcome = US_OUTCOME_WAITING;
	}
	if (rc != US_OK && err)
		*err = why;
	return rc;
}
