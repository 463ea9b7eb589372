/* Resolving, and what its outcomes mean for a start: it fails closed. */
#include <stdlib.h>
#include <string.h>

#include "steps.h"
#include "unstick/action.h"
#include "unstick/view.h"

static const char *text_at(const json_t *kase, const char *object, const char *key)
{
	const json_t *in = object ? json_object_get(kase, object) : kase;
	const char *text = json_string_value(json_object_get(in, key));

	return text ? text : "";
}

static void tell_case(const hook *h, json_t *kase)
{
	const char *outcome = text_at(kase, NULL, "outcome");
	const char *why = text_at(kase, NULL, "outcome_why");
	const char *reason = text_at(kase, "verdict", "reason");
	const char *action = text_at(kase, "verdict", "action");
	const char *guard = text_at(kase, "guard", "why");
	bool done = strcmp(outcome, "done") == 0;

	if (!*why)
		why = strcmp(outcome, "refused") == 0 ? guard : reason;
	say(h, done ? US_LEVEL_INFO : US_LEVEL_WARN, "case.settled",
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "migration",
			text_at(kase, NULL, "name"), "kind",
			text_at(kase, NULL, "kind"), "action", action, "outcome",
			outcome, "policy", text_at(kase, "verdict", "policy"),
			"reason", why),
		"%s (%s): %s%s%s%s%s", text_at(kase, NULL, "name"),
		text_at(kase, NULL, "kind"), action, *action ? ": " : "", outcome,
		*why ? ": " : "", why);
}

static void tell_waiting(
	void *ctx, const char *name, const char *reason, int64_t ms)
{
	const hook *h = ctx;

	say(h, US_LEVEL_INFO, "case.waiting",
		json_pack("{s:s, s:o, s:I}", "migration", name, "reason",
			us_view_text(reason), "retry_in_ms", (json_int_t)ms),
		"waiting %.1f s for %s: %s", (double)ms / 1000, name, reason);
}

/* All that was not done was left alone by a policy that says skip. */
static bool only_skipped(const json_t *cases)
{
	size_t i;
	json_t *kase;

	json_array_foreach(cases, i, kase)
	{
		const char *outcome = text_at(kase, NULL, "outcome");

		if (strcmp(outcome, "skipped") != 0 && strcmp(outcome, "done") != 0)
			return false;
	}
	return true;
}

static resolution judge(hook *h, int status, const json_t *cases)
{
	const bool unresolved = status == 3 || status == 75;

	if (status == 0)
		return RESOLVED;
	if (unresolved && only_skipped(cases)) {
		say(h, US_LEVEL_WARN, "start.unresolved",
			json_pack("{s:s}", "reason", "skip"),
			"a policy skips a failed migration: nothing is deployed "
			"(Prisma would refuse with P3009), and the application "
			"starts on the schema as it is");
		return LEAVE_IT;
	}
	if (unresolved && h->config->on_unresolved == US_UNRESOLVED_START) {
		say(h, US_LEVEL_WARN, "start.unresolved",
			json_pack("{s:s}", "reason", "on_unresolved"),
			"a failed migration is not resolved: nothing is deployed, "
			"and the application starts on the schema as it is, as "
			"`on_unresolved: start` wants it");
		return LEAVE_IT;
	}
	h->out->status = status;
	return GIVE_UP;
}

static us_code keep_cases(hook *h, json_t *cases, us_err *err)
{
	size_t i;
	json_t *kase;

	if (!cases)
		return US_OK;
	if (!h->out->cases)
		h->out->cases = json_array();
	if (!h->out->cases || json_array_extend(h->out->cases, cases) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	json_array_foreach(cases, i, kase) tell_case(h, kase);
	return US_OK;
}

/* What policies are told and tell while they are at work. */
struct asking {
	hook *h;
	json_t *cases; /* so far */
};

static void log_remark(void *ctx, const char *level, const char *text)
{
	const struct asking *a = ctx;

	a->h->how->log(a->h->how->ctx, level, text);
}

static void tell_overrun(void *ctx, const us_err *why)
{
	const struct asking *a = ctx;

	(void)!keep_cases(a->h, a->cases, NULL);
	a->h->how->overrun(a->h->how->overrun_ctx, a->h->out, why);
}

us_code resolve_cases(hook *h, resolution *out, us_err *err)
{
	const us_progress progress = { tell_waiting, before_change, h };
	int64_t begun = us_clock_ms();
	us_policies *policies = NULL;
	struct asking a = { .h = h };
	const us_policy_outside outside = {
		.log = log_remark,
		.overrun = tell_overrun,
		.ctx = &a,
	};
	int status = 0;
	us_code rc = us_run_check_provider(h->run, err), kept;

	*out = GIVE_UP;
	if (h->prepared) /* once is enough for all rounds of a start */
		us_run_prepared(h->run, 0);
	if (rc == US_OK)
		rc = us_run_load_policies(&policies, h->run, &outside, err);
	if (rc == US_OK)
		rc = us_resolve(
			&a.cases, &status, h->run, policies, &progress, err);
	us_policies_free(policies);
	kept = keep_cases(h, a.cases, rc == US_OK ? err : NULL);
	if (rc == US_OK)
		rc = kept;
	if (rc == US_OK)
		*out = judge(h, status, a.cases);
	json_decref(a.cases);
	h->out->resolving_ms += us_clock_ms() - begun;
	return rc;
}
