/* The scratch database: a shadow_url's, or one made beside the live database, which
 * is dropped again whatever happens. A signal that would end the program meanwhile
 * is held back until it is dropped, and what runs is cancelled; one that is left by
 * SIGKILL or a lost connection is dropped by the next replay on that server. */
#include "postgres_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay_postgres_sql.h"
#include "unstick/auto.h"
#include "unstick/uuid.h"
#include "unstick/when.h"

/* Where nothing else is said; statements of a real history are done in seconds. */
#define PATIENCE_MS 120000

static const int ending[] = { SIGTERM, SIGINT, SIGHUP };

static void hold_signals(shadow_db *s)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < US_LEN(ending); i++)
		sigaddset(&set, ending[i]);
	s->holding = pthread_sigmask(SIG_BLOCK, &set, &s->mask) == 0;
}

/* What came meanwhile arrives now. */
static void release_signals(shadow_db *s)
{
	if (s->holding)
		(void)pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
	s->holding = false;
}

/* nohup(1) ignores SIGHUP; what is ignored is held back all the same. */
static bool ignored(int signal)
{
	struct sigaction now;

	return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static bool told_to_end(const shadow_db *s)
{
	sigset_t pending;

	/* in a start the signals are blocked, and are somebody else's to take */
	if (us_stop_asked(s->config->stop))
		return true;
	if (!s->holding || sigpending(&pending) != 0)
		return false;
	for (size_t i = 0; i < US_LEN(ending); i++)
		if (sigismember(&pending, ending[i]) == 1 &&
			sigismember(&s->mask, ending[i]) == 0 &&
			!ignored(ending[i]))
			return true;
	return false;
}

bool shadow_stop(void *ctx)
{
	const shadow_db *s = ctx;

	return us_clock_ms() >= s->until || told_to_end(s);
}

us_code shadow_check(shadow_db *s, us_err *err)
{
	if (told_to_end(s))
		return us_fail(err, US_E_LOCK, "interrupted");
	if (us_clock_ms() >= s->until)
		return us_fail(err, US_E_LOCK,
			"the replay takes longer than the deadline allows");
	return US_OK;
}

us_code shadow_run(
	shadow_db *s, const char *sql, us_db_transaction *after, us_err *err)
{
	us_code rc = shadow_check(s, err);

	*after = US_DB_FAILED;
	if (rc != US_OK)
		return rc;
	rc = s->hand->ops->script(s->hand, sql, shadow_stop, s, after, err);
	return rc == US_OK ? rc : shadow_check(s, NULL) ? shadow_check(s, err) : rc;
}

/* ---- one beside the live database ---- */

static us_code drop_quietly(us_db *admin, const char *sql)
{
	us_db_transaction after;

	return admin->ops->script(admin, sql, NULL, NULL, &after, NULL);
}

static us_code keep_row(const us_row *row, void *ctx, us_err *err)
{
	return us_strs_add(ctx, row->cells[0], err);
}

/* Somebody may be faster, or connect: that is no error. */
static us_code drop_orphans(us_db *admin, us_err *err)
{
	us_strs drops = { 0 };
	us_code rc = us_db_query(admin, us_text_postgres_orphans_sql, 0, NULL,
		keep_row, &drops, err);

	for (size_t i = 0; rc == US_OK && i < drops.len; i++)
		(void)drop_quietly(admin, drops.items[i]);
	us_strs_fini(&drops);
	return rc;
}

/* "unstick_shadow_" and 64 random bits, which are its lock's key, too. */
static us_code make_name(char name[32], us_err *err)
{
	char uuid[US_UUID_TEXT];
	us_code rc = us_uuid(uuid, err);

	/* its first eight and last eight digits: none of the version's */
	if (rc == US_OK)
		(void)snprintf(name, 32, "unstick_shadow_%.8s%.8s", uuid,
			uuid + sizeof(uuid) - 1 - 8);
	return rc;
}

enum { CREATE, COMMENT, DROP, LOCKED, TEXTS };

static us_code create(shadow_db *s, char *texts[TEXTS], us_err *err)
{
	us_db_transaction after;
	us_code rc;

	if (!texts[LOCKED] || texts[LOCKED][0] != 't')
		return us_fail(err, US_E_LOCK, "its lock is taken");
	s->drop = US_STEAL(texts[DROP]); /* also if we lose sight of it now */
	rc = s->admin->ops->script(
		s->admin, texts[CREATE], shadow_stop, s, &after, err);
	if (rc == US_OK)
		rc = s->admin->ops->script(
			s->admin, texts[COMMENT], shadow_stop, s, &after, err);
	return rc;
}

static us_code connect_both(shadow_db *s, const us_url *url, us_err *err)
{
	us_code rc = us_db_open(&s->hand, url, US_DB_WRITE, err);

	if (rc == US_OK && !s->eye)
		rc = us_db_open(&s->eye, url, US_DB_WRITE, err);
	return rc;
}

static us_code refuse_pooler(us_db *db, us_err *err)
{
	bool pooled = false;
	us_code rc = db->ops->pooled(db, &pooled, err);

	if (rc == US_OK && pooled)
		rc = us_fail(err, US_E_CONFIG,
			"a connection pooler is in between, which may give every "
			"transaction another session");
	return rc;
}

static us_code create_beside(shadow_db *s, us_err *err)
{
	char name[32], *texts[TEXTS] = { 0 };
	us_url url = s->config->url;
	us_code rc = us_db_open(&s->admin, &url, US_DB_WRITE, err);

	if (rc == US_OK)
		rc = refuse_pooler(s->admin, err);
	if (rc == US_OK)
		rc = drop_orphans(s->admin, err);
	if (rc == US_OK)
		rc = make_name(name, err);
	if (rc == US_OK)
		rc = shadow_row(s->admin, us_text_postgres_create_sql, name, texts,
			TEXTS, err);
	if (rc == US_OK)
		rc = create(s, texts, err);
	for (size_t i = 0; i < TEXTS; i++)
		free(texts[i]);
	if (rc != US_OK) {
		us_context(err, "shadow: create");
		return rc;
	}
	url.database = name;
	return connect_both(s, &url, err);
}

/* ---- either ---- */

us_code shadow_find(shadow_db *s, const us_config *config, us_db *live, us_err *err)
{
	int64_t patience = config->deadline_ms;

	s->config = config;
	s->live = live;
	s->until = us_clock_ms() + (patience > 0 ? patience : PATIENCE_MS);
	if (config->shadow_url)
		return shadow_connect(s, err);
	if (config->shadow != US_SHADOW_CREATE)
		return us_fail(err, US_E_CONFIG,
			"there is no shadow database to replay in: name one as "
			"shadow_url, or say `shadow: create`");
	s->same_server = s->same_wording = true;
	return US_OK;
}

/* As a session of Prisma's native engine: the URL's schema is the search path. The
 * rest is ours: nothing runs for ever, and nothing waits for the disk. */
static us_code prepare(shadow_db *s, us_err *err)
{
	us_db_transaction after;
	us_str sql = { 0 };
	us_code rc;

	us_str_add(&sql, "SET synchronous_commit = off; SET search_path = ");
	rc = s->hand->ops->quote(s->hand, &sql, s->config->url.schema, err);
	us_str_add(&sql, "; CREATE SCHEMA IF NOT EXISTS ");
	if (rc == US_OK)
		rc = s->hand->ops->quote(s->hand, &sql, s->config->url.schema, err);
	us_str_addf(&sql, ";\n%s;", us_text_postgres_ledger_sql);
	if (rc == US_OK)
		rc = shadow_run(s, us_str_text(&sql), &after, err);
	us_str_fini(&sql);
	return rc;
}

us_code shadow_open(shadow_db *s, us_err *err)
{
	us_code rc;

	hold_signals(s);
	if (s->config->shadow_url) {
		rc = shadow_empty(s, err);
		if (rc == US_OK)
			rc = connect_both(s, &s->url, err);
	} else {
		rc = create_beside(s, err);
	}
	if (rc == US_OK)
		rc = refuse_pooler(s->hand, err);
	if (rc == US_OK)
		rc = us_db_exec(s->eye, "SET statement_timeout = '30s'", err);
	return rc == US_OK ? prepare(s, err) : rc;
}

/* The session that runs scripts may be hung in one: it goes first, and its end is
 * not waited for by FORCE. If our connection is lost another may do it. */
static void drop(shadow_db *s)
{
	us_db *again = NULL;

	if (drop_quietly(s->admin, s->drop) == US_OK)
		return;
	if (us_db_open(&again, &s->config->url, US_DB_WRITE, NULL) == US_OK) {
		us_str forced = { 0 };

		us_str_addf(&forced, "%s WITH (FORCE)", s->drop);
		if (forced.failed ||
			drop_quietly(again, us_str_text(&forced)) != US_OK)
			(void)drop_quietly(again, s->drop);
		us_str_fini(&forced);
	}
	us_db_close(again);
}

void shadow_close(shadow_db *s)
{
	us_db_close(s->hand);
	s->hand = NULL;
	/* what is told to end leaves this to the next replay, which empties it */
	if (s->eye && s->emptied && !told_to_end(s))
		(void)shadow_empty(s, NULL);
	us_db_close(s->eye);
	s->eye = NULL;
	if (s->drop)
		drop(s);
	free(s->drop);
	us_db_close(s->admin);
	us_url_fini(&s->url);
	release_signals(s);
	s->drop = NULL;
	s->admin = NULL;
}
