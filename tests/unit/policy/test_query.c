/* db:query() on a real SQLite file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"

static us_url url_of(char *path)
{
	static char provider[] = "sqlite";

	return (us_url){ .provider = provider, .path = path };
}

struct opened {
	char *path;
	int times;
};

static us_code open_file(us_db **out, void *ctx, us_err *err)
{
	struct opened *o = ctx;
	us_url url = url_of(o->path);

	o->times++;
	return us_db_open(out, &url, US_DB_READ, err);
}

static void make_file(const scratch *s, char **path)
{
	us_db *db;
	us_err err = { 0 };
	us_url url;

	*path = scratch_path(s, "app.db");
	remove(*path);
	scratch_write(s, "app.db", "");
	url = url_of(*path);
	assert_ok(us_db_open(&db, &url, US_DB_WRITE, &err), &err);
	assert_ok(us_db_exec(db,
			  "create table u (id integer primary key, name text, "
			  "score real, big integer)",
			  &err),
		&err);
	assert_ok(us_db_exec(db,
			  "insert into u values (1, 'Ada', 0.5, "
			  "9007199254740993), (2, null, null, null)",
			  &err),
		&err);
	us_db_close(db);
}

/* Runs the body and expects it to pass, or to stop with `part`. */
static void query(void **state, const char *body, const char *part, int opened)
{
	struct opened o = { 0 };
	us_verdict v;
	us_err err = { 0 };
	char *text = NULL;
	question q = { .outside.db = { open_file, &o } };

	make_file(*state, &o.path);
	assert_true(asprintf(&text,
			    "return { failure = function(case, db) %s "
			    "return verdict.skip('passed') end }",
			    body) > 0);
	q.text = text;
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_true(v.given);
	if (part ? v.action != US_ACTION_STOP || !strstr(v.reason, part)
		 : v.action != US_ACTION_SKIP)
		fail_msg("%s\n  %s", body, v.reason);
	assert_int_equal(o.times, opened);
	us_verdict_fini(&v);
	free(text);
	free(o.path);
}

static void rows_come_typed_by_column_name(void **state)
{
	query(state,
		"local rows = db:query('select * from u order by id') "
		"assert(#rows == 2) "
		"assert(rows[1].name == 'Ada' and rows[1].score == 0.5) "
		"assert(math.type(rows[1].id) == 'integer') "
		"assert(rows[1].big == 9007199254740993) "
		"assert(rows[2].id == 2 and rows[2].name == nil)",
		NULL, 1);
	query(state, "assert(#db:query('select 1 where 1 = 2') == 0)", NULL, 1);
}

static void what_only_tells_is_told(void **state)
{
	query(state,
		"local names = {} "
		"for _, c in ipairs(db:query(\"select name from "
		"pragma_table_info('u')\")) do names[#names + 1] = c.name end "
		"assert(table.concat(names, ',') == 'id,name,score,big') "
		"assert(#db:query('explain query plan select * from u') > 0) "
		"assert(#db:query('values (1), (2)') == 2) "
		"assert(db:query(\"select value from json_each('[7]')\")[1].value "
		"== "
		"7)",
		NULL, 1);
}

static void values_go_as_parameters(void **state)
{
	query(state,
		"local q = 'select name from u where id = ? and name = ?' "
		"assert(db:query(q, 1, 'Ada')[1].name == 'Ada') "
		"assert(#db:query(q, 1, \"' or 1 = 1 --\") == 0)",
		NULL, 1);
	query(state,
		"assert(db:query('select ? is null as n', nil)[1].n == 1) "
		"assert(#db:query('select 1 from u where score = ?', 0.5) == 1) "
		"assert(#db:query('select 1 from u where id = ?', true) == 1) "
		"assert(db:query('select count(*) > ? as n from u', 1)[1].n == 1) "
		"assert(db:query('select ? + 0.5 as n', 0.25)[1].n == 0.75) "
		"assert(db:query('select typeof(?) as t', '1')[1].t == 'text') "
		"local big = math.maxinteger "
		"assert(db:query('select ? as n', big)[1].n == big)",
		NULL, 1);
	query(state, "db:query('select ?', {})", "expected text, a number", 1);
	query(state, "db:query('select ?', 'a\\0b')", "a NUL in a parameter", 1);
}

static void the_connection_is_opened_when_first_used(void **state)
{
	query(state, "assert(db.query)", NULL, 0);
	query(state, "for i = 1, 5 do db:query('select 1') end", NULL, 1);
}

/* As in resolve: the run's handle has the whole file. */
static us_code open_reader(us_db **out, void *ctx, us_err *err)
{
	us_db *const *owner = ctx;

	return (*owner)->ops->reader(out, owner, err);
}

static void a_file_that_is_locked_by_the_run_can_be_asked(void **state)
{
	static const char body[] =
		"return { failure = function(case, db) "
		"for _, sql in ipairs({ \"insert into u values (3, null, null, "
		"null)\", \"attach 'x.db' as x\", 'pragma query_only = 0', "
		"'pragma locking_mode = normal' }) do "
		"assert(not pcall(db.query, db, sql), sql) end "
		"assert(db:query('select count(*) as n from u')[1].n == 2) "
		"return verdict.skip('passed') end }";
	question q = { .text = body };
	us_err err = { 0 };
	bool got = false;
	us_verdict v;
	us_db *db;
	us_url url;
	char *path;

	make_file(*state, &path);
	url = url_of(path);
	assert_ok(us_db_open(&db, &url, US_DB_WRITE, &err), &err);
	assert_ok(db->ops->lock(db, &got, &err), &err);
	q.outside.db = (us_policy_db){ open_reader, &db };
	assert_ok(ask(*state, &q, &v, &err), &err);
	if (v.action != US_ACTION_SKIP)
		fail_msg("%s", v.reason);
	us_verdict_fini(&v);
	assert_ok(us_db_exec(db, "delete from u", &err), &err);
	us_db_close(db);
	free(path);
}

static void an_error_can_be_caught_and_the_next_query_works(void **state)
{
	query(state, "db:query('select * from nosuch')", "nosuch", 1);
	query(state,
		"local ok, why = pcall(db.query, db, 'select * from nosuch') "
		"assert(not ok and why:find('nosuch')) "
		"assert(#db:query('select * from u') == 2)",
		NULL, 1);
}

static void results_are_bounded(void **state)
{
	static const char count[] =
		"with recursive n(i) as (values (1) union all select i + 1 from n "
		"where i < %d) select i from n";
	char body[512], sql[256];

	snprintf(sql, sizeof(sql), count, 10000);
	snprintf(body, sizeof(body), "assert(#db:query('%s') == 10000)", sql);
	query(state, body, NULL, 1);
	snprintf(sql, sizeof(sql), count, 10001);
	snprintf(body, sizeof(body), "db:query('%s')", sql);
	query(state, body, "more than 10000 rows", 1);
	query(state, "db:query('select hex(zeroblob(5000000)) as x')",
		"more than 8388608 bytes", 1);
}

/* The rows count against the policy's memory, and that limit stays a limit. */
static void rows_count_against_the_memory(void **state)
{
	struct opened o = { 0 };
	question q = {
		.text = "return { failure = function(case, db) while true do "
			"pcall(db.query, db, 'select hex(zeroblob(1000000)) as x') "
			"end end }",
		.limits = roomy,
		.outside.db = { open_file, &o }
	};
	us_verdict v;
	us_err err = { 0 };

	q.limits.memory_bytes = 512UL * 1024;
	make_file(*state, &o.path);
	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_STOP);
	assert_non_null(strstr(v.reason, "bytes of memory"));
	us_verdict_fini(&v);
	free(o.path);
}

static us_code open_nothing(us_db **out, void *ctx, us_err *err)
{
	(void)ctx;
	*out = NULL;
	return us_fail(err, US_E_CONNECT, "no server there");
}

static void a_database_out_of_reach_is_an_error_of_the_policy(void **state)
{
	question q = { .text = "return { failure = function(case, db) "
			       "db:query('select 1') end }",
		.outside.db = { open_nothing, NULL } };
	us_verdict v;
	us_err err = { 0 };

	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_int_equal(v.action, US_ACTION_STOP);
	assert_non_null(strstr(v.reason, "db:query: no server there"));
	us_verdict_fini(&v);
}

/* Connecting takes its own time, which is not the call's. */
static us_code reach_nothing(us_db **out, void *ctx, us_err *err)
{
	++*(int *)ctx;
	*out = NULL;
	return us_fail(err, US_E_CONNECT, "nobody answers");
}

static void what_cannot_be_reached_is_not_tried_for_ever(void **state)
{
	int tries = 0;
	question q = {
		.text = "return { any = function(_, db) local ok, why "
			"for _ = 1, 100 do ok, why = pcall(db.query, db, 'select "
			"1') "
			"end return verdict.stop(why) end }",
		.outside.db = { reach_nothing, &tries },
	};
	us_verdict v;
	us_err err = { 0 };

	assert_ok(ask(*state, &q, &v, &err), &err);
	assert_int_equal(tries, 3);
	assert_non_null(strstr(v.reason, "3 times in this call"));
	us_verdict_fini(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_reached_is_not_tried_for_ever),
		cmocka_unit_test(rows_come_typed_by_column_name),
		cmocka_unit_test(what_only_tells_is_told),
		cmocka_unit_test(values_go_as_parameters),
		cmocka_unit_test(the_connection_is_opened_when_first_used),
		cmocka_unit_test(a_file_that_is_locked_by_the_run_can_be_asked),
		cmocka_unit_test(an_error_can_be_caught_and_the_next_query_works),
		cmocka_unit_test(results_are_bounded),
		cmocka_unit_test(rows_count_against_the_memory),
		cmocka_unit_test(a_database_out_of_reach_is_an_error_of_the_policy),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
