/* One pair of a history and a script, stopped after k statements for real. */
#include "truth.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

/* ---- files ---------------------------------------------------------------- */

static bool run_one(sqlite3 *db, const us_script *s, size_t i)
{
	const us_statement *st = us_script_statement(s, i);
	char *sql = strndup(us_script_text(s) + st->offset, st->len);
	bool good = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

	free(sql);
	return good;
}

/* Statements [from, n) over one new connection, which the PRAGMAs before them are
 * said to again; how many ran. */
static size_t run_rest(const char *path, const us_script *s, size_t from)
{
	size_t n = us_script_len(s);
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "PRAGMA foreign_keys=ON; PRAGMA synchronous=OFF",
			NULL, NULL, NULL),
		SQLITE_OK);
	for (size_t i = 0; i < from; i++)
		if (strncmp(us_script_text(s) + us_script_statement(s, i)->offset,
			    "PRAGMA", 6) == 0)
			(void)run_one(db, s, i);
	while (from < n && run_one(db, s, from))
		from++;
	sqlite3_close(db);
	return from;
}

/* Of the first k statements, how many outlive their session: none of a transaction
 * that the script began and has not ended. */
static size_t kept_of(const char *path, const us_script *s, size_t k)
{
	size_t kept = 0;
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < k; i++) {
		(void)run_one(db, s, i);
		if (sqlite3_get_autocommit(db))
			kept = i + 1;
	}
	sqlite3_close(db);
	return kept;
}

static void add_rows(us_str *out, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
		us_str_addf(out, "! %s\n", sqlite3_errmsg(db));
		return;
	}
	while (sqlite3_step(st) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const char *text = (const char *)sqlite3_column_text(st, i);

			us_str_addf(out, "%s|", text ? text : "(null)");
		}
		us_str_add(out, "\n");
	}
	sqlite3_finalize(st);
}

/* Schema and every row of every table, in words. */
static char *content(const char *path)
{
	static const char tables[] =
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
		"LIKE 'sqlite%' AND name NOT LIKE '%\\_prisma\\_%' ESCAPE '\\' "
		"ORDER BY 1";
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	us_str out = { 0 };
	char *text = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	add_rows(&out, db,
		"SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name "
		"NOT LIKE 'sqlite%' ORDER BY 1, 2");
	assert_int_equal(sqlite3_prepare_v2(db, tables, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		char *sql = sqlite3_mprintf("SELECT * FROM \"%w\" ORDER BY 1, 2",
			sqlite3_column_text(st, 0));

		us_str_addf(&out, "-- %s\n", sqlite3_column_text(st, 0));
		add_rows(&out, db, sql);
		sqlite3_free(sql);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	assert_false(out.failed);
	text = strdup(us_str_text(&out));
	us_str_fini(&out);
	return text;
}

/* ---- the world of a case ---------------------------------------------------- */

static const char init_name[] = "20240101000000_init";
static const char other_name[] = "20240101500000_other";
static const char stuck_name[] = "20240102000000_m";

static void add_other(stuck *s, const truth_case *c)
{
	us_script *script = NULL;
	us_err err = { 0 };
	size_t n, ran;
	bool all;

	if (!c->other)
		return;
	assert_ok(us_script_split(
			  &script, "sqlite", c->other, strlen(c->other), &err),
		&err);
	n = us_script_len(script);
	if (c->becomes == 'R') { /* it stopped half way */
		all = false;
		(void)file_run_prefix(s->file, script, (n + 1) / 2);
	} else {
		ran = run_rest(s->file, script, 0);
		all = ran == n;
	}
	if (c->becomes != 'M')
		world_folder(&s->w, other_name,
			c->becomes == 'E' ? "SELECT 'edited'" : c->other);
	world_record(&s->w, other_name, all ? 'A' : 'R', c->other);
	us_script_free(script);
}

static void add_init(stuck *s, const truth_case *c)
{
	if (c->becomes != 'm')
		world_folder(&s->w, init_name,
			c->becomes == 'e' ? "SELECT 'edited'" : c->init);
	world_record(&s->w, init_name, 'A', c->init);
	stuck_run(s, c->init);
}

static bool set_up(stuck *s, const truth_case *c, size_t k)
{
	US_AUTO(auto_str) char *before = NULL;

	stuck_open(s);
	add_init(s, c);
	stuck_run(s, c->drift ? c->drift : "");
	if (c->becomes && c->becomes != 'L')
		add_other(s, c);
	file_seed_rows(s->file, c->rows);
	before = scratch_path(&s->w.tmp, "before.db");
	file_copy(s->file, before);
	if (!stuck_failed(s, stuck_name, c->script, k))
		return false;
	if (c->becomes == 'L')
		add_other(s, c);
	return true;
}

/* ---- judging ---- */

static void bad(truth_tally *t, const stuck *s, const truth_case *c, size_t k,
	const char *what)
{
	print_message("%s after %zu of %zu, %u rows: {%s} %s\n  other (%c): "
		      "%s\n  drift: %s\n  script: %s\n  init: %s\n",
		what, k, s->r.n, c->rows, stuck_k(s), s->r.why ? s->r.why : "",
		c->becomes ? c->becomes : '-', c->other ? c->other : "",
		c->drift ? c->drift : "", c->script, c->init);
	if (t->loud)
		fail_msg("%s", what);
}

/* Does the script, run from the top, end where it ends if all of it runs once, or
 * where running its rest ends? If that can't be run, neither can the top be blamed.
 */
static void run_from_top(
	truth_tally *t, const stuck *s, const truth_case *c, size_t k)
{
	US_AUTO(auto_str) char *top = scratch_path(&s->w.tmp, "top.db");
	US_AUTO(auto_str) char *rest = scratch_path(&s->w.tmp, "rest.db");
	US_AUTO(auto_str) char *before = scratch_path(&s->w.tmp, "before.db");
	size_t n = us_script_len(s->script);
	char *a, *b, *once;

	file_copy(before, top);
	k = kept_of(top, s->script, k);
	file_copy(s->file, top);
	file_copy(s->file, rest);
	if (run_rest(rest, s->script, k) < n)
		return;
	if (c->becomes != 'L' && run_rest(before, s->script, 0) < n)
		return;
	t->reruns++;
	if (run_rest(top, s->script, 0) < n) {
		t->harm++;
		bad(t, s, c, k, "HARM: it can't run from the top");
		return;
	}
	a = content(top);
	b = content(rest);
	once = content(before);
	if (strcmp(a, b) != 0 && (c->becomes == 'L' || strcmp(a, once) != 0)) {
		t->harm++;
		print_message("from the top:\n%sits rest:\n%s", a, b);
		bad(t, s, c, k, "HARM: it ends elsewhere");
	}
	free(a);
	free(b);
	free(once);
}

static void judge(truth_tally *t, const stuck *s, const truth_case *c, size_t k)
{
	size_t count = us_prefixes_count(&s->r.prefixes);

	t->pairs++;
	if (!s->r.prefixes.known) {
		t->unknown++;
		return;
	}
	t->exact += count == 1 && stuck_has(s, k);
	t->ranges += count > 1 && stuck_has(s, k);
	if (!stuck_has(s, k)) {
		t->wrong += count > 0;
		t->alarms += count == 0;
		bad(t, s, c, k, count ? "WRONG" : "ALARM");
	} else if (s->r.rerun[k] && k > 0) {
		run_from_top(t, s, c, k);
	}
}

bool truth_try_at(truth_tally *t, const truth_case *c, size_t k)
{
	stuck s;
	bool ran = set_up(&s, c, k);

	if (ran) {
		if (getenv("US_TRUTH_SAY"))
			print_message("%zu of %s\n", k, c->script);
		stuck_read(&s);
		judge(t, &s, c, k);
	}
	stuck_close(&s);
	return ran;
}

size_t truth_statements(const char *script)
{
	us_script *s = NULL;
	us_err err = { 0 };
	size_t n;

	assert_ok(
		us_script_split(&s, "sqlite", script, strlen(script), &err), &err);
	n = us_script_len(s);
	us_script_free(s);
	return n;
}

void truth_try(truth_tally *t, const truth_case *c)
{
	size_t n = truth_statements(c->script);

	for (size_t k = 0; k <= n; k++)
		if (!truth_try_at(t, c, k))
			return;
}

void truth_say(const truth_tally *t, const char *what)
{
	print_message("%s: %zu pairs, %zu exact, %zu ranges, %zu unknown, %zu run "
		      "from the top; wrong %zu, alarms %zu, harm %zu\n",
		what, t->pairs, t->exact, t->ranges, t->unknown, t->reruns,
		t->wrong, t->alarms, t->harm);
}
