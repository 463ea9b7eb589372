/* The log of a start, on stderr: stdout is the application's. For people on a
 * terminal, elsewhere one JSON object a line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "start.h"
#include "unstick/auto.h"
#include "unstick/mask.h"
#include "unstick/view.h"
#include "unstick/when.h"

static us_log_format wanted(const struct session *s)
{
	const char *word = s->options.log_format ? s->options.log_format
						 : getenv("UNSTICK_LOG_FORMAT");

	if (s->config)
		return s->config->start.log_format;
	if (word && strcmp(word, "json") == 0)
		return US_LOG_JSON;
	return word && strcmp(word, "text") == 0 ? US_LOG_TEXT : US_LOG_AUTO;
}

start_log start_log_of(const struct session *s)
{
	us_log_format format = wanted(s);

	return (start_log){
		.json = format == US_LOG_JSON ||
			(format == US_LOG_AUTO && !isatty(STDERR_FILENO)),
		.quiet = s->config ? s->config->quiet : s->options.quiet,
		.run_id = json_string_value(json_object_get(s->document, "run_id")),
	};
}

/* Nobody can be told that the log can't be written. */
static void write_line(us_str *line)
{
	const char *p = us_str_text(line);
	size_t left = line->len;

	while (left > 0) {
		ssize_t n = write(STDERR_FILENO, p, left);

		if (n < 0 && errno != EINTR)
			break;
		if (n > 0) {
			p += n;
			left -= (size_t)n;
		}
	}
	us_str_fini(line);
}

static const char *const levels[] = {
	[US_LEVEL_INFO] = "info",
	[US_LEVEL_WARN] = "warning",
	[US_LEVEL_ERROR] = "error",
};

static void write_json(const start_log *log, const us_event *e)
{
	char time[US_TIME_TEXT];
	us_str line = { 0 };
	json_t *object;
	char *text = NULL;

	us_time_format(time, us_now());
	object = json_pack("{s:s, s:s, s:s, s:s?, s:o}", "time", time, "level",
		levels[e->level], "event", e->name, "run_id", log->run_id,
		"message", us_view_text(e->message));
	/* What a field is called the envelope's keys are never (docs/start.md); out
	 * of memory, the line says less. */
	if (object && e->fields)
		(void)json_object_update_missing(object, (json_t *)e->fields);
	if (object)
		text = json_dumps(object, JSON_COMPACT);
	if (text) {
		us_str_add(&line, text);
		us_str_addc(&line, '\n');
	}
	write_line(&line);
	free(text);
	json_decref(object);
}

static void write_text(const us_event *e)
{
	const bool passed_on = strcmp(e->name, "command.output") == 0;
	us_str line = { 0 };

	if (!passed_on)
		us_str_addf(&line, "unstick: %s%s",
			e->level == US_LEVEL_INFO ? "" : levels[e->level],
			e->level == US_LEVEL_INFO ? "" : ": ");
	if (passed_on) /* a command may be coloured */
		us_mask_add(&line, e->message, false);
	else
		say_add(&line, e->message);
	us_str_addc(&line, '\n');
	write_line(&line);
}

/* Quiet is: what went wrong, and how it ended. An empty line between two others is
 * for eyes; as an event it would say nothing. */
static bool is_wanted(const start_log *log, const us_event *e)
{
	if (log->json && strcmp(e->name, "command.output") == 0 &&
		e->message[strspn(e->message, " \t\r")] == '\0')
		return false;
	return !log->quiet || e->level != US_LEVEL_INFO ||
	       strcmp(e->name, "start.summary") == 0;
}

void start_log_event(void *ctx, const us_event *e)
{
	const start_log *log = ctx;

	if (!is_wanted(log, e))
		return;
	if (log->json)
		write_json(log, e);
	else
		write_text(e);
}

void start_log_policy(void *ctx, const char *level, const char *text)
{
	const us_event e = { .level = strcmp(level, "warn") == 0 ? US_LEVEL_WARN
								 : US_LEVEL_INFO,
		.name = "policy.log",
		.message = text };

	start_log_event(ctx, &e);
}
