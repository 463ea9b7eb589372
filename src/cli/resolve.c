#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "unstick/action.h"
#include "unstick/auto.h"

static void waiting(void *ctx, const char *name, const char *reason, int64_t ms)
{
	const struct session *s = ctx;
	US_AUTO(us_str_fini) us_str line = { 0 };

	us_str_addf(&line, "%.1f s for %s: %s", (double)ms / 1000, name, reason);
	if (!s->config->quiet)
		say_line("waiting ", us_str_text(&line));
}

static us_code by_hand(struct session *s, us_err *err)
{
	const us_progress progress = { waiting, session_before_change, s };
	US_AUTO(auto_str) char *warning = NULL;
	us_action action = s->applied ? US_ACTION_APPLIED : US_ACTION_ROLLED_BACK;
	us_code rc = us_resolve_by_hand(&s->cases, &warning, s->run, action,
		s->applied ? s->applied : s->rolled_back, &progress, err);

	/* Which decision this was is said even where no case comes of it. */
	if (!document_set(s->document, "by_hand",
		    json_pack("{s:s, s:s}", "action", us_action_name(action),
			    "name", s->applied ? s->applied : s->rolled_back)))
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (warning) {
		session_warn(s, warning);
		if (!document_add_finding(s->document, "warning", NULL, warning))
			return us_fail(err, US_E_NOMEM, "out of memory");
	}
	return rc;
}

static us_code by_policy(struct session *s, us_err *err)
{
	const us_progress progress = { waiting, session_before_change, s };
	us_code rc = us_run_check_provider(s->run, err);

	if (rc == US_OK)
		rc = session_load_policies(s, err);
	if (rc == US_OK)
		rc = us_resolve(
			&s->cases, &s->status, s->run, s->policies, &progress, err);
	return rc;
}

/* The history as it is now that something was written. */
static us_code describe_anew(struct session *s, us_err *err)
{
	us_code rc = us_run_read(s->run, err);

	return rc == US_OK ? session_describe(s, err) : rc;
}

static us_code resolve(struct session *s, us_err *err)
{
	us_code rc = session_open(s, err);

	if (rc == US_OK)
		rc = s->applied || s->rolled_back ? by_hand(s, err)
						  : by_policy(s, err);
	if (rc == US_OK &&
		(s->applied || s->rolled_back || json_array_size(s->cases) > 0))
		rc = describe_anew(s, err);
	else if (rc == US_OK) /* it may have been resolved while we waited */
		rc = session_describe(s, err);
	if (s->cases && !document_set(s->document, "cases", json_incref(s->cases)))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	return rc;
}

const struct cmd cmd_resolve = {
	.name = "resolve",
	.usage = "[--applied NAME | --rolled-back NAME]",
	.summary = "carries the plan out, one transaction a case",
	.help = "Takes Prisma's lock, looks at every stuck migration, asks the "
		"policies, and\n"
		"writes what they decide if the evidence permits it. Run `unstick "
		"audit`\n"
		"first to see it without doing it. `before_change` in unstick.yaml "
		"is run\n"
		"before the first change; where it fails nothing is changed.\n"
		"\n"
		"With --applied or --rolled-back you decide, exactly as with "
		"`prisma migrate\n"
		"resolve` and with its error codes; where the evidence disagrees "
		"you are\n"
		"warned. A migration that is still running is refused.\n",
	.mode = US_DB_WRITE,
	.depth = US_DEPTH_TEXTS,
	.run = resolve,
};
