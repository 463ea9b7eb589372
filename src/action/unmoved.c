/* Is everything still as it was judged? Asked inside the transaction that acts on
 * it. */
#include <string.h>

#include "changes.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_record(const us_record *a, const us_record *b)
{
	return strcmp(a->id, b->id) == 0 && same_text(a->checksum, b->checksum) &&
	       a->finished == b->finished && a->rolled_back == b->rolled_back &&
	       a->applied_steps_count == b->applied_steps_count &&
	       same_text(a->logs, b->logs);
}

us_code records_unmoved(us_run *run, const us_entry *e, us_err *err)
{
	us_ledger *now;
	bool same;
	us_code rc = us_ledger_load_for_update(&now, run->db, e->name, err);

	if (rc != US_OK)
		return rc;
	same = us_ledger_len(now) == e->nrecords;
	for (size_t i = 0; same && i < e->nrecords; i++)
		same = same_record(us_ledger_record(now, i), e->records[i]);
	us_ledger_free(now);
	if (!same)
		return us_fail(err, US_E_REFUSED,
			"state moved: the records of %s are not those that were "
			"judged",
			e->name);
	return US_OK;
}

/* A folder that was free must still be free, or two histories become one. */
us_code name_is_free(us_run *run, const char *name, us_err *err)
{
	us_ledger *there;
	size_t n;
	us_code rc = us_ledger_load_for_update(&there, run->db, name, err);

	if (rc != US_OK)
		return rc;
	n = us_ledger_len(there);
	us_ledger_free(there);
	return n == 0 ? US_OK
		      : us_fail(err, US_E_REFUSED,
				"state moved: %s has a record now", name);
}

us_code evidence_unmoved(const us_judgement *j, us_err *err)
{
	us_evidence *now;
	bool same;
	us_code rc = us_evidence_load(&now, &j->ground, &j->kase, err);

	if (rc != US_OK)
		return rc;
	same = us_evidence_same(now, j->evidence);
	us_evidence_free(now);
	return same ? US_OK
		    : us_fail(err, US_E_REFUSED,
			      "state moved: the evidence for %s is not what was "
			      "judged",
			      j->kase.entry->name);
}
