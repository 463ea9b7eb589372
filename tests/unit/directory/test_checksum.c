/* Which stored checksums Prisma takes for a script's own (observed with 6.19.3 and
 * 7.10.1), on real files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"
#include "unstick/auto.h"
#include "unstick/directory.h"

#define FILE_NAME "20240101000000_a/migration.sql"

static us_directory *load(const scratch *s, const char *bytes, size_t n)
{
	us_directory *d;
	us_err err = { 0 };

	scratch_write_bytes(s, FILE_NAME, bytes, n);
	assert_ok(us_directory_load(&d, s->path, &err), &err);
	assert_int_equal(us_directory_len(d), 1);
	return d;
}

static void digest_of(
	unsigned char digest[US_SHA256_BYTES], const char *s, size_t n)
{
	us_sha256 *h;
	us_err err = { 0 };

	assert_ok(us_sha256_new(&h, &err), &err);
	assert_ok(us_sha256_begin(h, &err), &err);
	assert_ok(us_sha256_add(h, s, n, &err), &err);
	assert_ok(us_sha256_end(h, digest, &err), &err);
	us_sha256_free(h);
}

typedef enum { PADDED, LEGACY } form;

/* The checksum column's value for a text; room for 65 bytes. */
static void stored_form(char *stored, const char *text, form how)
{
	unsigned char digest[US_SHA256_BYTES];

	digest_of(digest, text, strlen(text));
	for (size_t i = 0; i < US_SHA256_BYTES; i++)
		stored += snprintf(
			stored, 3, how == PADDED ? "%02x" : "%x", digest[i]);
}

static bool matches(us_directory *d, const char *stored)
{
	us_err err = { 0 };
	bool yes;

	assert_ok(us_directory_matches(d, 0, stored, &yes, &err), &err);
	return yes;
}

static void line_ends_match_in_either_form_but_only_as_prisma_replaces_them(
	void **state)
{
	static const struct {
		const char *on_disk, *recorded;
		bool match;
	} rows[] = {
		{ "a;\nb;\n", "a;\nb;\n", true },
		{ "a;\nb;\n", "a;\r\nb;\r\n", true },
		{ "a;\r\nb;\r\n", "a;\nb;\n", true },
		{ "a;\r\nb;\r\n", "a;\r\nb;\r\n", true },
		{ "a;\r\nb;\r\n", "a;\r\r\nb;\r\r\n", true }, /* naive LF to CRLF */
		{ "a;\r\nb;\n", "a;\r\nb;\n", true },
		{ "a;\r\nb;\n", "a;\nb;\n", true },
		{ "a;\r\nb;\n", "a;\r\r\nb;\r\n", true },
		{ "a;\r\nb;\n", "a;\r\nb;\r\n", false },
		{ "a;\nb;\n", "a;\r\nb;\n", false },
		{ "a;\r\nb;\r\n", "a;\r\nb;\n", false },
		{ "a;\rb;", "a;\nb;", false }, { "a;\rb;", "a;b;", false },
		{ "a;\r\r\nb;", "a;\r\nb;", true }, /* CR CRLF to CR LF */
		{ "a;\r\r\nb;", "a;\nb;", false }, { "a;\n", "a;", false },
		{ "a;", "a;\n", false }, { "a; \n", "a;\n", false },
		{ "\n", "\r\n", true }, { "\r\n", "\n", true },
		{ "\r\n", "", false }, { "", "", true }, { "", "\n", false },
		{ "\xEF\xBB\xBF"
		  "a;\n",
			"\xEF\xBB\xBF"
			"a;\r\n",
			true },
		{ "\xEF\xBB\xBF"
		  "a;\n",
			"a;\n", false },
		{ "a;\n",
			"\xEF\xBB\xBF"
			"a;\n",
			false },
		{ "-- caf\xC3\xA9\n", "-- caf\xC3\xA9\r\n", true },
		{ "-- caf\xE9\n", "-- caf\xEF\xBF\xBD\n", true },
		{ "-- caf\xE9\n", "-- caf\xEF\xBF\xBD\r\n", true },
		{ "-- caf\xE9\n", "-- caf\xE9\n",
			false }, /* sha256sum of the file */
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_directory *d =
			load(*state, rows[i].on_disk, strlen(rows[i].on_disk));
		char padded[65], legacy[65];

		stored_form(padded, rows[i].recorded, PADDED);
		stored_form(legacy, rows[i].recorded, LEGACY);
		/* twice: the second answer comes from what is remembered */
		for (int again = 0; again < 2; again++) {
			if (matches(d, padded) != rows[i].match)
				fail_msg("row %zu: want %d", i, rows[i].match);
			if (matches(d, legacy) != rows[i].match)
				fail_msg("row %zu, legacy: want %d", i,
					rows[i].match);
		}
		us_directory_free(d);
	}
}

/* Enough scripts for every byte from 00 to 10 to occur in a digest, where padding
 * matters. */
static void both_forms_match_whatever_the_digest(void **state)
{
	for (int i = 0; i < 200; i++) {
		char text[32], stored[65];
		us_directory *d;

		snprintf(text, sizeof(text), "SELECT %d;\n", i);
		d = load(*state, text, strlen(text));
		stored_form(stored, text, PADDED);
		assert_true(matches(d, stored));
		stored_form(stored, text, LEGACY);
		assert_true(matches(d, stored));
		us_directory_free(d);
	}
}

static void anything_else_in_the_column_is_an_edit(void **state)
{
	us_directory *d = load(*state, "a;\nb;\n", 6);
	char stored[70];

	assert_false(matches(d, ""));
	assert_false(matches(d, "garbage"));
	assert_false(matches(d, "0"));

	stored_form(stored, "a;\nb;\n", PADDED);
	stored[63] = '\0';
	assert_false(matches(d, stored));

	stored_form(stored, "a;\nb;\n", PADDED);
	memcpy(stored + strlen(stored), " ", 2);
	assert_false(matches(d, stored));

	stored_form(stored, "a;\nb;\n", LEGACY);
	memcpy(stored + strlen(stored), "0", 2);
	assert_false(matches(d, stored));

	stored_form(stored, "a;\nb;\n", PADDED);
	for (char *c = stored; *c; c++)
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	assert_false(matches(d, stored));
	us_directory_free(d);
}

static void the_checksum_is_that_of_the_text_as_it_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
	} rows[] = {
		{ "", 0,
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78"
			"52b855" },
		{ "abc", 3,
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
			"0015ad" },
		/* printf 'a\0b' | sha256sum */
		{ "a\0b", 3,
			"59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce9892"
			"0a7138" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_directory *d = load(*state, rows[i].bytes, rows[i].n);
		char hex[2 * US_SHA256_BYTES + 1];
		us_err err = { 0 };

		assert_ok(us_directory_checksum(d, 0, hex, &err), &err);
		assert_string_equal(hex, rows[i].want);
		us_directory_free(d);
	}
}

/* WHATWG's "maximal subparts"; 0xFF can start nothing, E2 82 is half a character.
 */
static void ill_formed_utf8_is_replaced_before_hashing(void **state)
{
	static const char bytes[] = "x\xFF\xE2\x82y\0z";
	static const char want[] = "x\xEF\xBF\xBD\xEF\xBF\xBDy\0z";
	us_directory *d = load(*state, bytes, sizeof(bytes) - 1);
	unsigned char digest[US_SHA256_BYTES];
	char hex[2 * US_SHA256_BYTES + 1], got[2 * US_SHA256_BYTES + 1];
	us_err err = { 0 };
	char *text;
	size_t len;

	assert_ok(us_directory_script(d, 0, &text, &len, &err), &err);
	assert_int_equal(len, sizeof(want) - 1);
	assert_memory_equal(text, want, sizeof(want));
	free(text);
	digest_of(digest, want, sizeof(want) - 1);
	us_hex(hex, digest);
	assert_ok(us_directory_checksum(d, 0, got, &err), &err);
	assert_string_equal(got, hex);
	us_directory_free(d);
}

static void a_big_script_is_read_whole(void **state)
{
	enum { BIG = 3 * 1024 * 1024 + 17 };
	char *bytes = malloc(BIG), hex[2 * US_SHA256_BYTES + 1],
	     got[2 * US_SHA256_BYTES + 1];
	unsigned char digest[US_SHA256_BYTES];
	us_directory *d;
	us_err err = { 0 };

	assert_non_null(bytes);
	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)('a' + i % 26);
	bytes[BIG / 2] = (char)0xFF; /* and repaired whole */
	d = load(*state, bytes, BIG);
	assert_ok(us_directory_checksum(d, 0, got, &err), &err);
	us_directory_free(d);

	bytes[BIG / 2] = 'x';
	d = load(*state, bytes, BIG);
	digest_of(digest, bytes, BIG);
	us_hex(hex, digest);
	assert_string_not_equal(got, hex);
	assert_ok(us_directory_checksum(d, 0, got, &err), &err);
	assert_string_equal(got, hex);
	us_directory_free(d);
	free(bytes);
}

static void remove_script(const scratch *s)
{
	char *path = scratch_path(s, FILE_NAME);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void what_was_prefetched_is_not_read_again(void **state)
{
	us_directory *d = load(*state, "abc", 3);
	char hex[2 * US_SHA256_BYTES + 1];
	us_err err = { 0 };

	us_directory_prefetch(d, 0);
	remove_script(*state);
	assert_true(us_directory_has_script(d, 0));
	assert_ok(us_directory_checksum(d, 0, hex, &err), &err);
	assert_false(matches(d, "0"));
	us_directory_free(d);
}

static void nothing_is_read_before_it_is_asked_for(void **state)
{
	us_directory *d = load(*state, "abc", 3);
	char hex[2 * US_SHA256_BYTES + 1];
	us_err err = { 0 };

	remove_script(*state);
	assert_int_equal(us_directory_checksum(d, 0, hex, &err), US_E_PRISMA);
	scratch_write(
		*state, FILE_NAME, "abc"); /* restored: asked again, read again */
	assert_ok(us_directory_checksum(d, 0, hex, &err), &err);
	us_directory_free(d);
}

int main(void)
{
#define ROW(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		ROW(line_ends_match_in_either_form_but_only_as_prisma_replaces_them),
		ROW(both_forms_match_whatever_the_digest),
		ROW(anything_else_in_the_column_is_an_edit),
		ROW(the_checksum_is_that_of_the_text_as_it_is),
		ROW(ill_formed_utf8_is_replaced_before_hashing),
		ROW(a_big_script_is_read_whole),
		ROW(what_was_prefetched_is_not_read_again),
		ROW(nothing_is_read_before_it_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
