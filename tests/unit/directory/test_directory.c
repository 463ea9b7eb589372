/* What counts as a migration (observed with Prisma 6.19.3 and 7.10.1), on real
 * folders.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"
#include "unstick/auto.h"
#include "unstick/directory.h"

static void make_folder(const scratch *s, const char *name)
{
	char *path = scratch_path(s, name);

	assert_int_equal(mkdir(path, 0777), 0);
	free(path);
}

static void make_link(const scratch *s, const char *to, const char *name)
{
	char *path = scratch_path(s, name);

	assert_int_equal(symlink(to, path), 0);
	free(path);
}

static us_directory *load(const scratch *s)
{
	us_directory *d;
	us_err err = { 0 };

	assert_ok(us_directory_load(&d, s->path, &err), &err);
	return d;
}

static void real_directories_count_and_nothing_else(void **state)
{
	const scratch *s = *state;
	us_directory *d;
	char *fifo = scratch_path(s, "20240105000000_fifo");

	scratch_write(s, "20240101000000_init/migration.sql", "SELECT 1;");
	scratch_write(s, "20240102000000_nested/inner/migration.sql", "SELECT 1;");
	scratch_write(s, "migration_lock.toml", "provider = \"sqlite\"\n");
	scratch_write(s, "20240103000000_file", "SELECT 1;");
	scratch_write(s, ".hidden/migration.sql", "SELECT 1;");
	make_folder(s, "no timestamp");
	make_link(s, "20240101000000_init", "20240104000000_link");
	assert_int_equal(mkfifo(fifo, 0666), 0);
	free(fifo);

	d = load(s);
	assert_int_equal(us_directory_len(d), 4);
	assert_string_equal(us_directory_name(d, 0), ".hidden");
	assert_string_equal(us_directory_name(d, 1), "20240101000000_init");
	assert_string_equal(us_directory_name(d, 2), "20240102000000_nested");
	assert_string_equal(us_directory_name(d, 3), "no timestamp");
	assert_string_equal(us_directory_path(d), s->path);
	us_directory_free(d);
}

static void they_come_in_prismas_order(void **state)
{
	static const char *const want[] = { "_f", "1_c", "10_a", "9_b", "a_e",
		"B_d", "\xC3\xA9_g", "Z z" };
	static const char *const made[] = { "Z z", "10_a", "\xC3\xA9_g", "9_b",
		"_f", "a_e", "B_d", "1_c" };
	us_directory *d;

	for (size_t i = 0; i < US_LEN(made); i++)
		make_folder(*state, made[i]);
	d = load(*state);
	assert_int_equal(us_directory_len(d), US_LEN(want));
	for (size_t i = 0; i < US_LEN(want); i++) {
		assert_string_equal(us_directory_name(d, i), want[i]);
		assert_int_equal(us_directory_find(d, want[i]), i);
	}
	us_directory_free(d);
}

static void only_the_exact_name_is_found(void **state)
{
	static const char *const wrong[] = { "", "2", "20240102000000",
		"20240102000000_ADD", "20240102000000_add/", "20240102000000_addx",
		"20240102000000_add\x01", "z" };
	us_directory *d;

	make_folder(*state, "20240101000000_init");
	make_folder(*state, "20240102000000_add");
	d = load(*state);
	assert_int_equal(us_directory_find(d, "20240102000000_add"), 1);
	for (size_t i = 0; i < US_LEN(wrong); i++)
		assert_int_equal(us_directory_find(d, wrong[i]), US_NO_MIGRATION);
	us_directory_free(d);
}

static void an_empty_directory_is_fine(void **state)
{
	const char *provider = "";
	us_directory *d = load(*state);
	us_err err = { 0 };

	assert_int_equal(us_directory_len(d), 0);
	assert_int_equal(us_directory_find(d, "x"), US_NO_MIGRATION);
	us_directory_prefetch(d, 0);
	assert_ok(us_directory_provider(d, &provider, &err), &err);
	assert_null(provider);
	us_directory_free(d);
}

static void a_directory_that_is_not_there_is_an_error_that_says_what_to_do(
	void **state)
{
	char *path = scratch_path(*state, "prisma/migrations");
	char *file = scratch_path(*state, "file");
	us_directory *d = (us_directory *)path;
	us_err err = { 0 };

	assert_int_equal(us_directory_load(&d, path, &err), US_E_DIRECTORY);
	assert_null(d);
	assert_non_null(strstr(err.msg, path));
	assert_non_null(strstr(err.msg, "--migrations"));

	scratch_write(*state, "file", "");
	assert_int_equal(us_directory_load(&d, file, &err), US_E_DIRECTORY);
	assert_non_null(strstr(err.msg, "not a directory"));
	free(file);
	free(path);
}

static void the_directory_itself_may_be_a_link(void **state)
{
	char *path = scratch_path(*state, "link");
	us_directory *d;
	us_err err = { 0 };

	scratch_write(*state, "real/1_a/migration.sql", "SELECT 1;");
	make_link(*state, "real", "link");
	assert_ok(us_directory_load(&d, path, &err), &err);
	assert_int_equal(us_directory_len(d), 1);
	assert_true(us_directory_has_script(d, 0));
	us_directory_free(d);
	free(path);
}

static void a_folder_without_a_script_counts_and_is_P3015_when_read(void **state)
{
	static const char *const names[] = { "1_empty", "2_folder", "3_dangling",
		"4_fifo" };
	const scratch *s = *state;
	char hex[2 * US_SHA256_BYTES + 1],
		*fifo = scratch_path(s, "4_fifo/migration.sql");
	us_directory *d;

	make_folder(s, "1_empty");
	make_folder(s, "2_folder");
	make_folder(s, "2_folder/migration.sql");
	make_folder(s, "3_dangling");
	make_link(s, "nowhere.sql", "3_dangling/migration.sql");
	make_folder(s, "4_fifo");
	assert_int_equal(mkfifo(fifo, 0666), 0);
	free(fifo);

	d = load(s);
	us_directory_prefetch(d, 0); /* leaves them for whoever asks */
	assert_int_equal(us_directory_len(d), US_LEN(names));
	for (size_t i = 0; i < US_LEN(names); i++) {
		char *text = hex;
		bool matches = true;
		us_err err = { 0 };
		size_t len;

		assert_string_equal(us_directory_name(d, i), names[i]);
		assert_false(us_directory_has_script(d, i));
		assert_int_equal(
			us_directory_script(d, i, &text, &len, &err), US_E_PRISMA);
		assert_null(text);
		assert_string_equal(err.prisma, "P3015");
		assert_non_null(strstr(err.msg, names[i]));
		assert_int_equal(
			us_directory_checksum(d, i, hex, &err), US_E_PRISMA);
		assert_string_equal(hex, "");
		assert_int_equal(us_directory_matches(d, i, "", &matches, &err),
			US_E_PRISMA);
		assert_false(matches);
	}
	us_directory_free(d);
}

static void a_script_may_be_a_link(void **state)
{
	const scratch *s = *state;
	us_directory *d;
	us_err err = { 0 };
	char *text;
	size_t len;

	scratch_write(s, "shared.sql", "SELECT 1;");
	make_folder(s, "1_a");
	make_link(s, "../shared.sql", "1_a/migration.sql");
	d = load(s);
	assert_true(us_directory_has_script(d, 0));
	assert_ok(us_directory_script(d, 0, &text, &len, &err), &err);
	assert_string_equal(text, "SELECT 1;");
	assert_int_equal(len, 9);
	free(text);
	us_directory_free(d);
}

static void a_text_that_was_kept_is_the_one_that_was_hashed(void **state)
{
	static const struct {
		size_t keep;
		const char *text;
	} rows[] = { { 9, "SELECT 1;" }, { 8, "other" }, { 0, "other" } };

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_directory *d;
		us_err err = { 0 };
		char *text;
		size_t len;

		scratch_write(*state, "1_a/migration.sql", "SELECT 1;");
		d = load(*state);
		us_directory_prefetch(d, rows[i].keep);
		scratch_write(*state, "1_a/migration.sql", "other");
		assert_ok(us_directory_script(d, 0, &text, &len, &err), &err);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(len, strlen(text));
		free(text);
		us_directory_free(d);
	}
}

static void a_name_of_250_characters_works(void **state)
{
	char name[251], file[300];
	us_directory *d;
	us_err err = { 0 };
	char *text;
	size_t len;

	memset(name, 'x', 250);
	name[250] = '\0';
	snprintf(file, sizeof(file), "%s/migration.sql", name);
	scratch_write(*state, file, "SELECT 1;");
	d = load(*state);
	assert_string_equal(us_directory_name(d, 0), name);
	assert_int_equal(us_directory_find(d, name), 0);
	assert_ok(us_directory_script(d, 0, &text, &len, &err), &err);
	free(text);
	us_directory_free(d);
}

static void it_stays_the_same_directory_when_moved(void **state)
{
	char *from = scratch_path(*state, "old"), *to = scratch_path(*state, "new");
	us_directory *d;
	us_err err = { 0 };
	char hex[2 * US_SHA256_BYTES + 1];

	scratch_write(*state, "old/1_a/migration.sql", "SELECT 1;");
	assert_ok(us_directory_load(&d, from, &err), &err);
	assert_int_equal(rename(from, to), 0);
	assert_ok(us_directory_checksum(d, 0, hex, &err), &err);
	us_directory_free(d);
	free(from);
	free(to);
}

static void ten_thousand_are_no_problem(void **state)
{
	enum { MANY = 10000 };
	us_directory *d;

	for (size_t i = 0; i < MANY; i++) {
		char name[64];

		/* 7919 is prime: made in an order that isn't the sorted one */
		snprintf(name, sizeof(name), "2024%010zu_m", i * 7919 % MANY);
		make_folder(*state, name);
	}
	d = load(*state);
	assert_int_equal(us_directory_len(d), MANY);
	for (size_t i = 1; i < MANY; i++)
		assert_true(strcmp(us_directory_name(d, i - 1),
				    us_directory_name(d, i)) < 0);
	for (size_t i = 0; i < MANY; i += 37)
		assert_int_equal(us_directory_find(d, us_directory_name(d, i)), i);
	us_directory_free(d);
}

int main(void)
{
#define ROW(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		ROW(real_directories_count_and_nothing_else),
		ROW(they_come_in_prismas_order),
		ROW(only_the_exact_name_is_found),
		ROW(an_empty_directory_is_fine),
		ROW(a_directory_that_is_not_there_is_an_error_that_says_what_to_do),
		ROW(the_directory_itself_may_be_a_link),
		ROW(a_folder_without_a_script_counts_and_is_P3015_when_read),
		ROW(a_script_may_be_a_link),
		ROW(a_text_that_was_kept_is_the_one_that_was_hashed),
		ROW(a_name_of_250_characters_works),
		ROW(it_stays_the_same_directory_when_moved),
		ROW(ten_thousand_are_no_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
