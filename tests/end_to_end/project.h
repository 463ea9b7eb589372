#ifndef PROJECT_H
#define PROJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "cluster.h"
#include "scratch.h"
#include "unstick/script.h"

/* A Prisma project as unstick finds it: a folder with prisma/migrations and a real
 * database of its own. Everything here ends the test on failure. */
typedef struct {
	const char *provider; /* Prisma's word */
	scratch folder;       /* the working directory of every run */
	cluster_db server;    /* PostgreSQL only */
	char *file;           /* SQLite only */
	char *url;            /* DATABASE_URL; PostgreSQL's has SECRET in it */
	char *schema;         /* of the URL; NULL: as PostgreSQL likes */
	char **environment;   /* more of it, for all runs */
	size_t nenvironment;
	int minutes; /* {at}: how far the history's clock has got */
	json_t *report;
	char *out, *err; /* of the last run; see run.h */
} project;

/* The password in every URL. The server takes any, so that all tests have one to
 * look for in what unstick prints; written as it looks percent-encoded, too. */
#define SECRET "Tr0ub4dor"

/* For cmocka: *state is the provider's name before, the project after. */
int project_setup(void **state);
int project_teardown(void **state);
/* The project of a test; skips the test where its database can't be had. Call it
 * first. */
project *project_open(void **state);

/* One entry a database, named after it. */
#define ON(database, test)                                                         \
	{                                                                          \
#test " (" database ")", test, project_setup, project_teardown,    \
			(char *)database                                           \
	}
#define ON_BOTH(test) ON("sqlite", test), ON("postgresql", test)

bool project_is(const project *p, const char *provider);
/* The migrations folder gets a link to one that is there already. */
void project_link_migrations(project *p, const char *to);
void project_migration(project *p, const char *name, const char *script);
void project_forget(project *p, const char *name); /* its folder, if there is one */
void project_write(project *p, const char *name, const char *text);
/* A file's text; NULL without it. free(). */
char *project_read(const project *p, const char *name);
/* The URL gets schema=NAME, and the database that schema. PostgreSQL only. */
void project_use_schema(project *p, const char *name);
/* NAME=value for every run from now on; a later one of the same name counts. */
void project_environment(project *p, const char *setting);

/* Hex SHA-256 of a migration's script, as Prisma has it. free(). */
char *project_checksum(const project *p, const char *name);
char *project_script(const project *p, const char *name); /* free() */
/* Cut as unstick cuts it; us_script_free(). */
us_script *project_statements(const project *p, const char *name);

/* SQL with these words replaced; runs it as psql would (one file) or the sqlite3
 * shell:
 *   {ledger}          _prisma_migrations, created as Prisma does
 *   {deployed NAME}   the script of NAME, run, and its record
 *   {recorded NAME}   its record only
 *   {script NAME}     the script only
 *   {first N NAME}    its first N statements only
 *   {killed NAME}     a record without an end or an error
 *   {failed NAME CODE MESSAGE}  a record with an error, as the native engine has it
 *   {checksum NAME}   'the checksum'
 *   {at}              a time in the form of this database, later at every use
 *   {then}            what came so far is run (and committed) by itself
 *   {refused}         the same, and the database has to refuse it
 */
void project_stage(project *p, const char *text);

#endif
