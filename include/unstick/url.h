#ifndef US_URL_H
#define US_URL_H

#include <stdbool.h>

#include "unstick/str.h"

/* A database URL as Prisma takes it, split into what a driver needs. Owned by the
 * caller; release with us_url_fini(). Nothing of it is ever printed but the
 * non-secret parts: provider, host, port, database, schema, path. */
typedef struct {
	char *name;
	char *value;
} us_url_setting;

typedef struct {
	char *provider; /* Prisma's word: "postgresql" or "sqlite" */

	/* postgresql */
	char *host; /* also a socket directory; never NULL */
	char *port; /* "5432" unless given */
	char *database;
	char *schema;   /* "public" unless given */
	char *user;     /* NULL: the driver's own default */
	char *password; /* NULL: none; secret */
	bool pgbouncer; /* pgbouncer=true was said */
	/* What libpq is told besides: libpq's own names and values (sslmode,
	 * sslrootcert, connect_timeout, application_name, options ...). Values can
	 * be secret (sslpassword). */
	us_url_setting *settings;
	size_t settings_len;

	/* sqlite */
	char *path; /* as the file system knows it, relative paths resolved */
} us_url;

/* Where relative paths in a URL start. */
typedef struct {
	const char
		*sqlite_base;  /* the schema's folder (Prisma 6), or the config's */
	const char *cert_base; /* for sslcert and the like */
} us_url_bases;

/* Parses text. Parameters that Prisma doesn't know are dropped, as Prisma does; a
 * TLS wish that can't be met, a bad number, an unsupported provider are
 * US_E_CONFIG, in words that don't repeat the URL. Warnings for the user are added
 * to `warnings`. */
US_MUST us_code us_url_parse(us_url *out, const char *text,
	const us_url_bases *bases, us_strs *warnings, us_err *err);
void us_url_fini(us_url *u);

#endif
