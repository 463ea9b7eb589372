/* State and edits as functions of all records of a name: the rows of `prisma
 * migrate resolve`, `status` and `deploy` as observed with 6.19.3 and 7.10.1. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "unstick/auto.h"
#include "world.h"

#define NAME "20240102000000_add"
#define SCRIPT "CREATE TABLE t (a int);\n"

static const char *tristate(us_tristate t)
{
	return t == US_YES ? "yes" : t == US_NO ? "no" : "unsure";
}

/* Records oldest first, by their kind; a small letter has another checksum than the
 * script's. */
typedef struct {
	const char *records;
	bool folder;
	us_state want;
	us_tristate edited;
} state_row;

static const state_row state_rows[] = {
	{ "", true, US_STATE_PENDING, US_NO },

	{ "A", true, US_STATE_APPLIED, US_NO },
	{ "a", true, US_STATE_APPLIED, US_YES },
	{ "A", false, US_STATE_MISSING, US_UNSURE },
	{ "AA", true, US_STATE_APPLIED, US_NO }, /* written by hand */
	{ "aA", true, US_STATE_APPLIED, US_YES },
	{ "Aa", true, US_STATE_APPLIED, US_NO },

	{ "F", true, US_STATE_FAILED, US_NO },
	{ "f", true, US_STATE_FAILED, US_YES },
	{ "F", false, US_STATE_FAILED, US_UNSURE },
	{ "FF", true, US_STATE_FAILED, US_NO },
	{ "Ff", true, US_STATE_FAILED, US_NO },
	{ "fF", true, US_STATE_FAILED, US_YES },

	{ "R", true, US_STATE_ROLLED_BACK, US_NO },
	{ "r", true, US_STATE_ROLLED_BACK, US_NO },
	{ "R", false, US_STATE_ROLLED_BACK, US_NO },
	{ "RR", true, US_STATE_ROLLED_BACK, US_NO },

	/* resolved, then deployed again */
	{ "RA", true, US_STATE_APPLIED, US_NO },
	{ "rA", true, US_STATE_APPLIED, US_NO },
	{ "Ra", true, US_STATE_APPLIED, US_YES },
	{ "rRA", false, US_STATE_MISSING, US_UNSURE },
	{ "RF", true, US_STATE_FAILED, US_NO },
	{ "RRf", true, US_STATE_FAILED, US_YES },

	/* a younger rolled-back record takes nothing away from an older one
	 */
	{ "AR", true, US_STATE_APPLIED, US_NO },
	{ "Ar", true, US_STATE_APPLIED, US_NO },
	{ "aR", true, US_STATE_APPLIED, US_YES },
	{ "FR", true, US_STATE_FAILED, US_NO },
	{ "fR", true, US_STATE_FAILED, US_YES },
	{ "AR", false, US_STATE_MISSING, US_UNSURE },

	/* deploy stops (P3009) whatever else is recorded */
	{ "AF", true, US_STATE_FAILED, US_NO },
	{ "FA", true, US_STATE_FAILED, US_NO },
	{ "fA", true, US_STATE_FAILED, US_YES },
	{ "Fa", true, US_STATE_FAILED, US_NO },
	{ "FA", false, US_STATE_FAILED, US_UNSURE },
	{ "RFA", true, US_STATE_FAILED, US_NO },
	{ "ARF", true, US_STATE_FAILED, US_NO },

	/* finished and rolled back: deploy runs it again */
	{ "B", true, US_STATE_ROLLED_BACK, US_NO },
	{ "b", true, US_STATE_ROLLED_BACK, US_NO },
	{ "B", false, US_STATE_ROLLED_BACK, US_NO },
	{ "AB", true, US_STATE_APPLIED, US_NO },
	{ "bA", true, US_STATE_APPLIED, US_NO },
	{ "FB", true, US_STATE_FAILED, US_NO },
	{ "RB", true, US_STATE_ROLLED_BACK, US_NO },
};

static void make_row(world *w, const state_row *row)
{
	if (row->folder)
		world_folder(w, NAME, SCRIPT);
	for (const char *k = row->records; *k; k++)
		world_record(w, NAME, (char)toupper((unsigned char)*k),
			isupper((unsigned char)*k) ? SCRIPT : "other");
}

static void the_state_is_a_function_of_all_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(state_rows); i++) {
		const state_row *row = &state_rows[i];
		const us_entry *e;
		world w;

		world_init(&w);
		make_row(&w, row);
		e = us_history_find(world_load(&w), NAME);
		assert_non_null(e);
		if (e->state != row->want || e->edited != row->edited)
			fail_msg("\"%s\"%s is %s, edited %s", row->records,
				row->folder ? "" : " without folder",
				us_state_name(e->state), tristate(e->edited));
		assert_int_equal(e->nrecords, strlen(row->records));
		assert_int_equal(e->migration, row->folder ? 0 : US_NO_MIGRATION);
		world_fini(&w);
	}
}

static void an_edit_of_a_script_that_cannot_be_read_is_unsure(void **state)
{
	const us_history *h;

	world_folder(*state, "1_pending", NULL);
	world_folder(*state, "2_applied", NULL);
	world_folder(*state, "3_failed", NULL);
	world_record(*state, "2_applied", 'A', SCRIPT);
	world_record(*state, "3_failed", 'F', SCRIPT);
	h = world_load(*state);
	assert_int_equal(us_history_find(h, "1_pending")->edited, US_NO);
	assert_int_equal(us_history_find(h, "2_applied")->edited, US_UNSURE);
	assert_int_equal(us_history_find(h, "2_applied")->state, US_STATE_APPLIED);
	assert_int_equal(us_history_find(h, "3_failed")->edited, US_UNSURE);
	assert_int_equal(us_history_counts(h).edited, 0);
}

static void records_of_a_name_stay_oldest_first(void **state)
{
	world *w = *state;
	const us_history *h;

	world_folder(w, "2_here", SCRIPT);
	for (int i = 0; i < 3; i++) {
		world_record(w, "2_here", 'R', SCRIPT);
		world_record(w, "1_gone", 'R', SCRIPT);
		world_record(w, "3_gone", 'R', SCRIPT);
	}
	h = world_load(w);
	assert_int_equal(us_history_len(h), 3);
	for (size_t i = 0; i < 3; i++) {
		const us_entry *e = us_history_entry(h, i);

		assert_int_equal(e->nrecords, 3);
		for (size_t r = 0; r < 3; r++) {
			assert_string_equal(e->records[r]->name, e->name);
			if (r > 0)
				assert_true(e->records[r - 1]->started_at <
					    e->records[r]->started_at);
		}
	}
}

static void names_of_both_sides_come_in_one_order(void **state)
{
	static const char *const want[] = { "_f", "1_c", "10_a", "9_b", "a_e",
		"B_d", "\xC3\xA9_g", "Z z" };
	const us_history *h;

	for (size_t i = 0; i < US_LEN(want); i++) {
		if (i % 3 != 0)
			world_folder(*state, want[i], SCRIPT);
		if (i % 3 != 1)
			world_record(
				*state, want[US_LEN(want) - 1 - i], 'A', SCRIPT);
	}
	world_record(*state, want[0], 'A', SCRIPT);
	world_record(*state, want[3], 'A', SCRIPT);
	world_record(*state, want[6], 'A', SCRIPT);
	h = world_load(*state);
	assert_int_equal(us_history_len(h), US_LEN(want));
	for (size_t i = 0; i < US_LEN(want); i++) {
		assert_string_equal(us_history_entry(h, i)->name, want[i]);
		assert_ptr_equal(
			us_history_find(h, want[i]), us_history_entry(h, i));
	}
	assert_null(us_history_find(h, "nobody"));
	assert_null(us_history_find(h, ""));
}

static void counts_tell_the_missing_from_the_applied(void **state)
{
	us_counts c;

	world_folder(*state, "1_applied", SCRIPT);
	world_record(*state, "1_applied", 'A', SCRIPT);
	world_folder(*state, "2_edited", SCRIPT);
	world_record(*state, "2_edited", 'A', "other");
	world_record(*state, "3_missing", 'A', SCRIPT);
	world_folder(*state, "4_failed", SCRIPT);
	world_record(*state, "4_failed", 'F', "other");
	world_record(*state, "5_failed_and_missing", 'F', SCRIPT);
	world_folder(*state, "6_rolled_back", SCRIPT);
	world_record(*state, "6_rolled_back", 'R', SCRIPT);
	world_record(*state, "7_rolled_back_and_gone", 'R', SCRIPT);
	world_folder(*state, "8_pending", SCRIPT);
	world_folder(*state, "9_pending", NULL);

	c = us_history_counts(world_load(*state));
	assert_int_equal(c.found, 6);
	assert_int_equal(c.applied, 2);
	assert_int_equal(c.missing, 1);
	assert_int_equal(c.failed, 2);
	assert_int_equal(c.rolled_back, 2);
	assert_int_equal(c.pending, 2);
	assert_int_equal(c.edited, 2);
}

static void an_empty_history_is_fine(void **state)
{
	const us_history *h = world_load(*state);
	us_err err = { 0 };
	us_case *cases;
	size_t n;

	assert_int_equal(us_history_len(h), 0);
	assert_null(us_history_find(h, "x"));
	assert_int_equal(us_history_counts(h).found, 0);
	assert_ok(us_history_cases(h, &cases, &n, &err), &err);
	assert_int_equal(n, 0);
	free(cases);
}

static void a_database_without_a_ledger_has_everything_pending(void **state)
{
	world *w = *state;
	const us_history *h;

	world_sql(w, "DROP TABLE \"_prisma_migrations\"");
	world_folder(w, NAME, SCRIPT);
	h = world_load(w);
	assert_false(us_ledger_exists(us_history_ledger(h)));
	assert_ptr_equal(us_history_directory(h), w->dir);
	assert_int_equal(us_history_counts(h).pending, 1);
}

static void ten_thousand_names_are_joined(void **state)
{
	enum { MANY = 10000 };
	const us_history *h;
	us_counts c;

	for (size_t i = 0; i < MANY; i++) {
		char name[32];

		snprintf(name, sizeof(name), "2024%010zu_m", i);
		if (i % 10 == 0)
			world_folder(*state, name, NULL);
	}
	/* two records of each name, in an order that is nobody's */
	world_sql(*state,
		"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
		" WHERE i < 19999) INSERT INTO \"_prisma_migrations\" (id, "
		"checksum,"
		" migration_name, started_at, finished_at, rolled_back_at)"
		" SELECT printf('%d', i), '', printf('2024%010d_m', i * 7919 % "
		"10000),"
		" 1700000000000 + i, CASE WHEN i >= 10000 THEN 1800000000000 END,"
		" CASE WHEN i < 10000 THEN 1800000000000 END FROM n");
	h = world_load(*state);
	assert_int_equal(us_history_len(h), MANY);
	for (size_t i = 0; i < MANY; i++) {
		const us_entry *e = us_history_entry(h, i);

		assert_int_equal(e->nrecords, 2);
		assert_true(e->records[0]->rolled_back);
		assert_true(e->records[1]->finished);
		assert_true((e->migration == US_NO_MIGRATION) == (i % 10 != 0));
	}
	c = us_history_counts(h);
	assert_int_equal(c.applied, MANY / 10);
	assert_int_equal(c.missing, MANY - MANY / 10);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_state_is_a_function_of_all_records),
		ROW(an_edit_of_a_script_that_cannot_be_read_is_unsure),
		ROW(records_of_a_name_stay_oldest_first),
		ROW(names_of_both_sides_come_in_one_order),
		ROW(counts_tell_the_missing_from_the_applied),
		ROW(an_empty_history_is_fine),
		ROW(a_database_without_a_ledger_has_everything_pending),
		ROW(ten_thousand_names_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
