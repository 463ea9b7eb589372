/* Where statements begin and end, and what a script does besides its work. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/script.h"
#include "unstick/str.h"

static us_script *split(const char *provider, const char *text)
{
	us_script *s = NULL;
	us_err err = { 0 };

	assert_ok(us_script_split(&s, provider, text, strlen(text), &err), &err);
	return s;
}

typedef struct {
	const char *text;
	const char *statements[5];
} cut;

static void check_cuts(const char *provider, const cut *cuts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		us_script *s = split(provider, cuts[i].text);
		size_t want = 0;

		while (want < 5 && cuts[i].statements[want])
			want++;
		if (us_script_len(s) != want)
			fail_msg("%s: %zu statements", cuts[i].text,
				us_script_len(s));
		for (size_t j = 0; j < want; j++) {
			const us_statement *st = us_script_statement(s, j);
			const char *expect = cuts[i].statements[j];

			if (st->len != strlen(expect) ||
				memcmp(us_script_text(s) + st->offset, expect,
					st->len) != 0)
				fail_msg("%s: statement %zu is '%.*s'",
					cuts[i].text, j + 1, (int)st->len,
					us_script_text(s) + st->offset);
		}
		us_script_free(s);
	}
}

static void a_postgresql_script_is_cut_as_the_server_cuts_it(void **state)
{
	static const cut cuts[] = {
		{ "", { NULL } },
		{ "  \n-- nothing; here\n/* nor; /* nested; */ here */ ;;\n",
			{ NULL } },
		{ "select 1", { "select 1" } },
		{ "-- a;\nselect 1 ; -- b;\n;select ';' ;",
			{ "select 1", "select ';'" } },
		{ "select $a$;$b$;$a$; select $$;$$",
			{ "select $a$;$b$;$a$", "select $$;$$" } },
		{ "select E'\\';'; select 'it''s;'",
			{ "select E'\\';'", "select 'it''s;'" } },
		{ "select 1 /* tail */ -- more\n; select 2 -- end",
			{ "select 1", "select 2" } },
		{ "create rule r as on insert to t do (select 1; select 2); select "
		  "3",
			{ "create rule r as on insert to t do (select 1; select 2)",
				"select 3" } },
		{ "create function f() returns int begin atomic select 1; select "
		  "2; end;"
		  " select 3",
			{ "create function f() returns int begin atomic select 1; "
			  "select 2; end",
				"select 3" } },
		{ "\xEF\xBB\xBFselect 1; select 2", { "select 1", "select 2" } },
		{ "select 'open; select 2", { "select 'open; select 2" } },
		{ "select 1; selec 2; select 3",
			{ "select 1", "selec 2", "select 3" } },
		{ "\\connect x\nselect 1; create rule r as on insert to t do (a; "
		  "b);"
		  "create function f() begin atomic select case 1 when 1 then 2 "
		  "end;"
		  " b; end; c",
			{ "\\connect x\nselect 1",
				"create rule r as on insert to t do (a; b)",
				"create function f() begin atomic select case 1 "
				"when 1 "
				"then 2 end; b; end",
				"c" } },
		/* a carriage return ends a line comment */
		{ "-- AlterTable\rDROP TABLE old;\r", { "DROP TABLE old" } },
		{ "select 1; -- x;\rselec 2; -- y\r\nselect 3",
			{ "select 1", "selec 2", "select 3" } },
		{ "select '\xC3\xA9;'; select 2",
			{ "select '\xC3\xA9;'", "select 2" } },
	};

	(void)state;
	check_cuts("postgresql", cuts, US_LEN(cuts));
}

static void an_sqlite_script_is_cut_as_sqlite_cuts_it(void **state)
{
	static const char trigger[] =
		"CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  UPDATE a SET x = CASE "
		"WHEN 1 THEN 2 END; SELECT ';END;';\n  -- END;\n END";
	static const cut cuts[] = {
		{ "", { NULL } },
		{ "-- x;\n/* /* not nested; */ ; ", { NULL } },
		{ "-- x\rselect 1;\r", { NULL } }, /* only \n ends a comment */
		{ "select [;]; select `;`, \";\", ';'",
			{ "select [;]", "select `;`, \";\", ';'" } },
		{ "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  UPDATE a SET x = "
		  "CASE "
		  "WHEN 1 THEN 2 END; SELECT ';END;';\n  -- END;\n END; select 2;",
			{ trigger, "select 2" } },
		{ "explain create temp trigger t after insert on a begin select 1; "
		  "end;"
		  "select 2",
			{ "explain create temp trigger t after insert on a begin "
			  "select "
			  "1; end",
				"select 2" } },
		{ "create trigger t after insert on a begin select 1; select 2;",
			{ "create trigger t after insert on a begin select 1; "
			  "select 2" } },
		{ "select $$; select 2", { "select $$", "select 2" } },
		{ "select '\\'; select 2", { "select '\\'", "select 2" } },
	};

	(void)state;
	check_cuts("sqlite", cuts, US_LEN(cuts));
}

static void a_statement_is_known_by_its_leading_words(void **state)
{
	static const struct {
		const char *sql, *kind;
	} rows[] = {
		{ "CREATE UNIQUE INDEX \"i\" ON \"t\"(\"a\")", "CREATE INDEX" },
		{ "create index concurrently i on t (a)", "CREATE INDEX" },
		{ "CREATE /* x */ TABLE t (a int)", "CREATE TABLE" },
		{ "CREATE TEMP TABLE t (a int)", "CREATE TABLE" },
		{ "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS ''",
			"CREATE FUNCTION" },
		{ "ALTER TABLE t ADD a int", "ALTER TABLE" },
		{ "ALTER TYPE e ADD VALUE 'x'", "ALTER TYPE" },
		{ "DROP MATERIALIZED VIEW v", "DROP MATERIALIZED VIEW" },
		{ "REFRESH MATERIALIZED VIEW v", "REFRESH MATERIALIZED VIEW" },
		{ "COMMENT ON TABLE t IS 'x'", "COMMENT ON" },
		{ "INSERT INTO t VALUES (1)", "INSERT" },
		{ "DO $$ begin end $$", "DO" },
		{ "SET lock_timeout = '5s'", "SET" },
		{ "begin", "BEGIN" },
		{ "start transaction", "START TRANSACTION" },
		{ "(select 1)", "" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_script *s = split("postgresql", rows[i].sql);

		assert_int_equal(us_script_len(s), 1);
		assert_string_equal(us_script_statement(s, 0)->kind, rows[i].kind);
		us_script_free(s);
	}
}

static void what_may_hide_an_error_is_seen(void **state)
{
	static const struct {
		const char *sql;
		bool transaction, search_path, hides;
	} rows[] = {
		{ "create table t (a int); insert into t values (1)", false, false,
			false },
		{ "-- begin\nselect 'commit', 'set search_path'", false, false,
			false },
		{ "begin; select 1; commit", true, false, true },
		{ "start transaction; select 1; end", true, false, true },
		{ "savepoint a", true, false, true },
		{ "do $$ begin commit; end $$", true, false, true },
		{ "do $$ begin perform 1; end $$", false, false, false },
		{ "call p()", true, false, true },
		{ "set search_path = s", false, true, true },
		{ "SET LOCAL search_path TO s", false, true, true },
		{ "set session schema 's'", false, true, true },
		{ "SELECT pg_catalog.set_config('search_path', '', false)", false,
			true, true },
		{ "reset all", false, true, true },
		{ "discard all", false, true, true },
		{ "create function f() returns int language sql set search_path = "
		  "s "
		  "as 'select 1'",
			false, false, false },
		{ "set lock_timeout = '5s'; alter table t add a int", false, false,
			false },
		{ "set role other", false, false, true },
		{ "set default_transaction_read_only = on", false, false, true },
		{ "drop table _prisma_migrations", false, false, true },
		{ "selec 1; commit", true, false, true },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_script *s = split("postgresql", rows[i].sql);

		if (us_script_has_transaction(s) != rows[i].transaction ||
			us_script_sets_search_path(s) != rows[i].search_path ||
			us_script_hides_logs(s) != rows[i].hides)
			fail_msg("%s: transaction %d, search_path %d, hides %d",
				rows[i].sql, us_script_has_transaction(s),
				us_script_sets_search_path(s),
				us_script_hides_logs(s));
		us_script_free(s);
	}
}

static void offsets_and_lines_find_their_statement(void **state)
{
	us_script *s =
		split("postgresql", "-- one\nselect 1;\r\n\nselect 2; select 3\n");
	const char *line;
	size_t len;

	(void)state;
	assert_int_equal(us_script_statement(s, 0)->line, 2);
	assert_int_equal(us_script_statement(s, 2)->line, 4);
	assert_int_equal(us_script_at(s, 0), US_NO_STATEMENT);
	assert_int_equal(us_script_at(s, 7), 0);
	assert_int_equal(us_script_at(s, 14), 0);
	assert_int_equal(us_script_at(s, 15), US_NO_STATEMENT); /* the semicolon */
	assert_int_equal(us_script_at(s, 30), 2);
	assert_int_equal(us_script_at(s, 1000), US_NO_STATEMENT);
	assert_int_equal(us_script_line(s, 0), 1);
	assert_int_equal(us_script_line(s, 6), 1); /* the line feed is its line's */
	assert_int_equal(us_script_line(s, 7), 2);
	line = us_script_line_text(s, 2, &len);
	assert_int_equal(len, strlen("select 1;"));
	assert_memory_equal(line, "select 1;", len);
	assert_null(us_script_line_text(s, 0, &len));
	assert_non_null(us_script_line_text(s, 5, &len));
	assert_int_equal(len, 0);
	assert_null(us_script_line_text(s, 6, &len));
	us_script_free(s);
}

static void a_nul_or_garbage_never_fails(void **state)
{
	static const char text[] = "select 1;\0 select 2; $a$ /* ' \\";
	us_script *s = NULL;
	us_err err = { 0 };

	(void)state;
	assert_ok(us_script_split(&s, "postgresql", text, sizeof(text) - 1, &err),
		&err);
	assert_false(us_script_parsed(s));
	assert_int_equal(us_script_len(s), 1);
	us_script_free(s);
	assert_ok(
		us_script_split(&s, "sqlite", text, sizeof(text) - 1, &err), &err);
	assert_true(us_script_len(s) >= 2);
	us_script_free(s);
}

static void a_long_trigger_is_cut_in_linear_time(void **state)
{
	enum { REPEATS = 100000 };
	static const char begin[] = "create trigger t after insert on a begin ";
	static const char step[] = "select 1;";
	char *text = malloc(REPEATS * sizeof(step) + 100);
	us_script *s;
	size_t at = 0;

	(void)state;
	assert_non_null(text);
	memcpy(text, begin, sizeof(begin));
	at += sizeof(begin) - 1;
	for (size_t i = 0; i < REPEATS; i++) {
		memcpy(text + at, step, sizeof(step) - 1);
		at += sizeof(step) - 1;
	}
	memcpy(text + at, "end; select 2", sizeof("end; select 2"));
	s = split("sqlite", text); /* quadratic, this would take minutes */
	assert_int_equal(us_script_len(s), 2);
	us_script_free(s);
	free(text);
}

/* head, then part as often as said. */
static us_script *split_repeated(const char *head, const char *part, size_t times)
{
	us_str text = { 0 };
	us_script *s;

	us_str_add(&text, head);
	for (size_t i = 0; i < times; i++)
		us_str_add(&text, part);
	s = split("postgresql", us_str_text(&text));
	us_str_fini(&text);
	return s;
}

static void a_tree_that_may_be_deeper_than_the_stack_is_not_asked_for(void **state)
{
	static const struct {
		const char *head, *part;
		bool parsed;
	} rows[] = {
		{ "select 1", " + 1", false },
		{ "select 1", "; select (1 + 1)", true },
		{ "select true", " and not not true", false },
		{ "select ", "f(1, ", false },
		{ "select ", "((", false },
		{ "insert into t values (1, 'a' || 'b')", ", (1, 'a' || 'b')",
			true },
		{ "select 1", ", 1 + 1", true },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_script *s = split_repeated(rows[i].head, rows[i].part, 20000);

		if (us_script_parsed(s) != rows[i].parsed)
			fail_msg("%s%s...", rows[i].head, rows[i].part);
		us_script_free(s);
	}
}

static void canonical_sql_ignores_comments_and_blanks(void **state)
{
	static const struct {
		const char *sql, *canonical;
	} rows[] = {
		{ " -- x\nselect  1 ;\n; ", "select 1" },
		{ "select/**/1;select\n'a  b'", "select 1; select 'a  b'" },
		{ ";", "" },
	};
	us_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		US_AUTO(auto_str) char *text = NULL;

		assert_ok(us_sql_canonical(&text, "postgresql", rows[i].sql,
				  strlen(rows[i].sql), &err),
			&err);
		assert_string_equal(text, rows[i].canonical);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_postgresql_script_is_cut_as_the_server_cuts_it),
		cmocka_unit_test(an_sqlite_script_is_cut_as_sqlite_cuts_it),
		cmocka_unit_test(a_statement_is_known_by_its_leading_words),
		cmocka_unit_test(what_may_hide_an_error_is_seen),
		cmocka_unit_test(offsets_and_lines_find_their_statement),
		cmocka_unit_test(a_nul_or_garbage_never_fails),
		cmocka_unit_test(a_long_trigger_is_cut_in_linear_time),
		cmocka_unit_test(
			a_tree_that_may_be_deeper_than_the_stack_is_not_asked_for),
		cmocka_unit_test(canonical_sql_ignores_comments_and_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
