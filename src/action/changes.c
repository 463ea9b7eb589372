/* What each action changes in the ledger: append-only, as Prisma would write it. */
#include "changes.h"

#include <stdlib.h>

#include "unstick/auto.h"

us_code close_failed(us_ledger_writer *w, const us_entry *e, us_time at,
	const char *audit, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = e->nrecords; i-- > 0 && rc == US_OK;) {
		if (us_record_state_of(e->records[i]) != US_RECORD_FAILED)
			continue;
		rc = us_ledger_close_record(w, e->records[i], at, audit, err);
		audit = NULL; /* one action, one line */
	}
	return rc;
}

us_code insert_applied(us_ledger_writer *w, const us_run *run, const us_entry *e,
	const char *id, us_time at, us_err *err)
{
	char checksum[2 * US_SHA256_BYTES + 1];
	us_code rc =
		us_directory_checksum(run->directory, e->migration, checksum, err);

	if (rc == US_OK)
		rc = us_ledger_insert_applied(
			w, id, e->name, checksum, at, run->ledger, err);
	return rc;
}

/* The whole name moves: its older, rolled-back records too. */
static us_code rename_records(us_ledger_writer *w, const us_entry *e,
	const char *to, const char *audit, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = e->nrecords; i-- > 0 && rc == US_OK;) {
		rc = us_ledger_rename_record(w, e->records[i], to, audit, err);
		audit = NULL;
	}
	return rc;
}

us_code write_judgement(us_ledger_writer *w, const us_run *run,
	const us_judgement *j, const char *id, us_time at, us_err *err)
{
	const us_judgement *last = j->then ? j->then : j;
	const bool renames = j->verdict.action == US_ACTION_RENAME;
	const struct decision d = {
		.action = last->verdict.action,
		.id = id,
		.policy = last->verdict.policy,
		.reason = last->verdict.reason,
		.line = last->verdict.line,
		.overridden = last->guard.overridden,
		.prefixes = &last->evidence->prefixes,
		.renamed_from = renames ? j->kase.entry->name : NULL,
	};
	US_AUTO(auto_str) char *audit = NULL;
	us_code rc = audit_line(&audit, &d, err);

	if (rc == US_OK && renames)
		rc = rename_records(w, j->kase.entry, j->verdict.to,
			j->then ? NULL : audit, err);
	if (rc == US_OK && last->verdict.action != US_ACTION_RENAME)
		rc = close_failed(w, last->kase.entry, at, audit, err);
	if (rc == US_OK && last->verdict.action == US_ACTION_APPLIED)
		rc = insert_applied(w, run, last->kase.entry, id, at, err);
	return rc;
}
