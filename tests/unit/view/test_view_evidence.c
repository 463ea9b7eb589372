/* A case's evidence as data: the documented keys, and K in all its shapes. */
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "papers.h"
#include "unstick/auto.h"

static void an_error_without_numbers_has_nulls_not_zeros(void **state)
{
	static const char *const unknown[] = { "code", "message", "statement",
		"line" };
	fixture *f = *state;
	json_t *v;

	f->e.error.present = true;
	v = view(f, false);
	for (size_t i = 0; i < US_LEN(unknown); i++)
		assert_true(json_is_null(
			json_object_get(at(v, "evidence.error"), unknown[i])));
	json_decref(v);
}

static void a_session_that_hides_has_nulls(void **state)
{
	static const char *const unknown[] = { "pid", "application", "state",
		"query", "query_age_seconds", "why" };
	fixture *f = *state;
	json_t *v;

	f->running.query_age_s = -1;
	f->e.running = &f->running;
	f->e.nrunning = 1; /* seen, though others can't be */
	v = view(f, false);
	for (size_t i = 0; i < US_LEN(unknown); i++)
		assert_true(json_is_null(
			json_object_get(at(v, "evidence.running.0"), unknown[i])));
	assert_true(json_is_false(at(v, "evidence.running.0.holds_lock")));
	json_decref(v);
}

static void nobody_seen_is_not_nobody_could_look(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->e.activity_visible = true;
	v = view(f, false);
	assert_true(json_is_array(at(v, "evidence.running")));
	assert_int_equal(json_array_size(at(v, "evidence.running")), 0);
	json_decref(v);
}

static void diverged_is_an_empty_set_without_ends(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->e.prefixes = (us_prefixes){ true, 2, f->member };
	v = view(f, false);
	assert_string_equal(json_string_value(at(v, "evidence.state")), "diverged");
	assert_true(json_is_array(at(v, "evidence.prefixes")));
	assert_int_equal(json_array_size(at(v, "evidence.prefixes")), 0);
	assert_true(json_is_null(at(v, "evidence.applied_prefix")));
	json_decref(v);
}

/* K is known then, and says nothing. */
static void every_k_is_a_state_of_not_knowing_without_ends(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->member[0] = f->member[1] = f->member[2] = true;
	f->e.prefixes = (us_prefixes){ true, 2, f->member };
	v = view(f, false);
	assert_string_equal(json_string_value(at(v, "evidence.state")), "unknown");
	assert_int_equal(json_array_size(at(v, "evidence.prefixes")), 3);
	assert_true(json_is_null(at(v, "evidence.applied_prefix")));
	json_decref(v);
}

static void an_empty_script_ended_where_it_began(void **state)
{
	fixture *f = *state;
	json_t *v;

	f->member[0] = true;
	f->e.prefixes = (us_prefixes){ true, 0, f->member };
	v = view(f, false);
	assert_string_equal(json_string_value(at(v, "evidence.state")), "none");
	assert_int_equal(
		json_integer_value(at(v, "evidence.applied_prefix.max")), 0);
	json_decref(v);
}

static void whether_it_can_run_again_is_said_with_why_not(void **state)
{
	static char why[] = "statement 2 adds its rows again";
	fixture *f = *state;
	json_t *v;

	f->e.rerun_why = why;
	v = view(f, false);
	assert_true(json_is_false(at(v, "evidence.reruns")));
	assert_string_equal(json_string_value(at(v, "evidence.rerun_why")), why);
	json_decref(v);
	f->e.reruns = true;
	f->e.rerun_why = NULL;
	v = view(f, false);
	assert_true(json_is_true(at(v, "evidence.reruns")));
	json_decref(v);
}

static void evidence_has_exactly_the_documented_keys(void **state)
{
	json_t *table = paper_table("docs/json.md", "## Evidence");
	json_t *keys = paper_keys(table);
	json_t *v = view(*state, false);

	assert_keys("evidence", at(v, "evidence"), keys);
	json_decref(v);
	json_decref(keys);
	json_decref(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		each(an_error_without_numbers_has_nulls_not_zeros),
		each(a_session_that_hides_has_nulls),
		each(nobody_seen_is_not_nobody_could_look),
		each(diverged_is_an_empty_set_without_ends),
		each(every_k_is_a_state_of_not_knowing_without_ends),
		each(an_empty_script_ended_where_it_began),
		each(whether_it_can_run_again_is_said_with_why_not),
		each(evidence_has_exactly_the_documented_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
