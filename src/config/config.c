/* Everything a run is told, put together once: flags over environment over .env
 * over unstick.yaml over what Prisma's own files say. */
#include "unstick/config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "project.h"
#include "settings.h"
#include "unstick/auto.h"
#include "unstick/file.h"

typedef struct {
	const us_options *opt;
	us_settings settings;
	us_project project;
	us_err *err;
} loader;

void us_policy_file_fini(us_policy_file *p)
{
	free(p->path);
	json_decref(p->with);
	json_decref(p->with_lines);
	*p = (us_policy_file){ 0 };
}

static void config_fini(us_config *c)
{
	us_url_fini(&c->url);
	free(c->url_source);
	free(c->migrations);
	free(c->schema);
	free(c->provider);
	free(c->file);
	free(c->prisma_engine);
	for (size_t i = 0; i < c->policies_len; i++)
		us_policy_file_fini(&c->policies[i]);
	free(c->policies);
	free(c->shadow_url);
	us_strs_fini(&c->before_change);
	us_strs_fini(&c->start.generate);
	us_strs_fini(&c->start.deploy);
	free(c->start.metrics);
	us_strs_fini(&c->warnings);
	*c = (us_config){ 0 };
}

void us_settings_fini(us_settings *s)
{
	config_fini(&s->config);
	us_said_fini(&s->database_url);
	us_said_fini(&s->shadow_url);
	free(s->schema);
	free(s->migrations);
	*s = (us_settings){ 0 };
}

void us_config_free(us_config *c)
{
	if (!c)
		return;
	config_fini(c);
	free(c);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* unstick.yaml: named, then it has to be there; or here, if it is. */
static us_code read_file(loader *l)
{
	const char *named = l->opt->config, *who = "--config";
	us_code rc;

	if (!named) {
		named = variable("UNSTICK_CONFIG");
		who = "UNSTICK_CONFIG";
	}
	if (named && !us_file_exists(named))
		return us_fail(
			l->err, US_E_CONFIG, "%s: no such file: %s", who, named);
	if (!named && !us_file_exists("unstick.yaml"))
		return US_OK;
	if (!named)
		named = "unstick.yaml";
	rc = us_settings_file(&l->settings, named, l->err);
	return rc ? rc : us_strdup(&l->settings.config.file, named, l->err);
}

/* Prisma's files, and .env, which depends on where the schema is. */
static us_code find_project(loader *l)
{
	const char *said = l->opt->schema, *who = "--schema";
	const us_env none = { 0 };
	us_code rc = us_settings_environment(&l->settings, &none, true, l->err);

	if (rc)
		return rc;
	if (!said) {
		said = l->settings.schema;
		who = variable("UNSTICK_SCHEMA") ? "UNSTICK_SCHEMA"
						 : l->settings.config.file;
	}
	return us_project_find(&l->project, said, who, l->err);
}

static us_code choose(int *slot, const char *flag, const char *value,
	const char *const *words, size_t n, us_err *err)
{
	US_AUTO(us_str_fini) us_str known = { 0 };

	for (size_t i = 0; value && i < n; i++) {
		if (strcmp(value, words[i]) == 0) {
			*slot = (int)i;
			return US_OK;
		}
		us_str_addf(&known, "%s%s", i ? ", " : "", words[i]);
	}
	if (!value)
		return US_OK;
	return us_fail(err, US_E_USAGE, "%s: unknown value `%s`; known are %s",
		flag, value, us_str_text(&known));
}

/* The command line, over everything else. */
static us_code apply_flags(loader *l)
{
	static const char *const formats[] = { "text", "json" };
	static const char *const evidence[] = { "catalog", "replay" };
	static const char *const logs[] = { "auto", "text", "json" };
	const us_options *o = l->opt;
	us_settings *s = &l->settings;
	us_config *c = &s->config;
	us_code rc = choose(&s->format, "--format", o->format, formats,
		US_LEN(formats), l->err);

	if (rc == US_OK)
		rc = choose(&s->evidence, "--evidence", o->evidence, evidence,
			US_LEN(evidence), l->err);
	if (rc == US_OK)
		rc = choose(&s->log_format, "--log-format", o->log_format, logs,
			US_LEN(logs), l->err);
	if (rc == US_OK && o->metrics) {
		free(c->start.metrics);
		c->start.metrics = NULL;
		rc = us_strdup(&c->start.metrics, o->metrics, l->err);
	}
	c->quiet |= o->quiet;
	c->verbose |= o->verbose;
	c->trace = o->trace;
	c->format = (us_format)s->format;
	c->evidence = (us_evidence_choice)s->evidence;
	c->pooler = (us_pooler)s->pooler;
	c->shadow = (us_shadow)s->shadow;
	c->on_unresolved = (us_unresolved)s->on_unresolved;
	c->start.deploy_always = s->deploy_when == 1;
	c->start.log_format = (us_log_format)s->log_format;
	return rc;
}

static us_code find_migrations(loader *l)
{
	us_config *c = &l->settings.config;

	if (l->opt->migrations)
		return us_strdup(&c->migrations, l->opt->migrations, l->err);
	if (l->settings.migrations) {
		c->migrations = US_STEAL(l->settings.migrations);
		return US_OK;
	}
	return us_project_migrations(&c->migrations, &l->project, l->err);
}

static bool is_postgres(const char *provider)
{
	return strcmp(provider, "postgresql") == 0 ||
	       strcmp(provider, "postgres") == 0;
}

/* Before the URL is looked at: "we don't do MySQL" says more than "not a URL". */
static us_code check_provider(const loader *l)
{
	const char *provider = l->project.schema.provider;

	if (!provider || is_postgres(provider) || strcmp(provider, "sqlite") == 0)
		return US_OK;
	return us_fail(l->err, US_E_CONFIG,
		"%s: provider \"%s\" is not supported: unstick supports PostgreSQL "
		"and SQLite",
		l->project.schema.path, provider);
}

static us_code check_url_provider(const loader *l)
{
	const char *schema = l->project.schema.provider;
	const us_config *c = &l->settings.config;

	if (!schema || is_postgres(schema) == is_postgres(c->url.provider))
		return US_OK;
	return us_fail(l->err, US_E_CONFIG,
		"%s is a URL for %s, but %s says provider \"%s\" (Prisma: P1012)",
		c->url_source, c->url.provider, l->project.schema.path, schema);
}

static us_code find_url(loader *l)
{
	US_AUTO(us_found_url_fini) us_found_url url = { 0 };
	us_config *c = &l->settings.config;
	us_url_bases bases;
	us_code rc = US_OK;

	if (l->opt->database_url)
		rc = us_strs_add(&c->warnings,
			"--database-url: others on this machine can see it in the "
			"list of processes; UNSTICK_DATABASE_URL keeps it out of "
			"there",
			l->err);
	if (rc == US_OK)
		rc = us_project_url(&url, &l->project, l->opt->database_url,
			&l->settings.database_url, l->err);
	if (rc)
		return rc;
	c->url_source = US_STEAL(url.source);
	bases = (us_url_bases){ url.base, url.base };
	rc = us_url_parse(&c->url, url.text, &bases, &c->warnings, l->err);
	if (rc)
		us_context(l->err, "%s", c->url_source);
	return rc ? rc : check_url_provider(l);
}

/* Prisma: any value but "" and "0" (prisma-engines, the native schema engine's
 * source). */
static us_code find_lock(loader *l)
{
	us_config *c = &l->settings.config;
	const char *value = us_env_get(
		&l->project.env, "PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK", NULL);

	c->lock_disabled = value && *value && strcmp(value, "0") != 0;
	if (!c->lock_disabled || !is_postgres(c->url.provider))
		return US_OK;
	return us_strs_add(&c->warnings,
		"PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK is set: nothing keeps a "
		"deploy from "
		"running at the same time",
		l->err);
}

/* `--migrations ""` is a script's variable that came out empty, not a wish. */
static us_code refuse_empty_flags(const loader *l)
{
	const us_options *o = l->opt;
	const struct {
		const char *flag, *value;
	} flags[] = { { "--database-url", o->database_url },
		{ "--migrations", o->migrations }, { "--schema", o->schema },
		{ "--config", o->config }, { "--metrics", o->metrics } };

	for (size_t i = 0; i < US_LEN(flags); i++)
		if (flags[i].value && *flags[i].value == '\0')
			return us_fail(
				l->err, US_E_USAGE, "%s is empty", flags[i].flag);
	return US_OK;
}

/* What only a run with a database needs. */
static us_code find_database(loader *l)
{
	us_code rc = check_provider(l);

	if (rc == US_OK)
		rc = find_migrations(l);
	if (rc == US_OK)
		rc = find_url(l);
	if (rc == US_OK)
		rc = us_settings_shadow(&l->settings, &l->project, l->err);
	return rc == US_OK ? find_lock(l) : rc;
}

static us_code load(loader *l)
{
	us_config *c = &l->settings.config;
	us_code rc = refuse_empty_flags(l);

	if (rc == US_OK)
		rc = us_settings_init(&l->settings, l->err);
	l->settings.mistakes = l->opt->mistakes;
	if (rc == US_OK)
		rc = read_file(l);
	if (rc == US_OK)
		rc = find_project(l);
	if (rc == US_OK)
		rc = us_settings_environment(
			&l->settings, &l->project.env, false, l->err);
	if (rc == US_OK)
		rc = apply_flags(l);
	if (rc == US_OK && !l->opt->offline)
		rc = find_database(l);
	c->incomplete = l->opt->mistakes && l->opt->mistakes->len > 0;
	c->schema = US_STEAL(l->project.schema.path);
	c->provider = US_STEAL(l->project.schema.provider);
	return rc;
}

us_code us_config_load(us_config **out, const us_options *opt, us_err *err)
{
	loader l = { .opt = opt, .err = err };
	us_code rc = load(&l);

	*out = NULL;
	if (rc == US_OK) {
		*out = malloc(sizeof(**out));
		if (*out) {
			**out = l.settings.config;
			l.settings.config = (us_config){ 0 };
		} else {
			rc = us_fail(err, US_E_NOMEM, "out of memory");
		}
	}
	us_settings_fini(&l.settings);
	us_project_fini(&l.project);
	return rc;
}
