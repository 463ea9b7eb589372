/*
 * decide POLICY: what asking policies costs, alone. Prints three figures: one
 * decision with all that comes before it (a state for the file and for each
 * built-in one, loading, the watchdog's thread; the median, in ms), 10,000
 * decisions by policies that are loaded (in s), and the memory after all of them as
 * a multiple of that after the first 1,000.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "unstick/policy.h"

#define TRIES 200
#define DECISIONS 10000
#define HISTORY 434
#define STATEMENTS 50

static const us_limits limits = { 32UL * 1024 * 1024, 50000000, 2000 };

static void never(void *ctx, const us_err *why)
{
	(void)ctx;
	fprintf(stderr, "decide: %s\n", why->msg);
	_exit(1);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Pages that are in memory. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size, pages = 0;

	if (f && fscanf(f, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages;
}

/* An interrupted script in the middle of a real history. */
static json_t *make_case(void)
{
	json_t *history = json_array(), *statements = json_array();

	for (int i = 0; i < HISTORY; i++)
		(void)json_array_append_new(history,
			json_pack("{s:s, s:s, s:b}", "name", "20240102000000_add",
				"state", "applied", "edited", 0));
	for (int i = 1; i <= STATEMENTS; i++)
		(void)json_array_append_new(statements,
			json_pack("{s:i, s:i, s:s, s:s, s:s, s:n}", "index", i,
				"line", i, "kind", "ALTER TABLE", "sql",
				"ALTER TABLE \"User\" ADD COLUMN \"age\" INTEGER",
				"state", i < 20 ? "present" : "absent", "why"));
	return json_pack(
		"{s:s, s:i, s:s, s:s, s:s, s:[{s:s, s:s}], s:i, s:i, s:i,"
		" s:i, s:{s:s, s:s, s:[i], s:{s:i, s:i}, s:b, s:s, s:n,"
		" s:b, s:{s:s, s:s, s:i, s:i}, s:[], s:[], s:[], s:o, s:n},"
		" s:[s, s, s], s:{s:s}, s:s, s:o}",
		"name", "20240102000000_add_age", "index", HISTORY, "directory",
		"prisma/migrations/20240102000000_add_age", "kind", "failure",
		"cause", "constraint_violation", "records", "id", "1", "started_at",
		"2026-11-22T16:00:00Z", "attempts", 1, "attempts_left", 2,
		"age_seconds", 60, "deadline_seconds", 120, "evidence", "state",
		"partial", "proof", "catalog", "prefixes", 19, "applied_prefix",
		"min", 19, "max", 19, "reruns", 0, "rerun_why", "line 1", "atomic",
		"edited", 0, "error", "code", "23505", "message", "duplicate key",
		"statement", 20, "line", 20, "running", "leftovers", "candidates",
		"statements", statements, "why", "permitted", "wait", "skip",
		"stop", "not_permitted", "applied", "statement 20 is absent", "now",
		"2026-11-22T16:01:00Z", "history", history);
}

static us_code decide(us_policies *p, const json_t *kase, us_err *err)
{
	us_verdict v;
	us_code rc = us_policies_decide(p, US_CASE_FAILURE, kase, &v, err);

	if (rc == US_OK && (!v.given || v.broke))
		rc = us_fail(err, US_E_POLICY, "%s",
			v.reason ? v.reason : "no policy has an opinion");
	us_verdict_fini(&v);
	return rc;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static us_code measure_one(double *ms, const us_config *config,
	const us_policy_outside *outside, const json_t *kase, us_err *err)
{
	double took[TRIES];
	us_code rc = US_OK;

	for (int i = 0; i < TRIES && rc == US_OK; i++) {
		double began = seconds();
		us_policies *p = NULL;

		rc = us_policies_load(&p, config, outside, err);
		if (rc == US_OK)
			rc = decide(p, kase, err);
		us_policies_free(p);
		took[i] = seconds() - began;
	}
	if (rc == US_OK)
		qsort(took, TRIES, sizeof(*took), by_size);
	*ms = rc == US_OK ? took[TRIES / 2] * 1000 : 0;
	return rc;
}

static us_code measure_many(double *s, double *growth, const us_config *config,
	const us_policy_outside *outside, const json_t *kase, us_err *err)
{
	us_policies *p = NULL;
	us_code rc = us_policies_load(&p, config, outside, err);
	double began = seconds();
	long early = 1;

	for (int i = 0; i < DECISIONS && rc == US_OK; i++) {
		rc = decide(p, kase, err);
		if (i == DECISIONS / 10)
			early = resident();
	}
	*s = seconds() - began;
	*growth = (double)resident() / (double)early;
	us_policies_free(p);
	return rc;
}

int main(int argc, char **argv)
{
	const us_policy_outside outside = { .overrun = never };
	json_t *kase = make_case();
	us_policy_file file = { 0 };
	us_config config = { .policies = &file,
		.policies_len = 1,
		.builtin = true,
		.limits = limits };
	double one = 0, many = 0, growth = 0;
	us_err err = { .msg = "out of memory" };
	us_code rc = kase ? US_OK : US_E_NOMEM;

	if (argc != 2) {
		fputs("usage: decide POLICY\n", stderr);
		return us_code_exit(US_E_USAGE);
	}
	file.path = argv[1];
	if (rc == US_OK)
		rc = measure_one(&one, &config, &outside, kase, &err);
	if (rc == US_OK)
		rc = measure_many(&many, &growth, &config, &outside, kase, &err);
	if (rc == US_OK)
		printf("%.4f %.4f %.4f\n", one, many, growth);
	else
		fprintf(stderr, "decide: %s\n", err.msg);
	json_decref(kase);
	return us_code_exit(rc);
}
