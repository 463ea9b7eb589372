/* Files and paths. */
#include "unstick/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"
#include "unstick/auto.h"

static void a_whole_file_is_read(void **state)
{
	us_err err = { 0 };
	char *big = calloc(1, 100000), *path, *text;
	size_t len;

	assert_non_null(big);
	memset(big, 'x', 100000);
	big[70000] = '\0';
	scratch_write_bytes(*state, "big", big, 100000);
	path = scratch_path(*state, "big");
	assert_ok(us_file_read(&text, &len, path, 100000, &err), &err);
	assert_int_equal(len, 100000);
	assert_memory_equal(text, big, len);
	assert_int_equal(text[len], '\0');
	free(text);
	assert_int_equal(us_file_read(&text, &len, path, 99999, &err), US_E_CONFIG);
	assert_non_null(strstr(err.msg, "big: larger than 99999 bytes"));
	assert_null(text);
	free(path);
	free(big);
}

static void a_new_file_is_there_whole_and_never_replaces_one(void **state)
{
	const scratch *s = *state;
	us_err err = { 0 };
	char *path = scratch_path(s, "new"), *text;
	char *nowhere = scratch_path(s, "no/such/folder/new");
	DIR *folder = opendir(s->path);
	const struct dirent *entry;
	size_t len;

	assert_non_null(folder);
	assert_ok(us_file_create(path, "a\0b", 3, &err), &err);
	assert_ok(us_file_read(&text, &len, path, 10, &err), &err);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "a\0b", 3);
	free(text);
	assert_int_equal(us_file_create(path, "other", 5, &err), US_E_IO);
	assert_non_null(strstr(err.msg, "new exists already"));
	assert_ok(us_file_read(&text, &len, path, 10, &err), &err);
	assert_memory_equal(text, "a\0b", 3);
	free(text);
	assert_int_equal(us_file_create(nowhere, "x", 1, &err), US_E_IO);
	assert_non_null(strstr(err.msg, "no/such/folder/new: "));
	while ((entry = readdir(folder))) /* nothing temporary stays */
		if (strncmp(entry->d_name, "new.", 4) == 0)
			fail_msg("left over: %s", entry->d_name);
	closedir(folder);
	free(path);
	free(nowhere);
}

static void an_empty_file_is_an_empty_text(void **state)
{
	us_err err = { 0 };
	char *path, *text;
	size_t len;

	scratch_write(*state, "empty", "");
	path = scratch_path(*state, "empty");
	assert_ok(us_file_read(&text, &len, path, 10, &err), &err);
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
	free(text);
	free(path);
}

static void what_cannot_be_read_is_named(void **state)
{
	const scratch *s = *state;
	us_err err = { 0 };
	char *path = scratch_path(s, "none"), *text;
	size_t len;

	assert_int_equal(us_file_read(&text, &len, path, 10, &err), US_E_IO);
	assert_non_null(strstr(err.msg, "/none: No such file or directory"));
	assert_int_equal(us_file_read(&text, &len, s->path, 10, &err), US_E_IO);
	assert_non_null(strstr(err.msg, "Is a directory"));
	free(path);
}

static void files_and_directories_are_told_apart(void **state)
{
	const scratch *s = *state;
	char *file = scratch_path(s, "f"), *link = scratch_path(s, "l");
	char *none = scratch_path(s, "n");

	scratch_write(s, "f", "");
	assert_int_equal(symlink("f", link), 0);
	assert_true(us_file_exists(file));
	assert_true(us_file_exists(link));
	assert_false(us_file_exists(s->path));
	assert_false(us_file_exists(none));
	assert_true(us_directory_exists(s->path));
	assert_false(us_directory_exists(file));
	assert_false(us_directory_exists(none));
	free(file);
	free(link);
	free(none);
}

static void paths_are_joined_as_text(void **state)
{
	static const struct {
		const char *base, *path, *want;
	} rows[] = {
		{ "a", "b", "a/b" },
		{ "a/", "b", "a/b" },
		{ "a", "./b", "a/b" },
		{ "a", ".//./b", "a/b" },
		{ "a", "../b", "a/../b" },
		{ "a", "/b", "/b" },
		{ "a", ".", "a" },
		{ "a", "", "a" },
		{ "a", "./", "a" },
		{ ".", "b", "b" },
		{ ".", "./b", "b" },
		{ "", "b", "b" },
		{ "", "", "." },
		{ "/", "b", "/b" },
		{ "a", ".b", "a/.b" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_err err = { 0 };
		char *got;

		assert_ok(
			us_path_join(&got, rows[i].base, rows[i].path, &err), &err);
		assert_string_equal(got, rows[i].want);
		free(got);
	}
}

static void a_path_has_a_parent(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = { { "a", "." }, { "a/b", "a" }, { "/a", "/" }, { "/a/b", "/a" },
		{ "a/b/c", "a/b" } };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_err err = { 0 };
		char *got;

		assert_ok(us_path_parent(&got, rows[i].path, &err), &err);
		assert_string_equal(got, rows[i].want);
		free(got);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_file_is_read),
		TEST(a_new_file_is_there_whole_and_never_replaces_one),
		TEST(an_empty_file_is_an_empty_text),
		TEST(what_cannot_be_read_is_named),
		TEST(files_and_directories_are_told_apart),
		cmocka_unit_test(paths_are_joined_as_text),
		cmocka_unit_test(a_path_has_a_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
