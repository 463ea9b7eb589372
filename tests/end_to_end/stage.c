/* The history that a test begins with, written as SQL with a few words of Prisma's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "unstick/auto.h"
#include "unstick/script.h"

static const char postgres_ledger[] =
	"CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL,"
	" checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,"
	" migration_name VARCHAR(255) NOT NULL, logs TEXT,"
	" rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT "
	"now(),"
	" applied_steps_count INTEGER NOT NULL DEFAULT 0);\n";
static const char sqlite_ledger[] =
	"CREATE TABLE \"_prisma_migrations\" (\"id\" TEXT PRIMARY KEY NOT NULL,"
	" \"checksum\" TEXT NOT NULL, \"finished_at\" DATETIME,"
	" \"migration_name\" TEXT NOT NULL, \"logs\" TEXT,"
	" \"rolled_back_at\" DATETIME,"
	" \"started_at\" DATETIME NOT NULL DEFAULT current_timestamp,"
	" \"applied_steps_count\" INTEGER UNSIGNED NOT NULL DEFAULT 0);\n";

static void flush(
	project *p, us_str *sql, void (*run)(const project *, const char *))
{
	assert_false(sql->failed);
	run(p, us_str_text(sql));
	us_str_fini(sql);
	*sql = (us_str){ 0 };
}

/* ---- words ---- */

static void add_ledger(project *p, us_str *sql, const char *name)
{
	(void)name;
	us_str_add(sql, project_is(p, "sqlite") ? sqlite_ledger : postgres_ledger);
}

/* 2024-01-01 and a minute more each time; SQLite has Prisma's milliseconds. */
static void add_time(project *p, us_str *sql, const char *name)
{
	long long at = 1704067200LL + 60LL * p->minutes++;

	(void)name;
	if (project_is(p, "sqlite"))
		us_str_addf(sql, "%lld000", at);
	else
		us_str_addf(sql, "to_timestamp(%lld)", at);
}

static void add_checksum(project *p, us_str *sql, const char *name)
{
	US_AUTO(auto_str) char *hex = project_checksum(p, name);

	us_str_addf(sql, "'%s'", hex);
}

static void add_script(project *p, us_str *sql, const char *name)
{
	US_AUTO(auto_str) char *text = project_script(p, name);

	us_str_addf(sql, "%s\n;\n", text);
}

/* "3 NAME" */
static void add_first(project *p, us_str *sql, const char *count_and_name)
{
	char *name;
	const size_t n = strtoul(count_and_name, &name, 10);
	us_script *s = project_statements(p, name + strspn(name, " "));

	assert_true(n > 0 && n <= us_script_len(s));
	for (size_t i = 0; i < n; i++) {
		const us_statement *part = us_script_statement(s, i);

		us_str_addn(sql, us_script_text(s) + part->offset, part->len);
		us_str_add(sql, ";\n");
	}
	us_script_free(s);
}

static void add_record(project *p, us_str *sql, const char *name)
{
	us_str_addf(sql,
		"INSERT INTO _prisma_migrations (id, migration_name, checksum,"
		" started_at, finished_at, applied_steps_count) VALUES"
		" ('%08x-0000-4000-8000-000000000000', '%s', ",
		(unsigned)p->minutes, name);
	add_checksum(p, sql, name);
	us_str_add(sql, ", ");
	add_time(p, sql, name);
	us_str_add(sql, ", ");
	add_time(p, sql, name);
	us_str_add(sql, ", 1);\n");
}

static void add_deployed(project *p, us_str *sql, const char *name)
{
	add_script(p, sql, name);
	add_record(p, sql, name);
}

/* A record that was never closed. */
static void add_open_record(
	project *p, us_str *sql, const char *name, const char *logs)
{
	us_str_addf(sql,
		"INSERT INTO _prisma_migrations (id, migration_name, checksum,"
		" started_at, logs) VALUES ('%08x-0000-4000-8000-000000000000',"
		" '%s', ",
		(unsigned)p->minutes, name);
	add_checksum(p, sql, name);
	us_str_add(sql, ", ");
	add_time(p, sql, name);
	us_str_addf(sql, ", %s);\n", logs);
}

static void add_killed(project *p, us_str *sql, const char *name)
{
	add_open_record(p, sql, name, "NULL");
}

/* "NAME CODE MESSAGE"; logs as the native engine writes them. */
static void add_failed(project *p, us_str *sql, const char *said)
{
	US_AUTO(auto_str) char *words = strdup(said), *logs = NULL;
	char *code, *message;

	assert_non_null(words);
	code = strchr(words, ' ');
	assert_non_null(code);
	*code++ = '\0';
	message = strchr(code, ' ');
	assert_non_null(message);
	*message++ = '\0';
	assert_true(
		asprintf(&logs,
			"'A migration failed to apply. New migrations cannot be "
			"applied before the error is recovered from. Read more "
			"about how to resolve migration issues in a production "
			"database: https://pris.ly/d/migrate-resolve\n\nMigration "
			"name: %s\n\nDatabase error code: %s\n\nDatabase error:\n"
			"%s%s\n\n   0: sql_schema_connector::apply_migration::"
			"apply_script\n           with migration_name=\"%s\"\n'",
			words, code, project_is(p, "sqlite") ? "" : "ERROR: ",
			message, words) > 0);
	add_open_record(p, sql, words, logs);
}

static void run_so_far(project *p, us_str *sql, const char *name)
{
	(void)name;
	flush(p, sql, db_exec);
}

static void fail_so_far(project *p, us_str *sql, const char *name)
{
	(void)name;
	flush(p, sql, db_refuses);
}

static const struct {
	const char *word;
	void (*add)(project *p, us_str *sql, const char *name);
} words[] = {
	{ "ledger", add_ledger },
	{ "at", add_time },
	{ "checksum", add_checksum },
	{ "script", add_script },
	{ "first", add_first },
	{ "recorded", add_record },
	{ "deployed", add_deployed },
	{ "killed", add_killed },
	{ "failed", add_failed },
	{ "then", run_so_far },
	{ "refused", fail_so_far },
};

/* What stands between braces. */
static void add_word(project *p, us_str *sql, const char *verb, const char *name)
{
	for (size_t i = 0; i < US_LEN(words); i++) {
		if (strcmp(words[i].word, verb) == 0) {
			words[i].add(p, sql, name);
			return;
		}
	}
	fail_msg("{%s}: no such word", verb);
}

void project_stage(project *p, const char *text)
{
	us_str sql = { 0 };
	const char *open;

	while ((open = strchr(text, '{')) != NULL) {
		const char *close = strchr(open, '}');
		char *word, *name;

		assert_non_null(close);
		us_str_addn(&sql, text, (size_t)(open - text));
		word = strndup(open + 1, (size_t)(close - open - 1));
		name = word + strcspn(word, " ");
		if (*name)
			*name++ = '\0';
		add_word(p, &sql, word, name);
		free(word);
		text = close + 1;
	}
	us_str_add(&sql, text);
	flush(p, &sql, db_exec);
}
