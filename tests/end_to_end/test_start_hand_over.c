/* What `unstick start` leaves behind: the application as it would be without it,
 * and the log, the report and the metrics. */
#include <string.h>

#include "check.h"
#include "database.h"
#include "start.h"
#include "unstick/auto.h"

/* ---- the hand-over ---- */

static void the_application_gets_pid_environment_and_streams(void **state)
{
	static const char *const words[] = { "start", "--", "/bin/sh", "-c",
		"echo $$ $MARK; cat; echo oops >&2; exit 7", NULL };
	project *p = start_orders(state, HEALTHY);
	US_AUTO(auto_str) char *said = NULL;
	running r;

	project_environment(p, "MARK=kept as it is");
	run_start(p, &r, NULL, words);
	assert_true(asprintf(&said, "%d kept as it is\n", (int)r.pid) > 0);
	assert_string_equal(run_ends(p, &r, 7), said);
	assert_non_null(strstr(p->err, "oops"));
}

/* As many descriptors as without us. */
static void the_application_gets_no_descriptor_of_ours(void **state)
{
	static const char *const words[] = { "start", "/bin/ls", "/proc/self/fd",
		NULL };
	project *p = start_orders(state, HEALTHY);
	size_t with;
	running r;

	run_start(p, &r, NULL, words);
	with = strlen(run_ends(p, &r, 0));
	run_start(p, &r, "/bin/ls", words + 2);
	assert_int_equal(strlen(run_ends(p, &r, 0)), with);
}

static void what_cannot_be_run_ends_as_in_a_shell(void **state)
{
	static const char *const missing[] = { "start", "no-such-program", NULL };
	static const char *const data[] = { "start", "./data", NULL };
	static const char *const folder[] = { "start", "./prisma", NULL };
	project *p = start_orders(state, HEALTHY);
	running r;

	project_write(p, "data", "no program\n");
	run_start(p, &r, NULL, missing);
	run_ends(p, &r, 127);
	run_start(p, &r, NULL, data);
	run_ends(p, &r, 126);
	run_start(p, &r, NULL, folder);
	run_ends(p, &r, 126);
	assert_int_equal(events(p, "start.exec_failed"), 1);
}

static void the_report_and_the_metrics_come_before_the_application(void **state)
{
	static const char *const words[] = { "start", "--format", "json",
		"--metrics", "start.prom", "/bin/true", NULL };
	project *p = start_orders(state, STUCK);
	US_AUTO(auto_str) char *text = NULL;
	running r;

	run_start(p, &r, NULL, words);
	expect(unstick_ends(p, &r, 0),
		"{'command': 'start', 'exit_code': 0, 'error': null,"
		" 'cases': [{'outcome': 'done'}], 'migrations': {'applied': 2}}");
	text = project_read(p, "start.prom");
	assert_non_null(text);
	assert_non_null(strstr(text, "\nunstick_start_exit_code 0\n"));
	assert_non_null(strstr(text, "\nunstick_start_deploys 1\n"));
	assert_non_null(strstr(text, "\nunstick_cases{outcome=\"done\"} 1\n"));
	assert_non_null(
		strstr(text, "\nunstick_migrations{state=\"applied\"} 2\n"));
}

/* On a terminal, or asked for: sentences, and the whole case where a person has to
 * decide. */
static void people_get_sentences_and_what_to_do(void **state)
{
	project *p = start_orders(state, UNDECIDABLE);

	project_environment(p, "UNSTICK_LOG_FORMAT=text");
	assert_string_equal(start(p, 3), "");
	assert_non_null(strstr(p->err, "unstick: 1 to resolve, 0 to deploy\n"));
	assert_non_null(strstr(p->err, "unstick resolve --applied " NAME));
	assert_non_null(
		strstr(p->err, "unstick: error: ./app not started (exit code 3)"));
	project_environment(p, "UNSTICK_QUIET=1");
	assert_string_equal(start(p, 3), "");
	assert_null(strstr(p->err, "to resolve"));
	assert_non_null(strstr(p->err, "not started (exit code 3)"));
}

/* The harness looks for the password in every byte. */
static void what_a_deploy_prints_is_masked(void **state)
{
	project *p = start_orders(state, PENDING);

	project_write(p, "deploy",
		"echo at $DATABASE_URL\necho DATABASE_URL=$DATABASE_URL >&2\n"
		"exec " US_DEPLOY "\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
	assert_string_equal(start(p, 0), STARTED);
	assert_non_null(strstr(p->err, "***"));
	db_exec(p, "DELETE FROM _prisma_migrations WHERE migration_name = '" NAME
		   "'; DROP TABLE orders; DROP TABLE items");
	project_environment(p, "UNSTICK_LOG_FORMAT=text");
	assert_string_equal(start(p, 0), STARTED);
	assert_non_null(strstr(p->err, "***"));
}

/* Between two lines of a deploy there are often empty ones. */
static void an_empty_line_is_for_eyes_only(void **state)
{
	project *p = start_orders(state, PENDING);

	project_write(p, "deploy", "echo; echo ' '; exec " US_DEPLOY "\n");
	project_environment(p, "UNSTICK_START_DEPLOY=/bin/sh deploy");
	assert_string_equal(start(p, 0), STARTED);
	assert_int_equal(events(p, "command.output"), 1);
	db_exec(p, "DELETE FROM _prisma_migrations WHERE migration_name = '" NAME
		   "'; DROP TABLE orders; DROP TABLE items");
	project_environment(p, "UNSTICK_LOG_FORMAT=text");
	assert_string_equal(start(p, 0), STARTED);
	assert_non_null(strstr(p->err, "\n\n \nstand-in: deploying\n"));
}

static void a_failure_has_its_report_too(void **state)
{
	static const char *const words[] = { "start", "--format", "json",
		"/bin/true", NULL };
	project *p = start_orders(state, UNDECIDABLE);
	running r;

	run_start(p, &r, NULL, words);
	expect(unstick_ends(p, &r, 3),
		"{'command': 'start', 'exit_code': 3, 'error': null,"
		" 'cases': [{'outcome': 'stopped'}], 'migrations': {'failed': 1}}");
	project_write(p, "unstick.yaml", "nonsense: true\n");
	run_start(p, &r, NULL, words);
	expect(unstick_ends(p, &r, 78),
		"{'exit_code': 78, 'error': {'message': '~nonsense'}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON("sqlite", the_application_gets_pid_environment_and_streams),
		ON("sqlite", the_application_gets_no_descriptor_of_ours),
		ON("sqlite", what_cannot_be_run_ends_as_in_a_shell),
		ON("sqlite", people_get_sentences_and_what_to_do),
		ON("postgresql", what_a_deploy_prints_is_masked),
		ON("sqlite", a_failure_has_its_report_too),
		ON("postgresql",
			the_report_and_the_metrics_come_before_the_application),
		ON("sqlite", an_empty_line_is_for_eyes_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
