/* `unstick start`: the entrypoint of a container. */
#include "start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unstick/process.h"
#include "unstick/when.h"

/* What the worker's process and the application's share. */
struct start {
	struct session *s;
	start_log log;
	int64_t begun;
};

static void tell(
	const start_log *log, us_level level, const char *name, const char *message)
{
	const us_event e = { .level = level, .name = name, .message = message };

	start_log_event((void *)log, &e);
}

/* ---- SKIP_MIGRATIONS ---- */

/* A word that is neither yes nor no is nobody's permission to skip. */
static us_code wants_skip(bool *out, us_err *err)
{
	static const char *const yes[] = { "1", "true" }, *const no[] = { "", "0",
		"false" };
	const char *value = getenv("SKIP_MIGRATIONS");

	*out = false;
	for (size_t i = 0; value && i < sizeof(yes) / sizeof(*yes); i++)
		*out = *out || strcmp(value, yes[i]) == 0;
	if (!value || *out)
		return US_OK;
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (strcmp(value, no[i]) == 0)
			return US_OK;
	return us_fail(err, US_E_CONFIG,
		"SKIP_MIGRATIONS has to be 1 or 0, true or false");
}

/* ---- the end ---- */

static int fail(struct start *st, us_code rc, const us_err *err, int stop)
{
	const us_hook_result nothing = { 0 };
	const start_end end = { .result = &nothing,
		.rc = rc,
		.err = err,
		.stop = stop,
		.duration_ms = us_clock_ms() - st->begun };

	return start_end_tell(st->s, &st->log, &end);
}

/* Only an error comes back from there. */
static int become(struct start *st)
{
	us_err err = { 0 };
	int status = us_become(st->s->args, &err);

	tell(&st->log, US_LEVEL_ERROR, "start.exec_failed", err.msg);
	return status;
}

/* ---- the work ---- */

/* As in session.c: the worker's own thread is not to be had back. */
_Noreturn static void end_worker(
	void *ctx, const us_hook_result *so_far, const us_err *why)
{
	struct start *st = ctx;
	const start_end end = { .result = so_far,
		.rc = why->code,
		.err = why,
		.duration_ms = us_clock_ms() - st->begun };
	int status = start_end_tell(st->s, &st->log, &end);

	(void)fflush(stdout);
	_exit(status);
}

static int work(void *ctx, us_worker *worker)
{
	struct start *st = ctx;
	us_hook_result result;
	us_err err = { 0 };
	us_code rc;
	int status;

	st->s->config->stop = us_worker_stop(worker);
	rc = us_hook_run(&result,
		&(us_hook){ .config = st->s->config,
			.worker = worker,
			.tell = start_log_event,
			.log = start_log_policy,
			.ctx = &st->log,
			.overrun = end_worker,
			.overrun_ctx = st },
		&err);
	/* Asked to stop, it is the other process that knows by which signal. */
	status = 1;
	if (!us_stop_asked(us_worker_stop(worker)))
		status = start_end_tell(st->s, &st->log,
			&(start_end){ .result = &result,
				.rc = rc,
				.err = &err,
				.duration_ms = us_clock_ms() - st->begun });
	us_hook_result_fini(&result);
	return status;
}

static int judge(struct start *st, const us_ending *ending)
{
	us_err err = { 0 };
	us_code rc;

	if (ending->stop)
		return fail(st, US_OK, &err, ending->stop);
	if (ending->status == 0)
		return become(st);
	if (!ending->killed)
		return ending->status; /* and it has said why */
	rc = us_fail(&err, US_E_IO,
		"the process that does the work was killed by "
		"signal %d",
		ending->killed);
	return fail(st, rc, &err, 0);
}

static us_code prepare(struct start *st, bool *skip, us_err *err)
{
	struct session *s = st->s;
	us_code rc;

	s->document = document_new("start");
	st->log = start_log_of(s);
	if (!s->document)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = wants_skip(skip, err);
	if (rc != US_OK || *skip)
		return rc;
	rc = us_config_load(&s->config, &s->options, err);
	if (rc != US_OK)
		return rc;
	st->log = start_log_of(s);
	for (size_t i = 0; i < s->config->warnings.len; i++)
		tell(&st->log, US_LEVEL_WARN, "config.warning",
			s->config->warnings.items[i]);
	return US_OK;
}

static int start(struct session *s)
{
	struct start st = { .s = s, .begun = us_clock_ms() };
	us_ending ending;
	us_err err = { 0 };
	bool skip = false;
	us_code rc = prepare(&st, &skip, &err);

	if (rc == US_OK && skip) {
		tell(&st.log, US_LEVEL_WARN, "start.skipped",
			"SKIP_MIGRATIONS is set: nothing was looked at, resolved "
			"or deployed; the application starts on the schema as it "
			"is");
		return become(&st);
	}
	if (rc == US_OK)
		rc = us_supervise(
			&ending, s->config->start.grace_ms, work, &st, &err);
	return rc == US_OK ? judge(&st, &ending) : fail(&st, rc, &err, 0);
}

const struct cmd cmd_start = {
	.name = "start",
	.usage = "[--] CMD...",
	.summary = "a container's entrypoint: resolve, deploy, then become CMD",
	.help = "Waits for the database, resolves what failed, deploys what is "
		"pending, resolves\n"
		"again if the deploy failed, and becomes CMD: same process, same "
		"environment.\n"
		"On a healthy database that is one connection. Fails closed: what "
		"can't be\n"
		"resolved keeps CMD from starting (`on_unresolved: start` starts "
		"it anyway).\n"
		"Options stand before CMD. SKIP_MIGRATIONS=1 goes straight to "
		"CMD.\n"
		"Logs go to stderr. See docs/start.md.\n",
	.args = 1,
	.takes_command = true,
	.mode = US_DB_WRITE,
	.whole = start,
};
