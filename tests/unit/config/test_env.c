/* .env files in the dialect that Prisma 6 reads: dotenv's, with ${NAME}. */
#include "env.h"

#include <stdlib.h>

#include "check.h"
#include "project.h"
#include "unstick/auto.h"

static us_env read_one(void **state, const char *text, bool expand)
{
	us_env e = { 0 };
	us_err err = { 0 };

	project_write(state, ".env", text);
	assert_ok(us_env_read(&e, ".env", expand, &err), &err);
	return e;
}

static void a_line_is_read_as_dotenv_reads_it(void **state)
{
	static const struct {
		const char *text, *want; /* want: X's value; NULL: not set */
	} rows[] = {
		{ "X=a", "a" },
		{ "X = a \n", "a" },
		{ "X=\n", "" },
		{ "X=", "" },
		{ "\xEF\xBB\xBFX=a", "a" },
		{ "export X=a", "a" },
		{ "export\tX=a", "a" },
		{ "X: a", "a" },
		{ "X:a", NULL },
		{ "X=a # comment", "a" },
		{ "X=a#b", "a" },
		{ "#X=a", NULL },
		{ "X", NULL },
		{ "X=a\nX=b", "b" },
		{ "X=a\r\nY=b\r\n", "a" },
		{ "X='a # b'", "a # b" },
		{ "X=\"a # b\" # c", "a # b" },
		{ "X=`a 'b' \"c\"`", "a 'b' \"c\"" },
		{ "X=\"a\\nb\\rc\"", "a\nb\rc" },
		{ "X='a\\nb'", "a\\nb" },
		{ "X=a\\nb", "a\\nb" },
		{ "X=\"a\nb\"\nY=c", "a\nb" },
		{ "X='a\nb'", "a\nb" },
		{ "X=\"a", "\"a" },
		{ "X='a' b", "'a' b" },
		{ "X=\"a\\\"b\"", "a\\\"b" },
		{ "X=a=b=c", "a=b=c" },
		{ "X=a$b", "a$b" },
		{ "Y=1\nX=${Y}2", "12" },
		{ "X=${Y}2\nY=1", "12" },
		{ "X=a${NOT_SET_ANYWHERE}b", "ab" },
		{ "X=a\\${Y}b\nY=1", "a${Y}b" },
		{ "X=a${}b", "ab" },
		{ "X=a${Y", "a${Y" },
		{ "X=a${Y-b}c", "a${Y-b}c" },
		{ "X=$Y\nY=1", "$Y" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_env e = read_one(state, rows[i].text, true);
		const char *got = us_env_get(&e, "X", NULL);

		if (rows[i].want) {
			assert_non_null(got);
			assert_string_equal(got, rows[i].want);
		} else {
			assert_null(got);
		}
		us_env_fini(&e);
	}
}

static void the_process_s_environment_wins_and_is_left_alone(void **state)
{
	us_env e;
	const char *file;

	assert_int_equal(setenv("X", "own", 1), 0);
	e = read_one(state, "X=file\nY=${X}\n", true);
	assert_string_equal(us_env_get(&e, "X", &file), "own");
	assert_null(file);
	assert_string_equal(us_env_get(&e, "Y", &file), "own");
	assert_string_equal(file, ".env");
	assert_null(getenv("Y"));
	us_env_fini(&e);
}

static void a_set_but_empty_variable_is_set(void **state)
{
	us_env e;

	assert_int_equal(setenv("X", "", 1), 0);
	e = read_one(state, "X=file\n", true);
	assert_string_equal(us_env_get(&e, "X", NULL), "");
	us_env_fini(&e);
}

static void the_file_read_first_wins(void **state)
{
	us_env e = read_one(state, "X=root\n", true);
	us_err err = { 0 };

	project_write(state, "prisma/.env", "X=deep\nY=deep\n");
	assert_ok(us_env_read(&e, "prisma/.env", true, &err), &err);
	assert_string_equal(us_env_get(&e, "X", NULL), "root");
	assert_string_equal(us_env_get(&e, "Y", NULL), "deep");
	us_env_fini(&e);
}

static void without_expansion_references_stay(void **state)
{
	us_env e = read_one(state, "Y=1\nX=${Y}\n", false);

	assert_string_equal(us_env_get(&e, "X", NULL), "${Y}");
	us_env_fini(&e);
}

static void references_in_a_circle_are_refused(void **state)
{
	us_env e = { 0 };
	us_err err = { 0 };

	project_write(state, ".env", "X=a${Y}\nY=b${X}\n");
	assert_int_equal(us_env_read(&e, ".env", true, &err), US_E_CONFIG);
	assert_string_equal(
		err.msg, ".env: X: ${...} refers to itself, or to too much");
	us_env_fini(&e);
}

static void references_that_multiply_are_refused(void **state)
{
	us_env e = { 0 };
	us_err err = { 0 };

	project_write(state, ".env",
		"A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nB=${A}${A}${A}${A}${A}${A}${A}"
		"${A}\n"
		"C=${B}${B}${B}${B}${B}${B}${B}${B}\nD=${C}${C}${C}${C}${C}${C}${C}"
		"${C}\n"
		"E=${D}${D}${D}${D}${D}${D}${D}${D}\nF=${E}${E}${E}${E}${E}${E}${E}"
		"\n");
	assert_int_equal(us_env_read(&e, ".env", true, &err), US_E_CONFIG);
	us_env_fini(&e);
}

static void a_missing_file_is_no_error(void **state)
{
	us_env e = { 0 };
	us_err err = { 0 };

	(void)state;
	assert_ok(us_env_read(&e, "no/.env", true, &err), &err);
	assert_int_equal(e.files.len, 0);
	us_env_fini(&e);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, project_open, project_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_read_as_dotenv_reads_it),
		TEST(the_process_s_environment_wins_and_is_left_alone),
		TEST(a_set_but_empty_variable_is_set),
		TEST(the_file_read_first_wins),
		TEST(without_expansion_references_stay),
		TEST(references_in_a_circle_are_refused),
		TEST(references_that_multiply_are_refused),
		TEST(a_missing_file_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
