#include "rendered.h"

#include <stdlib.h>

#include "check.h"
#include "unstick/str.h"

json_t *run_of(const char *name)
{
	us_str path = { 0 };
	json_error_t error = { 0 };
	json_t *run;

	us_str_addf(&path, "%s/tests/unit/report/runs/%s.json", US_ROOT, name);
	run = json_load_file(us_str_text(&path), 0, &error);
	if (!run)
		fail_msg("%s:%d: %s", us_str_text(&path), error.line, error.text);
	us_str_fini(&path);
	return run;
}

char *rendered(const json_t *run, const us_report_style *style)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	us_err err = { 0 };

	assert_non_null(out);
	assert_ok(us_report_text(out, run, style, &err), &err);
	assert_int_equal(fclose(out), 0);
	return text;
}
