/* SHA-256 by libcrypto, which libpq brings along anyway. */
#include "unstick/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct us_sha256 {
	EVP_MD_CTX *ctx;
	EVP_MD *md; /* fetched once: a look-up per file would cost more than the
		       hash */
};

us_code us_sha256_new(us_sha256 **out, us_err *err)
{
	us_sha256 *h = calloc(1, sizeof(*h));

	*out = NULL;
	if (h) {
		h->ctx = EVP_MD_CTX_new();
		h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	}
	if (!h || !h->ctx || !h->md) {
		us_sha256_free(h);
		return us_fail(err, US_E_NOMEM, "SHA-256 is not available");
	}
	*out = h;
	return US_OK;
}

void us_sha256_free(us_sha256 *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

static us_code check(int ok, us_err *err)
{
	return ok == 1 ? US_OK : us_fail(err, US_E_IO, "SHA-256 failed");
}

us_code us_sha256_begin(us_sha256 *h, us_err *err)
{
	return check(EVP_DigestInit_ex2(h->ctx, h->md, NULL), err);
}

us_code us_sha256_add(us_sha256 *h, const void *bytes, size_t n, us_err *err)
{
	return check(EVP_DigestUpdate(h->ctx, bytes, n), err);
}

us_code us_sha256_end(
	us_sha256 *h, unsigned char digest[US_SHA256_BYTES], us_err *err)
{
	return check(EVP_DigestFinal_ex(h->ctx, digest, NULL), err);
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
