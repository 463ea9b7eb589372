/* What wins over what, where things are found, and what is said when they are not.
 */
#include "unstick/config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "project.h"
#include "unstick/auto.h"

#define SCHEMA_SQLITE                                                              \
	"datasource db { provider = \"sqlite\" url = env(\"DATABASE_URL\") }"
#define SCHEMA_POSTGRES                                                            \
	"datasource db {\n provider = \"postgresql\"\n url = "                     \
	"env(\"DATABASE_URL\")\n}\n"
#define SCHEMA_DIRECT                                                              \
	"datasource db {\n provider = \"postgresql\"\n url = "                     \
	"env(\"DATABASE_URL\")\n "                                                 \
	"directUrl = env(\"Y\")\n}\n"

static void set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

static void expect_url(const us_config *c, const char *host, const char *source)
{
	assert_string_equal(c->url.host, host);
	assert_string_equal(c->url_source, source);
}

static void nothing_needs_configuration(void **state)
{
	us_config *c;

	(void)state;
	set("DATABASE_URL", "postgres://u:p@h/d");
	c = project_load(NULL);
	expect_url(c, "h", "DATABASE_URL");
	assert_string_equal(c->migrations, "prisma/migrations");
	assert_null(c->schema);
	assert_null(c->provider);
	assert_null(c->file);
	assert_int_equal(c->format, US_FORMAT_TEXT);
	assert_int_equal(c->evidence, US_PROVIDER_CATALOG);
	assert_false(
		c->quiet || c->verbose || c->allow_override || c->lock_disabled);
	assert_null(c->prisma_engine);
	assert_int_equal(c->policies_len, 0);
	assert_true(c->builtin);
	assert_int_equal(c->attempts, 3);
	assert_int_equal(c->pooler, US_POOLER_REFUSE);
	assert_int_equal(c->deadline_ms, 120000);
	assert_int_equal(c->lock_timeout_ms, 5000);
	assert_int_equal(c->statement_timeout_ms, 0);
	assert_null(c->shadow_url);
	assert_int_equal(c->shadow, US_SHADOW_OFF);
	assert_int_equal(c->before_change.len, 0);
	assert_int_equal(c->before_change_timeout_ms, 1800000);
	assert_int_equal(c->on_unresolved, US_UNRESOLVED_STOP);
	assert_int_equal(c->limits.memory_bytes, 32 << 20);
	assert_int_equal(c->limits.instructions, 50000000);
	assert_int_equal(c->limits.wall_ms, 2000);
	assert_int_equal(c->start.generate.len, 0);
	assert_int_equal(c->start.deploy.len, 4);
	assert_string_equal(c->start.deploy.items[0], "npx");
	assert_string_equal(c->start.deploy.items[3], "deploy");
	assert_false(c->start.deploy_always);
	assert_int_equal(c->start.timeout_ms, 1800000);
	assert_int_equal(c->start.grace_ms, 10000);
	assert_int_equal(c->warnings.len, 0);
	us_config_free(c);
}

static void without_a_url_it_says_where_it_looked(void **state)
{
	project_refuses(NULL, US_E_CONFIG,
		"no database URL: set DATABASE_URL (looked for "
		"UNSTICK_DATABASE_URL, "
		"DIRECT_URL and DATABASE_URL in the environment)");
	project_write(state, ".env", "A=b\n");
	project_write(state, "prisma/.env", "A=b\n");
	project_write(state, "prisma/schema.prisma",
		"datasource db { provider = \"sqlite\" }");
	project_refuses(NULL, US_E_CONFIG,
		"no database URL: set DATABASE_URL (looked for "
		"UNSTICK_DATABASE_URL, "
		"DIRECT_URL and DATABASE_URL in the environment, .env, "
		"prisma/.env, "
		"prisma/schema.prisma)");
	project_write(state, "prisma.config.ts", "export default {}");
	project_refuses(NULL, US_E_CONFIG,
		"no database URL: set DATABASE_URL (looked for "
		"UNSTICK_DATABASE_URL, "
		"DIRECT_URL and DATABASE_URL in the environment, "
		"prisma/schema.prisma, "
		"prisma.config.ts (with it, .env is not read))");
}

/* From the weakest to the strongest: each one added wins over those before. */
static void each_place_wins_over_the_ones_behind_it(void **state)
{
	us_options opt = { 0 };
	us_config *c;

	project_write(state, "prisma/schema.prisma", SCHEMA_POSTGRES);
	project_write(state, "prisma/.env", "DATABASE_URL=postgres://deep/d");
	c = project_load(NULL);
	expect_url(c, "deep", "DATABASE_URL (prisma/.env)");
	us_config_free(c);

	project_write(state, ".env", "DATABASE_URL=postgres://root/d");
	c = project_load(NULL);
	expect_url(c, "root", "DATABASE_URL (.env)");
	us_config_free(c);

	set("DATABASE_URL", "postgres://own/d");
	c = project_load(NULL);
	expect_url(c, "own", "DATABASE_URL");
	us_config_free(c);

	set("DIRECT_URL", "postgres://direct/d");
	c = project_load(NULL);
	expect_url(c, "direct", "DIRECT_URL");
	us_config_free(c);

	project_write(state, "prisma/schema.prisma", SCHEMA_DIRECT);
	set("Y", "postgres://schema/d");
	c = project_load(NULL);
	expect_url(c, "schema", "Y");
	us_config_free(c);

	project_write(state, "prisma.config.ts",
		"export default { datasource: { url: 'postgres://config/d' } }");
	c = project_load(NULL);
	expect_url(c, "config", "prisma.config.ts:1");
	us_config_free(c);

	project_write(state, "unstick.yaml", "database_url: postgres://yaml/d\n");
	c = project_load(NULL);
	expect_url(c, "yaml", "unstick.yaml:1");
	us_config_free(c);

	set("UNSTICK_DATABASE_URL", "postgres://variable/d");
	c = project_load(NULL);
	expect_url(c, "variable", "UNSTICK_DATABASE_URL");
	assert_int_equal(c->warnings.len, 0);
	us_config_free(c);

	opt.database_url = "postgres://flag/d";
	c = project_load(&opt);
	expect_url(c, "flag", "--database-url");
	assert_int_equal(c->warnings.len, 1);
	assert_string_equal(c->warnings.items[0],
		"--database-url: others on this machine can see it in the list of "
		"processes; UNSTICK_DATABASE_URL keeps it out of there");
	us_config_free(c);
}

static void unstick_yaml_may_name_the_variable(void **state)
{
	us_config *c;

	project_write(state, "prisma/schema.prisma", SCHEMA_DIRECT);
	project_write(state, "unstick.yaml", "database_url: env(X)\n");
	project_refuses(NULL, US_E_CONFIG,
		"unstick.yaml:1: `database_url` is env(\"X\"), which is not set");
	set("X", "postgres://x/d");
	set("DIRECT_URL", "postgres://direct/d");
	c = project_load(NULL);
	expect_url(c, "x", "X");
	us_config_free(c);

	/* The default, spelt out: the schema's directUrl still wins. */
	project_write(state, "unstick.yaml", "database_url: env(DATABASE_URL)\n");
	set("Y", "postgres://y/d");
	c = project_load(NULL);
	expect_url(c, "y", "Y");
	us_config_free(c);
}

static void a_direct_url_that_is_not_set_is_prisma_s_error(void **state)
{
	project_write(state, "prisma/schema.prisma", SCHEMA_DIRECT);
	set("DATABASE_URL", "postgres://u:s3cr3t@h/d");
	project_refuses(NULL, US_E_CONFIG,
		"prisma/schema.prisma:4: directUrl is env(\"Y\"), which is not set "
		"(Prisma: P1012)");
}

static void a_url_that_is_wrong_is_named_but_not_shown(void **state)
{
	project_write(state, ".env", "DATABASE_URL=mysql://u:s3cr3t@h/d\n");
	project_refuses(NULL, US_E_CONFIG,
		"DATABASE_URL (.env): this is a URL for mysql: unstick supports "
		"PostgreSQL and SQLite");
	set("DATABASE_URL", "");
	project_refuses(NULL, US_E_CONFIG, "DATABASE_URL: the URL is empty");
}

static void another_provider_is_refused_in_a_sentence(void **state)
{
	set("DATABASE_URL", "postgres://h/d");
	project_write(state, "prisma/schema.prisma",
		"datasource db { provider = \"cockroachdb\" url = env(\"X\") }");
	project_refuses(NULL, US_E_CONFIG,
		"prisma/schema.prisma: provider \"cockroachdb\" is not supported: "
		"unstick supports PostgreSQL and SQLite");
	project_write(state, "prisma/schema.prisma", SCHEMA_SQLITE);
	project_refuses(NULL, US_E_CONFIG,
		"DATABASE_URL is a URL for postgresql, but prisma/schema.prisma "
		"says "
		"provider \"sqlite\" (Prisma: P1012)");
}

static void the_environment_wins_over_the_file(void **state)
{
	us_options opt = { 0 };
	us_config *c;

	project_write(state, "unstick.yaml",
		"migrations: from/yaml\nattempts: 7\ndeadline: 7s\npooler: "
		"session\n");
	project_write(state, ".env", "UNSTICK_DEADLINE=8s\n");
	set("DATABASE_URL", "postgres://h/d");
	set("UNSTICK_ATTEMPTS", "1");
	set("UNSTICK_POOLER",
		""); /* compose files leave a variable out like this */
	set("UNSTICK_FORMAT", "json");
	set("UNSTICK_EVIDENCE", "replay");
	set("UNSTICK_QUIET", "1");
	set("UNSTICK_VERBOSE", "false");
	set("UNSTICK_ON_UNRESOLVED", "start");
	set("UNSTICK_LOCK_TIMEOUT", "0");
	set("UNSTICK_STATEMENT_TIMEOUT", "1h");
	set("UNSTICK_PRISMA_ENGINE", "6.19");
	c = project_load(NULL);
	assert_string_equal(c->migrations, "from/yaml");
	assert_int_equal(c->attempts, 1);
	assert_int_equal(c->deadline_ms, 8000);
	assert_int_equal(c->pooler, US_POOLER_SESSION);
	assert_int_equal(c->format, US_FORMAT_JSON);
	assert_int_equal(c->evidence, US_PROVIDER_REPLAY);
	assert_true(c->quiet);
	assert_false(c->verbose);
	assert_int_equal(c->on_unresolved, US_UNRESOLVED_START);
	assert_int_equal(c->lock_timeout_ms, 0);
	assert_int_equal(c->statement_timeout_ms, 3600000);
	assert_string_equal(c->prisma_engine, "6.19");
	us_config_free(c);

	set("UNSTICK_MIGRATIONS", "from/variable");
	opt.format = "text";
	opt.evidence = "catalog";
	opt.verbose = true;
	c = project_load(&opt);
	assert_string_equal(c->migrations, "from/variable");
	assert_int_equal(c->format, US_FORMAT_TEXT);
	assert_int_equal(c->evidence, US_PROVIDER_CATALOG);
	assert_true(c->verbose);
	us_config_free(c);
}

static void a_bad_variable_is_named(void **state)
{
	static const struct {
		const char *name, *value, *want;
	} rows[] = {
		{ "UNSTICK_FORMAT", "xml",
			"UNSTICK_FORMAT has to be `text` or `json`" },
		{ "UNSTICK_DEADLINE", "5",
			"UNSTICK_DEADLINE is not a duration: a number and ms, s, m "
			"or "
			"h, such as `500ms`, `5s`, `2m`" },
		{ "UNSTICK_ATTEMPTS", "-1",
			"UNSTICK_ATTEMPTS has to be a whole number from 0 to "
			"1000" },
		{ "UNSTICK_QUIET", "yes",
			"UNSTICK_QUIET has to be `true` or `false`" },
		{ "UNSTICK_CONFIG", "none.yaml",
			"UNSTICK_CONFIG: no such file: none.yaml" },
		{ "UNSTICK_SCHEMA", "none",
			"UNSTICK_SCHEMA: no such schema file or folder: none" },
		{ "UNSTICK_DATABASE_URL", "postgres://u:s3cr3t@h:x/d",
			"UNSTICK_DATABASE_URL: user, host and port of the URL "
			"can't be "
			"told apart: if the password contains `#`, `/`, `?`, `@`, "
			"`:` "
			"or `%`, write them as %23, %2F, %3F, %40, %3A, %25" },
		{ "UNSTICK_SHADOW_URL", "mysql://u:s3cr3t@h/d",
			"shadow_url, from UNSTICK_SHADOW_URL: this is a URL for "
			"mysql: "
			"unstick supports PostgreSQL and SQLite" },
	};

	(void)state;
	set("DATABASE_URL", "postgres://h/d");
	for (size_t i = 0; i < US_LEN(rows); i++) {
		set(rows[i].name, rows[i].value);
		project_refuses(NULL, US_E_CONFIG, rows[i].want);
		assert_int_equal(unsetenv(rows[i].name), 0);
	}
}

static void a_bad_flag_is_a_usage_error(void **state)
{
	us_options migrations = { .migrations = "" };
	us_options format = { .format = "xml" }, empty = { .format = "" };
	us_options evidence = { .evidence = "x" },
		   config = { .config = "none.yaml" };

	(void)state;
	set("DATABASE_URL", "postgres://h/d");
	project_refuses(&format, US_E_USAGE,
		"--format: unknown value `xml`; known are text, json");
	project_refuses(&empty, US_E_USAGE,
		"--format: unknown value ``; known are text, json");
	project_refuses(&evidence, US_E_USAGE,
		"--evidence: unknown value `x`; known are catalog, replay");
	project_refuses(&config, US_E_CONFIG, "--config: no such file: none.yaml");
	project_refuses(&migrations, US_E_USAGE, "--migrations is empty");
}

static void a_shadow_database_is_never_the_real_one(void **state)
{
	us_config *c;

	project_write(
		state, "unstick.yaml", "shadow_url: env(SHADOW_DATABASE_URL)\n");
	set("DATABASE_URL", "postgres://u:p@h/d");
	c = project_load(NULL);
	assert_null(c->shadow_url);
	assert_int_equal(c->warnings.len, 1);
	assert_string_equal(c->warnings.items[0],
		"unstick.yaml:1: shadow_url is env(SHADOW_DATABASE_URL), which is "
		"not "
		"set: there is no shadow database");
	us_config_free(c);

	set("SHADOW_DATABASE_URL", "postgres://u:p@h/shadow");
	c = project_load(NULL);
	assert_string_equal(c->shadow_url, "postgres://u:p@h/shadow");
	us_config_free(c);

	set("SHADOW_DATABASE_URL", "postgres://other:x@h:5432/d?schema=s");
	project_refuses(NULL, US_E_CONFIG,
		"shadow_url, from SHADOW_DATABASE_URL: this is the database "
		"itself, and "
		"a shadow database is overwritten");
	set("SHADOW_DATABASE_URL", "file:x.db");
	project_refuses(NULL, US_E_CONFIG,
		"shadow_url, from SHADOW_DATABASE_URL: this is a URL for sqlite, "
		"the "
		"database's is for postgresql");
}

static void prisma_s_switch_for_its_lock_is_honoured_with_a_warning(void **state)
{
	static const struct {
		const char *value;
		bool want;
	} rows[] = { { "", false }, { "0", false }, { "1", true },
		{ "false", true } };
	us_config *c;

	set("DATABASE_URL", "postgres://h/d");
	for (size_t i = 0; i < US_LEN(rows); i++) {
		set("PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK", rows[i].value);
		c = project_load(NULL);
		assert_int_equal(c->lock_disabled, rows[i].want);
		assert_int_equal(c->warnings.len, rows[i].want);
		us_config_free(c);
	}
	assert_int_equal(unsetenv("PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK"), 0);
	project_write(state, ".env", "PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK=1\n");
	c = project_load(NULL);
	assert_true(c->lock_disabled);
	us_config_free(c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, project_open, project_close)

/* Prisma empties it too; but only somebody who asks for a replay has asked for
 * that. */
static void a_replay_has_prismas_own_shadow_database(void **state)
{
	const us_options replay = { .evidence = "replay" };
	static const char schema[] =
		"datasource db {\n  provider = \"postgresql\"\n"
		"  url = \"postgres://u:p@h/app\"\n"
		"  shadowDatabaseUrl = env(\"SHADOW\")\n}\n";
	us_config *c;

	project_write(state, "prisma/schema.prisma", schema);
	c = project_load(&replay); /* as in production */
	assert_null(c->shadow_url);
	assert_int_equal(c->warnings.len, 0);
	us_config_free(c);
	set("SHADOW", "postgres://u:p@h/shadow");
	c = project_load(NULL);
	assert_null(c->shadow_url);
	us_config_free(c);
	c = project_load(&replay);
	assert_string_equal(c->shadow_url, "postgres://u:p@h/shadow");
	us_config_free(c);
	set("SHADOW", "postgres://u:p@h/app");
	project_refuses(&replay, US_E_CONFIG,
		"shadow_url, from SHADOW: this is the database itself, and a "
		"shadow database is overwritten");

	project_write(state, "unstick.yaml", "shadow: create\n");
	c = project_load(&replay);
	assert_null(c->shadow_url);
	us_config_free(c);
	project_write(state, "unstick.yaml", "shadow_url: postgres://h/mine\n");
	c = project_load(&replay);
	assert_string_equal(c->shadow_url, "postgres://h/mine");
	us_config_free(c);
}

static void prisma_config_may_name_its_shadow_database(void **state)
{
	static const struct {
		const char *datasource, *url;
	} rows[] = {
		{ "url: 'postgres://h/a', shadowDatabaseUrl: env('SHADOW')",
			"postgres://u:p@h/shadow" },
		{ "url: 'postgres://h/a', shadowDatabaseUrl: "
		  "process.env.SHADOW!",
			"postgres://u:p@h/shadow" },
		{ "url: 'postgres://h/a', shadowDatabaseUrl: 'postgres://h/b'",
			"postgres://h/b" },
		{ "url: 'postgres://h/a', shadowDatabaseUrl: find()", NULL },
		{ "url: 'postgres://h/a'", NULL },
	};
	const us_options replay = { .evidence = "replay" };

	set("SHADOW", "postgres://u:p@h/shadow");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		us_str text = { 0 };
		us_config *c;

		us_str_addf(&text,
			"export default { migrations: { path: 'm' }, datasource: { "
			"%s } };\n",
			rows[i].datasource);
		project_write(state, "prisma.config.ts", us_str_text(&text));
		us_str_fini(&text);
		c = project_load(&replay);
		if (rows[i].url)
			assert_string_equal(c->shadow_url, rows[i].url);
		else
			assert_null(c->shadow_url);
		us_config_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_needs_configuration),
		TEST(without_a_url_it_says_where_it_looked),
		TEST(each_place_wins_over_the_ones_behind_it),
		TEST(unstick_yaml_may_name_the_variable),
		TEST(a_direct_url_that_is_not_set_is_prisma_s_error),
		TEST(a_url_that_is_wrong_is_named_but_not_shown),
		TEST(another_provider_is_refused_in_a_sentence),
		TEST(the_environment_wins_over_the_file),
		TEST(a_bad_variable_is_named),
		TEST(a_bad_flag_is_a_usage_error),
		TEST(a_shadow_database_is_never_the_real_one),
		TEST(a_replay_has_prismas_own_shadow_database),
		TEST(prisma_config_may_name_its_shadow_database),
		TEST(prisma_s_switch_for_its_lock_is_honoured_with_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
