/* What wins over what, where things are found, and what is said when they are not.
 */
#include "unstick/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "project.h"
#include "unstick/auto.h"

#define SCHEMA_SQLITE                                                              \
	"datasource db { provider = \"sqlite\" url = env(\"DATABASE_URL\") }"
static void set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

static void expect_url(const us_config *c, const char *host, const char *source)
{
	assert_string_equal(c->url.host, host);
	assert_string_equal(c->url_source, source);
}

static void a_sqlite_file_is_found_where_prisma_finds_it(void **state)
{
	us_options opt = { 0 };
	us_config *c;

	set("DATABASE_URL", "file:./dev.db");
	c = project_load(NULL);
	assert_string_equal(c->url.path, "dev.db");
	us_config_free(c);

	project_write(state, "db/s.prisma", SCHEMA_SQLITE);
	opt.schema = "db/s.prisma";
	c = project_load(&opt);
	assert_string_equal(c->url.path, "db/dev.db");
	assert_string_equal(c->schema, "db/s.prisma");
	assert_string_equal(c->provider, "sqlite");
	assert_string_equal(c->migrations, "db/migrations");
	us_config_free(c);

	project_write(state, ".config/prisma.ts",
		"export default { schema: '../db/s.prisma', datasource: { url: "
		"'file:x.db' } }");
	c = project_load(NULL);
	assert_string_equal(c->url.path, ".config/x.db");
	us_config_free(c);

	project_write(state, "conf/unstick.yaml", "database_url: file:y.db\n");
	opt.config = "conf/unstick.yaml";
	c = project_load(&opt);
	assert_string_equal(c->url.path, "conf/y.db");
	assert_string_equal(c->file, "conf/unstick.yaml");
	us_config_free(c);

	set("UNSTICK_DATABASE_URL", "file:z.db");
	c = project_load(&opt);
	assert_string_equal(c->url.path, "z.db");
	us_config_free(c);
}

static void the_schema_is_found_where_prisma_finds_it(void **state)
{
	us_options opt = { 0 };
	us_config *c;

	set("DATABASE_URL", "file:dev.db");
	project_write(state, "schema.prisma", SCHEMA_SQLITE);
	c = project_load(NULL);
	assert_string_equal(c->schema, "schema.prisma");
	assert_string_equal(c->migrations, "migrations");
	us_config_free(c);

	project_write(state, "prisma/schema.prisma", SCHEMA_SQLITE);
	c = project_load(NULL);
	assert_string_equal(c->schema, "prisma/schema.prisma");
	us_config_free(c);

	project_write(
		state, "package.json", "{\"prisma\":{\"schema\":\"a/s.prisma\"}}");
	project_refuses(NULL, US_E_CONFIG,
		"package.json: no such schema file or folder: a/s.prisma");
	project_write(state, "a/s.prisma", SCHEMA_SQLITE);
	c = project_load(NULL);
	assert_string_equal(c->migrations, "a/migrations");
	us_config_free(c);

	project_write(
		state, "prisma.config.mjs", "export default { schema: './b' }");
	project_refuses(NULL, US_E_CONFIG,
		"prisma.config.mjs: no such schema file or folder: b");
	project_write(state, "b/one.prisma", "model A { id Int @id }");
	project_write(state, "b/two.prisma", SCHEMA_SQLITE);
	c = project_load(NULL);
	assert_string_equal(c->schema, "b");
	assert_string_equal(c->migrations, "b/migrations");
	us_config_free(c);

	project_write(state, "conf.yaml", "schema: nowhere\n");
	set("UNSTICK_CONFIG", "conf.yaml");
	project_refuses(NULL, US_E_CONFIG,
		"conf.yaml: no such schema file or folder: nowhere");
	set("UNSTICK_SCHEMA", "schema.prisma");
	c = project_load(NULL);
	assert_string_equal(c->schema, "schema.prisma");
	us_config_free(c);

	opt.schema = "prisma/missing.prisma";
	project_refuses(&opt, US_E_CONFIG,
		"--schema: no such schema file or folder: prisma/missing.prisma");
}

static void env_files_belong_to_the_project_s_root(void **state)
{
	us_config *c;

	project_write(state, "package.json", "{}");
	project_write(state, ".env", "DATABASE_URL=postgres://root/d\n");
	project_write(state, "sub/.env", "DATABASE_URL=postgres://sub/d\n");
	project_write(state, "sub/.env.local", "DATABASE_URL=postgres://local/d\n");
	assert_int_equal(chdir("sub"), 0);
	c = project_load(NULL);
	expect_url(c, "root", "DATABASE_URL (../.env)");
	us_config_free(c);
}

static void a_prisma_config_switches_env_files_off(void **state)
{
	us_config *c;

	project_write(state, ".env", "X=postgres://h/d\n");
	project_write(state, "prisma.config.ts",
		"import { env } from 'prisma/config'\nexport default {\n "
		"datasource: { "
		"url: env('X') } }");
	project_refuses(NULL, US_E_CONFIG,
		"prisma.config.ts:3: datasource.url is env(\"X\"), which is not "
		"set "
		"(with a prisma.config.* Prisma reads no .env, and so doesn't "
		"unstick)");
	project_write(state, "prisma.config.ts",
		"import 'dotenv/config'\nexport default { datasource: { url: "
		"env('X') } "
		"}");
	c = project_load(NULL);
	expect_url(c, "h", "X (.env)");
	us_config_free(c);
}

static void what_is_computed_is_only_missed_where_it_is_needed(void **state)
{
	us_options opt = { 0 };
	us_config *c;

	project_write(state, "prisma.config.ts",
		"export default {\n schema: find(),\n migrations: { path: dir },\n "
		"datasource: { url: build() } }");
	project_refuses(NULL, US_E_CONFIG,
		"prisma.config.ts:3: `migrations.path` is computed, which unstick "
		"can't "
		"do: name the directory with --migrations, UNSTICK_MIGRATIONS or "
		"`migrations` in unstick.yaml");
	opt.migrations = "m";
	project_refuses(&opt, US_E_CONFIG,
		"prisma.config.ts:4: `datasource.url` is computed, which unstick "
		"can't "
		"do: give the URL as UNSTICK_DATABASE_URL, or name its variable in "
		"unstick.yaml (`database_url: env(NAME)`)");
	project_write(state, "unstick.yaml", "database_url: env(DATABASE_URL)\n");
	set("DATABASE_URL", "postgres://h/d");
	c = project_load(&opt);
	expect_url(c, "h", "DATABASE_URL");
	assert_string_equal(c->migrations, "m");
	us_config_free(c);

	project_write(
		state, "prisma.config.ts", "export default { schema: find() }");
	project_refuses(NULL, US_E_CONFIG,
		"prisma.config.ts:1: `schema` is computed, which unstick can't do, "
		"and "
		"the migrations are beside it: name them with --migrations, or the "
		"schema with --schema");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, project_open, project_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sqlite_file_is_found_where_prisma_finds_it),
		TEST(the_schema_is_found_where_prisma_finds_it),
		TEST(env_files_belong_to_the_project_s_root),
		TEST(a_prisma_config_switches_env_files_off),
		TEST(what_is_computed_is_only_missed_where_it_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
