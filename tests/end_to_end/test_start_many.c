/* Many containers of one release start at the same moment, against one database
 * that is stuck. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "start.h"
#include "unstick/auto.h"

enum { REPLICAS = 30, GATE = 77 };

/* Everybody has an eye on the database, and the deploy waits for the test: only
 * then does it build its index, in the sight of all who poll. */
static void one_of_thirty_acts_and_deploys_and_all_of_them_start(void **state)
{
	project *p = start_stage(state);
	session *gate = session_open(p);
	US_AUTO(auto_str) char *shape = NULL, *valid = NULL;
	running replicas[REPLICAS];
	size_t settled = 0, deployed = 0;

	project_migration(p, INIT, "CREATE TABLE orders (id INTEGER);\n");
	project_migration(p, NAME,
		"ALTER TABLE orders ADD COLUMN total INTEGER;\n"
		"CREATE INDEX CONCURRENTLY orders_total ON orders (total);\n");
	project_stage(p, "{ledger}{deployed " INIT "}{killed " NAME "}"
			 "INSERT INTO orders SELECT generate_series(1, 1000)");
	project_environment(p, "GATE=77");
	session_exec(gate, "SELECT pg_advisory_lock(77)");
	for (size_t i = 0; i < REPLICAS; i++)
		start_begin(p, &replicas[i]);
	/* 29 ask for the turn, over and over, and one has it */
	db_until(p, "SELECT count(*) = 30 FROM pg_stat_activity WHERE datname = "
		    "current_database() AND query LIKE "
		    "'%pg_try_advisory_lock(" TURN ")%' AND pid <> "
		    "pg_backend_pid()");
	db_until(p, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' "
		    "AND objid = 77 AND NOT granted");
	session_close(gate);
	for (size_t i = 0; i < REPLICAS; i++) {
		assert_string_equal(run_ends(p, &replicas[i], 0), STARTED);
		settled += events(p, "case.settled");
		deployed += events(p, "deploy.started");
		assert_int_equal(events(p, "deploy.failed"), 0);
	}
	assert_int_equal(settled, 1);
	assert_int_equal(deployed, 1);
	assert_int_equal(deploys(p), 1);
	shape = ledger_shape(p);
	assert_string_equal(shape, "ARA");
	valid = db_value(p, "SELECT indisvalid FROM pg_index WHERE indexrelid = "
			    "'orders_total'::regclass");
	assert_string_equal(valid, "t");
	nobody_is_left(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON("postgresql",
			one_of_thirty_acts_and_deploys_and_all_of_them_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
