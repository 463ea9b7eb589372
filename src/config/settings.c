/* All that can be configured: one table, a row a key. */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/file.h"

us_code us_value_fail(const us_value *v, us_err *err, const char *fmt, ...)
{
	US_AUTO(auto_str) char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	if (v->file)
		return us_fail(err, US_E_CONFIG, "%s:%d: `%s` %s", v->file, v->line,
			v->key, text);
	return us_fail(err, US_E_CONFIG, "%s %s", v->key, text);
}

us_code us_value_text(const us_value *v, us_err *err)
{
	if (!v->text)
		return us_value_fail(
			v, err, "has to be one value, not a list of them");
	if (*v->text == '\0' || (v->plain && v->file &&
					(strcmp(v->text, "~") == 0 ||
						strcmp(v->text, "null") == 0)))
		return us_value_fail(v, err, "has no value");
	return US_OK;
}

/* Digits, then a unit of `units`; -1 if it is anything else. */
static int64_t number_with_unit(const char *text, const char *const *units,
	const int64_t *factors, size_t n, int64_t max)
{
	char *end;
	long long value;

	if (!isdigit((unsigned char)text[0]))
		return -1;
	errno = 0;
	value = strtoll(text, &end, 10);
	for (size_t i = 0; errno == 0 && i < n; i++)
		if (strcmp(end, units[i]) == 0)
			return value <= max / factors[i] ? value * factors[i] : -1;
	return -1;
}

static us_code set_duration(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	static const char *const units[] = { "ms", "s", "m", "h" };
	static const int64_t factors[] = { 1, 1000, 60000, 3600000 };
	us_code rc = us_value_text(v, err);
	int64_t ms;

	if (rc)
		return rc;
	ms = strcmp(v->text, "0") == 0 ? 0
				       : number_with_unit(v->text, units, factors,
						 US_LEN(units), INT64_MAX);
	if (ms < 0)
		return us_value_fail(v, err,
			"is not a duration: a number and ms, s, m or h, such as "
			"`500ms`, `5s`, `2m`");
	if (ms < key->min || ms > key->max)
		return us_value_fail(v, err, "has to be from %lldms to %lldh",
			(long long)key->min, (long long)(key->max / 3600000));
	*(int64_t *)slot = ms;
	return US_OK;
}

static us_code set_size(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB" };
	static const int64_t factors[] = { 1, 1 << 10, 1 << 20, 1 << 30 };
	us_code rc = us_value_text(v, err);
	int64_t bytes;

	if (rc)
		return rc;
	bytes = number_with_unit(v->text, units, factors, US_LEN(units), INT64_MAX);
	if (bytes < 0)
		return us_value_fail(v, err,
			"is not a size: a number of bytes, or with KiB, MiB or "
			"GiB, such as `32MiB`");
	if (bytes < key->min || bytes > key->max)
		return us_value_fail(v, err, "has to be from %lldKiB to %lldGiB",
			(long long)(key->min >> 10), (long long)(key->max >> 30));
	*(size_t *)slot = (size_t)bytes;
	return US_OK;
}

static us_code read_count(
	const us_key *key, const us_value *v, int64_t *out, us_err *err)
{
	static const char *const units[] = { "" };
	static const int64_t factors[] = { 1 };
	us_code rc = us_value_text(v, err);

	if (rc)
		return rc;
	*out = v->plain ? number_with_unit(v->text, units, factors, 1, INT64_MAX)
			: -1;
	if (*out < key->min || *out > key->max)
		return us_value_fail(v, err,
			"has to be a whole number from %lld to %lld",
			(long long)key->min, (long long)key->max);
	return US_OK;
}

static us_code set_int(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	int64_t n;
	us_code rc = read_count(key, v, &n, err);

	if (rc == US_OK)
		*(int *)slot = (int)n;
	return rc;
}

static us_code set_uint64(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	int64_t n;
	us_code rc = read_count(key, v, &n, err);

	if (rc == US_OK)
		*(uint64_t *)slot = (uint64_t)n;
	return rc;
}

static us_code set_bool(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	us_code rc = us_value_text(v, err);
	bool variable = !v->file;

	(void)key;
	if (rc)
		return rc;
	if (v->plain && (strcmp(v->text, "true") == 0 ||
				(variable && strcmp(v->text, "1") == 0)))
		*(bool *)slot = true;
	else if (v->plain && (strcmp(v->text, "false") == 0 ||
				     (variable && strcmp(v->text, "0") == 0)))
		*(bool *)slot = false;
	else
		return us_value_fail(v, err, "has to be `true` or `false`");
	return US_OK;
}

static us_code set_word(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	US_AUTO(us_str_fini) us_str known = { 0 };
	us_code rc = us_value_text(v, err);
	size_t n = 0;

	if (rc)
		return rc;
	for (; key->words[n]; n++) {
		if (strcmp(v->text, key->words[n]) == 0) {
			*(int *)slot = (int)n;
			return US_OK;
		}
		us_str_addf(&known, "%s`%s`", n ? " or " : "", key->words[n]);
	}
	return us_value_fail(v, err, "has to be %s", us_str_text(&known));
}

/* "6.19" or "6.19.3". */
static us_code set_version(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	us_code rc = us_value_text(v, err);
	const char *p = v->text;
	int parts = 0;

	(void)key;
	if (rc)
		return rc;
	while (isdigit((unsigned char)*p)) {
		while (isdigit((unsigned char)*p))
			p++;
		parts++;
		if (*p != '.')
			break;
		p++;
	}
	if (*p || p[-1] == '.' || parts < 2 || parts > 3)
		return us_value_fail(v, err,
			"has to be a version such as \"6.19\" or \"7.3.0\"");
	free(*(char **)slot);
	*(char **)slot = NULL;
	return us_strdup(slot, v->text, err);
}

static us_code set_path(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	us_code rc = us_value_text(v, err);

	(void)key;
	if (rc)
		return rc;
	free(*(char **)slot);
	*(char **)slot = NULL;
	return us_path_join(slot, v->base, v->text, err);
}

/* The NAME of env(NAME), quoted or not; NULL length if it is something else. */
static const char *env_name(const char *text, size_t *n)
{
	size_t len = strlen(text);
	const char *name = text + 4;

	if (strncmp(text, "env(", 4) != 0 || text[len - 1] != ')')
		return NULL;
	*n = len - 5;
	if (*n >= 2 && (*name == '"' || *name == '\'') && name[*n - 1] == *name) {
		name++;
		*n -= 2;
	}
	return *n > 0 ? name : NULL;
}

/* A URL, or in a file also env(NAME). */
static us_code set_url(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	us_code rc = us_value_text(v, err);
	const char *from;
	size_t n = 0;

	(void)key;
	if (rc)
		return rc;
	from = v->file ? env_name(v->text, &n) : NULL;
	if (!from)
		return us_said_set(slot, US_SAID_TEXT, v->text,
			v->file ? v->file : v->key, v->line, err);
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)from[i]) && from[i] != '_')
			return us_value_fail(v, err,
				"has to be a URL or env(NAME), with a variable's "
				"name");
	rc = us_strndup(&name, from, n, err);
	return rc ? rc
		  : us_said_set(slot, US_SAID_ENV, name, v->file, v->line, err);
}

static const char *const format_words[] = { "text", "json", NULL };
static const char *const evidence_words[] = { "catalog", "replay", NULL };
static const char *const pooler_words[] = { "refuse", "session", NULL };
static const char *const shadow_words[] = { "off", "create", NULL };
static const char *const unresolved_words[] = { "stop", "start", NULL };
static const char *const log_words[] = { "auto", "text", "json", NULL };
static const char *const deploy_words[] = { "pending", "always", NULL };

#define AT(member) .slot = offsetof(us_settings, member)
/* PostgreSQL keeps its timeouts as 32-bit milliseconds; 500 hours fit. */
#define MAX_DURATION ((int64_t)500 * 3600 * 1000)

/* clang-format off */
static const us_key keys[] = {
	{ "database_url", "UNSTICK_DATABASE_URL", set_url, AT(database_url) },
	{ "migrations", "UNSTICK_MIGRATIONS", set_path, AT(migrations) },
	{ "schema", "UNSTICK_SCHEMA", set_path, AT(schema), .early = true },
	{ "prisma.engine", "UNSTICK_PRISMA_ENGINE", set_version, AT(config.prisma_engine) },
	{ "policies", NULL, us_set_policies, AT(config) },
	{ "builtin", NULL, set_bool, AT(config.builtin) },
	{ "allow_override", NULL, set_bool, AT(config.allow_override) },
	{ "attempts", "UNSTICK_ATTEMPTS", set_int, AT(config.attempts), .max = 1000 },
	{ "pooler", "UNSTICK_POOLER", set_word, AT(pooler), .words = pooler_words },
	{ "deadline", "UNSTICK_DEADLINE", set_duration, AT(config.deadline_ms), .max = MAX_DURATION },
	{ "lock_timeout", "UNSTICK_LOCK_TIMEOUT", set_duration, AT(config.lock_timeout_ms), .max = MAX_DURATION },
	{ "statement_timeout", "UNSTICK_STATEMENT_TIMEOUT", set_duration, AT(config.statement_timeout_ms), .max = MAX_DURATION },
	{ "shadow_url", "UNSTICK_SHADOW_URL", set_url, AT(shadow_url) },
	{ "shadow", NULL, set_word, AT(shadow), .words = shadow_words },
	{ "before_change", "UNSTICK_BEFORE_CHANGE", us_set_command, AT(config.before_change) },
	{ "before_change_timeout", "UNSTICK_BEFORE_CHANGE_TIMEOUT", set_duration, AT(config.before_change_timeout_ms), .min = 1000, .max = MAX_DURATION },
	{ "on_unresolved", "UNSTICK_ON_UNRESOLVED", set_word, AT(on_unresolved), .words = unresolved_words },
	{ "policy.memory", NULL, set_size, AT(config.limits.memory_bytes), .min = 1 << 20, .max = (int64_t)4 << 30 },
	{ "policy.instructions", NULL, set_uint64, AT(config.limits.instructions), .min = 10000, .max = 1000000000000 },
	{ "policy.time", NULL, set_duration, AT(config.limits.wall_ms), .min = 10, .max = 3600000 },
	{ "start.generate", "UNSTICK_START_GENERATE", us_set_command, AT(config.start.generate) },
	{ "start.deploy", "UNSTICK_START_DEPLOY", us_set_command, AT(config.start.deploy), .min = 1 },
	{ "start.deploy_when", "UNSTICK_START_DEPLOY_WHEN", set_word, AT(deploy_when), .words = deploy_words },
	{ "start.timeout", "UNSTICK_START_TIMEOUT", set_duration, AT(config.start.timeout_ms), .min = 1000, .max = MAX_DURATION },
	{ "start.grace", "UNSTICK_START_GRACE", set_duration, AT(config.start.grace_ms), .max = MAX_DURATION },
	{ "start.log_format", "UNSTICK_LOG_FORMAT", set_word, AT(log_format), .words = log_words },
	{ "start.metrics", "UNSTICK_METRICS", set_path, AT(config.start.metrics) },
	{ NULL, "UNSTICK_FORMAT", set_word, AT(format), .words = format_words },
	{ NULL, "UNSTICK_EVIDENCE", set_word, AT(evidence), .words = evidence_words },
	{ NULL, "UNSTICK_QUIET", set_bool, AT(config.quiet) },
	{ NULL, "UNSTICK_VERBOSE", set_bool, AT(config.verbose) },
};
/* clang-format on */

const us_key *us_keys(size_t *n)
{
	*n = US_LEN(keys);
	return keys;
}

us_code us_settings_init(us_settings *s, us_err *err)
{
	static const char *const deploy[] = { "npx", "prisma", "migrate",
		"deploy" };
	us_code rc = US_OK;

	*s = (us_settings){
		.config = {
			.builtin = true,
			.attempts = 3,
			.deadline_ms = 120000,
			.lock_timeout_ms = 5000,
			.before_change_timeout_ms = 1800000,
			.limits = { (size_t)32 << 20, 50000000, 2000 },
			.start = { .timeout_ms = 1800000, .grace_ms = 10000 },
		},
	};
	for (size_t i = 0; rc == US_OK && i < US_LEN(deploy); i++)
		rc = us_strs_add(&s->config.start.deploy, deploy[i], err);
	return rc;
}

us_code us_settings_environment(
	us_settings *s, const us_env *env, bool early, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < US_LEN(keys); i++) {
		us_value v = {
			.key = keys[i].variable, .plain = true, .base = "."
		};

		if (!v.key || keys[i].early != early)
			continue;
		v.text = us_env_get(env, v.key, NULL);
		if (v.text && *v.text)
			rc = keys[i].set(
				&keys[i], (char *)s + keys[i].slot, &v, err);
	}
	return rc;
}
