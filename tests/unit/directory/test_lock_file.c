/* migration_lock.toml as Prisma's engine reads it (observed with 6.19.3
 * and 7.10.1). */
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "scratch.h"
#include "unstick/auto.h"
#include "unstick/directory.h"

static void what_prisma_would_compare(void **state)
{
	static const struct {
		const char *text, *provider;
	} rows[] = {
		{ "provider = \"postgresql\"", "postgresql" },
		{ "provider = \"postgresql\"\n", "postgresql" },
		{ "provider = \"postgresql\"\r\n", "postgresql" },
		{ "# a comment\n# another\nprovider = \"sqlite\"\n", "sqlite" },
		{ "# a comment\r\nprovider = \"sqlite\"\r\n", "sqlite" },
		{ "provider = sqlite\n", "sqlite" },
		{ "provider = provider = \"sqlite\"\n", "sqlite" },
		{ "provider = \"postgres\"\n", "postgres" },
		/* each of these is P3019 in Prisma, and must not look right here */
		{ "provider = 'postgresql'\n", "'postgresql'" },
		{ "provider=\"postgresql\"\n", "provider=\"postgresql" },
		{ "provider =  \"postgresql\"\n", " \"postgresql" },
		{ "provider = \"postgresql\" # ours\n", "postgresql\" # ours" },
		{ "provider = \"postgresql\" \n", "postgresql\" " },
		{ "providers = \"mysql\"\nprovider = \"sqlite\"\n",
			"providers = \"mysql" },
		{ "provider = \"mysql\"\nprovider = \"sqlite\"\n", "mysql" },
		{ " provider = \"sqlite\"\n", "" },
		{ "\xEF\xBB\xBFprovider = \"sqlite\"\n", "" },
		{ "Provider = \"sqlite\"\n", "" },
		{ "", "" },
		{ "\n\n", "" },
		{ "garbage", "" },
		{ "provider = \"\"\n", "" },
		{ "provider", "provider" },
		{ "provider = \"caf\xE9\"\n", "caf\xEF\xBF\xBD" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		const char *provider = NULL, *again = NULL;
		us_directory *d;
		us_err err = { 0 };
		scratch s;

		scratch_open(&s);
		scratch_write(&s, "migration_lock.toml", rows[i].text);
		assert_ok(us_directory_load(&d, s.path, &err), &err);
		assert_ok(us_directory_provider(d, &provider, &err), &err);
		assert_non_null(provider);
		assert_string_equal(provider, rows[i].provider);
		scratch_write(&s, "migration_lock.toml", "provider = \"other\"");
		assert_ok(us_directory_provider(d, &again, &err), &err);
		assert_ptr_equal(again, provider);
		us_directory_free(d);
		scratch_close(&s);
	}
}

/* @prisma/migrate listMigrations takes any failure to read it for its absence. */
static void unreadable_is_absent(void **state)
{
	const char *provider = "";
	us_directory *d;
	us_err err = { 0 };
	char *path;
	scratch s;

	(void)state;
	scratch_open(&s);
	path = scratch_path(&s, "migration_lock.toml");
	assert_int_equal(mkdir(path, 0777), 0);
	assert_ok(us_directory_load(&d, s.path, &err), &err);
	assert_ok(us_directory_provider(d, &provider, &err), &err);
	assert_null(provider);
	us_directory_free(d);
	free(path);
	scratch_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_prisma_would_compare),
		cmocka_unit_test(unreadable_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
