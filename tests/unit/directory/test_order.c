/* Prisma's order of names, against ICU itself. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/directory.h"

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static int compare(const void *a, const void *b)
{
	return us_name_compare(*(const char *const *)a, *(const char *const *)b);
}

/* Every pair of a list that is written in order. */
static void check_order(const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			int want = (i > j) - (i < j);

			if (sign(us_name_compare(names[i], names[j])) != want)
				fail_msg("\"%s\" and \"%s\": want %d", names[i],
					names[j], want);
		}
	}
}

/* Observed: deploy of Prisma 6.19.3 and 7.10.1 in a directory of these. */
static void prisma_applies_them_in_this_order(void **state)
{
	static const char *const names[] = { "_f", "1_c", "10_a", "9_b", "a_e",
		"B_d", "\xC3\xA9_g", "Z z" };

	(void)state;
	check_order(names, US_LEN(names));
}

static void case_and_punctuation_sort_as_in_the_root_locale(void **state)
{
	static const char *const names[] = { "", "_", "_1", "-", ".dot", "$", "1",
		"10", "2", "a", "A", "a_", "A_", "a0", "aa", "aA", "Aa", "AA", "ab",
		"Ab", "b" };

	(void)state;
	check_order(names, US_LEN(names));
}

static void a_name_that_goes_on_comes_later(void **state)
{
	static const char *const names[] = { "20240101000000_add",
		"20240101000000_ADD", "20240101000000_add_",
		"20240101000000_add_age", "20240101000000_add_ages",
		"20240101000000_added", "20240101000001_add" };

	(void)state;
	check_order(names, US_LEN(names));
}

static void names_that_collate_alike_are_still_two(void **state)
{
	static const char *const alike[][2] = {
		{ "a\x01", "a\x02" }, { "a", "a\x01" }, { "\x7F", "\x7F\x7F" },
		{ "e\xCC\x81", "\xC3\xA9" }, /* decomposed and composed */
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(alike); i++)
		check_order(alike[i], 2);
}

#ifdef US_HAVE_ICU
#include <unicode/ucol.h>

static UCollator *open_root(void)
{
	UErrorCode status = U_ZERO_ERROR;
	UCollator *root = ucol_open("root", &status);

	assert_true(U_SUCCESS(status));
	ucol_setAttribute(root, UCOL_NORMALIZATION_MODE, UCOL_ON, &status);
	assert_true(U_SUCCESS(status));
	return root;
}

static int reference(const UCollator *root, const char *a, const char *b)
{
	UErrorCode status = U_ZERO_ERROR;
	int order = ucol_strcollUTF8(root, a, -1, b, -1, &status);

	assert_true(U_SUCCESS(status));
	return order ? order : sign(strcmp(a, b));
}

/* Two total orders that agree on the neighbours of a sorted list are the same, so
 * this covers each of the 132 million pairs. */
static void all_ascii_strings_of_one_and_two_sort_as_icu_sorts_them(void **state)
{
	enum { CHARS = 127, ALL = CHARS + CHARS * CHARS };
	UCollator *root = open_root();
	char(*texts)[3] = calloc(ALL, sizeof(*texts));
	const char **names = calloc(ALL, sizeof(*names));

	(void)state;
	assert_non_null(texts);
	assert_non_null(names);
	for (size_t i = 0; i < ALL; i++) {
		texts[i][0] = (char)(1 + i % CHARS);
		if (i >= CHARS)
			texts[i][1] = (char)(i / CHARS);
		names[i] = texts[i];
	}
	qsort(names, ALL, sizeof(*names), compare);
	for (size_t i = 1; i < ALL; i++)
		if (reference(root, names[i - 1], names[i]) >= 0)
			fail_msg("ICU doesn't sort %x %x before %x %x",
				names[i - 1][0], names[i - 1][1], names[i][0],
				names[i][1]);
	free(names);
	free(texts);
	ucol_close(root);
}

/* The same numbers every time: a failure can be looked at. */
static unsigned next(unsigned *seed)
{
	*seed = *seed * 1103515245U + 12345U;
	return *seed >> 16U;
}

static void pick(char *text, size_t n, const char *const *pieces, size_t npieces,
	unsigned *seed)
{
	text[0] = '\0';
	for (size_t i = next(seed) % 8; i > 0; i--)
		strncat(text, pieces[next(seed) % npieces], n - strlen(text) - 1);
}

static void check_pairs(const char *const *pieces, size_t npieces, unsigned seed)
{
	UCollator *root = open_root();

	for (int i = 0; i < 50000; i++) {
		char a[64], b[64];

		pick(a, sizeof(a), pieces, npieces, &seed);
		pick(b, sizeof(b), pieces, npieces, &seed);
		if (sign(us_name_compare(a, b)) != sign(reference(root, a, b)))
			fail_msg("\"%s\" and \"%s\": not as ICU", a, b);
	}
	ucol_close(root);
}

static void longer_names_sort_as_icu_sorts_them(void **state)
{
	static const char *const pieces[] = { "a", "A", "b", "B", "_", "-", " ",
		"1", "10", "\t", "\x01", "\x7F", "z", "Z", "." };

	(void)state;
	check_pairs(pieces, US_LEN(pieces), 1);
}

static void names_beyond_ascii_sort_as_icu_sorts_them(void **state)
{
	static const char *const pieces[] = { "a", "A", "l", "_", "1", "e",
		"\xC3\xA9" /* e acute */, "\xCC\x81" /* combining acute */,
		"\xCC\xA3" /* and dot below: in either order the same letter */,
		"\xC2\xB7" /* middle dot */, "\xC3\x9F" /* sharp s */,
		"\xE4\xB8\xAD" /* CJK */, "\xF0\x9F\x98\x80" /* not in the BMP */,
		"\xD0\xB6" /* Cyrillic */, "\xFF" /* ill-formed */, "=",
		"\xCC\xB8" /* with '=': not equal to */ };

	(void)state;
	check_pairs(pieces, US_LEN(pieces), 2);
}
#else
static void icu_agrees(void **state)
{
	(void)state;
	print_message("ICU's headers (libicu-dev) are not here: skipped\n");
	skip();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prisma_applies_them_in_this_order),
		cmocka_unit_test(case_and_punctuation_sort_as_in_the_root_locale),
		cmocka_unit_test(a_name_that_goes_on_comes_later),
		cmocka_unit_test(names_that_collate_alike_are_still_two),
#ifdef US_HAVE_ICU
		cmocka_unit_test(
			all_ascii_strings_of_one_and_two_sort_as_icu_sorts_them),
		cmocka_unit_test(longer_names_sort_as_icu_sorts_them),
		cmocka_unit_test(names_beyond_ascii_sort_as_icu_sorts_them),
#else
		cmocka_unit_test(icu_agrees),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
