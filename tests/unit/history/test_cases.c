/* Which names need a decision. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "world.h"

/* One name of a little world: with a folder if `script`, with a record if
 * `recorded` is not NULL (that script's checksum). */
typedef struct {
	const char *name, *script;
	char kind;
	const char *recorded;
} name;

#define FOLDER(n, script)                                                          \
	{                                                                          \
		n, script, 0, NULL                                                 \
	}
#define RECORD(n, kind, script)                                                    \
	{                                                                          \
		n, NULL, kind, script                                              \
	}

/* The cases as "name" or "name moved", comma-separated; the caller's. */
static char *cases_of(const us_history *h)
{
	us_str s = { 0 };
	us_err err = { 0 };
	us_case *cases;
	char *text;
	size_t n;

	assert_ok(us_history_cases(h, &cases, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		us_str_addf(&s, "%s%s%s", i ? ", " : "", cases[i].entry->name,
			cases[i].moved ? " moved" : "");
	free(cases);
	assert_ok(us_str_take(&s, &text, NULL, &err), &err);
	return text;
}

static void make(world *w, const name *names, size_t n)
{
	for (size_t i = 0; i < n && names[i].name; i++) {
		if (names[i].script)
			world_folder(w, names[i].name, names[i].script);
		if (names[i].recorded)
			world_record(
				w, names[i].name, names[i].kind, names[i].recorded);
	}
}

static const struct {
	const char *what, *want;
	name names[6];
} rows[] = {
	{ "nothing is wrong", "",
		{ { "1_a", "A;\n", 'A', "A;\n" }, FOLDER("2_b", "B;\n") } },
	{ "failed, on disk or not, in the order of migrations", "1_a, 2_b, 3_c",
		{ RECORD("3_c", 'F', "C;\n"), { "2_b", "B;\n", 'F', "x" },
			RECORD("1_a", 'F', "A;\n") } },
	{ "rolled back is over", "",
		{ { "1_a", "A;\n", 'R', "A;\n" }, RECORD("2_b", 'R', "B;\n") } },
	{ "missing, and nothing has its script: squashed", "",
		{ RECORD("1_a", 'A', "A;\n"), FOLDER("2_b", "B;\n") } },
	{ "missing, and nothing unrecorded: an older image", "",
		{ RECORD("1_a", 'A', "A;\n"), { "2_b", "B;\n", 'A', "B;\n" } } },
	{ "renamed", "1_a moved",
		{ RECORD("1_a", 'A', "A;\n"), FOLDER("2_b", "A;\n") } },
	{ "renamed, to the front of another", "3_c moved",
		{ RECORD("3_c", 'A', "C;\n"), FOLDER("1_a", "C;\n"),
			{ "2_b", "B;\n", 'A', "B;\n" } } },
	{ "renamed, checked out with other line ends", "1_a moved",
		{ RECORD("1_a", 'A', "A;\n"), FOLDER("2_b", "A;\r\n") } },
	{ "two renamed, each to its own", "1_a moved, 2_b moved",
		{ RECORD("1_a", 'A', "A;\n"), RECORD("2_b", 'A', "B;\n"),
			FOLDER("3_c", "B;\n"), FOLDER("4_d", "A;\n") } },
	{ "one name, two folders: which?", "",
		{ RECORD("1_a", 'A', "A;\n"), FOLDER("2_b", "A;\n"),
			FOLDER("3_c", "A;\n") } },
	{ "two names, one folder: whose?", "",
		{ RECORD("1_a", 'A', "A;\n"), RECORD("2_b", 'A', "A;\n"),
			FOLDER("3_c", "A;\n") } },
	{ "two names, two folders, one script", "",
		{ RECORD("1_a", 'A', "A;\n"), RECORD("2_b", 'A', "A;\n"),
			FOLDER("3_c", "A;\n"), FOLDER("4_d", "A;\n") } },
	{ "a failed name claims the folder too", "2_b",
		{ RECORD("1_a", 'A', "A;\n"), RECORD("2_b", 'F', "A;\n"),
			FOLDER("3_c", "A;\n") } },
	{ "a rolled-back name doesn't", "1_a moved",
		{ RECORD("1_a", 'A', "A;\n"), RECORD("2_b", 'R', "A;\n"),
			FOLDER("3_c", "A;\n") } },
	{ "a failed name on disk doesn't", "1_a moved, 2_b",
		{ RECORD("1_a", 'A', "A;\n"), { "2_b", "A;\n", 'F', "A;\n" },
			FOLDER("3_c", "A;\n") } },
	{ "the folder with the script is recorded", "",
		{ RECORD("1_a", 'A', "A;\n"), { "2_b", "A;\n", 'A', "A;\n" },
			FOLDER("3_c", "C;\n") } },
	{ "the folder with the script was rolled back", "",
		{ RECORD("1_a", 'A', "A;\n"), { "2_b", "A;\n", 'R', "A;\n" },
			FOLDER("3_c", "C;\n") } },
	{ "the newest record counts: it ran as B", "1_a moved",
		{ RECORD("1_a", 'R', "A;\n"), RECORD("1_a", 'A', "B;\n"),
			FOLDER("2_b", "B;\n"), FOLDER("3_c", "A;\n") } },
};

static void failed_names_and_renamed_folders_are_cases_and_nothing_else(
	void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		char *got;
		world w;

		world_init(&w);
		make(&w, rows[i].names, US_LEN(rows[i].names));
		got = cases_of(world_load(&w));
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", rows[i].what, got,
				rows[i].want);
		free(got);
		world_fini(&w);
	}
}

static void an_unreadable_script_is_no_match_and_no_error(void **state)
{
	char *got;

	world_record(*state, "1_a", 'A', "A;\n");
	world_record_stored(*state, "2_b", 'A', "");
	world_folder(*state, "3_c", NULL);
	world_folder(*state, "4_d", "A;\n");
	got = cases_of(world_load(*state));
	assert_string_equal(got, "1_a moved");
	free(got);
}

/* Rewritten after the question: the checksum shows which of the texts was read. */
static void check_unread(world *w, const char *folder)
{
	char hex[2 * US_SHA256_BYTES + 1];
	us_err err = { 0 };
	us_directory *fresh;
	char again[2 * US_SHA256_BYTES + 1];
	char *path = scratch_path(&w->tmp, "migrations");
	size_t at = us_directory_find(w->dir, folder);

	world_folder(w, folder, "rewritten");
	assert_ok(us_directory_load(&fresh, path, &err), &err);
	assert_ok(us_directory_checksum(fresh, at, again, &err), &err);
	assert_ok(us_directory_checksum(w->dir, at, hex, &err), &err);
	assert_string_equal(hex, again);
	us_directory_free(fresh);
	free(path);
}

static void pending_scripts_are_not_read_without_need(void **state)
{
	char *got;

	world_folder(*state, "1_a", "A;\n");
	world_record(*state, "1_a", 'A', "A;\n");
	world_folder(*state, "2_b", "B;\n");
	world_record(*state, "3_c", 'R', "C;\n");
	world_record(*state, "4_d", 'F', "D;\n");
	got = cases_of(world_load(*state));
	assert_string_equal(got, "4_d");
	free(got);
	check_unread(*state, "2_b");
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			failed_names_and_renamed_folders_are_cases_and_nothing_else),
		ROW(an_unreadable_script_is_no_match_and_no_error),
		ROW(pending_scripts_are_not_read_without_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
