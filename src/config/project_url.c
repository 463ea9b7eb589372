/* Which of the many places that can name the database counts. */
#include <stdlib.h>
#include <string.h>

#include "project.h"
#include "unstick/auto.h"
#include "unstick/file.h"

void us_found_url_fini(us_found_url *u)
{
	free(u->text);
	free(u->source);
	free(u->base);
	*u = (us_found_url){ 0 };
}

static us_code found(us_found_url *out, const char *text, const char *source,
	const char *base, us_err *err)
{
	us_code rc = us_strdup(&out->text, text, err);

	if (rc == US_OK)
		rc = us_strdup(&out->source, source, err);
	if (rc == US_OK && base)
		rc = us_strdup(&out->base, base, err);
	return rc;
}

us_code us_project_variable(
	us_found_url *out, const us_project *p, const char *name, us_err *err)
{
	const char *file;
	const char *value = us_env_get(&p->env, name, &file);
	us_code rc;

	if (!value)
		return US_OK;
	rc = us_strdup(&out->text, value, err);
	if (rc)
		return rc;
	return file ? us_strf(&out->source, err, "%s (%s)", name, file)
		    : us_strdup(&out->source, name, err);
}

static bool is_set(const us_project *p, const char *name)
{
	const char *value = us_env_get(&p->env, name, NULL);

	return value && *value;
}

static us_code not_set(
	const us_project *p, const us_said *said, const char *what, us_err *err)
{
	const char *note = "";

	if (said == &p->schema.url || said == &p->schema.direct)
		note = " (Prisma: P1012)";
	else if (p->prisma.path && !p->prisma.dotenv)
		note = " (with a prisma.config.* Prisma reads no .env, and so "
		       "doesn't "
		       "unstick)";
	return us_fail(err, US_E_CONFIG,
		"%s:%d: %s is env(\"%s\"), which is not set%s", said->file,
		said->line, what, said->text, note);
}

/* What a file says: the text, or the variable it names. DIRECT_URL is preferred to
 * DATABASE_URL: the direct connection to the pooled one. */
static us_code follow(us_found_url *out, const us_project *p, const us_said *said,
	const char *what, const char *base, us_err *err)
{
	const char *name = said->text;
	us_code rc;

	if (said->kind == US_SAID_TEXT) {
		rc = us_strdup(&out->text, said->text, err);
		if (rc == US_OK)
			rc = said->line ? us_strf(&out->source, err, "%s:%d",
						  said->file, said->line)
					: us_strdup(&out->source, said->file, err);
	} else {
		if (strcmp(name, "DATABASE_URL") == 0 && is_set(p, "DIRECT_URL"))
			name = "DIRECT_URL";
		rc = us_project_variable(out, p, name, err);
		if (rc == US_OK && !out->text)
			rc = not_set(p, said, what, err);
	}
	return rc ? rc : us_strdup(&out->base, base, err);
}

static us_code nowhere(const us_project *p, us_err *err)
{
	US_AUTO(us_str_fini) us_str files = { 0 };

	for (size_t i = 0; i < p->env.files.len; i++)
		us_str_addf(&files, ", %s", p->env.files.items[i]);
	if (p->schema.path)
		us_str_addf(&files, ", %s", p->schema.path);
	if (p->prisma.path)
		us_str_addf(&files, ", %s%s", p->prisma.path,
			p->prisma.dotenv ? "" : " (with it, .env is not read)");
	return us_fail(err, US_E_CONFIG,
		"no database URL: set DATABASE_URL (looked for "
		"UNSTICK_DATABASE_URL, "
		"DIRECT_URL and DATABASE_URL in the environment%s)",
		us_str_text(&files));
}

/* prisma.config.*'s datasource; Prisma 7 knows no other place. */
static us_code from_config(us_found_url *out, const us_project *p, us_err *err)
{
	const us_prisma_config *c = &p->prisma;
	bool direct = c->direct.kind != US_SAID_NOTHING;
	const us_said *said = direct ? &c->direct : &c->url;
	const char *what = direct ? "datasource.directUrl" : "datasource.url";

	if (said->kind == US_SAID_COMPUTED)
		return us_fail(err, US_E_CONFIG,
			"%s:%d: `%s` is computed, which unstick can't do: give the "
			"URL as UNSTICK_DATABASE_URL, or name its variable in "
			"unstick.yaml (`database_url: env(NAME)`)",
			said->file, said->line, what);
	return follow(out, p, said, what, c->folder, err);
}

static us_code from_schema(us_found_url *out, const us_project *p, us_err *err)
{
	const us_schema *s = &p->schema;
	bool direct = s->direct.kind != US_SAID_NOTHING;
	const us_said *said = direct ? &s->direct : &s->url;

	if (said->kind == US_SAID_COMPUTED)
		return us_fail(err, US_E_CONFIG,
			"%s:%d: `%s` is neither a string nor env(\"NAME\")",
			said->file, said->line, direct ? "directUrl" : "url");
	return follow(out, p, said, direct ? "directUrl" : "url", s->folder, err);
}

/* The names everybody uses, where no file names one. */
static us_code from_environment(us_found_url *out, const us_project *p, us_err *err)
{
	us_code rc = us_project_variable(out, p,
		is_set(p, "DIRECT_URL") ? "DIRECT_URL" : "DATABASE_URL", err);

	if (rc == US_OK && !out->text)
		rc = nowhere(p, err);
	if (rc == US_OK)
		rc = us_strdup(
			&out->base, p->schema.folder ? p->schema.folder : ".", err);
	return rc;
}

/* unstick.yaml and UNSTICK_DATABASE_URL: used as they are. */
static us_code from_settings(
	us_found_url *out, const us_project *p, const us_said *said, us_err *err)
{
	US_AUTO(auto_str) char *folder = NULL;
	us_code rc;

	if (said->kind == US_SAID_ENV)
		return follow(out, p, said, "`database_url`",
			p->schema.folder ? p->schema.folder : ".", err);
	/* A variable's relative path starts here, like a path on the command line.
	 */
	rc = said->line ? us_path_parent(&folder, said->file, err)
			: us_strdup(&folder, ".", err);
	return rc ? rc : follow(out, p, said, "`database_url`", folder, err);
}

us_code us_project_url(us_found_url *out, const us_project *p, const char *flag,
	const us_said *said, us_err *err)
{
	/* `env(DATABASE_URL)` is the default spelt out: the schema may still know
	 * better, unless it takes a program to find out. */
	bool spelt_out = said->kind == US_SAID_ENV &&
			 strcmp(said->text, "DATABASE_URL") == 0;
	bool computed = p->prisma.url.kind == US_SAID_COMPUTED ||
			p->prisma.direct.kind == US_SAID_COMPUTED;
	us_code rc;

	*out = (us_found_url){ 0 };
	if (flag)
		rc = found(out, flag, "--database-url", ".", err);
	else if (said->kind != US_SAID_NOTHING && (!spelt_out || computed))
		rc = from_settings(out, p, said, err);
	else if (p->prisma.url.kind != US_SAID_NOTHING ||
		 p->prisma.direct.kind != US_SAID_NOTHING)
		rc = from_config(out, p, err);
	else if (p->schema.url.kind != US_SAID_NOTHING ||
		 p->schema.direct.kind != US_SAID_NOTHING)
		rc = from_schema(out, p, err);
	else
		rc = from_environment(out, p, err);
	if (rc)
		us_found_url_fini(out);
	return rc;
}
