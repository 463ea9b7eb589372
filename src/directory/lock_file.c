/* migration_lock.toml, read the way Prisma's engine reads it: not as TOML, but as
 * the first line that starts with "provider" (prisma-engines,
 * read_provider_from_lock_file; observed with 6.19.3 and 7.10.1). */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define KEY "provider"
#define PREFIX "provider = "

/* The first line that starts with KEY; *len is 0 if there is none. */
static const char *provider_line(const char *text, size_t size, size_t *len)
{
	const char *end = text + size;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		*len = (size_t)((eol ? eol : end) - text);
		if (*len >= strlen(KEY) && memcmp(text, KEY, strlen(KEY)) == 0)
			return text;
		text = eol ? eol + 1 : end;
	}
	*len = 0;
	return text;
}

/* What is left of the line is compared as it stands: `provider="x"` stays whole,
 * and 'x' keeps its quotes, so both are P3019. */
static us_code take_provider(
	us_directory *d, const char *text, size_t size, us_err *err)
{
	size_t len;
	const char *s = provider_line(text, size, &len);

	if (len > 0 && s[len - 1] == '\r' && s + len < text + size)
		len--; /* the line end is CRLF */
	while (len >= strlen(PREFIX) && memcmp(s, PREFIX, strlen(PREFIX)) == 0) {
		s += strlen(PREFIX);
		len -= strlen(PREFIX);
	}
	while (len > 0 && *s == '"')
		s++, len--;
	while (len > 0 && s[len - 1] == '"')
		len--;
	return us_strndup(&d->provider, s, len, err);
}

us_code us_directory_provider(us_directory *d, const char **provider, us_err *err)
{
	const char *text;
	us_code rc = US_OK;
	size_t len;

	*provider = NULL;
	if (!d->provider_read) {
		int why = us_directory_read(d, "migration_lock.toml", &text, &len);

		if (why == ENOMEM)
			return us_fail(err, US_E_NOMEM, "out of memory");
		/* Unreadable for whatever reason is absent: so it is to Prisma. */
		if (why == 0)
			rc = take_provider(d, text, len, err);
		if (rc != US_OK)
			return rc;
		d->provider_read = true;
	}
	*provider = d->provider;
	return US_OK;
}
