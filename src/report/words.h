#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <jansson.h>
#include <stdbool.h>

#include "page.h"

/* Reading the run's JSON without trust: what is missing, null or of another type is
 * unknown, and an unknown word is shown as it stands. */

/* A string, or NULL. Borrowed. */
const char *text_at(const json_t *object, const char *key);
bool number_at(json_int_t *out, const json_t *object, const char *key);
bool true_at(const json_t *object, const char *key);
bool is_at(const json_t *object, const char *key, const char *text);
/* The length of an array, 0 if it is none. */
size_t length_at(const json_t *object, const char *key);

/* ---- the field's terms in plain words ---------------------------------------- */

const char *kind_words(const char *kind);   /* "partial apply: part of ..." */
const char *cause_words(const char *cause); /* "constraint violation" */
/* Of a statement: "ran", "did not run"; where no prefix fits it was not run from
 * the top, and only what is there can be said: "there", "not there". */
const char *state_words(const char *state, bool diverged);
const char *exit_words(json_int_t code); /* NULL if it has none */

void say_count(page *p, json_int_t n, const char *thing); /* "1 case", "2 cases" */
void say_duration(page *p, json_int_t seconds);           /* "3 hours" */
/* A word of the JSON with its underscores as blanks. */
void say_word(page *p, const char *word);

/* "PostgreSQL 15.18: database app on db, schema public"; nothing else of the URL.
 */
void say_database(page *p, const json_t *run);

/* A line for each session that holds Prisma's lock. */
void say_lock(page *p, const json_t *run);

/* The session of a `running` or `held_by` entry: pid, application, state, age. */
void say_session(page *p, const json_t *session);

/* "duplicate key ..." with its code: one line, `first` only up to its end of line.
 */
void say_error(page *p, const json_t *error, bool first);

#endif
