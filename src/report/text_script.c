/* What only `explain` shows of the script: statement by statement with its lines,
 * its state and why, as a compiler shows an error. What a long script has on either
 * side of the border between what ran and what did not is folded. */
#include <stdio.h>
#include <string.h>

#include "text.h"

#define SQL_LINES 3 /* of each statement; the error's line is always shown */
#define FOLD_MIN 3  /* statements: fewer are shown, not folded */
#define GUTTER 32
#define NUMBERS 4 /* where line numbers stand */
#define REST "       | "

/* The script and what is known of it. */
struct script {
	const json_t *list, *error;
	size_t n;
	bool diverged;
};

static const json_t *statement(const struct script *s, size_t i)
{
	return json_array_get(s->list, i);
}

/* ---- the lines of a statement ---- */

/* "   9 | ", or "   > 9 | "'s arrow, in red, where it failed. */
static void print_sql_line(
	page *p, json_int_t line, bool error, const char *text, size_t n)
{
	char gutter[GUTTER];

	if (line > 0 && error)
		snprintf(gutter, sizeof(gutter),
			"%c>%5" JSON_INTEGER_FORMAT " |%c ", MARK_RED, line,
			MARK_PLAIN);
	else if (line > 0)
		snprintf(gutter, sizeof(gutter), " %5" JSON_INTEGER_FORMAT " | ",
			line);
	else
		snprintf(gutter, sizeof(gutter), "%s%s", error ? ">" : "",
			&REST[error]);
	page_code(p, NUMBERS, gutter, text, n, false);
}

/* The first lines and the one marked (from 0; -1: none); `line` is the first one's
 * number, 0 if not known. A gap of one line is no gap. */
static void print_sql(page *p, const char *sql, json_int_t line, json_int_t marked)
{
	const char *at = sql;
	size_t hidden = 0;

	for (json_int_t i = 0; *at; i++) {
		const size_t n = strcspn(at, "\n");
		const bool shown =
			p->style->verbose || i < SQL_LINES || i == marked ||
			(hidden == 0 && (!at[n] || !at[n + 1] || i + 1 == marked));

		if (shown) {
			page_more(p, NUMBERS, REST, hidden);
			hidden = 0;
			print_sql_line(
				p, line > 0 ? line + i : 0, i == marked, at, n);
		} else {
			hidden++;
		}
		at += n;
		at += *at == '\n';
	}
	page_more(p, NUMBERS, REST, hidden);
}

static json_int_t count_lines(const char *sql)
{
	json_int_t n = 1;

	for (; *sql; sql++)
		n += *sql == '\n';
	return n;
}

/* Which of its lines the error is in, from 0; the first where only the statement is
 * known; -1: it failed elsewhere. */
static json_int_t failed_line(const struct script *s, const json_t *v)
{
	const char *sql = text_at(v, "sql");
	json_int_t line, error, index, failed;

	if (sql && number_at(&line, v, "line") && line > 0 &&
		number_at(&error, s->error, "line") && error >= line &&
		error - line < count_lines(sql))
		return error - line;
	if (number_at(&index, v, "index") &&
		number_at(&failed, s->error, "statement") && index == failed)
		return 0;
	return -1;
}

/* ---- one statement ---- */

static char mark_of(const char *state)
{
	if (strcmp(state, "present") == 0)
		return MARK_GREEN;
	if (strcmp(state, "absent") == 0 || strcmp(state, "conflict") == 0)
		return MARK_RED;
	return MARK_YELLOW;
}

static void print_title(page *p, const struct script *s, size_t i)
{
	const char *kind = text_at(statement(s, i), "kind");
	const char *state = text_at(statement(s, i), "state");

	page_gap(p);
	page_begin(p, PAGE_INDENT);
	page_mark(p, MARK_BOLD);
	page_say(p, "statement %zu of %zu", i + 1, s->n);
	page_mark(p, MARK_PLAIN);
	if (kind && *kind)
		page_say(p, ", %s", kind);
	if (state) {
		page_say(p, ": ");
		page_mark(p, mark_of(state));
		page_say(p, "%s", state_words(state, s->diverged));
		page_mark(p, MARK_PLAIN);
	}
	page_end(p);
}

static void print_note(page *p, const char *note, const json_t *error)
{
	page_begin(p, NUMBERS + sizeof(REST) - sizeof("| "));
	us_str_add(&p->line, "= ");
	p->indent += 2;
	page_say(p, "%s", note);
	if (error) {
		page_mark(p, MARK_RED);
		say_error(p, error, false);
		page_mark(p, MARK_PLAIN);
	}
	page_end(p);
}

static void print_statement(page *p, const struct script *s, size_t i)
{
	const json_t *v = statement(s, i);
	const char *sql = text_at(v, "sql");
	const char *why = text_at(v, "why");
	const json_int_t failed = failed_line(s, v);
	json_int_t line;

	(void)number_at(&line, v, "line");
	print_title(p, s, i);
	if (sql)
		print_sql(p, sql, line, failed);
	if (why)
		print_note(p, why, NULL);
	if (failed >= 0)
		print_note(p, "it failed here: ", s->error);
}

/* ---- what is folded ---- */

static const char *state_at(const struct script *s, size_t i)
{
	const char *state = text_at(statement(s, i), "state");

	return state ? state : "unknown";
}

/* Its neighbours are in its state. Before the script everything ran, and after it
 * nothing: so the last that ran is at the border even if there is no other. */
static bool is_alike(const struct script *s, size_t i)
{
	const char *state = state_at(s, i);
	const char *before = i > 0 ? state_at(s, i - 1) : "present";
	const char *after = i + 1 < s->n ? state_at(s, i + 1) : "absent";

	return strcmp(state, before) == 0 && strcmp(state, after) == 0;
}

/* Of what is certain, only the border and the failure are worth a look. */
static bool is_dull(const struct script *s, size_t i)
{
	const char *state = state_at(s, i);

	return (strcmp(state, "present") == 0 || strcmp(state, "absent") == 0) &&
	       is_alike(s, i) && failed_line(s, statement(s, i)) < 0;
}

/* How many from i on are folded; they are all in one state. */
static size_t foldable(const page *p, const struct script *s, size_t i)
{
	size_t n = 0;

	while (!p->style->verbose && i + n < s->n && is_dull(s, i + n))
		n++;
	return n >= FOLD_MIN ? n : 0;
}

static void print_fold(page *p, const struct script *s, size_t i, size_t n)
{
	const char *state = state_at(s, i);
	json_int_t from, to;

	page_gap(p);
	page_begin(p, PAGE_INDENT);
	page_say(p, "... statements %zu to %zu", i + 1, i + n);
	if (number_at(&from, statement(s, i), "line") &&
		number_at(&to, statement(s, i + n - 1), "line"))
		page_say(p,
			" (lines %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT
			")",
			from, to);
	page_say(p, ": ");
	page_mark(p, mark_of(state));
	page_say(p, "%s", state_words(state, s->diverged));
	page_mark(p, MARK_PLAIN);
	page_say(p, " (--verbose shows them)");
	page_end(p);
}

/* ---- all of it ---- */

/* The line to open it at: where it failed, else the first that isn't there. */
static bool line_to_see(json_int_t *line, const struct script *s)
{
	size_t i = 0;

	if (number_at(line, s->error, "line"))
		return true;
	while (i < s->n && failed_line(s, statement(s, i)) < 0)
		i++;
	if (i == s->n)
		for (i = 0; i < s->n && strcmp(state_at(s, i), "present") == 0;)
			i++;
	return i < s->n && number_at(line, statement(s, i), "line");
}

/* "--> prisma/migrations/x/migration.sql:9", which many terminals can open. */
static void print_where(page *p, const struct script *s, const char *directory)
{
	json_int_t line;

	page_gap(p);
	page_begin(p, PAGE_INDENT);
	page_say(p, "-->");
	page_glue(p);
	page_name(p, directory);
	page_name(p, "/migration.sql");
	if (line_to_see(&line, s))
		page_say(p, ":%" JSON_INTEGER_FORMAT, line);
	page_end(p);
}

static void print_nothing(page *p, const char *why)
{
	page_gap(p);
	page_begin(p, PAGE_INDENT);
	page_say(p, "%s", why);
	page_end(p);
}

void text_statements(page *p, const json_t *kase)
{
	const json_t *evidence = json_object_get(kase, "evidence");
	const char *directory = text_at(kase, "directory");
	const struct script s = { .list = json_object_get(evidence, "statements"),
		.error = json_object_get(evidence, "error"),
		.n = length_at(evidence, "statements"),
		.diverged = is_at(evidence, "state", "diverged") };

	if (s.n == 0 && evidence)
		print_nothing(p, json_is_array(s.list)
					 ? "the script has no statements"
					 : "there is no script to show");
	if (s.n > 0 && directory)
		print_where(p, &s, directory);
	for (size_t i = 0, folded; i<s.n; i += folded> 0 ? folded : 1) {
		folded = foldable(p, &s, i);
		if (folded > 0)
			print_fold(p, &s, i, folded);
		else
			print_statement(p, &s, i);
	}
}
