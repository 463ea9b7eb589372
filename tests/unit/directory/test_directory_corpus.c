/* Real histories, against the tools people would use: sha256sum for the checksums,
 * Node's readdir and localeCompare (which is what Prisma runs) for the order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "run.h"
#include "scratch.h"
#include "unstick/auto.h"
#include "unstick/directory.h"
#include "unstick/file.h"

static const struct {
	const char *project;
	size_t migrations;
} corpus[] = {
	{ "langfuse", 434 },
	{ "triggerdev", 820 },
	{ "coolify-v3", 89 },
	{ "anything-llm", 40 },
};

/* The caller's; skips the test where the corpus isn't. */
static char *project_path(const char *project)
{
	const char *root = getenv("US_CORPUS");
	char *path = NULL;

	assert_true(
		asprintf(&path, "%s/%s", root ? root : US_ROOT "/../shared/corpus",
			project) > 0);
	if (!us_directory_exists(path)) {
		print_message("no corpus at %s (set US_CORPUS): skipped\n", path);
		free(path);
		skip();
		abort(); /* not reached: skip() leaves the test */
	}
	return path;
}

static us_directory *load(const char *path)
{
	us_directory *d;
	us_err err = { 0 };

	assert_ok(us_directory_load(&d, path, &err), &err);
	return d;
}

static void every_project_has_its_migrations(void **state)
{
	(void)state;
	for (size_t p = 0; p < US_LEN(corpus); p++) {
		char *path = project_path(corpus[p].project);
		us_directory *d = load(path);

		assert_int_equal(us_directory_len(d), corpus[p].migrations);
		for (size_t i = 0; i < us_directory_len(d); i++)
			assert_true(us_directory_has_script(d, i));
		us_directory_free(d);
		free(path);
	}
}

/* sha256sum's output for all scripts, in the order of d; NULL without sha256sum. */
static char *sha256sum(us_directory *d, const char *path)
{
	size_t n = us_directory_len(d);
	char **argv = calloc(n + 3, sizeof(*argv));
	char *printed;

	assert_non_null(argv);
	argv[0] = strdup("sha256sum");
	argv[1] = strdup("--");
	for (size_t i = 0; i < n; i++)
		assert_true(asprintf(&argv[2 + i], "%s/migration.sql",
				    us_directory_name(d, i)) > 0);
	printed = run(path, (const char *const *)argv);
	for (size_t i = 0; i < n + 2; i++)
		free(argv[i]);
	free(argv);
	return printed;
}

static void checksums_are_those_of_sha256sum(void **state)
{
	(void)state;
	for (size_t p = 0; p < US_LEN(corpus); p++) {
		char *path = project_path(corpus[p].project);
		us_directory *d = load(path);
		char *printed = sha256sum(d, path), *line = printed;

		if (!printed) {
			us_directory_free(d);
			free(path);
			print_message("no sha256sum: skipped\n");
			skip();
			return;
		}
		us_directory_prefetch(d, 0);
		for (size_t i = 0; i < us_directory_len(d); i++) {
			char hex[2 * US_SHA256_BYTES + 1];
			us_err err = { 0 };

			assert_ok(us_directory_checksum(d, i, hex, &err), &err);
			assert_memory_equal(line, hex, sizeof(hex) - 1);
			line = strchr(line, '\n') + 1;
		}
		assert_string_equal(line, "");
		free(printed);
		us_directory_free(d);
		free(path);
	}
}

/* Compares with what Prisma's own listing does in Node; false without Node. */
static bool check_against_node(const char *path)
{
	static const char *const argv[] = { "node", "-e",
		"process.stdout.write(require('fs')"
		".readdirSync('.', { withFileTypes: true })"
		".filter((e) => e.isDirectory()).map((e) => e.name)"
		".sort((a, b) => a.localeCompare(b)).map((n) => n + "
		"'\\0').join(''))",
		NULL };
	char *printed = run(path, argv), *name = printed;
	us_directory *d;

	if (!printed)
		return false;
	d = load(path);
	for (size_t i = 0; i < us_directory_len(d); i++) {
		assert_string_equal(us_directory_name(d, i), name);
		name += strlen(name) + 1;
	}
	assert_string_equal(name, "");
	us_directory_free(d);
	free(printed);
	return true;
}

static void without_node(void)
{
	print_message("no node: skipped\n");
	skip();
}

static void real_names_sort_as_node_sorts_them(void **state)
{
	(void)state;
	for (size_t p = 0; p < US_LEN(corpus); p++) {
		char *path = project_path(corpus[p].project);
		bool node = check_against_node(path);

		free(path);
		if (!node)
			without_node();
	}
}

static void odd_names_are_listed_and_sorted_as_node_does(void **state)
{
	static const char *const names[] = { "_f", "1_c", "10_a", "9_b", "a_e",
		"B_d", "\xC3\xA9_g", "Z z", ".git", ".a", "a-b", "a_b", "a b", "ab",
		"aB", "Ab", "AB", "20240101_x", "20240101-x", "2024", "a.b", "(x)",
		"[x]", "{x}", "@x", "#x", "$x", "~x", "x~", "tab\tname",
		"new\nline", "caf\xC3\xA9", "cafe", "caff",
		"\xE4\xB8\xAD\xE6\x96\x87", "\xD0\xB6", "\xC3\x9F", "ss", "st",
		"\xF0\x9F\x98\x80", "i", "I", "\xC4\xB0", "\xC4\xB1" };
	scratch s;
	bool node;

	(void)state;
	scratch_open(&s);
	for (size_t i = 0; i < US_LEN(names); i++) {
		char *path = scratch_path(&s, names[i]);

		assert_int_equal(mkdir(path, 0777), 0);
		free(path);
	}
	scratch_write(&s, "file", "");
	{
		char *path = scratch_path(&s, "link");

		assert_int_equal(symlink("_f", path), 0);
		free(path);
	}
	node = check_against_node(s.path);
	scratch_close(&s);
	if (!node)
		without_node();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_project_has_its_migrations),
		cmocka_unit_test(checksums_are_those_of_sha256sum),
		cmocka_unit_test(real_names_sort_as_node_sorts_them),
		cmocka_unit_test(odd_names_are_listed_and_sorted_as_node_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
