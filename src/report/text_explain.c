/* What only `explain` shows: the script statement by statement, like a compiler
 * shows an error, and the records as they stand in the ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "unstick/auto.h"

#define SQL_LINES 3  /* of each statement; the error's line is always shown */
#define LOG_LINES 10 /* of each record's logs */
#define GUTTER 32
#define NUMBERS 4 /* where line numbers stand */
#define REST "       | "

static void print_heading(page *p, const char *title)
{
	page_gap(p);
	page_begin(p, PAGE_INDENT);
	page_say(p, "%s", title);
	page_end(p);
}

/* ---- statements ---- */

/* "   9 | ", or "   > 9 | "'s arrow where the error is. */
static void print_sql_line(
	page *p, json_int_t line, bool error, const char *text, size_t n)
{
	char gutter[GUTTER];

	if (line > 0)
		snprintf(gutter, sizeof(gutter), "%c%5" JSON_INTEGER_FORMAT " | ",
			error ? '>' : ' ', line);
	else
		snprintf(gutter, sizeof(gutter), REST);
	page_code(p, NUMBERS, gutter, text, n, false);
}

/* The first lines and the one with the error; `line` is the first one's number, 0
 * if not known. A gap of one line is no gap. */
static void print_sql(page *p, const char *sql, json_int_t line, json_int_t error)
{
	const json_int_t target = line > 0 && error >= line ? error - line : -1;
	const char *at = sql;
	size_t hidden = 0;

	for (json_int_t i = 0; *at; i++) {
		const size_t n = strcspn(at, "\n");
		const bool shown =
			p->style->verbose || i < SQL_LINES || i == target ||
			(hidden == 0 && (!at[n] || !at[n + 1] || i + 1 == target));

		if (shown) {
			page_more(p, NUMBERS, REST, hidden);
			hidden = 0;
			print_sql_line(
				p, line > 0 ? line + i : 0, i == target, at, n);
		} else {
			hidden++;
		}
		at += n;
		at += *at == '\n';
	}
	page_more(p, NUMBERS, REST, hidden);
}

static char mark_of(const char *state)
{
	if (strcmp(state, "present") == 0)
		return MARK_GREEN;
	if (strcmp(state, "absent") == 0 || strcmp(state, "conflict") == 0)
		return MARK_RED;
	return MARK_YELLOW;
}

static void print_title(page *p, const json_t *v, size_t i, size_t n)
{
	const char *kind = text_at(v, "kind");
	const char *state = text_at(v, "state");

	page_gap(p);
	page_begin(p, PAGE_INDENT);
	page_mark(p, MARK_BOLD);
	page_say(p, "statement %zu of %zu", i + 1, n);
	page_mark(p, MARK_PLAIN);
	if (kind)
		page_say(p, ", %s", kind);
	if (state) {
		page_say(p, ": ");
		page_mark(p, mark_of(state));
		page_say(p, "%s",
			strcmp(state, "unknown") == 0 ? "not known whether it ran"
						      : state);
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

static void print_statement(
	page *p, const json_t *v, size_t i, size_t n, const json_t *error)
{
	const char *sql = text_at(v, "sql");
	const char *why = text_at(v, "why");
	json_int_t line, error_line, index, error_index;

	(void)number_at(&line, v, "line");
	(void)number_at(&error_line, error, "line");
	print_title(p, v, i, n);
	if (sql)
		print_sql(p, sql, line, error_line);
	if (why)
		print_note(p, why, NULL);
	if (number_at(&index, v, "index") &&
		number_at(&error_index, error, "statement") && index == error_index)
		print_note(p, "it failed here: ", error);
}

void text_statements(page *p, const json_t *kase)
{
	const json_t *evidence = json_object_get(kase, "evidence");
	const json_t *list = json_object_get(evidence, "statements");
	const size_t n = json_array_size(list);
	const char *directory = text_at(kase, "directory");

	for (size_t i = 0; i < n; i++)
		print_statement(p, json_array_get(list, i), i, n,
			json_object_get(evidence, "error"));
	if (n == 0 && evidence) {
		print_heading(p, json_is_array(list)
					 ? "the script has no statements"
					 : "there is no script to show");
		return;
	}
	if (directory) {
		page_gap(p);
		page_begin(p, PAGE_INDENT);
		page_say(p, "the script: ");
		page_name(p, directory);
		page_say(p, "/migration.sql");
		page_end(p);
	}
}

/* ---- records ---- */

static void print_text(page *p, const char *label, const char *text)
{
	page_label(p, label);
	page_name(p, text ? text : "-");
	page_end(p);
}

/* Prisma's engine colours its logs and spreads them; neither helps here. */
static void print_logs(page *p, const char *logs)
{
	us_str plain = { 0 }, dense = { 0 };
	const char *at;

	safe_add_uncoloured(&plain, logs, strlen(logs));
	at = us_str_text(&plain);
	while (*at) {
		size_t n = strcspn(at, "\n");

		if (strspn(at, " \t\r") < n) {
			us_str_addn(&dense, at, n);
			us_str_addc(&dense, '\n');
		}
		at += n;
		at += *at == '\n';
	}
	if (dense.len > 0) {
		page_label(p, "logs");
		page_end(p);
		page_lines(p, NUMBERS, "| ", us_str_text(&dense), LOG_LINES);
	}
	p->out.failed = p->out.failed || plain.failed || dense.failed;
	us_str_fini(&plain);
	us_str_fini(&dense);
}

static void print_record(page *p, const json_t *v)
{
	const char *logs = text_at(v, "logs");
	json_int_t steps;

	print_text(p, "record", text_at(v, "id"));
	print_text(p, "started", text_at(v, "started_at"));
	print_text(p, "finished", text_at(v, "finished_at"));
	print_text(p, "rolled back", text_at(v, "rolled_back_at"));
	print_text(p, "checksum", text_at(v, "checksum"));
	page_label(p, "steps");
	if (number_at(&steps, v, "applied_steps_count"))
		page_say(p, "%" JSON_INTEGER_FORMAT, steps);
	else
		page_say(p, "-");
	page_end(p);
	if (!logs)
		print_text(p, "logs", NULL);
	else if (!*logs)
		print_text(p, "logs", "(empty)");
	else
		print_logs(p, logs);
}

void text_records(page *p, const json_t *kase)
{
	const json_t *records = json_object_get(kase, "records");
	size_t i;
	const json_t *v;

	json_array_foreach(records, i, v)
	{
		page_gap(p);
		print_record(p, v);
	}
	page_gap(p);
}
