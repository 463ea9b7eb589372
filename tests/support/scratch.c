#include "scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

void scratch_open(scratch *s)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(s->path, sizeof(s->path), "%s/unstick-test-XXXXXX",
		tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->path));
}

static int unlink_entry(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void scratch_close(scratch *s)
{
	if (s->path[0])
		nftw(s->path, unlink_entry, 16, FTW_DEPTH | FTW_PHYS);
	s->path[0] = '\0';
}

char *scratch_path(const scratch *s, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", s->path, name) > 0);
	return path;
}

static void make_parents(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		assert_true(mkdir(path, 0777) == 0 || errno == EEXIST);
		*p = '/';
	}
}

void scratch_write_bytes(
	const scratch *s, const char *name, const void *bytes, size_t n)
{
	char *path = scratch_path(s, name);
	FILE *f;

	make_parents(path);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	free(path);
}

void scratch_write(const scratch *s, const char *name, const char *text)
{
	scratch_write_bytes(s, name, text, strlen(text));
}

int scratch_setup(void **state)
{
	scratch *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	scratch_open(s);
	*state = s;
	return 0;
}

int scratch_teardown(void **state)
{
	scratch_close(*state);
	free(*state);
	return 0;
}
