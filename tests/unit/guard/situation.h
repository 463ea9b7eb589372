#ifndef SITUATION_H
#define SITUATION_H

#include "unstick/guard.h"

/* What the guard looks at, in the fewest words; zero is an ordinary failed record
 * of whose script nothing is known, and whose sessions can't be seen. */
typedef struct {
	us_case_kind kind;
	const char *k; /* one digit for each of 0..n: "100" is K = {0} of n = 2;
			* NULL: unknown */
	us_tristate edited;
	size_t session; /* statements at the end that concern only the session */
	int leftovers;
	bool unproved; /* what the script changes reads as before */
	bool proved;   /* by the ledger */
	bool reruns; /* the whole script can run from the top, whichever k it is */
	bool sqlite;
	bool visible, have_lock, dry, lock_disabled;
	bool moved;
	/* another record of the name: applied, or finished and rolled back */
	enum { NO_OTHER, ANOTHER_APPLIED, ANOTHER_UNDONE } other;
	enum { HAS_SCRIPT, NO_SCRIPT, NO_FOLDER } disk;
	const us_candidate *candidates;
	size_t ncandidates;
	us_unresolved on_unresolved;
	bool allow_override;
} situation;

/* The same as the guard takes it. Not to be moved: it points into itself. */
typedef struct {
	us_config config;
	us_ground ground;
	us_db_ops ops;
	us_db db;
	us_record other;
	const us_record *records[1];
	us_entry entry;
	us_case kase;
	us_evidence evidence;
	bool member[8];
	char *left[2];
	char rerun_why[32], unproved[32];
} ground_truth;

/* `script` is what HAS_SCRIPT means: any that was cut; borrowed. */
void situation_take(ground_truth *t, const situation *s, us_script *script);

/* The guard's answer to every action; the caller's, us_permits_fini(). */
us_permits situation_permits(const ground_truth *t);

/* The guard's word on a verdict; the caller's, us_guard_fini(). */
us_guard situation_check(const ground_truth *t, const us_permits *p, us_action a,
	bool override, const char *to);

/* Any script that was cut; us_script_free(). */
us_script *situation_script(void);

#endif
