#ifndef US_RECORDS_H
#define US_RECORDS_H

#include "dialect.h"

/* A ledger while it is being filled. */
struct us_ledger {
	us_record *records;
	size_t len, cap;
	bool exists;
	const us_dialect *dialect;
};

/* The row callback of load.sql and load_for_update.sql; ctx is the us_ledger. */
us_code us_ledger_add_row(const us_row *row, void *ctx, us_err *err);

/* Do new times have to be text, as the newest record's are? led may be NULL. */
bool us_ledger_times_as_text(const us_ledger *led);

#endif
