/* Runs as the report shows them, against files a person has read. After a change of
 * wording UNSTICK_WRITE_EXPECTED=1 writes them anew: read the diff. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "rendered.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/str.h"

#define MAX_EXPECTED ((size_t)1 << 20)

static const us_report_style plain = { .width = 80 };
static const us_report_style verbose = { .width = 80, .verbose = true };
static const us_report_style quiet = { .width = 80, .quiet = true };
static const us_report_style narrow = { .width = 40 };
static const us_report_style unwrapped = { .width = 0 };
static const us_report_style color = { .width = 80, .color = true };

/* What is shown, of which run, how, and the file that says what it should be. */
static const struct look {
	const char *what, *run;
	const us_report_style *style;
	const char *expected;
} looks[] = {
	{ "a healthy database is two lines", "status_healthy", &plain,
		"status_healthy" },
	{ "a failed migration comes before pending ones", "status_failed", &plain,
		"status_failed" },
	{ "verbose shows long lists whole", "status_failed", &verbose,
		"status_failed_verbose" },
	{ "quiet shows the counts", "status_failed", &quiet,
		"status_failed_quiet" },
	{ "an audit shows what would be done, what not, and why", "audit", &plain,
		"audit" },
	{ "lines fit the width, names and commands are not broken", "audit",
		&narrow, "audit_narrow" },
	{ "without a width nothing is wrapped", "audit", &unwrapped,
		"audit_unwrapped" },
	{ "colour is for a terminal", "audit", &color, "audit_color" },
	{ "quiet shows the summary", "audit", &quiet, "audit_quiet" },
	{ "resolve tells what was done and what wasn't", "resolve", &plain,
		"resolve" },
	{ "verbose shows the SQL that was written", "resolve", &verbose,
		"resolve_verbose" },
	{ "what is in progress is to be left alone", "in_progress", &plain,
		"in_progress" },
	{ "a policy that broke shows its traceback", "traceback", &plain,
		"traceback" },
	{ "a guard that refuses says why", "refused", &plain, "refused" },
	{ "a replay with its trace says who was asked", "replay_trace", &plain,
		"replay_trace" },
	{ "a check of policies reads like a compiler", "policy_check", &plain,
		"policy_check" },
	{ "quiet shows what is wrong for certain", "policy_check", &quiet,
		"policy_check_quiet" },
	{ "a new policy comes with what is left to do", "policy_new", &plain,
		"policy_new" },
	{ "a decision by hand shows the guard's doubt", "by_hand", &plain,
		"by_hand" },
	{ "a name recorded by hand need not have been stuck", "by_hand_other",
		&plain, "by_hand_other" },
	{ "nothing to resolve is said in a line", "resolve_nothing", &quiet,
		"resolve_nothing" },
	{ "explain shows statements like a compiler", "explain", &plain,
		"explain" },
	{ "explain shows everything if asked", "explain", &verbose,
		"explain_verbose" },
	{ "explain folds what is certain and far from the border", "explain_long",
		&plain, "explain_long" },
	{ "what is folded is there if asked", "explain_long", &verbose,
		"explain_long_verbose" },
	{ "the statement that failed is marked in colour", "explain_long", &color,
		"explain_long_color" },
	{ "where no prefix fits nothing is said to have run", "explain_diverged",
		&plain, "explain_diverged" },
	{ "a name that isn't stuck needs no explanation", "explain_healthy", &plain,
		"explain_healthy" },
	{ "explain waits for nothing", "explain_in_progress", &plain,
		"explain_in_progress" },
	{ "when all is done, the deploy is next", "resolve_done", &plain,
		"resolve_done" },
	{ "an unknown outcome is not called written or not written",
		"resolve_unknown", &plain, "resolve_unknown" },
	{ "no terminal obeys what a log says", "hostile", &verbose, "hostile" },
	{ "colour of our own, never of theirs", "hostile", &color,
		"hostile_color" },
	{ "null is not known", "nulls", &plain, "nulls" },
	{ "an error leaves what is known", "error", &plain, "error" },
	{ "an empty object is an empty report", "empty", &plain, "empty" },
};

static void compare(const struct look *l, const char *text)
{
	US_AUTO(auto_str) char *expected = NULL;
	us_str path = { 0 };
	us_err err = { 0 };
	size_t n;

	us_str_addf(&path, "%s/tests/unit/report/expected/%s.txt", US_ROOT,
		l->expected);
	if (getenv("UNSTICK_WRITE_EXPECTED")) {
		FILE *out = fopen(us_str_text(&path), "we");

		assert_non_null(out);
		assert_true(fputs(text, out) >= 0);
		assert_int_equal(fclose(out), 0);
	}
	assert_ok(
		us_file_read(&expected, &n, us_str_text(&path), MAX_EXPECTED, &err),
		&err);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: not what %s says, but:\n%s", l->what,
			us_str_text(&path), text);
	us_str_fini(&path);
}

static void runs_look_as_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(looks); i++) {
		json_t *run = run_of(looks[i].run);
		US_AUTO(auto_str) char *text = rendered(run, looks[i].style);

		compare(&looks[i], text);
		json_decref(run);
	}
}

static void a_full_disk_is_an_io_error(void **state)
{
	json_t *run = run_of("audit");
	US_AUTO(auto_file) FILE *full = fopen("/dev/full", "we");
	us_err err = { 0 };

	(void)state;
	assert_non_null(full);
	assert_int_equal(us_report_text(full, run, &plain, &err), US_E_IO);
	assert_non_null(strstr(err.msg, "No space left"));
	json_decref(run);
}

static void a_failed_stream_stays_an_io_error(void **state)
{
	json_t *run = run_of("empty");
	US_AUTO(auto_file) FILE *full = fopen("/dev/full", "we");
	us_err err = { 0 };

	(void)state;
	assert_non_null(full);
	assert_true(fputc('x', full) == 'x' && fflush(full) == EOF);
	assert_int_equal(us_report_text(full, run, &plain, &err), US_E_IO);
	json_decref(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_look_as_expected),
		cmocka_unit_test(a_full_disk_is_an_io_error),
		cmocka_unit_test(a_failed_stream_stays_an_io_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
