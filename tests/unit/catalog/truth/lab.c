/* Pairs of histories and scripts, tried on two databases of one server: in one the
 * script goes on statement by statement and is asked about, in the other it is run
 * a second time. */
#include "lab.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

static bool is_by_hand(part_kind kind)
{
	return kind == PART_BY_HAND || kind == PART_IN_THE_WAY ||
	       kind == PART_BY_HAND_AFTER;
}

static const char *script_of(const pair *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->parts[i].kind == PART_SCRIPT)
			return p->parts[i].sql;
	fail_msg("%s: there is no script", p->name);
	return NULL;
}

/* ---- the case ---- */

typedef struct {
	lab *lab;
	const pair *pair;
	us_script *script;
	us_directory *dir;
	us_ledger *ledger;
	us_history *history;
	us_stuck stuck;
	bool rows;
	char *rows_at_end;
	size_t reached; /* statements that run, from the top */
	/* by k: what was said, and of which k's state */
	us_reading *said;
	size_t *settled;
} attempt;

static void name_of(char name[32], size_t i)
{
	snprintf(name, 32, "20240101%06zu_m", i);
}

static void write_folder(attempt *a, size_t i)
{
	US_AUTO(auto_str) char *path = NULL;
	US_AUTO(auto_str) char *text = NULL;
	const part *p = &a->pair->parts[i];
	char name[32];
	us_err err = { 0 };

	name_of(name, i);
	assert_ok(us_strf(&path, &err, "%zu/%s/migration.sql", a->lab->tally.pairs,
			  name),
		&err);
	assert_ok(us_strf(&text, &err, "%s%s", p->sql,
			  p->kind == PART_EDITED ? "\n-- edited" : ""),
		&err);
	if (p->kind != PART_MISSING && !is_by_hand(p->kind))
		scratch_write(&a->lab->tmp, path, text);
}

static void record(attempt *a, size_t i)
{
	static const char sql[] =
		"INSERT INTO _prisma_migrations (id, checksum, migration_name, "
		"started_at, finished_at, rolled_back_at) SELECT $1::text, "
		"encode(sha256(convert_to($2, 'UTF8')), 'hex'), $3, "
		"'2026-01-01'::timestamptz + $1::int * '1s'::interval, CASE WHEN "
		"$4::bool THEN now() END, CASE WHEN $5::bool THEN now() END";
	const part *p = &a->pair->parts[i];
	const char *params[5];
	char id[24], name[32];
	PGresult *res;

	name_of(name, i);
	snprintf(id, sizeof(id), "%zu", i + 1);
	params[0] = id;
	params[1] = p->sql;
	params[2] = name;
	params[3] =
		p->kind == PART_SCRIPT || p->kind == PART_ROLLED_BACK ? "f" : "t";
	params[4] = p->kind == PART_ROLLED_BACK ? "t" : "f";
	if (is_by_hand(p->kind))
		return;
	res = PQexecParams(a->lab->live.conn, sql, 5, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		fail_msg("%s", PQresultErrorMessage(res));
	PQclear(res);
}

static void load(attempt *a)
{
	US_AUTO(auto_str) char *path = NULL;
	char number[24], name[32];
	us_err err = { 0 };
	size_t i = 0;

	snprintf(number, sizeof(number), "%zu", a->lab->tally.pairs);
	path = scratch_path(&a->lab->tmp, number);
	assert_ok(us_directory_load(&a->dir, path, &err), &err);
	assert_ok(us_ledger_load(&a->ledger, a->lab->reader, &err), &err);
	assert_ok(us_history_load(&a->history, a->dir, a->ledger, &err), &err);
	while (a->pair->parts[i].kind != PART_SCRIPT)
		i++;
	name_of(name, i);
	a->stuck = (us_stuck){ &a->lab->config, a->lab->reader, a->history,
		us_history_find(a->history, name), a->script, NULL };
	assert_non_null(a->stuck.entry);
	a->stuck.failed = a->stuck.entry->records[0];
}

static void unload(attempt *a)
{
	us_history_free(a->history);
	us_ledger_free(a->ledger);
	us_directory_free(a->dir);
	a->history = NULL;
	a->ledger = NULL;
	a->dir = NULL;
}

static bool run_statement(attempt *a, side *s, size_t i, char **why)
{
	const us_statement *st = us_script_statement(a->script, i);
	char *sql = strndup(us_script_text(a->script) + st->offset, st->len);
	bool ok = side_run(s, sql, why);

	free(sql);
	return ok;
}

/* ---- saying what was wrong ---- */

static void say_members(const us_reading *r)
{
	printf("K = {");
	for (size_t i = 0; r->prefixes.known && i <= r->prefixes.n; i++)
		if (r->prefixes.member[i])
			printf(" %zu", i);
	printf(" }%s", r->prefixes.known ? "" : " unknown");
}

static void say(const attempt *a, const char *what, size_t k, const char *more)
{
	printf("%s: %s at k = %zu: ", a->pair->name, what, k);
	say_members(&a->said[k]);
	printf(" %s; %s\n", a->said[k].why ? a->said[k].why : "", more);
	for (size_t i = 0; i < a->pair->n; i++)
		printf("   %c %s\n", (char)a->pair->parts[i].kind,
			a->pair->parts[i].sql);
	fflush(stdout);
}

static bool shows(const char *what)
{
	const char *wanted = getenv("US_TRUTH_SHOW");

	return wanted && strstr(wanted, what);
}

/* ---- asking ---- */

static bool is_in_the_way(const pair *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->parts[i].kind == PART_IN_THE_WAY)
			return true;
	return false;
}

static void judge(attempt *a, size_t k)
{
	const us_reading *r = &a->said[k];
	tally *t = &a->lab->tally;
	size_t count = us_prefixes_count(&r->prefixes);

	t->asked++;
	if (!r->prefixes.known) {
		t->unknown++;
	} else if (is_in_the_way(a->pair) &&
		   (count == 0 || !r->prefixes.member[k])) {
		t->drift++;
	} else if (count == 0) {
		t->alarm++;
		say(a, "FALSE ALARM", k, "");
	} else if (!r->prefixes.member[k]) {
		t->wrong++;
		say(a, "WRONG", k, "");
	} else if (count == 1) {
		t->exact++;
	} else {
		t->range++;
		if (shows("range"))
			say(a, "range", k, "");
	}
}

static void ask(attempt *a, size_t k)
{
	us_err err = { 0 };
	us_catalog *catalog;
	us_code rc = us_catalog_begin(&catalog, &a->stuck, &err);

	if (rc == US_OK)
		rc = us_catalog_read(&a->said[k], catalog, &err);
	us_catalog_free(catalog);
	if (rc != US_OK) {
		us_reading_fini(&a->said[k]);
		a->said[k] = (us_reading){ 0 };
		say(a, "ERROR", k, err.msg);
	}
}

/* What was said of the state before the script's own transaction holds until it is
 * committed. */
static void share(attempt *a, size_t k, size_t from)
{
	us_reading *r = &a->said[k];
	const us_reading *of = &a->said[from];
	us_err err = { 0 };

	assert_ok(us_reading_init(r, of->n, &err), &err);
	r->prefixes.known = of->prefixes.known;
	r->prefixes.n = of->n;
	r->prefixes.member = calloc(of->n + 1, 1);
	assert_non_null(r->prefixes.member);
	if (of->prefixes.member)
		memcpy(r->prefixes.member, of->prefixes.member, of->n + 1);
}

static void look(attempt *a, size_t k)
{
	if (PQtransactionStatus(a->lab->live.conn) == PQTRANS_IDLE) {
		a->settled[k] = k;
		ask(a, k);
	} else {
		a->settled[k] = a->settled[k - 1];
		share(a, k, a->settled[k]);
	}
	judge(a, k);
}

static void begin_live(attempt *a)
{
	side_set_up(&a->lab->live, a->pair, a->rows);
	for (size_t i = 0; i < a->pair->n; i++) {
		if (a->pair->parts[i].kind != PART_LATER)
			record(a, i);
	}
	unload(a);
	load(a);
}

static void walk(attempt *a)
{
	begin_live(a);
	look(a, 0);
	for (size_t k = 1; k <= a->reached; k++) {
		US_AUTO(auto_str) char *why = NULL;

		if (!run_statement(a, &a->lab->live, k - 1, &why))
			print_error("%s: statement %zu: %s", a->pair->name, k, why);
		assert_null(why);
		look(a, k);
	}
	side_rest(&a->lab->live);
}

static bool happens_after(const pair *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->parts[i].kind == PART_LATER ||
			p->parts[i].kind == PART_BY_HAND_AFTER)
			return true;
	return false;
}

/* What came after the k statements would be in the way of the next: each k anew. */
static void look_after(attempt *a, size_t k)
{
	begin_live(a);
	a->settled[k] = k;
	for (size_t i = 0; i < k; i++)
		if (!run_statement(a, &a->lab->live, i, NULL))
			return;
	side_rest(&a->lab->live);
	for (size_t i = 0; i < a->pair->n; i++) {
		part_kind kind = a->pair->parts[i].kind;

		if (kind != PART_LATER && kind != PART_BY_HAND_AFTER)
			continue;
		if (!side_run(&a->lab->live, a->pair->parts[i].sql, NULL))
			return; /* it wouldn't have run here */
		side_rest(&a->lab->live);
		record(a, i);
	}
	unload(a);
	load(a);
	ask(a, k);
	judge(a, k);
}

/* ---- running it again ---- */

/* As the evidence of a case has it: from every k of K. */
static bool may_run_again(const us_reading *r)
{
	if (us_prefixes_count(&r->prefixes) == 0 || !r->rerun ||
		r->leftovers.len > 0)
		return false;
	for (size_t k = 0; k <= r->prefixes.n; k++)
		if (r->prefixes.member[k] && !r->rerun[k])
			return false;
	return true;
}

/* "table count digest" lines without the digests. */
static char *counts_of(const char *rows)
{
	char *out = strdup(rows), *at = out;

	assert_non_null(out);
	for (const char *line = rows; *line;) {
		size_t len = strcspn(line, "\n"), n = len;

		while (n > 0 && line[n - 1] != ' ')
			n--;
		memcpy(at, line, n);
		at += n;
		line += len + (line[len] == '\n');
	}
	*at = '\0';
	return out;
}

/* The same number of rows everywhere; other values only where they are so by
 * nature, which another run from the start shows. */
static bool same_rows(const attempt *a, const char *now, const char *rows)
{
	US_AUTO(auto_str) char *counts = counts_of(rows);
	US_AUTO(auto_str) char *now_counts = counts_of(now);

	if (strcmp(rows, a->rows_at_end) == 0)
		return strcmp(now, rows) == 0;
	return strcmp(now_counts, counts) == 0;
}

static void compare_end(attempt *a, size_t k, const char *print, const char *rows)
{
	US_AUTO(auto_str) char *now = side_fingerprint(&a->lab->trial);
	US_AUTO(auto_str) char *now_rows = side_rows(&a->lab->trial);

	if (strcmp(now, print) != 0) {
		a->lab->tally.harm++;
		say(a, "HARM", k, "run again it ends elsewhere");
	} else if (!same_rows(a, now_rows, rows)) {
		a->lab->tally.harm++;
		say(a, "HARM", k, "run again it leaves other rows");
	}
}

static void run_again(attempt *a, size_t k, const char *print, const char *rows)
{
	side *s = &a->lab->trial;

	a->lab->tally.again++;
	side_set_up(s, a->pair, a->rows);
	for (size_t i = 0; i < k; i++)
		if (!run_statement(a, s, i, NULL))
			return;
	side_rest(s);
	for (size_t i = 0; i < a->reached; i++) {
		US_AUTO(auto_str) char *why = NULL;

		if (!run_statement(a, s, i, &why)) {
			a->lab->tally.harm++;
			say(a, "HARM", k, why);
			return;
		}
	}
	side_rest(s);
	compare_end(a, k, print, rows);
}

static void try_again(attempt *a)
{
	US_AUTO(auto_str) char *print = side_fingerprint(&a->lab->live);
	US_AUTO(auto_str) char *rows = side_rows(&a->lab->live);

	for (size_t k = 1; k <= a->reached; k++)
		if (a->settled[k] == k && a->said[k].prefixes.member &&
			a->said[k].prefixes.member[k] && may_run_again(&a->said[k]))
			run_again(a, k, print, rows);
}

/* ---- a pair ---- */

/* How far does the script run at all, with rows or without? */
static size_t reach(attempt *a, bool rows, char **why)
{
	side *s = &a->lab->trial;
	size_t i = 0;

	side_set_up(s, a->pair, rows);
	while (i < us_script_len(a->script) && run_statement(a, s, i, why))
		i++;
	side_rest(s);
	return i;
}

static void choose_rows(attempt *a)
{
	US_AUTO(auto_str) char *why = NULL;
	US_AUTO(auto_str) char *why_empty = NULL;
	size_t n = us_script_len(a->script);

	a->rows = true;
	a->reached = reach(a, true, &why);
	if (a->reached < n) {
		a->rows = false;
		a->reached = reach(a, false, &why_empty);
	}
	a->rows_at_end = side_rows(&a->lab->trial);
	if (a->reached < n) {
		a->lab->tally.unrun++;
		if (shows("unrun"))
			printf("%s: doesn't run: %s", a->pair->name, why_empty);
	}
}

void lab_try(lab *l, const pair *p)
{
	attempt a = { .lab = l, .pair = p };
	const char *text = script_of(p);
	us_err err = { 0 };
	size_t n;

	assert_ok(
		us_script_split(&a.script, "postgresql", text, strlen(text), &err),
		&err);
	n = us_script_len(a.script);
	a.said = calloc(n + 1, sizeof(*a.said));
	a.settled = calloc(n + 1, sizeof(*a.settled));
	assert_true(a.said && a.settled);
	for (size_t i = 0; i < p->n; i++)
		write_folder(&a, i);
	choose_rows(&a);
	if (happens_after(p)) {
		for (size_t k = 0; k <= a.reached; k++)
			look_after(&a, k);
	} else {
		walk(&a);
		if (a.reached == n)
			try_again(&a);
	}
	l->tally.pairs++;
	for (size_t k = 0; k <= n; k++)
		us_reading_fini(&a.said[k]);
	free(a.said);
	free(a.settled);
	free(a.rows_at_end);
	unload(&a);
	us_script_free(a.script);
}

/* ---- opening ---- */

int lab_open(void **state)
{
	lab *l = calloc(1, sizeof(*l));
	us_err err = { 0 };

	assert_non_null(l);
	side_open(&l->live);
	side_open(&l->trial);
	scratch_open(&l->tmp);
	l->config.url = l->live.db.parts;
	assert_ok(
		us_db_open(&l->reader, &l->live.db.parts, US_DB_READ, &err), &err);
	*state = l;
	return 0;
}

int lab_close(void **state)
{
	lab *l = *state;

	us_db_close(l->reader);
	side_close(&l->live);
	side_close(&l->trial);
	scratch_close(&l->tmp);
	free(l);
	return 0;
}
