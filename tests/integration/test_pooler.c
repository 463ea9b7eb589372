/* Behind a real PgBouncer in transaction mode: it is recognised, and reading works.
 */
#include <stdlib.h>

#include "pooler.h"
#include "talk.h"
#include "unstick/ledger.h"

typedef struct {
	cluster_db cluster;
	pooler pooler;
} fixture;

static int start(void **state)
{
	fixture *f;

	if (!pooler_is_here())
		skip_program("no PgBouncer installed here");
	f = calloc(1, sizeof(*f));
	if (!f)
		return -1;
	cluster_db_open(&f->cluster);
	pooler_open(&f->pooler, &f->cluster);
	*state = f;
	return 0;
}

static int stop(void **state)
{
	fixture *f = *state;

	pooler_close(&f->pooler);
	cluster_db_close(&f->cluster);
	free(f);
	return 0;
}

static void a_pooler_shows_itself_without_load_or_lock(void **state)
{
	static const us_db_mode modes[] = { US_DB_READ, US_DB_WRITE };
	fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		us_db *db = talk_open(&f->pooler.parts, modes[i]);
		us_err err = { 0 };
		bool yes = false;

		assert_ok(db->ops->pooled(db, &yes, &err), &err);
		assert_true(yes);
		us_db_close(db);
	}
}

static void the_ledger_is_read_through_it(void **state)
{
	fixture *f = *state;
	us_db *db = talk_open(&f->pooler.parts, US_DB_READ);
	us_ledger *led = NULL;
	us_err err = { 0 };

	assert_ok(us_ledger_load(&led, db, &err), &err);
	assert_false(us_ledger_exists(led));
	us_ledger_free(led);
	cluster_exec(&f->cluster,
		"CREATE TABLE _prisma_migrations (id text, checksum text, "
		"migration_name"
		" text, started_at timestamptz, finished_at timestamptz, "
		"rolled_back_at"
		" timestamptz, applied_steps_count int, logs text);"
		"INSERT INTO _prisma_migrations VALUES ('1', 'c', 'init', now())");
	assert_ok(us_ledger_load(&led, db, &err), &err);
	assert_int_equal(us_ledger_len(led), 1);
	us_ledger_free(led);
	us_db_close(db);
}

/* Another client gets the same server session from the pool: it must find it as any
 * new one. */
static void reading_leaves_nothing_in_the_pools_session(void **state)
{
	fixture *f = *state;
	us_db *reader = talk_open(&f->pooler.parts, US_DB_READ);
	us_db *app = talk_open(&f->pooler.parts, US_DB_WRITE);
	us_str session = { 0 };
	us_err err = { 0 };

	assert_ok(us_db_query(reader, "SELECT pg_backend_pid()", 0, NULL,
			  talk_add_row, &session, &err),
		&err);
	talk_expect(
		reader, "SELECT current_setting('transaction_read_only')", "on\n");
	talk_refused(reader, "CREATE TABLE x (a int)", US_E_DB, "25006");
	talk_exec(app, "CREATE TABLE written_by_the_app (a int)");
	talk_expect(app, "SELECT pg_backend_pid()", us_str_text(&session));
	us_str_fini(&session);
	us_db_close(app);
	us_db_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pooler_shows_itself_without_load_or_lock),
		cmocka_unit_test(the_ledger_is_read_through_it),
		cmocka_unit_test(reading_leaves_nothing_in_the_pools_session),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
