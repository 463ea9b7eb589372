#ifndef RENDERED_H
#define RENDERED_H

#include <jansson.h>

#include "unstick/report.h"

/* A run of tests/unit/report/runs/<name>.json; ends the test if it can't be read.
 * The caller's. */
json_t *run_of(const char *name);

/* The text report of a run; the caller's (free()). Ends the test on failure. */
char *rendered(const json_t *run, const us_report_style *style);

#endif
