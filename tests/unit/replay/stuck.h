#ifndef STUCK_H
#define STUCK_H

#include "../history/world.h"
#include "unstick/replay.h"
#include "unstick/script.h"

/* A failed migration in a real SQLite file: applied ones before it really ran,
 * every table has three rows, and of the failed one as many statements ran as the
 * test says. All of these end the test on failure. */
typedef struct {
	world w;
	char *file;
	const char *name; /* the case's */
	us_script *script;
	us_config config;
	us_reading r;
} stuck;

void stuck_open(stuck *s);
void stuck_close(stuck *s);

/* Folder, record and effect. */
void stuck_applied(stuck *s, const char *name, const char *script);
/* Three rows for every table that takes them. */
void stuck_seed(stuck *s);
/* Folder, failed record, and the effect of the first k statements, run one by one
 * over one connection that then ends. False if one of them failed. */
bool stuck_failed(stuck *s, const char *name, const char *script, size_t k);
/* Whatever else happened to the file. */
void stuck_run(stuck *s, const char *sql);
/* Fills s->r; once. */
void stuck_read(stuck *s);

/* K as text: "0 1 5", "unknown", "" if nothing fits. Borrowed until the next call.
 */
const char *stuck_k(const stuck *s);
bool stuck_has(const stuck *s, size_t k);

/* ---- the same of any file ---- */

void file_copy(const char *from, const char *to);
void file_run(const char *path, const char *sql);
bool file_run_prefix(const char *path, const us_script *script, size_t k);
void file_seed(const char *path); /* three rows */
void file_seed_rows(const char *path, unsigned rows);

#endif
