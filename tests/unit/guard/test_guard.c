/* What the guard permits, row by row, and the word of why it gives. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "situation.h"
#include "unstick/auto.h"
#include "unstick/str.h"

static us_script *script;

static int cut_script(void **state)
{
	(void)state;
	script = situation_script();
	return 0;
}

static int free_script(void **state)
{
	(void)state;
	us_script_free(script);
	return 0;
}

#define SEEN .visible = true

static const us_candidate same[] = { { .name = "20240102000000_renamed",
	.same_checksum = true,
	.same_place = true,
	.only_match = true } };
static const us_candidate elsewhere[] = { { .name = "20250102000000_renamed",
	.same_checksum = true,
	.only_match = true } };
static const us_candidate twice[] = {
	{ .name = "20240102000000_one", .same_checksum = true, .same_place = true },
	{ .name = "20240102000000_two", .same_checksum = true, .same_place = true },
};
static const us_candidate like[] = { { .name = "20240102000000_n",
	.same_timestamp = true,
	.same_place = true,
	.only_match = true,
	.distance = 1 } };

#define NAMED(list) .candidates = (list), .ncandidates = US_LEN(list)
#define RENAMED US_CASE_NAME_MISMATCH, .disk = NO_FOLDER, SEEN

/* `permitted` is all that is; `why` is a word of what is said about `action`. */
static const struct {
	situation given;
	const char *permitted;
	us_action action;
	const char *why;
} rows[] = {
	/* K decides, whatever the kind is called */
	{ { US_CASE_TIMEOUT, "100", SEEN }, "rolled_back wait skip stop",
		US_ACTION_ROLLED_BACK, "nothing of the script ran" },
	{ { US_CASE_TIMEOUT, "100", SEEN }, "rolled_back wait skip stop",
		US_ACTION_APPLIED, "0 of 2 statements ran" },
	{ { US_CASE_FAILURE, "001", SEEN }, "applied wait skip stop",
		US_ACTION_APPLIED, "all 2 statements ran" },
	{ { US_CASE_FAILURE, "001", SEEN }, "applied wait skip stop",
		US_ACTION_ROLLED_BACK,
		"2 of 2 statements ran, and running them again is not known to be "
		"safe: statement 1 would fail" },
	{ { US_CASE_FAILURE, "001", SEEN, .unproved = true }, "wait skip stop",
		US_ACTION_APPLIED, "seems to be there, but index i: predicate x" },
	{ { US_CASE_FAILURE, "001", SEEN, .unproved = true, .proved = true },
		"applied wait skip stop", US_ACTION_APPLIED,
		"all 2 statements ran" },
	{ { US_CASE_FAILURE, "0011", SEEN, .session = 1 }, "applied wait skip stop",
		US_ACTION_APPLIED, "the rest concerns only the session" },
	{ { US_CASE_FAILURE, "0111", SEEN, .session = 1 }, "wait skip stop",
		US_ACTION_APPLIED, "between 1 and 3 of 3 statements ran" },
	{ { US_CASE_FAILURE, "01", SEEN }, "applied wait skip stop",
		US_ACTION_APPLIED, "its one statement ran" },
	{ { US_CASE_PARTIAL_APPLY, "010", SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "1 of 2 statements ran" },
	{ { US_CASE_PARTIAL_APPLY, "010", SEEN }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "1 of 2 statements ran" },
	{ { US_CASE_FAILURE, "110", SEEN }, "wait skip stop", US_ACTION_ROLLED_BACK,
		"between 0 and 1 of 2 statements ran" },
	{ { US_CASE_FAILURE, "101", SEEN }, "wait skip stop", US_ACTION_APPLIED,
		"between 0 and 2 of 2 statements ran" },
	/* every k agrees: that is known, and says nothing */
	{ { US_CASE_FAILURE, "111", SEEN }, "wait skip stop", US_ACTION_APPLIED,
		"how many of its 2 statements ran isn't known" },
	{ { US_CASE_FAILURE, "11", SEEN }, "wait skip stop", US_ACTION_ROLLED_BACK,
		"whether its one statement ran isn't known, and running" },
	{ { US_CASE_FAILURE, NULL, SEEN }, "wait skip stop", US_ACTION_APPLIED,
		"not known" },
	{ { US_CASE_FAILURE, NULL, SEEN }, "wait skip stop", US_ACTION_ROLLED_BACK,
		"not known" },
	{ { US_CASE_PARTIAL_APPLY, "000", SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "matches no prefix" },
	{ { US_CASE_PARTIAL_APPLY, "000", SEEN }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "matches no prefix" },
	/* the whole script can run over what is there, whichever k it is */
	{ { US_CASE_PARTIAL_APPLY, "010", .reruns = true, SEEN },
		"rolled_back wait skip stop", US_ACTION_ROLLED_BACK,
		"1 of 2 statements ran, and the whole script can run again" },
	{ { US_CASE_TIMEOUT, "110", .reruns = true, SEEN },
		"rolled_back wait skip stop", US_ACTION_ROLLED_BACK,
		"between 0 and 1 of 2 statements ran; wherever it stopped" },
	{ { US_CASE_TIMEOUT, "111", .reruns = true, SEEN },
		"rolled_back wait skip stop", US_ACTION_ROLLED_BACK,
		"isn't known; wherever it stopped" },
	{ { US_CASE_FAILURE, "001", .reruns = true, SEEN },
		"rolled_back applied wait skip stop", US_ACTION_ROLLED_BACK,
		"2 of 2 statements ran, and the whole script can run again" },
	{ { US_CASE_FAILURE, "001", US_YES, .reruns = true, SEEN },
		"rolled_back wait skip stop", US_ACTION_ROLLED_BACK,
		"what the old one did is not known" },
	/* which is about a known K only, and not about what lies in the way */
	{ { US_CASE_FAILURE, NULL, .reruns = true, SEEN }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "not known" },
	{ { US_CASE_PARTIAL_APPLY, "000", .reruns = true, SEEN }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "matches no prefix" },
	{ { US_CASE_PARTIAL_APPLY, "010", .reruns = true, .leftovers = 1, SEEN },
		"wait skip stop", US_ACTION_ROLLED_BACK, "left over" },

	/* another record says it is applied: no deploy runs it again */
	{ { US_CASE_FAILURE, "001", .other = ANOTHER_APPLIED, SEEN },
		"rolled_back wait skip stop", US_ACTION_ROLLED_BACK,
		"only the failed record is closed" },
	{ { US_CASE_FAILURE, "001", .other = ANOTHER_APPLIED, SEEN },
		"rolled_back wait skip stop", US_ACTION_APPLIED, "P3008" },
	{ { US_CASE_FAILURE, "100", .other = ANOTHER_APPLIED, SEEN },
		"wait skip stop", US_ACTION_ROLLED_BACK,
		"the next deploy would not run it; but 0 of 2 statements ran" },
	{ { US_CASE_PARTIAL_APPLY, "010", .reruns = true, .other = ANOTHER_APPLIED,
		  SEEN },
		"wait skip stop", US_ACTION_ROLLED_BACK,
		"would not run it; but 1 of 2 statements ran" },
	{ { US_CASE_FAILURE, "001", US_YES, .reruns = true,
		  .other = ANOTHER_APPLIED, SEEN },
		"wait skip stop", US_ACTION_ROLLED_BACK, "may be another one" },
	{ { US_CASE_FAILURE, "100", .other = ANOTHER_UNDONE, SEEN },
		"rolled_back wait skip stop", US_ACTION_APPLIED, "P3008" },

	/* an empty script ran and did not run */
	{ { US_CASE_TIMEOUT, "1", SEEN }, "rolled_back applied wait skip stop",
		US_ACTION_RENAME, "where its name says" },

	/* another script than the one that ran */
	{ { US_CASE_FAILURE, "001", US_YES, SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "was edited" },
	{ { US_CASE_FAILURE, "001", US_UNSURE, SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "whether the script was edited is not known" },
	{ { US_CASE_FAILURE, "100", US_YES, SEEN }, "rolled_back wait skip stop",
		US_ACTION_ROLLED_BACK, "what the old one did is not known" },
	{ { US_CASE_FAILURE, "100", US_UNSURE, SEEN }, "rolled_back wait skip stop",
		US_ACTION_ROLLED_BACK, "whether it is the script that was tried" },

	/* what a failed statement left behind */
	{ { US_CASE_FAILURE, "100", .leftovers = 1, SEEN }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "left over: the INVALID index a_x_idx" },
	{ { US_CASE_FAILURE, "001", .leftovers = 2, SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "and 1 more" },

	/* somebody at it, or nobody could look */
	{ { US_CASE_IN_PROGRESS, "100", SEEN }, "wait stop", US_ACTION_ROLLED_BACK,
		"still at this migration" },
	{ { US_CASE_IN_PROGRESS, "001", SEEN, .have_lock = true }, "wait stop",
		US_ACTION_APPLIED, "still at this migration" },
	{ { US_CASE_IN_PROGRESS, "001", SEEN }, "wait stop", US_ACTION_SKIP,
		"on_unresolved: start" },
	{ { US_CASE_IN_PROGRESS, "001", SEEN,
		  .on_unresolved = US_UNRESOLVED_START },
		"wait skip stop", US_ACTION_APPLIED, "still at this migration" },
	{ { US_CASE_IN_PROGRESS, NULL, .disk = NO_FOLDER, SEEN, NAMED(same) },
		"wait stop", US_ACTION_RENAME, "still at this migration" },
	{ { US_CASE_FAILURE, "100", US_NO, .visible = false }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "pg_read_all_stats" },
	{ { US_CASE_FAILURE, "001", US_NO, .visible = false }, "wait skip stop",
		US_ACTION_APPLIED, "Prisma's lock is not ours" },
	{ { US_CASE_FAILURE, "001", .have_lock = true }, "applied wait skip stop",
		US_ACTION_RENAME, "where its name says" },
	{ { US_CASE_FAILURE, "001", .dry = true }, "applied wait skip stop",
		US_ACTION_RENAME, "where its name says" },
	{ { US_CASE_FAILURE, "001", .dry = true, .lock_disabled = true },
		"wait skip stop", US_ACTION_APPLIED, "can't be looked into" },
	{ { US_CASE_FAILURE, "001", .lock_disabled = true, SEEN },
		"applied wait skip stop", US_ACTION_STOP, "changes nothing" },
	{ { US_CASE_NAME_MISMATCH, NULL, .disk = NO_FOLDER, NAMED(same) },
		"wait skip stop", US_ACTION_RENAME, "can't be looked into" },

	/* the folder */
	{ { RENAMED, .k = "001" }, "wait skip stop", US_ACTION_APPLIED,
		"not in the migrations directory" },
	{ { RENAMED, .k = "100" }, "wait skip stop", US_ACTION_ROLLED_BACK,
		"not in the migrations directory" },
	{ { US_CASE_FAILURE, "001", .disk = NO_SCRIPT, SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "no readable migration.sql" },
	{ { US_CASE_FAILURE, "100", .disk = NO_SCRIPT, SEEN }, "wait skip stop",
		US_ACTION_ROLLED_BACK, "no readable migration.sql" },

	/* another name */
	{ { RENAMED, NAMED(same) }, "rename wait skip stop", US_ACTION_RENAME,
		"20240102000000_renamed has its checksum and its place" },
	{ { RENAMED, .moved = true, NAMED(same) }, "rename wait skip stop",
		US_ACTION_APPLIED, "applied, not failed" },
	{ { RENAMED, .moved = true, NAMED(same) }, "rename wait skip stop",
		US_ACTION_ROLLED_BACK, "applied, not failed" },
	{ { US_CASE_NAME_MISMATCH, "001", .moved = true, SEEN }, "wait skip stop",
		US_ACTION_APPLIED, "applied, not failed" },
	{ { RENAMED }, "wait skip stop", US_ACTION_RENAME, "no folder" },
	{ { RENAMED, NAMED(elsewhere) }, "wait skip stop", US_ACTION_RENAME,
		"sorts to another place" },
	{ { RENAMED, NAMED(twice) }, "wait skip stop", US_ACTION_RENAME,
		"several folders" },
	{ { RENAMED, NAMED(like) }, "wait skip stop", US_ACTION_RENAME,
		"the nearest name is 20240102000000_n" },
	{ { US_CASE_FAILURE, NULL, SEEN, NAMED(same) }, "wait skip stop",
		US_ACTION_RENAME, "where its name says" },
};

/* "rolled_back wait stop" */
static char *words_of(const us_permits *p)
{
	us_str words = { 0 };
	us_err err = { 0 };
	char *text = NULL;

	for (size_t a = 0; a < US_ACTIONS; a++)
		if (p->allowed[a])
			us_str_addf(&words, "%s%s", words.len ? " " : "",
				us_action_name((us_action)a));
	assert_ok(us_str_take(&words, &text, NULL, &err), &err);
	return text;
}

static void what_is_permitted_follows_from_the_evidence(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *words = NULL;
		ground_truth t;
		us_permits p;

		situation_take(&t, &rows[i].given, script);
		p = situation_permits(&t);
		words = words_of(&p);
		if (strcmp(words, rows[i].permitted) != 0)
			fail_msg("row %zu, %s, K %s: permits %s, not %s", i,
				us_case_kind_name(rows[i].given.kind),
				rows[i].given.k ? rows[i].given.k : "unknown",
				words, rows[i].permitted);
		if (!strstr(p.why[rows[i].action], rows[i].why))
			fail_msg("row %zu: %s: \"%s\" says nothing of \"%s\"", i,
				us_action_name(rows[i].action),
				p.why[rows[i].action], rows[i].why);
		us_permits_fini(&p);
	}
}

static void a_verdict_without_override_is_what_is_permitted(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		ground_truth t;
		us_permits p;

		situation_take(&t, &rows[i].given, script);
		p = situation_permits(&t);
		for (size_t a = 0; a < US_ACTIONS; a++) {
			us_guard g = situation_check(
				&t, &p, (us_action)a, false, same[0].name);

			assert_int_equal(g.allowed, p.allowed[a]);
			assert_false(g.overridden);
			assert_string_equal(g.why, p.why[a]);
			us_guard_fini(&g);
		}
		us_permits_fini(&p);
	}
}

/* ---- override ---- */

#define MAY .allow_override = true

static const struct {
	situation given;
	us_action action;
	bool allowed, overridden;
	const char *to, *why;
} overrides[] = {
	{ { US_CASE_FAILURE, NULL, SEEN, MAY }, US_ACTION_APPLIED, true, true, NULL,
		"overridden: how far the script got is not known" },
	{ { US_CASE_FAILURE, NULL, SEEN, MAY }, US_ACTION_ROLLED_BACK, true, true,
		NULL, "overridden: " },
	{ { US_CASE_FAILURE, NULL, SEEN }, US_ACTION_APPLIED, false, false, NULL,
		"allow_override: true" },
	{ { US_CASE_FAILURE, "001", US_YES, SEEN, MAY }, US_ACTION_APPLIED, true,
		true, NULL, "overridden: the script was edited" },
	{ { US_CASE_PARTIAL_APPLY, "000", SEEN, MAY }, US_ACTION_ROLLED_BACK, true,
		true, NULL, "overridden: " },
	{ { US_CASE_FAILURE, "100", .leftovers = 1, SEEN, MAY },
		US_ACTION_ROLLED_BACK, true, true, NULL,
		"overridden: something is left over" },
	/* asking for more than is needed is not an override */
	{ { US_CASE_FAILURE, "001", SEEN, MAY }, US_ACTION_APPLIED, true, false,
		NULL, "all 2 statements ran" },
	{ { US_CASE_FAILURE, "001", SEEN }, US_ACTION_APPLIED, true, false, NULL,
		"all 2 statements ran" },
	{ { US_CASE_IN_PROGRESS, "001", SEEN, MAY }, US_ACTION_WAIT, true, false,
		NULL, "changes nothing" },
	/* what none gets past */
	{ { US_CASE_FAILURE, "100", .visible = false, MAY }, US_ACTION_ROLLED_BACK,
		false, false, NULL, "where somebody may be at it" },
	{ { US_CASE_FAILURE, NULL, .dry = true, .lock_disabled = true, MAY },
		US_ACTION_APPLIED, false, false, NULL,
		"where somebody may be at it" },
	{ { US_CASE_FAILURE, NULL, .have_lock = true, MAY }, US_ACTION_APPLIED,
		true, true, NULL, "overridden: " },
	{ { US_CASE_IN_PROGRESS, "001", SEEN, MAY }, US_ACTION_APPLIED, false,
		false, NULL, "not even an override" },
	{ { US_CASE_IN_PROGRESS, "100", SEEN, MAY }, US_ACTION_ROLLED_BACK, false,
		false, NULL, "not even an override" },
	{ { US_CASE_IN_PROGRESS, "100", SEEN, MAY }, US_ACTION_SKIP, false, false,
		NULL, "not even an override" },
	{ { US_CASE_IN_PROGRESS, NULL, SEEN, MAY, NAMED(same) }, US_ACTION_RENAME,
		false, false, "20240102000000_renamed", "not even an override" },
	{ { US_CASE_PARTIAL_APPLY, "010", .leftovers = 2, .sqlite = true, SEEN,
		  MAY },
		US_ACTION_ROLLED_BACK, false, false, NULL,
		"a table's rows may be" },
	{ { US_CASE_PARTIAL_APPLY, "010", .leftovers = 1, .sqlite = true, SEEN,
		  MAY },
		US_ACTION_APPLIED, false, false, NULL, "a table's rows may be" },
	{ { US_CASE_PARTIAL_APPLY, "010", .sqlite = true, SEEN, MAY },
		US_ACTION_APPLIED, true, true, NULL, "overridden: " },
	{ { US_CASE_FAILURE, NULL, .disk = NO_SCRIPT, SEEN, MAY },
		US_ACTION_APPLIED, false, false, NULL, "no script to record" },
	{ { RENAMED, MAY }, US_ACTION_APPLIED, false, false, NULL,
		"no script to record" },
	{ { RENAMED, .moved = true, MAY, NAMED(same) }, US_ACTION_ROLLED_BACK,
		false, false, NULL, "applied, not failed" },
	{ { RENAMED, MAY, NAMED(like) }, US_ACTION_RENAME, false, false,
		"20240102000000_n", "forges history" },
	{ { RENAMED, MAY, NAMED(elsewhere) }, US_ACTION_RENAME, false, false,
		"20250102000000_renamed", "forges history" },
	{ { RENAMED, MAY, NAMED(same) }, US_ACTION_RENAME, false, false,
		"20240102000000_other", "only 20240102000000_renamed can be" },
};

static void an_override_needs_leave_and_has_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(overrides); i++) {
		ground_truth t;
		us_permits p;
		us_guard g;

		situation_take(&t, &overrides[i].given, script);
		p = situation_permits(&t);
		g = situation_check(
			&t, &p, overrides[i].action, true, overrides[i].to);
		if (g.allowed != overrides[i].allowed ||
			g.overridden != overrides[i].overridden ||
			!strstr(g.why, overrides[i].why))
			fail_msg("row %zu, %s: allowed %d, overridden %d: %s", i,
				us_action_name(overrides[i].action), g.allowed,
				g.overridden, g.why);
		us_guard_fini(&g);
		us_permits_fini(&p);
	}
}

static void a_rename_goes_to_the_one_folder_only(void **state)
{
	static const char *const names[] = { NULL, "", "20240102000000_m",
		"20240102000000_rename", "20240102000000_renamed2" };
	const situation given = { RENAMED, NAMED(same) };
	ground_truth t;
	us_permits p;
	us_guard g;

	(void)state;
	situation_take(&t, &given, script);
	p = situation_permits(&t);
	for (size_t i = 0; i < US_LEN(names); i++) {
		g = situation_check(&t, &p, US_ACTION_RENAME, false, names[i]);
		assert_false(g.allowed);
		assert_non_null(
			strstr(g.why, "only 20240102000000_renamed can be the"));
		us_guard_fini(&g);
	}
	g = situation_check(&t, &p, US_ACTION_RENAME, false, same[0].name);
	assert_true(g.allowed);
	us_guard_fini(&g);
	us_permits_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_permitted_follows_from_the_evidence),
		cmocka_unit_test(a_verdict_without_override_is_what_is_permitted),
		cmocka_unit_test(an_override_needs_leave_and_has_limits),
		cmocka_unit_test(a_rename_goes_to_the_one_folder_only),
	};

	return cmocka_run_group_tests(tests, cut_script, free_script);
}
