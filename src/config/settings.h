#ifndef US_SETTINGS_H
#define US_SETTINGS_H

#include <stdint.h>

#include "env.h"
#include "said.h"
#include "unstick/config.h"

/* What unstick.yaml and the UNSTICK_ variables say, while it is being gathered, and
 * the one table of all that can be said. Private to src/config. */
typedef struct {
	us_config config;
	us_said database_url, shadow_url;
	char *schema;      /* path, or NULL */
	char *migrations;  /* path, or NULL */
	int deploy_when;   /* 1: always */
	us_strs *mistakes; /* us_options.mistakes */
	int format, evidence, pooler, shadow, on_unresolved; /* index of the word */
	int log_format;                                      /* likewise */
} us_settings;

/* One value, and where it stands. */
typedef struct {
	const char *file; /* unstick.yaml; NULL: an environment variable */
	int line;
	const char *key;       /* "start.deploy", or the variable's name */
	const char *text;      /* NULL: a list or a mapping */
	bool plain;            /* not quoted */
	const char *base;      /* where relative paths start */
	void *document, *node; /* libyaml's; NULL for a variable */
	us_strs *mistakes;     /* us_options.mistakes */
} us_value;

/* US_E_CONFIG: "unstick.yaml:12: `deadline` <text>", "UNSTICK_DEADLINE <text>". */
us_code us_value_fail(const us_value *v, us_err *err, const char *fmt, ...)
	US_PRINTF(3, 4);

typedef struct us_key us_key;
struct us_key {
	const char *name;     /* in unstick.yaml; NULL: only a variable */
	const char *variable; /* NULL: only in unstick.yaml */
	us_code (*set)(
		const us_key *key, void *slot, const us_value *v, us_err *err);
	size_t slot; /* offset in us_settings */
	int64_t min, max;
	const char *const *words;
	bool early; /* decides which .env is read, so .env can't say it */
};

/* Every key and variable but UNSTICK_CONFIG. */
const us_key *us_keys(size_t *n);

/* What a run is told when nobody says anything. */
US_MUST us_code us_settings_init(us_settings *s, us_err *err);
void us_settings_fini(us_settings *s);

/* The UNSTICK_ variables that are `early`, or all others. An empty one says
 * nothing: that is how compose files leave a variable out. */
US_MUST us_code us_settings_environment(
	us_settings *s, const us_env *env, bool early, us_err *err);

/* Reads unstick.yaml. */
US_MUST us_code us_settings_file(us_settings *s, const char *path, us_err *err);

/* Setters of the keys that have the shape of lists (settings_yaml.c). */
us_code us_set_command(
	const us_key *key, void *slot, const us_value *v, us_err *err);
us_code us_set_policies(
	const us_key *key, void *slot, const us_value *v, us_err *err);

void us_policy_file_fini(us_policy_file *p);

/* A text value without NULs; refuses lists, mappings and nothing at all. */
US_MUST us_code us_value_text(const us_value *v, us_err *err);

#endif
