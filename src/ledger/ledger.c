/* Records as they are in memory: whatever a row holds becomes a record. Odd values
 * are flagged (US_NEVER with its flag set, -1 steps, U+FFFD for bytes that are no
 * text), they are never a reason to fail. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "unstick/auto.h"
#include "unstick/utf8.h"

/* The columns of load.sql. */
enum { ID, CHECKSUM, NAME, STARTED, FINISHED, ROLLED_BACK, STEPS, LOGS, COLUMNS };
static const int texts[] = { ID, CHECKSUM, NAME, LOGS };

us_record_state us_record_state_of(const us_record *r)
{
	if (r->rolled_back)
		return US_RECORD_ROLLED_BACK;
	return r->finished ? US_RECORD_APPLIED : US_RECORD_FAILED;
}

void us_ledger_free(us_ledger *led)
{
	if (!led)
		return;
	for (size_t i = 0; i < led->len; i++)
		free((char *)led->records[i]
				.id); /* holds all texts of the record */
	free(led->records);
	free(led);
}

bool us_ledger_exists(const us_ledger *led)
{
	return led->exists;
}

size_t us_ledger_len(const us_ledger *led)
{
	return led->len;
}

const us_record *us_ledger_record(const us_ledger *led, size_t i)
{
	return i < led->len ? &led->records[i] : NULL;
}

/* SQLite stores any bytes, and so does a PostgreSQL database in SQL_ASCII. A NUL
 * would hide what is after it. */
static void add_text(us_str *out, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t part = strnlen(bytes, n);

		us_utf8_add_lossy(out, bytes, part);
		if (part < n) {
			us_str_add(out, "\xEF\xBF\xBD");
			part++;
		}
		bytes += part;
		n -= part;
	}
	us_str_addn(out, "", 1);
}

/* All texts in one block; a NULL that may not be one (a table made by hand) is "".
 */
static us_code copy_texts(us_record *r, const us_row *row, us_err *err)
{
	size_t at[COLUMNS] = { 0 };
	us_str block = { 0 };
	char *text;
	us_code rc;

	for (size_t i = 0; i < US_LEN(texts); i++) {
		int column = texts[i];

		at[column] = block.len;
		add_text(&block, row->cells[column], row->lengths[column]);
	}
	rc = us_str_take(&block, &text, NULL, err);
	if (rc != US_OK)
		return rc;
	r->id = text; /* the block's start: what us_ledger_free() frees */
	r->checksum = text + at[CHECKSUM];
	r->name = text + at[NAME];
	r->logs = row->cells[LOGS] ? text + at[LOGS] : NULL;
	return US_OK;
}

static us_time time_of(const us_dialect *d, const us_row *row, int column)
{
	us_time t = US_NEVER;

	if (!row->cells[column] ||
		!d->read_time(&t, row->cells[column], row->types[column]))
		return US_NEVER;
	/* nobody's clock, and no time in a report */
	return t < US_FIRST_TIME || t > US_LAST_TIME ? US_NEVER : t;
}

static int steps_of(const char *cell)
{
	long n = cell ? strtol(cell, NULL, 10) : -1;

	return n < -1 || n > INT_MAX ? INT_MAX : (int)n;
}

us_code us_ledger_add_row(const us_row *row, void *ctx, us_err *err)
{
	us_ledger *led = ctx;
	us_record r = {
		.started_at = time_of(led->dialect, row, STARTED),
		.finished_at = time_of(led->dialect, row, FINISHED),
		.rolled_back_at = time_of(led->dialect, row, ROLLED_BACK),
		.finished = row->cells[FINISHED] != NULL,
		.rolled_back = row->cells[ROLLED_BACK] != NULL,
		.applied_steps_count = steps_of(row->cells[STEPS]),
		.times_as_text = row->types[STARTED] == US_V_TEXT,
	};
	us_code rc;

	if (led->len == led->cap) {
		size_t cap = led->cap ? 2 * led->cap : 64;
		us_record *grown =
			reallocarray(led->records, cap, sizeof(*led->records));

		if (!grown)
			return us_fail(err, US_E_NOMEM, "out of memory");
		led->records = grown;
		led->cap = cap;
	}
	rc = copy_texts(&r, row, err);
	if (rc == US_OK)
		led->records[led->len++] = r;
	return rc;
}

bool us_ledger_times_as_text(const us_ledger *led)
{
	const us_record *newest = NULL;

	for (size_t i = 0; led && i < led->len; i++) {
		if (!newest || led->records[i].started_at >= newest->started_at)
			newest = &led->records[i];
	}
	return newest && newest->times_as_text;
}
