/* Who may still be at a migration. A killed client leaves its backend running, and
 * a migration that runs looks in the ledger exactly like one that failed; so does
 * one whose client waits between two statements. Whoever holds Prisma's lock, or
 * whose last query belongs to the script, or wrote Prisma's ledger, is taken to be
 * at it, idle or not: Prisma's engine closes its session when it is done. So is
 * whoever has locked one of the script's relations for a change. */
#include <string.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

/* What a session's query is compared with. */
typedef struct {
	us_evidence *e;
	const probe *p;
	const char *provider;
	const us_script *script; /* NULL: none, or not needed yet */
	us_script *own;          /* the same, if it was cut for us alone */
	bool ready;              /* the rest is filled in */
	char *whole;             /* canonical; NULL without a script */
	us_strs pieces; /* canonical: the statements, and what split(";") makes of
			   it */
	named_relations named;
} watch;

/* Statements that every client sends: they tie nobody to the script. */
static bool says_nothing(const char *canonical)
{
	static const char *const words[] = { "begin", "start", "commit", "end",
		"rollback", "abort", "savepoint", "release", "set", "reset", "show",
		"discard", "deallocate", "pragma" };
	size_t n = strspn(
		canonical, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	for (size_t i = 0; i < US_LEN(words); i++)
		if (strlen(words[i]) == n &&
			strncasecmp(canonical, words[i], n) == 0)
			return true;
	return canonical[0] == '\0' || strcasecmp(canonical, "select 1") == 0;
}

static us_code add_piece(watch *w, const char *sql, size_t len, us_err *err)
{
	US_AUTO(auto_str) char *canonical = NULL;
	us_code rc = us_sql_canonical(&canonical, w->provider, sql, len, err);

	if (rc != US_OK || says_nothing(canonical))
		return rc;
	return us_strs_add(&w->pieces, canonical, err);
}

static us_code watch_init(watch *w, us_err *err)
{
	const us_script *s = w->p->script;
	const char *text, *end;
	us_code rc = US_OK;

	w->ready = true;
	if (w->e->glance) {
		rc = script_of_case(&w->own, w->p, err);
		s = w->own;
	}
	if (rc != US_OK || !s)
		return rc;
	w->script = s;
	text = us_script_text(s);
	end = text + us_script_text_len(s);
	rc = us_sql_canonical(
		&w->whole, w->provider, text, (size_t)(end - text), err);
	for (size_t i = 0; rc == US_OK && i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);

		rc = add_piece(w, text + st->offset, st->len, err);
	}
	/* Driver adapters cut at every semicolon, also inside strings and bodies of
	 * functions (observed: adapter-pg 6.19.3 and 7.10.1). */
	while (rc == US_OK && text < end) {
		const char *semicolon = memchr(text, ';', (size_t)(end - text));
		size_t n = (size_t)((semicolon ? semicolon : end) - text);

		rc = add_piece(w, text, n, err);
		text += n + 1;
	}
	return rc;
}

static void watch_fini(watch *w)
{
	free(w->whole);
	us_script_free(w->own);
	us_strs_fini(&w->pieces);
	named_relations_fini(&w->named);
}

static bool is_prefix(const char *front, const char *text)
{
	return front[0] != '\0' && strncmp(text, front, strlen(front)) == 0;
}

/* The first part of the script, or of what follows one of its semicolons, as it
 * stands: the case of a query that was cut before its comments ended. */
static bool is_raw_prefix(const watch *w, const char *query)
{
	const char *text = us_script_text(w->script);
	const char *q = query + strspn(query, " \t\r\n");

	while (text) {
		const char *semicolon = strchr(text, ';');

		if (is_prefix(q, text + strspn(text, " \t\r\n")))
			return true;
		text = semicolon ? semicolon + 1 : NULL;
	}
	return false;
}

/* query is that of s, canonical. */
static us_code belongs(
	bool *yes, watch *w, const us_session *s, const char *query, us_err *err)
{
	bool cut = s->query_limit > 0 && strlen(s->query) >= s->query_limit;
	us_code rc = w->ready ? US_OK : watch_init(w, err);

	*yes = false;
	if (rc != US_OK || !w->script)
		return rc;
	/* of a comment that was cut nobody knows what it stood in front of */
	if (cut && (query[0] == '\0' || is_prefix(query, w->whole) ||
			   is_raw_prefix(w, s->query)))
		*yes = true;
	if (!says_nothing(query) || us_script_len(w->script) > 1)
		*yes = *yes || (query[0] != '\0' && strcmp(query, w->whole) == 0);
	for (size_t i = 0; !*yes && i < w->pieces.len; i++)
		*yes = strcmp(query, w->pieces.items[i]) == 0 ||
		       (cut && is_prefix(query, w->pieces.items[i]));
	return US_OK;
}

/* A deploy between two statements of its own, before or after the script, shows
 * what it wrote to the ledger last. Without the lock that is all there is to see of
 * it (behind a pooler, or where locking is disabled, it may hold none). Many read
 * the ledger, and a pool keeps such sessions: they count only while they do it. */
static const char *ledger_use(const us_session *s, const char *query)
{
	if (!sql_has_word(query, "_prisma_migrations"))
		return NULL;
	if (sql_has_word(query, "insert") || sql_has_word(query, "update") ||
		sql_has_word(query, "delete") || sql_has_word(query, "merge"))
		return "its last query writes Prisma's ledger";
	if (!s->state || strcmp(s->state, "active") != 0)
		return NULL;
	/* Another unstick that reads is no deploy: two that look must not take each
	 * other for one. */
	return s->application && strcmp(s->application, "unstick") == 0
		       ? NULL
		       : "its query reads Prisma's ledger";
}

static us_code copy(char **out, const char *text, us_err *err)
{
	*out = NULL;
	return text ? us_strdup(out, text, err) : US_OK;
}

static us_code add_running(
	us_evidence *e, const us_session *s, const char *why, us_err *err)
{
	us_running *grown =
		reallocarray(e->running, e->nrunning + 1, sizeof(*grown));
	us_running *r;
	us_code rc;

	if (!grown)
		return us_fail(err, US_E_NOMEM, "out of memory");
	e->running = grown;
	r = &grown[e->nrunning++];
	*r = (us_running){ .query_age_s = s->query_age_s,
		.holds_lock = s->holds_lock };
	rc = copy(&r->pid, s->pid, err);
	if (rc == US_OK)
		rc = copy(&r->application, s->application, err);
	if (rc == US_OK)
		rc = copy(&r->state, s->state, err);
	if (rc == US_OK)
		rc = copy(&r->query, s->query, err);
	if (rc == US_OK)
		rc = copy(&r->why, why, err);
	return rc;
}

/* NULL in *why: none of its locks is on what the script is about. */
static us_code locks_relation(
	char **why, watch *w, const us_session *s, us_err *err)
{
	us_code rc = US_OK;

	*why = NULL;
	if (s->nddl_locks == 0)
		return US_OK;
	if (!w->ready)
		rc = watch_init(w, err);
	if (rc != US_OK || !w->script)
		return rc;
	return named_relations_locked(
		why, &w->named, w->script, w->p->ground->db, s, err);
}

static us_code look_at(const us_session *s, void *ctx, us_err *err)
{
	watch *w = ctx;
	US_AUTO(auto_str) char *query = NULL, *locks = NULL;
	const char *why = NULL;
	bool yes = false;
	us_code rc = US_OK;

	if (s->query)
		rc = us_sql_canonical(
			&query, w->provider, s->query, strlen(s->query), err);
	if (rc == US_OK && query)
		rc = belongs(&yes, w, s, query, err);
	if (rc == US_OK && !yes)
		rc = locks_relation(&locks, w, s, err);
	if (rc != US_OK)
		return rc;
	if (yes)
		why = "its last query belongs to the script";
	else if (query && !w->p->ground->have_lock)
		why = ledger_use(s, query);
	if (locks)
		why = locks;
	/* While we have the lock nobody else can; what a stale look says of it is
	 * older than that. */
	if (s->holds_lock && !w->p->ground->have_lock)
		why = strcmp(w->provider, "sqlite") == 0
			      ? "holds the database file's lock"
			      : "holds Prisma's advisory lock";
	return why ? add_running(w->e, s, why, err) : US_OK;
}

/* SQLite has no sessions to look at, only a lock, and Prisma's driver adapters let
 * go of it between two statements, for a moment. They write times as text, the
 * native engine, which keeps the lock for the whole deploy, as integers (the
 * first observed with 6.19.3 and 7.10.1, the second read in prisma-engines). */
static bool may_be_between_statements(const probe *p)
{
	static const int64_t moment_us = INT64_C(10) * 1000000;
	const us_record *r = p->failed;

	return r && p->unlogged && r->times_as_text && r->started_at != US_NEVER &&
	       strcmp(p->ground->db->ops->provider, "sqlite") == 0 &&
	       p->ground->now < r->started_at + moment_us;
}

us_code activity_load(
	us_evidence *e, const probe *p, const us_meanwhile *meanwhile, us_err *err)
{
	const us_session silent = { .query_age_s = -1 };
	us_db *db = p->ground->db;
	const us_session busy = { .query_age_s = -1, .holds_lock = true };
	watch w = { .e = e, .p = p, .provider = db->ops->provider };
	us_err seen = { 0 };
	us_code rc = db->ops->sessions(
		db, look_at, &w, &e->activity_visible, meanwhile, &seen);

	/* A probe that fails is "unknown"; without memory or database there is
	 * nothing left to be said at all. */
	if (rc == US_E_NOMEM || rc == US_E_CONNECT) {
		if (err)
			*err = seen;
	} else if (rc != US_OK) {
		e->activity_visible = false;
		rc = rc == US_E_LOCK
			     ? add_running(e, &busy, "the database is locked", err)
			     : US_OK;
	}
	watch_fini(&w);
	if (rc == US_OK && may_be_between_statements(p))
		rc = add_running(e, &silent,
			"its record is some seconds old and says nothing of an "
			"end: on SQLite a deploy can't be seen between two "
			"statements",
			err);
	return rc;
}
