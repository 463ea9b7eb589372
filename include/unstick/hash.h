#ifndef US_HASH_H
#define US_HASH_H

#include <stddef.h>

#include "unstick/err.h"

#define US_SHA256_BYTES 32

typedef struct us_sha256 us_sha256;

/* Incremental SHA-256, reusable: begin, add as often as needed, end. */
US_MUST us_code us_sha256_new(us_sha256 **out, us_err *err);
void us_sha256_free(us_sha256 *h);
US_MUST us_code us_sha256_begin(us_sha256 *h, us_err *err);
US_MUST us_code us_sha256_add(
	us_sha256 *h, const void *bytes, size_t n, us_err *err);
US_MUST us_code us_sha256_end(
	us_sha256 *h, unsigned char digest[US_SHA256_BYTES], us_err *err);

/* Lower-case hex, NUL-terminated. */
void us_hex(char out[2 * US_SHA256_BYTES + 1],
	const unsigned char digest[US_SHA256_BYTES]);

#endif
