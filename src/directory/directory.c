/* Which migrations there are: the real directories directly below the migrations
 * directory, in Prisma's order. Reads names only; scripts are script.c's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

typedef struct {
	us_name_key key;
	const char *name;
	bool keyed;
} sortable;

static int compare(const void *x, const void *y)
{
	const sortable *a = x, *b = y;

	if (a->keyed && b->keyed) {
		if (a->key.head != b->key.head)
			return a->key.head < b->key.head ? -1 : 1;
		if (a->key.next != b->key.next)
			return a->key.next < b->key.next ? -1 : 1;
	}
	return us_name_compare(a->name, b->name);
}

/* 1: a migration, 0: not, -1: errno says why that can't be told. A link to a
 * directory doesn't count, since Node's Dirent.isDirectory() doesn't follow it
 * (observed, 6.19.3 and 7.10.1); a directory whose name starts with a dot does. */
static int is_migration(int fd, const struct dirent *e)
{
	struct stat st;

	if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
		return 0;
	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	return S_ISDIR(st.st_mode);
}

/* Appends every name with its NUL; 0 or an errno. */
static int read_names(int fd, us_str *names, size_t *n)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* closedir() closes its own */
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	int why = dir ? 0 : errno;

	*n = 0;
	while (dir && why == 0) {
		struct dirent *e;
		int yes;

		errno = 0;
		e = readdir(dir);
		if (!e) {
			why = errno;
			break;
		}
		yes = is_migration(fd, e);
		if (yes < 0)
			why = errno;
		if (yes <= 0)
			continue;
		us_str_addn(names, e->d_name, strlen(e->d_name) + 1);
		++*n;
	}
	if (dir)
		closedir(dir);
	else if (copy >= 0)
		close(copy);
	return names->failed ? ENOMEM : why;
}

static us_code sort_names(us_directory *d, us_err *err)
{
	sortable *all = calloc(d->len + 1, sizeof(*all));
	const char *name = d->names;

	d->items = calloc(d->len + 1, sizeof(*d->items));
	if (!all || !d->items) {
		free(all);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < d->len; i++, name += strlen(name) + 1) {
		all[i].name = name;
		all[i].keyed = us_name_key_of(&all[i].key, name);
	}
	qsort(all, d->len, sizeof(*all), compare);
	for (size_t i = 0; i < d->len; i++)
		d->items[i].name = all[i].name;
	free(all);
	return US_OK;
}

static us_code scan(us_directory *d, us_err *err)
{
	us_str names = { 0 };
	int why = read_names(d->fd, &names, &d->len);
	us_code rc;

	if (why != 0) {
		us_str_fini(&names);
		return us_fail(err, why == ENOMEM ? US_E_NOMEM : US_E_IO, "%s: %s",
			d->path, strerror(why));
	}
	rc = us_str_take(&names, &d->names, NULL, err);
	return rc == US_OK ? sort_names(d, err) : rc;
}

static us_code cannot_open(const char *path, us_err *err)
{
	int why = errno;

	if (why == ENOENT || why == ENOTDIR)
		return us_fail(err, US_E_DIRECTORY,
			"%s: %s; say with --migrations where the migrations are",
			path,
			why == ENOENT ? "no such directory" : "not a directory");
	return us_fail(err, US_E_IO, "%s: %s", path, strerror(why));
}

us_code us_directory_load(us_directory **out, const char *path, us_err *err)
{
	us_directory *d = calloc(1, sizeof(*d));
	us_code rc;

	*out = NULL;
	if (!d)
		return us_fail(err, US_E_NOMEM, "out of memory");
	d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0)
		rc = cannot_open(path, err);
	else
		rc = us_strdup(&d->path, path, err);
	if (rc == US_OK)
		rc = scan(d, err);
	if (rc != US_OK) {
		us_directory_free(d);
		return rc;
	}
	*out = d;
	return US_OK;
}

void us_directory_free(us_directory *d)
{
	if (!d)
		return;
	for (size_t i = 0; d->items && i < d->len; i++)
		free(d->items[i].variants);
	if (d->fd >= 0)
		close(d->fd);
	us_sha256_free(d->sha);
	us_arena_fini(&d->texts);
	us_str_fini(&d->file);
	us_str_fini(&d->decoded);
	free(d->bytes);
	free(d->provider);
	free(d->items);
	free(d->names);
	free(d->path);
	free(d);
}

const char *us_directory_path(const us_directory *d)
{
	return d->path;
}

size_t us_directory_len(const us_directory *d)
{
	return d->len;
}

const char *us_directory_name(const us_directory *d, size_t i)
{
	return d->items[i].name;
}

size_t us_directory_find(const us_directory *d, const char *name)
{
	size_t lo = 0, hi = d->len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = us_name_compare(name, d->items[mid].name);

		if (order == 0)
			return mid;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return US_NO_MIGRATION;
}
