/* The text report: which sections a command shows, and the stream they go to. */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void text_cases(page *p, const json_t *run)
{
	size_t i;
	const json_t *v;

	json_array_foreach(json_object_get(run, "cases"), i, v)
	{
		text_case(p, run, v);
		page_blank(p);
	}
}

static void text_plan(page *p, const json_t *run)
{
	if (!p->style->quiet) {
		if (json_is_object(json_object_get(run, "database"))) {
			page_begin(p, 0);
			say_database(p, run);
			page_end(p);
			page_blank(p);
		}
		text_cases(p, run);
	}
	text_summary(p, run);
}

static void text_render(page *p, const json_t *run)
{
	if (is_at(run, "command", "status"))
		text_status(p, run);
	else
		text_plan(p, run);
}

us_code us_report_text(
	FILE *out, const json_t *run, const us_report_style *style, us_err *err)
{
	page p = { .style = style };
	us_code rc = US_OK;

	text_render(&p, run);
	errno = 0;
	if (p.out.failed || p.line.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	else if (fwrite(us_str_text(&p.out), 1, p.out.len, out) != p.out.len ||
		 fflush(out) == EOF || ferror(out))
		rc = us_fail(err, US_E_IO, "writing the report: %s",
			errno ? strerror(errno) : "the stream is broken");
	us_str_fini(&p.out);
	us_str_fini(&p.line);
	return rc;
}
