/* SHA-256 by libcrypto, which libpq brings along anyway. */

/* The functions that OpenSSL 3 would rather not see used need no provider: fetching
 * one makes libcrypto initialise itself, which costs every run time and 1.7 MiB
 * (measured with 3.0.22) before the first byte is hashed. */
#define OPENSSL_API_COMPAT 0x10101000L
#include "unstick/hash.h"

#include <openssl/sha.h>
#include <stdlib.h>

struct us_sha256 {
	SHA256_CTX ctx;
};

us_code us_sha256_new(us_sha256 **out, us_err *err)
{
	*out = calloc(1, sizeof(**out));
	return *out ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}

void us_sha256_free(us_sha256 *h)
{
	free(h);
}

static us_code check(int ok, us_err *err)
{
	return ok == 1 ? US_OK : us_fail(err, US_E_IO, "SHA-256 failed");
}

us_code us_sha256_begin(us_sha256 *h, us_err *err)
{
	return check(SHA256_Init(&h->ctx), err);
}

us_code us_sha256_add(us_sha256 *h, const void *bytes, size_t n, us_err *err)
{
	return check(SHA256_Update(&h->ctx, bytes, n), err);
}

us_code us_sha256_end(
	us_sha256 *h, unsigned char digest[US_SHA256_BYTES], us_err *err)
{
	return check(SHA256_Final(digest, &h->ctx), err);
}

void us_hex(char out[2 * US_SHA256_BYTES + 1],
	const unsigned char digest[US_SHA256_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < US_SHA256_BYTES; i++) {
		out[2 * i] = digits[digest[i] >> 4U];
		out[2 * i + 1] = digits[digest[i] & 15U];
	}
	out[(size_t)2 * US_SHA256_BYTES] = '\0';
}
