/* What people are told beside the report, on stderr: names, a database's words and
 * a policy's remarks are in it, so it is masked and harmless to a terminal. */
#include <stdio.h>

#include "cmd.h"
#include "unstick/auto.h"
#include "unstick/mask.h"
#include "unstick/report.h"

void say_add(us_str *out, const char *text)
{
	US_AUTO(auto_str) char *masked = NULL;

	if (us_mask(&masked, text, false, NULL) == US_OK)
		us_report_plain(out, masked);
	else
		out->failed = true;
}

void say_line(const char *before, const char *text)
{
	US_AUTO(us_str_fini) us_str line = { 0 };

	say_add(&line, text);
	if (!line.failed)
		fprintf(stderr, "unstick: %s%s\n", before, us_str_text(&line));
}
