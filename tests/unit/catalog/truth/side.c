/* One database of a server, emptied and filled again and again. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lab.h"
#include "truth_sql.h"
#include "unstick/auto.h"

void pair_add(pair *p, part_kind kind, const char *sql)
{
	part *parts = realloc(p->parts, (p->n + 1) * sizeof(*parts));

	assert_non_null(parts);
	p->parts = parts;
	p->parts[p->n++] = (part){ kind, strdup(sql) };
}

void pair_fini(pair *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->parts[i].sql);
	free(p->parts);
	free(p->name);
	*p = (pair){ 0 };
}

/* ---- one database ------------------------------------------------------------ */

static void ignore(void *arg, const PGresult *notice)
{
	(void)arg;
	(void)notice;
}

void side_open(side *s)
{
	cluster_db_open(&s->db);
	s->conn = PQconnectdb(s->db.url);
	assert_int_equal(PQstatus(s->conn), CONNECTION_OK);
	PQsetNoticeReceiver(s->conn, ignore, NULL);
	PQsetErrorVerbosity(s->conn, PQERRORS_TERSE);
}

unsigned side_major(const side *s)
{
	return (unsigned)PQserverVersion(s->conn) / 10000;
}

void side_close(side *s)
{
	PQfinish(s->conn);
	cluster_db_close(&s->db);
}

bool side_run(side *s, const char *sql, char **why)
{
	PGresult *res = PQexec(s->conn, sql);
	ExecStatusType status = PQresultStatus(res);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
		  status == PGRES_EMPTY_QUERY;

	if (!ok && why)
		*why = strdup(PQresultErrorMessage(res));
	PQclear(res);
	return ok;
}

static void must(side *s, const char *sql)
{
	char *why = NULL;
	bool ok = side_run(s, sql, &why);

	if (!ok)
		print_error("%.300s: %s", sql, why);
	free(why);
	assert_true(ok);
}

static char *value_of(side *s, const char *sql)
{
	PGresult *res = PQexec(s->conn, sql);
	us_str text = { 0 };
	us_err err = { 0 };
	char *out = NULL;

	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		fail_msg("%.300s: %s", sql, PQresultErrorMessage(res));
	for (int i = 0; i < PQntuples(res); i++)
		us_str_addf(&text, "%s\n", PQgetvalue(res, i, 0));
	assert_ok(us_str_take(&text, &out, NULL, &err), &err);
	PQclear(res);
	return out;
}

void side_rest(side *s)
{
	if (PQtransactionStatus(s->conn) != PQTRANS_IDLE)
		must(s, "ROLLBACK");
	must(s, "DISCARD ALL");
	must(s, "SET search_path = public"); /* as Prisma's engine does */
}

void side_clear(side *s)
{
	side_rest(s);
	must(s, us_text_unit_catalog_truth_clear_sql);
	must(s, "SET search_path = public");
	must(s, us_text_eval_sql_ledger_sql);
}

static bool is_before(part_kind kind)
{
	return kind == PART_APPLIED || kind == PART_MISSING ||
	       kind == PART_EDITED || kind == PART_ROLLED_BACK ||
	       kind == PART_BY_HAND || kind == PART_IN_THE_WAY;
}

/* Rows for every table: the names of all are the text that it seeds by. */
static void add_rows(side *s)
{
	must(s, us_text_eval_sql_seed_sql);
	must(s, "SELECT pg_temp.seed((SELECT string_agg(relname, ' ') FROM "
		"pg_class), '')");
}

void side_set_up(side *s, const pair *p, bool rows)
{
	side_clear(s);
	for (size_t i = 0; i < p->n; i++) {
		if (!is_before(p->parts[i].kind))
			continue;
		must(s, p->parts[i].sql);
		side_rest(s);
	}
	if (rows)
		add_rows(s);
	side_rest(s);
}

char *side_fingerprint(side *s)
{
	return value_of(s, us_text_eval_sql_fingerprint_sql);
}

char *side_rows(side *s)
{
	US_AUTO(auto_str) char *query = value_of(s, us_text_eval_sql_rows_sql);

	return value_of(s, query);
}
