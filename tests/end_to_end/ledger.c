/* Reading what a run left in _prisma_migrations. */
#include "ledger.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "unstick/auto.h"
#include "unstick/str.h"

/* db_ledger()'s columns. */
enum { ID, CHECKSUM, FINISHED, NAME, LOGS, ROLLED_BACK, STARTED, STEPS, COLUMNS };

static const char audit_prefix[] = "unstick: ";

static const char *cell(const json_t *row, size_t column)
{
	return json_string_value(json_array_get(row, column));
}

/* ---- in words ---- */

static const char *state_of(const json_t *row)
{
	if (cell(row, FINISHED))
		return cell(row, ROLLED_BACK) ? "both" : "applied";
	return cell(row, ROLLED_BACK) ? "rolled_back" : "failed";
}

char *ledger_shape(const project *p)
{
	json_t *rows = db_ledger(p);
	size_t n = json_array_size(rows);
	char *shape = calloc(n + 2, 1);

	assert_non_null(shape);
	for (size_t i = 0; i < n; i++)
		shape[i] = (char)toupper(
			(unsigned char)state_of(json_array_get(rows, i))[0]);
	if (json_is_null(rows))
		shape[0] = '-';
	json_decref(rows);
	return shape;
}

void ledger_shape_is(const project *p, const char *shape)
{
	US_AUTO(auto_str) char *now = ledger_shape(p);

	assert_string_equal(now, shape);
}

/* Where the audit line begins, or NULL. */
static const char *audit_of(const char *logs)
{
	const char *line = logs;

	while (line && strncmp(line, audit_prefix, strlen(audit_prefix)) != 0) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return line;
}

static json_t *parse_audit(const char *line)
{
	json_error_t error;
	json_t *v = json_loads(line + strlen(audit_prefix), 0, &error);

	if (!v)
		fail_msg("%s: %s", line, error.text);
	return v;
}

/* Logs before the audit line; null if the line is all there is. */
static json_t *logs_before(const char *logs, const char *audit)
{
	if (!logs || audit == logs)
		return json_null();
	if (!audit)
		return json_string(logs);
	return json_stringn(logs, (size_t)(audit - logs - 1));
}

static json_t *picture_of(const json_t *row)
{
	const char *logs = cell(row, LOGS), *audit = audit_of(logs);
	json_t *v = json_pack("{s:s, s:s, s:o, s:o}", "name", cell(row, NAME),
		"state", state_of(row), "steps",
		cell(row, STEPS) ? json_integer(strtoll(cell(row, STEPS), NULL, 10))
				 : json_null(),
		"logs", logs_before(logs, audit));

	assert_non_null(v);
	if (audit) {
		json_t *line = parse_audit(audit);

		json_object_set(v, "unstick", json_object_get(line, "action"));
		json_decref(line);
	}
	return v;
}

json_t *ledger_picture(const project *p)
{
	json_t *rows = db_ledger(p), *list = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		json_array_append_new(list, picture_of(row));
	json_decref(rows);
	return list;
}

void ledger_unchanged(const project *p, json_t *before)
{
	json_t *now = db_ledger(p);

	if (!json_equal(before, now)) {
		US_AUTO(auto_str)
		char *was = json_dumps(before, JSON_INDENT(1) | JSON_ENCODE_ANY);
		US_AUTO(auto_str)
		char *is = json_dumps(now, JSON_INDENT(1) | JSON_ENCODE_ANY);

		fail_msg("the ledger has changed: %s\n%s", was, is);
	}
	json_decref(before);
	json_decref(now);
}

/* ---- column by column ---- */

static const json_t *row_of(const json_t *rows, const char *id)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		if (strcmp(cell(row, ID), id) == 0)
			return row;
	}
	return NULL;
}

static void check_closed(const json_t *was, const json_t *is, const char *action)
{
	const char *old = cell(was, LOGS), *logs = cell(is, LOGS);
	const char *audit = audit_of(logs);
	json_t *line;

	assert_string_equal(state_of(was), "failed");
	assert_string_equal(state_of(is), "rolled_back");
	for (size_t c = 0; c < COLUMNS; c++)
		if (c != ROLLED_BACK && c != LOGS)
			assert_true(json_equal(
				json_array_get(was, c), json_array_get(is, c)));
	if (!audit) { /* one line for one action, though it closed several */
		assert_true(json_equal(
			json_array_get(was, LOGS), json_array_get(is, LOGS)));
		return;
	}
	line = parse_audit(audit);
	assert_string_equal(
		json_string_value(json_object_get(line, "action")), action);
	json_decref(line);
	assert_null(audit_of(strchr(audit, '\n')));
	if (old && *old) { /* what was there stays, on lines of its own */
		assert_int_equal(audit - logs, strlen(old) + 1);
		assert_memory_equal(logs, old, strlen(old));
	} else {
		assert_ptr_equal(audit, logs);
	}
}

static void check_uuid(const char *id)
{
	assert_int_equal(strlen(id), 36);
	for (size_t i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(id[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", id[i]));
	}
	assert_int_equal(id[14], '4');
	assert_non_null(strchr("89ab", id[19]));
}

/* What `resolve --applied` writes (observed with 6.19.3 and 7.10.1): logs '' and
 * not NULL, steps 0, started_at = finished_at. */
static void check_added(const project *p, const json_t *row, const char *name)
{
	US_AUTO(auto_str) char *checksum = project_checksum(p, name);

	check_uuid(cell(row, ID));
	assert_string_equal(cell(row, CHECKSUM), checksum);
	assert_string_equal(cell(row, NAME), name);
	assert_string_equal(cell(row, LOGS), "");
	assert_string_equal(cell(row, STEPS), "0");
	assert_string_equal(cell(row, STARTED), cell(row, FINISHED));
	assert_null(cell(row, ROLLED_BACK));
}

void ledger_moved(const project *p, const json_t *before, const char *name,
	const char *action, size_t *closed, size_t *added)
{
	json_t *now = db_ledger(p);
	const json_t *row;
	size_t i, kept = 0;

	*closed = *added = 0;
	json_array_foreach(now, i, row)
	{
		const json_t *was = row_of(before, cell(row, ID));

		kept += was != NULL;
		if (!was) {
			check_added(p, row, name);
			++*added;
		} else if (!json_equal(was, row)) {
			check_closed(was, row, action);
			++*closed;
		}
	}
	/* Append-only: no record has gone. */
	assert_int_equal(kept, json_array_size(before));
	json_decref(now);
}
