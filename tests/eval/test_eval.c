/* What the evaluation rests on: its marks, and that it cuts as the databases do. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cut.h"
#include "dice.h"
#include "grade.h"
#include "grammar.h"
#include "unstick/auto.h"

enum { N = 3 };

/* "0110": 1 and 2. */
static void members(bool *out, const char *bits)
{
	for (size_t k = 0; k <= N; k++)
		out[k] = bits[k] == '1';
}

static const struct {
	const char *k, *same; /* NULL: K isn't known */
	grade prefix, subset;
} marks[] = {
	{ "0100", "0100", GRADE_EXACT, GRADE_EQUAL },
	{ "0010", "0110", GRADE_EXACT, GRADE_EQUAL },
	{ "0110", "0110", GRADE_EXACT, GRADE_EQUAL },
	{ "0110", "0100", GRADE_RANGE, GRADE_MIXED },
	{ "1111", "0001", GRADE_RANGE, GRADE_MIXED },
	{ "0000", "0100", GRADE_ALARM, GRADE_DIVERGED },
	{ "0000", "0000", GRADE_ALARM, GRADE_DIVERGED },
	{ "0010", "0100", GRADE_WRONG, GRADE_MISSED },
	{ "1011", "0100", GRADE_WRONG, GRADE_MISSED },
	{ "0010", "0000", GRADE_WRONG, GRADE_MISSED },
	{ NULL, "0100", GRADE_UNKNOWN, GRADE_UNKNOWN },
};

static void an_answer_gets_the_mark_it_deserves(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(marks); i++) {
		bool k[N + 1] = { false }, same[N + 1];
		answer a = { .about = true,
			.known = marks[i].k != NULL,
			.member = k,
			.n = N };

		if (marks[i].k)
			members(k, marks[i].k);
		members(same, marks[i].same);
		assert_int_equal(grade_prefix(&a, same, N), marks[i].prefix);
		assert_int_equal(grade_subset(&a, same, N), marks[i].subset);
	}
}

static void an_answer_about_something_else_is_no_answer(void **state)
{
	bool k[N + 1] = { true }, same[N + 1] = { true };
	answer good = { .about = true, .known = true, .member = k, .n = N };
	answer bad[] = { good, good, good, good };

	(void)state;
	bad[0].about = false;
	bad[1].n = N - 1;
	bad[2].error = (char *)"exit status 69";
	bad[3].kind = (char *)"in_progress";
	assert_int_equal(grade_prefix(&good, same, N), GRADE_EXACT);
	for (size_t i = 0; i < US_LEN(bad); i++) {
		assert_int_equal(grade_prefix(&bad[i], same, N), GRADE_OTHER);
		assert_int_equal(grade_subset(&bad[i], same, N), GRADE_OTHER);
		assert_int_equal(grade_index(&bad[i], N), GRADE_OTHER);
	}
}

static void an_invalid_index_has_to_be_told(void **state)
{
	answer a = { .about = true, .n = N };

	(void)state;
	assert_int_equal(grade_index(&a, N), GRADE_UNTOLD);
	a.leftovers = 1;
	assert_int_equal(grade_index(&a, N), GRADE_TOLD);
}

static void k_is_written_as_ranges(void **state)
{
	static const struct {
		const char *k, *text;
	} rows[] = { { "0000", "" }, { "1111", "0-3" }, { "1011", "0,2-3" },
		{ "0101", "1,3" }, { NULL, "?" } };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		bool k[N + 1] = { false };
		answer a = { .known = rows[i].k != NULL, .member = k, .n = N };
		US_AUTO(auto_str) char *text = NULL;

		if (rows[i].k)
			members(k, rows[i].k);
		text = prefixes_text(&a);
		assert_string_equal(text, rows[i].text);
	}
}

static void a_postgresql_script_is_cut_and_its_statements_known(void **state)
{
	statements s;

	(void)state;
	cut_postgres(&s,
		"-- a; comment\nCREATE TABLE \"a;b\" (x TEXT DEFAULT ';');\n"
		"UPDATE t SET a = $$;$$; ALTER TABLE t ADD COLUMN x INT, DROP "
		"COLUMN y;"
		"CREATE INDEX CONCURRENTLY i ON t (x);BEGIN");
	assert_true(s.cut);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.items[0].changes, CHANGES_SCHEMA);
	assert_int_equal(s.items[1].changes, CHANGES_ROWS);
	assert_string_equal(
		s.items[2].kind, "Alter Table: Add Column, Drop Column");
	assert_true(s.items[3].concurrent);
	assert_int_equal(s.items[4].changes, CHANGES_SESSION);
	statements_free(&s);
	cut_postgres(&s, "CREATE TABEL x ();");
	assert_false(s.cut);
	statements_free(&s);
}

static void a_sqlite_script_is_cut_and_its_statements_known(void **state)
{
	statements s;

	(void)state;
	cut_sqlite(&s, "-- a; comment\nCREATE TABLE \"a;b\" (x TEXT DEFAULT ';');\n"
		       "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = "
		       "1; END;\n"
		       "INSERT INTO \"new_User\" SELECT 1; /* the end; */ PRAGMA "
		       "foreign_keys=ON;"
		       "\n-- really\n");
	assert_int_equal(s.n, 4);
	assert_string_equal(s.items[1].kind, "CREATE TRIGGER");
	assert_string_equal(s.items[2].kind, "INSERT INTO new_X");
	assert_int_equal(s.items[2].changes, CHANGES_ROWS);
	assert_int_equal(s.items[3].changes, CHANGES_SESSION);
	statements_free(&s);
}

static void the_same_seed_throws_the_same(void **state)
{
	uint64_t a = dice_for(1, "p", "m"), b = dice_for(1, "p", "m");

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(dice_throw(&a, 6), dice_throw(&b, 6));
	assert_int_not_equal(dice_for(1, "p", "m"), dice_for(2, "p", "m"));
	assert_int_not_equal(dice_for(1, "p", "m"), dice_for(1, "pm", ""));
}

static void a_grammar_says_what_its_rules_allow(void **state)
{
	static const char rules[] = "-- a remark\n"
				    "said\n"
				    "\t<X=name> < <X><Y:name><tail?>\n"
				    "\n"
				    "name\n"
				    "\t3: a\n"
				    "\tb\n"
				    "tail\n"
				    "\t , <Y>\n";
	static const char *const all[] = { "a < a", "b < b", "a < a , a",
		"a < a , b", "b < b , a", "b < b , b" };
	uint64_t dice = 1;
	grammar *g = grammar_new(rules);
	size_t seen[US_LEN(all)] = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		US_AUTO(auto_str) char *text = grammar_say(g, "said", &dice, NULL);
		size_t n = 0;

		assert_non_null(text);
		while (n < US_LEN(all) && strcmp(all[n], text) != 0)
			n++;
		assert_in_range(n, 0, US_LEN(all) - 1);
		seen[n]++;
	}
	for (size_t n = 0; n < US_LEN(all); n++)
		assert_int_not_equal(seen[n], 0);
	assert_true(seen[0] > 2 * seen[1]);
	grammar_free(g);
}

static void another_spelling_leaves_what_is_quoted(void **state)
{
	static const char sql[] =
		"Select 'A  b', E'it\\'s  X', \"C  d\", $x$ E  $x$;";
	static const char *const kept[] = { "'A  b'", "'it\\'s  X'", "\"C  d\"",
		"$x$ E  $x$" };
	uint64_t dice = 1;
	bool other = false;

	(void)state;
	for (int i = 0; i < 100; i++) {
		US_AUTO(auto_str) char *text = grammar_respell(sql, &dice);

		for (size_t k = 0; k < US_LEN(kept); k++)
			assert_non_null(strstr(text, kept[k]));
		assert_null(strstr(text, "Select"));
		other = other || strstr(text, "--");
	}
	assert_true(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_gets_the_mark_it_deserves),
		cmocka_unit_test(an_answer_about_something_else_is_no_answer),
		cmocka_unit_test(an_invalid_index_has_to_be_told),
		cmocka_unit_test(k_is_written_as_ranges),
		cmocka_unit_test(
			a_postgresql_script_is_cut_and_its_statements_known),
		cmocka_unit_test(a_sqlite_script_is_cut_and_its_statements_known),
		cmocka_unit_test(the_same_seed_throws_the_same),
		cmocka_unit_test(a_grammar_says_what_its_rules_allow),
		cmocka_unit_test(another_spelling_leaves_what_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
