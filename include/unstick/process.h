#ifndef US_PROCESS_H
#define US_PROCESS_H

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "unstick/stop.h"
#include "unstick/url.h"

/* Other programs: the commands of the configuration, and the application. None of
 * them is ever run by a shell. */

/* ---- who runs commands ------------------------------------------------------- */

/* What a process that runs them was started with, and what ends them early. */
typedef struct {
	us_stop stop;   /* ends the command that runs */
	sigset_t mask;  /* what we were started with, and commands start with */
	sigset_t usual; /* signals that are ours to handle, not the commands' */
	/* Told the process group of the command that runs, then 0: for somebody who
	 * ends it if we can't. NULL: there is nobody. */
	_Atomic(pid_t) *group;
} us_runner;

/* The signals that stop a program, without those that we were started to ignore
 * (nohup): they stay ignored. */
void us_stop_signals(sigset_t *out);

/* For whoever has no supervisor: from here to us_guest_end() these signals are
 * runner.stop's wish. Then they are what they were, and one that came does what it
 * would have done: most likely this process ends. */
typedef struct {
	us_runner runner;
	struct sigaction child; /* as it was */
} us_guest;

US_MUST us_code us_guest_begin(us_guest *g, us_err *err);
void us_guest_end(us_guest *g);

/* ---- a command --------------------------------------------------------------- */

/* Run in a process group of its own, with nothing on stdin and both of its outputs
 * line by line to `line`. All borrowed. */
typedef struct {
	const us_strs *words;
	const us_strs *environment; /* NULL: ours */
	int64_t timeout_ms, grace_ms;
	const us_runner *runner;
	void (*line)(void *ctx, const char *text);
	void *ctx;
} us_command;

/* How it ended. When this is known nothing of its group is left, but for what even
 * SIGKILL has not ended within a second. */
typedef struct {
	int status; /* its exit code, 128 + the signal that ended it, or: */
#define US_NEVER_RAN (-1)
	bool timed_out; /* we ended it, at its time limit */
	bool stopped;   /* we ended it, as we were asked to stop */
} us_command_end;

/* US_E_CONFIG if there is no such program. */
US_MUST us_code us_command_run(
	us_command_end *out, const us_command *c, us_err *err);

/* "done", "was ended at its time limit,": its end in the middle of a sentence. */
const char *us_command_end_words(const us_command_end *end);
/* Its words with blanks between them, for people. */
void us_command_add_line(us_str *out, const us_strs *words);

/* What its end means where it had to go well: US_E_STOPPED, US_E_LOCK at the time
 * limit (`key` of the configuration), US_E_IO for an exit code but 0. */
US_MUST us_code us_command_judge(const us_command_end *end, const char *what,
	const char *key, int64_t timeout_ms, us_err *err);

/* Our environment, in which libpq's own variables lead a program of PostgreSQL's
 * (pg_dump) to this database. For another provider it is just ours. Holds secrets;
 * *out is the caller's. */
US_MUST us_code us_environment_for(us_strs *out, const us_url *url, us_err *err);

/* ---- the application --------------------------------------------------------- */

/* Becomes the program, found as execvp() finds it but never run by a shell:
 * same process, same environment. Returns only if it can't: 127 (not found) or
 * 126, as shells do. */
int us_become(const char *const *words, us_err *err);

#endif
