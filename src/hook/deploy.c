/* The commands that a start runs. What a deploy says is passed on; only what it
 * leaves in the ledger decides, but for a few errors that go by themselves. */
#include <string.h>

#include "steps.h"
#include "unstick/auto.h"
#include "unstick/view.h"

/* Prisma's codes and PostgreSQL's: somebody else had Prisma's lock for 10 s; was
 * the victim of a deadlock with a CREATE INDEX CONCURRENTLY while waiting for it;
 * the server went away. To try again is harmless: the ledger says what is left to
 * do. */
static const char *const passing_errors[] = { "P1001", "P1002", "P1017", "40P01",
	"deadlock detected" };

typedef struct {
	const hook *h;
	const char *what;
	bool passing;
} listener;

static void hear(void *ctx, const char *text)
{
	listener *l = ctx;

	for (size_t i = 0; i < US_LEN(passing_errors); i++)
		l->passing = l->passing || strstr(text, passing_errors[i]);
	say(l->h, US_LEVEL_INFO, "command.output",
		json_pack("{s:s, s:o}", "command", l->what, "text",
			us_view_text(text)),
		"%s", text);
}

/* A command of the configuration, and the keys it and its time limit stand under.
 */
typedef struct {
	const char *what, *key, *limit;
	const us_strs *words, *environment;
	int64_t timeout_ms;
} errand;

static void tell_begin(const hook *h, const errand *e)
{
	US_AUTO(us_str_fini) us_str line = { 0 };
	char name[32];

	us_command_add_line(&line, e->words);
	snprintf(name, sizeof(name), "%s.started", e->what);
	say(h, US_LEVEL_INFO, name,
		json_pack("{s:o}", "command", us_view_text(us_str_text(&line))),
		"%s: %s", e->what, us_str_text(&line));
}

static void tell_end(
	const hook *h, const char *what, const us_command_end *end, int64_t ms)
{
	const bool ok = end->status == 0 && !end->timed_out && !end->stopped;
	char name[32];

	snprintf(name, sizeof(name), "%s.%s", what,
		ok               ? "finished"
		: end->stopped   ? "stopped"
		: end->timed_out ? "timed_out"
				 : "failed");
	say(h, ok ? US_LEVEL_INFO : US_LEVEL_ERROR, name,
		json_pack("{s:i, s:I}", "exit_code", end->status, "duration_ms",
			(json_int_t)ms),
		"%s %s after %.1f s (exit code %d)", what,
		us_command_end_words(end), (double)ms / 1000, end->status);
}

/* What became of it is the caller's to judge. */
static us_code run(
	hook *h, const errand *e, us_command_end *end, bool *passing, us_err *err)
{
	listener l = { .h = h, .what = e->what };
	const us_command c = {
		.words = e->words,
		.environment = e->environment,
		.timeout_ms = e->timeout_ms,
		.grace_ms = h->config->start.grace_ms,
		.runner = &h->how->worker->runner,
		.line = hear,
		.ctx = &l,
	};
	int64_t begun = us_clock_ms();
	us_code rc;

	tell_begin(h, e);
	rc = us_command_run(end, &c, err);
	if (rc != US_OK) {
		us_context(err, "%s", e->key);
		return rc;
	}
	tell_end(h, e->what, end, us_clock_ms() - begun);
	*passing = l.passing;
	if (us_stop_asked(h->config->stop))
		return us_fail(err, US_E_STOPPED, "asked to stop");
	return US_OK;
}

/* One that has to go well. */
static us_code run_well(hook *h, const errand *e, us_command_end *end, us_err *err)
{
	bool passing;
	us_code rc = run(h, e, end, &passing, err);

	return rc == US_OK ? us_command_judge(
				     end, e->what, e->limit, e->timeout_ms, err)
			   : rc;
}

us_code generate(hook *h, us_err *err)
{
	const errand e = {
		.what = "generate",
		.key = "start.generate",
		.limit = "start.timeout",
		.words = &h->config->start.generate,
		.timeout_ms = h->config->start.timeout_ms,
	};
	us_command_end end;

	return e.words->len > 0 ? run_well(h, &e, &end, err) : US_OK;
}

us_code deploy(hook *h, deployment *out, us_err *err)
{
	const errand e = {
		.what = "deploy",
		.key = "start.deploy",
		.limit = "start.timeout",
		.words = &h->config->start.deploy,
		.timeout_ms = h->config->start.timeout_ms,
	};
	int64_t begun = us_clock_ms();
	us_code rc;

	*out = (deployment){ 0 };
	h->out->deploys++;
	rc = run(h, &e, &out->end, &out->passing, err);
	/* only the ledger judges an exit code */
	if (rc == US_OK && (out->end.timed_out || out->end.stopped))
		rc = us_command_judge(
			&out->end, e.what, e.limit, e.timeout_ms, err);
	h->out->deploying_ms += us_clock_ms() - begun;
	return rc;
}

us_code before_change(void *ctx, us_err *err)
{
	hook *h = ctx;
	us_strs environment = { 0 };
	const errand e = {
		.what = "before_change",
		.key = "before_change",
		.limit = "before_change_timeout",
		.words = &h->config->before_change,
		.environment = &environment,
		.timeout_ms = h->config->before_change_timeout_ms,
	};
	int64_t begun = us_clock_ms();
	us_command_end end = { .status = US_NEVER_RAN };
	us_code rc = us_environment_for(&environment, &h->config->url, err);

	if (rc == US_OK)
		rc = run_well(h, &e, &end, err);
	us_strs_fini(&environment);
	if (end.status != US_NEVER_RAN)
		h->out->before_change =
			us_view_command(e.words, &end, us_clock_ms() - begun);
	h->prepared = rc == US_OK;
	return rc;
}
