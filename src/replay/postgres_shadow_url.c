/* The shadow database that the configuration names. It is emptied, as Prisma does
 * with its own, so it must be neither the live database by another name nor one
 * that migrations are deployed to. */
#include "postgres_impl.h"

#include <stdlib.h>
#include <string.h>

#include "replay_postgres_sql.h"
#include "unstick/auto.h"

typedef struct {
	char **cells;
	size_t n;
} wanted;

static us_code keep_cells(const us_row *row, void *ctx, us_err *err)
{
	wanted *w = ctx;
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < w->n && i < row->ncols; i++)
		if (row->cells[i] && !w->cells[i])
			rc = us_strdup(&w->cells[i], row->cells[i], err);
	return rc;
}

us_code shadow_row(us_db *db, const char *sql, const char *param, char **cells,
	size_t n, us_err *err)
{
	wanted w = { cells, n };

	return us_db_query(db, sql, param ? 1 : 0, &param, keep_cells, &w, err);
}

enum { SERVER, DATABASE, MAJOR, FACTS };

static us_code compare(
	shadow_db *s, char *theirs[FACTS], char *ours[FACTS], us_err *err)
{
	for (size_t i = 0; i < FACTS; i++)
		if (!theirs[i] || !ours[i])
			return us_fail(
				err, US_E_DB, "the server doesn't say which it is");
	s->same_server = strcmp(theirs[SERVER], ours[SERVER]) == 0;
	s->same_wording = strcmp(theirs[MAJOR], ours[MAJOR]) == 0;
	if (s->same_server && strcmp(theirs[DATABASE], ours[DATABASE]) == 0)
		return us_fail(err, US_E_CONFIG,
			"this is the database itself, by another name: a shadow "
			"database is emptied");
	return US_OK;
}

static us_code know_apart(shadow_db *s, us_err *err)
{
	char *theirs[FACTS] = { 0 }, *ours[FACTS] = { 0 };
	us_code rc = shadow_row(
		s->live, us_text_postgres_identity_sql, NULL, theirs, FACTS, err);

	if (rc == US_OK)
		rc = shadow_row(s->eye, us_text_postgres_identity_sql, NULL, ours,
			FACTS, err);
	if (rc == US_OK)
		rc = compare(s, theirs, ours, err);
	for (size_t i = 0; i < FACTS; i++) {
		free(theirs[i]);
		free(ours[i]);
	}
	return rc;
}

us_code shadow_connect(shadow_db *s, us_err *err)
{
	const us_url_bases bases = { ".",
		"." }; /* as the configuration checks it */
	us_strs ignored = { 0 };
	us_code rc =
		us_url_parse(&s->url, s->config->shadow_url, &bases, &ignored, err);

	us_strs_fini(&ignored);
	if (rc == US_OK)
		rc = us_db_open(&s->eye, &s->url, US_DB_WRITE, err);
	if (rc == US_OK)
		rc = know_apart(s, err);
	if (rc != US_OK)
		us_context(err, "shadow_url");
	return rc;
}

static us_code keep_text(const us_row *row, void *ctx, us_err *err)
{
	return us_strs_add(ctx, row->cells[0], err);
}

static us_code refuse_in_use(us_db *db, us_err *err)
{
	us_strs questions = { 0 };
	us_code rc = us_db_query(db, us_text_postgres_in_use_sql, 0, NULL,
		keep_text, &questions, err);

	for (size_t i = 0; rc == US_OK && i < questions.len; i++) {
		char *yes = NULL;

		rc = shadow_row(db, questions.items[i], NULL, &yes, 1, err);
		if (rc == US_OK && yes && yes[0] == 't')
			rc = us_fail(err, US_E_CONFIG,
				"it holds records in " US_LEDGER_TABLE
				": migrations are deployed to it, so it is not "
				"emptied");
		free(yes);
	}
	us_strs_fini(&questions);
	return rc;
}

/* Its own lock: another replay may be at it. The key is "unstick" in ASCII. */
#define IN_USE "SELECT pg_catalog.pg_try_advisory_lock(33054014428504939)"

static us_code lock(us_db *db, us_err *err)
{
	char *got = NULL;
	us_code rc = shadow_row(db, IN_USE, NULL, &got, 1, err);

	if (rc == US_OK && (!got || got[0] != 't'))
		rc = us_fail(err, US_E_LOCK, "another replay is using it");
	free(got);
	return rc;
}

us_code shadow_empty(shadow_db *s, us_err *err)
{
	us_db_transaction after;
	us_code rc = lock(s->eye, err); /* a second time: counted, and harmless */

	/* afterwards what is in there is our own doing */
	if (rc == US_OK && !s->emptied)
		rc = refuse_in_use(s->eye, err);
	if (rc == US_OK) {
		s->emptied = true;
		rc = s->eye->ops->script(s->eye, us_text_postgres_empty_sql, NULL,
			NULL, &after, err);
	}
	if (rc != US_OK)
		us_context(err, "shadow_url");
	return rc;
}
