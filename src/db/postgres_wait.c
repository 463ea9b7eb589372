/* Waiting for an answer that somebody may not want any more: in slices, and the
 * server is told. */
#include <poll.h>

#include "postgres.h"

#define SLICE_MS 100

void pg_cancel(PGconn *conn)
{
	PGcancel *handle = PQgetCancel(conn);
	char why[256];

	if (handle)
		(void)PQcancel(handle, why, sizeof(why));
	PQfreeCancel(handle);
}

/* What has been asked for is asked again until the result is there: a server loses
 * a cancel that comes while it parses or plans (PostgresMain() drops it before it
 * reads the next message of the extended protocol; observed with 15). */
static void ask(pg_db *db, us_db_stop_fn **stop, void *ctx, bool *wanted)
{
	if (*stop && (*stop)(ctx)) {
		*stop = NULL;
		*wanted = true;
	}
	if (!db->cancelled && us_stop_asked(db->stop)) {
		db->cancelled = true;
		*wanted = true;
	}
	if (*wanted)
		pg_cancel(db->conn);
}

bool pg_await(pg_db *db, us_db_stop_fn **stop, void *ctx)
{
	bool wanted = false;

	while (PQisBusy(db->conn)) {
		struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };

		(void)poll(&fd, 1, SLICE_MS);
		ask(db, stop, ctx, &wanted);
		if (PQconsumeInput(db->conn) != 1)
			return false;
	}
	return true;
}
