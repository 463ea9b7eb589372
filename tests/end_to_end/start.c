/* A project that starts, and its log. */
#include "start.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "database.h"
#include "server.h"
#include "unstick/auto.h"
#include "unstick/when.h"

static void write_program(project *p, const char *name, const char *text)
{
	US_AUTO(auto_str) char *path = scratch_path(&p->folder, name);

	project_write(p, name, text);
	assert_int_equal(chmod(path, 0755), 0);
}

project *start_stage(void **state)
{
	project *p = project_open(state);
	US_AUTO(auto_str) char *binaries = server_binaries();
	US_AUTO(auto_str) char *psql = NULL;

	assert_true(asprintf(&psql, "PSQL=%s/psql", binaries ? binaries : "") > 0);
	project_environment(p, psql);
	project_environment(p, "UNSTICK_START_DEPLOY=" US_DEPLOY);
	write_program(p, "app", "#!/bin/sh\necho app \"$@\"\n");
	return p;
}

project *start_orders(void **state, const char *then)
{
	project *p = start_stage(state);

	project_migration(p, INIT, "CREATE TABLE users (id INTEGER);\n");
	project_migration(p, NAME,
		"CREATE TABLE orders (id INTEGER);\n"
		"CREATE TABLE items (id INTEGER);\n");
	if (then)
		project_stage(p, then);
	return p;
}

void start_deploy_dies_once(project *p)
{
	project_write(p, "deploy",
		"if [ -e once ]; then exec " US_DEPLOY "; fi\n"
		"touch once\n"
		"\"$PSQL\" -XqAt \"$DATABASE_URL\" -c \"INSERT INTO "
		"_prisma_migrations (id, checksum, migration_name) VALUES "
		"('dead', '$(sha256sum <prisma/migrations/" NAME
		"/migration.sql | cut -c 1-64)', '" NAME "')\"\n"
		"exit 137\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
}

void start_policy(project *p, const char *answer)
{
	US_AUTO(auto_str) char *text = NULL;

	assert_true(asprintf(&text, "return { any = function() return %s end }\n",
			    answer) > 0);
	project_write(p, "policy.lua", text);
	project_write(
		p, "unstick.yaml", "policies: [policy.lua]\nbuiltin: false\n");
}

void start_begin(project *p, running *r)
{
	static const char *const words[] = { "start", "./app", "one", NULL };

	run_start(p, r, NULL, words);
}

const char *start(project *p, int exit)
{
	running r;

	start_begin(p, &r);
	return run_ends(p, &r, exit);
}

/* ---- the log ---- */

static void check_line(const json_t *line, const char *text, size_t n)
{
	static const char *const keys[] = { "time", "level", "event", "run_id",
		"message" };
	us_time at;

	if (!line)
		fail_msg("not a JSON object: %.*s", (int)n, text);
	for (size_t i = 0; i < US_LEN(keys); i++)
		if (!json_is_string(json_object_get(line, keys[i])))
			fail_msg("no %s: %.*s", keys[i], (int)n, text);
	assert_true(us_time_parse(
		&at, json_string_value(json_object_get(line, "time"))));
}

static size_t find(const project *p, const char *name, json_t **last)
{
	size_t found = 0, n;

	for (const char *text = p->err; *text; text += n + (text[n] == '\n')) {
		json_t *line;

		n = strcspn(text, "\n");
		line = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
		check_line(line, text, n);
		if (strcmp(json_string_value(json_object_get(line, "event")),
			    name) == 0) {
			found++;
			json_decref(*last);
			*last = json_incref(line);
		}
		json_decref(line);
	}
	return found;
}

size_t events(const project *p, const char *name)
{
	json_t *last = NULL;
	size_t n = find(p, name, &last);

	json_decref(last);
	return n;
}

const json_t *event(const project *p, const char *name, const char *key)
{
	project *keeper = (project *)(uintptr_t)p;
	json_t *last = NULL;

	find(p, name, &last);
	json_decref(keeper->report);
	keeper->report = last;
	return json_object_get(last, key);
}

void event_says(
	const project *p, const char *name, const char *key, const char *text)
{
	const char *said = json_string_value(event(p, name, key));

	if (!said || strcmp(said, text) != 0)
		fail_msg("%s of %s is %s, not %s: %s", key, name,
			said ? said : "(none)", text, p->err);
}

/* ---- what it did ---- */

size_t deploys(const project *p)
{
	US_AUTO(auto_str) char *text = project_read(p, "deploys");
	size_t n = 0;

	for (const char *at = text; at && (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

void nobody_is_left(const project *p)
{
	db_until(p, "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = "
		    "current_database() AND pid <> pg_backend_pid() AND "
		    "backend_type = 'client backend'");
	db_until(p, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' "
		    "AND database = (SELECT oid FROM pg_database WHERE datname = "
		    "current_database())");
}

size_t children(pid_t pid, pid_t *first)
{
	US_AUTO(auto_str) char *path = NULL;
	char text[4096] = "", *rest = text;
	size_t n = 0;
	FILE *f;

	assert_true(asprintf(&path, "/proc/%d/task/%d/children", (int)pid,
			    (int)pid) > 0);
	f = fopen(path, "re");
	if (f) {
		assert_true(fread(text, 1, sizeof(text) - 1, f) < sizeof(text) - 1);
		assert_int_equal(fclose(f), 0);
	}
	for (long child; (child = strtol(rest, &rest, 10)) > 0; n++)
		if (n == 0)
			*first = (pid_t)child;
	return n;
}

pid_t child_of(pid_t pid)
{
	pid_t child = 0;

	for (int tries = 0; !children(pid, &child) && tries < 4000; tries++)
		us_sleep_ms(5);
	assert_int_not_equal(child, 0);
	return child;
}
