/* unstick.yaml: every key does what it says, every mistake is named with its line.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "project.h"
#include "unstick/auto.h"

static int open_with_url(void **state)
{
	project_open(state);
	project_write(state, "policies/a.lua", "return {}");
	project_write(state, "policies/b.lua", "return {}");
	return setenv("DATABASE_URL", "postgres://u:s3cr3t@h/d", 1);
}

static void expect_words(const us_strs *words, const char *want)
{
	us_str s = { 0 };

	for (size_t i = 0; i < words->len; i++)
		us_str_addf(&s, "%s[%s]", i ? " " : "", words->items[i]);
	assert_string_equal(us_str_text(&s), want);
	us_str_fini(&s);
}

static void every_key_is_understood(void **state)
{
	us_config *c;

	project_write(state, "unstick.yaml",
		"database_url: env(DATABASE_URL)       # comment\n"
		"migrations: db/migrations\n"
		"prisma: { engine: \"6.19\" }\n"
		"policies:\n"
		"  - policies/a.lua\n"
		"  - { file: ./policies/b.lua, with: { max_attempts: 2 } }\n"
		"builtin: false\n"
		"allow_override: true\n"
		"attempts: 5\n"
		"pooler: session\n"
		"deadline: 90s\n"
		"lock_timeout: 500ms\n"
		"statement_timeout: 0\n"
		"shadow_url: postgres://h/shadow\n"
		"shadow: create\n"
		"before_change: [pg_dump, -Fc, -f, 'back up.dump']\n"
		"before_change_timeout: 90s\n"
		"on_unresolved: start\n"
		"policy: { memory: 64MiB, instructions: 1000000, time: 1s }\n"
		"start:\n"
		"  generate: npx  prisma generate\n"
		"  deploy: node_modules/.bin/prisma migrate deploy\n"
		"  deploy_when: always\n"
		"  timeout: 1h\n"
		"  grace: 0\n");
	c = project_load(NULL);
	assert_string_equal(c->migrations, "db/migrations");
	assert_string_equal(c->prisma_engine, "6.19");
	assert_int_equal(c->policies_len, 2);
	assert_string_equal(c->policies[0].path, "policies/a.lua");
	assert_null(c->policies[0].with);
	assert_int_equal(c->policies[0].line, 5);
	assert_string_equal(c->policies[1].path, "policies/b.lua");
	assert_int_equal(json_integer_value(json_object_get(
				 c->policies[1].with, "max_attempts")),
		2);
	assert_int_equal(c->policies[1].line, 6);
	assert_false(c->builtin);
	assert_true(c->allow_override);
	assert_int_equal(c->attempts, 5);
	assert_int_equal(c->pooler, US_POOLER_SESSION);
	assert_int_equal(c->deadline_ms, 90000);
	assert_int_equal(c->lock_timeout_ms, 500);
	assert_int_equal(c->statement_timeout_ms, 0);
	assert_string_equal(c->shadow_url, "postgres://h/shadow");
	assert_int_equal(c->shadow, US_SHADOW_CREATE);
	expect_words(&c->before_change, "[pg_dump] [-Fc] [-f] [back up.dump]");
	assert_int_equal(c->before_change_timeout_ms, 90000);
	assert_int_equal(c->on_unresolved, US_UNRESOLVED_START);
	assert_int_equal(c->limits.memory_bytes, 64 << 20);
	assert_int_equal(c->limits.instructions, 1000000);
	assert_int_equal(c->limits.wall_ms, 1000);
	expect_words(&c->start.generate, "[npx] [prisma] [generate]");
	expect_words(
		&c->start.deploy, "[node_modules/.bin/prisma] [migrate] [deploy]");
	assert_true(c->start.deploy_always);
	assert_int_equal(c->start.timeout_ms, 3600000);
	assert_int_equal(c->start.grace_ms, 0);
	us_config_free(c);
}

static void a_file_may_say_nothing(void **state)
{
	static const char *const texts[] = { "", "# nothing\n", "---\n", "{}\n",
		"policies: []\n", "start: {}\n", "before_change: []\n",
		"before_change: off\n", "start: { generate: off }\n",
		"attempts: &n 3\npolicy: { instructions: 50000000 }\n" };

	for (size_t i = 0; i < US_LEN(texts); i++) {
		us_config *c;

		project_write(state, "unstick.yaml", texts[i]);
		c = project_load(NULL);
		assert_int_equal(c->attempts, 3);
		assert_int_equal(c->policies_len, 0);
		assert_int_equal(c->before_change.len, 0);
		assert_int_equal(c->start.generate.len, 0);
		us_config_free(c);
	}
}

static void paths_start_at_the_file(void **state)
{
	us_options opt = { .config = "conf/unstick.yaml" };
	us_config *c;

	project_write(state, "conf/p/a.lua", "return {}");
	project_write(state, "conf/unstick.yaml",
		"migrations: ./m\npolicies: [p/a.lua, ../policies/b.lua]\n");
	c = project_load(&opt);
	assert_string_equal(c->migrations, "conf/m");
	assert_string_equal(c->policies[0].path, "conf/p/a.lua");
	assert_string_equal(c->policies[1].path, "conf/../policies/b.lua");
	us_config_free(c);
}

static void the_settings_of_a_policy_are_typed(void **state)
{
	us_config *c;
	char *json;

	project_write(state, "unstick.yaml",
		"policies:\n"
		"  - file: policies/a.lua\n"
		"    with:\n"
		"      none: ~\n"
		"      nothing:\n"
		"      yes: true\n"
		"      no: FALSE\n"
		"      word: off\n"
		"      n: -12\n"
		"      octal: 0o17\n"
		"      hex: 0xFf\n"
		"      version: 6.10.1\n"
		"      real: 1.5e3\n"
		"      half: .5\n"
		"      quoted: '12'\n"
		"      text: |\n"
		"        two\n"
		"        lines\n"
		"      list: [a, 1, [true], { k: v }]\n"
		"      same: &x { k: v }\n"
		"      again: *x\n");
	c = project_load(NULL);
	json = json_dumps(c->policies[0].with, JSON_COMPACT | JSON_SORT_KEYS);
	assert_non_null(json);
	assert_string_equal(json, "{\"again\":{\"k\":\"v\"},\"half\":0.5,\"hex\":"
				  "255,\"list\":[\"a\",1,"
				  "[true],{\"k\":\"v\"}],\"n\":-12,\"no\":false,"
				  "\"none\":null,\"nothing\":"
				  "null,\"octal\":15,\"quoted\":\"12\",\"real\":"
				  "1500.0,\"same\":{\"k\":"
				  "\"v\"},\"text\":\"two\\nlines\\n\",\"version\":"
				  "\"6.10.1\",\"word\":"
				  "\"off\",\"yes\":true}");
	free(json);
	us_config_free(c);
}

#define DURATION                                                                   \
	" is not a duration: a number and ms, s, m or h, such as `500ms`, `5s`, "  \
	"`2m`"
#define SIZE                                                                       \
	" is not a size: a number of bytes, or with KiB, MiB or GiB, such as "     \
	"`32MiB`"
#define NO_SHELL                                                                   \
	" is run without a shell, where quotes, pipes and variables mean "         \
	"nothing: "                                                                \
	"write it as a list, or name a script"

static void every_mistake_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *want; /* want: without "unstick.yaml:" */
	} rows[] = {
		{ "\npolcies: []\n",
			"2: unknown key `polcies`; did you mean `policies`?" },
		{ "start: { deplyo: x }\n", "1: unknown key `start.deplyo`; did "
					    "you mean `start.deploy`?" },
		{ "policy:\n  cpu: 1\n", "2: unknown key `policy.cpu`; known are "
					 "memory, instructions, "
					 "time" },
		{ "start.deploy: x\n",
			"1: unknown key `start.deploy`; known are database_url, "
			"migrations, schema, prisma, policies, builtin, "
			"allow_override, "
			"attempts, pooler, deadline, lock_timeout, "
			"statement_timeout, "
			"shadow_url, shadow, before_change, before_change_timeout, "
			"on_unresolved, policy, "
			"start" },
		{ "attempts: 1\nattempts: 2\n",
			"2: `attempts` is said twice, first on line 1" },
		{ "start: { grace: 1s, grace: 2s }\n",
			"1: `grace` is said twice, first on line 1" },
		{ "- a\n", "1: this is not a mapping of keys" },
		{ "text\n", "1: this is not a mapping of keys" },
		{ "start: x\n", "1: `start` has to be a mapping" },
		{ "? [a]\n: b\n", "1: a key has to be a word" },
		{ "a: b\n---\nc: d\n", "3: a second document begins here; one is "
				       "allowed" },
		{ "attempts: [\n", "2: not valid YAML: did not find expected node "
				   "content" },
		{ "attempts: *a\n", "1: not valid YAML: found undefined alias" },
		{ "deadline: 5\n", "1: `deadline`" DURATION },
		{ "deadline: 1.5s\n", "1: `deadline`" DURATION },
		{ "deadline: -1s\n", "1: `deadline`" DURATION },
		{ "deadline: 5 s\n", "1: `deadline`" DURATION },
		{ "deadline: 99999999999999999999s\n", "1: `deadline`" DURATION },
		{ "deadline: 9223372036854775807h\n", "1: `deadline`" DURATION },
		{ "deadline: 501h\n", "1: `deadline` has to be from 0ms to 500h" },
		{ "deadline:\n", "1: `deadline` has no value" },
		{ "deadline: null\n", "1: `deadline` has no value" },
		{ "deadline: ''\n", "1: `deadline` has no value" },
		{ "deadline: [5s]\n",
			"1: `deadline` has to be one value, not a list of them" },
		{ "policy: { time: 1ms }\n",
			"1: `policy.time` has to be from 10ms to 1h" },
		{ "policy: { memory: 32MB }\n", "1: `policy.memory`" SIZE },
		{ "policy: { memory: 1KiB }\n",
			"1: `policy.memory` has to be from 1024KiB to 4GiB" },
		{ "policy: { instructions: 1 }\n",
			"1: `policy.instructions` has to be a whole number from "
			"10000 "
			"to 1000000000000" },
		{ "attempts: many\n",
			"1: `attempts` has to be a whole number from 0 to 1000" },
		{ "attempts: '3'\n",
			"1: `attempts` has to be a whole number from 0 to 1000" },
		{ "attempts: 1001\n",
			"1: `attempts` has to be a whole number from 0 to 1000" },
		{ "builtin: yes\n", "1: `builtin` has to be `true` or `false`" },
		{ "builtin: 'true'\n", "1: `builtin` has to be `true` or `false`" },
		{ "builtin: 1\n", "1: `builtin` has to be `true` or `false`" },
		{ "pooler: sesion\n",
			"1: `pooler` has to be `refuse` or `session`" },
		{ "prisma: { engine: 6 }\n", "1: `prisma.engine` has to be a "
					     "version such as \"6.19\" or "
					     "\"7.3.0\"" },
		{ "prisma: { engine: 6.19. }\n", "1: `prisma.engine` has to be a "
						 "version such as \"6.19\" or "
						 "\"7.3.0\"" },
		{ "database_url: env(A B)\n",
			"1: `database_url` has to be a URL or env(NAME), with a "
			"variable's name" },
		{ "database_url: [a]\n", "1: `database_url` has to be one value, "
					 "not a list of them" },
		{ "policies: policies/a.lua\n",
			"1: `policies` has to be a list of files" },
		{ "policies:\n  - policies/a.lua\n  - policies/c.lua\n",
			"3: `policies[1]` names a file that doesn't exist: "
			"policies/c.lua; did you mean policies/a.lua?" },
		{ "policies: [no/such.lua]\n",
			"1: `policies[0]` names a file that doesn't exist: "
			"no/such.lua" },
		{ "policies: [policies]\n",
			"1: `policies[0]` names a folder, not a "
			"policy file: policies" },
		{ "policies: [[a]]\n",
			"1: `policies[0]` has to be a file, or { file: "
			"..., with: { ... } }" },
		{ "policies: [{ with: {} }]\n",
			"1: `policies[0]` is without `file`" },
		{ "policies:\n  - file: policies/a.lua\n    wiht: {}\n",
			"3: unknown key `policies[0].wiht`; did you mean "
			"`policies[0].with`?" },
		{ "policies:\n  - { file: policies/a.lua, with: 3 }\n",
			"2: `policies[0].with` has to be a mapping" },
		{ "policies:\n  - { file: policies/a.lua, with: { a: 1, a: 2 } }\n",
			"2: `policies[0].with` says the key `a` twice" },
		{ "policies:\n  - { file: policies/a.lua, with: { [a]: 1 } }\n",
			"2: `policies[0].with` has a key that is not a word" },
		{ "policies:\n  - { file: policies/a.lua, with: { a: \"x\\0y\" } "
		  "}\n",
			"2: `policies[0].with` contains a NUL" },
		{ "policies:\n  - file: policies/a.lua\n    with: { a: "
		  "99999999999999999999 }\n",
			"3: `policies[0].with` contains a number that is too "
			"large" },
		{ "policies:\n  - { file: policies/a.lua, with: &a { b: *a } }\n",
			"2: `policies[0].with` is nested too deeply, or too "
			"large" },
		{ "before_change: pg_dump > dump\n",
			"1: `before_change`" NO_SHELL },
		{ "before_change: pg_dump \"$URL\"\n",
			"1: `before_change`" NO_SHELL },
		{ "before_change: { a: b }\n", "1: `before_change` has to be one "
					       "value, not a list of them" },
		{ "before_change: [[a]]\n",
			"1: `before_change` has to be a list of plain words" },
		{ "before_change: ['']\n",
			"1: `before_change` begins with an empty word" },
		{ "start: { deploy: off }\n",
			"1: `start.deploy` has to be a command" },
		{ "start: { deploy: [] }\n",
			"1: `start.deploy` has to be a command" },
	};

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_str want = { 0 };

		us_str_addf(&want, "unstick.yaml:%s", rows[i].want);
		project_write(state, "unstick.yaml", rows[i].text);
		project_refuses(NULL, US_E_CONFIG, us_str_text(&want));
		us_str_fini(&want);
	}
}

/* Aliases can make a small text huge: each line here is nine times the one before.
 */
static void a_file_that_multiplies_is_refused(void **state)
{
	us_str text = { 0 };

	us_str_add(&text,
		"policies:\n- file: policies/a.lua\n  with:\n    a: &a0 x\n");
	for (int i = 0; i < 9; i++)
		us_str_addf(&text,
			"    a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, "
			"*a%d, "
			"*a%d]\n",
			i + 1, i + 1, i, i, i, i, i, i, i, i, i);
	project_write(state, "unstick.yaml", us_str_text(&text));
	project_refuses(NULL, US_E_CONFIG,
		"unstick.yaml:4: `policies[0].with` is nested too deeply, or too "
		"large");
	us_str_fini(&text);
}

static void every_prefix_of_a_file_is_read_or_refused(void **state)
{
	static const char text[] =
		"policies:\n- {file: policies/a.lua, with: {a: [1, 'x']}}\n"
		"start: {deploy: [a, b], timeout: 5m}\nattempts: 3\n";

	for (size_t n = 0; n < sizeof(text); n++) {
		char *cut = strndup(text, n);
		const us_options opt = { 0 };
		us_config *c = NULL;
		us_err err = { 0 };
		us_code rc;

		assert_non_null(cut);
		project_write(state, "unstick.yaml", cut);
		rc = us_config_load(&c, &opt, &err);
		assert_true(rc == US_OK || rc == US_E_CONFIG);
		us_config_free(c);
		free(cut);
	}
}

/* `policy check` asks for all of them, and for no database. */
static void all_mistakes_can_be_had_at_once(void **state)
{
	us_strs mistakes = { 0 };
	const us_options opt = { .offline = true, .mistakes = &mistakes };
	static const char *const wanted[] = {
		"unstick.yaml:1: unknown key `atempts`; did you mean `attempts`?",
		"unstick.yaml:3: `policies[0]` names a file that doesn't exist: "
		"policies/gone.lua",
		"unstick.yaml:5: unknown key `policies[2].wth`; did you mean "
		"`policies[2].with`?",
		"unstick.yaml:7: `start.timeout`" DURATION,
	};
	us_config *c;

	assert_int_equal(unsetenv("DATABASE_URL"), 0);
	project_write(state, "unstick.yaml",
		"atempts: 3\n"
		"policies:\n"
		"  - policies/gone.lua\n"
		"  - policies/a.lua\n"
		"  - { file: policies/a.lua, wth: {} }\n"
		"  - { file: policies/a.lua, with: { x: 1 } }\n"
		"start: { timeout: never }\n"
		"attempts: 7\n");
	c = project_load(&opt);
	assert_int_equal(mistakes.len, US_LEN(wanted));
	for (size_t i = 0; i < US_LEN(wanted); i++)
		assert_string_equal(mistakes.items[i], wanted[i]);
	assert_int_equal(c->policies_len, 2);
	assert_int_equal(c->policies[0].line, 4);
	assert_int_equal(
		json_integer_value(json_object_get(c->policies[1].with_lines, "x")),
		6);
	assert_int_equal(c->attempts, 7);
	assert_null(c->url.provider);
	us_config_free(c);
	us_strs_fini(&mistakes);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_with_url, project_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_key_is_understood),
		TEST(a_file_may_say_nothing),
		TEST(paths_start_at_the_file),
		TEST(the_settings_of_a_policy_are_typed),
		TEST(every_mistake_is_named_with_its_line),
		TEST(a_file_that_multiplies_is_refused),
		TEST(every_prefix_of_a_file_is_read_or_refused),
		TEST(all_mistakes_can_be_had_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
