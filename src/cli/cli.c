/* One invocation from the command line to the exit code. Only this folder prints.
 */
#include "unstick/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "unstick/auto.h"
#include "unstick/report.h"
#include "unstick/view.h"

bool session_wants_json(const struct session *s)
{
	const char *word =
		s->options.format ? s->options.format : getenv("UNSTICK_FORMAT");

	if (s->config)
		return s->config->format == US_FORMAT_JSON;
	return word && strcmp(word, "json") == 0;
}

static us_report_style style_of(const struct session *s)
{
	const char *no_color = getenv("NO_COLOR");
	struct winsize size = { 0 };
	us_report_style style = {
		.quiet = s->config ? s->config->quiet : s->options.quiet,
		.verbose = s->config ? s->config->verbose : s->options.verbose,
	};

	if (isatty(STDOUT_FILENO)) {
		style.color = !no_color || !*no_color;
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
			style.width = size.ws_col;
	}
	return style;
}

static void print_error(const us_err *err)
{
	char before[sizeof(err->prisma) + 2];

	snprintf(before, sizeof(before), "%s%s", err->prisma,
		err->prisma[0] ? ": " : "");
	say_line(before, err->msg);
}

/* A report that can't be written is an error, but not one that undoes what was
 * done. */
int report_print(struct session *s, us_code rc, const us_err *err)
{
	us_report_style style = style_of(s);
	us_err printing = { 0 };
	bool json = session_wants_json(s);
	us_code printed;

	if (rc != US_OK)
		s->status = us_code_exit(rc);
	if (!document_set(s->document, "exit_code", json_integer(s->status)) ||
		(rc != US_OK &&
			!document_set(s->document, "error", us_view_error(err)))) {
		fputs("unstick: out of memory\n", stderr);
		return 1;
	}
	printed = json ? us_report_json(stdout, s->document, &printing)
		       : us_report_text(stdout, s->document, &style, &printing);
	if (rc != US_OK)
		print_error(err);
	if (printed != US_OK) {
		print_error(&printing);
		return s->status ? s->status : us_code_exit(printed);
	}
	return s->status;
}

/* Help and version are all that was asked for: not to have told them is to fail. */
static int told(us_err *err)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	(void)us_fail(err, US_E_IO, "writing: %s", strerror(errno));
	print_error(err);
	return us_code_exit(err->code);
}

static int run(struct session *s, us_code rc, us_err *err)
{
	s->document = document_new(s->cmd ? s->cmd->name : NULL);
	if (!s->document) {
		fputs("unstick: out of memory\n", stderr);
		return 1;
	}
	if (rc == US_OK && s->cmd)
		rc = s->cmd->run(s, err);
	return report_print(s, rc, err);
}

int us_cli_main(int argc, char **argv)
{
	const char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct session s = { .args = words };
	us_err err = { 0 };
	us_code rc;
	int status = 0;

	if (!words) {
		fputs("unstick: out of memory\n", stderr);
		return 1;
	}
	rc = options_parse(&s, argc, argv, &err);
	if (rc == US_OK && (s.version || s.help)) {
		if (s.version)
			puts("unstick " US_VERSION);
		else
			help_print(stdout, s.cmd);
		status = told(&err);
	} else if (rc == US_OK && s.cmd->whole) {
		status = s.cmd->whole(&s);
	} else {
		status = run(&s, rc, &err);
	}
	session_close(&s);
	free(words);
	return status;
}
