/* Every exit code of the contract on every command, each with its one JSON object.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "contract.h"
#include "database.h"
#include "ledger.h"
#include "pooler.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_orders"

static const char *const commands[] = { "status", "audit", "resolve" };

/* A history with one migration that is complete and not recorded: all three
 * commands have something to say about it. */
static void stage_one_case(project *p)
{
	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME, "CREATE TABLE orders (id INTEGER);\n");
	project_stage(p,
		"{ledger}{deployed " INIT "}{script " NAME "}"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('1', '" NAME
		"', {checksum " NAME "}, {at}, 1)");
}

/* ---- 0, 2, 3: no trouble ---- */

static void a_healthy_history_exits_with_0(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME, "CREATE TABLE orders (id INTEGER);\n");
	project_stage(p, "{ledger}{deployed " INIT "}");
	for (size_t i = 0; i < US_LEN(commands); i++)
		expect(unstick(p, 0, commands[i], NULL),
			"{'error': null, 'cases': [], 'findings': [],"
			" 'migrations': {'applied': 1, 'pending': 1}}");
}

static void a_decided_case_exits_with_3_then_2_then_0(void **state)
{
	project *p = project_open(state);

	stage_one_case(p);
	unstick(p, 3, "status", NULL);
	unstick(p, 2, "audit", NULL);
	unstick(p, 0, "resolve", NULL);
	unstick(p, 0, "status", NULL);
	unstick(p, 0, "audit", NULL);
	unstick(p, 0, "resolve", NULL);
}

/* ---- 64: the command line ---- */

static void a_command_line_that_makes_no_sense_exits_with_64(void **state)
{
	static const struct {
		const char *words[5];
		const char *said;
	} lines[] = {
		{ { "statsu" }, "did you mean status" },
		{ { "conquer" }, "no such command" },
		{ { "status", "--frobnicate" }, "--frobnicate" },
		{ { "--verbos", "status" }, "--verbose" },
		{ { "-x", "status" }, "-x" },
		{ { "status", "more" }, "usage" },
		{ { "explain" }, "explain NAME" },
		{ { "explain", NAME, INIT }, "explain NAME" },
		{ { "status", "--quiet=yes" }, "takes no value" },
		{ { "status", "--migrations=" }, "--migrations" },
		{ { "resolve", "--applied=" }, "--applied" },
		{ { "resolve", "--applied", NAME, "--rolled-back", NAME },
			"contradict" },
		{ { "status", "--applied", NAME }, "unstick resolve" },
		{ { "audit", "--rolled-back", NAME }, "unstick resolve" },
		{ { "status", "--evidence", "guess" }, "guess" },
	};
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(lines); i++) {
		const char *const *w = lines[i].words;

		unstick(p, 64, w[0], w[1], w[2], w[3], w[4], NULL);
		if (!strstr(json_string_value(part(p->report, "error.message")),
			    lines[i].said))
			fail_msg("%s: not said in: %s", lines[i].said, p->err);
		expect(p->report,
			"{'database': null, 'migrations': null, 'cases': []}");
	}
}

static void no_words_at_all_exit_with_64(void **state)
{
	project *p = project_open(state);

	assert_string_equal(unstick_text(p, 64, NULL, NULL), "");
	assert_non_null(strstr(p->err, "say what to do"));
	project_environment(p, "UNSTICK_FORMAT=json");
	unstick_text(p, 64, NULL, NULL);
	assert_int_equal(p->out[0], '{');
}

static void a_missing_value_exits_with_64(void **state)
{
	static const char *const options[] = { "--format", "--migrations",
		"--config", "--schema", "--database-url", "--evidence" };
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(options); i++) {
		unstick_text(p, 64, "status", options[i], NULL);
		assert_non_null(strstr(p->err, options[i]));
	}
}

/* ---- 1, 69, 78: what keeps every command from its work ---- */

static void point_at_no_server(project *p)
{
	US_AUTO(auto_str) char *url = NULL;

	assert_true(asprintf(&url,
			    "DATABASE_URL=postgresql://me:" SECRET
			    "@localhost/app?host=%s",
			    p->folder.path) > 0);
	project_environment(p, url);
}

static void point_at_no_database(project *p)
{
	US_AUTO(auto_str) char *url = NULL;

	assert_true(asprintf(&url,
			    "DATABASE_URL=postgresql://postgres:" SECRET
			    "@localhost:%s/no_such_database?host=%s",
			    p->server.parts.port, p->server.socket) > 0);
	project_environment(p, url);
}

/* pg_hba.conf of the tests' server asks this role for a password. */
static void give_the_wrong_password(project *p)
{
	US_AUTO(auto_str) char *url = NULL;

	assert_true(asprintf(&url,
			    "DATABASE_URL=postgresql://unstick_password:" SECRET
			    "@localhost:%s/%s?host=%s",
			    p->server.parts.port, p->server.name,
			    p->server.socket) > 0);
	project_environment(p, url);
}

static void point_at_no_file(project *p)
{
	project_environment(p, "DATABASE_URL=file:./nowhere/app.db");
}

static void point_at_a_folder(project *p)
{
	project_environment(p, "DATABASE_URL=file:.");
}

static void point_at_a_letter(project *p)
{
	project_write(p, "prisma/letter.db", "Dear database, how are you?\n");
	project_environment(p, "DATABASE_URL=file:./letter.db");
	project_environment(p, "DATABASE_URL=file:prisma/letter.db");
}

static void point_at_mysql(project *p)
{
	project_environment(p, "DATABASE_URL=mysql://me:" SECRET "@db/app");
}

static void point_at_nothing(project *p)
{
	project_environment(p, "DATABASE_URL=");
}

static void wish_for_a_bad_port(project *p)
{
	project_environment(
		p, "DATABASE_URL=postgresql://me:" SECRET "@db:many/app");
}

static void misspell_the_scheme(project *p)
{
	project_environment(p, "DATABASE_URL=psotgresql://me:" SECRET "@db/app");
}

static void break_the_yaml(project *p)
{
	project_write(p, "unstick.yaml", "deadline: [1s\n");
}

static void misspell_a_key(project *p)
{
	project_write(p, "unstick.yaml", "deadlin: 1s\n");
}

static void say_no_duration(project *p)
{
	project_write(p, "unstick.yaml", "deadline: soon\n");
}

static void list_a_policy_that_is_missing(project *p)
{
	project_write(p, "unstick.yaml", "policies: [policies/nothing.lua]\n");
}

static void name_a_config_that_is_missing(project *p)
{
	project_environment(p, "UNSTICK_CONFIG=other.yaml");
}

static void be_prisma_8(project *p)
{
	db_exec(p, project_is(p, "sqlite")
			   ? "CREATE TABLE _prisma_marker (id INTEGER)"
			   : "CREATE SCHEMA prisma_contract; CREATE TABLE "
			     "prisma_contract.marker (id INTEGER)");
}

static void name_no_migrations(project *p)
{
	project_environment(p, "UNSTICK_MIGRATIONS=database/migrations");
}

static const struct {
	void (*arrange)(project *p);
	const char *only; /* on this database; NULL: on both */
	int exit;
	const char *said;
} troubles[] = {
	{ point_at_no_server, "postgresql", 69, "" },
	{ point_at_no_database, "postgresql", 69, "no_such_database" },
	{ give_the_wrong_password, "postgresql", 69, "unstick_password" },
	{ point_at_no_file, "sqlite", 69, "nowhere/app.db" },
	{ point_at_a_folder, "sqlite", 69, "not a file" },
	{ point_at_a_letter, "sqlite", 1, "not an SQLite database" },
	{ point_at_mysql, NULL, 78, "mysql" },
	{ point_at_nothing, NULL, 78, "DATABASE_URL" },
	{ wish_for_a_bad_port, NULL, 78, "port" },
	{ misspell_the_scheme, NULL, 78, "DATABASE_URL" },
	{ break_the_yaml, NULL, 78, "unstick.yaml:" },
	{ misspell_a_key, NULL, 78, "unstick.yaml:1: " },
	{ misspell_a_key, NULL, 78, "deadline" },
	{ say_no_duration, NULL, 78, "duration" },
	{ list_a_policy_that_is_missing, NULL, 78, "policies/nothing.lua" },
	{ name_a_config_that_is_missing, NULL, 78, "other.yaml" },
	{ be_prisma_8, NULL, 78, "Prisma 8" },
	{ name_no_migrations, NULL, 1, "database/migrations" },
};

static void check_trouble(const char *provider, size_t i)
{
	void *state = (void *)provider;
	project *p;
	json_t *before;

	assert_int_equal(project_setup(&state), 0);
	p = project_open(&state);
	stage_one_case(p);
	before = db_ledger(p);
	troubles[i].arrange(p);
	print_message("trouble %zu: %s\n", i, troubles[i].said);
	for (size_t c = 0; c < US_LEN(commands); c++) {
		unstick(p, troubles[i].exit, commands[c], NULL);
		if (!strstr(json_string_value(part(p->report, "error.message")),
			    troubles[i].said))
			fail_msg("%s: not said in: %s", troubles[i].said, p->err);
		/* For people the same, and nothing on stdout but the report. */
		unstick_text(p, troubles[i].exit, commands[c], NULL);
		assert_non_null(strstr(p->err, troubles[i].said));
	}
	unstick(p, troubles[i].exit, "resolve", "--applied", NAME, NULL);
	unstick(p, troubles[i].exit, "explain", NAME, NULL);
	ledger_unchanged(p, before);
	project_teardown(&state);
}

static void what_keeps_a_run_from_its_work_has_a_code(void **state)
{
	const char *provider = project_open(state)->provider;

	for (size_t i = 0; i < US_LEN(troubles); i++)
		if (!troubles[i].only || strcmp(troubles[i].only, provider) == 0)
			check_trouble(provider, i);
}

/* ---- 75: not in time ---- */

static void a_locked_file_exits_with_75_at_the_deadline(void **state)
{
	project *p = project_open(state);
	json_t *before;
	session *other;

	stage_one_case(p);
	before = db_ledger(p);
	project_write(p, "unstick.yaml", "deadline: 200ms\n");
	other = session_open(p);
	session_exec(other, "BEGIN EXCLUSIVE");
	for (size_t i = 0; i < US_LEN(commands); i++)
		unstick(p, 75, commands[i], NULL);
	unstick(p, 75, "resolve", "--applied", NAME, NULL);
	session_close(other);
	ledger_unchanged(p, before);
	unstick(p, 0, "resolve", NULL);
}

/* A writer that has not come to its COMMIT lets others read. */
static void a_file_being_written_can_be_looked_at_and_not_resolved(void **state)
{
	project *p = project_open(state);
	json_t *before;
	session *other;

	stage_one_case(p);
	before = db_ledger(p);
	project_write(p, "unstick.yaml", "deadline: 200ms\n");
	other = session_open(p);
	session_exec(other, "BEGIN IMMEDIATE");
	expect(unstick(p, 3, "status", NULL),
		"{'cases': [{'kind': 'in_progress'}]}");
	unstick(p, 2, "audit", NULL);
	unstick(p, 75, "resolve", NULL);
	unstick(p, 75, "resolve", "--rolled-back", NAME, NULL);
	session_close(other);
	ledger_unchanged(p, before);
}

static void a_held_lock_exits_with_75_at_the_deadline(void **state)
{
	project *p = project_open(state);
	json_t *before;
	session *other;

	stage_one_case(p);
	before = db_ledger(p);
	project_write(p, "unstick.yaml", "deadline: 200ms\n");
	other = session_open(p);
	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	expect(unstick(p, 75, "resolve", NULL),
		"{'error': null, 'cases': [{'outcome': 'waiting'}]}");
	expect(unstick(p, 75, "resolve", "--applied", NAME, NULL),
		"{'error': {'message': '~lock'}}");
	session_close(other);
	ledger_unchanged(p, before);
}

/* ---- 78 again: where Prisma's lock would not hold ---- */

static void through_a_pooler_it_looks_and_does_not_act(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *url = NULL;
	json_t *before;
	pooler bouncer;

	if (!pooler_is_here()) {
		print_message("no PgBouncer installed here: skipped\n");
		skip();
	}
	stage_one_case(p);
	before = db_ledger(p);
	pooler_open(&bouncer, &p->server);
	assert_true(asprintf(&url,
			    "DATABASE_URL=postgresql://postgres:" SECRET
			    "@localhost:" POOLER_PORT "/%s?host=%s",
			    p->server.name, bouncer.folder.path) > 0);
	project_environment(p, url);
	unstick(p, 3, "status", NULL);
	unstick(p, 2, "audit", NULL);
	expect(unstick(p, 78, "resolve", NULL),
		"{'error': {'message': '~DIRECT_URL'}}");
	unstick(p, 78, "resolve", "--rolled-back", NAME, NULL);
	ledger_unchanged(p, before);
	/* Told that it pins sessions, or the way around it, it acts. */
	project_write(p, "unstick.yaml", "pooler: session\n");
	unstick(p, 0, "resolve", NULL);
	pooler_close(&bouncer);
}

static void direct_url_leads_past_the_pooler(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *direct = NULL;

	stage_one_case(p);
	assert_true(asprintf(&direct, "DIRECT_URL=%s", p->url) > 0);
	project_environment(p, direct);
	point_at_no_server(p);
	unstick(p, 0, "resolve", NULL);
}

/* ---- what is printed ---- */

static void the_words_go_to_stderr_when_a_machine_reads(void **state)
{
	project *p = project_open(state);

	stage_one_case(p);
	unstick(p, 3, "status", "--verbose", NULL);
	assert_int_equal(p->out[0], '{');
	assert_string_equal(p->err, "");
	unstick_text(p, 3, "status", NULL);
	assert_non_null(strstr(p->out, NAME));
	assert_string_equal(p->err, "");
}

static void a_url_on_the_command_line_is_taken_with_a_warning(void **state)
{
	project *p = project_open(state);

	stage_one_case(p);
	project_environment(p, "DATABASE_URL=mysql://me@db/app");
	unstick(p, 3, "status", "--database-url", p->url, NULL);
	assert_non_null(strstr(p->err, "warning"));
}

/* A folder's name, a word of the command line, a policy's remark. */
static void what_is_said_on_stderr_commands_no_terminal(void **state)
{
	project *p = project_open(state);

	stage_one_case(p);
	project_write(p, "prisma/migrations/20990101000000_\x1b[2J/README", "");
	unstick_text(p, 3, "status", NULL);
	assert_non_null(strstr(p->err, "20990101000000_\\x1b[2J has no readable"));
	assert_null(strchr(p->err, '\x1b'));
	unstick_text(p, 1, "explain",
		"\xc2\x9b"
		"2J",
		NULL);
	assert_non_null(strstr(p->err, "\\u009b2J: neither in"));
	project_write(p, "p.lua",
		"return { any = function() log.warn('a\\u{202e}b') end }\n");
	project_write(p, "unstick.yaml", "policies: [p.lua]\n");
	unstick_text(p, 2, "audit", NULL);
	assert_non_null(strstr(p->err, "policy warn: a\\u202eb"));
}

static void help_and_version_need_no_database(void **state)
{
	project *p = project_open(state);

	point_at_nothing(p);
	assert_non_null(strstr(unstick_text(p, 0, "--help", NULL), "resolve"));
	assert_non_null(strstr(
		unstick_text(p, 0, "resolve", "--help", NULL), "--rolled-back"));
	assert_string_equal(
		unstick_text(p, 0, "--version", NULL), "unstick " US_VERSION "\n");
}

static void help_that_cannot_be_printed_exits_with_1(void **state)
{
	static const char *const options[] = { "--help", "--version" };
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(options); i++) {
		const char *const words[] = { "-c", "exec \"$0\" \"$1\" >/dev/full",
			US_UNSTICK, options[i], NULL };
		running r;

		run_start(p, &r, "/bin/sh", words);
		run_ends(p, &r, 1);
		assert_non_null(strstr(p->err, "No space left"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_healthy_history_exits_with_0),
		ON_BOTH(a_decided_case_exits_with_3_then_2_then_0),
		ON("sqlite", a_command_line_that_makes_no_sense_exits_with_64),
		ON("sqlite", no_words_at_all_exit_with_64),
		ON("sqlite", a_missing_value_exits_with_64),
		ON_BOTH(what_keeps_a_run_from_its_work_has_a_code),
		ON("sqlite", a_locked_file_exits_with_75_at_the_deadline),
		ON("sqlite",
			a_file_being_written_can_be_looked_at_and_not_resolved),
		ON("postgresql", a_held_lock_exits_with_75_at_the_deadline),
		ON("postgresql", through_a_pooler_it_looks_and_does_not_act),
		ON("postgresql", direct_url_leads_past_the_pooler),
		ON_BOTH(the_words_go_to_stderr_when_a_machine_reads),
		ON_BOTH(a_url_on_the_command_line_is_taken_with_a_warning),
		ON("sqlite", what_is_said_on_stderr_commands_no_terminal),
		ON("sqlite", help_and_version_need_no_database),
		ON("sqlite", help_that_cannot_be_printed_exits_with_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
