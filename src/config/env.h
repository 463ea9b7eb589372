#ifndef US_ENV_H
#define US_ENV_H

#include "unstick/str.h"

/* Environment variables as Prisma's CLI sees them: the process's own first, then
 * the .env files that were read. Nothing is ever put into the process's
 * environment, so that a child process gets what it would get without us. Private
 * to src/config. */
typedef struct {
	char *name;
	char *value;
	size_t file; /* index into files */
} us_env_var;

typedef struct {
	us_env_var *vars;
	size_t len;
	us_strs files; /* the .env files read, as paths */
} us_env;

/* Reads a .env file; variables already there keep their value. With `expand`,
 * ${NAME} is replaced as Prisma does. A file that doesn't exist is no error. */
US_MUST us_code us_env_read(us_env *e, const char *path, bool expand, us_err *err);

/* NULL if not set; borrowed. *file is NULL or the .env file that says it. */
const char *us_env_get(const us_env *e, const char *name, const char **file);

void us_env_fini(us_env *e);

#endif
