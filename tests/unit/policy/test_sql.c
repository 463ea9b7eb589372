/* Which statements db:query sends to a PostgreSQL. */
#include <stdlib.h>
#include <string.h>

#include "../../../src/policy/host.h"
#include "check.h"
#include "unstick/file.h"

struct row {
	const char *sql;
	const char *why; /* NULL: it is sent */
};

#define PAST "reaches past a read-only transaction"
#define MORE "it does more than read"
#define ONLY "only select"
#define ONE "exactly one statement"
#define UNREADABLE "can't read it"

static const struct row rows[] = {
	{ "select 1", NULL },
	{ "  SELECT 1 ;  -- done", NULL },
	{ "(select 1)", NULL },
	{ "select 1;;", NULL },
	{ "/* a */ with x as (select 1) select * from x", NULL },
	{ "with recursive n(i) as (values (1) union all select i + 1 from n) "
	  "select i from n limit 3",
		NULL },
	{ "values (1)", NULL },
	{ "table \"User\"", NULL },
	{ "show server_version", NULL },
	{ "explain select 1", NULL },
	{ "explain (verbose, costs off) select 1", NULL },
	{ "select 'pg_terminate_backend(1); drop table x'", NULL },
	{ "select 1 -- pg_terminate_backend\n", NULL },
	{ "select 'it''s', \"edit_count\", lo_price from editors", NULL },
	{ "select p.lo_price, p.\"dblink\" from p", NULL },
	{ "select $1::int + $2::int", NULL },
	{ "select $$pg_terminate_backend$$, $a$ $$ dblink $a$", NULL },
	{ "select U&'d\\0061t'", NULL },
	{ "select 'a\\', 'b'", NULL },
	{ "select count(*) from dblink_log", NULL },
	{ "select (x).a, arr[1], (select max(b) from y) from x", NULL },
	{ "select pg_backend_pid(), now(), pg_size_pretty(1::bigint)", NULL },
	{ "select * from x tablesample bernoulli (10)", NULL },

	{ "", ONE },
	{ "   -- nothing", ONE },
	{ "insert into x values (1)", ONLY },
	{ "begin", ONLY },
	{ "commit", ONLY },
	{ "set transaction read write", ONLY },
	{ "copy x to program 'sh'", ONLY },
	{ "do $$ begin end $$", ONLY },
	{ "call x()", ONLY },
	{ "lock table x", ONLY },
	{ "listen x", ONLY },
	{ "prepare x as delete from y", ONLY },
	{ "execute x", ONLY },
	{ "declare c cursor for select 1", ONLY },
	{ "fetch c", ONLY },
	{ "create table x as select 1", ONLY },
	{ "refresh materialized view x", ONLY },
	{ "vacuum", ONLY },
	{ "selectx", UNREADABLE },
	{ "attach 'x' as y", UNREADABLE },
	{ "select /* x", UNREADABLE },
	{ "select 'x", UNREADABLE },
	{ "select $$x", UNREADABLE },
	{ "select 1 frm x y z", UNREADABLE },
	{ "-- select\ndrop table x", ONLY },
	{ "select 1; drop table x", ONE },
	{ "select 1; /* */ commit", ONE },
	{ "with x as (delete from u returning 1) select 1", MORE },
	{ "with x as (insert into u values (1) returning 1) table x", MORE },
	{ "with x as (update u set a = 1 returning 1) select * from x", MORE },
	{ "with x as (delete from u returning 1) delete from y", ONLY },
	{ "select * from (with x as (delete from u returning 1) select 1) y",
		MORE },
	{ "select 1 into copy", "SELECT INTO" },
	{ "select 1 into temp copy", "SELECT INTO" },
	{ "select * from u for update", "FOR UPDATE" },
	{ "select * from (select * from u for share) x", "FOR UPDATE" },
	{ "select * from u for key share skip locked", "FOR UPDATE" },
	{ "explain analyze select 1", "EXPLAIN ANALYZE" },
	{ "explain (analyze) select 1", "EXPLAIN ANALYZE" },
	{ "explain (analyze false) select 1", "EXPLAIN ANALYZE" },
	{ "explain (\"analyze\", costs off) select 1", "EXPLAIN ANALYZE" },
	{ "explain delete from u", ONLY },
	{ "explain create table x as select 1", ONLY },
	{ "explain select pg_reload_conf()", PAST },

	{ "select pg_terminate_backend(1)", "pg_terminate_backend " PAST },
	{ "select PG_Terminate_Backend (1)", PAST },
	{ "select pg_catalog.pg_cancel_backend(1)", PAST },
	{ "select \"pg_terminate_backend\"(1)", PAST },
	{ "select \"pg_catalog\" . /* */ \"pg_terminate_backend\" (1)", PAST },
	{ "select U&\"\\0070g_reload_conf\"()", PAST },
	{ "select U&\"!0070g_reload_conf\" uescape '!' ()", PAST },
	{ "select (pid).pg_terminate_backend from (select 1 as pid) x", PAST },
	{ "select ((array[1])[1]).pg_cancel_backend", PAST },
	{ "select * from pg_ls_dir('.')", PAST },
	{ "select * from rows from (pg_ls_dir('.'), pg_ls_waldir()) x", PAST },
	{ "select 1 from u where exists (select pg_notify('a', 'b'))", PAST },
	{ "select 1 order by pg_advisory_xact_lock(72707369)", PAST },
	{ "select 1 group by pg_try_advisory_lock(1)", PAST },
	{ "select 1 limit pg_switch_wal()", PAST },
	{ "select max(1) filter (where pg_reload_conf())", PAST },
	{ "select max(1) over (order by lo_unlink(1))", PAST },
	{ "select case when pg_reload_conf() then 1 end", PAST },
	{ "select array[pg_stat_file('x')]", PAST },
	{ "select x[pg_reload_conf()] from x", PAST },
	{ "values (lo_import('/etc/passwd'))", PAST },
	{ "select * from dblink_exec('x', 'drop table y')", PAST },
	{ "select f(variadic array[pg_read_file('x')])", PAST },
	{ "select f(a => pg_read_file('x'))", PAST },
	{ "select set_config('transaction_read_only', 'off', true)", PAST },
	{ "select query_to_xml('x', true, true, '')", PAST },
	{ "select database_to_xml(true, true, '')", PAST },
	{ "select ts_stat('select pg_reload_conf()')", PAST },
	{ "select pg_restore_relation_stats('a', 1)", PAST },
	{ "select brin_summarize_new_values('i')", PAST },
	{ "select gin_clean_pending_list('i')", PAST },
	{ "select txid_current()", PAST },
	{ "select txid_current_if_assigned()", NULL },
	{ "select/**/pg_reload_conf()", PAST },
	{ "select ''''||pg_reload_conf()::text", PAST },
	{ "select '\\' || pg_reload_conf() || '", UNREADABLE },
	{ "select '\\' || pg_reload_conf() || ''", PAST },
	{ "select E'\\\\' || pg_reload_conf()", PAST },
	{ "select $a$ $b$ $a$ || pg_reload_conf()", PAST },
	{ "select 1 -- x\r, pg_reload_conf()", PAST },
	{ "select 1 as a$$, pg_reload_conf() as b$$", PAST },
};

static void expect(const struct row *r, size_t len)
{
	us_err err = { 0 };
	us_code rc = us_sql_check(r->sql, len, true, &err);

	if (r->why ? rc != US_E_POLICY || !strstr(err.msg, r->why) : rc != US_OK)
		fail_msg("%s\n  expected %s, got %s", r->sql,
			r->why ? r->why : "nothing", rc ? err.msg : "nothing");
}

static void only_one_reading_statement_is_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(&rows[i], strlen(rows[i].sql));
}

static void a_nul_is_refused(void **state)
{
	const struct row r = { "select 1\0x", "NUL" };

	(void)state;
	expect(&r, 10);
}

/* Every beginning of every row, to the very byte: no read past the end. */
static void any_text_is_judged_within_its_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t n = 0; n <= strlen(rows[i].sql); n++) {
			char *cut = malloc(n ? n : 1);
			us_code rc;

			assert_non_null(cut);
			memcpy(cut, rows[i].sql, n);
			rc = us_sql_check(cut, n, true, NULL);
			assert_true(rc == US_OK || rc == US_E_POLICY);
			free(cut);
		}
	}
}

/* A parser by recursion has a stack that ends. */
static void nesting_is_judged_or_refused_and_never_too_deep(void **state)
{
	static const char *const levels[] = { "+1", "- ", "not ", "::int", "(",
		"[1]", "||1", " is null", " collate \"C\"", ".a" };

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		us_str text = { 0 };
		us_code rc;
		us_err err = { 0 };
		bool before = strchr("-n(", levels[i][0]) != NULL;

		us_str_add(&text, before ? "select " : "select 1");
		while (text.len + strlen(levels[i]) + 1 <= 4096)
			us_str_add(&text, levels[i]);
		us_str_add(&text, before ? "1" : " ");
		rc = us_sql_check(us_str_text(&text), text.len, true, &err);
		assert_true(rc == US_OK || rc == US_E_POLICY);
		us_str_add(&text, "          ");
		rc = us_sql_check(us_str_text(&text), text.len, true, &err);
		assert_int_equal(rc, US_E_POLICY);
		assert_non_null(strstr(err.msg, "longer than 4096 bytes"));
		us_str_fini(&text);
	}
}

/* "`lo_*`, `http`" -> lo_x, http; all names between these words. */
static void what_the_page_says_is_refused_is(void **state)
{
	static const char from[] = "This is a list of names, not a wall";
	static const char to[] = "Functions of your own";
	char *page = NULL, *end, *name;
	us_err err = { 0 };
	size_t len, n = 0;

	(void)state;
	assert_ok(us_file_read(
			  &page, &len, US_ROOT "/docs/policies.md", 1 << 20, &err),
		&err);
	name = strstr(page, from);
	end = strstr(page, to);
	assert_non_null(name);
	assert_non_null(end);
	while ((name = strchr(name, '`')) && name < end) {
		char *close = strchr(++name, '`');
		char *star = strchr(name, '*');

		assert_non_null(close);
		*close = '\0';
		if (star && star < close)
			*star = 'x';
		if (!us_sql_denied(name))
			fail_msg("docs/policies.md says that %s is refused", name);
		name = close + 1;
		n++;
	}
	assert_int_equal(n, us_sql_denied_count());
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_reading_statement_is_sent),
		cmocka_unit_test(a_nul_is_refused),
		cmocka_unit_test(what_the_page_says_is_refused_is),
		cmocka_unit_test(any_text_is_judged_within_its_length),
		cmocka_unit_test(nesting_is_judged_or_refused_and_never_too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
