/* Why a script failed, as far as an error code says it. A code that isn't here, and
 * a text without a code, is an unknown cause: nothing is guessed from words. */
#include <string.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

static const char *const names[] = {
	[US_CAUSE_UNKNOWN] = "unknown",
	[US_CAUSE_NETWORK] = "network",
	[US_CAUSE_CONNECTION] = "connection",
	[US_CAUSE_LOCK] = "lock",
	[US_CAUSE_STATEMENT_TIMEOUT] = "statement_timeout",
	[US_CAUSE_SCHEMA_CONFLICT] = "schema_conflict",
	[US_CAUSE_CONSTRAINT_VIOLATION] = "constraint_violation",
	[US_CAUSE_SYNTAX] = "syntax",
	[US_CAUSE_PERMISSION] = "permission",
	[US_CAUSE_RESOURCE] = "resource",
	[US_CAUSE_CRASH] = "crash",
};

const char *us_cause_name(us_cause c)
{
	return names[c];
}

bool us_cause_is_interruption(us_cause c)
{
	switch (c) {
	case US_CAUSE_NETWORK:
	case US_CAUSE_CONNECTION:
	case US_CAUSE_LOCK:
	case US_CAUSE_STATEMENT_TIMEOUT:
	case US_CAUSE_CRASH:
		return true;
	default:
		return false;
	}
}

typedef struct {
	const char *code; /* a prefix of the codes it stands for */
	us_cause cause;
} row;

/* SQLSTATE (PostgreSQL, appendix A): the longest prefix counts. */
static const row sqlstates[] = {
	{ "08", US_CAUSE_CONNECTION },
	{ "08001", US_CAUSE_NETWORK }, /* could not reach the server */
	{ "08004", US_CAUSE_NETWORK },
	{ "23", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "25P03", US_CAUSE_CONNECTION }, /* idle_in_transaction_session_timeout */
	{ "28", US_CAUSE_PERMISSION },
	{ "2BP01", US_CAUSE_SCHEMA_CONFLICT }, /* others depend on it */
	{ "0P000", US_CAUSE_PERMISSION },      /* no such role */
	{ "3D000", US_CAUSE_SCHEMA_CONFLICT },
	{ "3F000", US_CAUSE_SCHEMA_CONFLICT },
	{ "40001", US_CAUSE_LOCK }, /* another transaction was in the way */
	{ "40P01", US_CAUSE_LOCK },
	{ "42501", US_CAUSE_PERMISSION },
	{ "42601", US_CAUSE_SYNTAX },
	{ "42602", US_CAUSE_SYNTAX },
	{ "42611", US_CAUSE_SCHEMA_CONFLICT },
	{ "42622", US_CAUSE_SYNTAX },
	{ "42701", US_CAUSE_SCHEMA_CONFLICT }, /* duplicate column */
	{ "42703", US_CAUSE_SCHEMA_CONFLICT }, /* no such column */
	{ "42704", US_CAUSE_SCHEMA_CONFLICT }, /* no such object */
	{ "42710", US_CAUSE_SCHEMA_CONFLICT }, /* duplicate object */
	{ "42712", US_CAUSE_SCHEMA_CONFLICT },
	{ "42723", US_CAUSE_SCHEMA_CONFLICT }, /* duplicate function */
	{ "42804", US_CAUSE_SCHEMA_CONFLICT }, /* types don't fit */
	{ "42809", US_CAUSE_SCHEMA_CONFLICT }, /* another kind of object */
	{ "42830", US_CAUSE_SCHEMA_CONFLICT }, /* foreign key to nothing unique */
	{ "42846", US_CAUSE_SCHEMA_CONFLICT },
	{ "42883", US_CAUSE_SCHEMA_CONFLICT }, /* no such function */
	{ "428C9", US_CAUSE_SCHEMA_CONFLICT },
	{ "42939", US_CAUSE_SYNTAX },
	{ "42P01", US_CAUSE_SCHEMA_CONFLICT }, /* no such table */
	{ "42P04", US_CAUSE_SCHEMA_CONFLICT },
	{ "42P06", US_CAUSE_SCHEMA_CONFLICT }, /* duplicate schema */
	{ "42P07", US_CAUSE_SCHEMA_CONFLICT }, /* duplicate table or index */
	{ "42P10",
		US_CAUSE_SCHEMA_CONFLICT }, /* no such constraint for ON CONFLICT */
	{ "42P16", US_CAUSE_SCHEMA_CONFLICT },
	{ "42P17", US_CAUSE_SCHEMA_CONFLICT },
	{ "44000", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "53", US_CAUSE_RESOURCE },
	{ "54", US_CAUSE_RESOURCE },
	{ "55P03", US_CAUSE_LOCK }, /* lock_timeout, NOWAIT */
	{ "55P04",
		US_CAUSE_SCHEMA_CONFLICT }, /* enum label used before its commit */
	{ "57014", US_CAUSE_STATEMENT_TIMEOUT }, /* and pg_cancel_backend() */
	{ "57P01", US_CAUSE_CONNECTION }, /* pg_terminate_backend, shutdown */
	{ "57P02", US_CAUSE_CRASH },
	{ "57P03", US_CAUSE_CONNECTION }, /* starting up or shutting down */
	{ "57P04", US_CAUSE_CONNECTION },
	{ "57P05", US_CAUSE_CONNECTION },
	{ "58", US_CAUSE_CRASH },
	{ "XX", US_CAUSE_CRASH },
};

/* MySQL's error numbers (Server and Client Error Message Reference). */
static const row mysql_numbers[] = {
	{ "1022", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "1037", US_CAUSE_RESOURCE },
	{ "1038", US_CAUSE_RESOURCE },
	{ "1040", US_CAUSE_RESOURCE },
	{ "1041", US_CAUSE_RESOURCE },
	{ "1044", US_CAUSE_PERMISSION },
	{ "1045", US_CAUSE_PERMISSION },
	{ "1048", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "1050", US_CAUSE_SCHEMA_CONFLICT },
	{ "1051", US_CAUSE_SCHEMA_CONFLICT },
	{ "1053", US_CAUSE_CONNECTION },
	{ "1054", US_CAUSE_SCHEMA_CONFLICT },
	{ "1060", US_CAUSE_SCHEMA_CONFLICT },
	{ "1061", US_CAUSE_SCHEMA_CONFLICT },
	{ "1062", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "1064", US_CAUSE_SYNTAX },
	{ "1072", US_CAUSE_SCHEMA_CONFLICT },
	{ "1091", US_CAUSE_SCHEMA_CONFLICT },
	{ "1114", US_CAUSE_RESOURCE },
	{ "1142", US_CAUSE_PERMISSION },
	{ "1143", US_CAUSE_PERMISSION },
	{ "1146", US_CAUSE_SCHEMA_CONFLICT },
	{ "1205", US_CAUSE_LOCK },
	{ "1213", US_CAUSE_LOCK },
	{ "1227", US_CAUSE_PERMISSION },
	{ "1451", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "1452", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "1826", US_CAUSE_SCHEMA_CONFLICT },
	{ "2002", US_CAUSE_NETWORK },
	{ "2003", US_CAUSE_NETWORK },
	{ "2006", US_CAUSE_CONNECTION },
	{ "2013", US_CAUSE_CONNECTION },
	{ "3024", US_CAUSE_STATEMENT_TIMEOUT },
	{ "3819", US_CAUSE_CONSTRAINT_VIOLATION },
};

/* SQLite's primary result codes. 1 is "some error of the SQL": see phrases. */
static const struct {
	const char *name;
	int number;
	us_cause cause;
} sqlite_codes[] = {
	{ "SQLITE_PERM", 3, US_CAUSE_PERMISSION },
	{ "SQLITE_BUSY", 5, US_CAUSE_LOCK },
	{ "SQLITE_LOCKED", 6, US_CAUSE_LOCK },
	{ "SQLITE_NOMEM", 7, US_CAUSE_RESOURCE },
	{ "SQLITE_READONLY", 8, US_CAUSE_PERMISSION },
	{ "SQLITE_IOERR", 10, US_CAUSE_CRASH },
	{ "SQLITE_CORRUPT", 11, US_CAUSE_CRASH },
	{ "SQLITE_FULL", 13, US_CAUSE_RESOURCE },
	{ "SQLITE_SCHEMA", 17, US_CAUSE_SCHEMA_CONFLICT },
	{ "SQLITE_TOOBIG", 18, US_CAUSE_RESOURCE },
	{ "SQLITE_CONSTRAINT", 19, US_CAUSE_CONSTRAINT_VIOLATION },
	{ "SQLITE_AUTH", 23, US_CAUSE_PERMISSION },
	{ "SQLITE_NOTADB", 26, US_CAUSE_CRASH },
};

static us_cause look_up(const row *rows, size_t n, const char *code)
{
	us_cause found = US_CAUSE_UNKNOWN;
	size_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(rows[i].code);

		if (len > longest && strncmp(code, rows[i].code, len) == 0) {
			found = rows[i].cause;
			longest = len;
		}
	}
	return found;
}

/* Numbers are extended result codes (the primary one is their lowest byte); the
 * adapters write names, extended ones with something behind:
 * SQLITE_CONSTRAINT_UNIQUE. */
static us_cause sqlite_cause(const char *code)
{
	char *end;
	long number = strtol(code, &end, 10);

	for (size_t i = 0; i < US_LEN(sqlite_codes); i++) {
		size_t len = strlen(sqlite_codes[i].name);
		bool named = strncmp(code, sqlite_codes[i].name, len) == 0 &&
			     (code[len] == '\0' || code[len] == '_');

		if (named ||
			(*end == '\0' && (number & 0xff) == sqlite_codes[i].number))
			return sqlite_codes[i].cause;
	}
	return US_CAUSE_UNKNOWN;
}

us_cause cause_of_code(const char *code, code_family family)
{
	if (family == CODE_MYSQL)
		return look_up(mysql_numbers, US_LEN(mysql_numbers), code);
	if (family == CODE_SQLITE)
		return sqlite_cause(code);
	return look_up(sqlstates, US_LEN(sqlstates), code);
}

/* Phrases that stand for exactly one code. Prisma's are those its engine writes for
 * a driver adapter's error (observed, 7.10.1); SQLite's are those of result code 1,
 * which alone doesn't tell a slip from a missing table. `*` stands for any text. */
static const row phrases[] = {
	{ "Unique constraint failed*", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "Null constraint failed*", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "Foreign key constraint failed*", US_CAUSE_CONSTRAINT_VIOLATION },
	{ "No such table: *", US_CAUSE_SCHEMA_CONFLICT },
	{ "canceling statement due to statement timeout",
		US_CAUSE_STATEMENT_TIMEOUT },
	{ "canceling statement due to user request", US_CAUSE_STATEMENT_TIMEOUT },
	{ "canceling statement due to lock timeout", US_CAUSE_LOCK },
	{ "deadlock detected", US_CAUSE_LOCK },
	{ "new row for relation \"*\" violates check constraint \"*\"",
		US_CAUSE_CONSTRAINT_VIOLATION },
	{ "check constraint \"*\" of relation \"*\" is violated by some row",
		US_CAUSE_CONSTRAINT_VIOLATION },
	{ "terminating connection due to administrator command",
		US_CAUSE_CONNECTION },
	{ "syntax error at or near \"*\"", US_CAUSE_SYNTAX },
	{ "syntax error at end of input", US_CAUSE_SYNTAX },
	{ "relation \"*\" already exists", US_CAUSE_SCHEMA_CONFLICT },
	{ "relation \"*\" does not exist", US_CAUSE_SCHEMA_CONFLICT },
	{ "type \"*\" already exists", US_CAUSE_SCHEMA_CONFLICT },
	{ "type \"*\" does not exist", US_CAUSE_SCHEMA_CONFLICT },
	{ "column \"*\" of relation \"*\" already exists",
		US_CAUSE_SCHEMA_CONFLICT },
	{ "column \"*\" of relation \"*\" does not exist",
		US_CAUSE_SCHEMA_CONFLICT },
	{ "permission denied for *", US_CAUSE_PERMISSION },
	{ "must be owner of *", US_CAUSE_PERMISSION },
	{ "near \"*\": syntax error", US_CAUSE_SYNTAX },
	{ "incomplete input", US_CAUSE_SYNTAX },
	{ "no such table: *", US_CAUSE_SCHEMA_CONFLICT },
	{ "no such column: *", US_CAUSE_SCHEMA_CONFLICT },
	{ "no such index: *", US_CAUSE_SCHEMA_CONFLICT },
	{ "duplicate column name: *", US_CAUSE_SCHEMA_CONFLICT },
	{ "table * already exists", US_CAUSE_SCHEMA_CONFLICT },
	{ "index * already exists", US_CAUSE_SCHEMA_CONFLICT },
	{ "database is locked", US_CAUSE_LOCK },
};

/* Each part of the pattern at its first place; that is enough for patterns like
 * ours, and linear. */
static bool matches(const char *pattern, const char *text)
{
	for (;;) {
		const char *star = strchr(pattern, '*');
		size_t n = star ? (size_t)(star - pattern) : strlen(pattern);
		const char *rest;

		if (strncmp(text, pattern, n) != 0)
			return false;
		text += n;
		if (!star)
			return *text == '\0';
		pattern = star + 1;
		n = strcspn(pattern, "*");
		if (n == 0)
			return true;      /* `*` at the end */
		if (pattern[n] == '\0') { /* the last part: at the very end */
			size_t len = strlen(text);

			return len >= n && strcmp(text + len - n, pattern) == 0;
		}
		rest = memmem(text, strlen(text), pattern, n);
		if (!rest)
			return false;
		text = rest;
	}
}

us_cause cause_of_phrase(const char *message)
{
	for (size_t i = 0; i < US_LEN(phrases); i++)
		if (matches(phrases[i].code, message))
			return phrases[i].cause;
	return US_CAUSE_UNKNOWN;
}
