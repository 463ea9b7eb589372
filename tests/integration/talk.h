#ifndef TALK_H
#define TALK_H

#include "check.h"
#include "cluster.h"
#include "scratch.h"
#include "unstick/db.h"

/* What the integration tests say to a database, and what it says back. Failures end
 * the test. */
us_db *talk_open(const us_url *url, us_db_mode mode);
/* A file, which is created (empty) if it isn't there. */
us_db *talk_open_file(const char *path, us_db_mode mode);

/* For cmocka's setup and teardown: *state is a file's name in a folder of its own,
 * or a database of its own with a session in it. */
typedef struct {
	scratch dir;
	char *path; /* nothing is there yet */
} talk_file;
int talk_file_open(void **state);
int talk_file_close(void **state);

typedef struct {
	cluster_db cluster;
	us_db *db;
} talk_cluster;
int talk_cluster_open(void **state);
int talk_cluster_close(void **state);

void talk_exec(us_db *db, const char *sql);
/* The rows as text: cells joined by '|', NULL as "NULL", a line end after each row.
 */
void talk_expect(us_db *db, const char *sql, const char *rows);
/* The code and SQLSTATE a statement fails with. */
void talk_refused(us_db *db, const char *sql, us_code code, const char *sqlstate);

/* The row callback behind talk_expect(); ctx is a us_str. */
us_code talk_add_row(const us_row *row, void *ctx, us_err *err);

#endif
