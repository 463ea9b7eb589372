#ifndef US_ERR_H
#define US_ERR_H

#define US_MUST __attribute__((warn_unused_result))
#define US_PRINTF(f, a) __attribute__((format(printf, f, a), cold))

/* What the caller should do next, not what went wrong in detail. */
typedef enum {
	US_OK = 0,
	US_E_NOMEM,
	US_E_IO,
	US_E_USAGE,     /* the command line: exit 64 */
	US_E_CONFIG,    /* the user can fix it, or we don't support it: exit 78 */
	US_E_CONNECT,   /* no database to talk to: exit 69 */
	US_E_LOCK,      /* a lock or the deadline was not met: exit 75 */
	US_E_DB,        /* see us_err.sqlstate */
	US_E_DIRECTORY, /* the migrations directory is not what Prisma writes */
	US_E_POLICY,    /* a policy raised, or returned nonsense */
	US_E_LIMIT,     /* a policy ran past its memory, step or time budget */
	US_E_PRISMA,    /* Prisma would refuse it too: see us_err.prisma */
	US_E_REFUSED,   /* the guard refused, or the state moved: exit 3 */
	US_E_STOPPED, /* asked to stop from outside, nothing left undone: exit 1 */
	US_E_UNKNOWN, /* a commit's outcome could not be found out: exit 1 */
} us_code;

/* Lives on the caller's stack; never allocates, so it can report NOMEM. A message
 * that doesn't fit ends in an ellipsis; texts that must not be cut (a traceback, a
 * server's whole answer) travel beside it, owned. */
typedef struct {
	us_code code;
	char sqlstate[6]; /* "" unless the database said one */
	char prisma[6];   /* "P3008", or "" */
	char msg[1000];
} us_err;

/* Set *err (NULL is allowed). */
void us_err_set(us_err *err, us_code code, const char *fmt, ...) US_PRINTF(3, 4);
void us_err_set_prisma(us_err *err, const char *prisma, const char *fmt, ...)
	US_PRINTF(3, 4);

/* The same and be the code, so that callers can write `return us_fail(err, US_E_IO,
 * ...)`. Macros, so that static analysis sees that a failure is never US_OK. */
#define us_fail(err, code, ...) (us_err_set((err), (code), __VA_ARGS__), (code))
/* With one of Prisma's own codes ("P3008"). */
#define us_fail_prisma(err, prisma, ...)                                           \
	(us_err_set_prisma((err), (prisma), __VA_ARGS__), US_E_PRISMA)

/* Prefix what is already there: "reading 20240101_init: <old>". */
us_code us_context(us_err *err, const char *fmt, ...) US_PRINTF(2, 3);

/* The exit status a run ends with when this is what ended it. */
int us_code_exit(us_code code);

#endif
