/* Files and paths, with errors that name them. */
#include "unstick/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "unstick/auto.h"
#include "unstick/str.h"

us_code us_file_read(
	char **out, size_t *len, const char *path, size_t max, us_err *err)
{
	US_AUTO(auto_file) FILE *f = fopen(path, "re");
	us_str text = { 0 };
	char chunk[16384];
	size_t n;

	*out = NULL;
	*len = 0;
	if (!f)
		return us_fail(err, US_E_IO, "%s: %s", path, strerror(errno));
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
