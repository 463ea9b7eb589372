/* The text of the engine built for driver adapters (observed with 6.19.3
 * and 7.10.1):
 *
 *   external connector error                          PostgreSQL only
 *   Error querying the database: ERROR: relation "t" already exists
 *
 * or, for errors that the engine knows, its own words ("Unique constraint failed:
 * k", "No such table: t"); for SQLite "SQLITE_ERROR: near "x": syntax error". No
 * SQLSTATE, no position. */
#include <string.h>

#include "evidence_impl.h"

/* The part in front, if text begins with it. */
static const char *behind(const char *text, const char *end, const char *front)
{
	size_t n = strlen(front);

	return (size_t)(end - text) >= n && memcmp(text, front, n) == 0 ? text + n
									: text;
}

us_code logs_parse_adapter(us_logged_error *out, const char *text, us_err *err)
{
	static const char trace[] = "\n   0: ";
	const char *end = strstr(text, trace);
	size_t name;
	us_code rc = US_OK;

	if (!end)
		end = text + strlen(text);
	if (strncmp(text, trace + 1, sizeof(trace) - 2) == 0)
		end = text;
	text = behind(text, end, "external connector error\n");
	text = behind(text, end, "Error querying the database: ");
	name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	if (behind(text, end, "SQLITE_") != text && text + name + 2 <= end &&
		memcmp(text + name, ": ", 2) == 0) {
		rc = us_strndup(&out->code, text, name, err);
		text += name + 2;
	}
	if (rc == US_OK)
		rc = logs_message(&out->message, text, (size_t)(end - text), err);
	if (rc != US_OK)
		return rc;
	if (out->code)
		out->cause = cause_of_code(out->code, CODE_SQLITE);
	if (out->message && (!out->code || strcmp(out->code, "SQLITE_ERROR") == 0))
		out->cause = cause_of_phrase(out->message);
	return US_OK;
}
