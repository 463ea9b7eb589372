#ifndef US_CONFIG_H
#define US_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unstick/stop.h"
#include "unstick/str.h"
#include "unstick/url.h"

struct json_t; /* jansson's */

typedef enum { US_FORMAT_TEXT, US_FORMAT_JSON } us_format;
/* What a start logs: AUTO is text on a terminal, JSON elsewhere. */
typedef enum { US_LOG_AUTO, US_LOG_TEXT, US_LOG_JSON } us_log_format;
typedef enum { US_PROVIDER_CATALOG, US_PROVIDER_REPLAY } us_evidence_choice;
typedef enum { US_POOLER_REFUSE, US_POOLER_SESSION } us_pooler;
typedef enum { US_SHADOW_OFF, US_SHADOW_CREATE } us_shadow;
typedef enum { US_UNRESOLVED_STOP, US_UNRESOLVED_START } us_unresolved;

/* A policy file the project lists, in the order they are asked. */
typedef struct {
	char *path;                /* usable from the working directory */
	struct json_t *with;       /* its settings (an object), or NULL */
	struct json_t *with_lines; /* in unstick.yaml, by their names; or NULL */
	int line;                  /* in unstick.yaml; 0 if not from there */
} us_policy_file;

/* Budgets of one call into a policy. */
typedef struct {
	size_t memory_bytes;
	uint64_t instructions;
	int64_t wall_ms;
} us_limits;

/* What the command line said; NULL and false where it said nothing. Borrowed. */
typedef struct {
	const char *database_url, *migrations, *schema, *config, *format, *evidence;
	const char *log_format, *metrics;
	bool quiet, verbose, trace;
	/* The command asks no database: no URL and no migrations are looked for. */
	bool offline;
	/* Where mistakes in unstick.yaml are put, so that the rest of it is read
	 * all the same; NULL: the first one ends it. */
	us_strs *mistakes;
} us_options;

/* Everything a run is told, from flags, environment, .env, unstick.yaml,
 * schema.prisma and prisma.config.*, in that order. Immutable once loaded. */
typedef struct {
	us_url url;
	char *url_source; /* for messages: "DIRECT_URL (.env)", never the URL itself
			   */
	char *migrations; /* the migrations directory, from the working directory */
	char *schema;     /* schema.prisma, or NULL if there is none */
	char *provider;   /* schema.prisma's provider, or NULL */
	char *file;       /* the unstick.yaml that was read, or NULL */

	us_format format;
	us_evidence_choice evidence;
	bool quiet, verbose;
	bool trace; /* decisions are traced: see us_policies_trace() */

	char *prisma_engine; /* "6.19" when stated; NULL otherwise */
	us_policy_file *policies;
	size_t policies_len;
	/* Mistakes in unstick.yaml were put aside (us_options.mistakes), and what
	 * they are about is not here. */
	bool incomplete;
	bool builtin;
	bool allow_override;
	int attempts;
	us_pooler pooler;
	int64_t deadline_ms;
	int64_t lock_timeout_ms;      /* of statements that actions run; 0 = none */
	int64_t statement_timeout_ms; /* likewise */
	char *shadow_url;             /* secret; NULL if none */
	us_shadow shadow;
	us_strs before_change; /* a command's words; empty if none */
	int64_t before_change_timeout_ms;
	us_unresolved on_unresolved;
	us_limits limits;
	struct {
		us_strs generate; /* empty: off */
		us_strs deploy;
		bool deploy_always; /* deploy_when: always */
		int64_t timeout_ms;
		int64_t grace_ms;
		us_log_format log_format;
		char *metrics; /* a file; NULL: none */
	} start;

	bool lock_disabled; /* PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK, as Prisma reads
			       it */
	us_strs warnings;   /* for the user, in the order they came up */

	/* Who may end a run before its time; NULL: nobody. Read from nowhere:
	 * whoever loads the configuration says it. Borrowed. */
	const us_stop *stop;
} us_config;

/* *out is the caller's. Reads the environment through getenv(). Any mistake in a
 * file is US_E_CONFIG naming file, line, key and the nearest known key or value. */
US_MUST us_code us_config_load(us_config **out, const us_options *opt, us_err *err);
void us_config_free(us_config *c);

#endif
