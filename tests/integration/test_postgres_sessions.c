/* Prisma's advisory lock, the sessions that can be seen, and a server that hangs
 * up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"
#include "unstick/auto.h"

/* Two sessions of one database: ours, and somebody else's. */
typedef struct {
	cluster_db cluster;
	us_db *db, *other;
} fixture;

static us_db *open_as(const fixture *f, const char *role, const char *application,
	us_db_mode mode)
{
	us_url_setting name = { (char *)"application_name", (char *)application };
	us_url url = f->cluster.parts;

	url.user = (char *)role;
	url.settings = &name;
	url.settings_len = 1;
	return talk_open(&url, mode);
}

static int open_all(void **state)
{
	fixture *f = calloc(1, sizeof(*f));

	cluster_db_open(&f->cluster);
	f->db = open_as(f, "postgres", "ours", US_DB_WRITE);
	f->other = open_as(f, "postgres", "theirs", US_DB_WRITE);
	*state = f;
	return 0;
}

static int close_all(void **state)
{
	fixture *f = *state;

	us_db_close(f->db);
	us_db_close(f->other);
	cluster_db_close(&f->cluster);
	free(f);
	return 0;
}

static bool lock(us_db *db)
{
	us_err err = { 0 };
	bool got = false;

	assert_ok(db->ops->lock(db, &got, &err), &err);
	return got;
}

static bool still_locked(us_db *db)
{
	us_err err = { 0 };
	bool yes = false;

	talk_exec(db, db->ops->begin_write);
	assert_ok(db->ops->still_locked(db, &yes, &err), &err);
	talk_exec(db, db->ops->rollback);
	return yes;
}

static void one_session_at_a_time_has_prismas_lock(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };

	talk_exec(
		f->other, "SELECT pg_advisory_lock(72707369)"); /* as Prisma does */
	assert_false(lock(f->db));
	assert_false(still_locked(f->db));
	talk_exec(f->other, "SELECT pg_advisory_unlock(72707369)");
	assert_true(lock(f->db));
	assert_false(lock(f->other));
	assert_true(still_locked(f->db));
	assert_false(still_locked(f->other));
	assert_ok(f->db->ops->unlock(f->db, &err), &err);
	assert_true(lock(f->other));
}

static void a_lock_that_was_not_ours_is_noticed_on_release(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };

	assert_int_equal(f->db->ops->unlock(f->db, &err), US_E_LOCK);
}

/* What sessions() said, one line each; without the ones this test didn't name. */
static us_code add_session(const us_session *s, void *ctx, us_err *err)
{
	us_str *out = ctx;

	(void)err;
	assert_true(strtol(s->pid, NULL, 10) > 0);
	if (!s->application[0])
		return US_OK;
	us_str_addf(out, "%s|%s|%s|%s|%s\n", s->application,
		s->state ? s->state : "NULL", s->query ? s->query : "NULL",
		s->hidden ? "hidden" : "", s->holds_lock ? "holder" : "");
	if (!s->hidden) {
		assert_true(s->query_age_s >= 0 && s->query_age_s < 100);
		assert_true(s->query_limit >= 1000 && s->query_limit < 1024);
	}
	return US_OK;
}

static void expect_sessions(us_db *db, bool all_visible, const char *want)
{
	us_str got = { 0 };
	us_err err = { 0 };
	bool visible = !all_visible;

	assert_ok(db->ops->sessions(db, add_session, &got, &visible, NULL, &err),
		&err);
	assert_string_equal(us_str_text(&got), want);
	assert_int_equal(visible, all_visible);
	us_str_fini(&got);
}

static void other_sessions_are_seen_with_their_last_query(void **state)
{
	fixture *f = *state;

	talk_exec(f->other, "SELECT 'the last one'");
	expect_sessions(f->db, true, "theirs|idle|SELECT 'the last one'||\n");
	talk_exec(f->other, f->other->ops->begin_write);
	talk_exec(f->other, "SELECT 2");
	expect_sessions(f->db, true, "theirs|idle in transaction|SELECT 2||\n");
}

static void the_holder_of_prismas_lock_is_marked(void **state)
{
	fixture *f = *state;
	us_db *reader = open_as(f, "postgres", "reader", US_DB_READ);

	talk_exec(f->db, "SELECT pg_advisory_lock(1)"); /* somebody's own */
	talk_exec(f->db, "SELECT pg_advisory_lock(0, 72707369)"); /* another key */
	assert_true(lock(f->other));
	expect_sessions(reader, true,
		"ours|idle|SELECT pg_advisory_lock(0, 72707369)||\n"
		"theirs|idle|SELECT pg_try_advisory_lock(72707369)||holder\n");
	us_db_close(reader);
}

static void another_database_has_its_own_lock_and_sessions(void **state)
{
	fixture *f = *state;
	fixture elsewhere = { 0 };

	cluster_db_open(&elsewhere.cluster);
	elsewhere.db = open_as(&elsewhere, "postgres", "elsewhere", US_DB_WRITE);
	assert_true(lock(elsewhere.db));
	assert_true(lock(f->other));
	expect_sessions(elsewhere.db, true, "");
	us_db_close(elsewhere.db);
	cluster_db_close(&elsewhere.cluster);
}

static void a_session_we_may_not_look_into_is_hidden_but_its_lock_is_not(
	void **state)
{
	fixture *f = *state;
	us_db *reader;
	char *role;
	char *sql;

	/* Roles belong to the server, which tests share. */
	assert_true(asprintf(&role, "reader_of_%s", f->cluster.name) > 0);
	assert_true(asprintf(&sql, "CREATE ROLE %s LOGIN", role) > 0);
	cluster_exec(&f->cluster, sql);
	free(sql);
	reader = open_as(f, role, "reader", US_DB_READ);
	assert_true(lock(f->other));
	expect_sessions(reader, false,
		"ours|NULL|NULL|hidden|\n"
		"theirs|NULL|NULL|hidden|holder\n");
	us_db_close(reader);
	assert_true(asprintf(&sql, "DROP ROLE %s", role) > 0);
	cluster_exec(&f->cluster, sql);
	free(sql);
	free(role);
}

static void a_session_that_shows_no_activity_is_hidden(void **state)
{
	fixture *f = *state;

	talk_exec(f->other, "SET track_activities = off");
	expect_sessions(f->db, false, "theirs|disabled|NULL|hidden|\n");
}

/* "theirs: AccessExclusiveLock on public.t", one line each. */
static us_code add_ddl_locks(const us_session *s, void *ctx, us_err *err)
{
	us_str *out = ctx;

	(void)err;
	for (size_t i = 0; i < s->nddl_locks; i++)
		us_str_addf(out, "%s: %s%s on %s.%s\n", s->application,
			s->ddl_locks[i].granted ? "" : "no ", s->ddl_locks[i].mode,
			s->ddl_locks[i].schema, s->ddl_locks[i].name);
	return US_OK;
}

static void expect_ddl_locks(us_db *db, const char *what, const char *want)
{
	us_str got = { 0 };
	us_err err = { 0 };
	bool visible;

	assert_ok(db->ops->sessions(db, add_ddl_locks, &got, &visible, NULL, &err),
		&err);
	if (strcmp(us_str_text(&got), want) != 0)
		fail_msg("%s: %s", what, us_str_text(&got));
	us_str_fini(&got);
}

static void locks_that_only_a_change_takes_are_told(void **state)
{
	static const struct {
		const char *query, *locks;
	} rows[] = {
		{ "SELECT a FROM t", "" },
		{ "SELECT a FROM t FOR UPDATE", "" },
		{ "INSERT INTO t VALUES (1, 1)", "" },
		{ "DELETE FROM t", "" },
		{ "SELECT nextval('t_id_seq')", "" },
		{ "LOCK TABLE t IN ROW EXCLUSIVE MODE", "" },
		{ "CREATE TABLE fresh (a INTEGER)", "" }, /* no name yet */
		{ "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE",
			"theirs: ShareUpdateExclusiveLock on public.t\n" },
		{ "CREATE INDEX ON t (a)", "theirs: ShareLock on public.t\n" },
		{ "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES \"S p\".\"T.x\"",
			"theirs: ShareRowExclusiveLock on S p.T.x\n"
			"theirs: ShareRowExclusiveLock on public.t\n" },
		{ "LOCK TABLE t IN EXCLUSIVE MODE",
			"theirs: ExclusiveLock on public.t\n" },
		{ "DROP INDEX t_i", "theirs: AccessExclusiveLock on public.t\n"
				    "theirs: AccessExclusiveLock on public.t_i\n" },
		{ "ALTER SEQUENCE t_id_seq INCREMENT 2",
			"theirs: ShareRowExclusiveLock on public.t_id_seq\n" },
	};
	fixture *f = *state;

	talk_exec(f->db, "CREATE TABLE t (id SERIAL, a INTEGER)");
	talk_exec(f->db, "CREATE INDEX t_i ON t (a)");
	talk_exec(f->db, "CREATE SCHEMA \"S p\"");
	talk_exec(f->db, "CREATE TABLE \"S p\".\"T.x\" (x INTEGER PRIMARY KEY)");
	for (size_t i = 0; i < US_LEN(rows); i++) {
		talk_exec(f->other, f->other->ops->begin_write);
		talk_exec(f->other, rows[i].query);
		expect_ddl_locks(f->db, rows[i].query, rows[i].locks);
		expect_ddl_locks(f->other, "one's own", "");
		talk_exec(f->other, f->other->ops->rollback);
	}
}

static void a_terminated_session_is_a_lost_connection(void **state)
{
	fixture *f = *state;

	cluster_terminate(&f->cluster, "true");
	talk_refused(f->db, "SELECT 1", US_E_CONNECT, "57P01");
	talk_refused(f->db, "SELECT 1", US_E_CONNECT, "");
}

static void a_session_that_ends_inside_a_batch_is_a_lost_connection(void **state)
{
	fixture *f = *state;
	us_err err = { 0 };
	us_stmt batch[] = {
		{ .sql = f->db->ops->begin_write },
		{ .sql = "CREATE TABLE t (a int)" },
		{ .sql = "SELECT pg_terminate_backend(pg_backend_pid())" },
		{ .sql = "SELECT pg_sleep(60)" },
		{ .sql = f->db->ops->commit },
	};

	assert_int_equal(
		us_db_run(f->db, batch, US_LEN(batch), &err), US_E_CONNECT);
	assert_string_equal(err.sqlstate, "57P01");
	talk_expect(f->other, "SELECT to_regclass('t')", "NULL\n");
}

static void a_direct_connection_is_not_pooled(void **state)
{
	fixture *f = *state;
	us_db *reader = talk_open(&f->cluster.parts, US_DB_READ);
	us_err err = { 0 };
	bool yes = true;

	assert_ok(f->db->ops->pooled(f->db, &yes, &err), &err);
	assert_false(yes);
	yes = true;
	assert_ok(reader->ops->pooled(reader, &yes, &err), &err);
	assert_false(yes);
	us_db_close(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_session_at_a_time_has_prismas_lock),
		TEST(a_lock_that_was_not_ours_is_noticed_on_release),
		TEST(other_sessions_are_seen_with_their_last_query),
		TEST(the_holder_of_prismas_lock_is_marked),
		TEST(another_database_has_its_own_lock_and_sessions),
		TEST(a_session_we_may_not_look_into_is_hidden_but_its_lock_is_not),
		TEST(a_session_that_shows_no_activity_is_hidden),
		TEST(locks_that_only_a_change_takes_are_told),
		TEST(a_terminated_session_is_a_lost_connection),
		TEST(a_session_that_ends_inside_a_batch_is_a_lost_connection),
		TEST(a_direct_connection_is_not_pooled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
