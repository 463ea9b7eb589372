/* Verdicts as values: every action has a name that is read back, and a slip of the
 * keyboard is told what was meant. */
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/verdict.h"

static void every_action_is_read_back_from_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_ACTIONS; i++) {
		us_action back = (us_action)((i + 1) % US_ACTIONS);

		assert_true(us_action_parse(&back, us_action_name((us_action)i)));
		assert_int_equal(back, i);
	}
}

static void only_the_exact_name_is_an_action(void **state)
{
	static const struct {
		const char *word, *meant; /* NULL: nothing near */
	} rows[] = {
		{ "rolled-back", "rolled_back" },
		{ "Applied", "applied" },
		{ "aplied", "applied" },
		{ "stop ", "stop" },
		{ "", NULL },
		{ "revert", NULL }, /* not in the API yet */
		{ "delete everything", NULL },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_action unused;
		const char *near = us_action_nearest(rows[i].word);

		assert_false(us_action_parse(&unused, rows[i].word));
		if (rows[i].meant ? !near || strcmp(near, rows[i].meant) != 0
				  : near != NULL)
			fail_msg("%s: %s", rows[i].word, near ? near : "nothing");
	}
}

static void a_stop_of_the_core_owns_its_words(void **state)
{
	char reason[] = "a reason";
	us_verdict v = { 0 };
	us_err err = { 0 };

	(void)state;
	assert_ok(us_verdict_stop(&v, "core", reason, &err), &err);
	reason[0] = 'X';
	assert_true(v.given);
	assert_int_equal(v.action, US_ACTION_STOP);
	assert_string_equal(v.reason, "a reason");
	assert_string_equal(v.policy, "core");
	assert_true(v.seconds < 0);
	assert_false(v.override);
	us_verdict_fini(&v);
	assert_null(v.reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_is_read_back_from_its_name),
		cmocka_unit_test(only_the_exact_name_is_an_action),
		cmocka_unit_test(a_stop_of_the_core_owns_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
