/* The scripts: read on demand, kept as digests. Prisma's checksum is the SHA-256 of
 * the text as Node decoded it, and it accepts that text with either kind of line
 * end (prisma-engines schema-connector checksum.rs; observed with 6.19.3
 * and 7.10.1). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "unstick/utf8.h"

#define SCRIPT_FILE "migration.sql"

/* Node can't hold a longer text in a string, so Prisma can't either. */
static const size_t max_size = (size_t)512 * 1024 * 1024;

/* Room for n bytes in d->bytes. */
static int reserve(us_directory *d, size_t n)
{
	size_t cap = d->cap ? d->cap : (size_t)64 * 1024;
	char *grown;

	if (n <= d->cap)
		return 0;
	if (n > max_size)
		return EFBIG;
	while (cap < n)
		cap *= 2;
	grown = realloc(d->bytes, cap);
	if (!grown)
		return ENOMEM;
	d->bytes = grown;
	d->cap = cap;
	return 0;
}

static int slurp(us_directory *d, int fd, size_t *len)
{
	struct stat st;
	size_t have = 0;
	int why;

	if (fstat(fd, &st) != 0)
		return errno;
	if (S_ISFIFO(st.st_mode))
		return EINVAL; /* Prisma would wait at it for ever */
	why = reserve(d, (size_t)st.st_size + 1);
	while (why == 0) {
		size_t room = d->cap - have;
		ssize_t n = read(fd, d->bytes + have, room);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		have += (size_t)n;
		/* A short read at the very size is the end; asking for the empty
		 * read after it would be a fifth of all system calls. */
		if (n == 0 || ((size_t)n < room && S_ISREG(st.st_mode) &&
				      have == (size_t)st.st_size))
			break;
		why = reserve(d, have + 1);
	}
	*len = have;
	return why;
}

/* O_NONBLOCK: a fifo by that name must not hold us up. */
static int open_below(us_directory *d, const char *file)
{
	return openat(d->fd, file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

int us_directory_read(
	us_directory *d, const char *file, const char **text, size_t *len)
{
	int fd = open_below(d, file);
	int why;

	*text = "";
	*len = 0;
	if (fd < 0)
		return errno;
	why = slurp(d, fd, len);
	close(fd);
	if (why != 0)
		return why;
	*text = d->bytes;
	if (us_utf8_valid(d->bytes, *len))
		return 0;
	us_str_clear(&d->decoded);
	us_utf8_add_lossy(&d->decoded, d->bytes, *len);
	if (d->decoded.failed) {
		us_str_fini(&d->decoded);
		return ENOMEM;
	}
	*text = us_str_text(&d->decoded);
	*len = d->decoded.len;
	return 0;
}

/* The script's name, relative to the directory; NULL when out of memory. */
static const char *script_file(us_directory *d, size_t i)
{
	us_str_clear(&d->file);
	us_str_add(&d->file, d->items[i].name);
	us_str_add(&d->file, "/" SCRIPT_FILE);
	return d->file.failed ? NULL : us_str_text(&d->file);
}

/* Borrowed from d. */
static us_code read_script(
	us_directory *d, size_t i, const char **text, size_t *len, us_err *err)
{
	us_migration *m = &d->items[i];
	const char *file;
	int why;

	if ((m->flags & US_SCRIPT_KEPT) != 0) {
		*text = m->text;
		*len = m->len;
		return US_OK;
	}
	file = script_file(d, i);
	why = file ? us_directory_read(d, file, text, len) : ENOMEM;
	switch (why) {
	case 0:
		m->flags |= US_SCRIPT_LOOKED | US_SCRIPT_PRESENT;
		return US_OK;
	case ENOMEM:
		return us_fail(err, US_E_NOMEM, "out of memory");
	case EMFILE:
	case ENFILE:
	case EIO: /* trouble of ours or of the disk's: says nothing about the file
		   */
		return us_fail(err, US_E_IO, "%s/%s/" SCRIPT_FILE ": %s", d->path,
			m->name, strerror(why));
	default:
		return us_fail_prisma(err, "P3015",
			"%s/%s/" SCRIPT_FILE
			": %s; restore the file or remove the folder",
			d->path, m->name, strerror(why));
	}
}

us_code us_directory_script(
	us_directory *d, size_t i, char **text, size_t *len, us_err *err)
{
	const char *borrowed;
	us_code rc;

	*text = NULL;
	*len = 0;
	rc = read_script(d, i, &borrowed, len, err);
	return rc == US_OK ? us_strndup(text, borrowed, *len, err) : rc;
}

bool us_directory_has_script(us_directory *d, size_t i)
{
	us_migration *m = &d->items[i];

	if ((m->flags & US_SCRIPT_LOOKED) == 0) {
		const char *file = script_file(d, i);
		int fd = file ? open_below(d, file) : -1;
		struct stat st;

		m->flags |= US_SCRIPT_LOOKED;
		if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode) &&
			!S_ISFIFO(st.st_mode))
			m->flags |= US_SCRIPT_PRESENT;
		if (fd >= 0)
			close(fd);
	}
	return (m->flags & US_SCRIPT_PRESENT) != 0;
}

/* ---- checksums ---- */

static us_code begin(us_directory *d, us_err *err)
{
	us_code rc = d->sha ? US_OK : us_sha256_new(&d->sha, err);

	return rc == US_OK ? us_sha256_begin(d->sha, err) : rc;
}

/* Without memory for it the text is read again, if anybody asks for it. */
static void keep_text(
	us_directory *d, us_migration *m, const char *text, size_t len)
{
	if (len > d->keep)
		return;
	m->text = us_arena_strn(&d->texts, text, len);
	if (d->texts.failed)
		return;
	m->len = len;
	m->flags |= US_SCRIPT_KEPT;
	d->keep -= len;
}

static us_code hash_script(us_directory *d, size_t i, us_err *err)
{
	us_migration *m = &d->items[i];
	const char *text;
	size_t len;
	us_code rc;

	if ((m->flags & US_SCRIPT_HASHED) != 0)
		return US_OK;
	rc = read_script(d, i, &text, &len, err);
	if (rc == US_OK)
		rc = begin(d, err);
	if (rc == US_OK)
		rc = us_sha256_add(d->sha, text, len, err);
	if (rc == US_OK)
		rc = us_sha256_end(d->sha, m->digest, err);
	if (rc != US_OK)
		return rc;
	m->flags |= US_SCRIPT_HASHED;
	if (memchr(text, '\n', len))
		m->flags |= US_SCRIPT_LF;
	if (memmem(text, len, "\r\n", 2))
		m->flags |= US_SCRIPT_CRLF;
	keep_text(d, m, text, len);
	return US_OK;
}

/* Hashes the text with every `from` as `to`, without looking at what it has put in:
 * LF as CRLF makes CR CR LF of a CRLF, as Prisma's str::replace does. */
static us_code hash_replaced(us_directory *d, const char *text, size_t len,
	const char *from, const char *to, unsigned char digest[US_SHA256_BYTES],
	us_err *err)
{
	const char *end = text + len, *hit = text;
	us_code rc = begin(d, err);

	while (rc == US_OK && hit) {
		hit = memmem(text, (size_t)(end - text), from, strlen(from));
		rc = us_sha256_add(
			d->sha, text, (size_t)((hit ? hit : end) - text), err);
		if (rc == US_OK && hit) {
			rc = us_sha256_add(d->sha, to, strlen(to), err);
			text = hit + strlen(from);
		}
	}
	return rc == US_OK ? us_sha256_end(d->sha, digest, err) : rc;
}

static us_code hash_variants(us_directory *d, size_t i, us_err *err)
{
	us_migration *m = &d->items[i];
	unsigned char(*both)[US_SHA256_BYTES];
	const char *text;
	size_t len;
	us_code rc;

	if (m->variants)
		return US_OK;
	rc = read_script(d, i, &text, &len, err);
	if (rc != US_OK)
		return rc;
	both = calloc(2, sizeof(*both));
	if (!both)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = hash_replaced(d, text, len, "\r\n", "\n", both[0], err);
	if (rc == US_OK)
		rc = hash_replaced(d, text, len, "\n", "\r\n", both[1], err);
	if (rc != US_OK) {
		free(both);
		return rc;
	}
	m->variants = both;
	return US_OK;
}

/* Lower-case hex; unpadded is the form of old Prisma versions, "%x" per byte, so
 * that 0a is just a. Ends at the first difference: a squashed history asks this for
 * every pair of a missing name and a new folder. */
static bool is_hex_of(const char *stored,
	const unsigned char digest[US_SHA256_BYTES], bool unpadded)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < US_SHA256_BYTES; i++) {
		if (!(unpadded && digest[i] < 16) &&
			*stored++ != digits[digest[i] >> 4U])
			return false;
		if (*stored++ != digits[digest[i] & 15U])
			return false;
	}
	return *stored == '\0';
}

static bool is_form_of(
	const char *stored, const unsigned char digest[US_SHA256_BYTES])
{
	return is_hex_of(
		stored, digest, strlen(stored) != 2 * (size_t)US_SHA256_BYTES);
}

us_code us_directory_checksum(
	us_directory *d, size_t i, char hex[2 * US_SHA256_BYTES + 1], us_err *err)
{
	us_code rc = hash_script(d, i, err);

	hex[0] = '\0';
	if (rc == US_OK)
		us_hex(hex, d->items[i].digest);
	return rc;
}

us_code us_directory_matches(
	us_directory *d, size_t i, const char *stored, bool *matches, us_err *err)
{
	const us_migration *m = &d->items[i];
	us_code rc;

	*matches = false;
	rc = hash_script(d, i, err);
	if (rc != US_OK)
		return rc;
	*matches = is_form_of(stored, m->digest);
	/* Without a line end the other variants are the same text. */
	if (*matches || (m->flags & US_SCRIPT_LF) == 0)
		return US_OK;
	rc = hash_variants(d, i, err);
	if (rc == US_OK)
		*matches = is_form_of(stored, m->variants[0]) ||
			   is_form_of(stored, m->variants[1]);
	return rc;
}

void us_directory_prefetch(us_directory *d, size_t keep)
{
	d->keep = keep;
	for (size_t i = 0; i < d->len; i++)
		if (hash_script(d, i, NULL) == US_E_NOMEM)
			break;
	d->keep = 0;
}
