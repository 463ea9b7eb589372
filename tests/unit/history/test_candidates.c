/* Which folder may be a missing name's, and how sure that is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "world.h"

#define NAME "20240102000000_add_age"

/* The candidates of one name, whether or not it is a case. */
static us_candidate *ask(world *w, const char *name, size_t *n)
{
	us_case c = { .entry = us_history_find(world_load(w), name) };
	us_candidate *found;
	us_err err = { 0 };

	assert_non_null(c.entry);
	c.moved = c.entry->state == US_STATE_MISSING;
	assert_ok(us_history_candidates(w->history, &c, &found, n, &err), &err);
	return found;
}

static void a_renamed_folder_is_the_only_match(void **state)
{
	us_candidate *c;
	size_t n;

	world_folder(*state, "20240101000000_init", "I;\n");
	world_record(*state, "20240101000000_init", 'A', "I;\n");
	world_record(*state, NAME, 'F', "A;\n");
	world_folder(*state, "20240102000000_add_ages", "A;\n");
	c = ask(*state, NAME, &n);
	assert_int_equal(n, 1);
	assert_string_equal(c[0].name, "20240102000000_add_ages");
	assert_true(c[0].same_checksum);
	assert_true(c[0].same_timestamp);
	assert_true(c[0].same_place);
	assert_true(c[0].only_match);
	assert_int_equal(c[0].distance, 1);
	free(c);
}

static void the_place_is_the_same_if_no_name_lies_between(void **state)
{
	static const struct {
		const char *between; /* and how it comes to be there */
		char how;
		bool same;
	} rows[] = {
		{ "20240101000000_init", 'A', true },
		{ "20240104000000_later", 'A', true },
		{ "20240103000000_between", 'A', false },
		{ "20240103000000_between", 'R', false },
		{ "20240103000000_between", 'F', false },
		{ "20240103000000_between", 0, false }, /* a folder */
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		/* renamed to the back, and to the front */
		for (int front = 0; front < 2; front++) {
			const char *a = NAME, *b = "20240103500000_add_age";
			us_candidate *c;
			size_t n;
			world w;

			world_init(&w);
			world_record(&w, front ? b : a, 'A', "A;\n");
			world_folder(&w, front ? a : b, "A;\n");
			if (rows[i].how)
				world_record(
					&w, rows[i].between, rows[i].how, "B;\n");
			else
				world_folder(&w, rows[i].between, "B;\n");
			c = ask(&w, front ? b : a, &n);
			assert_true(n >= 1);
			assert_true(c[0].same_checksum && c[0].only_match);
			if (c[0].same_place != rows[i].same)
				fail_msg("row %zu, front %d", i, front);
			free(c);
			world_fini(&w);
		}
	}
}

static void one_to_one_means_one_on_either_side(void **state)
{
	static const struct {
		const char *what;
		char kind;   /* of another missing name with that script */
		bool folder; /* another folder with it */
		bool only;
	} rows[] = {
		{ "alone", 0, false, true },
		{ "another applied name", 'A', false, false },
		{ "another failed name", 'F', false, false },
		{ "another name, but rolled back", 'R', false, true },
		{ "another folder", 0, true, false },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_candidate *c;
		size_t n;
		world w;

		world_init(&w);
		world_record(&w, NAME, 'F', "A;\n");
		world_folder(&w, "20240102000000_age", "A;\n");
		if (rows[i].kind)
			world_record(&w, "2_other", rows[i].kind, "A;\n");
		if (rows[i].folder)
			world_folder(&w, "z_other", "A;\r\n");
		c = ask(&w, NAME, &n);
		assert_int_equal(n, rows[i].folder ? 2 : 1);
		for (size_t k = 0; k < n; k++) {
			assert_true(c[k].same_checksum);
			if (c[k].only_match != rows[i].only)
				fail_msg("%s: %d", rows[i].what, c[k].only_match);
		}
		free(c);
		world_fini(&w);
	}
}

static void the_best_come_first_and_the_far_not_at_all(void **state)
{
	static const char *const want[] = {
		"20250101000000_quite_another_name", /* the same script */
		"20240102000000_add_agex",       /* the same timestamp, nearer */
		"20240102000000_something_else", /* the same timestamp */
		"20240102000001_add_age",        /* looks alike */
	};
	us_candidate *c;
	size_t n;

	world_record(*state, NAME, 'F', "A;\n");
	world_folder(*state, want[3], "B;\n");
	world_folder(*state, want[2], "C;\n");
	world_folder(*state, want[1], "D;\n");
	world_folder(*state, want[0], "A;\n");
	world_folder(*state, "20251231235959_unrelated", "E;\n");
	c = ask(*state, NAME, &n);
	assert_int_equal(n, US_LEN(want));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(c[i].name, want[i]);
		assert_int_equal(c[i].same_checksum, i == 0);
		assert_int_equal(c[i].only_match, i == 0);
		assert_int_equal(c[i].same_timestamp, i == 1 || i == 2);
	}
	free(c);
}

static void a_handful_is_enough(void **state)
{
	us_candidate *c;
	size_t n;

	world_record(*state, NAME, 'F', "A;\n");
	for (int i = 0; i < 20; i++) {
		char name[64];

		snprintf(name, sizeof(name), "20240102000000_add_age%d", i);
		world_folder(*state, name, "B;\n");
	}
	c = ask(*state, NAME, &n);
	assert_int_equal(n, 5);
	free(c);
}

static void recorded_folders_are_no_candidates(void **state)
{
	us_candidate *c;
	size_t n;

	world_record(*state, NAME, 'F', "A;\n");
	world_folder(*state, "20240102000000_add_ages", "A;\n");
	world_record(*state, "20240102000000_add_ages", 'R', "A;\n");
	c = ask(*state, NAME, &n);
	assert_int_equal(n, 0);
	free(c);
}

static void a_name_with_a_folder_has_no_candidates(void **state)
{
	us_candidate *c;
	size_t n;

	world_record(*state, NAME, 'F', "A;\n");
	world_folder(*state, NAME, "A;\n");
	world_folder(*state, "20240102000000_add_ages", "A;\n");
	c = ask(*state, NAME, &n);
	assert_int_equal(n, 0);
	free(c);
}

static void a_timestamp_has_eight_digits_and_ends_where_the_other_ends(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "20240102000000_a", "20240102000000_b", true },
		{ "20240102_a", "20240102-b", true },
		{ "20240102", "20240102_b", true },
		{ "20240102000000_a", "20240102000001_a", false },
		{ "20240102000000_a", "202401020000000_a", false },
		{ "2024010_a", "2024010_b", false },
		{ "1_a", "1_b", false },
		{ "a", "b", false },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_candidate *c;
		size_t n;
		world w;

		world_init(&w);
		world_record(&w, rows[i].a, 'F', "A;\n");
		world_folder(&w, rows[i].b, "A;\n");
		c = ask(&w, rows[i].a, &n);
		assert_int_equal(n, 1);
		if (c[0].same_timestamp != rows[i].same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
		free(c);
		world_fini(&w);
	}
}

static void an_unreadable_folder_is_judged_by_its_name(void **state)
{
	us_candidate *c;
	size_t n;

	world_record(*state, NAME, 'F', "A;\n");
	world_folder(*state, "20240102000000_add_ages", NULL);
	c = ask(*state, NAME, &n);
	assert_int_equal(n, 1);
	assert_false(c[0].same_checksum);
	assert_false(c[0].only_match);
	free(c);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(a_renamed_folder_is_the_only_match),
		cmocka_unit_test(the_place_is_the_same_if_no_name_lies_between),
		cmocka_unit_test(one_to_one_means_one_on_either_side),
		ROW(the_best_come_first_and_the_far_not_at_all),
		ROW(a_handful_is_enough),
		ROW(recorded_folders_are_no_candidates),
		ROW(a_name_with_a_folder_has_no_candidates),
		cmocka_unit_test(
			a_timestamp_has_eight_digits_and_ends_where_the_other_ends),
		ROW(an_unreadable_folder_is_judged_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
