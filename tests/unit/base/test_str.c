/* Strings, lists of them, and how far two names are apart. */
#include "unstick/str.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

static void a_string_grows_and_is_handed_over(void **state)
{
	us_str s = { 0 };
	us_err err = { 0 };
	char *text;
	size_t len;

	(void)state;
	assert_string_equal(us_str_text(&s), "");
	for (int i = 0; i < 1000; i++)
		us_str_addf(&s, "%d,", i);
	us_str_add(&s, "end");
	us_str_addc(&s, '!');
	us_str_addn(&s, "a\0b", 3);
	assert_ok(us_str_take(&s, &text, &len, &err), &err);
	assert_int_equal(len, 10 + 2 * 90 + 3 * 900 + 1000 + 7);
	assert_memory_equal(text, "0,1,2,", 6);
	assert_memory_equal(text + len - 7, "end!a\0b", 8);
	assert_null(s.buf);
	free(text);
}

static void an_empty_string_is_a_string_too(void **state)
{
	us_str s = { 0 };
	us_err err = { 0 };
	char *text;

	(void)state;
	assert_ok(us_str_take(&s, &text, NULL, &err), &err);
	assert_string_equal(text, "");
	free(text);
}

static void a_cleared_string_starts_again(void **state)
{
	us_str s = { 0 };

	(void)state;
	us_str_add(&s, "before");
	us_str_clear(&s);
	assert_string_equal(us_str_text(&s), "");
	us_str_add(&s, "x");
	assert_string_equal(us_str_text(&s), "x");
	us_str_fini(&s);
	assert_string_equal(us_str_text(&s), "");
}

static void a_failure_sticks_and_is_told_at_the_end(void **state)
{
	us_str s = { 0 };
	us_err err = { 0 };
	char *text = NULL;

	(void)state;
	us_str_add(&s, "text");
	us_str_addn(
		&s, "", SIZE_MAX / 2); /* more than there can be; nothing is read */
	us_str_add(&s, "more");
	assert_string_equal(us_str_text(&s), "");
	assert_int_equal(us_str_take(&s, &text, NULL, &err), US_E_NOMEM);
	assert_null(text);
	assert_null(s.buf);
}

static void copies_are_the_caller_s(void **state)
{
	us_err err = { 0 };
	char *a, *b, *c;

	(void)state;
	assert_ok(us_strdup(&a, "text", &err), &err);
	assert_ok(us_strndup(&b, "text", 2, &err), &err);
	assert_ok(us_strf(&c, &err, "%s-%d", "x", 7), &err);
	assert_string_equal(a, "text");
	assert_string_equal(b, "te");
	assert_string_equal(c, "x-7");
	free(a);
	free(b);
	free(c);
}

static void a_list_keeps_copies_in_order(void **state)
{
	us_strs l = { 0 };
	us_err err = { 0 };
	char text[] = "0";

	(void)state;
	for (int i = 0; i < 20; i++) {
		text[0] = (char)('a' + i);
		assert_ok(us_strs_add(&l, text, &err), &err);
	}
	assert_int_equal(l.len, 20);
	assert_string_equal(l.items[0], "a");
	assert_string_equal(l.items[19], "t");
	us_strs_fini(&l);
	assert_int_equal(l.len, 0);
	assert_null(l.items);
}

static void the_distance_counts_edits_and_swaps(void **state)
{
	static const struct {
		const char *a, *b;
		size_t want;
	} rows[] = {
		{ "", "", 0 }, { "a", "", 1 }, { "", "abc", 3 },
		{ "abc", "abc", 0 }, { "abc", "abd", 1 }, { "abc", "acb", 1 },
		{ "abcd", "badc", 2 }, { "kitten", "sitting", 3 },
		{ "polcies", "policies", 1 },
		{ "ca", "abc", 3 }, /* no edit inside a swap */
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		assert_int_equal(
			us_edit_distance(rows[i].a, rows[i].b), rows[i].want);
		assert_int_equal(
			us_edit_distance(rows[i].b, rows[i].a), rows[i].want);
	}
}

static void the_nearest_name_is_a_slip_away_or_none(void **state)
{
	static const char *const names[] = { "status", "start", "audit",
		"resolve" };
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "status", "status" },
		{ "statsu", "status" },
		{ "strat", "start" },
		{ "audti", "audit" },
		{ "reslove", "resolve" },
		{ "explain", NULL },
		{ "xyz", NULL },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		const char *got = us_nearest(rows[i].text, names, US_LEN(names));

		if (rows[i].want)
			assert_string_equal(got ? got : "(none)", rows[i].want);
		else
			assert_null(got);
	}
	assert_null(us_nearest("status", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_grows_and_is_handed_over),
		cmocka_unit_test(an_empty_string_is_a_string_too),
		cmocka_unit_test(a_cleared_string_starts_again),
		cmocka_unit_test(a_failure_sticks_and_is_told_at_the_end),
		cmocka_unit_test(copies_are_the_caller_s),
		cmocka_unit_test(a_list_keeps_copies_in_order),
		cmocka_unit_test(the_distance_counts_edits_and_swaps),
		cmocka_unit_test(the_nearest_name_is_a_slip_away_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
