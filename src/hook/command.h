#ifndef HOOK_COMMAND_H
#define HOOK_COMMAND_H

#include "worker.h"

/* A command of the configuration, run without a shell in a process group of its
 * own, with nothing on stdin and both of its outputs line by line to `line`. */
typedef struct {
	const us_strs *words;
	int64_t timeout_ms, grace_ms;
	us_worker *worker; /* its wish to stop ends the command */
	void (*line)(void *ctx, const char *text);
	void *ctx;
} us_command;

/* How it ended. When this is known nothing of its group is left, but for what even
 * SIGKILL has not ended within a second. */
typedef struct {
	int status;     /* its exit code, 128 + the signal that ended it */
	bool timed_out; /* we ended it, at its time limit */
	bool stopped;   /* we ended it, as we were asked to stop */
} us_command_end;

/* US_E_CONFIG if there is no such program. */
US_MUST us_code us_command_run(
	us_command_end *out, const us_command *c, us_err *err);

#endif
