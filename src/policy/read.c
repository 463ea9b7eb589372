/* A policy's file is a regular file of reasonable size: a FIFO would keep us
 * waiting, a device would never end. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "unstick/auto.h"

#define FILE_MAX (1024UL * 1024)

static us_code read_all(us_str *text, int fd, const char *path, us_err *err)
{
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return us_fail(
				err, US_E_POLICY, "%s: %s", path, strerror(errno));
		us_str_addn(text, chunk, (size_t)n);
		if (text->len > FILE_MAX)
			return us_fail(err, US_E_POLICY,
				"%s: larger than %lu bytes", path, FILE_MAX);
	}
	return US_OK;
}

/* What editors on Windows put first; Lua skips it only in files it reads itself. */
static void drop_bom(char *text, size_t *len)
{
	static const char bom[] = "\xEF\xBB\xBF";
	const size_t n = sizeof(bom) - 1;

	if (strncmp(text, bom, n) != 0)
		return;
	*len -= n;
	memmove(text, text + n, *len + 1);
}

us_code us_policy_read(char **out, size_t *len, const char *path, us_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	us_str text = { 0 };
	struct stat st;
	us_code rc;

	*out = NULL;
	*len = 0;
	if (fd < 0)
		return us_fail(err, US_E_POLICY, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		rc = us_fail(err, US_E_POLICY, "%s: not a file", path);
	else
		rc = read_all(&text, fd, path, err);
	close(fd); /* it was only read */
	if (rc == US_OK)
		rc = us_str_take(&text, out, len, err);
	if (rc == US_OK)
		drop_bom(*out, len);
	us_str_fini(&text);
	return rc;
}
