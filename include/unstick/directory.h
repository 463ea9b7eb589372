#ifndef US_DIRECTORY_H
#define US_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"
#include "unstick/hash.h"

/* The migrations directory: its migrations in Prisma's order. Scripts and checksums
 * are read when first asked for and only then. Not for several threads at once. */
typedef struct us_directory us_directory;

#define US_NO_MIGRATION ((size_t)-1)

/* *out is the caller's. A directory that doesn't exist is US_E_DIRECTORY. */
US_MUST us_code us_directory_load(
	us_directory **out, const char *path, us_err *err);
void us_directory_free(us_directory *d);

const char *us_directory_path(const us_directory *d); /* borrowed */
size_t us_directory_len(const us_directory *d);
const char *us_directory_name(const us_directory *d, size_t i); /* borrowed */
/* Position of a name, or US_NO_MIGRATION. */
size_t us_directory_find(const us_directory *d, const char *name);

/* The script's text as Prisma sees it (ill-formed UTF-8 replaced). *text is the
 * caller's. A folder without a readable migration.sql is US_E_PRISMA, P3015. */
US_MUST us_code us_directory_script(
	us_directory *d, size_t i, char **text, size_t *len, us_err *err);

/* Whether there is a readable migration.sql; looks once, without reading it. */
bool us_directory_has_script(us_directory *d, size_t i);

/* SHA-256 of the script's text, lower-case hex; errors as us_directory_script(). */
US_MUST us_code us_directory_checksum(
	us_directory *d, size_t i, char hex[2 * US_SHA256_BYTES + 1], us_err *err);

/* Does Prisma take `stored` for the checksum of this script? (as it is, with CRLF
 * as LF, with LF as CRLF; each also in the old unpadded form). Source:
 * prisma-engines schema-connector checksum.rs, observed with 6.19.3 and 7.10.1. */
US_MUST us_code us_directory_matches(
	us_directory *d, size_t i, const char *stored, bool *matches, us_err *err);

/* Reads and hashes every script now, and keeps their texts, `keep` bytes at most,
 * for who will ask for them. May run in another thread if nothing else uses d
 * meanwhile. Unreadable scripts are left for whoever asks for them. */
void us_directory_prefetch(us_directory *d, size_t keep);

/* The provider of migration_lock.toml, read as literally as Prisma reads it: NULL
 * in *provider if there is no such file, "" if it can't be read from it. Borrowed.
 */
US_MUST us_code us_directory_provider(
	us_directory *d, const char **provider, us_err *err);

/* Prisma's order of two migration names: JavaScript's localeCompare, root locale.
 */
int us_name_compare(const char *a, const char *b);

#endif
