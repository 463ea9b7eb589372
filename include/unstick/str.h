#ifndef US_STR_H
#define US_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"

/* A growing byte string with a sticky failure bit: append freely, check once at the
 * end with us_str_take(). Zero-initialise it; the text is always NUL-terminated
 * (us_str_text never returns NULL) and may hold NULs when bytes were appended. */
typedef struct {
	char *buf;
	size_t len, cap;
	bool failed;
} us_str;

void us_str_add(us_str *s, const char *text);
void us_str_addn(us_str *s, const char *bytes, size_t n);
void us_str_addc(us_str *s, char c);
void us_str_addf(us_str *s, const char *fmt, ...) US_PRINTF(2, 3);
void us_str_clear(us_str *s); /* keeps the memory */
void us_str_fini(us_str *s);

/* Borrowed: valid until the next change. "" for an empty or failed string. */
const char *us_str_text(const us_str *s);

/* Hands the text to the caller (free()) and leaves s empty; *len may be NULL.
 * US_E_NOMEM when an append failed on the way. */
US_MUST us_code us_str_take(us_str *s, char **out, size_t *len, us_err *err);

/* strdup and asprintf that report through us_err. */
US_MUST us_code us_strdup(char **out, const char *text, us_err *err);
US_MUST us_code us_strndup(char **out, const char *text, size_t n, us_err *err);
US_MUST us_code us_strf(char **out, us_err *err, const char *fmt, ...)
	US_PRINTF(3, 4);

/* An owned list of owned strings. Zero-initialise. */
typedef struct {
	char **items;
	size_t len, cap;
} us_strs;

US_MUST us_code us_strs_add(us_strs *l, const char *text, us_err *err);
void us_strs_fini(us_strs *l);

/* Edits (insert, delete, change, swap of neighbours) between two byte strings. */
size_t us_edit_distance(const char *a, const char *b);

/* The entry of `names` nearest to `text`, if near enough to be a slip of the
 * keyboard (and no longer than one: 256 bytes); NULL otherwise. Borrowed from
 * names. */
const char *us_nearest(const char *text, const char *const *names, size_t n);

#endif
