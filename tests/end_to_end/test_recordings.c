/* A case on paper: `explain --record` writes it, `policy replay` decides it again,
 * and people change it by hand. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"

/* A failure whose DETAIL is users' data, and whose logs hold a password. */
static project *stage(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME,
		"CREATE TABLE orders (id INTEGER);\n"
		"CREATE UNIQUE INDEX one ON users (id);\n");
	project_stage(p,
		"{ledger}{deployed " INIT "}INSERT INTO _prisma_migrations (id, "
		"migration_name, checksum, started_at, logs) VALUES ('1', '" NAME
		"', {checksum " NAME "}, {at}, 'Database error code: 23505\n\n"
		"Database error:\nERROR: could not create unique index one\n"
		"DETAIL: Key (id)=(4111111111111111) is duplicated.\n"
		"connected as postgresql://me:" SECRET "@db.example.org/app')");
	return p;
}

static void a_recorded_case_is_decided_as_the_real_one(void **state)
{
	project *p = stage(state);
	json_t *real, *again;

	expect(unstick(p, 0, "explain", NAME, "--record", "case.json", NULL),
		"{'recorded': 'case.json'}");
	unstick(p, 3, "audit", NULL);
	real = json_deep_copy(part(p->report, "cases.0"));
	/* not even a URL is needed */
	project_environment(p, "DATABASE_URL=");
	again = part(
		unstick(p, 3, "policy", "replay", "case.json", NULL), "cases.0");
	for (const char *const *key = (const char *const[]){ "name", "kind",
		     "cause", "verdict", "guard", "outcome", "permitted", NULL };
		*key; key++)
		expect_json(
			json_object_get(again, *key), json_object_get(real, *key));
	json_decref(real);
	assert_non_null(strstr(
		unstick_text(p, 3, "policy", "replay", "case.json", NULL), NAME));
}

static void a_recorded_case_keeps_nothing_to_itself(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *text = NULL;
	static const char *const secrets[] = { SECRET, "4111111111111111" };

	unstick(p, 0, "explain", NAME, "--record", "case.json", "--verbose", NULL);
	text = project_read(p, "case.json");
	for (size_t i = 0; i < US_LEN(secrets); i++)
		if (strstr(text, secrets[i]))
			fail_msg("%s is in it", secrets[i]);
	assert_non_null(strstr(text, "could not create unique index"));
	assert_non_null(strstr(text, "CREATE UNIQUE INDEX one"));
}

/* The URL's host, which a database likes to name in its errors. */
static void the_host_is_left_out(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *text = NULL;
	const char *host;

	db_exec(p, "UPDATE _prisma_migrations SET logs = 'server at 127.0.0.1 and "
		   "x127.0.0.1 said no'");
	host = strstr(p->url, "127.0.0.1");
	unstick(p, 0, "explain", NAME, "--record", "case.json", NULL);
	text = project_read(p, "case.json");
	if (host)
		assert_non_null(
			strstr(text, "server at *** and x127.0.0.1 said no"));
}

/* What another session last asked is other people's data. */
static void the_queries_of_others_are_left_out(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *text = NULL;
	session *other = session_open(p);

	session_exec(other, "SELECT pg_advisory_lock(72707369), 4111111111111111");
	expect(unstick(p, 0, "explain", NAME, "--record", "case.json", NULL),
		"{'cases': [{'kind': 'in_progress', 'evidence': {'running': "
		"[{'query': '~4111111111111111'}]}}]}");
	session_close(other);
	text = project_read(p, "case.json");
	assert_null(strstr(text, "4111111111111111"));
	expect(unstick(p, 2, "policy", "replay", "case.json", NULL),
		"{'cases': [{'verdict': {'action': 'wait'}, 'guard': {'allowed': "
		"true}, 'evidence': {'running': [{'query': null, 'holds_lock': "
		"true}]}}]}");
}

static void a_recording_is_never_written_over(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *text = NULL;

	project_write(p, "case.json", "mine");
	expect(unstick(p, 1, "explain", NAME, "--record", "case.json", NULL),
		"{'error': {'message': '~case.json exists already'}}");
	text = project_read(p, "case.json");
	assert_string_equal(text, "mine");
	expect(unstick(p, 1, "explain", NAME, "--record", "no/such/case.json",
		       NULL),
		"{'error': {'message': '~no/such/case.json'}}");
	expect(unstick(p, 64, "explain", INIT, "--record", "other.json", NULL),
		"{'error': {'message': '~needs no decision'}}");
}

static void a_replay_asks_the_policies_it_is_given(void **state)
{
	project *p = stage(state);

	project_write(p, "mine.lua",
		"return { any = function(case, db, with)\n"
		"  return verdict.rolled_back('again, ' .. tostring(with.x)) end "
		"}");
	project_write(p, "asks.lua",
		"return { any = function(case, db) db:query('select 1') end }");
	unstick(p, 0, "explain", NAME, "--record", "case.json", NULL);
	expect(unstick(p, 2, "policy", "replay", "case.json", "--policy",
		       "mine.lua", "--trace", NULL),
		"{'cases': [{'outcome': 'planned', 'guard': {'allowed': true},"
		" 'verdict': {'policy': 'mine.lua', 'line': 2, 'reason': 'again, "
		"nil'}, 'trace': [{'policy': 'mine.lua', 'handler': 'any', "
		"'answer': 'rolled_back', 'reads': ['with.x']}]}]}");
	project_write(p, "unstick.yaml",
		"policies: [{ file: mine.lua, with: { x: 7 } }]\n");
	expect(unstick(p, 2, "policy", "replay", "case.json", "--policy",
		       "mine.lua", NULL),
		"{'cases': [{'verdict': {'reason': 'again, 7'}}]}");
	expect(unstick(p, 3, "policy", "replay", "case.json", "--policy",
		       "asks.lua", NULL),
		"{'cases': [{'outcome': 'stopped', 'verdict': {'reason': '~there "
		"is no database to ask here'}}]}");
	expect(unstick(p, 3, "policy", "replay", "case.json", "--policy=no.lua",
		       NULL),
		"{'error': {'message': '~no.lua'}, 'cases': []}");
}

static void an_override_is_judged_offline_too(void **state)
{
	project *p = stage(state);

	project_write(p, "force.lua",
		"return { any = function() return { action = 'applied', reason = "
		"'I looked', override = true } end }");
	unstick(p, 0, "explain", NAME, "--record", "case.json", NULL);
	project_write(p, "unstick.yaml", "policies: [force.lua]\n");
	expect(unstick(p, 3, "policy", "replay", "case.json", NULL),
		"{'cases': [{'outcome': 'refused', 'guard': {'allowed': false, "
		"'why': '~allow_override'}}]}");
	project_write(
		p, "unstick.yaml", "policies: [force.lua]\nallow_override: true\n");
	expect(unstick(p, 2, "policy", "replay", "case.json", NULL),
		"{'cases': [{'outcome': 'planned', 'guard': {'overridden': "
		"true}}]}");
}

static void make_fifo(const project *p, const char *name)
{
	US_AUTO(auto_str) char *path = scratch_path(&p->folder, name);

	assert_int_equal(mkfifo(path, 0600), 0);
}

static void what_is_no_recording_is_told_so(void **state)
{
	static const struct {
		const char *text, *says;
		int exit;
	} rows[] = {
		{ "{", "case.json:1: not JSON", 78 },
		{ "[]", "not a case that `unstick explain NAME --record FILE`",
			78 },
		{ "{\"cases\": []}", "not a case that", 78 },
		{ "{\"fixture\": 2, \"unstick\": \"3.1.4\"}",
			"recorded by unstick 3.1.4 in schema 2", 78 },
		{ "{\"fixture\": 1, \"case\": {}}", "`guard` is missing", 78 },
	};
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(rows); i++) {
		project_write(p, "case.json", rows[i].text);
		unstick(p, rows[i].exit, "policy", "replay", "case.json", NULL);
		assert_non_null(strstr(p->out, rows[i].says));
	}
	unstick(p, 1, "policy", "replay", "no.json", NULL);
	expect(unstick(p, 1, "policy", "replay", "prisma", NULL),
		"{'error': {'message': 'prisma: not a file'}}");
	make_fifo(p, "fifo.json");
	expect(unstick(p, 1, "policy", "replay", "fifo.json", NULL),
		"{'error': {'message': 'fifo.json: not a file'}}");
}

/* A whole one, with some more in its parts. */
#define WHOLE(kind, in_case, in_evidence, in_guard)                                \
	"{\"fixture\": 1, \"new\": 1, \"guard\": {" in_guard "}, \"case\": {"      \
	"\"name\": \"n\", \"index\": null, \"directory\": null, \"kind\": \"" kind \
	"\", \"cause\": \"unknown\", \"records\": [], \"attempts\": 0, "           \
	"\"attempts_left\": 0, \"age_seconds\": null, \"permitted\": [\"fly\"], "  \
	"\"not_permitted\": {}" in_case                                            \
	", \"evidence\": {\"state\": \"unknown\", "                                \
	"\"proof\": null, \"prefixes\": null, \"applied_prefix\": null, "          \
	"\"reruns\": "                                                             \
	"false, \"rerun_why\": null, \"atomic\": null, \"edited\": null, "         \
	"\"error\": "                                                              \
	"null, \"running\": [], \"leftovers\": [], \"candidates\": [], "           \
	"\"statements\": null, \"why\": null" in_evidence "}}}"
/* Without most of it: what is there is wrong enough. */
#define CASE(fields)                                                               \
	"{\"fixture\": 1, \"guard\": {}, \"case\": {\"name\": \"n\", " fields "}}"
#define EVIDENCE(fields) CASE("\"evidence\": {" fields "}")
#define GUARD(fields) WHOLE("failure", "", "", fields)

/* Somebody has changed it by hand. */
static void what_is_wrong_in_a_recording_is_named(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ CASE("\"index\": null"), "`case.directory` is missing" },
		{ EVIDENCE(""), "`case.evidence.state` is missing" },
		{ CASE("\"kind\": \"timeot\""), "did you mean 'timeout'?" },
		{ WHOLE("x", "", "", ""), "`kind` is none" },
		{ CASE("\"attempts\": \"2\""),
			"case.json: `case.attempts` has to be a whole number, not "
			"a text" },
		{ CASE("\"cause\": \"lokc\""),
			"`case.cause` can't be 'lokc'; did you mean 'lock'?" },
		{ CASE("\"permitted\": [\"stop\", \"aplied\"]"),
			"`case.permitted[1]` can't be 'aplied'; did you mean" },
		{ CASE("\"not_permitted\": {\"aplied\": \"x\"}"),
			"`case.not_permitted` can't be 'aplied'" },
		{ CASE("\"atempts\": 1"), "`case.atempts` is nothing that the case "
					  "has; did you mean `attempts`?" },
		{ CASE("\"records\": [{\"logs\": 5}]"),
			"`case.records[0].logs` has to be a text, not a whole" },
		{ EVIDENCE("\"prefixes\": [0, 1, \"2\"]"),
			"`case.evidence.prefixes[2]` has to be a whole number" },
		{ EVIDENCE("\"running\": {}"),
			"`case.evidence.running` has to be a list, not an object" },
		{ EVIDENCE("\"reruns\": null"), "`case.evidence.reruns` has to be "
						"true or false, not null" },
		{ GUARD("\"aplied\": {}"),
			"`guard.aplied` is no action; did you mean `applied`?" },
		{ GUARD("\"applied\": true"),
			"`guard.applied` has to be an object" },
		{ GUARD("\"applied\": {\"allowed\": \"yes\"}"),
			"`guard.applied.allowed` has to be true or false" },
		{ GUARD("\"applied\": {\"never\": false}"),
			"`guard.applied.never` has to be a text or null" },
		{ "{\"fixture\": 1, \"rename_to\": 1, \"guard\": {}, \"case\": {}}",
			"`rename_to` has to be a text or null" },
	};
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(rows); i++) {
		project_write(p, "case.json", rows[i].text);
		unstick(p, 78, "policy", "replay", "case.json", NULL);
		if (!strstr(p->out, rows[i].says))
			fail_msg("not \"%s\": %s", rows[i].says, p->out);
	}
}

/* What a later version may have added, in names that are none of ours; and what
 * editors on Windows put first. */
static void what_a_recording_has_besides_is_passed_over(void **state)
{
	project *p = project_open(state);

	project_write(p, "case.json",
		"\xEF\xBB\xBF" WHOLE("failure", ", \"moon\": \"full\"",
			", \"moon\": \"full\"", ""));
	unstick_text(p, 3, "policy", "replay", "case.json", NULL);
	assert_non_null(strstr(p->out, "builtin:failure"));
}

/* A later unstick of the same schema may know more; an action that a recording says
 * nothing of is not permitted. */
static void what_a_recording_does_not_say_is_not_permitted(void **state)
{
	project *p = project_open(state);

	project_write(p, "mine.lua",
		"return { any = function() return verdict.applied('yes') end }");
	project_write(p, "case.json",
		WHOLE("failure", "", "",
			"\"fly\": {\"allowed\": true, \"why\": \"wings\"}"));
	project_write(p, "unstick.yaml", "policies: [mine.lua]\n");
	unstick_text(p, 3, "policy", "replay", "case.json", NULL);
	assert_non_null(strstr(p->out, "the recording doesn't say"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_recorded_case_is_decided_as_the_real_one),
		ON_BOTH(a_recorded_case_keeps_nothing_to_itself),
		ON("postgresql", the_host_is_left_out),
		ON("postgresql", the_queries_of_others_are_left_out),
		ON("sqlite", a_recording_is_never_written_over),
		ON("sqlite", a_replay_asks_the_policies_it_is_given),
		ON("sqlite", an_override_is_judged_offline_too),
		ON("sqlite", what_is_no_recording_is_told_so),
		ON("sqlite", what_is_wrong_in_a_recording_is_named),
		ON("sqlite", what_a_recording_has_besides_is_passed_over),
		ON("sqlite", what_a_recording_does_not_say_is_not_permitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
