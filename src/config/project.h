#ifndef US_PROJECT_H
#define US_PROJECT_H

#include "env.h"
#include "prisma.h"
#include "settings.h"

/* The project in the working directory: Prisma's files and its environment, found
 * as Prisma's CLI finds them. Private to src/config. */
typedef struct {
	us_prisma_config prisma; /* .path NULL: none */
	us_schema schema;        /* .path NULL: none, or not known */
	bool schema_hidden;      /* prisma.config.* computes where it is */
	us_env env;
} us_project;

/* `said`: the schema the user names, or NULL; `who` says so in messages. */
US_MUST us_code us_project_find(
	us_project *p, const char *said, const char *who, us_err *err);
void us_project_fini(us_project *p);

/* The migrations directory, when the user doesn't name it. */
US_MUST us_code us_project_migrations(char **out, const us_project *p, us_err *err);

/* Which URL, and where it comes from. */
typedef struct {
	char *text;
	char *source; /* "DATABASE_URL (.env)", "prisma/schema.prisma:4" */
	char *base;   /* where its relative paths start */
} us_found_url;

/* `flag` is --database-url's value or NULL; `said` what unstick.yaml and
 * UNSTICK_DATABASE_URL say. */
US_MUST us_code us_project_url(us_found_url *out, const us_project *p,
	const char *flag, const us_said *said, us_err *err);
void us_found_url_fini(us_found_url *u);

/* The environment variable's value, with its source; NULL text if it isn't set. */
US_MUST us_code us_project_variable(
	us_found_url *out, const us_project *p, const char *name, us_err *err);

/* The configuration's shadow_url, as its settings or (where a replay is wanted)
 * Prisma's own files say; checked against its url. */
US_MUST us_code us_settings_shadow(
	us_settings *s, const us_project *p, us_err *err);

#endif
