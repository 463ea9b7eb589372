/* `before_change` of a resolve: what it does is for people to see while it happens,
 * so that its words go to stderr, as stdout is the report's. */
#include <stdio.h>

#include "cmd.h"
#include "unstick/auto.h"
#include "unstick/mask.h"
#include "unstick/process.h"
#include "unstick/view.h"
#include "unstick/when.h"

/* A command may be coloured: only what is secret is taken out. */
static void pass_on(void *ctx, const char *text)
{
	const struct session *s = ctx;
	US_AUTO(auto_str) char *masked = NULL;

	if (!s->config->quiet && us_mask(&masked, text, false, NULL) == US_OK)
		fprintf(stderr, "%s\n", masked);
}

static void tell_begin(const struct session *s)
{
	US_AUTO(us_str_fini) us_str line = { 0 };

	us_command_add_line(&line, &s->config->before_change);
	if (!s->config->quiet)
		say_line("before_change: ", us_str_text(&line));
}

static us_code keep(struct session *s, const us_command_end *end, int64_t ms)
{
	US_AUTO(us_str_fini) us_str line = { 0 };

	us_str_addf(&line, "%s after %.1f s (exit code %d)",
		us_command_end_words(end), (double)ms / 1000, end->status);
	if (!s->config->quiet)
		say_line("before_change ", us_str_text(&line));
	return document_set(s->document, "before_change",
		       us_view_command(&s->config->before_change, end, ms))
		       ? US_OK
		       : US_E_NOMEM;
}

static us_code run(struct session *s, const us_command *c, us_err *err)
{
	int64_t begun = us_clock_ms();
	us_command_end end;
	us_code rc;

	tell_begin(s);
	rc = us_command_run(&end, c, err);
	if (rc != US_OK) {
		us_context(err, "before_change");
		return rc;
	}
	if (keep(s, &end, us_clock_ms() - begun) != US_OK)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return us_command_judge(
		&end, "before_change", "before_change_timeout", c->timeout_ms, err);
}

us_code session_before_change(void *ctx, us_err *err)
{
	struct session *s = ctx;
	us_strs environment = { 0 };
	us_guest guest;
	us_code rc = us_environment_for(&environment, &s->config->url, err);

	if (rc == US_OK)
		rc = us_guest_begin(&guest, err);
	if (rc == US_OK) {
		rc = run(s,
			&(us_command){ .words = &s->config->before_change,
				.environment = &environment,
				.timeout_ms = s->config->before_change_timeout_ms,
				.grace_ms = s->config->start.grace_ms,
				.runner = &guest.runner,
				.line = pass_on,
				.ctx = s },
			err);
		us_guest_end(&guest);
	}
	us_strs_fini(&environment);
	return rc;
}
