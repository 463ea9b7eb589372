#ifndef US_DRIVER_H
#define US_DRIVER_H

#include "unstick/db.h"

/* What the drivers share, and the drivers themselves. */
extern const us_db_ops us_db_postgres;
extern const us_db_ops us_db_sqlite;

/* Appends a server's or library's text as one line: errors are read in logs, line
 * by line. Lines are joined by "; ", continuation lines (they are indented) by a
 * blank. */
void us_db_fold(us_str *out, const char *text);

#endif
