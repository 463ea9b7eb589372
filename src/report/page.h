#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "safe.h"
#include "unstick/report.h"

/* A report under way: paragraphs with a label in front, wrapped to the style's
 * width, and code, which never is. Append freely; the memory's failure is sticky
 * (us_str).
 *
 *   label     text that goes on and on
 *             and is wrapped like this
 */
typedef struct {
	const us_report_style *style;
	us_str out;    /* finished lines */
	us_str line;   /* the paragraph under way, with its marks */
	size_t indent; /* where its wrapped lines start */
	bool marked;   /* a colour is on */
	bool gap;      /* an empty line is due before the next one */
} page;

#define PAGE_INDENT 2 /* of labels */
#define PAGE_TEXT 14  /* of what stands beside them */

/* Each begins a paragraph; page_end() finishes it. */
void page_begin(page *p, size_t indent);
void page_label(page *p, const char *label); /* "" continues the one above */
void page_end(page *p);

/* The paragraph's pieces. Everything but marks is made safe here. */
void page_say(page *p, const char *fmt, ...) US_PRINTF(2, 3);
void page_name(page *p, const char *name);
void page_shell_word(page *p, const char *word);
void page_mark(page *p, char mark); /* MARK_PLAIN ends all of them */
void page_glue(page *p);            /* a blank that is not broken */

/* The start of a longer text on one line: blanks collapsed, cut at `width` columns.
 */
void page_excerpt(page *p, const char *text, size_t width);

/* One line, as it is: n bytes of code, behind a gutter of our own, which may have
 * marks. Unless whole (or
 * --verbose) an endless one is cut. */
void page_code(page *p, size_t indent, const char *gutter, const char *text,
	size_t n, bool whole);
/* Every line of a text from outside; after `limit` lines it says how many more
 * there are. 0: all of it, and whole lines. */
void page_lines(
	page *p, size_t indent, const char *gutter, const char *text, size_t limit);

/* "... and 37 more (--verbose shows all)", as a line of its own. */
void page_more(page *p, size_t indent, const char *gutter, size_t n);
/* An empty line before what comes next, if something does and something came. */
void page_gap(page *p);
/* What is left of the page is p->out, the caller's; its failure covers all. */
void page_close(page *p);

/* How many of n entries are shown: all of them if asked or nearly all would be. */
size_t page_shown(const page *p, size_t n, size_t limit);

#endif
