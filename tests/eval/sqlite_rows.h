#ifndef EVAL_SQLITE_ROWS_H
#define EVAL_SQLITE_ROWS_H

#include <sqlite3.h>

/* What is put into a SQLite file before it is tried, and what is read from it
 * after. */

/* die()s on an error, like all of these. */
void sqlite_must(sqlite3 *db, const char *sql);

/* Three rows in every table but those that the text of `avoid` names; best effort:
 * what refuses them stays empty. */
void sqlite_seed(sqlite3 *db, const char *avoid);

/* What somebody did by hand: a table, and on tables the script names as well as on
 * another one a column and an index. */
void sqlite_drift(sqlite3 *db, const char *script);

/* See lab_ops. */
char *sqlite_fingerprint(sqlite3 *db);
char *sqlite_rows(sqlite3 *db);

#endif
