#ifndef CLUSTER_H
#define CLUSTER_H

#include "unstick/url.h"

/* A fresh, empty database on a throw-away PostgreSQL: the one with_cluster started
 * (US_TEST_PG is its URL), else one that this program starts on first use. All of
 * these end the test on failure. */
typedef struct {
	char *url;    /* as DATABASE_URL; the role is a superuser */
	char *name;   /* the database */
	char *socket; /* the server's socket directory */
	us_url parts; /* the same for us_db_open(); borrowed from this struct */
} cluster_db;

/* Ends the program as skipped where no PostgreSQL is installed. */
void cluster_db_open(cluster_db *db);
/* Drops it, whoever is still connected. */
void cluster_db_close(cluster_db *db);
/* The same for cmocka: *state is a cluster_db. */
int cluster_db_setup(void **state);
int cluster_db_teardown(void **state);

/* Ends the whole program as skipped, saying why: cmocka's skip() doesn't work in a
 * fixture. */
_Noreturn void skip_program(const char *why);

/* SQL text, as many statements as it likes, over a connection of its own. */
void cluster_exec(const cluster_db *db, const char *sql);
/* Ends the other sessions of the database that are so (a condition on
 * pg_stat_activity), and waits until they are gone, which pg_terminate_backend()
 * does by itself only from PostgreSQL 14 on. */
void cluster_terminate(const cluster_db *db, const char *which);
/* The first cell of a query; NULL for SQL NULL or no row. free(). */
char *cluster_value(const cluster_db *db, const char *sql);

#endif
