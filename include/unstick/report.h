#ifndef US_REPORT_H
#define US_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "unstick/str.h"

/* The same run, many renderings. A report reads the run's JSON
 * (docs/json.md) and nothing else; a new format is one file and one row. */
typedef struct {
	bool color; /* a terminal, and NO_COLOR is not set */
	bool quiet; /* the outcome only */
	bool verbose;
	int width; /* columns to wrap at; 0: don't wrap */
} us_report_style;

/* Each writes the whole report; US_E_IO when the stream failed (a full disk, a
 * closed pipe). */
US_MUST us_code us_report_json(FILE *out, const json_t *run, us_err *err);
US_MUST us_code us_report_text(
	FILE *out, const json_t *run, const us_report_style *style, us_err *err);

/* Appends a text as one line with nothing in it that a terminal would obey (it
 * shows as \x1b): for what is said beside a report. */
void us_report_plain(us_str *out, const char *text);
/* Appends a name as a word that a shell reads as this name. */
void us_report_shell_word(us_str *out, const char *text);

#endif
