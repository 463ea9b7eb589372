#ifndef HOOK_WORKER_H
#define HOOK_WORKER_H

#include "unstick/hook.h"
#include "unstick/process.h"

/* Private to src/hook. */
struct us_worker {
	us_runner runner; /* its group is shared with the supervisor */
};

#endif
