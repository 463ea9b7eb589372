#ifndef US_HISTORY_H
#define US_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/directory.h"
#include "unstick/ledger.h"

/* Directory and ledger joined by name, in Prisma's order. Borrows both: they must
 * outlive it. */
typedef struct us_history us_history;

typedef enum {
	US_STATE_APPLIED,
	US_STATE_PENDING,
	US_STATE_FAILED,
	US_STATE_ROLLED_BACK,
	US_STATE_MISSING, /* applied, but not in the directory */
} us_state;

typedef enum { US_NO, US_YES, US_UNSURE } us_tristate;

typedef struct {
	const char *name;
	us_state state; /* a function of all records of the name */
	/* As Prisma says it: by the oldest record that isn't rolled back. UNSURE:
	 * no script to compare, or it can't be read. */
	us_tristate edited;
	size_t migration; /* position in the directory, or US_NO_MIGRATION */
	const us_record *const *records; /* oldest first */
	size_t nrecords;
} us_entry;

typedef struct {
	size_t found, applied, pending, failed, rolled_back, missing, edited;
} us_counts;

US_MUST us_code us_history_load(
	us_history **out, us_directory *dir, const us_ledger *led, us_err *err);
/* The same by names alone: no script is looked into, edited is UNSURE for all. */
US_MUST us_code us_history_load_names(
	us_history **out, us_directory *dir, const us_ledger *led, us_err *err);
void us_history_free(us_history *h);

size_t us_history_len(const us_history *h);
const us_entry *us_history_entry(const us_history *h, size_t i);
const us_entry *us_history_find(
	const us_history *h, const char *name); /* or NULL */
us_counts us_history_counts(const us_history *h);
us_directory *us_history_directory(const us_history *h);
const us_ledger *us_history_ledger(const us_history *h);

/* "; did you mean 2024_add_age?", or "": for a name that isn't there. People also
 * say a path, or only the timestamp. *out is the caller's. */
US_MUST us_code us_history_suggest(
	char **out, const us_history *h, const char *name, us_err *err);

const char *us_state_name(us_state s); /* "rolled_back" */

/* ---- cases: what needs a decision -------------------------------------- */

/* One name that is stuck: failed records; or an applied record missing on disk
 * while exactly one directory without a record has its checksum. Borrowed from
 * history. */
typedef struct {
	const us_entry *entry;
	bool moved; /* the second form: applied, but its folder has another name now
		     */
} us_case;

/* All cases, as the migrations are ordered. *out is the caller's (free()). */
US_MUST us_code us_history_cases(
	const us_history *h, us_case **out, size_t *n, us_err *err);

/* Directories that may be this name's folder, renamed. */
typedef struct {
	const char *name; /* borrowed from the directory */
	bool same_checksum;
	bool same_timestamp; /* the same leading digits */
	bool same_place;     /* both names sort between the same neighbours */
	bool only_match; /* one-to-one: no other folder, no other missing name */
	size_t distance; /* edits between the names */
} us_candidate;

/* Best first; at most a handful. *out is the caller's (free()). */
US_MUST us_code us_history_candidates(const us_history *h, const us_case *c,
	us_candidate **out, size_t *n, us_err *err);

#endif
