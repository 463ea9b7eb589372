/* The commands that a start runs. What a deploy says is passed on; only what it
 * leaves in the ledger decides, but for a few errors that go by themselves. */
#include <inttypes.h>
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

static void tell_begin(const hook *h, const char *what, const us_strs *words)
{
	US_AUTO(us_str_fini) us_str line = { 0 };
	char name[32];

	for (size_t i = 0; i < words->len; i++)
		us_str_addf(&line, "%s%s", i ? " " : "", words->items[i]);
	snprintf(name, sizeof(name), "%s.started", what);
	say(h, US_LEVEL_INFO, name,
		json_pack("{s:o}", "command", us_view_text(us_str_text(&line))),
		"%s: %s", what, us_str_text(&line));
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
		ok               ? "done"
		: end->stopped   ? "was ended, as we were asked to stop,"
		: end->timed_out ? "was ended at its time limit,"
				 : "failed",
		(double)ms / 1000, end->status);
}

static us_code run(hook *h, const char *what, const us_strs *words,
	us_command_end *end, bool *passing, us_err *err)
{
	listener l = { .h = h, .what = what };
	const us_command c = {
		.words = words,
		.timeout_ms = h->config->start.timeout_ms,
		.grace_ms = h->config->start.grace_ms,
		.worker = h->how->worker,
		.line = hear,
		.ctx = &l,
	};
	int64_t begun = us_clock_ms();
	us_code rc;

	tell_begin(h, what, words);
	rc = us_command_run(end, &c, err);
	if (rc != US_OK) {
		us_context(err, "start.%s", what);
		return rc;
	}
	tell_end(h, what, end, us_clock_ms() - begun);
	*passing = l.passing;
	if (end->stopped || us_stop_asked(h->config->stop))
		return us_fail(err, US_E_STOPPED, "asked to stop");
	if (end->timed_out)
		return us_fail(err, US_E_LOCK,
			"%s did not end within %" PRId64 " s (`start.timeout`)",
			what, h->config->start.timeout_ms / 1000);
	return US_OK;
}

us_code generate(hook *h, us_err *err)
{
	us_command_end end;
	bool passing;
	us_code rc;

	if (h->config->start.generate.len == 0)
		return US_OK;
	rc = run(h, "generate", &h->config->start.generate, &end, &passing, err);
	if (rc == US_OK && end.status != 0)
		rc = us_fail(err, US_E_IO,
			"generate ended with exit code %d: its output says why",
			end.status);
	return rc;
}

us_code deploy(hook *h, deployment *out, us_err *err)
{
	int64_t begun = us_clock_ms();
	us_code rc;

	*out = (deployment){ 0 };
	h->out->deploys++;
	rc = run(h, "deploy", &h->config->start.deploy, &out->end, &out->passing,
		err);
	h->out->deploying_ms += us_clock_ms() - begun;
	return rc;
}
