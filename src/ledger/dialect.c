/* The differences between databases, as data: one row per provider. */
#include "dialect.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger_sql.h"
#include "unstick/auto.h"

static bool whole_number(int64_t *out, const char *text)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return end != text && *end == '\0' && errno == 0;
}

/* The digits behind a decimal point as microseconds; what is finer is dropped. */
static int64_t read_fraction(const char **p)
{
	int64_t micros = 0, unit = 100000;

	for ((*p)++; isdigit((unsigned char)**p); (*p)++, unit /= 10)
		micros += (**p - '0') * unit;
	return micros;
}

/* "-1.5", or "Infinity", which is no time. */
static bool read_seconds(us_time *out, const char *cell, us_value_type type)
{
	char *end;
	const char *rest;
	int64_t seconds, micros = 0;

	(void)type;
	errno = 0;
	seconds = strtoll(cell, &end, 10);
	rest = end;
	if (end != cell && *rest == '.')
		micros = read_fraction(&rest);
	if (*cell == '-')
		micros = -micros;
	if (end == cell || *rest != '\0' || errno != 0 ||
		__builtin_mul_overflow(seconds, INT64_C(1000000), out) ||
		__builtin_add_overflow(*out, micros, out)) {
		*out = US_NEVER;
		return false;
	}
	return true;
}

static void write_iso(char out[US_TIME_TEXT], us_time t, bool as_text)
{
	(void)as_text;
	us_time_format(out, t);
}

/* Three forms are found: milliseconds (native engine: every public dump), ISO text
 * (libsql adapter: observed with 6.19.3), current_timestamp's (rows made by hand).
 */
static bool read_any(us_time *out, const char *cell, us_value_type type)
{
	int64_t ms;

	if (type == US_V_TEXT)
		return us_time_parse(out, cell);
	if (type != US_V_INTEGER || !whole_number(&ms, cell) ||
		__builtin_mul_overflow(ms, INT64_C(1000), out)) {
		*out = US_NEVER;
		return false;
	}
	return true;
}

/* "2026-11-22T15:56:42.296+00:00", as the adapter writes it, or milliseconds. */
static void write_millis(char out[US_TIME_TEXT], us_time t, bool as_text)
{
	int64_t ms = t / 1000 - (t % 1000 < 0);
	int64_t fraction = ms % 1000 < 0 ? ms % 1000 + 1000 : ms % 1000;
	time_t seconds = (time_t)((ms - fraction) / 1000);
	struct tm tm;
	size_t n;

	if (!as_text || !gmtime_r(&seconds, &tm)) {
		snprintf(out, US_TIME_TEXT, "%lld", (long long)ms);
		return;
	}
	n = strftime(out, US_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, US_TIME_TEXT - n, ".%03d+00:00", (int)fraction);
}

#define TEXTS(provider)                                                            \
	.survey = us_text_##provider##_survey_sql,                                 \
	.load = us_text_##provider##_load_sql,                                     \
	.load_for_update = us_text_##provider##_load_for_update_sql,               \
	.create = us_text_##provider##_create_sql,                                 \
	.close = us_text_##provider##_close_sql,                                   \
	.insert_applied = us_text_##provider##_insert_applied_sql,                 \
	.rename = us_text_##provider##_rename_sql,                                 \
	.note = us_text_##provider##_note_sql

static const us_dialect dialects[] = {
	{ .provider = "postgresql",
		TEXTS(postgresql),
		.read_time = read_seconds,
		.write_time = write_iso },
	{ .provider = "sqlite",
		TEXTS(sqlite),
		.read_time = read_any,
		.write_time = write_millis },
};

us_code us_dialect_of(const us_dialect **out, const us_db *db, us_err *err)
{
	const char *provider = us_db_about(db).provider;

	*out = NULL;
	for (size_t i = 0; i < US_LEN(dialects); i++) {
		if (strcmp(dialects[i].provider, provider) == 0)
			*out = &dialects[i];
	}
	if (!*out) {
		return us_fail(err, US_E_CONFIG,
			"%s's migration table is not known to us", provider);
	}
	return US_OK;
}

us_code us_ledger_table(us_str *out, us_db *db, us_err *err)
{
	const char *schema = us_db_about(db).schema;

	if (schema) {
		us_code rc = db->ops->quote(db, out, schema, err);

		if (rc != US_OK)
			return rc;
		us_str_addc(out, '.');
	}
	return db->ops->quote(db, out, US_LEDGER_TABLE, err);
}

static void add_literal(us_str *out, const char *value)
{
	if (!value) {
		us_str_add(out, "NULL");
		return;
	}
	us_str_addc(out, '\'');
	for (; *value; value++) {
		if (*value == '\'')
			us_str_addc(out, '\'');
		us_str_addc(out, *value);
	}
	us_str_addc(out, '\'');
}

/* Comments and line ends: nothing, or the one blank that keeps words apart. */
static const char *skip_blank(us_str *out, const char *sql)
{
	for (;;) {
		sql += strspn(sql, " \t\n");
		if (strncmp(sql, "--", 2) != 0)
			break;
		sql += strcspn(sql, "\n");
	}
	if (out->len > 0 && *sql)
		us_str_addc(out, ' ');
	return sql;
}

void us_dialect_expand(
	us_str *out, const char *sql, const char *table, const char *const *values)
{
	static const char mark[] = ":ledger";

	while (*sql) {
		bool parameter = (*sql == '$' || *sql == '?') &&
				 isdigit((unsigned char)sql[1]);

		if (strchr(" \t\n", *sql) || strncmp(sql, "--", 2) == 0) {
			sql = skip_blank(out, sql);
		} else if (strncmp(sql, mark, sizeof(mark) - 1) == 0) {
			us_str_add(out, table);
			sql += sizeof(mark) - 1;
		} else if (parameter && values) {
			char *end;
			unsigned long number = strtoul(sql + 1, &end, 10);

			add_literal(out, values[number - 1]);
			sql = end;
		} else {
			us_str_addc(out, *sql++);
		}
	}
}
