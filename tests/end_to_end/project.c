/* The folder and the database that a test begins with. */
#include "project.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "server.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/hash.h"

#define MIGRATIONS "prisma/migrations"

/* ---- the life of a project ---- */

int project_setup(void **state)
{
	project *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	p->provider = *state;
	*state = p;
	return 0;
}

static bool postgres_is_here(void)
{
	US_AUTO(auto_str) char *binaries = server_binaries();

	return binaries || getenv("US_TEST_PG");
}

/* The same database, with a password that nobody asks for. */
static char *url_with_password(const cluster_db *db)
{
	char *url;

	assert_true(
		asprintf(&url,
			"postgresql://%s:" SECRET "%%263@localhost:%s/%s?host=%s",
			db->parts.user, db->parts.port, db->name, db->socket) > 0);
	return url;
}

project *project_open(void **state)
{
	project *p = *state;

	if (project_is(p, "postgresql") && !postgres_is_here()) {
		print_message("no PostgreSQL installed here: skipped\n");
		skip();
	}
	scratch_open(&p->folder);
	/* SQLite says where a file is by its real path. */
	assert_null(strstr(p->folder.path, ".."));
	project_write(
		p, MIGRATIONS "/README", "kept, so that the folder is there\n");
	if (project_is(p, "postgresql")) {
		cluster_db_open(&p->server);
		p->url = url_with_password(&p->server);
	} else {
		p->file = scratch_path(&p->folder, "app.db");
		assert_true(asprintf(&p->url, "file:%s", p->file) > 0);
		db_exec(p,
			"PRAGMA user_version = 1"); /* a file, not an empty one */
	}
	return p;
}

int project_teardown(void **state)
{
	project *p = *state;

	cluster_db_close(&p->server);
	scratch_close(&p->folder);
	for (size_t i = 0; i < p->nenvironment; i++)
		free(p->environment[i]);
	free(p->environment);
	free(p->file);
	free(p->url);
	free(p->schema);
	free(p->out);
	free(p->err);
	json_decref(p->report);
	free(p);
	return 0;
}

bool project_is(const project *p, const char *provider)
{
	return strcmp(p->provider, provider) == 0;
}

void project_use_schema(project *p, const char *name)
{
	US_AUTO(auto_str) char *create = NULL;
	char *url;

	assert_true(project_is(p, "postgresql"));
	assert_true(asprintf(&create, "CREATE SCHEMA \"%s\"", name) > 0);
	db_exec(p, create);
	assert_true(asprintf(&url, "%s&schema=%s", p->url, name) > 0);
	free(p->url);
	p->url = url;
	p->schema = strdup(name);
	assert_non_null(p->schema);
}

void project_environment(project *p, const char *setting)
{
	char **grown =
		reallocarray(p->environment, p->nenvironment + 1, sizeof(*grown));

	assert_non_null(grown);
	p->environment = grown;
	grown[p->nenvironment] = strdup(setting);
	assert_non_null(grown[p->nenvironment++]);
}

/* ---- its files ---- */

void project_write(project *p, const char *name, const char *text)
{
	scratch_write(&p->folder, name, text);
}

char *project_read(const project *p, const char *name)
{
	US_AUTO(auto_str) char *path = scratch_path(&p->folder, name);
	us_err err = { 0 };
	char *text;
	size_t len;

	if (!us_file_exists(path))
		return NULL;
	assert_ok(us_file_read(&text, &len, path, SIZE_MAX, &err), &err);
	return text;
}

void project_migration(project *p, const char *name, const char *script)
{
	US_AUTO(auto_str) char *path = NULL;

	assert_true(asprintf(&path, MIGRATIONS "/%s/migration.sql", name) > 0);
	project_write(p, path, script);
}

void project_link_migrations(project *p, const char *to)
{
	US_AUTO(auto_str) char *path = scratch_path(&p->folder, MIGRATIONS);
	US_AUTO(auto_str)
	char *readme = scratch_path(&p->folder, MIGRATIONS "/README");

	assert_int_equal(unlink(readme), 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink(to, path), 0);
}

void project_forget(project *p, const char *name)
{
	static const char *const files[] = { "migration.sql", "notes.md", "" };

	for (size_t i = 0; i < US_LEN(files); i++) {
		US_AUTO(auto_str) char *path = NULL;

		assert_true(asprintf(&path, "%s/" MIGRATIONS "/%s/%s",
				    p->folder.path, name, files[i]) > 0);
		assert_true(remove(path) == 0 || errno == ENOENT);
	}
}

char *project_script(const project *p, const char *name)
{
	US_AUTO(auto_str) char *path = NULL;
	char *text;

	assert_true(asprintf(&path, MIGRATIONS "/%s/migration.sql", name) > 0);
	text = project_read(p, path);
	assert_non_null(text);
	return text;
}

char *project_checksum(const project *p, const char *name)
{
	US_AUTO(auto_str) char *text = project_script(p, name);
	unsigned char digest[US_SHA256_BYTES];
	char *hex = malloc(2 * US_SHA256_BYTES + 1);
	us_sha256 *h;
	us_err err = { 0 };

	assert_non_null(hex);
	assert_ok(us_sha256_new(&h, &err), &err);
	assert_ok(us_sha256_begin(h, &err), &err);
	assert_ok(us_sha256_add(h, text, strlen(text), &err), &err);
	assert_ok(us_sha256_end(h, digest, &err), &err);
	us_sha256_free(h);
	us_hex(hex, digest);
	return hex;
}

us_script *project_statements(const project *p, const char *name)
{
	US_AUTO(auto_str) char *text = project_script(p, name);
	us_err err = { 0 };
	us_script *s;

	assert_ok(us_script_split(&s, p->provider, text, strlen(text), &err), &err);
	return s;
}
