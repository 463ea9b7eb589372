/* The live values that states were compared with, as one short text. */
#include <stdint.h>
#include <string.h>

#include "states_impl.h"

/* Each text with its length, so that two lists never read alike. */
static us_code add(us_sha256 *h, const char *text, us_err *err)
{
	size_t n = text ? strlen(text) : SIZE_MAX;
	us_code rc = us_sha256_add(h, &n, sizeof(n), err);

	return rc == US_OK && text ? us_sha256_add(h, text, n, err) : rc;
}

us_code us_states_digest(const us_states *s, us_reading *r, us_err *err)
{
	unsigned char digest[US_SHA256_BYTES];
	us_sha256 *h;
	us_code rc = us_sha256_new(&h, err);

	if (rc == US_OK)
		rc = us_sha256_begin(h, err);
	for (size_t i = 0; rc == US_OK && i < s->nkeys; i++) {
		const state_key *key = &s->keys[i];
		unsigned char firmness = (unsigned char)key->live.firmness;

		rc = add(h, key->object, err);
		if (rc == US_OK)
			rc = add(h, key->facet, err);
		if (rc == US_OK)
			rc = us_sha256_add(h, &firmness, sizeof(firmness), err);
		if (rc == US_OK)
			rc = add(h, key->live.text, err);
	}
	if (rc == US_OK)
		rc = us_sha256_end(h, digest, err);
	if (rc == US_OK)
		us_hex(r->digest, digest);
	us_sha256_free(h);
	return rc;
}
