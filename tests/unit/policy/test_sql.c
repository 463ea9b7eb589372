/* Which statements db:query sends. */
#include <stdlib.h>
#include <string.h>

#include "../../../src/policy/host.h"
#include "check.h"

enum { PG = 1, LITE = 2, BOTH = 3 };

struct row {
	int where;
	const char *sql;
	const char *why; /* NULL: it is sent */
};

static const struct row rows[] = {
	{ BOTH, "select 1", NULL },
	{ BOTH, "  SELECT 1 ;  -- done", NULL },
	{ BOTH, "/* a */ with x as (select 1) select * from x", NULL },
	{ BOTH, "values (1)", NULL },
	{ PG, "table \"User\"", NULL },
	{ PG, "show server_version", NULL },
	{ BOTH, "explain select 1", NULL },
	{ BOTH, "select 'pg_terminate_backend(1); drop table x'", NULL },
	{ BOTH, "select 1 -- pg_terminate_backend\n", NULL },
	{ BOTH, "select 1 /* dblink */", NULL },
	{ BOTH, "select 'it''s', \"edit_count\" from editors", NULL },
	{ PG, "select $1::int + $2::int", NULL },
	{ PG, "select $$pg_terminate_backend$$, $a$ $$ dblink $a$", NULL },
	{ PG, "select arr[1] from x where e = E'\\'dblink'", NULL },
	{ PG, "select 1 /* /* nested */ dblink */", NULL },
	{ LITE, "select [order], `group` from x where y = $name", NULL },
	{ BOTH, "select pg_backend_pid", NULL },

	{ BOTH, "", "only select" },
	{ BOTH, "(select 1)", "only select" },
	{ BOTH, "insert into x values (1)", "only select" },
	{ BOTH, "selectx", "only select" },
	{ BOTH, "begin", "only select" },
	{ BOTH, "pragma journal_mode = delete", "only select" },
	{ BOTH, "attach 'x' as y", "only select" },
	{ BOTH, "-- select\ndrop table x", "only select" },
	{ BOTH, "select 1; drop table x", "one statement" },
	{ BOTH, "select 1;;", "one statement" },
	{ BOTH, "select 1; /* */ commit", "one statement" },
	{ BOTH, "select pg_terminate_backend(1)",
		"pg_terminate_backend reaches past" },
	{ BOTH, "select PG_Terminate_Backend (1)", "reaches past" },
	{ BOTH, "select pg_catalog.pg_cancel_backend(1)", "reaches past" },
	{ BOTH, "select \"pg_terminate_backend\"(1)", "reaches past" },
	{ BOTH, "select pg_advisory_xact_lock(72707369)", "reaches past" },
	{ BOTH, "select pg_try_advisory_lock(1)", "reaches past" },
	{ BOTH, "select * from dblink_exec('x', 'drop table y')", "reaches past" },
	{ BOTH, "select lo_import('/etc/passwd')", "reaches past" },
	{ BOTH, "select set_config('transaction_read_only', 'off', true)",
		"reaches past" },
	{ BOTH, "select query_to_xml('x', true, true, '')", "reaches past" },
	{ BOTH, "select load_extension('x')", "reaches past" },
	{ BOTH, "select/**/pg_reload_conf()", "reaches past" },
	{ BOTH, "select ''''||pg_reload_conf()", "reaches past" },
	{ PG, "select U&\"\\0070g_reload_conf\"()", "U&" },
	{ PG, "select u&'x'", "U&" },
	{ PG, "select '\\' || pg_reload_conf() || '", "backslash before a quote" },
	{ PG, "select E'\\\\' || pg_reload_conf()", "reaches past" },
	{ PG, "select $a$ $b$ $a$ || pg_reload_conf()", "reaches past" },
	{ PG, "select 1 -- x\r, pg_reload_conf()", "reaches past" },
	{ PG, "select x[pg_reload_conf()]", "reaches past" },
	{ PG, "select 1 as a$$, pg_reload_conf() as b$$", "reaches past" },
	{ PG, "select /* /* */ 1", "a comment has no end" },
	{ LITE, "select /* /* */ load_extension('x')", "reaches past" },
	{ LITE, "select `load_extension`('x')", "reaches past" },
	{ LITE, "select [load_extension]('x')", "reaches past" },
	{ LITE, "select $a$, load_extension('x'), $a$", "reaches past" },
	{ LITE, "select '\\', load_extension('x'), '\\'", "reaches past" },
	{ BOTH, "select 'x", "a string has no end" },
	{ BOTH, "select \"x", "a quoted name has no end" },
	{ BOTH, "select /* x", "a comment has no end" },
	{ PG, "select $$x", "$-quoted string has no end" },
	{ PG, "select E'\\", "a string has no end" },
};

static void check_row(const struct row *r, bool postgresql)
{
	us_err err = { 0 };
	us_code rc = us_sql_check(r->sql, strlen(r->sql), postgresql, &err);

	if (r->why ? rc == US_OK || !strstr(err.msg, r->why) : rc != US_OK)
		fail_msg("%s\n  expected %s, got %s", r->sql,
			r->why ? r->why : "nothing", rc ? err.msg : "nothing");
}

static void only_one_reading_statement_is_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].where & PG)
			check_row(&rows[i], true);
		if (rows[i].where & LITE)
			check_row(&rows[i], false);
	}
}

static void a_nul_is_refused(void **state)
{
	us_err err = { 0 };

	(void)state;
	assert_int_equal(us_sql_check("select 1\0x", 10, true, &err), US_E_POLICY);
	assert_non_null(strstr(err.msg, "NUL"));
}

/* Every beginning of every row, to the very byte: no read past the end. */
static void any_text_is_judged_within_its_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t n = 0; n <= strlen(rows[i].sql); n++) {
			char *cut = malloc(n ? n : 1);

			memcpy(cut, rows[i].sql, n);
			us_code rc = us_sql_check(cut, n, true, NULL);

			assert_true(rc == US_OK || rc == US_E_POLICY);
			rc = us_sql_check(cut, n, false, NULL);
			assert_true(rc == US_OK || rc == US_E_POLICY);
			free(cut);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_reading_statement_is_sent),
		cmocka_unit_test(a_nul_is_refused),
		cmocka_unit_test(any_text_is_judged_within_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
