/* Between judging and acting the world can move; then nothing is written. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stuck.h"
#include "unstick/action.h"
#include "unstick/auto.h"

static us_judgement *decided(const stuck *s, us_action a, const char *to)
{
	us_judgement *j = stuck_look(s);
	us_err err = { 0 };

	j->verdict.given = true;
	j->verdict.action = a;
	assert_ok(us_strdup(&j->verdict.reason, "a test says so", &err), &err);
	assert_ok(us_strdup(&j->verdict.policy, "test", &err), &err);
	if (to)
		assert_ok(us_strdup(&j->verdict.to, to, &err), &err);
	assert_ok(us_guard_check(&j->guard, &j->permits,
			  j->ground.config->allow_override, &j->verdict, &err),
		&err);
	if (!j->guard.allowed)
		fail_msg("%s", j->guard.why);
	j->outcome = US_OUTCOME_PLANNED;
	return j;
}

/* What another session does in between, and what that makes of it. */
static const struct {
	const char *change;
	us_outcome outcome;
	const char *says;
} moves[] = {
	{ "SELECT 'nothing'", US_OUTCOME_DONE, "" },
	{ "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES "
	  "('x', 'c', 'another')",
		US_OUTCOME_DONE, "" },
	{ "UPDATE _prisma_migrations SET logs = 'it failed after all'",
		US_OUTCOME_REFUSED, "state moved: the records" },
	{ "UPDATE _prisma_migrations SET applied_steps_count = 0",
		US_OUTCOME_REFUSED, "state moved: the records" },
	{ "UPDATE _prisma_migrations SET finished_at = now()", US_OUTCOME_REFUSED,
		"state moved: the records" },
	{ "UPDATE _prisma_migrations SET rolled_back_at = now()",
		US_OUTCOME_REFUSED, "state moved: the records" },
	{ "UPDATE _prisma_migrations SET checksum = 'c'", US_OUTCOME_REFUSED,
		"state moved: the records" },
	{ "UPDATE _prisma_migrations SET id = 'other'", US_OUTCOME_REFUSED,
		"state moved: the records" },
	{ "DELETE FROM _prisma_migrations", US_OUTCOME_REFUSED,
		"state moved: the records" },
	{ "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES "
	  "('x', 'c', '" STUCK_NAME "')",
		US_OUTCOME_REFUSED, "state moved: the records" },
	{ "ALTER TABLE _prisma_migrations RENAME TO gone", US_OUTCOME_FAILED, "" },
};

static const char digest[] =
	"SELECT coalesce(md5(string_agg(t::text, ',' ORDER BY id)), 'empty') FROM "
	"_prisma_migrations t";

static void records_that_moved_are_left_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(moves); i++) {
		US_AUTO(auto_str) char *before = NULL;
		bool gone = strstr(moves[i].change, "RENAME") != NULL;
		void *each = NULL;
		us_outcome outcome = US_OUTCOME_UNKNOWN;
		us_judgement *j;
		us_err err = { 0 };
		us_code rc;
		stuck *s;

		assert_int_equal(stuck_open(&each), 0);
		s = each;
		j = decided(s, US_ACTION_APPLIED, NULL);
		stuck_elsewhere(s, moves[i].change);
		if (!gone)
			before = cluster_value(&s->cluster, digest);
		rc = us_action_carry_out(&outcome, s->run, j, &err);
		if (outcome != moves[i].outcome ||
			(rc == US_OK) != (outcome == US_OUTCOME_DONE) ||
			!strstr(err.msg, moves[i].says))
			fail_msg("%s: %s: %s", moves[i].change,
				us_outcome_name(outcome), err.msg);
		if (outcome != US_OUTCOME_DONE && !gone)
			assert_cell(s, digest, before);
		us_judgement_free(j);
		assert_int_equal(stuck_close(&each), 0);
	}
}

static void applied_closes_the_old_record_and_adds_prismas(void **state)
{
	stuck *s = *state;
	us_judgement *j = decided(s, US_ACTION_APPLIED, NULL);
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_err err = { 0 };

	assert_ok(us_action_carry_out(&outcome, s->run, j, &err), &err);
	assert_int_equal(outcome, US_OUTCOME_DONE);
	assert_cell(s,
		"SELECT (rolled_back_at IS NOT NULL AND finished_at IS NULL AND"
		" logs LIKE 'unstick: {%\"action\":\"applied\"%\"k\":[2]%}')::text"
		" FROM _prisma_migrations WHERE id = 'old'",
		"true");
	assert_cell(s,
		"SELECT count(*) FROM _prisma_migrations n JOIN _prisma_migrations"
		" o ON o.id = 'old' AND n.checksum = o.checksum AND n.id <> 'old'"
		" AND n.finished_at = n.started_at AND n.logs = ''"
		" AND position(n.id IN o.logs) > 0",
		"1");
	us_judgement_free(j);
}

static void somebody_who_comes_back_to_it_is_noticed(void **state)
{
	stuck *s = *state;
	us_judgement *j = decided(s, US_ACTION_APPLIED, NULL);
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_db *other = NULL;
	us_err err = { 0 };

	/* idle, but the last thing it did is the script's second statement */
	assert_ok(us_db_open(&other, &s->cluster.parts, US_DB_WRITE, &err), &err);
	assert_ok(us_db_exec(other, "SELECT 2", &err), &err);
	assert_int_equal(
		us_action_carry_out(&outcome, s->run, j, &err), US_E_REFUSED);
	assert_int_equal(outcome, US_OUTCOME_REFUSED);
	assert_non_null(strstr(err.msg, "state moved: the evidence"));
	assert_cell(s, "SELECT count(*) FROM _prisma_migrations", "1");
	us_db_close(other);
	us_judgement_free(j);
}

#define NEW_NAME "20240102000000_renamed"

static void move_folder(const stuck *s)
{
	US_AUTO(auto_str)
	char *from = scratch_path(&s->dir, "migrations/" STUCK_NAME);
	US_AUTO(auto_str) char *to = scratch_path(&s->dir, "migrations/" NEW_NAME);

	assert_int_equal(rename(from, to), 0);
}

static void a_name_that_was_taken_meanwhile_stays_its_owners(void **state)
{
	stuck *s = *state;
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_judgement *j;
	us_err err = { 0 };

	move_folder(s);
	j = decided(s, US_ACTION_RENAME, NEW_NAME);
	stuck_elsewhere(s,
		"INSERT INTO _prisma_migrations (id, checksum, migration_name)"
		" VALUES ('x', 'c', '" NEW_NAME "')");
	assert_int_equal(
		us_action_carry_out(&outcome, s->run, j, &err), US_E_REFUSED);
	assert_int_equal(outcome, US_OUTCOME_REFUSED);
	assert_non_null(strstr(err.msg, NEW_NAME " has a record now"));
	assert_cell(s,
		"SELECT migration_name FROM _prisma_migrations WHERE id = 'old'",
		STUCK_NAME);
	us_judgement_free(j);
}

static void a_rename_says_what_the_name_was(void **state)
{
	stuck *s = *state;
	us_outcome outcome = US_OUTCOME_UNKNOWN;
	us_judgement *j;
	us_err err = { 0 };

	move_folder(s);
	j = decided(s, US_ACTION_RENAME, NEW_NAME);
	assert_ok(us_action_carry_out(&outcome, s->run, j, &err), &err);
	assert_int_equal(outcome, US_OUTCOME_DONE);
	assert_cell(s,
		"SELECT migration_name FROM _prisma_migrations WHERE logs LIKE"
		" '%\"renamed_from\":\"" STUCK_NAME "\"%'",
		NEW_NAME);
	us_judgement_free(j);
}

static void a_preview_sends_nothing(void **state)
{
	stuck *s = *state;
	US_AUTO(auto_str) char *before = cluster_value(&s->cluster, digest);
	us_judgement *j = decided(s, US_ACTION_APPLIED, NULL);
	json_t *actions = NULL;
	us_err err = { 0 };

	assert_ok(us_action_preview(&actions, s->run, j, &err), &err);
	assert_true(json_array_size(actions) >= 2);
	assert_cell(s, digest, before);
	json_decref(actions);
	us_judgement_free(j);
}

#define each(test) cmocka_unit_test_setup_teardown(test, stuck_open, stuck_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_that_moved_are_left_alone),
		each(applied_closes_the_old_record_and_adds_prismas),
		each(somebody_who_comes_back_to_it_is_noticed),
		each(a_name_that_was_taken_meanwhile_stays_its_owners),
		each(a_rename_says_what_the_name_was),
		each(a_preview_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
