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
	char kind[48];      /* its leading words: "CREATE TABLE", "ALTER TABLE" */
} us_statement;

typedef struct us_script us_script;

/* *out is the caller's; it owns a copy of the text. A script that the parser can't
 * read is still cut (by its scanner); never fails on a script's content. */
US_MUST us_code us_script_split(us_script **out, const char *provider,
	const char *text, size_t len, us_err *err);
void us_script_free(us_script *s);

const char *us_script_text(const us_script *s);
size_t us_script_len(const us_script *s);
const us_statement *us_script_statement(const us_script *s, size_t i); /* 0-based */
/* The statement that an offset of the text lies in (0-based), or (size_t)-1. */
size_t us_script_at(const us_script *s, size_t offset);
/* 1-based line of an offset. */
size_t us_script_line(const us_script *s, size_t offset);
/* True if a statement begins, commits or rolls back a transaction, or changes
 * search_path: then empty logs say nothing about who ended the script. */
bool us_script_has_transaction(const us_script *s);
bool us_script_sets_search_path(const us_script *s);

#endif
