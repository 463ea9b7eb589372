#ifndef SQLITE_SCRATCH_H
#define SQLITE_SCRATCH_H

#include <sqlite3.h>

#include "sqlite_tokens.h"

/* A database in memory that scripts are run in. It can't touch the world: an
 * authorizer refuses other files, extensions and what could damage it from within,
 * and every statement is bounded in steps and memory.
 *
 * It holds no rows: statements that only move data are compiled, which tells
 * whether they could run and what they read and write, and not run. Nothing in
 * SQLite makes the schema depend on rows. */

/* What a statement does with a table, as SQLite's authorizer was told. */
typedef struct {
	int action;                 /* SQLITE_READ, _INSERT, _UPDATE, _DELETE */
	const char *table, *column; /* folded; column "" where there is none */
	bool inner;                 /* done by a trigger or inside a view */
} lite_touch;

typedef enum {
	LITE_RAN,      /* really run */
	LITE_COMPILED, /* moves or reads data; could run */
	LITE_FAILED,   /* can't run; `why` is SQLite's message */
	LITE_REFUSED, /* must not, or not to its end; what it would do is unknown */
} lite_outcome;

typedef struct {
	lite_outcome outcome;
	const char *why; /* of what failed or was refused; else NULL */
	bool changes_schema;
	bool writes_rows;
	bool selects;
	bool drops_table;
	bool volatile_words; /* calls what may answer differently next time */
	lite_touch *touches;
	size_t ntouches, cap;
} lite_step;

typedef struct {
	sqlite3 *db;
	us_arena *arena; /* borrowed; what steps say lies in it */
	lite_step *now;  /* of the statement that is being compiled */
	size_t ticks;    /* of the progress handler, for this statement */
	bool run_rows; /* run also what moves data: to try whether twice is once */
} lite_scratch;

/* Foreign keys are on, as in Prisma's engine (libsqlite3-sys is built with
 * SQLITE_DEFAULT_FOREIGN_KEYS=1). s is released with lite_scratch_fini() also if
 * this fails. */
US_MUST us_code lite_scratch_init(lite_scratch *s, us_arena *a, us_err *err);
void lite_scratch_fini(lite_scratch *s);

/* Runs one statement. Fails only for lack of memory. */
US_MUST us_code lite_scratch_run(
	lite_scratch *s, lite_step *out, const char *sql, size_t len, us_err *err);
/* Is a transaction open that the script began? */
bool lite_scratch_in_transaction(const lite_scratch *s);

/* A copy of a database, and a scratch made of it. */
typedef struct {
	unsigned char *bytes; /* sqlite3_free() */
	sqlite3_int64 len;
} lite_image;

US_MUST us_code lite_image_of(lite_image *out, const lite_scratch *s, us_err *err);
US_MUST us_code lite_scratch_from(
	lite_scratch *s, us_arena *a, const lite_image *image, us_err *err);

/* The authorizer (sqlite_permit.c); ctx is the lite_scratch. */
int lite_permit(void *ctx, int action, const char *a, const char *b,
	const char *database, const char *trigger);

#endif
