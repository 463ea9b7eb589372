/* Finds what Prisma's CLI would find: prisma.config.*, schema.prisma, .env files,
 * the migrations directory. Observed with Prisma 6.19.3 and 7.10.1. */
#include "project.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unstick/auto.h"
#include "unstick/file.h"

static bool there(const char *path)
{
	return us_file_exists(path) || us_directory_exists(path);
}

/* "", "../", "../../" ...: the nearest folder with a package.json, as a prefix;
 * NULL if there is none up to the root. */
static us_code package_folder(char **out, us_err *err)
{
	US_AUTO(us_str_fini) us_str prefix = { 0 };
	US_AUTO(auto_str) char *cwd = getcwd(NULL, 0);
	us_code rc = US_OK;

	*out = NULL;
	for (const char *slash = cwd; slash && rc == US_OK;
		us_str_add(&prefix, "../")) {
		US_AUTO(auto_str) char *path = NULL;

		rc = us_strf(&path, err, "%spackage.json", us_str_text(&prefix));
		if (rc == US_OK && us_file_exists(path))
			return us_strdup(out, us_str_text(&prefix), err);
		slash = strchr(slash + 1, '/');
	}
	return rc;
}

/* package.json's prisma.schema; a broken package.json is not ours to complain of.
 */
static us_code package_schema(char **out, const char *folder, us_err *err)
{
	US_AUTO(auto_str) char *path = NULL;
	const char *schema;
	json_t *root;
	us_code rc = us_strf(&path, err, "%spackage.json", folder);

	*out = NULL;
	if (rc)
		return rc;
	root = json_load_file(path, 0, NULL);
	schema = json_string_value(
		json_object_get(json_object_get(root, "prisma"), "schema"));
	if (schema)
		rc = us_path_join(out, folder, schema, err);
	json_decref(root);
	return rc;
}

static us_code default_schema(char **out, us_err *err)
{
	static const char *const places[] = { "prisma/schema.prisma",
		"schema.prisma", "prisma/schema" };

	*out = NULL;
	for (size_t i = 0; i < US_LEN(places); i++)
		if (there(places[i]))
			return us_strdup(out, places[i], err);
	return US_OK;
}

static us_code missing(const char *who, const char *path, us_err *err)
{
	return us_fail(err, US_E_CONFIG, "%s: no such schema file or folder: %s",
		who, path);
}

/* Where the schema is; NULL if there is none or prisma.config.* computes it. */
static us_code locate_schema(
	char **out, us_project *p, const char *said, const char *who, us_err *err)
{
	US_AUTO(auto_str) char *folder = NULL;
	const us_said *config = &p->prisma.schema;
	us_code rc;

	*out = NULL;
	if (said)
		return there(said) ? us_strdup(out, said, err)
				   : missing(who, said, err);
	if (config->kind == US_SAID_TEXT) {
		rc = us_path_join(out, p->prisma.folder, config->text, err);
		return rc || there(*out) ? rc : missing(config->file, *out, err);
	}
	if (config->kind != US_SAID_NOTHING) {
		p->schema_hidden = true;
		return US_OK;
	}
	if (!p->prisma.path) { /* package.json counts only without prisma.config.*
				*/
		rc = package_folder(&folder, err);
		if (rc == US_OK && folder)
			rc = package_schema(out, folder, err);
		if (rc || *out)
			return rc || there(*out)
				       ? rc
				       : missing("package.json", *out, err);
	}
	return default_schema(out, err);
}

static us_code read_env_in(us_project *p, const char *folder, us_err *err)
{
	US_AUTO(auto_str) char *path = NULL;
	us_code rc = us_path_join(&path, folder, ".env", err);

	return rc ? rc : us_env_read(&p->env, path, true, err);
}

/* Prisma 6: the project's root, which is package.json's folder, then the schema's.
 */
static us_code read_env(us_project *p, us_err *err)
{
	US_AUTO(auto_str) char *root = NULL;
	us_code rc;

	if (p->prisma.path)
		return p->prisma.dotenv ? us_env_read(&p->env, ".env", false, err)
					: US_OK;
	rc = package_folder(&root, err);
	if (rc == US_OK && root)
		rc = read_env_in(p, root, err);
	if (rc == US_OK && !root)
		rc = read_env_in(p, ".", err);
	if (rc == US_OK && p->schema.folder)
		rc = read_env_in(p, p->schema.folder, err);
	if (rc == US_OK && p->env.files.len == 0)
		rc = read_env_in(p, "prisma", err);
	if (rc == US_OK && p->env.files.len == 0)
		rc = read_env_in(p, ".", err);
	return rc;
}

us_code us_project_find(
	us_project *p, const char *said, const char *who, us_err *err)
{
	US_AUTO(auto_str) char *path = NULL;
	us_code rc;

	*p = (us_project){ 0 };
	rc = us_prisma_config_find(&p->prisma, err);
	if (rc == US_OK)
		rc = locate_schema(&path, p, said, who, err);
	if (rc == US_OK && path)
		rc = us_schema_read(&p->schema, path, err);
	if (rc == US_OK)
		rc = read_env(p, err);
	if (rc)
		us_project_fini(p);
	return rc;
}

void us_project_fini(us_project *p)
{
	us_prisma_config_fini(&p->prisma);
	us_schema_fini(&p->schema);
	us_env_fini(&p->env);
	*p = (us_project){ 0 };
}

/* Beside the file with the datasource block (Prisma 6); for a folder of files
 * perhaps in that folder (Prisma 7). */
static us_code beside_schema(char **out, const us_schema *s, us_err *err)
{
	US_AUTO(auto_str) char *beside = NULL;
	US_AUTO(auto_str) char *in = NULL;
	us_code rc = us_path_join(&beside, s->folder, "migrations", err);

	if (rc == US_OK)
		rc = us_path_join(&in, s->path, "migrations", err);
	if (rc)
		return rc;
	*out = us_directory_exists(in) && !us_directory_exists(beside)
		       ? US_STEAL(in)
		       : US_STEAL(beside);
	return US_OK;
}

us_code us_project_migrations(char **out, const us_project *p, us_err *err)
{
	const us_said *config = &p->prisma.migrations;

	*out = NULL;
	if (config->kind == US_SAID_TEXT)
		return us_path_join(out, p->prisma.folder, config->text, err);
	if (config->kind != US_SAID_NOTHING)
		return us_fail(err, US_E_CONFIG,
			"%s:%d: `migrations.path` is computed, which unstick can't "
			"do: name the directory with --migrations, "
			"UNSTICK_MIGRATIONS or `migrations` in unstick.yaml",
			config->file, config->line);
	if (p->schema_hidden)
		return us_fail(err, US_E_CONFIG,
			"%s:%d: `schema` is computed, which unstick can't do, and "
			"the migrations are beside it: name them with "
			"--migrations, or the schema with --schema",
			p->prisma.schema.file, p->prisma.schema.line);
	if (p->schema.path)
		return beside_schema(out, &p->schema, err);
	return us_strdup(out, "prisma/migrations", err);
}
