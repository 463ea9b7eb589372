#ifndef DATABASE_H
#define DATABASE_H

#include "project.h"

/* The test's own way to a project's database, past unstick. All of these end the
 * test on failure. */

/* As many statements as it likes. */
void db_exec(const project *p, const char *sql);
/* The same for what the database has to refuse; what came before stays as it would.
 */
void db_refuses(const project *p, const char *sql);
/* An array of rows, each an array of texts or nulls. The caller's. */
json_t *db_rows(const project *p, const char *sql);
/* The first cell of the first row; NULL for NULL or no row. free(). */
char *db_value(const project *p, const char *sql);

/* All of _prisma_migrations as it stands, in Prisma's order; json_null() if there
 * is no such table. The caller's. */
json_t *db_ledger(const project *p);

/* A session that stays: somebody else at the same database. */
typedef struct session session;

session *session_open(const project *p);
void session_exec(session *s, const char *sql);
/* Sends a statement that will have to wait, and doesn't wait for it. PostgreSQL
 * only. */
void session_send(session *s, const char *sql);
int session_pid(const session *s); /* of its backend; PostgreSQL only */
void session_close(session *s);

/* Returns once a query's only cell is true. For what another process is about to
 * do: asking is all the waiting there is; gives up after some 20 s. */
void db_until(const project *p, const char *sql);

#endif
