#ifndef US_DIRECTORY_INTERNAL_H
#define US_DIRECTORY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unstick/arena.h"
#include "unstick/directory.h"
#include "unstick/str.h"

/* What is known of a script. A digest answers almost every question; texts are kept
 * only as far as the prefetch was told to: 10,000 of them would be the whole memory
 * of a run. */
enum {
	US_SCRIPT_LOOKED = 1U << 0U, /* PRESENT is known */
	US_SCRIPT_PRESENT = 1U << 1U,
	US_SCRIPT_HASHED = 1U << 2U, /* digest, LF and CRLF are known */
	US_SCRIPT_LF = 1U << 3U,
	US_SCRIPT_CRLF = 1U << 4U,
	US_SCRIPT_KEPT = 1U << 5U, /* text and len are known */
};

typedef struct {
	const char *name; /* in us_directory.names */
	/* The digests of the text with CRLF as LF and with LF as CRLF; NULL until a
	 * stored checksum needs them. */
	unsigned char (*variants)[US_SHA256_BYTES];
	unsigned char digest[US_SHA256_BYTES];
	unsigned flags;
	const char *text; /* in us_directory.texts */
	size_t len;
} us_migration;

struct us_directory {
	int fd; /* everything is opened relative to it */
	char *path;
	char *names; /* all names, one after the other */
	us_migration *items;
	size_t len;

	us_arena texts;
	size_t keep; /* how many bytes more may be kept */

	/* Reused from script to script. */
	us_sha256 *sha;
	us_str file; /* its name, relative to fd */
	char *bytes; /* what was read last */
	size_t cap;
	us_str decoded; /* the same, repaired, if it was not UTF-8 */

	char *provider;
	bool provider_read;
};

/* Reads a file below the directory as Node decodes it. Borrowed from d until the
 * next read. Returns 0 or an errno. */
int us_directory_read(
	us_directory *d, const char *file, const char **text, size_t *len);

/* ---- order ------------------------------------------------------------- */

/* The head of an ASCII name, packed so that two keys compare as the names do
 * wherever the keys differ. False if the name isn't ASCII: it has no key. */
typedef struct {
	uint64_t head, next;
} us_name_key;

bool us_name_key_of(us_name_key *key, const char *name);

/* ICU's order of two UTF-8 strings, root locale; false if ICU isn't installed. */
bool us_collate(const char *a, const char *b, int *order);

#endif
