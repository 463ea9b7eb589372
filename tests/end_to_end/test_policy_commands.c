/* `unstick policy ...` and `--trace`, as somebody uses them who writes a policy. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"
#include "unstick/file.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"

static project *stage(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME,
		"CREATE TABLE orders (id INTEGER);\n"
		"CREATE UNIQUE INDEX one ON users (id);\n");
	project_stage(p,
		"{ledger}{deployed " INIT "}{failed " NAME " 23505 duplicate key}");
	return p;
}

/* ---- check ---- */

static void check_tells_all_mistakes_without_a_database(void **state)
{
	project *p = project_open(state);

	project_environment(p, "DATABASE_URL=");
	expect(unstick(p, 0, "policy", "check", NULL),
		"{'policies': [], 'mistakes': [], 'database': null}");
	project_write(p, "policies/a.lua",
		"return {\n  failur = function() end,\n"
		"  any = function(case) return case.evidense end,\n}\n");
	project_write(p, "policies/b.lua",
		"return { settings = { n = { type = 'integer' } },\n"
		"  any = function() end }\n");
	project_write(p, "unstick.yaml",
		"atempts: 3\n"
		"policies:\n"
		"  - policies/a.lua\n"
		"  - file: policies/b.lua\n"
		"    with:\n"
		"      m: 1\n"
		"  - policies/gone.lua\n"
		"deadline: never\n");
	expect(unstick(p, 78, "policy", "check", NULL),
		"{'error': null, 'policies': [{'file': 'policies/a.lua'},"
		" {'file': 'policies/b.lua', 'handlers': ['any'],"
		" 'settings': {'n': {'type': 'integer'}}}], 'mistakes': ["
		"{'level': 'error', 'file': 'policies/a.lua', 'line': 2,"
		" 'message': '~`failure`?'},"
		"{'file': 'policies/a.lua', 'line': 3, 'message': '~evidense'},"
		"{'file': 'unstick.yaml', 'line': 1, 'message': '~`attempts`?'},"
		"{'file': 'unstick.yaml', 'line': 6, 'message': '~no setting `m`; "
		"did you mean `n`?'},"
		"{'file': 'unstick.yaml', 'line': 7, 'message': "
		"'~policies/gone.lua'},"
		"{'file': 'unstick.yaml', 'line': 8, 'message': '~not a duration'}"
		"]}");
	unstick_text(p, 78, "policy", "check", NULL);
	assert_non_null(strstr(p->out, "policies/a.lua:2: error: there is no "
				       "handler `failur`"));
	assert_non_null(
		strstr(p->out, "2 policies tried on sample cases, 6 errors"));
}

/* A search that takes for ever, in a function of C that no hook interrupts. */
/* What is wrong with an entry is told once: not that its file isn't listed, too. */
static void a_mistake_in_the_list_is_all_there_is(void **state)
{
	project *p = project_open(state);

	project_write(p, "policies/b.lua", "return { failure = function() end }\n");
	project_write(p, "unstick.yaml",
		"policies:\n  - { file: policies/b.lua, wiht: {} }\n");
	expect(unstick(p, 78, "policy", "check", NULL),
		"{'mistakes': [{'level': 'error', 'file': 'unstick.yaml', 'line': "
		"2, 'message': 'unknown key `policies[0].wiht`; did you mean "
		"`policies[0].with`?'}]}");
}

static void check_does_not_wait_for_ever(void **state)
{
	project *p = project_open(state);

	project_write(p, "policies/slow.lua",
		"return { any = function()\n"
		"  return ('a'):rep(400):find(('.-'):rep(30) .. 'b') and nil end "
		"}\n");
	project_write(p, "unstick.yaml",
		"policies: [policies/slow.lua]\npolicy: { time: 200ms }\n");
	unstick(p, ANY, "policy", "check", NULL);
	assert_non_null(strstr(p->out, "policies/slow.lua"));
}

static void a_wrong_setting_ends_a_run_before_it_begins(void **state)
{
	project *p = stage(state);

	project_write(p, "policies/b.lua",
		"return { settings = { n = { type = 'integer' } },\n"
		"  any = function(case, db, with) return with.n and "
		"verdict.skip('n ' .. with.n) end }\n");
	project_write(p, "unstick.yaml",
		"policies:\n  - { file: policies/b.lua, with: { n: many } }\n");
	expect(unstick(p, 78, "audit", NULL),
		"{'error': {'message': '~unstick.yaml:2: setting `n` of "
		"policies/b.lua has to be of type integer, not a string'}}");
	project_write(p, "unstick.yaml",
		"policies:\n  - { file: policies/b.lua, with: { n: 5 } }\n");
	expect(unstick(p, 3, "audit", NULL),
		"{'cases': [{'verdict': {'action': 'skip', 'reason': 'n 5'}}]}");
}

/* ---- new, api ---- */

static void new_never_writes_over_and_says_what_is_left_to_do(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *before = NULL, *after = NULL;

	project_environment(p, "DATABASE_URL=");
	expect(unstick(p, 0, "policy", "new", "careful", "--handler", "timeout",
		       NULL),
		"{'created': ['policies/careful.lua', 'spec/careful_spec.lua'],"
		" 'add': {'to': 'unstick.yaml', 'policy': "
		"'policies/careful.lua'}}");
	before = project_read(p, "policies/careful.lua");
	assert_non_null(strstr(before, "function policy.timeout(case)"));
	assert_null(strstr(before, "policy.failure"));
	assert_null(strchr(before, '@') ? strstr(before, "@NAME@") : NULL);
	expect(unstick(p, 1, "policy", "new", "careful", NULL),
		"{'created': [], 'error': {'message': '~exists already'}}");
	after = project_read(p, "policies/careful.lua");
	assert_string_equal(before, after);
	project_write(p, "spec/other_spec.lua", "mine");
	unstick(p, 1, "policy", "new", "other", NULL);
	expect(unstick(p, 0, "policy", "check", NULL),
		"{'mistakes': [{'level': 'warning', 'file': "
		"'policies/careful.lua', 'message': '~not listed'}]}");
	project_write(p, "unstick.yaml", "policies: [policies/careful.lua]\n");
	expect(unstick(p, 0, "policy", "check", NULL), "{'mistakes': []}");
}

static void new_takes_a_name_and_kinds_that_there_are(void **state)
{
	static const struct {
		const char *name, *kind, *says;
	} rows[] = {
		{ "../evil", "any", "letters, digits" },
		{ "a/b", "any", "letters, digits" },
		{ "", "any", "letters, digits" },
		{ ".x", "any", "letters, digits" },
		{ "fine", "failur", "did you mean `failure`?" },
		{ "fine", "everything", "no kind of case `everything`" },
	};
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(rows); i++) {
		unstick(p, 64, "policy", "new", rows[i].name, "--handler",
			rows[i].kind, NULL);
		assert_non_null(strstr(p->out, rows[i].says));
	}
}

static void api_prints_the_definitions_and_nothing_else(void **state)
{
	project *p = project_open(state);
	char *text;
	json_t *api;

	project_environment(p, "DATABASE_URL=");
	text = strdup(unstick_text(p, 0, "policy", "api", NULL));
	assert_ptr_equal(strstr(text, "---@meta unstick\n"), text);
	api = part(unstick(p, 0, "policy", "api", NULL), "api");
	assert_string_equal(json_string_value(api), text);
	free(text);
}

/* ---- trace ---- */

static void a_trace_is_there_only_when_asked_for(void **state)
{
	project *p = stage(state);

	project_write(p, "first.lua",
		"return { failure = function(case) return case.cause == 'lock' and "
		"verdict.stop('x') or nil end }");
	project_write(p, "unstick.yaml", "policies: [first.lua]\n");
	assert_null(json_object_get(
		part(unstick(p, 3, "audit", NULL), "cases.0"), "trace"));
	for (size_t i = 0; i < 2; i++)
		expect(unstick(p, i ? 0 : 3, i ? "explain" : "audit", "--trace",
			       i ? NAME : NULL, NULL),
			"{'cases': [{'trace': [{'policy': 'first.lua', 'handler': "
			"'failure', 'answer': null, 'reads': ['cause']},"
			" {'policy': 'builtin:in_progress', 'handler': null},"
			" {'policy': 'builtin:name_mismatch'},"
			" {'policy': 'builtin:partial_apply'},"
			" {'policy': 'builtin:timeout'},"
			" {'policy': 'builtin:failure', 'answer': 'stop'}]}]}");
	unstick_text(p, 3, "resolve", "--trace", NULL);
	assert_non_null(strstr(p->out, "asked       first.lua: `failure` has no "
				       "opinion\n"));
	assert_non_null(strstr(p->out, "it read cause\n"));
	assert_non_null(strstr(p->out, "guard       permits it"));
}

/* ---- docs/policies.md ---- */

/* The example of this name. free(). */
static char *example(const char *path)
{
	US_AUTO(auto_str) char *marker = NULL;
	char *text = NULL, *found;
	size_t len;
	us_err err = { 0 };

	assert_true(asprintf(&marker, "<!-- example %s -->\n```lua\n", path) > 0);
	assert_ok(us_file_read(
			  &text, &len, US_ROOT "/docs/policies.md", 1 << 20, &err),
		&err);
	found = strstr(text, marker);
	assert_non_null(found);
	found = strdup(found + strlen(marker));
	assert_non_null(found);
	assert_non_null(strstr(found, "\n```\n"));
	strstr(found, "\n```\n")[1] = '\0';
	free(text);
	return found;
}

static void the_documented_query_finds_its_payments(void **state)
{
	project *p = project_open(state);
	char *lua = example("policies/late_payments.lua");

	project_migration(p, INIT,
		"CREATE TABLE \"Payment\" (id INTEGER, \"createdAt\" "
		"TIMESTAMP);\n");
	project_migration(p, NAME,
		"CREATE TABLE orders (id INTEGER);\nCREATE TABLE bills (id "
		"INTEGER);\n");
	project_stage(p, "{ledger}{deployed " INIT "}{first 1 " NAME
			 "}{failed " NAME " 42P07 it failed}");
	project_write(p, "policies/late_payments.lua", lua);
	free(lua);
	project_write(
		p, "unstick.yaml", "policies: [policies/late_payments.lua]\n");
	expect(unstick(p, 3, "audit", NULL),
		"{'cases': [{'kind': 'partial_apply', 'verdict': {'policy': "
		"'builtin:partial_apply'}}]}");
	db_exec(p, "INSERT INTO \"Payment\" VALUES (1, '2099-01-01 00:00:00'), (2, "
		   "'2099-01-01 00:00:00'), (3, '1999-01-01 00:00:00')");
	expect(unstick(p, 3, "audit", "--trace", NULL),
		"{'cases': [{'verdict': {'policy': 'policies/late_payments.lua',"
		" 'reason': '2 payments came in since it began; call the payments "
		"team'}, 'trace': [{'reads': ['records[].started_at', "
		"'db:query']}]}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON("sqlite", check_tells_all_mistakes_without_a_database),
		ON("sqlite", a_mistake_in_the_list_is_all_there_is),
		ON("sqlite", check_does_not_wait_for_ever),
		ON("sqlite", a_wrong_setting_ends_a_run_before_it_begins),
		ON("sqlite", new_never_writes_over_and_says_what_is_left_to_do),
		ON("sqlite", new_takes_a_name_and_kinds_that_there_are),
		ON("sqlite", api_prints_the_definitions_and_nothing_else),
		ON_BOTH(a_trace_is_there_only_when_asked_for),
		ON_BOTH(the_documented_query_finds_its_payments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
