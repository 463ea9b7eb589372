/* db:query() on a real PostgreSQL. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "cluster.h"

struct world {
	scratch files;
	cluster_db db;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	scratch_open(&w->files);
	cluster_db_open(&w->db);
	cluster_exec(&w->db,
		"create table u (id bigint, name text, ok boolean, score float8, "
		"n numeric);"
		"insert into u values (9007199254740993, 'Ada', true, 0.5, "
		"12345678901234567890123.45), (2, null, false, 'NaN', null);"
		"create function sneak() returns int language sql as "
		"'insert into u (id) values (3) returning 1';");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	cluster_db_close(&w->db);
	scratch_close(&w->files);
	free(w);
	return 0;
}

static us_code open_cluster(us_db **out, void *ctx, us_err *err)
{
	struct world *w = ctx;

	return us_db_open(out, &w->db.parts, US_DB_READ, err);
}

/* Runs the body and expects it to pass, or to stop with `part`. */
static void query(
	void **state, const char *body, us_limits limits, const char *part)
{
	struct world *w = *state;
	us_verdict v;
	us_err err = { 0 };
	us_str text = { 0 };
	question q = { .outside.db = { open_cluster, w }, .limits = limits };

	us_str_addf(&text,
		"return { failure = function(case, db) %s "
		"return verdict.skip('passed') end }",
		body);
	q.text = us_str_text(&text);
	assert_ok(ask(&w->files, &q, &v, &err), &err);
	assert_true(v.given);
	if (part ? v.action != US_ACTION_STOP || !strstr(v.reason, part)
		 : v.action != US_ACTION_SKIP)
		fail_msg("%s\n  %s", body, v.reason);
	us_verdict_fini(&v);
	us_str_fini(&text);
}

static void rows_come_typed(void **state)
{
	query(state,
		"local rows = db:query('select * from u order by id desc') "
		"assert(rows[1].id == 9007199254740993) "
		"assert(rows[1].ok == true and rows[2].ok == false) "
		"assert(rows[1].score == 0.5 and rows[2].score ~= rows[2].score) "
		"assert(rows[1].name == 'Ada' and rows[2].name == nil)",
		roomy, NULL);
	query(state,
		"local rows = db:query('select 1 from u where id = $1 and ok = $2 "
		"and "
		"name = $3', 9007199254740993, true, 'Ada') assert(#rows == 1)",
		roomy, NULL);
}

static void what_lua_has_no_type_for_comes_as_text(void **state)
{
	query(state,
		"local r = db:query([[select 12345678901234567890.10::numeric as "
		"n, "
		"'\\x00ff'::bytea as b, '{\"a\": 1}'::jsonb as j, "
		"array[1, null] as a, '2026-11-22 16:00:00+02'::timestamptz as t, "
		"date '2026-11-22' as d, interval '1 day' as i, "
		"'-9223372036854775808'::int8 as l, 0.1::float8 as f, "
		"'18446744073709551615'::xid8 as x, "
		"'3f2504e0-4f89-11d3-9a0c-0305e82c3301'::uuid as u, '' as e, "
		"null as z]])[1] "
		"local got = table.concat({ r.n, r.b, r.j, r.a, r.t, r.d, r.i, "
		"r.x, "
		"r.u, r.e }, ';') "
		"assert(got == [[12345678901234567890.10;\\x00ff;{\"a\": "
		"1};{1,NULL};2026-11-22 14:00:00+00;2026-11-22;1 day;"
		"18446744073709551615;3f2504e0-4f89-11d3-9a0c-0305e82c3301;]], "
		"got) "
		"assert(r.l == math.mininteger and r.f == 0.1 and r.z == nil)",
		roomy, NULL);
}

/* It is hung up on, and the next query opens another connection. */
static void after_an_answer_that_was_too_long_the_next_query_works(void **state)
{
	query(state,
		"for _, sql in ipairs({ 'select generate_series(1, 1000000000)', "
		"\"select repeat('x', 20000000)\" }) do "
		"local ok, why = pcall(db.query, db, sql) "
		"assert(not ok and why:find('more than'), why) "
		"assert(db:query('select 7 as n')[1].n == 7) end",
		roomy, NULL);
}

static void an_error_says_its_sqlstate_and_leaves_the_connection_usable(
	void **state)
{
	query(state,
		"local ok, why = pcall(db.query, db, 'select * from nosuch') "
		"assert(not ok and why:find('42P01'), why) "
		"assert(#db:query('select 1') == 1)",
		roomy, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_typed),
		cmocka_unit_test(what_lua_has_no_type_for_comes_as_text),
		cmocka_unit_test(
			after_an_answer_that_was_too_long_the_next_query_works),
		cmocka_unit_test(
			an_error_says_its_sqlstate_and_leaves_the_connection_usable),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
