/* The few statements that write to the ledger, exactly Prisma's. Each checks that
 * it changed the one row it was about; if not, the caller rolls back. */
#include <assert.h>
#include <string.h>

#include "records.h"
#include "unstick/auto.h"

/* One statement: its text in sql/ and its values. */
typedef struct {
	const char *sql;
	const char *const *values;
	size_t n;
	bool one_row;
} change;

static us_code show(
	us_ledger_writer *w, const change *c, const char *table, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	us_str shown = { 0 };
	us_code rc;

	us_dialect_expand(&shown, c->sql, table, c->values);
	rc = us_str_take(&shown, &text, NULL, err);
	return rc ? rc : us_strs_add(w->shown, text, err);
}

static us_code send(
	us_ledger_writer *w, const change *c, const char *table, us_err *err)
{
	US_AUTO(auto_str) char *sql = NULL;
	us_str text = { 0 };
	us_stmt stmt = { .nparams = c->n, .params = c->values };
	us_code rc;

	us_dialect_expand(&text, c->sql, table, NULL);
	rc = us_str_take(&text, &sql, NULL, err);
	if (rc != US_OK)
		return rc;
	stmt.sql = sql;
	rc = us_db_run(w->db, &stmt, 1, err);
	if (rc == US_OK && c->one_row && stmt.affected != 1) {
		rc = us_fail(err, US_E_REFUSED,
			"the record has moved: %lld rows would have changed "
			"instead of 1",
			(long long)stmt.affected);
	}
	return rc;
}

static us_code make(us_ledger_writer *w, const change *c, us_err *err)
{
	US_AUTO(auto_str) char *table = NULL;
	us_str name = { 0 };
	us_code rc = us_ledger_table(&name, w->db, err);

	if (rc != US_OK) {
		us_str_fini(&name);
		return rc;
	}
	rc = us_str_take(&name, &table, NULL, err);
	if (rc == US_OK && w->shown)
		rc = show(w, c, table, err);
	if (rc == US_OK && !w->dry)
		rc = send(w, c, table, err);
	return rc;
}

/* A change of its own: Prisma's statement stays as Prisma writes it, and the old
 * logs never travel (they may be large, or bytes that are no text). */
static us_code note(us_ledger_writer *w, const us_dialect *d, const us_record *r,
	const char *audit, us_err *err)
{
	US_AUTO(auto_str) char *line = NULL;
	us_code rc;

	if (!audit)
		return US_OK;
	assert(!strchr(audit, '\n'));
	rc = us_strf(&line, err, "%s%s", US_AUDIT_PREFIX, audit);
	if (rc != US_OK)
		return rc;
	const char *const values[] = { r->id, line };

	return make(w, &(change){ d->note, values, US_LEN(values), true }, err);
}

us_code us_ledger_create(us_ledger_writer *w, us_err *err)
{
	const us_dialect *d;
	us_code rc = us_dialect_of(&d, w->db, err);

	return rc ? rc : make(w, &(change){ .sql = d->create }, err);
}

us_code us_ledger_close_record(us_ledger_writer *w, const us_record *r, us_time at,
	const char *audit, us_err *err)
{
	char time[US_TIME_TEXT];
	const char *const values[] = { r->id, time };
	const us_dialect *d;
	us_code rc = us_dialect_of(&d, w->db, err);

	if (rc != US_OK)
		return rc;
	d->write_time(time, at, r->times_as_text);
	rc = make(w, &(change){ d->close, values, US_LEN(values), true }, err);
	return rc ? rc : note(w, d, r, audit, err);
}

us_code us_ledger_insert_applied(us_ledger_writer *w, const char *id,
	const char *name, const char *checksum, us_time at, const us_ledger *like,
	us_err *err)
{
	char time[US_TIME_TEXT];
	const char *const values[] = { id, checksum, time, name };
	const us_dialect *d;
	us_code rc = us_dialect_of(&d, w->db, err);

	if (rc != US_OK)
		return rc;
	d->write_time(time, at, us_ledger_times_as_text(like));
	return make(w, &(change){ d->insert_applied, values, US_LEN(values), true },
		err);
}

us_code us_ledger_rename_record(us_ledger_writer *w, const us_record *r,
	const char *to, const char *audit, us_err *err)
{
	const char *const values[] = { r->id, to, r->name };
	const us_dialect *d;
	us_code rc = us_dialect_of(&d, w->db, err);

	if (rc == US_OK)
		rc = make(w, &(change){ d->rename, values, US_LEN(values), true },
			err);
	return rc ? rc : note(w, d, r, audit, err);
}
