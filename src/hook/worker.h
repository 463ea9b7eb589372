#ifndef HOOK_WORKER_H
#define HOOK_WORKER_H

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "unstick/hook.h"

/* Private to src/hook. */
struct us_worker {
	us_stop stop;
	sigset_t mask;  /* what we were started with, and commands start with */
	sigset_t usual; /* signals that are ours to handle, not the commands' */
	/* The process group of the command that runs, or 0: shared with the
	 * supervisor, which ends it if the worker can't. */
	_Atomic(pid_t) *group;
};

#endif
