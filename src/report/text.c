/* The text report: which sections a command shows, and the stream they go to. */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_database(page *p, const json_t *run)
{
	const json_t *db = json_object_get(run, "database");

	if (!text_at(db, "provider") && !text_at(db, "name"))
		return;
	page_begin(p, 0);
	say_database(p, run);
	page_end(p);
}

/* `explain` of a name that needs no decision. */
static void print_entry(page *p, const json_t *run)
{
	const json_t *entry = json_array_get(json_object_get(run, "history"), 0);
	const char *name = text_at(entry, "name");
	const char *state = text_at(entry, "state");

	if (length_at(run, "cases") > 0 || !name || !state ||
		!is_at(run, "command", "explain"))
		return;
	page_begin(p, 0);
	page_name(p, name);
	page_say(p, ": ");
	say_word(p, state);
	if (true_at(entry, "edited"))
		page_say(p, ", edited since");
	page_say(p, "; there is nothing to decide");
	page_end(p);
}

/* `explain --record`. */
static void print_recorded(page *p, const json_t *run)
{
	const char *file = text_at(run, "recorded");

	if (!file)
		return;
	page_begin(p, 0);
	page_say(p, "recorded in ");
	page_name(p, file);
	page_say(p, "; `unstick policy replay ");
	page_shell_word(p, file);
	page_say(p, "` decides it again");
	page_end(p);
}

static void text_cases(page *p, const json_t *run)
{
	size_t i;
	const json_t *v;

	print_database(p, run);
	if (is_dry(run))
		say_lock(p, run);
	json_array_foreach(json_object_get(run, "cases"), i, v)
	{
		page_gap(p);
		text_case(p, run, v);
	}
	page_gap(p);
	print_entry(p, run);
	print_recorded(p, run);
}

us_code us_report_text(
	FILE *out, const json_t *run, const us_report_style *style, us_err *err)
{
	page p = { .style = style };
	us_code rc = US_OK;

	if (is_at(run, "command", "status")) {
		if (!style->quiet)
			print_database(&p, run);
		text_status(&p, run);
	} else if (!text_policy(&p, run)) {
		if (!style->quiet)
			text_cases(&p, run);
		text_summary(&p, run);
	}
	page_close(&p);

	errno = 0;
	if (p.out.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	else if (fwrite(us_str_text(&p.out), 1, p.out.len, out) != p.out.len ||
		 fflush(out) == EOF || ferror(out))
		rc = us_fail(err, US_E_IO, "writing the report: %s",
			errno ? strerror(errno) : "the stream is broken");
	us_str_fini(&p.out);
	return rc;
}
