/* Every run of every test here is searched for the password in its URL (run.c).
 * These are the places where one slips out all the same: scripts, logs, policies,
 * files. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "run.h"
#include "unstick/auto.h"

#define INIT "20240101000000_init"
#define NAME "20240102000000_role"

/* What a run may show of this: nothing. */
static const char script[] =
	"CREATE ROLE reporter LOGIN PASSWORD '" SECRET "';\n"
	"ALTER ROLE reporter WITH ENCRYPTED PASSWORD '" SECRET "';\n"
	"SELECT dblink_connect('host=db user=me password=" SECRET "');\n"
	"CREATE SUBSCRIPTION s CONNECTION 'postgresql://me:" SECRET
	"@db/app' PUBLICATION p;\n";
static const char logs[] =
	"A migration failed to apply. New migrations cannot be applied before the "
	"error is recovered from.\n\nMigration name: " NAME "\n\nDatabase error "
	"code: 42710\n\nDatabase error:\nERROR: could not connect to "
	"postgresql://me:" SECRET "@db/app\nDETAIL: password=" SECRET
	" was refused\n";

static project *stage(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *sql = NULL;

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME, script);
	assert_true(asprintf(&sql,
			    "{ledger}{deployed " INIT "}INSERT INTO "
			    "_prisma_migrations (id, migration_name, checksum, "
			    "started_at, logs) VALUES ('1', '" NAME
			    "', {checksum " NAME "}, {at}, '%s')",
			    logs) > 0);
	project_stage(p, sql);
	return p;
}

static void passwords_in_scripts_and_logs_are_masked(void **state)
{
	project *p = stage(state);

	unstick(p, 3, "status", "--verbose", NULL);
	unstick(p, 3, "audit", "--verbose", NULL);
	unstick(p, 0, "explain", NAME, "--verbose", NULL);
	assert_non_null(strstr(p->out, "***"));
	unstick_text(p, 3, "status", "--verbose", NULL);
	unstick_text(p, 3, "audit", "--verbose", NULL);
	unstick_text(p, 0, "explain", NAME, "--verbose", NULL);
	assert_non_null(strstr(p->out, "***"));
	unstick(p, 3, "resolve", NULL);
}

static void what_a_policy_says_is_masked(void **state)
{
	static const char *const bodies[] = {
		"log.warn('url postgresql://me:" SECRET "@db/app')",
		"error('password=" SECRET "')",
		"return verdict.stop(case.records[1].logs)",
		"return verdict.stop(case.evidence.statements[1].sql)",
		"db:query([[SELECT 'postgresql://me:" SECRET "@db/app'::no_type]])",
		"return verdict.rename('postgresql://me:" SECRET "@db', 'x')",
		"return { action = 'password=" SECRET "' }",
	};
	project *p = stage(state);

	project_write(p, "unstick.yaml", "policies: [tells.lua]\n");
	for (size_t i = 0; i < US_LEN(bodies); i++) {
		US_AUTO(auto_str) char *lua = NULL;

		assert_true(asprintf(&lua,
				    "return { any = function(case, db) %s end }\n",
				    bodies[i]) > 0);
		project_write(p, "tells.lua", lua);
		unstick(p, 3, "audit", "--verbose", NULL);
		unstick_text(p, 3, "resolve", "--verbose", NULL);
	}
}

/* The audit line stays in the database, where others can read it. */
static void what_is_recorded_is_masked(void **state)
{
	project *p = stage(state);
	US_AUTO(auto_str) char *recorded = NULL;

	project_write(
		p, "unstick.yaml", "policies: [tells.lua]\nallow_override: true\n");
	project_write(p, "tells.lua",
		"return { any = function() return { action = 'applied', override = "
		"true, reason = 'seen at postgresql://me:" SECRET "@db/app' } end "
		"}\n");
	unstick(p, 0, "resolve", NULL);
	recorded = db_value(p,
		"SELECT substr(logs, length(logs) - 300) FROM _prisma_migrations "
		"WHERE id = '1'");
	assert_non_null(strstr(recorded, "unstick: {"));
	assert_null(strstr(strstr(recorded, "unstick: {"), SECRET));
}

static void a_url_is_as_secret_in_a_file(void **state)
{
	static const struct {
		const char *file, *text;
	} files[] = {
		{ "unstick.yaml",
			"database_url: \"psotgresql://me:" SECRET "@db/app\"\n" },
		{ "unstick.yaml", "database_url: \"postgresql://me:" SECRET
				  "@db:port/app\"\n" },
		{ "unstick.yaml",
			"database_url: {a: postgresql://me:" SECRET "@db/app}\n" },
		{ "unstick.yaml", "shadow_url: \"mysql://me:" SECRET "@db/app\"\n"
				  "deadline: never\n" },
		{ "unstick.yaml",
			"databse_url: \"postgresql://me:" SECRET "@db/app\"\n" },
		{ ".env", "DIRECT_URL=\"mysql://me:" SECRET "@db/app\"\n" },
		{ ".env", "DIRECT_URL=\"postgresql://me:" SECRET
			  "@db/app?sslmode=require&sslaccept=never\"\n" },
		{ "prisma/schema.prisma",
			"datasource db {\n  provider = \"postgresql\"\n  url = "
			"\"postgresql://me:" SECRET "@/app?host=nowhere\"\n"
			"  directUrl = \"mysql://me:" SECRET "@db/app\"\n}\n" },
	};
	project *p = stage(state);

	project_environment(p, "DATABASE_URL=");
	for (size_t i = 0; i < US_LEN(files); i++) {
		project_write(p, files[i].file, files[i].text);
		/* Which code it is belongs to the tests of the configuration. */
		unstick(p, ANY, "status", NULL);
		project_write(p, files[i].file, "");
	}
}

static void a_url_on_the_command_line_is_not_repeated(void **state)
{
	project *p = stage(state);

	unstick(p, 78, "status", "--database-url", "mysql://me:" SECRET "@db/app",
		NULL);
	unstick(p, 78, "status", "--database-url", "me:" SECRET "@db", NULL);
	unstick(p, 69, "status", "--database-url",
		"postgresql://me:" SECRET "@localhost/x?host=/nowhere", NULL);
}

/* DETAIL lines hold users' data. */
static void values_in_details_are_shown_only_when_asked_for(void **state)
{
	project *p = project_open(state);

	project_migration(p, INIT, "CREATE UNIQUE INDEX i ON users (email);\n");
	project_stage(p,
		"{ledger}INSERT INTO _prisma_migrations (id, migration_name, "
		"checksum, started_at, logs) VALUES ('1', '" INIT
		"', {checksum " INIT
		"}, {at}, 'Database error code: 23505\n\nDatabase error:\nERROR: "
		"could not create unique index \"i\"\nDETAIL: Key "
		"(email)=(ada@example.org) is duplicated.\n')");
	unstick(p, 3, "audit", NULL);
	assert_null(strstr(p->out, "ada@example.org"));
	assert_null(strstr(
		unstick_text(p, 0, "explain", INIT, NULL), "ada@example.org"));
	unstick(p, 3, "audit", "--verbose", NULL);
	assert_non_null(strstr(p->out, "ada@example.org"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(passwords_in_scripts_and_logs_are_masked),
		ON_BOTH(what_a_policy_says_is_masked),
		ON_BOTH(what_is_recorded_is_masked),
		ON("sqlite", a_url_is_as_secret_in_a_file),
		ON("sqlite", a_url_on_the_command_line_is_not_repeated),
		ON_BOTH(values_in_details_are_shown_only_when_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
