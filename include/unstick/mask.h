#ifndef US_MASK_H
#define US_MASK_H

#include "unstick/str.h"

/* Appends text with its secrets as "***": passwords in connection URLs and in
 * key=value connection strings, PASSWORD '…' literals in SQL (also dollar-quoted),
 * and, unless `details` is set, the values in DETAIL lines of database errors (they
 * are users' data). Everything a run shows passes through here once. */
void us_mask_add(us_str *s, const char *text, bool details);

/* The same as a new string. */
US_MUST us_code us_mask(char **out, const char *text, bool details, us_err *err);

#endif
