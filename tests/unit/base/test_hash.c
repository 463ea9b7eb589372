/* Checksums and record ids in Prisma's form. */
#include "unstick/hash.h"

#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/uuid.h"

static void a_hash_is_sha_256_in_lower_case_hex(void **state)
{
	/* FIPS 180-2, appendix B. */
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad" },
	};
	us_err err = { 0 };
	us_sha256 *h;

	(void)state;
	assert_ok(us_sha256_new(&h, &err), &err);
	for (size_t i = 0; i < US_LEN(rows); i++) {
		unsigned char digest[US_SHA256_BYTES];
		char hex[2 * US_SHA256_BYTES + 1];

		assert_ok(us_sha256_begin(h, &err), &err);
		for (const char *p = rows[i].text; *p; p++)
			assert_ok(us_sha256_add(h, p, 1, &err), &err);
		assert_ok(us_sha256_end(h, digest, &err), &err);
		us_hex(hex, digest);
		assert_string_equal(hex, rows[i].want);
	}
	us_sha256_free(h);
	us_sha256_free(NULL);
}

static void an_id_is_a_random_uuid(void **state)
{
	char a[US_UUID_TEXT], b[US_UUID_TEXT];
	us_err err = { 0 };

	(void)state;
	assert_ok(us_uuid(a, &err), &err);
	assert_ok(us_uuid(b, &err), &err);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
	assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_is_sha_256_in_lower_case_hex),
		cmocka_unit_test(an_id_is_a_random_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
