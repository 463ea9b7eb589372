#ifndef US_HISTORY_INTERNAL_H
#define US_HISTORY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/history.h"

struct us_history {
	us_directory *dir;
	const us_ledger *led;
	us_entry *entries;
	size_t len;
	const us_record **records; /* grouped by name; entries point into it */
	us_counts counts;
};

/* The record that says what is in force: the newest that is not rolled back, or
 * NULL. */
const us_record *us_entry_newest(const us_entry *e);

/* Applied or failed, and without a folder: its folder may have been renamed. */
bool us_entry_is_missing(const us_entry *e);

/* A folder of which the ledger knows nothing: it may be one that was renamed. */
bool us_entry_is_unrecorded(const us_entry *e);

/* Is the script of `folder` the one that `missing` was recorded with? A script that
 * can't be read is not. */
US_MUST us_code us_entry_same_script(const us_history *h, const us_entry *missing,
	const us_entry *folder, bool *same, us_err *err);

#endif
