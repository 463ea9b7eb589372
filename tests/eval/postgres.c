/* PostgreSQL: a database per lab, and copies of it with CREATE DATABASE ...
 * TEMPLATE, for which nobody may be connected to it. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "eval_sql.h"
#include "lab.h"
#include "say.h"
#include "unstick/auto.h"
#include "unstick/str.h"

typedef struct {
	lab base;
	char *where;
	char *main, *trial; /* databases */
	char *trial_url;
	PGconn *admin;
	PGconn *history; /* with main; NULL while it is copied */
	PGconn *session; /* with the copy, for the script; NULL: there is none */
	PGconn *aside; /* with the copy, for us: the script may SET what it likes */
} postgres;

static postgres *of(lab *l)
{
	return (postgres *)l;
}

static void ignore(void *arg, const PGresult *notice)
{
	(void)arg, (void)notice;
}

static char *url_of(const char *where, const char *database)
{
	return textf("postgresql://postgres@localhost/%s?host=%s", database, where);
}

static PGconn *connect_to(const char *where, const char *database)
{
	US_AUTO(auto_str) char *url = url_of(where, database);
	PGconn *conn = PQconnectdb(url);

	if (PQstatus(conn) != CONNECTION_OK)
		die("%s", PQerrorMessage(conn));
	PQsetNoticeReceiver(conn, ignore, NULL);
	return conn;
}

/* NULL, and *why, if it failed. */
static PGresult *try_query(PGconn *conn, const char *sql, char **why)
{
	PGresult *res = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(res);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
		status == PGRES_EMPTY_QUERY)
		return res;
	if (why)
		*why = copy_of(PQresultErrorMessage(res));
	PQclear(res);
	return NULL;
}

static char *value_of(PGconn *conn, const char *sql)
{
	US_AUTO(auto_str) char *why = NULL;
	PGresult *res = try_query(conn, sql, &why);
	char *value;

	if (!res)
		die("%.300s: %s", sql, why);
	value = copy_of(PQntuples(res) > 0 ? PQgetvalue(res, 0, 0) : "");
	PQclear(res);
	return value;
}

static void must(PGconn *conn, const char *sql)
{
	free(value_of(conn, sql));
}

static void must_with(
	PGconn *conn, const char *sql, int n, const char *const *values)
{
	PGresult *res = PQexecParams(conn, sql, n, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(res);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		die("%.300s: %s", sql, PQresultErrorMessage(res));
	PQclear(res);
}

static void admin(postgres *p, const char *format, const char *a, const char *b)
{
	US_AUTO(auto_str) char *sql = NULL;
	us_err err = { 0 };
	us_str text = { 0 };

	for (const char *c = format; *c; c++) {
		if (*c == '?') {
			us_str_add(&text, a);
			a = b;
		} else {
			us_str_addc(&text, *c);
		}
	}
	if (us_str_take(&text, &sql, NULL, &err) != US_OK)
		die("%s", err.msg);
	must(p->admin, sql);
}

/* ---- the history ---- */

static lab *open_lab(const char *where, size_t number)
{
	postgres *p = room_for(1, sizeof(*p));
	PGconn *conn;

	p->base.ops = &lab_postgres;
	p->where = copy_of(where);
	p->main = textf("eval_%zu_main", number);
	p->trial = textf("eval_%zu", number);
	p->trial_url = url_of(where, p->trial);
	p->admin = connect_to(where, "postgres");
	admin(p, "CREATE DATABASE ? TEMPLATE template0", p->main, NULL);
	conn = connect_to(where, p->main);
	must(conn, us_text_sql_ledger_sql);
	PQfinish(conn);
	return &p->base;
}

char *postgres_shadow(const char *where, size_t number)
{
	US_AUTO(auto_str) char *name = textf("eval_%zu_shadow", number);
	US_AUTO(auto_str)
	char *sql = textf("CREATE DATABASE %s TEMPLATE template0", name);
	PGconn *conn = connect_to(where, "postgres");

	must(conn, sql);
	PQfinish(conn);
	return url_of(where, name);
}

static void discard(lab *l)
{
	postgres *p = of(l);

	if (!p->session)
		return;
	PQfinish(p->session);
	PQfinish(p->aside);
	p->session = p->aside = NULL;
	admin(p, "DROP DATABASE ? WITH (FORCE)", p->trial, NULL);
}

static void close_lab(lab *l)
{
	postgres *p = of(l);

	discard(l);
	PQfinish(p->history);
	admin(p, "DROP DATABASE ? WITH (FORCE)", p->main, NULL);
	PQfinish(p->admin);
	free(p->where);
	free(p->main);
	free(p->trial);
	free(p->trial_url);
	free(p);
}

/* Prisma's times come from the client's clock; here one minute a migration. */
static void record(PGconn *conn, const migration *m, size_t place, bool finished)
{
	US_AUTO(auto_str) char *id = record_id(place);
	US_AUTO(auto_str) char *minute = textf("%zu", place);
	/* Both forms of "no error was written" are found in the wild. */
	const char *logs = !finished && place % 2 ? "" : NULL;
	const char *const values[] = { id, m->checksum, m->name, minute, logs };

	must_with(conn,
		finished ? "INSERT INTO _prisma_migrations (id, checksum, "
			   "migration_name,"
			   " started_at, finished_at, logs, applied_steps_count) "
			   "SELECT $1, $2,"
			   " $3, t, t + interval '1 second', $5, 1 FROM (SELECT "
			   "timestamptz"
			   " '2026-01-01 00:00Z' + $4::int * interval '1 minute' "
			   "AS t) x"
			 : "INSERT INTO _prisma_migrations (id, checksum, "
			   "migration_name,"
			   " started_at, logs) VALUES ($1, $2, $3, timestamptz"
			   " '2026-01-01 00:00Z' + $4::int * interval '1 minute', "
			   "$5)",
		(int)US_LEN(values), values);
}

/* Of what failed as one query: one statement at a time. */
static bool run_singly(PGconn *conn, const migration *m)
{
	statements s;
	bool ok = true;

	cut_postgres(&s, m->text);
	for (size_t i = 0; i < s.n; i++) {
		US_AUTO(auto_str) char *why = NULL;
		PGresult *res = try_query(conn, s.items[i].sql, &why);

		ok &= res != NULL;
		if (!res)
			fprintf(stderr, "%s, statement %zu: %s", m->name, i + 1,
				why);
		PQclear(res);
	}
	statements_free(&s);
	return ok;
}

/* What a session that ends takes along. */
static void end_session(PGconn *conn)
{
	if (PQtransactionStatus(conn) != PQTRANS_IDLE)
		must(conn, "ROLLBACK");
	must(conn, "DISCARD ALL");
}

/* One simple query, as the native engine up to 7.3 sends it; what that can't do is
 * done as the later ones do it. */
static bool advance(lab *l, const migration *m, size_t place)
{
	postgres *p = of(l);
	PGresult *res;
	bool ok = true;

	if (!p->history)
		p->history = connect_to(p->where, p->main);
	res = try_query(p->history, m->text, NULL);
	if (!res)
		ok = run_singly(p->history, m);
	PQclear(res);
	end_session(p->history);
	record(p->history, m, place, true);
	return ok;
}

/* ---- a copy ---- */

/* CREATE DATABASE itself would wait for a session that is ending in steps of 100
 * ms.
 */
static void await_leaving(postgres *p)
{
	US_AUTO(auto_str)
	char *sql =
		textf("SELECT count(*) FROM pg_stat_activity WHERE datname = '%s'",
			p->main);

	for (int tries = 0; tries < 2000; tries++) {
		US_AUTO(auto_str) char *n = value_of(p->admin, sql);

		if (strcmp(n, "0") == 0)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static void prepare(PGconn *conn, const condition *c)
{
	const char *const seed[] = { c->unfinished->text, c->avoid };

	if (c->rows) {
		must(conn, us_text_sql_seed_sql);
		must_with(conn, "SELECT pg_temp.seed($1, $2)", 2, seed);
	}
	if (c->drift) {
		must(conn, us_text_sql_drift_sql);
		must_with(conn, "SELECT pg_temp.drift($1)", 1, seed);
	}
	record(conn, c->unfinished, c->place, false);
}

static void copy(lab *l, const condition *c)
{
	postgres *p = of(l);

	discard(l);
	PQfinish(p->history);
	p->history = NULL;
	await_leaving(p);
	admin(p, "CREATE DATABASE ? TEMPLATE ?", p->trial, p->main);
	p->aside = connect_to(p->where, p->trial);
	prepare(p->aside, c);
	p->session = connect_to(p->where, p->trial);
}

static const char *url(const lab *l)
{
	return ((const postgres *)l)->trial_url;
}

static bool run(lab *l, const char *sql, char **why)
{
	PGresult *res = try_query(of(l)->session, sql, why);
	bool ok = res != NULL;

	PQclear(res);
	return ok;
}

static int bytewise(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void values(lab *l, const char *sql, us_strs *found)
{
	PGresult *res = try_query(of(l)->session, sql, NULL);
	us_err err = { 0 };

	for (int i = 0; i < PQntuples(res); i++) {
		if (us_strs_add(found, PQgetvalue(res, i, 0), &err) != US_OK)
			die("%s", err.msg);
	}
	PQclear(res);
	if (found->len)
		qsort(found->items, found->len, sizeof(*found->items), bytewise);
}

static bool in_transaction(lab *l)
{
	return PQtransactionStatus(of(l)->session) != PQTRANS_IDLE;
}

static void new_session(lab *l)
{
	postgres *p = of(l);

	PQfinish(p->session);
	p->session = connect_to(p->where, p->trial);
}

/* Observed on 15: not valid, not ready, but there. */
static bool spoil_index(lab *l)
{
	must(of(l)->aside,
		"UPDATE pg_index SET indisvalid = false, indisready = false"
		" WHERE indexrelid = (SELECT max(indexrelid) FROM pg_index)");
	return true;
}

static void rest(lab *l)
{
	must(of(l)->session, "SELECT 1");
	must(of(l)->aside, "SELECT 1");
}

static char *fingerprint(lab *l)
{
	return value_of(of(l)->aside, us_text_sql_fingerprint_sql);
}

static char *rows(lab *l)
{
	PGconn *conn = of(l)->aside;
	US_AUTO(auto_str) char *query = value_of(conn, us_text_sql_rows_sql);
	PGresult *res = PQexec(conn, query);
	us_str text = { 0 };
	us_err err = { 0 };
	char *out;

	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		die("%.300s: %s", query, PQresultErrorMessage(res));
	for (int i = 0; i < PQntuples(res); i++)
		us_str_addf(&text, "%s\n", PQgetvalue(res, i, 0));
	if (us_str_take(&text, &out, NULL, &err) != US_OK)
		die("%s", err.msg);
	PQclear(res);
	return out;
}

const lab_ops lab_postgres = {
	.provider = "postgresql",
	.cut = cut_postgres,
	.open = open_lab,
	.close = close_lab,
	.advance = advance,
	.copy = copy,
	.discard = discard,
	.url = url,
	.run = run,
	.values = values,
	.in_transaction = in_transaction,
	.new_session = new_session,
	.spoil_index = spoil_index,
	.rest = rest,
	.fingerprint = fingerprint,
	.rows = rows,
};
