#ifndef REPLAYED_H
#define REPLAYED_H

#include "cluster.h"
#include "scratch.h"
#include "unstick/replay.h"

/* A live database, its migrations and its records, all real; and what a replay
 * makes of it. All of these end the test on failure. */
typedef struct {
	cluster_db live;
	scratch tmp;
	const char *migrations; /* where they are; NULL: in tmp */
	us_db *writer;
	us_config config; /* shadow: create, unless the test says otherwise */
	us_script *script;
	us_reading reading;
	unsigned records;
} replayed;

/* cmocka's setup and teardown; *state is a replayed. */
int replayed_open(void **state);
int replayed_close(void **state);

/* As it was when it was opened, for the next of many. */
void replayed_clear(replayed *p);

/* SQL on the live database. */
void replayed_sql(replayed *p, const char *sql);
/* A folder with this script; NULL: none. */
void replayed_folder(replayed *p, const char *name, const char *script);
/* One record, younger than those before it: A(pplied), F(ailed), R(olled back). */
void replayed_record(replayed *p, const char *name, char kind, const char *script);
/* A migration that ran and is recorded. */
void replayed_applied(replayed *p, const char *name, const char *script);
/* The case: its folder and failed record; the first k statements ran. */
void replayed_failed(replayed *p, const char *name, const char *script, size_t k);

/* Reads it all and replays; p->reading is the answer to the last. */
void replayed_look(replayed *p, const char *name);
/* K as text: "2", "1,2", "" for none, "unknown". free(). */
char *replayed_prefixes(const replayed *p);
/* Scratch databases made for this live database that are still there. */
size_t replayed_left(const replayed *p);

#define assert_prefixes(p, want)                                                   \
	do {                                                                       \
		char *got_ = replayed_prefixes(p);                                 \
		if (strcmp(got_, want) != 0)                                       \
			fail_msg("K = {%s}, not {%s}: %s", got_, want,             \
				(p)->reading.why ? (p)->reading.why : "(null)");   \
		free(got_);                                                        \
	} while (0)

#endif
