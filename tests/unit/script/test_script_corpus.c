/* Real histories: libpg_query's parser, its scanner and our own tokenizer must
 * agree on every file of them, and SQLite's cuts must be complete statements. */
#include <dirent.h>
#include <pg_query.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/script.h"
#include "unstick/str.h"

static const char *corpus(void)
{
	const char *dir = getenv("US_CORPUS");

	return dir ? dir : US_ROOT "/../shared/corpus";
}

static const char *const postgres[] = { "amplication", "blues-stack", "hatchet",
	"langfuse", "reactive-resume", "saas-starter-kit", "spliit", "triggerdev",
	"umami", "umami-v2-pg", "zipline-v3" };
static const char *const sqlite[] = { "anything-llm", "coolify-v3", "epic-stack",
	"indie-stack" };

/* Calls fn with the text of every migration.sql of a history; how many there were.
 */
static size_t each(
	const char *history, void (*fn)(const char *path, const char *text))
{
	US_AUTO(auto_str) char *dir = NULL;
	us_err err = { 0 };
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	assert_ok(us_strf(&dir, &err, "%s/%s", corpus(), history), &err);
	d = opendir(dir);
	if (!d)
		return 0;
	while ((e = readdir(d)) != NULL) {
		US_AUTO(auto_str) char *path = NULL, *text = NULL;
		size_t len;

		assert_ok(
			us_strf(&path, &err, "%s/%s/migration.sql", dir, e->d_name),
			&err);
		if (e->d_name[0] == '.' || !us_file_exists(path))
			continue;
		assert_ok(us_file_read(&text, &len, path, 1 << 26, &err), &err);
		fn(path, text);
		n++;
	}
	closedir(d);
	return n;
}

/* Our statements against one of libpg_query's splits, blanks and comments aside. */
static void compare(
	const char *path, const us_script *s, const PgQuerySplitResult *r)
{
	size_t seen = 0;

	if (r->error)
		fail_msg("%s: %s", path, r->error->message);
	for (int i = 0; i < r->n_stmts; i++) {
		size_t start = (size_t)r->stmts[i]->stmt_location;
		size_t end = start + (size_t)r->stmts[i]->stmt_len;
		const us_statement *st = us_script_statement(s, seen);

		if (seen >= us_script_len(s) || st->offset < start ||
			st->offset + st->len > end)
			fail_msg("%s: statement %d is cut elsewhere", path, i + 1);
		seen++;
	}
	if (seen != us_script_len(s))
		fail_msg("%s: %zu statements, not %zu", path, us_script_len(s),
			seen);
}

/* A statement more that the parser can't read: our tokenizer has to cut the others
 * as the parser would have. */
static void check_tokenizer(const char *path, const char *text, const us_script *s)
{
	US_AUTO(auto_str) char *broken = NULL;
	us_script *t = NULL;
	us_err err = { 0 };

	assert_ok(us_strf(&broken, &err, "%s\n; nonsense", text), &err);
	assert_ok(us_script_split(&t, "postgresql", broken, strlen(broken), &err),
		&err);
	assert_false(us_script_parsed(t));
	if (us_script_len(t) != us_script_len(s) + 1)
		fail_msg("%s: the tokenizer finds %zu statements, not %zu", path,
			us_script_len(t) - 1, us_script_len(s));
	for (size_t i = 0; i < us_script_len(s); i++)
		assert_memory_equal(us_script_statement(t, i),
			us_script_statement(s, i), sizeof(us_statement));
	us_script_free(t);
}

static void check_postgres(const char *path, const char *text)
{
	PgQuerySplitResult parser = pg_query_split_with_parser(text);
	PgQuerySplitResult scanner = pg_query_split_with_scanner(text);
	US_AUTO(auto_str) char *whole = NULL;
	us_script *s = NULL;
	us_err err = { 0 };
	size_t at = 0;

	assert_ok(
		us_script_split(&s, "postgresql", text, strlen(text), &err), &err);
	if (!us_script_parsed(s))
		fail_msg("%s: not parsed", path);
	compare(path, s, &parser);
	compare(path, s, &scanner);

	/* the statements are the whole script: nothing lost, nothing twice */
	assert_ok(us_sql_canonical(&whole, "postgresql", text, strlen(text), &err),
		&err);
	for (size_t i = 0; i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);
		US_AUTO(auto_str) char *one = NULL;

		assert_ok(us_sql_canonical(&one, "postgresql", text + st->offset,
				  st->len, &err),
			&err);
		if (strncmp(whole + at, one, strlen(one)) != 0)
			fail_msg("%s: statement %zu is not in its place", path,
				i + 1);
		at += strlen(one);
		if (i + 1 < us_script_len(s))
			at += strlen("; ");
		if (st->kind[0] == '\0')
			fail_msg("%s: statement %zu has no kind", path, i + 1);
	}
	assert_int_equal(at, strlen(whole));
	check_tokenizer(path, text, s);
	us_script_free(s);
	pg_query_free_split_result(parser);
	pg_query_free_split_result(scanner);
}

static void check_sqlite(const char *path, const char *text)
{
	us_script *s = NULL;
	us_err err = { 0 };

	assert_ok(us_script_split(&s, "sqlite", text, strlen(text), &err), &err);
	for (size_t i = 0; i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);
		US_AUTO(auto_str) char *one = NULL;

		assert_ok(us_strf(&one, &err, "%.*s;", (int)st->len,
				  text + st->offset),
			&err);
		if (!sqlite3_complete(one) || strstr(one, ";\n"))
			fail_msg("%s: statement %zu is cut wrongly", path, i + 1);
	}
	us_script_free(s);
}

static void every_postgresql_file_is_cut_as_parser_and_scanner_cut_it(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < US_LEN(postgres); i++)
		n += each(postgres[i], check_postgres);
	if (n == 0) {
		print_message("no corpus at %s\n", corpus());
		skip();
	}
	print_message("%zu files\n", n);
}

static void every_sqlite_file_is_cut_into_complete_statements(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < US_LEN(sqlite); i++)
		n += each(sqlite[i], check_sqlite);
	if (n == 0) {
		print_message("no corpus at %s\n", corpus());
		skip();
	}
	print_message("%zu files\n", n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_postgresql_file_is_cut_as_parser_and_scanner_cut_it),
		cmocka_unit_test(every_sqlite_file_is_cut_into_complete_statements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
