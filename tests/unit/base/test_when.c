/* Times as ledgers hold them and as reports show them. */
#include "unstick/when.h"

#include <string.h>

#include "check.h"
#include "unstick/auto.h"

static void the_forms_a_ledger_may_hold_are_read(void **state)
{
	static const struct {
		const char *text, *want; /* as printed again */
	} rows[] = {
		{ "2026-11-22T15:56:42.296+00:00", "2026-11-22T15:56:42.296000Z" },
		{ "2026-11-22T15:56:42Z", "2026-11-22T15:56:42Z" },
		{ "2026-11-22 15:56:42", "2026-11-22T15:56:42Z" },
		{ "2026-11-22 15:56:42.123456+00", "2026-11-22T15:56:42.123456Z" },
		{ "2026-11-22T15:56:42.1234567Z", "2026-11-22T15:56:42.123456Z" },
		{ "2026-11-22T01:00:00+02:00", "2026-11-21T23:00:00Z" },
		{ "2026-11-22T01:00:00-0530", "2026-11-22T06:30:00Z" },
		{ "2026-11-22", "2026-11-22T00:00:00Z" },
		{ "Sun, 22 Nov 2026 15:56:42 +0000", "2026-11-22T15:56:42Z" },
		{ "1 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z" },
		{ "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z" },
		{ "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z" },
		{ "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z" },
		{ "0987-01-01T00:00:00Z", "0987-01-01T00:00:00Z" },
		{ "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		char text[US_TIME_TEXT];
		us_time t;

		assert_true(us_time_parse(&t, rows[i].text));
		us_time_format(text, t);
		assert_string_equal(text, rows[i].want);
	}
}

static void what_rfc_3339_has_no_words_for_is_not_written(void **state)
{
	static const us_time times[] = { US_NEVER, US_FIRST_TIME - 1,
		US_LAST_TIME + 1, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < US_LEN(times); i++) {
		char text[US_TIME_TEXT] = "?";

		us_time_format(text, times[i]);
		assert_string_equal(text, "");
	}
}

static void anything_else_is_no_time(void **state)
{
	static const char *const texts[] = { "", "now", "2026", "2026-11-22T",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-11-32T00:00:00Z", "2026-11-22T24:00:00Z",
		"2026-11-22T00:60:00Z", "2026-11-22T00:00:00X",
		"2026-11-22T00:00:00+0", "2026-11-22T00:00:00Zx", "1736885910281",
		"22 Nov 2026", "22 Foo 2026 00:00:00 GMT", "\xFF" };

	(void)state;
	for (size_t i = 0; i < US_LEN(texts); i++) {
		us_time t = 0;

		if (us_time_parse(&t, texts[i]))
			fail_msg("read as a time: %s", texts[i]);
		assert_int_equal(t, US_NEVER);
	}
}

static void the_steady_clock_does_not_step_back(void **state)
{
	int64_t before = us_clock_ms();

	(void)state;
	us_sleep_ms(0);
	us_sleep_ms(-5);
	us_sleep_ms(2);
	assert_true(us_clock_ms() >= before + 2);
	assert_true(us_now() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_a_ledger_may_hold_are_read),
		cmocka_unit_test(what_rfc_3339_has_no_words_for_is_not_written),
		cmocka_unit_test(anything_else_is_no_time),
		cmocka_unit_test(the_steady_clock_does_not_step_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
