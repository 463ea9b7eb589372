/* Figures of a start as a Prometheus textfile: written beside its place and
 * renamed, so that a collector never reads half of it. No timestamps: the textfile
 * collector refuses them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "start.h"
#include "unstick/auto.h"
#include "unstick/when.h"

static void gauge(us_str *out, const char *name, const char *help, double value)
{
	us_str_addf(out,
		"# HELP unstick_%s %s\n# TYPE unstick_%s gauge\nunstick_%s "
		"%.15g\n",
		name, help, name, name, value);
}

static void counts(us_str *out, const json_t *migrations)
{
	static const char *const states[] = { "applied", "pending", "failed",
		"rolled_back", "missing", "edited" };

	if (!migrations)
		return;
	us_str_add(out,
		"# HELP unstick_migrations Migrations by state, as last seen.\n"
		"# TYPE unstick_migrations gauge\n");
	for (size_t i = 0; i < US_LEN(states); i++)
		if (json_is_integer(json_object_get(migrations, states[i])))
			us_str_addf(out, "unstick_migrations{state=\"%s\"} %lld\n",
				states[i],
				(long long)json_integer_value(
					json_object_get(migrations, states[i])));
}

/* Outcomes as they are named in the JSON: one line each that occurs. */
static void outcomes(us_str *out, const json_t *cases)
{
	static const char *const names[] = { "done", "waiting", "refused",
		"undecided", "skipped", "stopped", "failed", "not_reached",
		"unknown" };

	us_str_add(out, "# HELP unstick_cases Failed migrations met, by outcome.\n"
			"# TYPE unstick_cases gauge\n");
	for (size_t i = 0; i < US_LEN(names); i++) {
		int n = 0;

		for (size_t k = 0; k < json_array_size(cases); k++) {
			const char *outcome = json_string_value(json_object_get(
				json_array_get(cases, k), "outcome"));

			n += outcome && strcmp(outcome, names[i]) == 0;
		}
		us_str_addf(out, "unstick_cases{outcome=\"%s\"} %d\n", names[i], n);
	}
}

static void compose(us_str *out, const start_end *end, int status)
{
	const us_hook_result *r = end->result;

	gauge(out, "start_exit_code", "Exit code of the last start; 0: ready.",
		status);
	gauge(out, "start_time_seconds", "When the last start ended.",
		(double)us_now() / 1e6);
	gauge(out, "start_duration_seconds", "How long it took.",
		(double)end->duration_ms / 1e3);
	gauge(out, "start_waited_seconds", "Of that, for the database.",
		(double)r->waited_ms / 1e3);
	gauge(out, "start_turn_seconds", "Of that, for another start to be done.",
		(double)r->turn_ms / 1e3);
	gauge(out, "start_resolving_seconds", "Of that, resolving.",
		(double)r->resolving_ms / 1e3);
	gauge(out, "start_deploying_seconds", "Of that, deploying.",
		(double)r->deploying_ms / 1e3);
	gauge(out, "start_deploys", "Deploys that it ran.", r->deploys);
	outcomes(out, r->cases);
	counts(out, r->migrations);
}

static us_code write_file(const char *path, const us_str *text, us_err *err)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fwrite(us_str_text(text), 1, text->len, f) == text->len &&
		  fflush(f) == 0 && fsync(fileno(f)) == 0;
	int why = errno;

	if (f && fclose(f) != 0 && ok) {
		ok = false;
		why = errno;
	}
	return ok ? US_OK
		  : us_fail(err, US_E_IO, "metrics: %s: %s", path, strerror(why));
}

us_code start_metrics_write(
	const char *path, const start_end *end, int status, us_err *err)
{
	US_AUTO(us_str_fini) us_str text = { 0 };
	US_AUTO(auto_str) char *beside = NULL;
	us_code rc = us_strf(&beside, err, "%s.%ld", path, (long)getpid());

	compose(&text, end, status);
	if (rc == US_OK && text.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK)
		rc = write_file(beside, &text, err);
	if (rc == US_OK && rename(beside, path) != 0)
		rc = us_fail(
			err, US_E_IO, "metrics: %s: %s", path, strerror(errno));
	if (rc != US_OK && beside)
		(void)unlink(beside);
	return rc;
}
