/* Reading the ledger: one transaction, one round trip. A database without it is an
 * empty ledger; a database of Prisma 8 is refused. */
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "unstick/auto.h"

typedef struct {
	bool done, prisma_8, ledger;
} survey;

static bool is_true(const char *cell)
{
	return cell && (cell[0] == 't' || cell[0] == '1');
}

static us_code read_survey(const us_row *row, void *ctx, us_err *err)
{
	(void)err;
	*(survey *)ctx =
		(survey){ true, is_true(row->cells[0]), is_true(row->cells[1]) };
	return US_OK;
}

static us_code new_ledger(us_ledger **out, const us_db *db, us_err *err)
{
	us_code rc;

	*out = calloc(1, sizeof(**out));
	if (!*out)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_dialect_of(&(*out)->dialect, db, err);
	if (rc != US_OK) {
		free(*out);
		*out = NULL;
	}
	return rc;
}

static us_code expand(char **out, const char *sql, us_db *db, us_err *err)
{
	us_str table = { 0 }, text = { 0 };
	us_code rc = us_ledger_table(&table, db, err);

	*out = NULL;
	if (rc == US_OK) {
		us_dialect_expand(&text, sql, us_str_text(&table), NULL);
		text.failed |= table.failed;
		rc = us_str_take(&text, out, NULL, err);
	}
	us_str_fini(&table);
	return rc;
}

/* Survey and records go in one batch, so the read may fail because there is nothing
 * to read: the survey has answered by then. No error text is looked at. */
static us_code read_all(us_ledger *led, survey *s, us_db *db, us_err *err)
{
	US_AUTO(auto_str) char *look = NULL;
	US_AUTO(auto_str) char *load = NULL;
	const char *schema = us_db_about(db).schema;
	us_code rc = expand(&look, led->dialect->survey, db, err);

	if (rc == US_OK)
		rc = expand(&load, led->dialect->load, db, err);
	if (rc != US_OK)
		return rc;
	us_stmt batch[] = {
		{ .sql = db->ops->begin_read },
		{ .sql = look,
			.nparams = schema != NULL,
			.params = &schema,
			.fn = read_survey,
			.ctx = s },
		{ .sql = load, .fn = us_ledger_add_row, .ctx = led },
		{ .sql = db->ops->commit },
	};
	rc = us_db_run(db, batch, US_LEN(batch), err);
	if (rc != US_OK && rc != US_E_CONNECT &&
		us_db_exec(db, db->ops->rollback, NULL) != US_OK) {
		/* nothing was written; the connection's next use will report it */
	}
	return rc;
}

/* begin_read's limits: lock_timeout, and statement_timeout. */
static bool ran_out_of_time(const us_err *why)
{
	return strcmp(why->sqlstate, "55P03") == 0 ||
	       strcmp(why->sqlstate, "57014") == 0;
}

us_code us_ledger_load(us_ledger **out, us_db *db, us_err *err)
{
	us_ledger *led = NULL;
	us_err why = { 0 };
	survey s = { 0 };
	us_code rc;

	*out = NULL;
	rc = new_ledger(&led, db, err);
	if (rc != US_OK)
		return rc;
	rc = read_all(led, &s, db, &why);
	if (rc != US_OK && err)
		*err = why;
	if (s.prisma_8) {
		rc = us_fail(err, US_E_CONFIG,
			"this database is managed by Prisma 8, which keeps its "
			"history elsewhere; unstick knows Prisma Migrate up to 7");
	} else if (rc != US_E_CONNECT && ran_out_of_time(&why)) {
		rc = us_fail(err, US_E_LOCK,
			"%s is locked by another session, or can't be read in "
			"time: %s",
			US_LEDGER_TABLE, why.msg);
		if (err)
			memcpy(err->sqlstate, why.sqlstate, sizeof(why.sqlstate));
	} else if (rc == US_E_DB && s.done && !s.ledger) {
		rc = US_OK;
	} else if (rc == US_OK) {
		led->exists = true;
	} else if (rc == US_E_DB) {
		(void)us_context(err, "reading %s", US_LEDGER_TABLE);
	}
	if (rc == US_OK)
		*out = US_STEAL(led);
	us_ledger_free(led);
	return rc;
}

us_code us_ledger_load_for_update(
	us_ledger **out, us_db *db, const char *name, us_err *err)
{
	US_AUTO(auto_str) char *sql = NULL;
	us_ledger *led = NULL;
	us_code rc;

	*out = NULL;
	rc = new_ledger(&led, db, err);
	if (rc != US_OK)
		return rc;
	rc = expand(&sql, led->dialect->load_for_update, db, err);
	if (rc == US_OK)
		rc = us_db_query(db, sql, 1, &name, us_ledger_add_row, led, err);
	if (rc == US_OK) {
		led->exists = true;
		*out = US_STEAL(led);
	}
	us_ledger_free(led);
	return rc;
}
