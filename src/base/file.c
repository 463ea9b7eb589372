/* Files and paths, with errors that name them. */
#include "unstick/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unstick/auto.h"
#include "unstick/str.h"
#include "unstick/uuid.h"

static us_code read_all(
	char **out, size_t *len, FILE *f, const char *path, size_t max, us_err *err)
{
	us_str text = { 0 };
	char chunk[16384];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0 && text.len <= max)
		us_str_addn(&text, chunk, n);
	if (ferror(f)) {
		us_str_fini(&text);
		return us_fail(err, US_E_IO, "%s: %s", path, strerror(errno));
	}
	if (text.len > max) {
		us_str_fini(&text);
		return us_fail(
			err, US_E_CONFIG, "%s: larger than %zu bytes", path, max);
	}
	return us_str_take(&text, out, len, err);
}

us_code us_file_read(
	char **out, size_t *len, const char *path, size_t max, us_err *err)
{
	US_AUTO(auto_file) FILE *f = fopen(path, "re");

	*out = NULL;
	*len = 0;
	if (!f)
		return us_fail(err, US_E_IO, "%s: %s", path, strerror(errno));
	return read_all(out, len, f, path, max, err);
}

/* NULL, and errno is 0 where it is there but no file. */
static FILE *open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	FILE *f = NULL;

	if (fd < 0)
		return NULL;
	errno = 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		f = fdopen(fd, "r");
	if (!f)
		close(fd); /* it was not even read */
	return f;
}

static void drop_bom(char *text, size_t *len)
{
	static const char bom[] = "\xEF\xBB\xBF";
	const size_t n = sizeof(bom) - 1;

	if (strncmp(text, bom, n) != 0)
		return;
	*len -= n;
	memmove(text, text + n, *len + 1);
}

us_code us_file_read_text(
	char **out, size_t *len, const char *path, size_t max, us_err *err)
{
	US_AUTO(auto_file) FILE *f = open_regular(path);
	us_code rc;

	*out = NULL;
	*len = 0;
	if (!f)
		return us_fail(err, US_E_IO, "%s: %s", path,
			errno ? strerror(errno) : "not a file");
	rc = read_all(out, len, f, path, max, err);
	if (rc == US_OK)
		drop_bom(*out, len);
	return rc;
}

static bool write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* The file gets its name only when it is complete. link(2) refuses a name that is
 * taken, where rename(2) would replace it. */
static int create_by_way_of(
	const char *temporary, const char *path, const char *text, size_t len)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int why = 0;

	if (fd < 0)
		return errno;
	if (!write_all(fd, text, len) || fsync(fd) != 0)
		why = errno;
	if (close(fd) != 0 && why == 0)
		why = errno;
	if (why == 0 && link(temporary, path) != 0)
		why = errno;
	unlink(temporary);
	return why;
}

us_code us_file_create(const char *path, const char *text, size_t len, us_err *err)
{
	US_AUTO(auto_str) char *temporary = NULL;
	char unique[US_UUID_TEXT];
	us_code rc = us_uuid(unique, err);
	int why;

	if (rc == US_OK)
		rc = us_strf(&temporary, err, "%s.%s", path, unique);
	if (rc != US_OK)
		return rc;
	why = create_by_way_of(temporary, path, text, len);
	if (why == EEXIST)
		return us_fail(err, US_E_IO,
			"%s exists already: remove it, or say another name", path);
	if (why != 0)
		return us_fail(err, US_E_IO, "%s: %s", path, strerror(why));
	return US_OK;
}

bool us_file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool us_directory_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

us_code us_path_join(char **out, const char *base, const char *path, us_err *err)
{
	size_t n = strlen(base);

	while (path[0] == '.' && path[1] == '/') {
		path += 2;
		while (*path == '/')
			path++;
	}
	if (path[0] == '/' || n == 0 || strcmp(base, ".") == 0)
		return us_strdup(out, *path ? path : ".", err);
	if (*path == '\0' || strcmp(path, ".") == 0)
		return us_strdup(out, base, err);
	return us_strf(
		out, err, "%s%s%s", base, base[n - 1] == '/' ? "" : "/", path);
}

us_code us_path_parent(char **out, const char *path, us_err *err)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return us_strdup(out, ".", err);
	if (slash == path)
		return us_strdup(out, "/", err);
	return us_strndup(out, path, (size_t)(slash - path), err);
}
