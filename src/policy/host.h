#ifndef HOST_H
#define HOST_H

#include <jansson.h>
#include <lua.h>

#include "unstick/policy.h"
#include "watchdog.h"

/* One policy file in its own Lua state, behind protected calls.
 *
 * Lua raises by longjmp, so functions of this folder are of two kinds and no
 * function is both: p_* run inside a protected call, may raise, and own no C
 * memory; all others run outside (or are called by p_* and never raise) and may own
 * memory. */
typedef struct us_host us_host;
struct us_shape; /* shape.h */

/* What the hosts of a run have in common. */
typedef struct {
	us_limits limits;
	us_policy_outside outside;
	us_db *conn;           /* NULL until a policy asks for it */
	us_watchdog *watchdog; /* NULL: nobody watches */
	bool trace;            /* what handlers read is noted */
	/* Is told of mistakes in a policy's table, so that loading goes on and
	 * finds the others too; NULL: the first one is an error. */
	void (*mistake)(void *ctx, const char *file, int line, const char *text);
	void *mistake_ctx;
} us_host_run;

/* A policy's text and where it comes from. Borrowed for the call. */
typedef struct {
	const char *name; /* as verdicts and messages name it */
	const char *text;
	size_t len;
	const char *folder; /* what `require` can see; NULL: nothing */
	json_t *with;       /* its settings, or NULL */
	/* Where they stand: unstick.yaml or NULL, the policy's line in there, and
	 * those of its settings by name (or NULL). */
	const char *settings_file;
	int line;
	const json_t *with_lines;
} us_host_source;

/* *out is the caller's; run must outlive it. US_E_POLICY names file and line. */
US_MUST us_code us_host_new(
	us_host **out, const us_host_source *source, us_host_run *run, us_err *err);
void us_host_free(us_host *h);
/* The same of a file, or (for the Lua module) of "builtin:NAME". policies.c */
US_MUST us_code us_host_open(us_host **out, const us_config *config,
	const us_policy_file *f, us_host_run *run, us_err *err);

/* Asks this policy. Whatever goes wrong in it is a verdict; only NOMEM is an error.
 */
US_MUST us_code us_host_decide(us_host *h, us_case_kind kind, const json_t *kase,
	us_verdict *out, us_err *err);

/* ---- between the files of this folder ---------------------------------- */

typedef enum {
	US_WITHIN_LIMITS,
	US_OUT_OF_MEMORY,
	US_OUT_OF_INSTRUCTIONS,
	US_OUT_OF_TIME,
} us_limit;

#define US_HANDLERS (US_CASE_KINDS + 1) /* one a kind, then `any` */
#define US_HANDLER_ANY US_CASE_KINDS

struct us_host {
	lua_State *L; /* NULL once poisoned */
	us_host_run *run;
	char *name;
	char *chunk; /* the name Lua knows the text by: "@file" or "=builtin:..." */
	char *folder;
	json_t *with;
	json_t *declared;            /* the settings it says it has, or NULL */
	struct us_shape *with_shape; /* their names, or NULL */
	bool unsettled;              /* they are wrong, and that was told */
	int handlers[US_HANDLERS];   /* registry references; LUA_NOREF if absent */
	int lines[US_HANDLERS];      /* where each begins */

	size_t used; /* bytes the state holds */

	/* of the call that is running */
	const char *about; /* the case's name; NULL while the policy is loaded */
	uint64_t instructions;
	int64_t started_ms;
	us_limit limit; /* the one that was run past: stays set */
	unsigned long
		call; /* values of the case are good during their own call only */
	int line;    /* where in the policy's own file something went wrong, or 0 */
	char *trace; /* and how it got there */
	size_t logged;   /* messages so far */
	size_t connects; /* tries so far */
	json_t *reads;   /* paths of what was read, as keys; NULL: not traced */
	bool slip; /* a name was asked for that is never there, whatever the case */

	us_err poison; /* what the limit said when it fired */
};

us_host *us_host_of(lua_State *L);

/* What frozen tables answer to a name they don't have. */
typedef enum { US_MISSING_IS_NIL, US_MISSING_RAISES } us_missing;

#define US_CALL_FOREVER 0UL /* for values that don't expire */

/* table.c */
/* The handler of this name, or -1. */
int us_handler_index(const char *name);
/* The one that is asked about this kind; the policy may not have it, either. */
int us_host_handler(const us_host *h, us_case_kind kind);
/* Takes the handlers out of the table on top of the stack. */
void p_table_read(lua_State *L);

/* limits.c */
void *us_limits_alloc(void *host, void *block, size_t old_size, size_t new_size);
US_MUST us_code us_limits_begin(us_host *h, us_err *err);
void us_limits_end(us_host *h);
/* The time between these two isn't the policy's: connecting, and writing down its
 * remarks. */
int64_t us_limits_pause(us_host *h);
void us_limits_resume(us_host *h, int64_t paused_ms);
void us_limits_trip(us_host *h, us_limit limit);
/* How long the call may still run, at least 1. */
int64_t us_limits_left_ms(const us_host *h);
void us_limits_describe(const us_host *h, us_err *err);
void p_limits_charge(lua_State *L, uint64_t instructions);
int p_pcall(lua_State *L);
int p_xpcall(lua_State *L);

/* bounded.c: take Lua's own as their upvalue */
int p_bounded_format(lua_State *L);
int p_bounded_rep(lua_State *L);
int p_bounded_move(lua_State *L);
int p_bounded_tostring(lua_State *L);
/* Replaces the value at idx by its text, which shows no address. */
void p_show(lua_State *L, int idx);

/* sandbox.c */
void p_sandbox_open(lua_State *L);
/* Turns the chunk on top of the stack into one that sees the sandbox only. */
void p_sandbox_enter(lua_State *L);
/* Replaces the table on top of the stack by a read-only view of it. */
void p_freeze(lua_State *L, const char *what, us_missing missing);

/* require.c */
int p_require(lua_State *L);

/* case.c */
void p_case_open(lua_State *L);
/* A text of the case that is longer reaches Lua cut, and says so at its end. */
#define US_VALUE_TEXT_MAX (64UL * 1024)
/* shape NULL: any names are fine; call: the value's life, see us_host.call. */
void p_push_json(lua_State *L, const json_t *json, const struct us_shape *shape,
	unsigned long call);
int p_next(lua_State *L);
/* What is on top of the stack is called this when reads are traced. */
void p_name_value(lua_State *L, const char *path);

/* verdict.c */
void p_verdict_open(lua_State *L);
/* Copies the answer on top of the stack; raises if it isn't one. `handler` is the
 * stack index of the function that gave it. */
void p_verdict_read(lua_State *L, int handler, us_verdict *out);

/* settings.c: `settings` of a policy's table, and what unstick.yaml says of them.
 */
/* Checks the declaration (h->declared), then the source's settings against it, and
 * makes h->with and h->with_shape of them. Mistakes go to run->mistake. */
US_MUST us_code us_settings_apply(
	us_host *h, const us_host_source *source, us_err *err);

/* trace.c */
void us_trace_read(us_host *h, const char *path);
/* Adds what this host just said to the trace, an array. */
US_MUST us_code us_trace_add(json_t *trace, const us_host *h, us_case_kind kind,
	const us_verdict *v, us_err *err);

/* log.c */
void p_log_open(lua_State *L);

/* db.c */
void p_db_open(lua_State *L);
void p_push_db(lua_State *L);

/* read.c: a policy's or a module's file; US_E_POLICY names it. */
US_MUST us_code us_policy_read(
	char **out, size_t *len, const char *path, us_err *err);

/* text.c: what policies say is shown on terminals and in JSON. Appends it as valid
 * UTF-8 without control characters, at most max bytes, cut with an ellipsis. */
void us_policy_text(us_str *out, const char *bytes, size_t n, size_t max);
#define US_POLICY_TEXT_MAX 2000
#define US_POLICY_TRACE_MAX 8000 /* of a traceback, whose names are a policy's */

/* sql.c: is this a statement that db:query sends? What it refuses is in
 * docs/policies.md. On SQLite only running it tells, given us_sql_denied. */
US_MUST us_code us_sql_check(
	const char *sql, size_t len, bool postgresql, us_err *err);
bool us_sql_denied(const char *function);
size_t us_sql_denied_count(void); /* names and forms of names */

/* check.c */
typedef struct us_checkup us_checkup;
/* A mistake, unless the same was told before. */
void us_checkup_tell(us_checkup *c, const char *level, const char *file, int line,
	const char *fmt, ...) US_PRINTF(5, 6);

/* try.c: every handler is asked about every sample case of its kind. */
US_MUST us_code us_checkup_try(
	us_checkup *c, us_host *const *hosts, size_t n, us_err *err);

/* builtin.c */
typedef struct {
	const char *name; /* "timeout", "builtin.words" */
	const char *text;
	size_t len;
} us_builtin;
const us_builtin *us_builtins(size_t *n);
const us_builtin *us_builtin_module(const char *name); /* or NULL */

#endif
