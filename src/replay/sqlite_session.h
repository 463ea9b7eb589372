#ifndef SQLITE_SESSION_H
#define SQLITE_SESSION_H

#include "unstick/script.h"

/* What the first k statements of a script leave set in their session and a new one
 * would not have: whoever goes on from there has to say it again first, outside a
 * transaction. DROP TABLE with foreign keys on deletes the rows of children under
 * ON DELETE CASCADE (measured: 2 rows -> 0, foreign_key_check clean afterwards). */
typedef enum { US_PRAGMA_UNSET, US_PRAGMA_OFF, US_PRAGMA_ON } us_pragma;

typedef struct {
	us_pragma foreign_keys;
	us_pragma defer_foreign_keys; /* of the transaction it was said in */
	bool in_transaction; /* the script's own is open: its work is not kept */
} us_sqlite_session;

US_MUST us_code us_sqlite_session_after(
	us_sqlite_session *out, const us_script *s, size_t k, us_err *err);

#endif
