#ifndef RUN_H
#define RUN_H

#include <jansson.h>
#include <sys/types.h>

#include "project.h"

/* Runs the built program in a project's folder, with nothing in its environment but
 * DATABASE_URL and what the project says. Every run is held to what is true of all
 * of them: no sanitizer report, no secret in any byte it prints, and with --format
 * json (added here) exactly one object on stdout, as contract.h has it, which
 * agrees with the exit code. All of these end the test on failure. Word lists end
 * in NULL.
 */

/* For `exit` below: whatever it is, the report says the same. */
enum { ANY = -1 };

/* The report; borrowed from p until its next run, as are p->out and p->err. Ends
 * the test unless the exit code is `exit`. */
json_t *unstick(project *p, int exit, const char *word, ...)
	__attribute__((sentinel));
/* The same without --format json; what it printed to stdout. */
const char *unstick_text(project *p, int exit, const char *word, ...)
	__attribute__((sentinel));

/* In two steps, for a run that is to meet somebody on its way. */
typedef struct {
	pid_t pid;
	int out, err; /* our ends of its stdout and stderr */
	char *said;   /* on stderr so far */
} running;

void unstick_start(project *p, running *r, const char *word, ...)
	__attribute__((sentinel));
/* Returns when stderr has said this. */
void unstick_says(running *r, const char *text);
/* Waits for its end. */
json_t *unstick_ends(project *p, running *r, int exit);
/* The same without --format json, of any program; NULL is unstick. */
void run_start(
	project *p, running *r, const char *program, const char *const *words);
/* Waits for its end; what it printed to stdout. */
const char *run_ends(project *p, running *r, int exit);
/* Waits for its end by a signal, and says which. */
int unstick_dies(project *p, running *r);
/* Kills it with SIGKILL. */
void unstick_kill(running *r);
/* In a child of the test: becomes the program. */
_Noreturn void unstick_become(const project *p, const char *const *said);

/* A report's part by a path like "cases.0.verdict"; borrowed, never NULL. */
json_t *part(const json_t *report, const char *path);
/* The report has (at least) this: objects by their keys, arrays element by element,
 * a text that begins with ~ anywhere in the actual text. Written with ' for ". */
void expect(const json_t *report, const char *wanted);
void expect_json(const json_t *actual, const json_t *wanted);

#endif
