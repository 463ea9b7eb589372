#ifndef US_PRISMA_H
#define US_PRISMA_H

#include "said.h"
#include "unstick/str.h"

/* What Prisma's own files say about the database and the migrations. Private to
 * src/config. */

/* The datasource block of schema.prisma. */
typedef struct {
	char *path;     /* the file, or the folder of .prisma files */
	char *folder;   /* of the file with the block: relative paths start here */
	char *provider; /* NULL if there is no block, or none is said */
	us_said url, direct, shadow;
} us_schema;

/* Reads a file, or looks through a folder for the file with the block. */
US_MUST us_code us_schema_read(us_schema *out, const char *path, us_err *err);
void us_schema_fini(us_schema *s);

/* prisma.config.*: as far as it is literal. */
typedef struct {
	char *path;   /* NULL: there is none */
	char *folder; /* relative paths start here */
	bool dotenv;  /* it loads ./.env itself */
	us_said schema, migrations, url, direct, shadow;
} us_prisma_config;

/* The file Prisma's CLI would find in the working directory, if there is one. */
US_MUST us_code us_prisma_config_find(us_prisma_config *out, us_err *err);
US_MUST us_code us_prisma_config_read(
	us_prisma_config *out, const char *path, us_err *err);
void us_prisma_config_fini(us_prisma_config *c);

#endif
