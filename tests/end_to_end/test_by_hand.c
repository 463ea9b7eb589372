/* `resolve --applied NAME` and `--rolled-back NAME`: the state table that Prisma's
 * own `migrate resolve` was observed to have (6.19.3 and 7.10.1), row by row. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_add_age"

/* ---- the table ---- */

typedef struct {
	const char *records; /* of NAME, oldest first, as ledger_shape() has them */
	bool no_folder, no_script;
	struct answer {
		const char *code;  /* P-code; NULL: it is done */
		const char *shape; /* of all records afterwards */
	} rolled_back, applied;
} row;

/* "-" stands for no table, "" for a ledger without this name. What an --applied
 * adds is the last A of its shape. */
static const row table[] = {
	{ .records = "-", .rolled_back = { "", "-" }, .applied = { NULL, "A" } },
	{ .records = "-",
		.no_folder = true,
		.rolled_back = { "", "-" },
		.applied = { "P3017", "-" } },
	{ .records = "", .rolled_back = { "P3011", "" }, .applied = { NULL, "A" } },
	{ .records = "F", .rolled_back = { NULL, "R" }, .applied = { NULL, "RA" } },
	{ .records = "R", .rolled_back = { NULL, "R" }, .applied = { NULL, "RA" } },
	{ .records = "A",
		.rolled_back = { "P3012", "A" },
		.applied = { "P3008", "A" } },
	{ .records = "RA",
		.rolled_back = { NULL, "RA" },
		.applied = { "P3008", "RA" } },
	{ .records = "AR",
		.rolled_back = { NULL, "AR" },
		.applied = { "P3008", "AR" } },
	{ .records = "AF",
		.rolled_back = { NULL, "AR" },
		.applied = { "P3008", "AF" } },
	{ .records = "FA",
		.rolled_back = { NULL, "RA" },
		.applied = { "P3008", "FA" } },
	{ .records = "FF",
		.rolled_back = { NULL, "RR" },
		.applied = { NULL, "RRA" } },
	{ .records = "RFF",
		.rolled_back = { NULL, "RRR" },
		.applied = { NULL, "RRRA" } },
	{ .records = "F",
		.no_folder = true,
		.rolled_back = { NULL, "R" },
		.applied = { "P3017", "F" } },
	{ .records = "F",
		.no_script = true,
		.rolled_back = { NULL, "R" },
		.applied = { "P3017", "F" } },
	{ .records = "B",
		.rolled_back = { "P3012", "B" },
		.applied = { "P3008", "B" } },
	{ .records = "BF",
		.rolled_back = { NULL, "BR" },
		.applied = { "P3008", "BF" } },
};

/* One record, told by its letter. Failed ones have logs, rolled-back ones had. */
static void add_record(project *p, char state, size_t i)
{
	static const char insert[] =
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, finished_at, rolled_back_at, logs, "
		"applied_steps_count) VALUES ('%zu', '" NAME "', "
		"'fe6bd5a8df4bc0ba0dd3dd8dd1ebd92a9d67e3a9e3b3d3dd0a1e2f3a4b5c6d7e'"
		", {at}, %s, %s, %s, %d)";
	const bool finished = state == 'A' || state == 'B';
	const bool rolled_back = state == 'R' || state == 'B';
	US_AUTO(auto_str) char *sql = NULL;

	assert_true(asprintf(&sql, insert, i, finished ? "{at}" : "NULL",
			    rolled_back ? "{at}" : "NULL",
			    finished ? "NULL" : "'relation \"a\" already exists'",
			    finished ? 1 : 0) > 0);
	project_stage(p, sql);
}

static void arrange(project *p, const row *r)
{
	project_forget(p, NAME);
	if (r->no_script)
		project_write(p, "prisma/migrations/" NAME "/notes.md", "to do\n");
	else if (!r->no_folder)
		project_migration(p, NAME, "CREATE TABLE b (id INTEGER);\n");
	/* Not empty: --applied is also how an existing database gets its baseline.
	 */
	db_exec(p, "CREATE TABLE IF NOT EXISTS a (id INTEGER);"
		   "DROP TABLE IF EXISTS _prisma_migrations");
	if (strcmp(r->records, "-") == 0)
		return;
	project_stage(p, "{ledger}");
	for (size_t i = 0; r->records[i]; i++)
		add_record(p, r->records[i], i);
}

static size_t count(const char *shape, char state)
{
	size_t n = 0;

	for (; *shape; shape++)
		n += *shape == state;
	return n;
}

static void check_answer(
	project *p, const row *r, const struct answer *a, const char *option)
{
	const char *action =
		strcmp(option, "--applied") == 0 ? "applied" : "rolled_back";
	json_t *before = db_ledger(p);
	US_AUTO(auto_str) char *shape = NULL;
	size_t closed, added;
	json_t *report = unstick(p, a->code ? 1 : 0, "resolve", option, NAME, NULL);

	if (a->code) {
		const char *code = json_string_value(part(report, "error.code"));

		assert_string_equal(code ? code : "", a->code);
	}
	shape = ledger_shape(p);
	assert_string_equal(shape, a->shape);
	ledger_moved(p, before, NAME, action, &closed, &added);
	assert_int_equal(
		added, strlen(shape) - json_array_size(before) - (*shape == '-'));
	assert_int_equal(closed, count(shape, 'R') - count(r->records, 'R'));
	json_decref(before);
}

static void check_table(void **state, const char *option)
{
	const bool applied = strcmp(option, "--applied") == 0;
	project *p = project_open(state);

	for (size_t i = 0; i < US_LEN(table); i++) {
		const row *r = &table[i];

		print_message("%s%s%s: %s\n", r->records,
			r->no_folder ? " without a folder" : "",
			r->no_script ? " without a script" : "", option);
		arrange(p, r);
		check_answer(p, r, applied ? &r->applied : &r->rolled_back, option);
	}
}

static void applied_does_in_every_state_what_prisma_does(void **state)
{
	check_table(state, "--applied");
}

static void rolled_back_does_in_every_state_what_prisma_does(void **state)
{
	check_table(state, "--rolled-back");
}

/* ---- names ---- */

static void a_name_must_be_exact_and_the_nearest_are_told(void **state)
{
	static const struct {
		const char *name, *rolled_back, *applied, *hint;
	} names[] = {
		{ "20240102000000", "P3011", "P3017", NAME },
		{ "prisma/migrations/" NAME, "P3011", "P3017", NAME },
		{ NAME "/", "P3011", "P3017", NAME },
		{ "20240102000000_add_aeg", "P3011", "P3017", NAME },
		{ "add_age", "P3011", "P3017", NAME },
		{ "nothing like it at all", "P3011", "P3017", "nothing like it" },
	};
	project *p = project_open(state);
	json_t *before;

	project_migration(p, INIT, "CREATE TABLE a (id INTEGER);\n");
	project_migration(p, NAME, "CREATE TABLE b (id INTEGER);\n");
	project_stage(p, "{ledger}{deployed " INIT "}");
	add_record(p, 'F', 7);
	before = db_ledger(p);
	for (size_t i = 0; i < US_LEN(names); i++) {
		json_t *report = unstick(
			p, 1, "resolve", "--rolled-back", names[i].name, NULL);

		assert_string_equal(json_string_value(part(report, "error.code")),
			names[i].rolled_back);
		assert_non_null(strstr(p->err, names[i].hint));
		report = unstick(p, 1, "resolve", "--applied", names[i].name, NULL);
		assert_string_equal(json_string_value(part(report, "error.code")),
			names[i].applied);
		assert_non_null(strstr(p->err, names[i].hint));
	}
	ledger_unchanged(p, before);
}

/* ---- the rest ---- */

static void only_applied_minds_a_lock_file_of_another_provider(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *shape = NULL;
	json_t *before;

	project_migration(p, NAME, "CREATE TABLE b (id INTEGER);\n");
	project_write(p, "prisma/migrations/migration_lock.toml",
		"provider = \"mysql\"\n");
	project_stage(p, "{ledger}");
	add_record(p, 'F', 1);
	before = db_ledger(p);
	expect(unstick(p, 1, "resolve", "--applied", NAME, NULL),
		"{'error': {'code': 'P3019'}}");
	ledger_unchanged(p, before);
	unstick(p, 0, "resolve", "--rolled-back", NAME, NULL);
	shape = ledger_shape(p);
	assert_string_equal(shape, "R");
}

static void evidence_that_disagrees_is_a_warning_and_recorded(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *logs = NULL;

	project_migration(p, NAME, "CREATE TABLE b (id INTEGER);\n");
	project_stage(p, "{ledger}");
	/* The ledger proves that this one ran to its end. */
	project_stage(p,
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('1', '" NAME
		"', {checksum " NAME "}, {at}, 1)");
	expect(unstick(p, 0, "resolve", "--rolled-back", NAME, NULL),
		"{'findings': [{'level': 'warning', 'message': '~does not agree'}],"
		" 'cases': [{'verdict': {'action': 'rolled_back',"
		" 'policy': 'by hand'}, 'guard': {'allowed': false},"
		" 'outcome': 'done'}]}");
	assert_non_null(strstr(p->err, "warning: "));
	logs = db_value(p, "SELECT logs FROM _prisma_migrations");
	assert_non_null(strstr(logs, "\"override\":true"));
}

static void evidence_that_agrees_is_no_warning(void **state)
{
	project *p = project_open(state);

	project_migration(p, NAME, "CREATE TABLE b (id INTEGER);\n");
	project_stage(p, "{ledger}{script " NAME "}");
	project_stage(p,
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('1', '" NAME
		"', {checksum " NAME "}, {at}, 1)");
	expect(unstick(p, 0, "resolve", "--applied", NAME, NULL),
		"{'findings': [], 'cases': [{'guard': {'allowed': true}}],"
		" 'migrations': {'applied': 1, 'failed': 0}}");
	assert_string_equal(p->err, "");
}

/* SQLite holds times in several forms; a new record has that of its neighbours. */
static void a_new_record_has_the_form_of_time_that_the_ledger_has(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *type = NULL;

	project_migration(p, INIT, "CREATE TABLE a (id INTEGER);\n");
	project_migration(p, NAME, "CREATE TABLE b (id INTEGER);\n");
	project_stage(p,
		"{ledger}INSERT INTO _prisma_migrations VALUES ('1', "
		"{checksum " INIT "}, '2024-01-01T10:00:00.123+00:00', '" INIT
		"', NULL, NULL, '2024-01-01T10:00:00.100+00:00', 1)");
	unstick(p, 0, "resolve", "--applied", NAME, NULL);
	type = db_value(p,
		"SELECT typeof(started_at) || started_at LIKE 'text____-__-__T%' "
		"FROM _prisma_migrations WHERE migration_name = '" NAME "'");
	assert_string_equal(type, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(applied_does_in_every_state_what_prisma_does),
		ON_BOTH(rolled_back_does_in_every_state_what_prisma_does),
		ON_BOTH(a_name_must_be_exact_and_the_nearest_are_told),
		ON_BOTH(only_applied_minds_a_lock_file_of_another_provider),
		ON_BOTH(evidence_that_disagrees_is_a_warning_and_recorded),
		ON_BOTH(evidence_that_agrees_is_no_warning),
		ON("sqlite", a_new_record_has_the_form_of_time_that_the_ledger_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
