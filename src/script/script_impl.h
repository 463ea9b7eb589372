#ifndef SCRIPT_IMPL_H
#define SCRIPT_IMPL_H

#include "lex.h"
#include "unstick/script.h"

struct us_script {
	char *text; /* NUL-terminated copy */
	size_t len;
	bool sqlite;
	bool parsed;

	us_statement *items;
	size_t n, cap;

	size_t *lines; /* offsets of the lines' first bytes */
	size_t nlines, lines_cap;

	bool has_transaction, sets_search_path, hides_logs;
};

/* Adds the statement in text[start, end), if there is one; errors: NOMEM. */
us_code script_add(us_script *s, size_t start, size_t end, us_err *err);
/* Adds text[start, end) as it stands; errors: NOMEM. */
us_code script_push(us_script *s, size_t start, size_t end, us_err *err);

/* Each cuts the whole script. */
us_code split_postgres(us_script *s, us_err *err);
us_code split_sqlite(us_script *s, us_err *err);

/* Fills kind from the leading words of a statement. */
void statement_kind(const us_script *s, us_statement *st);

/* Sets the script's flags, once it is cut. */
void script_flags(us_script *s);

#endif
