#ifndef US_POLICY_H
#define US_POLICY_H

#include <stddef.h>

#include "unstick/config.h"
#include "unstick/db.h"
#include "unstick/evidence.h"
#include "unstick/verdict.h"

struct json_t; /* jansson's */

/* The policies of a run, in the order they are asked. No lua.h in sight. */
typedef struct us_policies us_policies;

/* How a policy reaches the database: opened when first used, read-only. */
typedef struct {
	us_code (*open)(us_db **out, void *ctx, us_err *err);
	void *ctx;
} us_policy_db;

/* Where log.info and log.warn go. */
typedef void us_policy_log_fn(void *ctx, const char *level, const char *text);

/* Told when a call has run past its time and nothing can interrupt it: a function
 * of Lua's library is at work (a search with a malicious pattern), or a server that
 * doesn't answer. Called from a thread of its own, while whoever loads or decides
 * is still inside that call and comes out of it only after this has returned: what
 * they own stays as it is. Meant to end the process; if it returns, the call goes
 * on, and ends in a limit whenever the function does. */
typedef void us_policy_overrun_fn(void *ctx, const us_err *why);

/* What policies have of the world. */
typedef struct {
	us_policy_db db;
	us_policy_log_fn *log;         /* NULL: remarks go nowhere */
	us_policy_overrun_fn *overrun; /* NULL: nobody watches */
	void *ctx;                     /* of log and overrun */
} us_policy_outside;

/* Loads the project's own files, then the built-in ones (if configured). A file
 * that doesn't load is US_E_POLICY naming file and line. *out is the caller's. */
US_MUST us_code us_policies_load(us_policies **out, const us_config *config,
	const us_policy_outside *outside, us_err *err);
void us_policies_free(us_policies *p);

/* Asks the policies for a case of this kind, given as the JSON's case object (see
 * view.h) with `now` and `history`; borrowed for the call. The first answer that is
 * not nil counts; none: out->given is false. A policy that raises, runs past a
 * limit or answers nonsense is a verdict too: stop, with file, line and traceback.
 */
US_MUST us_code us_policies_decide(us_policies *p, us_case_kind kind,
	const struct json_t *kase, us_verdict *out, us_err *err);

/* A case object from a file has the types that policies are promised. US_E_CONFIG
 * names the first value that has not by its path, "case.evidence.prefixes[0]"; what
 * a later version may have added is passed over. */
US_MUST us_code us_case_check(const struct json_t *kase, us_err *err);

/* With config->trace: how the last decision came about, an array with an entry for
 * each policy that was asked (docs/json.md, "Trace"); NULL otherwise. Borrowed
 * until the next one. */
const struct json_t *us_policies_trace(const us_policies *p);

/* Loads every policy that is configured and tries its handlers on sample cases,
 * without a database. *out, the caller's, gets `policies` (each with its file,
 * handlers and settings) and `mistakes` (level: error, warning, note; file, line,
 * message). Not loading is a mistake here, no error. Of what is outside, only the
 * overrun is used. */
US_MUST us_code us_policies_check(struct json_t **out, const us_config *config,
	const us_policy_outside *outside, us_err *err);

/* The handlers' names, by kind; NULL past the last. The one for all kinds comes
 * last. */
const char *us_policy_handler(size_t i);

/* The definitions of all that a policy can see, for lua-language-server. */
const char *us_policy_api(void);

#endif
