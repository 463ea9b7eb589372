#ifndef US_URL_PARTS_H
#define US_URL_PARTS_H

#include <stddef.h>

#include "unstick/url.h"

/* What the kinds of URLs share: percent-decoding, query parameters, the list of
 * libpq settings. Private to src/config. */

/* Percent-decoded; with `plus`, '+' is a blank (query strings). What isn't a valid
 * escape stays as it is, as in Prisma's parser; a text that doesn't decode to UTF-8
 * stays undecoded as a whole. A NUL is US_E_CONFIG. */
US_MUST us_code us_url_decode(
	char **out, const char *text, size_t n, bool plus, us_err *err);

/* Query parameters in order, decoded. */
typedef struct {
	us_url_setting *items;
	size_t len;
} us_url_query;

/* `text` runs to a '#' or its end. */
US_MUST us_code us_url_query_parse(
	us_url_query *out, const char *text, us_err *err);
void us_url_query_fini(us_url_query *q);

/* Sets a libpq setting; a second time replaces. NULL removes nothing and is not
 * allowed. */
US_MUST us_code us_url_set(
	us_url *u, const char *name, const char *value, us_err *err);

/* Prisma reads these with Rust's integer parser: digits and nothing else. */
US_MUST us_code us_url_number(const char *name, const char *value, long long max,
	long long *out, us_err *err);

/* Everything after "postgresql://". */
US_MUST us_code us_url_postgres(us_url *out, const char *rest,
	const us_url_bases *bases, us_strs *warnings, us_err *err);

/* The TLS wishes of a PostgreSQL URL, collected first because they decide together.
 */
typedef struct {
	const char *mode, *accept, *cert, *identity, *password, *key, *root, *ssl;
} us_tls;

/* True if `name` is a TLS parameter that is understood; the value (borrowed) is
 * kept. */
bool us_tls_take(us_tls *t, const char *name, const char *value);
/* True if the name looks like a wish about TLS, understood or not. */
bool us_tls_concerns(const char *name);
/* US_E_CONFIG for a TLS parameter that nobody here understands. */
US_MUST us_code us_tls_unknown(const char *name, us_err *err);
/* Turns the wishes into libpq's settings, or refuses them. */
US_MUST us_code us_tls_settle(us_url *u, const us_tls *t, const us_url_bases *bases,
	us_strs *warnings, us_err *err);

#endif
