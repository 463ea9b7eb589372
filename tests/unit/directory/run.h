#ifndef RUN_H
#define RUN_H

/* Runs argv[0] (from PATH) in `folder` and returns what it printed, the caller's;
 * NULL if there is no such program. Fails the test if the program fails. */
char *run(const char *folder, const char *const *argv);

#endif
