#ifndef US_SCRIPT_H
#define US_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"

/* A migration script cut into statements by the database's own parser (libpg_query)
 * or tokenizer (SQLite). */
typedef struct {
	size_t offset, len; /* in the text, without leading blanks and comments and
			     * without the semicolon */
	size_t line;        /* of its first word, 1-based */
	char kind[48];      /* its leading words: "CREATE TABLE", "ALTER TABLE"; ""
			     * if it begins with no word */
} us_statement;

typedef struct us_script us_script;

/* *out is the caller's; it owns a copy of the text. A script that the parser can't
 * read is still cut (by its scanner, or not at all); never fails on a script's
 * content. Not for several threads at once while another writes to stderr:
 * libpg_query catches what is written there. */
US_MUST us_code us_script_split(us_script **out, const char *provider,
	const char *text, size_t len, us_err *err);
void us_script_free(us_script *s);

const char *us_script_text(const us_script *s);
size_t us_script_text_len(const us_script *s);
size_t us_script_len(const us_script *s); /* its statements */
const us_statement *us_script_statement(const us_script *s, size_t i); /* 0-based */
/* False if the database's parser could not read the script: then the cuts are a
 * tokenizer's. */
bool us_script_parsed(const us_script *s);

/* True if a tree of this PostgreSQL script may be deeper than the stack: it is
 * split, but nobody may ask libpg_query for its tree. A level of a tree takes at
 * least a token that no comma parts from the next. */
bool us_script_may_be_deep(const char *sql, size_t len);

#define US_NO_STATEMENT ((size_t)-1)
/* The statement that an offset of the text lies in (0-based), or US_NO_STATEMENT.
 */
size_t us_script_at(const us_script *s, size_t offset);
/* 1-based line of an offset. */
size_t us_script_line(const us_script *s, size_t offset);
/* The text of a 1-based line without its line end (LF or CRLF), borrowed; NULL if
 * there is no such line. */
const char *us_script_line_text(const us_script *s, size_t line, size_t *len);

/* True if a statement begins, commits or rolls back a transaction, or may (CALL, a
 * DO block that names COMMIT); when in doubt, true. */
bool us_script_has_transaction(const us_script *s);
bool us_script_sets_search_path(const us_script *s);
/* True if the script itself may keep Prisma from writing down its error (an open
 * transaction, another search_path or role, read-only mode, Prisma's own table
 * touched): then empty logs say nothing about who ended it. When in doubt, true. */
bool us_script_hides_logs(const us_script *s);

/* SQL for comparing: comments dropped, blanks collapsed, no blanks or semicolons at
 * the end. *out is the caller's. */
US_MUST us_code us_sql_canonical(
	char **out, const char *provider, const char *sql, size_t len, us_err *err);

#endif
