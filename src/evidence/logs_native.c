/* The native engine's text (schema-engine, user-facing error P3018, as written by
 * 5.x to 7.x):
 *
 *   A migration failed to apply. ...
 *   Migration name: X
 *   Database error code: 42P07
 *   Database error:
 *   ERROR: relation "T" already exists
 *
 *   Position:                   PostgreSQL, if the server sent a position
 *     1 CREATE TABLE "T" (
 *
 *   DbError { severity: ... }   PostgreSQL
 *
 *   Please check the query number 2 from the migration file.     MySQL
 *
 *      0: sql_schema_connector::apply_migration::apply_script    and so on
 */
#include <string.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

static const char code_label[] = "Database error code: ";
static const char text_label[] = "Database error:";

/* A label counts only at the start of a line. */
static const char *find_line(const char *text, const char *label)
{
	const char *at = text;

	while ((at = strstr(at, label)) != NULL) {
		if (at == text || at[-1] == '\n')
			return at;
		at++;
	}
	return NULL;
}

static const char *find_last(const char *text, const char *end, const char *needle)
{
	const char *found = NULL;
	size_t n = strlen(needle);

	while ((text = memmem(text, (size_t)(end - text), needle, n)) != NULL)
		found = text++;
	return found;
}

bool logs_is_native(const char *text)
{
	return find_line(text, code_label) != NULL;
}

/* The parts of the text behind "Database error:"; each NULL where there is none. */
typedef struct {
	const char *body, *end; /* what the database said, and where that ends */
	const char *position;   /* the block's first line */
	size_t position_len;
	const char *debug; /* "DbError { ... }" */
	const char *query; /* MySQL's number */
} parts;

static parts find_parts(const char *text)
{
	static const char position[] = "\n\nPosition:\n",
			  query[] = "\n\nPlease check "
				    "the query number ";
	parts p = { 0 };
	const char *at, *end = text + strlen(text);

	at = find_line(text, text_label);
	p.body = at ? at + sizeof(text_label) - 1 : end;
	p.body += strspn(p.body, " \r\n");
	at = find_last(p.body, end, "\n   0: ");
	p.end = at ? at : end;
	at = find_last(p.body, p.end, "\nDbError { ");
	if (at) {
		p.debug = at + 1;
		p.end = at;
	}
	at = find_last(p.body, p.end, position);
	if (at && p.debug) {
		p.position = at + sizeof(position) - 1;
		p.position_len = (size_t)(p.end - p.position);
		p.end = at;
	}
	at = p.debug ? NULL : find_last(p.body, p.end, query);
	if (at) {
		p.query = at + sizeof(query) - 1;
		p.end = at;
	}
	return p;
}

static us_code find_code(us_logged_error *out, const char *text, us_err *err)
{
	const char *code = find_line(text, code_label) + sizeof(code_label) - 1;
	size_t n = strcspn(code, " \t\r\n");

	/* "none": the engine got an error without a code, as of a broken connection
	 */
	if (n == 0 || (n == 4 && memcmp(code, "none", 4) == 0))
		return US_OK;
	return us_strndup(&out->code, code, n, err);
}

/* The frames come after DbError, whose texts are escaped: no line there can be
 * somebody's message. Each names the module it was compiled from, and
 * apply_migrations left the crate schema_core for schema_commands in March 2025
 * (prisma-engines #5289, before 6.6 came out), ten months before the engine began
 * to cut scripts (#5767, 7.4). */
bool logs_of_old_engine(const char *logs)
{
	static const char frame[] =
		"\n   1: schema_core::commands::apply_migrations::";
	const char *debug;

	if (!logs || !logs_is_native(logs))
		return false;
	debug = find_last(logs, logs + strlen(logs), "\nDbError { ");
	return debug && strstr(debug, frame);
}

/* 1-based; it counts result sets, and a CALL may return several: only a script
 * without one tells the statement. */
static void find_query(
	us_logged_error *out, const char *query, const us_script *script)
{
	unsigned long n = strtoul(query, NULL, 10);

	if (n == 0 || n > INT32_MAX)
		return;
	out->query = n;
	if (!script || n > us_script_len(script))
		return;
	for (size_t i = 0; i < n; i++)
		if (strcmp(us_script_statement(script, i)->kind, "CALL") == 0)
			return;
	out->statement = n;
	out->line = us_script_statement(script, n - 1)->line;
}

/* rusqlite's words for an error with a place: "<message> in <sql> at offset <n>",
 * the SQL being all that was left of the script. Returns where the message ends. */
static const char *find_offset(
	us_logged_error *out, const parts *p, const us_script *script)
{
	static const char label[] = " at offset ";
	const char *label_at = find_last(p->body, p->end, label);
	const char *text, *sql;
	size_t len, same = 0, offset;
	char *digits_end;

	if (!label_at)
		return p->end;
	offset = strtoul(label_at + sizeof(label) - 1, &digits_end, 10);
	digits_end += strspn(digits_end, "\r\n");
	if (digits_end < p->end || !script)
		return p->end;
	text = us_script_text(script);
	len = us_script_text_len(script);
	while (same < len && same < (size_t)(label_at - p->body) &&
		label_at[-1 - (long)same] == text[len - 1 - same])
		same++;
	sql = p->body;
	while ((sql = memmem(sql, (size_t)(label_at - sql), " in ", 4)) != NULL) {
		size_t left = (size_t)(label_at - (sql + 4));
		size_t at = len - left + offset;

		if (left > 0 && left <= same && offset <= left) {
			size_t statement = us_script_at(script, at);

			out->line = us_script_line(script, at);
			if (statement != US_NO_STATEMENT)
				out->statement = statement + 1;
			return sql;
		}
		sql++;
	}
	return p->end;
}

us_code logs_parse_native(us_logged_error *out, const char *text,
	const us_script *script, us_err *err)
{
	parts p = find_parts(text);
	code_family family = p.query ? CODE_MYSQL : CODE_SQLITE;
	us_code rc = find_code(out, text, err);

	if (rc != US_OK)
		return rc;
	if (out->code && strlen(out->code) == 5)
		family = CODE_SQLSTATE;
	if (p.query)
		find_query(out, p.query, script);
	else if (p.position && script)
		logs_position(out, p.position, p.position_len, p.debug, script);
	else if (family == CODE_SQLITE)
		p.end = find_offset(out, &p, script);
	rc = logs_message(&out->message, p.body, (size_t)(p.end - p.body), err);
	if (rc != US_OK)
		return rc;
	if (out->code)
		out->cause = cause_of_code(out->code, family);
	if (out->message && (!out->code || strcmp(out->code, "1") == 0))
		out->cause = cause_of_phrase(out->message);
	return US_OK;
}
