/* The audit line: one line of ASCII, whatever a policy said, with everything the
 * next run and the next person need, and no secret. */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "check.h"
#include "unstick/auto.h"

#define ID "00000000-0000-4000-8000-000000000001"

static json_t *line_of(const struct decision *d)
{
	US_AUTO(auto_str) char *text = NULL;
	us_err err = { 0 };
	json_error_t e;
	json_t *v;

	assert_ok(audit_line(&text, d, &err), &err);
	for (const char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			fail_msg("byte %d in %s", (unsigned char)*p, text);
	v = json_loads(text, 0, &e);
	if (!v)
		fail_msg("%s: %s", e.text, text);
	return v;
}

static const char *text_at(const json_t *v, const char *key)
{
	return json_string_value(json_object_get(v, key));
}

static void it_says_who_decided_what_and_on_what(void **state)
{
	bool member[] = { false, true, true };
	const us_prefixes k = { true, 2, member };
	const struct decision d = { .action = US_ACTION_APPLIED,
		.id = ID,
		.policy = "policies/payments.lua:any",
		.reason = "all of it is there",
		.line = 12,
		.overridden = true,
		.prefixes = &k,
		.renamed_from = "20240101_old" };
	json_t *v = line_of(&d), *want = json_pack("[i,i]", 1, 2);

	(void)state;
	assert_int_equal(json_object_size(v), 9);
	assert_string_equal(text_at(v, "version"), US_VERSION);
	assert_string_equal(text_at(v, "id"), ID);
	assert_string_equal(text_at(v, "action"), "applied");
	assert_string_equal(text_at(v, "policy"), "policies/payments.lua:any");
	assert_string_equal(text_at(v, "reason"), "all of it is there");
	assert_string_equal(text_at(v, "renamed_from"), "20240101_old");
	assert_int_equal(json_integer_value(json_object_get(v, "line")), 12);
	assert_true(json_is_true(json_object_get(v, "override")));
	assert_true(json_equal(json_object_get(v, "k"), want));
	json_decref(want);
	json_decref(v);
}

static void what_was_not_looked_at_is_null(void **state)
{
	const us_prefixes unknown = { 0 };
	const us_prefixes *const ks[] = { NULL, &unknown };

	(void)state;
	for (size_t i = 0; i < US_LEN(ks); i++) {
		const struct decision d = { .action = US_ACTION_ROLLED_BACK,
			.id = ID,
			.policy = "by hand",
			.reason = "r",
			.prefixes = ks[i] };
		json_t *v = line_of(&d);

		assert_true(json_is_null(json_object_get(v, "k")));
		assert_null(json_object_get(v, "renamed_from"));
		assert_true(json_is_false(json_object_get(v, "override")));
		json_decref(v);
	}
}

static void any_text_fits_on_the_line(void **state)
{
	static const struct {
		const char *given, *kept;
	} rows[] = {
		{ "two\nlines\r\n", "two\nlines\r\n" },
		{ "a \"quote\" and a \\", "a \"quote\" and a \\" },
		{ "unstick: {}", "unstick: {}" },
		{ "fl\xC3\xBC"
		  "ssig \xF0\x9F\x98\x80",
			"fl\xC3\xBC"
			"ssig \xF0\x9F\x98\x80" },
		{ "\x01\x1B[31m", "\x01\x1B[31m" },
		{ "no text: \xFF", "no text: \xEF\xBF\xBD" },
		{ "postgres://u:s3cr3t@h/d", "postgres://u:***@h/d" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		const struct decision d = { .action = US_ACTION_APPLIED,
			.id = ID,
			.policy = rows[i].given,
			.reason = rows[i].given,
			.renamed_from = rows[i].given };
		json_t *v = line_of(&d);

		assert_string_equal(text_at(v, "reason"), rows[i].kept);
		assert_string_equal(text_at(v, "policy"), rows[i].kept);
		assert_string_equal(text_at(v, "renamed_from"), rows[i].kept);
		json_decref(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_who_decided_what_and_on_what),
		cmocka_unit_test(what_was_not_looked_at_is_null),
		cmocka_unit_test(any_text_fits_on_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
