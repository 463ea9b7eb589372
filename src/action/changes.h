#ifndef ACTION_CHANGES_H
#define ACTION_CHANGES_H

#include "unstick/plan.h"

/* Who decided what, for the audit line. Borrowed. */
struct decision {
	us_action action;
	const char *id; /* of this action: how a lost COMMIT is found again */
	const char *policy, *reason;
	int line;
	bool overridden;
	const us_prefixes *prefixes; /* K; NULL: not looked at */
	const char *renamed_from;    /* NULL: not renamed */
};

/* The audit line's JSON; *out is the caller's. */
US_MUST us_code audit_line(char **out, const struct decision *d, us_err *err);

/* US_E_REFUSED, "state moved", unless the name's records (locked from here on) are
 * those of the entry; unless the name has none; unless the evidence says the same.
 */
US_MUST us_code records_unmoved(us_run *run, const us_entry *e, us_err *err);
US_MUST us_code name_is_free(us_run *run, const char *name, us_err *err);
US_MUST us_code evidence_unmoved(const us_judgement *j, us_err *err);

/* Closes every failed record of the entry; the audit line goes on the newest. */
US_MUST us_code close_failed(us_ledger_writer *w, const us_entry *e, us_time at,
	const char *audit, us_err *err);

/* The ledger changes of a judgement, in order, on an open write transaction (or
 * shown only, see us_ledger_writer). `id` is the new record's and the action's. */
US_MUST us_code write_judgement(us_ledger_writer *w, const us_run *run,
	const us_judgement *j, const char *id, us_time at, us_err *err);

/* The row `--applied` leaves, with the checksum of the script as it is now. */
US_MUST us_code insert_applied(us_ledger_writer *w, const us_run *run,
	const us_entry *e, const char *id, us_time at, us_err *err);

#endif
