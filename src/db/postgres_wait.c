/* Waiting for an answer that somebody may not want any more: in slices, and the
 * server is told. */
#include <poll.h>

#include "postgres.h"

#define SLICE_MS 100

/* What the server makes of it comes back as the statement's error. */
static void cancel(PGconn *conn)
{
	PGcancel *handle = PQgetCancel(conn);
	char why[256];

	if (handle)
		(void)PQcancel(handle, why, sizeof(why));
	PQfreeCancel(handle);
}

static void ask(pg_db *db, us_db_stop_fn **stop, void *ctx)
{
	bool wanted = false;

	if (*stop && (*stop)(ctx)) {
		*stop = NULL;
		wanted = true;
	}
	if (!db->cancelled && us_stop_asked(db->stop)) {
		db->cancelled = true;
		wanted = true;
	}
	if (wanted)
		cancel(db->conn);
}

bool pg_await(pg_db *db, us_db_stop_fn **stop, void *ctx)
{
	while (PQisBusy(db->conn)) {
		struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };

		(void)poll(&fd, 1, SLICE_MS);
		ask(db, stop, ctx);
		if (PQconsumeInput(db->conn) != 1)
			return false;
	}
	return true;
}
