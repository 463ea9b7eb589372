/* The turn on PostgreSQL: a session that has the key and does nothing else. */
#include <stdlib.h>

#include "postgres.h"

/* "unstick" in ASCII, and one more: the key itself is a shadow database's. Prisma's
 * is another space of keys, as its 72707369 has nothing in the upper half. */
#define TURN_KEY "33054014428504940"

typedef struct {
	us_turn base;
	us_db *session;
} pg_turn;

/* A server may end sessions that do nothing (idle_session_timeout, from 14): this
 * one has to outlast a deploy. And one whose machine is gone must not have the turn
 * until the server's own keepalives notice, which by default is after two hours. */
static const char stay[] =
	"SELECT pg_catalog.set_config('idle_session_timeout', '0', false) WHERE "
	"pg_catalog.current_setting('idle_session_timeout', true) IS NOT NULL "
	"UNION ALL SELECT pg_catalog.set_config('tcp_keepalives_idle', '30', "
	"false) UNION ALL SELECT pg_catalog.set_config('tcp_keepalives_interval', "
	"'10', false) UNION ALL SELECT "
	"pg_catalog.set_config('tcp_keepalives_count', '3', false)";

us_code pg_turn_open(us_turn **out, const us_url *url, us_err *err)
{
	pg_turn *t = calloc(1, sizeof(*t));
	us_code rc;

	*out = NULL;
	if (!t)
		return us_fail(err, US_E_NOMEM, "out of memory");
	t->base.ops = &us_db_postgres;
	rc = us_db_open(&t->session, url, US_DB_WRITE, err);
	if (rc == US_OK)
		rc = us_db_exec(t->session, stay, err);
	if (rc == US_OK)
		*out = &t->base;
	else
		pg_turn_close(&t->base);
	return rc;
}

us_code pg_turn_take(us_turn *base, bool *got, us_err *err)
{
	pg_turn *t = (pg_turn *)base;

	return pg_ask(t->session,
		"SELECT pg_catalog.pg_try_advisory_lock(" TURN_KEY ")", got, err);
}

/* As with Prisma's lock: the session that has it gets it again. */
us_code pg_turn_held(us_turn *base, bool *yes, us_err *err)
{
	pg_turn *t = (pg_turn *)base;
	us_code rc = pg_ask(t->session,
		"SELECT pg_catalog.pg_try_advisory_xact_lock(" TURN_KEY ")", yes,
		err);

	return rc == US_E_CONNECT ? US_OK : rc;
}

void pg_turn_close(us_turn *base)
{
	pg_turn *t = (pg_turn *)base;

	us_db_close(t->session);
	free(t);
}
