#ifndef CLI_START_H
#define CLI_START_H

#include "cmd.h"
#include "unstick/hook.h"

/* What `start` says, by file: lines as things happen (start_log.c), how it ended
 * and what to do about it (start_end.c), figures for Prometheus (start_metrics.c).
 */

/* ---- start_log.c ---- */

typedef struct {
	bool json, quiet;
	const char *run_id; /* borrowed */
} start_log;

/* As asked for on the command line, by the environment or the configuration (NULL:
 * there is none), or what stderr is. */
start_log start_log_of(const struct session *s);
/* A us_event_fn; ctx is a start_log. One write() a line, so that the lines of many
 * containers don't mix. */
void start_log_event(void *ctx, const us_event *e);
/* A us_policy_log_fn. */
void start_log_policy(void *ctx, const char *level, const char *text);

/* ---- start_end.c ---- */

/* How a start went; borrowed. */
typedef struct {
	const us_hook_result *result;
	us_code rc; /* what ended it, and err; US_OK: its result did */
	const us_err *err;
	int stop; /* asked to stop by this signal; 0: not asked */
	int64_t duration_ms;
} start_end;

/* The report where one is wanted, then the last line. Returns the exit code. */
int start_end_tell(struct session *s, const start_log *log, const start_end *end);

/* ---- start_metrics.c ---- */

/* Writes the file whole or not at all. */
US_MUST us_code start_metrics_write(
	const char *path, const start_end *end, int status, us_err *err);

#endif
