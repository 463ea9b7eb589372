/* A policy that hangs where nothing can interrupt it ends the process, not the
 * database. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "run.h"
#include "unstick/auto.h"

#define COMPLETE "20240101000000_coupons"
#define FAILED "20240102000000_orders"

/* Takes days, in one call of one function. */
#define HANG "('a'):rep(200):find(('.-'):rep(8) .. 'b')"

#define SAID                                                                       \
	"mine.lua ran past its limit of 100 ms at " FAILED                         \
	", in a function that nothing interrupts"

/* The first case is proved to be complete, of the second nothing is there. */
static project *stage(void **state, const char *lua)
{
	project *p = project_open(state);

	project_migration(p, COMPLETE, "CREATE TABLE coupons (id INTEGER);\n");
	project_migration(p, FAILED, "CREATE TABLE orders (id INTEGER);\n");
	project_stage(p,
		"{ledger}{script " COMPLETE "}"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, applied_steps_count) VALUES ('1', '" COMPLETE
		"', {checksum " COMPLETE "}, {at}, 1);"
		"INSERT INTO _prisma_migrations (id, migration_name, checksum, "
		"started_at, logs) VALUES ('2', '" FAILED "', {checksum " FAILED
		"}, {at}, 'it failed');");
	project_write(p, "mine.lua", lua);
	project_write(p, "unstick.yaml",
		"policies: [mine.lua]\npolicy: { time: 100ms }\n");
	return p;
}

static void a_policy_that_hangs_ends_the_run_with_3(void **state)
{
	project *p = stage(state,
		"return { any = function(case) if case.name == '" FAILED
		"' then pcall(function() " HANG
		" end) return verdict.applied('escaped') end end }");
	json_t *before = db_ledger(p);

	expect(unstick(p, 3, "audit", NULL),
		"{'error': {'message': '~" SAID "'},"
		" 'cases': [{'name': '" COMPLETE "', 'outcome': 'planned'}]}");
	unstick_text(p, 3, "audit", NULL);
	assert_non_null(strstr(p->err, SAID));
	ledger_unchanged(p, before);
}

/* What was done before stays done and is told; the case at hand is untouched, and
 * neither Prisma's lock nor SQLite's file is left behind. */
static void what_was_settled_before_is_told_and_locks_are_free(void **state)
{
	project *p = stage(state,
		"return { any = function(case, db) if case.name == '" FAILED
		"' then db:query('SELECT count(*) AS n FROM coupons'); " HANG
		" end end }");
	US_AUTO(auto_str) char *shape = NULL, *again = NULL;

	expect(unstick(p, 3, "resolve", NULL),
		"{'error': {'message': '~" SAID "'},"
		" 'cases': [{'name': '" COMPLETE "', 'outcome': 'done'}]}");
	shape = ledger_shape(p);
	assert_string_equal(shape, "RFA");
	if (project_is(p, "sqlite")) {
		US_AUTO(auto_str) char *check = db_value(p, "PRAGMA quick_check");

		assert_string_equal(check, "ok");
	}
	project_write(p, "mine.lua",
		"return { any = function() return { action = 'rolled_back', "
		"reason = 'by hand' } end }");
	expect(unstick(p, 0, "resolve", NULL),
		"{'error': null, 'cases': [{'name': '" FAILED
		"', 'outcome': 'done'}]}");
	again = ledger_shape(p);
	assert_string_equal(again, "RRA");
}

static void a_policy_that_hangs_while_it_is_loaded_does_no_harm(void **state)
{
	project *p = stage(state, HANG " return { any = function() end }");
	json_t *before = db_ledger(p);

	expect(unstick(p, 3, "resolve", NULL),
		"{'error': {'message': '~mine.lua ran past its limit of 100 ms "
		"while it was loaded'}, 'cases': []}");
	ledger_unchanged(p, before);
}

/* One step of SQLite's machine, in which it doesn't look at the clock. */
static void a_query_that_hangs_ends_the_run_too(void **state)
{
	project *p = stage(state,
		"return { any = function(case, db) db:query([[SELECT "
		"instr(hex(zeroblob(2000000)), hex(zeroblob(1000000)) || '1')]]) "
		"end }");
	json_t *before = db_ledger(p);

	expect(unstick(p, 3, "resolve", NULL),
		"{'error': {'message': '~mine.lua ran past its limit of 100 ms "
		"at " COMPLETE "'}, 'cases': []}");
	ledger_unchanged(p, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_policy_that_hangs_ends_the_run_with_3),
		ON_BOTH(what_was_settled_before_is_told_and_locks_are_free),
		ON("sqlite", a_query_that_hangs_ends_the_run_too),
		ON("sqlite", a_policy_that_hangs_while_it_is_loaded_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
