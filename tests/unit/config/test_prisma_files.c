/* schema.prisma and prisma.config.*: what is literal is found, what is computed is
 * known to be computed, and comments and strings don't mislead. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "prisma.h"
#include "project.h"
#include "unstick/auto.h"

/* "-", "text:x", "env:X" or "computed", with the line. */
static void add_said(us_str *s, const us_said *said)
{
	static const char *const kinds[] = { "-", "text", "env", "computed" };

	us_str_addf(s, " %s", kinds[said->kind]);
	if (said->text)
		us_str_addf(s, ":%s", said->text);
	if (said->line)
		us_str_addf(s, "@%d", said->line);
}

static void expect(us_str *s, const char *want)
{
	assert_string_equal(us_str_text(s), want);
	us_str_fini(s);
}

static void the_datasource_of_a_schema_is_found(void **state)
{
	static const struct {
		const char *text, *want; /* provider url directUrl */
	} rows[] = {
		{ "", "none - -" },
		{ "model A { id Int @id }", "none - -" },
		{ "datasource db { provider = \"sqlite\" url = \"file:./a.db\" }",
			"sqlite text:file:./a.db@1 -" },
		{ "datasource db {\n  provider = \"postgresql\"\n  url = "
		  "env(\"A\")\n  "
		  "directUrl = env( \"B\" )\n}\n",
			"postgresql env:A@3 env:B@4" },
		{ "// datasource db { provider = \"mysql\" }\n/// x\n/* datasource "
		  "y { "
		  "*/\ndatasource db { provider=\"sqlite\" // url = \"x\"\n }",
			"sqlite - -" },
		{ "generator js { provider = \"prisma-client-js\" }\ndatasource db "
		  "{ "
		  "provider = \"postgres\" extensions = [a(schema: \"}\")] url = "
		  "env(\"A\") }",
			"postgres env:A@2 -" },
		{ "model datasource { url String @default(\"x\") }", "none - -" },
		{ "datasource db { url = \"a\\\"b\" }", "none text:a\"b@1 -" },
		{ "datasource db { url = 5 }", "none computed@1 -" },
		{ "datasource db { url = env(X) }", "none computed@1 -" },
		{ "datasource db { url = \"open\n }", "none computed@1 -" },
		{ "datasource db { provider = \"sqlite\"", "sqlite - -" },
		{ "datasource db {", "none - -" },
		{ "\xEF\xBB\xBF"
		  "datasource db { provider = \"sqlite\" }",
			"sqlite - -" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_schema schema;
		us_err err = { 0 };
		us_str s = { 0 };

		project_write(state, "s.prisma", rows[i].text);
		assert_ok(us_schema_read(&schema, "s.prisma", &err), &err);
		us_str_add(&s, schema.provider ? schema.provider : "none");
		add_said(&s, &schema.url);
		add_said(&s, &schema.direct);
		us_schema_fini(&schema);
		expect(&s, rows[i].want);
	}
}

static void a_folder_of_schemas_is_searched_for_the_datasource(void **state)
{
	us_schema schema;
	us_err err = { 0 };

	project_write(state, "db/a.prisma", "model A { id Int @id }");
	project_write(
		state, "db/notes.txt", "datasource db { provider = \"mysql\" }");
	project_write(state, "db/migrations/x.prisma",
		"datasource db { provider = \"mysql\" }");
	project_write(state, "db/base/main.prisma",
		"datasource db { provider = \"sqlite\" }");
	assert_ok(us_schema_read(&schema, "db", &err), &err);
	assert_string_equal(schema.provider, "sqlite");
	assert_string_equal(schema.folder, "db/base");
	assert_string_equal(schema.path, "db");
	us_schema_fini(&schema);
}

static void the_literals_of_a_prisma_config_are_found(void **state)
{
	static const struct {
		const char *text,
			*want; /* schema migrations url directUrl dotenv */
	} rows[] = {
		{ "", " computed@1 computed@1 computed@1 -" },
		{ "export default defineConfig({})", " - - - -" },
		{ "import 'dotenv/config'\nexport default defineConfig({\n  "
		  "schema: "
		  "'a.prisma',\n  migrations: { path: \"m\", seed: `tsx ${x}` },\n "
		  " "
		  "datasource: { url: env('A') },\n})\n",
			" text:a.prisma@3 text:m@4 env:A@5 - dotenv" },
		{ "export default { schema: `a`, datasource: { url: "
		  "env<Env>(\"A\"), "
		  "directUrl: process.env.B!, }, } satisfies PrismaConfig",
			" text:a@1 - env:A@1 env:B@1" },
		{ "module.exports = { \"schema\": \"a\", datasource: { url: "
		  "process.env['A'] as string } }",
			" text:a@1 - env:A@1 -" },
		{ "const config: PrismaConfig = { schema: 'a' };\nexport default "
		  "config",
			" text:a@1 - - -" },
		{ "export default defineConfig({ schema: path.join('a', 'b'), "
		  "migrations: { path: dir }, datasource: { url: env('A') ?? 'x' } "
		  "})",
			" computed@1 computed@1 computed@1 -" },
		{ "export default defineConfig({ schema: 'a' + b, datasource: { "
		  "url: "
		  "`x${y}` } })",
			" computed@1 - computed@1 -" },
		{ "export default defineConfig({ schema, migrations, datasource })",
			" computed@1 computed@1 computed@1 computed@1" },
		{ "export default defineConfig({ ...base, schema: 'a' })",
			" text:a@1 computed@1 computed@1 computed@1" },
		{ "export default defineConfig({ schema: 'a', ...base })",
			" computed@1 computed@1 computed@1 computed@1" },
		{ "export default defineConfig({ migrations: cond ? { path: 'a' } "
		  ": {} })",
			" - computed@1 - -" },
		{ "export default defineConfig({ // schema: 'x',\n/* schema: 'y' "
		  "*/ "
		  "text: \"schema: 'z'\", nested: { schema: 'q', datasource: { "
		  "url: 'r' "
		  "} }, schema: 'a' })",
			" text:a@2 - - -" },
		{ "export default defineConfig({ re: /['\"{]/g, schema: 'it\\'s' "
		  "})",
			" text:it's@1 - - -" },
		{ "const n = 4 / 2; const r = a / b / c;\nexport default "
		  "defineConfig({ "
		  "schema: 'a' })",
			" text:a@2 - - -" },
		{ "export default defineConfig(make())", " computed@1 computed@1 "
							 "computed@1 -" },
		{ "export default defineConfig({ async adapter() { return { "
		  "schema: "
		  "'x' } }, schema: 'a' })",
			" text:a@1 - - -" },
		{ "export default defineConfig({ schema: '\\u0061' })",
			" computed@1 - - -" },
		{ "export default defineConfig({ schema: 'a', schema: 'b' })",
			" text:b@1 - - -" },
		{ "import dotenv from 'dotenv'\ndotenv.config()\nexport default {}",
			" - - - - dotenv" },
		{ "import dotenv from 'dotenv'\ndotenv.config({ path: 'x' "
		  "})\nexport "
		  "default {}",
			" - - - -" },
		{ "export default {", " - - - -" },
		{ "export default { schema: 'a", " computed@1 - - -" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_prisma_config c;
		us_err err = { 0 };
		us_str s = { 0 };

		project_write(state, "prisma.config.ts", rows[i].text);
		assert_ok(
			us_prisma_config_read(&c, "prisma.config.ts", &err), &err);
		add_said(&s, &c.schema);
		add_said(&s, &c.migrations);
		add_said(&s, &c.url);
		add_said(&s, &c.direct);
		us_str_add(&s, c.dotenv ? " dotenv" : "");
		us_prisma_config_fini(&c);
		expect(&s, rows[i].want);
	}
}

/* ASan watches the reader; every cut of a file is a file. */
static void every_prefix_of_a_file_can_be_read(void **state)
{
	static const char text[] =
		"import 'dotenv/config'\nexport default defineConfig({ ...a, "
		"schema: "
		"`a${b}`, re: /[/]x/, migrations: { path: env<T>('x') as string }, "
		"datasource: { url: process.env['A']!, directUrl: process.env.B } "
		"})";

	for (size_t n = 0; n < sizeof(text); n++) {
		char *cut = strndup(text, n);
		us_prisma_config c;
		us_schema schema;
		us_err err = { 0 };

		assert_non_null(cut);
		project_write(state, "x", cut);
		assert_ok(us_prisma_config_read(&c, "x", &err), &err);
		assert_ok(us_schema_read(&schema, "x", &err), &err);
		us_prisma_config_fini(&c);
		us_schema_fini(&schema);
		free(cut);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, project_open, project_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_datasource_of_a_schema_is_found),
		TEST(a_folder_of_schemas_is_searched_for_the_datasource),
		TEST(the_literals_of_a_prisma_config_are_found),
		TEST(every_prefix_of_a_file_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
