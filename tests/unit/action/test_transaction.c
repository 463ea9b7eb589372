/* Everything or nothing, and never in doubt: a backend that goes away at each point
 * of a transaction, on a real server. */
#include <string.h>

#include "check.h"
#include "stuck.h"
#include "transaction.h"
#include "unstick/auto.h"

/* Where the connection ends, and what the body answers. */
typedef struct {
	stuck *s;
	bool write, lose, write_again, commit;
	const char *moved_to; /* where the server is looked for from then on */
	us_db *then_locks;    /* takes Prisma's lock once the connection is lost */
	us_code answer;
} script;

static us_code write_row(const stuck *s, const char *id, us_err *err)
{
	const char *params[] = { id, STUCK_NAME };

	return us_db_query(s->run->db,
		"INSERT INTO _prisma_migrations (id, checksum, migration_name) "
		"VALUES ($1, 'new', $2)",
		2, params, NULL, NULL, err);
}

static us_code body(void *ctx, const char *id, us_err *err)
{
	const script *todo = ctx;
	bool got = true;
	us_code rc = todo->write ? write_row(todo->s, id, err) : US_OK;

	if (rc == US_OK && todo->commit)
		rc = us_db_exec(
			todo->s->run->db, todo->s->run->db->ops->commit, err);
	if (rc == US_OK && todo->lose)
		stuck_hang_up(todo->s);
	if (rc == US_OK && todo->then_locks)
		rc = todo->then_locks->ops->lock(todo->then_locks, &got, err);
	if (todo->moved_to)
		todo->s->config.url.host = (char *)(uintptr_t)todo->moved_to;
	assert_true(got);
	if (rc == US_OK && todo->write_again)
		rc = write_row(todo->s, "again", err);
	if (rc == US_OK && todo->answer != US_OK)
		rc = us_fail(err, todo->answer, "the body's own words");
	return rc;
}

static us_code run_script(us_outcome *outcome, script *todo, us_err *err)
{
	return transact(outcome, todo->s->run, body, todo, err);
}

static void assert_written(const stuck *s, const char *rows)
{
	assert_cell(s,
		"SELECT count(*) FROM _prisma_migrations WHERE checksum = 'new'",
		rows);
}

static void assert_usable(const stuck *s)
{
	us_err err = { 0 };

	assert_ok(us_run_read(s->run, &err), &err);
}

static void what_the_body_wrote_is_committed(void **state)
{
	script todo = { .s = *state, .write = true };
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	assert_ok(run_script(&outcome, &todo, &err), &err);
	assert_int_equal(outcome, US_OUTCOME_DONE);
	assert_written(*state, "1");
}

static void a_body_that_fails_leaves_nothing(void **state)
{
	static const struct {
		us_code answer;
		us_outcome outcome;
	} rows[] = { { US_E_REFUSED, US_OUTCOME_REFUSED },
		{ US_E_DB, US_OUTCOME_FAILED }, { US_E_NOMEM, US_OUTCOME_FAILED },
		{ US_E_LOCK, US_OUTCOME_WAITING } };
	stuck *s = *state;

	for (size_t i = 0; i < US_LEN(rows); i++) {
		script todo = { .s = s, .write = true, .answer = rows[i].answer };
		us_outcome outcome = US_OUTCOME_UNKNOWN;
		us_err err = { 0 };

		assert_int_equal(run_script(&outcome, &todo, &err), rows[i].answer);
		assert_int_equal(outcome, rows[i].outcome);
		assert_string_equal(err.msg, "the body's own words");
		assert_written(s, "0");
		assert_true(s->run->have_lock);
		assert_usable(s);
	}
}

static void a_connection_lost_before_commit_leaves_nothing(void **state)
{
	script todo = {
		.s = *state, .write = true, .lose = true, .write_again = true
	};
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	assert_int_equal(run_script(&outcome, &todo, &err), US_E_CONNECT);
	assert_int_equal(outcome, US_OUTCOME_FAILED);
	assert_written(*state, "0");
	assert_false(todo.s->run->have_lock); /* it went with the session */
	assert_usable(*state);
}

static void a_connection_found_lost_at_commit_is_looked_into(void **state)
{
	script todo = { .s = *state, .write = true, .lose = true };
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	assert_int_equal(run_script(&outcome, &todo, &err), US_E_CONNECT);
	assert_int_equal(outcome, US_OUTCOME_FAILED);
	assert_written(*state, "0");
	assert_true(todo.s->run->have_lock); /* had again, to be sure */
	assert_usable(*state);
}

/* A deferred trigger runs inside COMMIT: the backend ends itself there. */
static void a_backend_that_dies_in_commit_leaves_nothing(void **state)
{
	script todo = { .s = *state, .write = true };
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	stuck_elsewhere(*state,
		"CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
		" PERFORM pg_terminate_backend(pg_backend_pid());"
		" PERFORM pg_sleep(10); RETURN NULL; END $$;"
		"CREATE CONSTRAINT TRIGGER die AFTER INSERT ON _prisma_migrations"
		" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
		"die()");
	assert_int_equal(run_script(&outcome, &todo, &err), US_E_CONNECT);
	assert_int_equal(outcome, US_OUTCOME_FAILED);
	assert_written(*state, "0");
	assert_usable(*state);
}

/* What a COMMIT whose answer was lost looks like from here: the change is there,
 * the connection is not. */
static void a_commit_whose_answer_was_lost_is_found(void **state)
{
	script todo = { .s = *state, .write = true, .commit = true, .lose = true };
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	assert_ok(run_script(&outcome, &todo, &err), &err);
	assert_int_equal(outcome, US_OUTCOME_DONE);
	assert_written(*state, "1");
	assert_true(todo.s->run->have_lock); /* had again, to be sure */
	assert_usable(*state);
}

static void a_server_that_stays_away_leaves_it_unknown(void **state)
{
	stuck *s = *state;
	script todo = { .s = s,
		.write = true,
		.lose = true,
		.moved_to = s->dir.path /* no server has a socket there */ };
	us_outcome outcome = US_OUTCOME_DONE;
	us_err err = { 0 };

	s->run->deadline = us_clock_ms() + 300;
	assert_int_equal(run_script(&outcome, &todo, &err), US_E_UNKNOWN);
	assert_int_equal(outcome, US_OUTCOME_UNKNOWN);
	assert_non_null(strstr(err.msg, "lost in COMMIT"));
	assert_int_equal(us_run_left_ms(s->run), 0); /* it was tried until then */
}

/* A deferred constraint is one of the things that only COMMIT finds. */
/* Prisma's lock in another session is what a backend looks like that is still busy
 * with our COMMIT. */
static void a_backend_that_may_still_commit_leaves_it_unknown(void **state)
{
	stuck *s = *state;
	script todo = { .s = s, .write = true, .lose = true };
	us_outcome outcome = US_OUTCOME_DONE;
	us_err err = { 0 };

	assert_ok(
		us_db_open(&todo.then_locks, &s->cluster.parts, US_DB_WRITE, &err),
		&err);
	s->run->deadline = us_clock_ms() + 300;
	assert_int_equal(run_script(&outcome, &todo, &err), US_E_UNKNOWN);
	assert_int_equal(outcome, US_OUTCOME_UNKNOWN);
	us_db_close(todo.then_locks);
}

static void a_commit_that_is_refused_leaves_nothing(void **state)
{
	script todo = { .s = *state, .write = true };
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	stuck_elsewhere(*state,
		"ALTER TABLE _prisma_migrations ADD CONSTRAINT one UNIQUE"
		" (migration_name) DEFERRABLE INITIALLY DEFERRED");
	assert_int_equal(run_script(&outcome, &todo, &err), US_E_DB);
	assert_int_equal(outcome, US_OUTCOME_FAILED);
	assert_string_equal(err.sqlstate, "23505");
	assert_written(*state, "0");
	assert_true(todo.s->run->have_lock);
	assert_usable(*state);
}

static void a_lock_that_is_another_sessions_is_noticed(void **state)
{
	stuck *s = *state;
	script todo = { .s = s, .write = true };
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_db *other = NULL;
	us_err err = { 0 };
	bool got = false;

	/* as if a pooler had given us another session */
	assert_ok(us_db_exec(s->run->db, "SELECT pg_advisory_unlock_all()", &err),
		&err);
	assert_ok(us_db_open(&other, &s->cluster.parts, US_DB_WRITE, &err), &err);
	assert_ok(other->ops->lock(other, &got, &err), &err);
	assert_true(got);
	assert_int_equal(run_script(&outcome, &todo, &err), US_E_REFUSED);
	assert_int_equal(outcome, US_OUTCOME_REFUSED);
	assert_non_null(strstr(err.msg, "does not hold Prisma's lock"));
	assert_written(s, "0");
	us_db_close(other);
}

/* SQLite leaves a transaction open whose COMMIT it refused. */
static us_code break_a_promise(void *ctx, const char *id, us_err *err)
{
	us_run *run = ctx;

	(void)id;
	return us_db_exec(run->db, "INSERT INTO child VALUES (1)", err);
}

static void a_file_whose_commit_is_refused_is_let_go(void **state)
{
	stuck *s = *state;
	US_AUTO(auto_str) char *path = scratch_path(&s->dir, "dev.db");
	us_config config = s->config;
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_run *run = NULL;
	us_err err = { 0 };

	scratch_write(&s->dir, "dev.db", "");
	config.url =
		(us_url){ .provider = (char *)(uintptr_t) "sqlite", .path = path };
	assert_ok(us_run_open(&run, &config, US_DB_WRITE, US_DEPTH_TEXTS, &err),
		&err);
	assert_ok(us_db_exec(run->db, "PRAGMA foreign_keys = ON", &err), &err);
	assert_ok(us_db_exec(run->db,
			  "CREATE TABLE parent (id INTEGER PRIMARY KEY)", &err),
		&err);
	assert_ok(us_db_exec(run->db,
			  "CREATE TABLE child (id REFERENCES parent (id)"
			  " DEFERRABLE INITIALLY DEFERRED)",
			  &err),
		&err);
	assert_int_equal(
		transact(&outcome, run, break_a_promise, run, &err), US_E_DB);
	assert_int_equal(outcome, US_OUTCOME_FAILED);
	assert_ok(us_run_read(run, &err), &err);
	assert_ok(us_db_exec(run->db, "BEGIN EXCLUSIVE", &err), &err);
	us_run_close(run);
}

#define each(test) cmocka_unit_test_setup_teardown(test, stuck_open, stuck_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		each(what_the_body_wrote_is_committed),
		each(a_body_that_fails_leaves_nothing),
		each(a_connection_lost_before_commit_leaves_nothing),
		each(a_connection_found_lost_at_commit_is_looked_into),
		each(a_backend_that_dies_in_commit_leaves_nothing),
		each(a_commit_whose_answer_was_lost_is_found),
		each(a_server_that_stays_away_leaves_it_unknown),
		each(a_backend_that_may_still_commit_leaves_it_unknown),
		each(a_commit_that_is_refused_leaves_nothing),
		each(a_file_whose_commit_is_refused_is_let_go),
		each(a_lock_that_is_another_sessions_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
