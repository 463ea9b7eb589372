/* What a project's own policies can do through unstick.yaml, and what they can't.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define FAILED "20240102000000_orders"
#define COMPLETE "20240103000000_coupons"

/* Two cases: nothing of the first is there, and nothing has changed since it
 * failed, so the built-in policies stop; the second is proved to be complete. */
static project *stage(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, FAILED,
		"CREATE TABLE orders (id INTEGER);\nINSERT INTO orders VALUES "
		"(1);\n");
	project_migration(p, COMPLETE, "CREATE TABLE coupons (id INTEGER);\n");
	project_stage(p,
		"{ledger}{deployed " INIT "}{script " COMPLETE "}"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, logs) VALUES ('1', '" FAILED "', {checksum " FAILED
		"}, {at}, 'it failed');"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('2', '" COMPLETE
		"', {checksum " COMPLETE "}, {at}, 1);");
	return p;
}

/* One policy file with this body for every kind; `settings` is more of
 * unstick.yaml. */
static void use_policy(project *p, const char *body, const char *settings)
{
	US_AUTO(auto_str) char *lua = NULL, *yaml = NULL;

	assert_true(asprintf(&lua,
			    "return { any = function(case, db, with)\n%s\nend }\n",
			    body) > 0);
	assert_true(asprintf(&yaml, "policies:\n  - mine.lua\n%s", settings) > 0);
	project_write(p, "mine.lua", lua);
	project_write(p, "unstick.yaml", yaml);
}

#define FOR_FAILED(verdict)                                                        \
	"if case.name == '" FAILED "' then return " verdict " end"

/* ---- verdicts that write nothing ---- */

static void without_policies_of_its_own_it_stops_at_the_first(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);

	expect(unstick(p, 3, "resolve", NULL),
		"{'cases': [{'name': '" FAILED "', 'outcome': 'stopped'},"
		" {'name': '" COMPLETE "', 'outcome': 'not_reached'}]}");
	ledger_unchanged(p, before);
}

static void after_a_skip_the_later_cases_go_on(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *shape = NULL;
	static const char wanted[] =
		"{'cases': [{'name': '" FAILED "', 'outcome': 'skipped',"
		" 'verdict': {'action': 'skip', 'reason': 'not today',"
		" 'policy': '~mine.lua', 'line': 2}},"
		" {'name': '" COMPLETE "', 'outcome': '%s'}]}";
	US_AUTO(auto_str) char *planned = NULL, *done = NULL;

	use_policy(p, FOR_FAILED("verdict.skip('not today')"), "");
	assert_true(asprintf(&planned, wanted, "planned") > 0);
	assert_true(asprintf(&done, wanted, "done") > 0);
	expect(unstick(p, 3, "audit", NULL), planned);
	expect(unstick(p, 3, "resolve", NULL), done);
	shape = ledger_shape(p);
	assert_string_equal(shape, "AFRA");
}

static void a_stop_ends_the_run_and_the_rest_is_not_reached(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);

	use_policy(p, FOR_FAILED("verdict.stop('call Ada')"), "");
	for (int i = 0; i < 2; i++)
		expect(unstick(p, 3, i ? "resolve" : "audit", NULL),
			"{'cases': [{'outcome': 'stopped', 'verdict': {'reason': "
			"'call Ada'}}, {'outcome': 'not_reached', 'verdict': "
			"null}]}");
	ledger_unchanged(p, before);
}

static void a_wait_is_bounded_by_the_deadline(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);

	use_policy(p, FOR_FAILED("verdict.wait(0.05, 'the tide is high')"),
		"deadline: 300ms\n");
	unstick(p, 2, "audit", NULL); /* in a dry run a wait is a decision */
	expect(unstick(p, 75, "resolve", NULL),
		"{'cases': [{'outcome': 'waiting', 'verdict': {'action': 'wait'}},"
		" {'outcome': 'not_reached'}]}");
	assert_non_null(strstr(p->err, "the tide is high"));
	ledger_unchanged(p, before);
}

/* Everything is read anew after a wait, by the policy too. */
static void a_wait_ends_when_the_policy_sees_what_it_waited_for(void **state)
{
	project *p = stage(state);
	running r;

	use_policy(p,
		"if case.name ~= '" FAILED "' then return end\n"
		"local n = db:query('SELECT count(*) AS n FROM tide')[1].n\n"
		"if tonumber(n) == 0 then return verdict.wait(0.05, 'tide') end\n"
		"return verdict.skip('the tide has turned')",
		"deadline: 60s\n");
	db_exec(p, "CREATE TABLE tide (id INTEGER)");
	unstick_start(p, &r, "resolve", NULL);
	unstick_says(&r, "waiting");
	db_exec(p, "INSERT INTO tide VALUES (1)");
	expect(unstick_ends(p, &r, 3),
		"{'cases': [{'outcome': 'skipped'}, {'outcome': 'done'}]}");
}

/* On SQLite the lock keeps every other connection out. */
static void a_policy_asks_the_database_while_it_is_locked(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *shape = NULL;

	use_policy(p,
		"local n = db:query('SELECT count(*) AS n FROM users')[1].n\n"
		"if case.name == '" FAILED "' then return verdict.skip('n: ' .. n) "
		"end",
		"");
	db_exec(p, "INSERT INTO users VALUES (1), (2)");
	for (int i = 0; i < 2; i++)
		expect(unstick(p, 3, i ? "resolve" : "audit", NULL),
			"{'cases': [{'outcome': 'skipped',"
			" 'verdict': {'reason': 'n: 2'}}, {}]}");
	shape = ledger_shape(p);
	assert_string_equal(shape, "AFRA");
}

/* ---- the guard ---- */

static void what_is_not_permitted_is_refused(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);

	use_policy(p, FOR_FAILED("verdict.applied('I feel it')"), "");
	for (int i = 0; i < 2; i++)
		expect(unstick(p, 3, i ? "resolve" : "audit", NULL),
			"{'cases': [{'outcome': 'refused', 'guard': {'allowed': "
			"false}}, {'outcome': 'not_reached'}]}");
	ledger_unchanged(p, before);
}

static void an_override_needs_the_configuration_s_word(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);

	use_policy(p,
		FOR_FAILED("{ action = 'applied', reason = 'I looked', override = "
			   "true }"),
		"");
	expect(unstick(p, 3, "resolve", NULL),
		"{'cases': [{'outcome': 'refused', 'verdict': {'override': true},"
		" 'guard': {'allowed': false, 'why': '~allow_override'}},"
		" {'outcome': 'not_reached'}]}");
	ledger_unchanged(p, before);
}

static void an_override_that_is_allowed_is_done_and_recorded(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *shape = NULL, *logs = NULL;

	use_policy(p,
		FOR_FAILED("{ action = 'applied', reason = 'I looked', override = "
			   "true }"),
		"allow_override: true\n");
	expect(unstick(p, 0, "resolve", NULL),
		"{'cases': [{'outcome': 'done', 'guard': {'allowed': true,"
		" 'overridden': true}}, {'outcome': 'done'}]}");
	shape = ledger_shape(p);
	assert_string_equal(shape, "ARRAA");
	logs = db_value(p, "SELECT logs FROM _prisma_migrations WHERE id = '1'");
	assert_non_null(strstr(logs, "it failed\nunstick: {"));
	assert_non_null(strstr(logs, "\"override\":true"));
	assert_non_null(strstr(logs, "\"reason\":\"I looked\""));
	assert_non_null(strstr(logs, "mine.lua"));
	assert_non_null(strstr(logs, "\"line\":"));
}

static void attempts_are_counted_and_end(void **state)
{
	project *p = stage(state);

	use_policy(p,
		"return { action = 'rolled_back', reason = 'again', override = "
		"true }",
		"allow_override: true\nattempts: 2\n");
	for (int i = 0; i < 2; i++) {
		unstick(p, 0, "resolve", NULL);
		project_stage(p,
			"INSERT INTO _prisma_migrations (id, migration_name, "
			"checksum, started_at, logs) SELECT 'x' || count(*), "
			"'" FAILED "', {checksum " FAILED
			"}, {at}, 'it failed again' "
			"FROM _prisma_migrations");
		expect(unstick(p, 2, "audit", NULL),
			i == 0 ? "{'cases': [{'attempts': 1, 'attempts_left': 1}]}"
			       : "{'cases': [{'attempts': 2, 'attempts_left': "
				 "0}]}");
	}
}

/* ---- policies that break ---- */

static void a_policy_that_breaks_is_a_stop_with_file_and_line(void **state)
{
	static const struct {
		const char *body, *settings, *reason;
	} bodies[] = {
		{ "local x = 1\nerror('no idea')", "", "no idea" },
		{ "local x = 1\nreturn case.evidence.nothing.at.all", "",
			"nothing" },
		{ "return 'applied'", "", "mine.lua" },
		{ "return { action = 'appleid', reason = 'typo' }", "", "applied" },
		{ "return verdict.stop('')", "", "mine.lua" },
		{ "while true do end", "policy: { time: 200ms }\n", "mine.lua" },
		{ "pcall(function() while true do end end) while true do end",
			"policy: { instructions: 100000 }\n", "mine.lua" },
		{ "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end",
			"policy: { memory: 4MiB }\n", "memory" },
		{ "db:query('DELETE FROM _prisma_migrations')", "", "mine.lua" },
		{ "db:query('WITH x AS (SELECT 1) DELETE FROM users')", "",
			"mine.lua" },
		{ "db:query([[ATTACH 'other.db' AS other]])", "", "mine.lua" },
		{ "db:query('SELECT * FROM no_such_table')", "", "no_such_table" },
		{ "os.exit(0)", "", "os" },
		{ "case.kind = 'timeout'", "", "mine.lua" },
	};
	project *p = stage(state);
	json_t *before = db_ledger(p);

	for (size_t i = 0; i < US_LEN(bodies); i++) {
		const json_t *verdict;
		US_AUTO(auto_str) char *all = NULL;

		print_message("%s\n", bodies[i].body);
		use_policy(p, bodies[i].body, bodies[i].settings);
		expect(unstick(p, 3, "resolve", NULL),
			"{'error': null, 'cases': [{'outcome': 'stopped',"
			" 'verdict': {'action': 'stop', 'policy': '~mine.lua'}},"
			" {'outcome': 'not_reached'}]}");
		verdict = part(p->report, "cases.0.verdict");
		/* Without memory there is none left to find the line with. */
		assert_true(json_is_integer(json_object_get(verdict, "line")) ||
			    strcmp(bodies[i].reason, "memory") == 0);
		all = json_dumps(verdict, 0);
		if (!strstr(all, bodies[i].reason))
			fail_msg("%s: not in %s", bodies[i].reason, all);
	}
	ledger_unchanged(p, before);
}

static void a_policy_that_does_not_load_is_an_error_with_file_and_line(void **state)
{
	static const char *const files[] = {
		"return { any = function(case)\n  return verdict.stop('x'\nend }\n",
		"error('at once')\n",
		"return 7\n",
		"return { failur = function() end }\n",
		"\x1bLua not text at all",
	};
	project *p = stage(state);
	json_t *before = db_ledger(p);

	project_write(p, "unstick.yaml", "policies: [mine.lua]\n");
	for (size_t i = 0; i < US_LEN(files); i++) {
		project_write(p, "mine.lua", files[i]);
		expect(unstick(p, 3, "audit", NULL),
			"{'error': {'message': '~mine.lua'}, 'cases': []}");
		expect(unstick(p, 3, "resolve", NULL),
			"{'error': {'message': '~mine.lua'}, 'cases': []}");
	}
	unstick(p, 3, "status", NULL); /* asks nobody: failed records are why */
	assert_true(json_is_null(part(p->report, "error")));
	ledger_unchanged(p, before);
}

/* ---- who is asked ---- */

static void policies_are_asked_in_order_and_nil_is_no_opinion(void **state)
{
	project *p = stage(state);

	project_write(p, "first.lua",
		"return { any = function(case) log.info('first') end }\n");
	project_write(p, "second.lua",
		"return {\n"
		"  failure = function(case, db, with)\n"
		"    return verdict.skip(with.words[1] .. ' ' .. with.n)\n"
		"  end,\n"
		"}\n");
	project_write(p, "third.lua",
		"return { any = function(case) return verdict.stop('never') end "
		"}\n");
	project_write(p, "unstick.yaml",
		"policies:\n"
		"  - first.lua\n"
		"  - { file: second.lua, with: { words: [settings], n: 7 } }\n"
		"  - third.lua\n");
	expect(unstick(p, 3, "audit", NULL),
		"{'cases': [{'outcome': 'skipped', 'verdict': {'policy': "
		"'~second.lua', 'line': 3, 'reason': 'settings 7'}},"
		" {'outcome': 'stopped', 'verdict': {'policy': '~third.lua',"
		" 'reason': 'never'}}]}");
	assert_non_null(strstr(p->err, "first"));
}

static void without_the_built_in_ones_a_case_can_stay_undecided(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p);

	project_write(p, "unstick.yaml", "builtin: false\n");
	for (int i = 0; i < 2; i++)
		expect(unstick(p, 3, i ? "resolve" : "audit", NULL),
			"{'cases': [{'outcome': 'undecided', 'verdict': null,"
			" 'guard': null}, {'outcome': 'not_reached'}]}");
	ledger_unchanged(p, before);
}

static void a_policy_sees_the_case_as_the_report_has_it(void **state)
{
	project *p = stage(state);

	use_policy(p,
		"local r = case.records[1]\n"
		"return verdict.skip(table.concat({ case.kind, case.name, "
		"case.index, r.id, r.logs or 'nil', tostring(r.finished_at), "
		"#case.evidence.statements, case.evidence.state, "
		"tostring(case:permits('applied')), #case.history, "
		"type(case.now) }, ' '))",
		"");
	expect(unstick(p, 3, "audit", NULL),
		"{'cases': [{'verdict': {'reason': '~" FAILED
		" 2 1 it failed nil 2 none false 3 '}},"
		" {'verdict': {'reason': '~" COMPLETE
		" 3 2 nil nil 1 all true 3 '}}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(without_policies_of_its_own_it_stops_at_the_first),
		ON_BOTH(after_a_skip_the_later_cases_go_on),
		ON_BOTH(a_stop_ends_the_run_and_the_rest_is_not_reached),
		ON_BOTH(a_wait_is_bounded_by_the_deadline),
		ON_BOTH(a_wait_ends_when_the_policy_sees_what_it_waited_for),
		ON_BOTH(a_policy_asks_the_database_while_it_is_locked),
		ON_BOTH(what_is_not_permitted_is_refused),
		ON_BOTH(an_override_needs_the_configuration_s_word),
		ON_BOTH(an_override_that_is_allowed_is_done_and_recorded),
		ON_BOTH(attempts_are_counted_and_end),
		ON_BOTH(a_policy_that_breaks_is_a_stop_with_file_and_line),
		ON("sqlite",
			a_policy_that_does_not_load_is_an_error_with_file_and_line),
		ON("sqlite", policies_are_asked_in_order_and_nil_is_no_opinion),
		ON("sqlite", without_the_built_in_ones_a_case_can_stay_undecided),
		ON_BOTH(a_policy_sees_the_case_as_the_report_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
