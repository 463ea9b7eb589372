/* The turn on SQLite: the folder of the file is flock()ed. Not the file itself,
 * whose POSIX locks SQLite would lose when our descriptor is closed
 * (sqlite.org/howtocorrupt, 2.2), and no file of our own: a folder can be locked
 * where nothing can be written, and nothing is left behind. Databases in one folder
 * wait for each other; that costs time, never truth. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sqlite.h"
#include "unstick/file.h"

typedef struct {
	us_turn base;
	char *folder;
	int fd;
} lite_turn;

us_code lite_turn_open(us_turn **out, const us_url *url, us_err *err)
{
	lite_turn *t = calloc(1, sizeof(*t));
	us_code rc;

	*out = NULL;
	if (!t)
		return us_fail(err, US_E_NOMEM, "out of memory");
	t->base.ops = &us_db_sqlite;
	t->fd = -1;
	rc = us_path_parent(&t->folder, url->path, err);
	if (rc == US_OK) {
		t->fd = open(t->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (t->fd < 0)
			rc = us_fail(err, US_E_CONNECT, "%s: %s", t->folder,
				strerror(errno));
	}
	if (rc == US_OK)
		*out = &t->base;
	else
		lite_turn_close(&t->base);
	return rc;
}

us_code lite_turn_take(us_turn *base, bool *got, us_err *err)
{
	lite_turn *t = (lite_turn *)base;

	*got = flock(t->fd, LOCK_EX | LOCK_NB) == 0;
	if (*got || errno == EWOULDBLOCK || errno == EINTR)
		return US_OK;
	/* NFS: a lock there is a byte range, and a folder has none. */
	return us_fail(err, US_E_LOCK,
		"%s can't be locked: %s; keep the database on a "
		"local file system",
		t->folder, strerror(errno));
}

us_code lite_turn_held(us_turn *base, bool *yes, us_err *err)
{
	return lite_turn_take(base, yes, err); /* a second time is none */
}

void lite_turn_close(us_turn *base)
{
	lite_turn *t = (lite_turn *)base;

	if (t->fd >= 0)
		close(t->fd);
	free(t->folder);
	free(t);
}
