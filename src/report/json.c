/* The run as it is: the machine format every other report is a rendering of. */
#include <errno.h>
#include <string.h>

#include "unstick/report.h"

/* Enough for seconds, and 0.1 stays 0.1. */
#define REAL_DIGITS 15

us_code us_report_json(FILE *out, const json_t *run, us_err *err)
{
	int failed;

	errno = 0;
	failed = json_dumpf(
		run, out, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS));
	/* jansson doesn't say what failed; the stream does. */
	if (failed && !ferror(out))
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (failed || fputc('\n', out) == EOF || fflush(out) == EOF || ferror(out))
		return us_fail(err, US_E_IO, "writing the report: %s",
			errno ? strerror(errno) : "the stream is broken");
	return US_OK;
}
