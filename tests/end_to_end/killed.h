#ifndef KILLED_H
#define KILLED_H

#include <stdbool.h>

#include "project.h"

/* Runs the program and kills it (SIGKILL) as it enters its n-th system call, from
 * 1, of those that can change anything for others: what it sends to and hears from
 * a server, or writes to, syncs, locks and unlinks on a disk. No timing: the same n
 * is the same place. False if it ended before that. Skips the test where a process
 * may not be traced. `words` ends in NULL. */
bool killed_at(const project *p, size_t n, const char *const *words);

#endif
