#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <jansson.h>

#include "unstick/config.h"
#include "unstick/policy.h"
#include "unstick/run.h"

struct session;

/* One command: help, usage and dispatch come from its row. */
struct cmd {
	const char *name;
	const char *usage;   /* after the name: "NAME", "" */
	const char *summary; /* one line for the list */
	const char *help; /* what --help adds: when to use it, what it never does */
	size_t args;      /* how many words it takes */
	bool takes_command; /* words without end: from the first on all is its own
			     */
	us_db_mode mode;
	us_depth depth; /* of looking into scripts */
	us_code (*run)(struct session *s, us_err *err); /* then it is reported */
	/* Instead of run: everything up to the exit code is its own affair. */
	int (*whole)(struct session *s);
};

extern const struct cmd cmd_status, cmd_audit, cmd_resolve, cmd_start, cmd_explain;
/* "policy check": two words on the command line. */
extern const struct cmd cmd_policy_api, cmd_policy_check, cmd_policy_new,
	cmd_policy_replay;

/* All commands, ending in NULL. */
extern const struct cmd *const commands[];

/* One invocation. */
struct session {
	const struct cmd *cmd;
	const char *group; /* "policy", while its second word is to come */
	us_options options;
	const char *applied, *rolled_back; /* resolve's own */
	const char *record;                /* explain's: the file to write */
	us_strs policies_given;            /* policy replay's files */
	us_strs handlers;                  /* policy new's kinds */
	const char *const *args; /* the command's words; borrowed from argv */
	size_t nargs;
	bool help, version;

	us_config *config;
	us_policies *policies;
	us_run *run;
	json_t *document;
	json_t *cases; /* what the run has come to so far; NULL: nothing yet */
	int status;    /* the exit code */
};

/* ---- options.c ------------------------------------------------------------- */

struct option {
	const char *name;  /* "--format" */
	const char *value; /* "F", or NULL: a flag */
	const char *summary;
	size_t offset; /* into struct session */
	/* The commands that take it, ending in NULL; NULL: every one does. */
	const struct cmd *const *only;
	bool many;     /* may be said again; the field is a us_strs */
	bool variable; /* "UNSTICK_FORMAT" says the same */
};
bool option_goes_with(const struct option *o, const struct cmd *cmd);
extern const struct option options[];
extern const size_t options_len;

/* Fills in what argv says. Reads on after the first mistake, so that --format is
 * known when the mistake is reported. */
US_MUST us_code options_parse(
	struct session *s, int argc, char **argv, us_err *err);

/* ---- help.c ------------------------------------------------------------------ */

void help_print(FILE *out, const struct cmd *cmd); /* NULL: the whole program */

/* ---- document.c ---- */

/* The run's JSON with every key of the contract in its place, as yet null or empty.
 */
json_t *document_new(const char *command);
/* Sets a key; false when out of memory. Takes value over. */
bool document_set(json_t *doc, const char *key, json_t *value);
/* Adds a finding: something worth a person's eye that is no case. */
bool document_add_finding(
	json_t *doc, const char *level, const char *code, const char *message);

/* ---- say.c ---- */

/* One line to stderr: "unstick: ", `before` as it is, and the text with nothing
 * secret in it and nothing that a terminal would obey. */
void say_line(const char *before, const char *text);
/* Such a text. */
void say_add(us_str *out, const char *text);

/* ---- cli.c ------------------------------------------------------------------ */

/* The format asked for, also when the configuration could not be read. */
bool session_wants_json(const struct session *s);
/* The document, and the error if there is one, on stdout and stderr; returns the
 * exit code. */
int report_print(struct session *s, us_code rc, const us_err *err);

/* ---- session.c ---- */

/* Configuration, connection, history, lock file: what every command begins with;
 * the document's database, migrations and history are filled in. */
US_MUST us_code session_open(struct session *s, us_err *err);
/* The configuration only, for commands that ask no database. */
US_MUST us_code session_configure(struct session *s, us_err *err);
US_MUST us_code session_load_policies(struct session *s, us_err *err);
/* The same of another configuration, and without a database to ask. */
US_MUST us_code session_load_policies_offline(
	struct session *s, const us_config *config, us_err *err);
/* us_policies_check() of the session's configuration. */
US_MUST us_code session_check_policies(
	struct session *s, json_t **found, us_err *err);
/* Fills in the history again after something was written. */
US_MUST us_code session_describe(struct session *s, us_err *err);
/* Who holds Prisma's lock, into the document. */
US_MUST us_code session_describe_lock(struct session *s, us_err *err);
/* One line to stderr, unless --quiet. */
void session_warn(const struct session *s, const char *text);
void session_close(struct session *s);
/* Is the server of a version that unstick is tested with? */
bool session_knows_server(const us_db_info *about);

/* ---- before_change.c -----------------------------------------------------------
 */

/* us_progress's; ctx is the session. Says what it runs and passes on what that
 * says, on stderr. */
US_MUST us_code session_before_change(void *ctx, us_err *err);

#endif
