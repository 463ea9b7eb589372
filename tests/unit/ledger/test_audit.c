/* Audit lines in `logs`: ours go, all else stays byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/ledger.h"

static const struct {
	const char *logs, *stripped, *audit;
} rows[] = {
	{ NULL, NULL, NULL },
	{ "", NULL, NULL },
	{ "\n", "\n", NULL },
	{ "error", "error", NULL },
	{ "error\n", "error\n", NULL },
	{ "unstick: {\"a\":1}", NULL, "{\"a\":1}" },
	{ "unstick: {\"a\":1}\n", NULL, "{\"a\":1}" },
	{ "error\nunstick: {\"a\":1}", "error", "{\"a\":1}" },
	{ "error\n\nunstick: {\"a\":1}", "error\n", "{\"a\":1}" },
	{ "error\nunstick: {\"a\":1}\nunstick: {\"a\":2}", "error", "{\"a\":2}" },
	{ "unstick: {\"a\":1}\nerror", "error", "{\"a\":1}" },
	{ "one\nunstick: {\"a\":1}\ntwo\n", "one\ntwo\n", "{\"a\":1}" },
	/* not ours: no object, not at the start of its line */
	{ "unstick: see the docs", "unstick: see the docs", NULL },
	{ " unstick: {}", " unstick: {}", NULL },
	{ "x unstick: {}", "x unstick: {}", NULL },
	{ "unstick:{}", "unstick:{}", NULL },
};

static void our_lines_are_stripped_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *got = NULL;
		us_err err = { 0 };

		assert_ok(us_logs_strip(&got, rows[i].logs, &err), &err);
		if (!rows[i].stripped)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].stripped);
	}
}

static void the_last_audit_line_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		size_t len;
		const char *got = us_logs_audit(rows[i].logs, &len);

		if (!rows[i].audit) {
			assert_null(got);
			assert_int_equal(len, 0);
			continue;
		}
		assert_int_equal(len, strlen(rows[i].audit));
		assert_memory_equal(got, rows[i].audit, len);
	}
}

static void a_record_is_in_one_of_three_states(void **state)
{
	(void)state;
	assert_int_equal(us_record_state_of(&(us_record){ .finished = false }),
		US_RECORD_FAILED);
	assert_int_equal(us_record_state_of(&(us_record){ .finished = true }),
		US_RECORD_APPLIED);
	assert_int_equal(us_record_state_of(&(us_record){ .rolled_back = true }),
		US_RECORD_ROLLED_BACK);
	assert_int_equal(us_record_state_of(&(us_record){
				 .finished = true, .rolled_back = true }),
		US_RECORD_ROLLED_BACK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_lines_are_stripped_and_nothing_else),
		cmocka_unit_test(the_last_audit_line_is_found),
		cmocka_unit_test(a_record_is_in_one_of_three_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
