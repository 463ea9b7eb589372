#ifndef PAPERS_H
#define PAPERS_H

#include <jansson.h>

/* The project's documents as data, so that what they say can be compared with what
 * the program does. All of these end the test on failure; every value is owned. */

/* The Markdown table under a heading ("## A case"): its rows as arrays of cells,
 * without the head. */
json_t *paper_table(const char *file, const char *heading);
/* The lines indented by four under a heading, without that. */
json_t *paper_block(const char *file, const char *heading);
/* The words in `backticks` of a text, as the keys of an object. */
json_t *paper_words(const char *text);

/* The row of a table whose first cell has `key` in backticks; borrowed. */
const json_t *paper_row(const json_t *table, const char *key);
/* All words in backticks in the first cells. */
json_t *paper_keys(const json_t *table);

/* Fails, naming both sides, unless the object has exactly these keys. */
void assert_keys(const char *what, const json_t *object, const json_t *keys);

#endif
