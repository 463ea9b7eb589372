/* status, audit and explain write nothing: not to a file, not to a server, and they
 * take no lock. */
#include <dirent.h>
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
#define OTHER "20240103000000_coupons"

/* One case that resolve would write about, and one that it would stop at. */
static project *stage(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME, "CREATE TABLE orders (id INTEGER);\n");
	project_migration(p, OTHER, "CREATE TABLE coupons (id INTEGER);\n");
	project_stage(p,
		"{ledger}{deployed " INIT "}{script " NAME "}"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('1', '" NAME
		"', {checksum " NAME "}, {at}, 1);"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, logs) VALUES ('2', '" OTHER "', {checksum " OTHER
		"}, {at}, 'it failed');");
	return p;
}

/* A policy that asks the database something of its own, too. */
static void ask_the_database(project *p)
{
	project_write(p, "asks.lua",
		"return { any = function(case, db)\n"
		"  db:query('SELECT count(*) AS n FROM users')\n"
		"end }\n");
	project_write(p, "unstick.yaml", "policies: [asks.lua]\n");
}

static void look_at_everything(project *p)
{
	unstick(p, 3, "status", NULL);
	unstick(p, 3, "status", "--verbose", NULL);
	unstick(p, 3, "audit", NULL);
	unstick(p, 0, "explain", NAME, NULL);
	unstick(p, 0, "explain", OTHER, NULL);
	unstick_text(p, 3, "audit", "--verbose", NULL);
}

/* ---- SQLite ---- */

typedef struct {
	char *bytes;
	size_t len;
} content;

static content content_of(const project *p, const char *suffix)
{
	US_AUTO(auto_str) char *path = NULL;
	us_err err = { 0 };
	content c;

	assert_true(asprintf(&path, "%s%s", p->file, suffix) > 0);
	assert_ok(us_file_read(&c.bytes, &c.len, path, SIZE_MAX, &err), &err);
	return c;
}

static void same_content(const project *p, const char *suffix, content *before)
{
	content now = content_of(p, suffix);

	assert_int_equal(now.len, before->len);
	assert_memory_equal(now.bytes, before->bytes, now.len);
	free(now.bytes);
	free(before->bytes);
}

/* The database and whatever it has beside it. */
static int files_of(const project *p)
{
	DIR *dir = opendir(p->folder.path);
	const struct dirent *d;
	int n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		n += strncmp(d->d_name, "app.db", 6) == 0;
	closedir(dir);
	return n;
}

static void a_file_stays_as_it_is_byte_for_byte(void **state)
{
	project *p = stage(state);
	content before = content_of(p, "");

	ask_the_database(p);
	look_at_everything(p);
	same_content(p, "", &before);
	assert_int_equal(files_of(p), 1);
}

static void a_file_in_wal_mode_stays_as_it_is(void **state)
{
	project *p = stage(state);
	content before;

	db_exec(p, "PRAGMA journal_mode=WAL");
	before = content_of(p, "");
	ask_the_database(p);
	look_at_everything(p);
	same_content(p, "", &before);
}

/* What is in the -wal file and not yet in the other counts, and stays where it is.
 */
static void a_wal_that_was_not_written_back_is_read_and_stays(void **state)
{
	project *p = stage(state);
	session *app = session_open(p);
	content before, wal;

	session_exec(app, "PRAGMA journal_mode=WAL");
	session_exec(app, "PRAGMA wal_autocheckpoint=0");
	session_exec(app, "UPDATE _prisma_migrations SET logs = 'only in the wal' "
			  "WHERE id = '2'");
	before = content_of(p, "");
	wal = content_of(p, "-wal");
	assert_true(wal.len > 0);
	ask_the_database(p);
	look_at_everything(p);
	assert_non_null(strstr(p->out, "only in the wal"));
	same_content(p, "", &before);
	same_content(p, "-wal", &wal);
	session_close(app);
}

static void nothing_in_the_folder_changes(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *script = project_script(p, NAME);
	US_AUTO(auto_str) char *again = NULL;

	look_at_everything(p);
	again = project_script(p, NAME);
	assert_string_equal(script, again);
	assert_int_equal(files_of(p), 1);
}

/* ---- PostgreSQL ---- */

/* A row that is written has another xmin or ctid; a table rewritten, another file.
 */
static json_t *everything(const project *p)
{
	return db_rows(p,
		"SELECT 'ledger', xmin::text, ctid::text, id FROM "
		"_prisma_migrations UNION ALL "
		"SELECT 'class', xmin::text, relfilenode::text, relname FROM "
		"pg_class UNION ALL "
		"SELECT 'attribute', xmin::text, attnum::text, attname FROM "
		"pg_attribute WHERE attrelid >= 16384 UNION ALL "
		"SELECT 'user', xmin::text, ctid::text, id::text FROM users "
		"ORDER BY 1, 4, 2, 3");
}

static void no_row_of_the_server_s_is_touched(void **state)
{
	project *p = stage(state);
	json_t *before, *after;

	/* autovacuum writes into pg_class when it likes */
	db_exec(p, "ALTER TABLE _prisma_migrations SET (autovacuum_enabled = off);"
		   "ALTER TABLE users SET (autovacuum_enabled = off)");
	before = everything(p);
	ask_the_database(p);
	look_at_everything(p);
	after = everything(p);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

/* Whoever may only read sees the same, so nothing else was needed. */
static void a_role_that_may_only_read_gets_the_same_report(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *create = NULL, *url = NULL, *drop = NULL;
	json_t *cases;

	assert_true(asprintf(&create,
			    "CREATE ROLE %s_reader LOGIN IN ROLE pg_read_all_stats;"
			    "GRANT SELECT ON _prisma_migrations, users TO "
			    "%s_reader; ALTER ROLE %s_reader SET "
			    "default_transaction_read_only = on",
			    p->server.name, p->server.name, p->server.name) > 0);
	assert_true(asprintf(&drop, "DROP OWNED BY %s_reader; DROP ROLE %s_reader",
			    p->server.name, p->server.name) > 0);
	assert_true(asprintf(&url,
			    "DATABASE_URL=postgresql://%s_reader:" SECRET
			    "@localhost:%s/%s?host=%s",
			    p->server.name, p->server.parts.port, p->server.name,
			    p->server.socket) > 0);
	ask_the_database(p);
	unstick(p, 3, "audit", NULL);
	cases = json_incref(part(p->report, "cases"));
	db_exec(p, create);
	project_environment(p, url);
	look_at_everything(p);
	unstick(p, 3, "audit", NULL);
	expect_json(part(p->report, "cases.0.verdict"),
		json_object_get(json_array_get(cases, 0), "verdict"));
	expect_json(part(p->report, "cases.0.evidence"),
		json_object_get(json_array_get(cases, 0), "evidence"));
	json_decref(cases);
	db_exec(p, drop);
}

/* The policy is asked while audit has whatever locks it has; in resolve it sees
 * Prisma's, so it would see it here. */
static void audit_takes_no_advisory_lock_and_resolve_does(void **state)
{
	project *p = stage(state);

	project_write(p, "sees.lua",
		"return { any = function(case, db)\n"
		"  local held = db:query([[SELECT count(*) AS n FROM pg_locks "
		"WHERE\n"
		"    locktype = 'advisory' AND objid = 72707369 AND database =\n"
		"    (SELECT oid FROM pg_database WHERE datname = "
		"current_database())]])\n"
		"  return verdict.stop('held: ' .. held[1].n)\n"
		"end }\n");
	project_write(p, "unstick.yaml", "policies: [sees.lua]\n");
	expect(unstick(p, 3, "audit", NULL),
		"{'cases': [{'verdict': {'reason': 'held: 0'}}, {}]}");
	expect(unstick(p, 3, "resolve", NULL),
		"{'cases': [{'verdict': {'reason': 'held: 1'}}, {}]}");
}

/* ---- both ---- */

static void the_plan_shows_the_very_statements(void **state)
{
	project *p = stage(state);
	json_t *before = db_ledger(p), *actions;
	size_t i;
	const json_t *action;

	unstick(p, 3, "audit", NULL);
	ledger_unchanged(p, before);
	actions = part(p->report, "cases.0.actions");
	assert_int_equal(json_array_size(actions), 3); /* close, note, insert */
	json_array_foreach(actions, i, action)
	{
		assert_non_null(strstr(json_string_value(part(action, "sql")),
			"_prisma_migrations"));
		assert_int_equal(
			json_integer_value(part(action, "transaction")), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON("sqlite", a_file_stays_as_it_is_byte_for_byte),
		ON("sqlite", a_file_in_wal_mode_stays_as_it_is),
		ON("sqlite", a_wal_that_was_not_written_back_is_read_and_stays),
		ON("sqlite", nothing_in_the_folder_changes),
		ON("postgresql", no_row_of_the_server_s_is_touched),
		ON("postgresql", a_role_that_may_only_read_gets_the_same_report),
		ON("postgresql", audit_takes_no_advisory_lock_and_resolve_does),
		ON_BOTH(the_plan_shows_the_very_statements),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
