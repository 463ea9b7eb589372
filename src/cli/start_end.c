/* How a start ended, in one line that says what to do, after the report where there
 * is something that a person has to decide. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "start.h"
#include "unstick/auto.h"
#include "unstick/report.h"
#include "unstick/view.h"

static int status_of(const start_end *end)
{
	if (end->stop)
		return 128 + end->stop;
	if (end->rc != US_OK)
		return us_code_exit(end->rc);
	return end->result->status;
}

/* ---- what to do ---- */

static const char *next_of_database(us_absence a)
{
	switch (a) {
	case US_ABSENT_NAME:
		return "correct the host in the database's URL, or mend the name "
		       "service";
	case US_ABSENT_REFUSED:
		return "see that the server is up and listens at this port";
	case US_ABSENT_STARTING:
		return "see the server's log, or allow it more time: `deadline`";
	case US_ABSENT_FULL:
		return "close connections, or allow more: max_connections";
	case US_ABSENT_DENIED:
		return "correct the user or the password in the database's URL";
	case US_ABSENT_MISSING:
		return "create the database, or correct its name in the URL";
	case US_ABSENT_UNREACHABLE:
		break;
	}
	return "see that the server is up and can be reached from here";
}

/* The first that is not resolved, which keeps the others from being reached. */
static const char *unresolved(const start_end *end)
{
	size_t i;
	const json_t *kase;

	json_array_foreach(end->result->cases, i, kase)
	{
		const char *outcome =
			json_string_value(json_object_get(kase, "outcome"));
		const char *name = json_string_value(json_object_get(kase, "name"));

		if (outcome && strcmp(outcome, "done") != 0 && name)
			return name;
	}
	return "NAME";
}

static void add_decide(us_str *out, const char *name)
{
	US_AUTO(us_str_fini) us_str word = { 0 };

	us_report_shell_word(&word, name);
	us_str_addf(out,
		"`unstick explain %s` shows the evidence; decide with `unstick "
		"resolve --applied %s` or `--rolled-back %s`, or write a policy; "
		"`on_unresolved: start` would start the application as it is",
		us_str_text(&word), us_str_text(&word), us_str_text(&word));
}

static const char *usual_next(const start_end *end, int status)
{
	switch (status) {
	case 0:
		return NULL;
	case 1:
		return "see the error and the lines before it; once its cause is "
		       "mended, start again";
	case 69:
		return next_of_database(end->result->absence);
	case 75:
		return "`unstick status` shows who holds the lock; start again "
		       "when "
		       "they are done, or allow more time: `deadline`, "
		       "`start.timeout`";
	case 78:
		return "correct the configuration";
	default:
		return "start again";
	}
}

/* Nothing where there is nothing to do, or whoever asked it to stop knows. */
static void add_next(us_str *out, const start_end *end, int status)
{
	const char *usual = usual_next(end, status);

	if (end->stop)
		return;
	if (status == 3)
		add_decide(out, unresolved(end));
	else if (usual)
		us_str_add(out, usual);
}

/* ---- the last line ---- */

static int count(const json_t *object, const char *key)
{
	return (int)json_integer_value(json_object_get(object, key));
}

static const char *word_of(const start_end *end, int status)
{
	if (end->stop)
		return "stopped";
	return status == 0 ? "ready" : "failed";
}

static void say_ready(us_str *line, const struct session *s, const start_end *end)
{
	const us_hook_result *r = end->result;

	us_str_addf(line,
		"ready in %.1f s%s; migrations: ", (double)end->duration_ms / 1000,
		r->warned ? " (not all is well, see above)" : "");
	if (r->migrations)
		us_str_addf(line, "%d applied, ", count(r->migrations, "applied"));
	us_str_addf(line, "%zu resolved; deploys: %d; starting %s",
		r->warned ? 0 : json_array_size(r->cases), r->deploys, s->args[0]);
}

static void say_failed(us_str *line, const struct session *s, const start_end *end,
	int status, const us_str *next)
{
	us_str_addf(line, "%s not started (exit code %d): ", s->args[0], status);
	if (end->stop)
		us_str_addf(line, "stopped by signal %d", end->stop);
	else if (end->rc != US_OK)
		us_str_addf(line, "%s%s%s", end->err->prisma,
			end->err->prisma[0] ? ": " : "", end->err->msg);
	else
		us_str_add(line, "a failed migration is not resolved");
	if (next->len > 0)
		us_str_addf(line, "; %s", us_str_text(next));
}

static void tell_summary(const struct session *s, const start_log *log,
	const start_end *end, int status)
{
	const us_hook_result *r = end->result;
	us_str line = { 0 }, next = { 0 };
	json_t *fields;
	us_event e = { .level = status == 0 && !r->warned ? US_LEVEL_INFO
				: status == 0             ? US_LEVEL_WARN
							  : US_LEVEL_ERROR,
		.name = "start.summary" };

	add_next(&next, end, status);
	fields = json_pack("{s:s, s:i, s:b, s:I, s:i, s:I, s:I, s:I, s:I, "
			   "s:I, s:o?, s:o, s:o}",
		"result", word_of(end, status), "exit_code", status, "warned",
		r->warned, "cases", (json_int_t)json_array_size(r->cases),
		"deploys", r->deploys, "duration_ms", (json_int_t)end->duration_ms,
		"waited_ms", (json_int_t)r->waited_ms, "turn_ms",
		(json_int_t)r->turn_ms, "resolving_ms", (json_int_t)r->resolving_ms,
		"deploying_ms", (json_int_t)r->deploying_ms, "migrations",
		r->migrations ? json_incref(r->migrations) : NULL, "error",
		end->rc != US_OK ? us_view_error(end->err) : json_null(), "next",
		next.len > 0 ? us_view_text(us_str_text(&next)) : json_null());
	e.fields = fields;
	if (status == 0)
		say_ready(&line, s, end);
	else
		say_failed(&line, s, end, status, &next);
	e.message = us_str_text(&line);
	start_log_event((void *)log, &e);
	us_str_fini(&line);
	us_str_fini(&next);
	json_decref(fields);
}

/* ---- the report ---- */

static bool fill(json_t *doc, const start_end *end, int status)
{
	static const char *const keys[] = { "database", "migrations", "history",
		"cases", "before_change" };
	const us_hook_result *r = end->result;
	json_t *const values[] = { r->database, r->migrations, r->history, r->cases,
		r->before_change };
	bool ok = document_set(doc, "exit_code", json_integer(status));

	for (size_t i = 0; ok && i < US_LEN(keys); i++)
		if (values[i])
			ok = document_set(doc, keys[i], json_incref(values[i]));
	if (ok && end->rc != US_OK)
		ok = document_set(doc, "error", us_view_error(end->err));
	return ok;
}

/* To people a start's cases are resolve's. */
static us_code print_text(const json_t *doc, us_err *err)
{
	const us_report_style style = { 0 };
	json_t *shown = json_copy((json_t *)doc);
	us_code rc = US_E_NOMEM;

	if (shown && document_set(shown, "command", json_string("resolve")))
		rc = us_report_text(stderr, shown, &style, err);
	json_decref(shown);
	return rc;
}

/* The object goes to stdout before the application has it; the text only where
 * somebody reads it and has to decide. */
static us_code report(struct session *s, const start_log *log, const start_end *end,
	int status, us_err *err)
{
	us_code rc = US_OK;

	if (!fill(s->document, end, status))
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (session_wants_json(s))
		rc = us_report_json(stdout, s->document, err);
	if (rc == US_OK && !log->json && !end->stop &&
		json_array_size(end->result->cases) > 0 &&
		(status != 0 || end->result->warned))
		rc = print_text(s->document, err);
	return rc;
}

static void tell_error(const start_log *log, const char *name, const us_err *err)
{
	const us_event e = {
		.level = US_LEVEL_WARN, .name = name, .message = err->msg
	};

	start_log_event((void *)log, &e);
}

int start_end_tell(struct session *s, const start_log *log, const start_end *end)
{
	const int status = status_of(end);
	us_err err = { 0 };

	if (report(s, log, end, status, &err) != US_OK)
		tell_error(log, "report.failed", &err);
	if (s->config && s->config->start.metrics &&
		start_metrics_write(s->config->start.metrics, end, status, &err) !=
			US_OK)
		tell_error(log, "metrics.failed", &err);
	tell_summary(s, log, end, status);
	return status;
}
