#ifndef WORLD_H
#define WORLD_H

#include "scratch.h"
#include "unstick/db.h"
#include "unstick/history.h"

/* A migrations directory and a ledger in a SQLite file, both real, both made by
 * hand; and their history. All of these end the test on failure. */
typedef struct {
	scratch tmp;
	us_db *db;
	us_directory *dir;
	us_ledger *led;
	us_history *history;
	unsigned records;
} world;

/* cmocka's setup and teardown; *state is a world. */
int world_setup(void **state);
int world_teardown(void **state);
/* The same for tests that need several. */
void world_init(world *w);
void world_fini(world *w);

/* A folder with this script; NULL: without one. */
void world_folder(world *w, const char *name, const char *script);

/* One record, younger than those before it. Its kind is A(pplied), F(ailed),
 * R(olled back) or B(oth finished and rolled back); its checksum is that of the
 * script. */
void world_record(world *w, const char *name, char kind, const char *script);
/* The same with the checksum column's value itself. */
void world_record_stored(
	world *w, const char *name, char kind, const char *checksum);
/* Any statement on the ledger. */
void world_sql(world *w, const char *sql);

/* Reads it all; call it once. */
const us_history *world_load(world *w);

#endif
