#ifndef EVAL_LAB_H
#define EVAL_LAB_H

#include <stdbool.h>
#include <stddef.h>

#include "corpus.h"
#include "cut.h"
#include "unstick/str.h"

/* The databases of one project: one in which its history was applied up to some
 * migration, and copies of that in which the next one is tried. At most one copy is
 * there at a time. Behind one table of functions, so that an experiment reads the
 * same on every provider. All of these die() on what can't go wrong. */
typedef struct lab lab;

/* What a copy is made to look like. */
typedef struct {
	const migration *unfinished; /* recorded as begun, and no more */
	size_t place;                /* of it in the history: when it was begun */
	const char *avoid; /* no rows for the tables that this text names */
	bool rows, drift;
} condition;

typedef struct {
	const char *provider;
	void (*cut)(statements *s, const char *script);
	lab *(*open)(const char *where, size_t number); /* see lab_place */
	void (*close)(lab *l);

	/* The history goes on: the whole migration, recorded as finished. False,
	 * and said on stderr, if it couldn't apply something. */
	bool (*advance)(lab *l, const migration *m, size_t place);

	void (*copy)(lab *l, const condition *c);
	void (*discard)(lab *l);
	const char *(*url)(const lab *l); /* of the copy, as DATABASE_URL */

	/* On the copy, in one session. False: it failed, and *why is the caller's.
	 */
	bool (*run)(lab *l, const char *sql, char **why);
	/* What a query finds in its first column, in the order of the bytes;
	 * nothing if it fails. */
	void (*values)(lab *l, const char *sql, us_strs *found);
	bool (*in_transaction)(lab *l);
	void (*new_session)(lab *l); /* what was not committed is gone */
	/* Makes the newest index what a CREATE INDEX CONCURRENTLY that failed
	 * leaves. False: that can't happen here. */
	bool (*spoil_index)(lab *l);
	/* So that nobody takes our session for one that is still at the script. */
	void (*rest)(lab *l);
	/* free() both. rows: one line a table, "name count digest". */
	char *(*fingerprint)(lab *l);
	char *(*rows)(lab *l);
} lab_ops;

struct lab { /* first in every provider's own */
	const lab_ops *ops;
};

/* `where`: PostgreSQL: the server's socket directory; SQLite: a scratch directory.
 * `number` tells labs that are open at once apart. */
extern const lab_ops lab_postgres, lab_sqlite;

/* NULL if there is none for the provider. */
const lab_ops *lab_for(const char *provider);

/* An empty database for unstick's own use, on the server of lab number. free(). */
char *postgres_shadow(const char *where, size_t number);

/* A new random-looking id, the same for the same record of the history. free(). */
char *record_id(size_t place);

#endif
