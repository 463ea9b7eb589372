/* Errors: what they say, how they are cut, and the exit status they end in. */
#include "unstick/err.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/utf8.h"

static void a_failure_fills_the_error_and_returns_its_code(void **state)
{
	us_err err = { .sqlstate = "42P01", .prisma = "P3008" };

	(void)state;
	assert_int_equal(us_fail(&err, US_E_IO, "%s: %d", "file", 7), US_E_IO);
	assert_int_equal(err.code, US_E_IO);
	assert_string_equal(err.msg, "file: 7");
	assert_string_equal(err.sqlstate, "");
	assert_string_equal(err.prisma, "");
	assert_int_equal(us_fail(NULL, US_E_DB, "x"), US_E_DB);
}

static void prisma_s_own_code_comes_along(void **state)
{
	us_err err = { 0 };

	(void)state;
	assert_int_equal(us_fail_prisma(&err, "P3012", "not failed"), US_E_PRISMA);
	assert_string_equal(err.prisma, "P3012");
	assert_string_equal(err.msg, "not failed");
}

static void context_is_put_in_front(void **state)
{
	us_err err = { 0 };

	(void)state;
	(void)us_fail(&err, US_E_IO, "no such file");
	memcpy(err.sqlstate, "58P01", 6);
	assert_int_equal(us_context(&err, "reading %s", "x"), US_E_IO);
	assert_string_equal(err.msg, "reading x: no such file");
	assert_string_equal(err.sqlstate, "58P01");
	assert_int_equal(us_context(NULL, "x"), US_OK);
}

/* Whatever the length: the cut falls between characters and shows. */
static void a_long_message_ends_in_an_ellipsis(void **state)
{
	us_err err = { 0 };

	(void)state;
	for (int pad = 0; pad < 4; pad++) {
		us_str text = { 0 };

		for (int i = 0; i < pad; i++)
			us_str_addc(&text, 'x');
		while (text.len < 1100)
			us_str_add(&text, "\xE2\x82\xAC");
		(void)us_fail(&err, US_E_IO, "%s", us_str_text(&text));
		assert_true(strlen(err.msg) < sizeof(err.msg));
		assert_true(us_utf8_valid(err.msg, strlen(err.msg)));
		assert_string_equal(err.msg + strlen(err.msg) - 3, "\xE2\x80\xA6");
		(void)us_context(&err, "again");
		assert_true(us_utf8_valid(err.msg, strlen(err.msg)));
		assert_memory_equal(err.msg, "again: ", 7);
		us_str_fini(&text);
	}
}

static void a_message_that_just_fits_is_not_cut(void **state)
{
	us_err err = { 0 };
	char text[sizeof(err.msg)];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)us_fail(&err, US_E_IO, "%s", text);
	assert_string_equal(err.msg, text);
}

static void every_code_has_the_exit_status_of_the_contract(void **state)
{
	static const struct {
		us_code code;
		int want;
	} rows[] = {
		{ US_OK, 0 },
		{ US_E_NOMEM, 1 },
		{ US_E_IO, 1 },
		{ US_E_USAGE, 64 },
		{ US_E_CONFIG, 78 },
		{ US_E_CONNECT, 69 },
		{ US_E_LOCK, 75 },
		{ US_E_DB, 1 },
		{ US_E_DIRECTORY, 1 },
		{ US_E_POLICY, 3 },
		{ US_E_LIMIT, 3 },
		{ US_E_PRISMA, 1 },
		{ US_E_REFUSED, 3 },
		{ US_E_UNKNOWN, 1 },
		{ (us_code)99, 1 },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++)
		assert_int_equal(us_code_exit(rows[i].code), rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_fills_the_error_and_returns_its_code),
		cmocka_unit_test(prisma_s_own_code_comes_along),
		cmocka_unit_test(context_is_put_in_front),
		cmocka_unit_test(a_long_message_ends_in_an_ellipsis),
		cmocka_unit_test(a_message_that_just_fits_is_not_cut),
		cmocka_unit_test(every_code_has_the_exit_status_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
