/* What db:query sends and what it doesn't. The transaction is READ ONLY; this keeps
 * out what such a transaction lets through all the same: several statements in one
 * text, and functions that reach past it. A text that two settings of a server
 * would read differently is refused too. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "host.h"
#include "unstick/auto.h"

/* Function names that no statement may contain outside comments and string
 * literals; a final `*` stands for any ending. docs/policies.md has the list for
 * people. */
static const char *const denied[] = {
	/* other sessions, the server itself */
	"pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_promote",
	"pg_rotate_logfile*", "pg_switch_wal", "pg_switch_xlog",
	"pg_create_restore_point", "pg_start_backup", "pg_stop_backup",
	"pg_backup_start", "pg_backup_stop", "pg_wal_replay_*", "pg_logical_*",
	"pg_create_physical_replication_slot", "pg_create_logical_replication_slot",
	"pg_copy_physical_replication_slot", "pg_copy_logical_replication_slot",
	"pg_drop_replication_slot", "pg_replication_*", "pg_log_backend_*",
	"pg_stat_reset*", "pg_stat_statements_reset", "pg_export_snapshot",
	/* locks and messages that outlive the statement */
	"pg_advisory_*", "pg_try_advisory_*", "pg_notify", "set_config",
	/* files */
	"lo_*", "lowrite", "loread", "pg_read_file*", "pg_read_binary_file",
	"pg_stat_file", "pg_ls_*", "pg_file_*", "pg_current_logfile",
	/* connections of their own, and SQL inside strings */
	"dblink*", "postgres_fdw_*", "query_to_xml*", "cursor_to_xml*", "ts_stat",
	"ts_rewrite", "crosstab*", "connectby*",
	/* SQLite */
	"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"
};

static const char *const first_words[] = { "select", "with", "values", "table",
	"show", "explain" };

struct scan {
	const char *p, *end;
	bool postgresql;
	us_err *err;
};

struct word {
	const char *at;
	size_t len;
};

static us_code refuse(struct scan *s, const char *why)
{
	return us_fail(s->err, US_E_POLICY, "%s", why);
}

/* ---- what is skipped ---- */

static bool sees(const struct scan *s, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, text, n) == 0;
}

/* PostgreSQL ends it at either end of line, SQLite at a line feed only. */
static void skip_line_comment(struct scan *s)
{
	while (s->p < s->end && *s->p != '\n' && !(s->postgresql && *s->p == '\r'))
		s->p++;
}

/* They nest in PostgreSQL and don't in SQLite. */
static us_code skip_comment(struct scan *s)
{
	int depth = 0;

	do {
		if (s->p >= s->end)
			return refuse(s, "a comment has no end");
		if (sees(s, "/*") && (depth == 0 || s->postgresql)) {
			depth++;
			s->p += 2;
		} else if (sees(s, "*/")) {
			depth--;
			s->p += 2;
		} else {
			s->p++;
		}
	} while (depth > 0);
	return US_OK;
}

/* A string literal, s->p at its first quote. Whether a backslash escapes in a plain
 * one is a setting of the server (standard_conforming_strings). */
static us_code skip_string(struct scan *s, bool escapes)
{
	for (s->p++; s->p < s->end; s->p++) {
		if (*s->p == '\\' && s->postgresql) {
			if (!escapes && s->p + 1 < s->end && s->p[1] == '\'')
				return refuse(s,
					"a backslash before a quote: use a "
					"parameter ($1)");
			if (escapes)
				s->p++;
		} else if (*s->p == '\'') {
			s->p++;
			if (s->p >= s->end || *s->p != '\'')
				return US_OK;
		}
	}
	return refuse(s, "a string has no end");
}

static bool starts_word(char c)
{
	return isalpha((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80U);
}

static bool continues_word(char c)
{
	return starts_word(c) || isdigit((unsigned char)c) || c == '$';
}

/* $tag$ ... $tag$ */
static us_code skip_dollar(struct scan *s)
{
	const char *open = s->p++;
	const char *close;
	size_t len;

	if (s->p < s->end && starts_word(*s->p))
		while (s->p < s->end && continues_word(*s->p) && *s->p != '$')
			s->p++;
	if (s->p >= s->end || *s->p != '$') {
		s->p = open + 1; /* a parameter */
		return US_OK;
	}
	len = (size_t)(++s->p - open);
	close = memmem(s->p, (size_t)(s->end - s->p), open, len);
	if (!close)
		return refuse(s, "a $-quoted string has no end");
	s->p = close + len;
	return US_OK;
}

/* ---- words ---- */

static bool is_denied(const struct word *w)
{
	for (size_t i = 0; i < US_LEN(denied); i++) {
		size_t n = strlen(denied[i]);
		bool prefix = denied[i][n - 1] == '*';

		if (prefix)
			n--;
		if ((prefix ? w->len >= n : w->len == n) &&
			strncasecmp(w->at, denied[i], n) == 0)
			return true;
	}
	return false;
}

static us_code check_word(struct scan *s, const struct word *w)
{
	if (is_denied(w))
		return us_fail(s->err, US_E_POLICY,
			"%.*s reaches past a read-only transaction", (int)w->len,
			w->at);
	return US_OK;
}

/* "name", and in SQLite also `name` and [name]. */
static us_code quoted_name(struct scan *s, char close)
{
	struct word w = { ++s->p, 0 };
	const char *end = memchr(s->p, close, (size_t)(s->end - s->p));

	if (!end)
		return refuse(s, "a quoted name has no end");
	w.len = (size_t)(end - w.at);
	s->p = end + 1; /* a doubled quote reads as a second name: no harm */
	return check_word(s, &w);
}

static us_code plain_word(struct scan *s)
{
	struct word w = { s->p, 0 };

	while (s->p < s->end && continues_word(*s->p))
		s->p++;
	w.len = (size_t)(s->p - w.at);
	if (w.len == 1 && (*w.at == 'u' || *w.at == 'U') &&
		(sees(s, "&'") || sees(s, "&\"")))
		return refuse(s, "U& can spell any name: write it plainly");
	if (w.len == 1 && (*w.at == 'e' || *w.at == 'E') && sees(s, "'") &&
		s->postgresql)
		return skip_string(s, true);
	return check_word(s, &w);
}

/* ---- the statement ---- */

static bool skip_blank(struct scan *s)
{
	if (s->p >= s->end || !isspace((unsigned char)*s->p))
		return false;
	s->p++;
	return true;
}

/* Blanks and comments. */
static us_code skip_nothing(struct scan *s)
{
	us_code rc = US_OK;

	while (rc == US_OK) {
		if (sees(s, "--"))
			skip_line_comment(s);
		else if (sees(s, "/*"))
			rc = skip_comment(s);
		else if (!skip_blank(s))
			break;
	}
	return rc;
}

static us_code check_end(struct scan *s)
{
	us_code rc;

	s->p++; /* the semicolon */
	rc = skip_nothing(s);
	if (rc == US_OK && s->p < s->end)
		return refuse(s, "only one statement at a time");
	return rc;
}

static us_code token(struct scan *s)
{
	switch (*s->p) {
	case '\'':
		return skip_string(s, false);
	case '"':
		return quoted_name(s, '"');
	case ';':
		return check_end(s);
	case '`':
		if (!s->postgresql)
			return quoted_name(s, '`');
		break;
	case '[':
		if (!s->postgresql)
			return quoted_name(s, ']');
		break;
	case '$':
		if (s->postgresql)
			return skip_dollar(s);
		break;
	default:
		if (starts_word(*s->p))
			return plain_word(s);
		break;
	}
	s->p++;
	return US_OK;
}

static us_code check_first_word(struct scan *s)
{
	size_t len = 0;

	while (s->p + len < s->end && continues_word(s->p[len]))
		len++;
	for (size_t i = 0; i < US_LEN(first_words); i++)
		if (strlen(first_words[i]) == len &&
			strncasecmp(s->p, first_words[i], len) == 0)
			return US_OK;
	return refuse(
		s, "only select, with, values, table, show and explain are sent");
}

us_code us_sql_check(const char *sql, size_t len, bool postgresql, us_err *err)
{
	struct scan s = { sql, sql + len, postgresql, err };
	us_code rc;

	if (memchr(sql, '\0', len))
		return refuse(&s, "there is a NUL in the statement");
	rc = skip_nothing(&s);
	if (rc == US_OK)
		rc = check_first_word(&s);
	while (rc == US_OK && s.p < s.end) {
		rc = skip_nothing(&s);
		if (rc == US_OK && s.p < s.end)
			rc = token(&s);
	}
	return rc;
}
