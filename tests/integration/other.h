#ifndef OTHER_H
#define OTHER_H

#include <sys/types.h>

/* Another process at an SQLite file: this program again, executed anew, since
 * SQLite takes all handles of one process (and of its forked children) for one
 * holder. */
typedef struct {
	pid_t pid;
	int leash; /* it ends when this is closed */
} other;

/* For main(): true if this is such a process; its work is then done. */
int other_main(int argc, char **argv);

/* Runs statements in another process; SQLite's primary result code (0, 5 = busy).
 */
int other_runs(const char *path, const char *sql);
/* The same, but it stays there with what it has open until other_end(). */
void other_holds(other *o, const char *path, const char *sql);
void other_end(other *o);
/* It dies at once, as with kill -9. */
void other_dies(other *o);

#endif
