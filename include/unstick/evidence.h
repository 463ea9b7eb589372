#ifndef US_EVIDENCE_H
#define US_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unstick/config.h"
#include "unstick/history.h"
#include "unstick/script.h"
#include "unstick/states.h"

/* ---- the error in a record's logs --------------------------------------- */

typedef enum {
	US_CAUSE_UNKNOWN,
	US_CAUSE_NETWORK,
	US_CAUSE_CONNECTION,
	US_CAUSE_LOCK,
	US_CAUSE_STATEMENT_TIMEOUT,
	US_CAUSE_SCHEMA_CONFLICT,
	US_CAUSE_CONSTRAINT_VIOLATION,
	US_CAUSE_SYNTAX,
	US_CAUSE_PERMISSION,
	US_CAUSE_RESOURCE,
	US_CAUSE_CRASH,
} us_cause;

const char *us_cause_name(us_cause c); /* "schema_conflict" */

/* Interrupted from outside, so that the script itself is not to blame. */
bool us_cause_is_interruption(us_cause c);

/* What `logs` say. Owned; release with us_logged_error_fini(). */
typedef struct {
	bool present;     /* there was an error text at all */
	char *code;       /* SQLSTATE or error number; NULL if the text has none */
	char *message;    /* one line, colours and stack removed; NULL if none */
	us_cause cause;   /* of the code, or of a phrase that stands for one */
	size_t line;      /* of the script, 1-based; 0 when not certain */
	size_t statement; /* likewise */
	size_t query;     /* MySQL's "query number N", 1-based; 0 if none */
} us_logged_error;

/* `logs` as stored (audit lines are left out); script may be NULL, then no line. */
US_MUST us_code us_logs_parse(us_logged_error *out, const char *logs,
	const us_script *script, us_err *err);
void us_logged_error_fini(us_logged_error *e);

/* ---- a case's evidence --------------------------------------------------- */

typedef enum {
	US_CASE_IN_PROGRESS,
	US_CASE_NAME_MISMATCH,
	US_CASE_PARTIAL_APPLY,
	US_CASE_TIMEOUT,
	US_CASE_FAILURE,
} us_case_kind;
#define US_CASE_KINDS 5

const char *us_case_kind_name(us_case_kind k); /* "in_progress" */

typedef enum {
	US_PROOF_NONE,
	US_PROOF_LEDGER,
	US_PROOF_CATALOG,
	US_PROOF_REPLAY
} us_proof;

/* Somebody who may still be at it. Owned. */
typedef struct {
	char *pid, *application, *state, *query; /* NULL where unknown */
	int64_t query_age_s;                     /* -1 if unknown */
	bool holds_lock;
	char *why; /* "holds Prisma's advisory lock" */
} us_running;

typedef struct {
	/* Only who is at it, what the logs say, and whose folder it may be: the
	 * script is not read unless a session's query must be compared with it, K
	 * is unknown, and kind says no more than in_progress or name_mismatch. */
	bool glance;
	us_case_kind kind;
	us_cause cause;
	us_prefixes prefixes;
	/* Statements after this one (1-based; 0: all) concern only the session that
	 * runs them: every k from here on is the same state for everybody else. */
	size_t lasting;
	us_proof proof;
	us_tristate atomic;
	us_tristate edited;
	us_logged_error error;
	size_t error_statement; /* 1-based; 0 when not certain */

	us_script *script;         /* NULL: no readable script */
	us_stmt_state *statements; /* one per statement of script */
	char **statement_why;      /* likewise; entries may be NULL */

	bool activity_visible;
	us_running *running;
	size_t nrunning;

	us_candidate *candidates;
	size_t ncandidates;
	us_strs leftovers;
	/* Why all of it may not be there, though K says so; us_reading has it. */
	char *unproved;

	size_t attempts;
	int64_t age_seconds; /* since the newest failed record began; -1 if unknown
			      */
	char *why; /* one sentence: what K rests on, or why it is unknown */

	/* Is the whole script known to run from the top, lose nothing and end as it
	 * would have, whichever k of K is the true one? */
	bool reruns;
	char *rerun_why; /* why not; NULL if it is */
} us_evidence;

/* What replays have said of cases, for when the lock is held: a replay takes its
 * time. It counts as long as what it compared with is unchanged. */
typedef struct us_opinions us_opinions;
US_MUST us_code us_opinions_new(us_opinions **out, us_err *err);
void us_opinions_free(us_opinions *all); /* NULL-safe */

/* Is there a shadow database to replay in? Then evidence without the lock may
 * replay, and evidence with it only remembers. */
bool us_evidence_replays(const us_config *config);

/* The ground a case stands on while evidence is taken. */
typedef struct {
	const us_config *config;
	us_db *db;
	const us_history *history;
	bool have_lock; /* we hold Prisma's lock */
	bool dry;       /* we never will: that nobody has it stands in for that */
	bool glance;    /* for `status`: see us_evidence.glance */
	us_opinions *opinions; /* NULL: nothing is kept */
	us_time now;
} us_ground;

/* *out is the caller's. A probe that fails is "unknown", not an error. Reads only.
 */
US_MUST us_code us_evidence_load(
	us_evidence **out, const us_ground *g, const us_case *c, us_err *err);
void us_evidence_free(us_evidence *e);

/* True if both say the same about what happened: K, proof, who is at it, edited,
 * what is left over, and whether the script can run again. */
bool us_evidence_same(const us_evidence *a, const us_evidence *b);

#endif
