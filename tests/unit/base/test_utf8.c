/* UTF-8 as Node decodes it: what Prisma hashes and sends. */
#include "unstick/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

#define FFFD "\xEF\xBF\xBD"

/* Expected: what Buffer.from(bytes).toString("utf8") gives in Node 18. */
static void ill_formed_parts_become_one_replacement_each(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "caf\xC3\xA9", "caf\xC3\xA9" },
		{ "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80" },
		{ "\xEF\xBB\xBFx", "\xEF\xBB\xBFx" },
		{ "caf\xE9", "caf" FFFD },
		{ "caf\xE9 x", "caf" FFFD " x" },
		{ "\x80", FFFD },
		{ "\xC0\x80", FFFD FFFD },
		{ "\xC3", FFFD },
		{ "\xE2\x82", FFFD },
		{ "\xE2\x82x", FFFD "x" },
		{ "\xE0\x80\x80", FFFD FFFD FFFD },
		{ "\xED\xA0\x80", FFFD FFFD FFFD },
		{ "\xF0\x9F\x98", FFFD },
		{ "\xF0\x80\x80\x80", FFFD FFFD FFFD FFFD },
		{ "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD },
		{ "\xF5\x80", FFFD FFFD },
		{ "\xFF\xFE", FFFD FFFD },
		/* wherever in the eight bytes that are looked at together */
		{ "12345678", "12345678" },
		{ "1234567\xE9", "1234567" FFFD },
		{ "12345678\xE9", "12345678" FFFD },
		{ "\xE9"
		  "12345678\xE9"
		  "12345678",
			FFFD "12345678" FFFD "12345678" },
		{ "12345678caf\xC3\xA9 12345678\xF0\x9F\x98\x80",
			"12345678caf\xC3\xA9 12345678\xF0\x9F\x98\x80" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_str s = { 0 };
		size_t n = strlen(rows[i].text);

		us_utf8_add_lossy(&s, rows[i].text, n);
		assert_string_equal(us_str_text(&s), rows[i].want);
		assert_int_equal(us_utf8_valid(rows[i].text, n),
			strcmp(rows[i].text, rows[i].want) == 0);
		assert_true(us_utf8_valid(us_str_text(&s), s.len));
		us_str_fini(&s);
	}
}

static void a_nul_is_a_character(void **state)
{
	us_str s = { 0 };

	(void)state;
	assert_true(us_utf8_valid("a\0b", 3));
	us_utf8_add_lossy(&s, "a\0b", 3);
	assert_int_equal(s.len, 3);
	assert_memory_equal(us_str_text(&s), "a\0b", 3);
	us_str_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ill_formed_parts_become_one_replacement_each),
		cmocka_unit_test(a_nul_is_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
