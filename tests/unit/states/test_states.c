/* States, compared with what is live: which prefixes fit, and what that says of
 * each statement. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/states.h"

/* "-" absent, "?" unknown, "=x" plain, "~x" opaque, anything else firm. */
static us_value value_of(const char *word)
{
	if (strcmp(word, "-") == 0)
		return (us_value){ US_VALUE_ABSENT, NULL };
	if (strcmp(word, "?") == 0)
		return (us_value){ US_VALUE_UNKNOWN, NULL };
	if (word[0] == '=')
		return (us_value){ US_VALUE_PLAIN, word + 1 };
	if (word[0] == '~')
		return (us_value){ US_VALUE_OPAQUE, word + 1 };
	return (us_value){ US_VALUE_FIRM, word };
}

static void two_values_differ_only_where_that_is_certain(void **state)
{
	static const struct {
		const char *a, *b;
		us_agreement says;
	} rows[] = {
		{ "there", "there", US_AGREE },
		{ "there", "-", US_DIFFER },
		{ "-", "-", US_AGREE },
		{ "?", "there", US_UNDECIDED },
		{ "?", "-", US_UNDECIDED },
		{ "?", "?", US_UNDECIDED },
		{ "=1", "=1", US_AGREE },
		{ "=1", "=2", US_DIFFER },
		{ "=1", "~1 + 0", US_UNDECIDED },
		{ "~a", "~a", US_AGREE },
		{ "~a", "~b", US_UNDECIDED },
		{ "none", "~b", US_DIFFER },
		{ "none", "=1", US_DIFFER },
		{ "~a", "-", US_DIFFER },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_value a = value_of(rows[i].a), b = value_of(rows[i].b);

		assert_int_equal(us_value_compare(a, b), rows[i].says);
		assert_int_equal(us_value_compare(b, a), rows[i].says);
	}
}

/* Up to three keys, each "live: state 0, state 1, ..." of a script of three
 * statements. */
static const struct {
	const char *keys[3][5]; /* live, then the states */
	const char *k;          /* the k that fit, in digits */
	const char *statements; /* p a c o ?, as us_stmt_state */
	const char *why;
} rows[] = {
	/* every statement shows */
	{ { { "t", "-", "t", "t", "t" }, { "-", "-", "-", "u", "u" },
		  { "-", "-", "-", "-", "v" } },
		"1", "paa", "statement 1 ran" },
	{ { { "-", "-", "t", "t", "t" } }, "0", "aaa",
		"statement 1 did not run (thing 0 is not there)" },
	/* the second leaves no trace */
	{ { { "t", "-", "t", "t", "t" }, { "-", "-", "-", "-", "v" } }, "12", "poa",
		"the number of statements that ran is 1 to 2" },
	/* what stands at the border of K is known on one side of it only */
	{ { { "t", "-", "-", "t", "t" }, { "-", "-", "-", "?", "v" } }, "2", "ppa",
		"statement 2 ran (thing 0 is there), "
		"statement 3 did not run (thing 1 is not there)" },
	{ { { "t", "-", "?", "?", "?" }, { "-", "-", "-", "u", "u" } }, "1", "paa",
		"statement 1 ran (thing 0 is there), "
		"statement 2 did not run (thing 1 is not there)" },
	/* a value comes back */
	{ { { "t", "t", "-", "t", "t" } }, "023", "??o",
		"the number of statements that ran is 0 or 2 to 3" },
	/* nothing tells */
	{ { { "?", "-", "t", "t", "t" } }, "0123", "?oo",
		"nothing in the database" },
	{ { { "~b", "~a", "~c", "~c", "~c" } }, "0123", "?oo", NULL },
	/* no prefix: the third without the second */
	{ { { "t", "-", "t", "t", "t" }, { "-", "-", "-", "u", "u" },
		  { "v", "-", "-", "-", "v" } },
		"", "pap", "no prefix" },
	/* neither before nor after */
	{ { { "=7", "=1", "=2", "=2", "=2" } }, "", "coo",
		"statement 1 is neither there nor undone" },
};

static const char letters[] = { '?', 'p', 'a', 'c', 'o' };

static us_states *states_of(size_t row)
{
	us_states *s;
	us_err err;

	assert_int_equal(us_states_new(&s, 3, &err), US_OK);
	for (size_t i = 0; i < 3 && rows[row].keys[i][0]; i++) {
		char name[] = { 't', 'h', 'i', 'n', 'g', ' ', (char)('0' + i), 0 };
		size_t key = us_states_key(s, name, "");

		us_states_put_live(s, key, value_of(rows[row].keys[i][0]));
		for (size_t k = 0; k <= 3; k++)
			us_states_put(
				s, key, k, value_of(rows[row].keys[i][k + 1]));
	}
	return s;
}

static void a_prefix_fits_unless_a_key_differs_for_certain(void **state)
{
	(void)state;
	for (size_t row = 0; row < US_LEN(rows); row++) {
		us_states *s = states_of(row);
		us_reading r = { 0 };
		us_err err;

		assert_int_equal(us_reading_init(&r, 3, &err), US_OK);
		assert_int_equal(us_states_judge(s, &r, &err), US_OK);
		assert_true(r.prefixes.known);
		for (size_t k = 0; k <= 3; k++)
			assert_int_equal(r.prefixes.member[k],
				strchr(rows[row].k, (char)('0' + k)) != NULL);
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(
				letters[r.statements[i]], rows[row].statements[i]);
			assert_non_null(r.statement_why[i]);
		}
		if (rows[row].why)
			assert_non_null(strstr(r.why, rows[row].why));
		us_reading_fini(&r);
		us_states_free(s);
	}
}

static void a_key_that_is_doubted_excludes_nothing_and_is_named(void **state)
{
	us_states *s = states_of(0);
	us_reading r = { 0 };
	us_err err;

	(void)state;
	us_states_doubt(s, us_states_key(s, "thing 1", ""), "2024_b touches it");
	assert_int_equal(us_reading_init(&r, 3, &err), US_OK);
	assert_int_equal(us_states_judge(s, &r, &err), US_OK);
	assert_true(r.prefixes.member[1]);
	assert_true(r.prefixes.member[2]);
	assert_non_null(strstr(r.why, "thing 1 is left out: 2024_b touches it"));
	us_reading_fini(&r);
	us_states_free(s);
}

static void the_same_words_are_the_same_key_however_many_there_are(void **state)
{
	us_states *s;
	us_err err;
	size_t first, again;
	char name[32];

	(void)state;
	assert_int_equal(us_states_new(&s, 1, &err), US_OK);
	first = us_states_key(s, "table a", "kind");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "column a.c%d", i);
		us_states_key(s, name, "type");
	}
	again = us_states_key(s, "table a", "kind");
	assert_int_equal(first, again);
	assert_int_not_equal(first, us_states_key(s, "table a", ""));
	us_states_free(s);
}

static void an_expression_that_reads_as_before_is_pointed_at(void **state)
{
	static const struct {
		const char *live, *before, *after, *unproved;
	} cases[] = {
		{ "~a", "~a", "~b",
			"thing 9 is there reads as it did before the script "
			"changed it" },
		{ "~b", "~a", "~b", NULL },
		{ "~c", "~a", "~b", NULL }, /* nobody's words: the server's */
		{ "~a", "~a", "~a", NULL },
		{ "~a", "~a", "?", NULL },
		{ "a", "-", "?",
			"what the script makes of thing 9 can't be followed to its "
			"end" },
		{ "a", "a", "?",
			"what the script makes of thing 9 can't be followed to its "
			"end" },
		{ "a", "?", "?", NULL },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(cases); i++) {
		us_reading r = { 0 };
		us_states *s;
		us_err err;
		size_t key;

		assert_int_equal(us_states_new(&s, 1, &err), US_OK);
		assert_int_equal(us_reading_init(&r, 1, &err), US_OK);
		key = us_states_key(s, "thing 9", "");
		us_states_put_live(s, key, value_of(cases[i].live));
		us_states_put(s, key, 0, value_of(cases[i].before));
		us_states_put(s, key, 1, value_of(cases[i].after));
		assert_int_equal(us_states_judge(s, &r, &err), US_OK);
		assert_true(r.prefixes.member[1]);
		if (cases[i].unproved)
			assert_string_equal(r.unproved, cases[i].unproved);
		else
			assert_null(r.unproved);
		us_reading_fini(&r);
		us_states_free(s);
	}
}

/* The rows of new_X, when new_X has become X. */
static void of_what_is_gone_in_the_end_nothing_is_asked(void **state)
{
	us_reading r = { 0 };
	us_states *s;
	us_err err;
	size_t there, number;

	(void)state;
	assert_int_equal(us_states_new(&s, 2, &err), US_OK);
	assert_int_equal(us_reading_init(&r, 2, &err), US_OK);
	there = us_states_key(s, "table n", "");
	number = us_states_key(s, "table n", "number of rows");
	us_states_put_live(s, there, value_of("-"));
	us_states_put(s, there, 0, value_of("-"));
	us_states_put(s, there, 1, value_of("there"));
	us_states_put(s, there, 2, value_of("-"));
	us_states_put(s, number, 1, value_of("0"));
	assert_int_equal(us_states_judge(s, &r, &err), US_OK);
	assert_null(r.unproved);
	us_reading_fini(&r);
	us_states_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expression_that_reads_as_before_is_pointed_at),
		cmocka_unit_test(of_what_is_gone_in_the_end_nothing_is_asked),
		cmocka_unit_test(two_values_differ_only_where_that_is_certain),
		cmocka_unit_test(a_prefix_fits_unless_a_key_differs_for_certain),
		cmocka_unit_test(
			a_key_that_is_doubted_excludes_nothing_and_is_named),
		cmocka_unit_test(
			the_same_words_are_the_same_key_however_many_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
