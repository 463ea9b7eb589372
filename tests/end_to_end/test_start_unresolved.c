/* `unstick start` on what it may not or can not resolve: it fails closed, and says
 * what to do; and where somebody wants it to start all the same. */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "ledger.h"
#include "start.h"

/* ---- not started ---- */

static void check_not_started(project *p, int exit, const char *outcome)
{
	json_t *before = db_ledger(p);

	assert_string_equal(start(p, exit), "");
	assert_int_equal(deploys(p), 0);
	event_says(p, "case.settled", "outcome", outcome);
	event_says(p, "start.summary", "result", "failed");
	assert_true(json_is_string(event(p, "start.summary", "next")));
	if (exit == 3)
		assert_non_null(
			strstr(json_string_value(event(p, "start.summary", "next")),
				"unstick explain " NAME "`"));
	ledger_unchanged(p, before);
}

static void what_only_a_person_can_decide_keeps_it_from_starting(void **state)
{
	check_not_started(start_orders(state, UNDECIDABLE), 3, "stopped");
}

static void nobodys_opinion_keeps_it_from_starting(void **state)
{
	project *p = start_orders(state, STUCK);

	start_policy(p, "nil");
	check_not_started(p, 3, "undecided");
}

static void a_refusal_keeps_it_from_starting(void **state)
{
	project *p = start_orders(state, UNDECIDABLE);

	start_policy(p, "verdict.applied('surely')");
	check_not_started(p, 3, "refused");
}

static void what_is_in_progress_keeps_it_from_starting(void **state)
{
	project *p = start_orders(state, STUCK);
	session *other = session_open(p);

	project_environment(p, "UNSTICK_DEADLINE=300ms");
	session_exec(other, "SELECT pg_advisory_lock(72707369)");
	check_not_started(p, 75, "waiting");
	session_close(other);
}

static void nobodys_turn_for_ever_is_75(void **state)
{
	project *p = start_orders(state, PENDING);
	session *other = session_open(p);

	project_environment(p, "UNSTICK_DEADLINE=100ms");
	project_environment(p, "UNSTICK_START_TIMEOUT=1s");
	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	assert_string_equal(start(p, 75), "");
	assert_int_equal(events(p, "turn.waiting"), 1);
	assert_int_equal(deploys(p), 0);
	session_close(other);
}

static void a_folder_that_somebody_has_locked_is_waited_for(void **state)
{
	project *p = start_orders(state, PENDING);
	int folder = open(p->folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	running r;

	assert_int_equal(flock(folder, LOCK_EX), 0);
	start_begin(p, &r);
	unstick_says(&r, "turn.waiting");
	close(folder);
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_int_equal(deploys(p), 1);
}

/* What another start has done meanwhile is not done again. */
static void what_another_start_deployed_is_not_deployed_again(void **state)
{
	project *p = start_orders(state, PENDING);
	session *other = session_open(p);
	running r;

	session_exec(other, "SELECT pg_advisory_lock(" TURN ")");
	start_begin(p, &r);
	unstick_says(&r, "turn.waiting");
	project_stage(p, "{deployed " NAME "}");
	session_close(other);
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_int_equal(deploys(p), 0);
}

/* ---- started all the same ---- */

static void skip_starts_it_without_a_deploy(void **state)
{
	project *p = start_orders(state, UNDECIDABLE);
	json_t *before = db_ledger(p);

	start_policy(p, "verdict.skip('not today')");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "start.unresolved", "level", "warning");
	event_says(p, "start.unresolved", "reason", "skip");
	assert_int_equal(deploys(p), 0);
	ledger_unchanged(p, before);
}

static void on_unresolved_start_starts_it_without_a_deploy(void **state)
{
	project *p = start_orders(state, UNDECIDABLE);

	project_environment(p, "UNSTICK_ON_UNRESOLVED=start");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "start.unresolved", "reason", "on_unresolved");
	assert_int_equal(deploys(p), 0);
	ledger_shape_is(p, "AF");
}

static void skip_migrations_goes_straight_to_the_application(void **state)
{
	project *p = start_orders(state, UNDECIDABLE);

	project_write(p, "unstick.yaml", "nonsense: true\n");
	project_environment(p, "SKIP_MIGRATIONS=1");
	assert_string_equal(start(p, 0), STARTED);
	event_says(p, "start.skipped", "level", "warning");
	project_environment(p, "SKIP_MIGRATIONS=maybe");
	assert_string_equal(start(p, 78), "");
	project_environment(p, "SKIP_MIGRATIONS=0");
	assert_string_equal(start(p, 78), ""); /* the nonsense */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(what_only_a_person_can_decide_keeps_it_from_starting),
		ON("sqlite", nobodys_opinion_keeps_it_from_starting),
		ON("sqlite", a_refusal_keeps_it_from_starting),
		ON("postgresql", what_is_in_progress_keeps_it_from_starting),
		ON("postgresql", nobodys_turn_for_ever_is_75),
		ON("sqlite", a_folder_that_somebody_has_locked_is_waited_for),
		ON("postgresql", what_another_start_deployed_is_not_deployed_again),
		ON_BOTH(skip_starts_it_without_a_deploy),
		ON("sqlite", on_unresolved_start_starts_it_without_a_deploy),
		ON("sqlite", skip_migrations_goes_straight_to_the_application),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
