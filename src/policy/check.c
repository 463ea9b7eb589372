/* All mistakes of all configured policies at once, without a database: what doesn't
 * load, what can't be meant, what no case would ever reach. */
#include <dirent.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/view.h"

#define FOLDER "policies" /* where projects keep them */

struct us_checkup {
	const us_config *config;
	us_host_run run;
	json_t *policies, *mistakes;
	bool failed; /* out of memory */
};

/* ---- mistakes ---- */

/* "policies/a.lua:7: text" without what is told beside it; *line is set if the text
 * knows better. */
static const char *without_place(const char *text, const char *file, int *line)
{
	const size_t n = file ? strlen(file) : 0;
	char *end;
	long at;

	if (n == 0 || strncmp(text, file, n) != 0 || text[n] != ':')
		return text;
	text += n + 1;
	at = strtol(text, &end, 10);
	if (end != text && *end == ':') {
		*line = at > 0 && at < INT32_MAX ? (int)at : *line;
		text = end + 1;
	}
	return text + strspn(text, " ");
}

static bool is_told(const us_checkup *c, const json_t *mistake)
{
	size_t i;
	const json_t *other;

	json_array_foreach(c->mistakes, i, other)
	{
		if (json_equal(other, mistake))
			return true;
	}
	return false;
}

void us_checkup_tell(us_checkup *c, const char *level, const char *file, int line,
	const char *fmt, ...)
{
	US_AUTO(auto_str) char *text = NULL;
	const char *message;
	json_t *mistake;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		c->failed = true;
		return;
	}
	message = without_place(text, file, &line);
	mistake = json_pack("{s:s, s:s?, s:o, s:o}", "level", level, "file", file,
		"line", line > 0 ? json_integer(line) : json_null(), "message",
		us_view_text(message));
	if (mistake && is_told(c, mistake))
		json_decref(mistake);
	else if (json_array_append_new(c->mistakes, mistake) != 0)
		c->failed = true;
}

static void in_table(void *ctx, const char *file, int line, const char *text)
{
	us_checkup_tell(ctx, "error", file, line, "%s", text);
}

/* ---- the files that are listed ---- */

static void describe(us_checkup *c, const us_policy_file *f, const us_host *h)
{
	json_t *handlers = json_array();
	json_t *entry;

	for (size_t i = 0; handlers && i < US_HANDLERS; i++)
		if (h->handlers[i] != LUA_NOREF)
			c->failed |=
				json_array_append_new(handlers,
					json_string(us_policy_handler(i))) != 0;
	entry = json_pack("{s:s, s:o, s:O?}", "file", f->path, "handlers", handlers,
		"settings", h->declared);
	c->failed |= json_array_append_new(c->policies, entry) != 0;
}

static bool is_repeated(const us_config *config, size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (strcmp(config->policies[before].path,
			    config->policies[i].path) == 0)
			return true;
	return false;
}

/* `any` is for kinds that have no handler: a file with all of them never asks it.
 */
static void check_any(us_checkup *c, const us_host *h)
{
	for (size_t i = 0; i < US_HANDLERS; i++)
		if (h->handlers[i] == LUA_NOREF)
			return;
	us_checkup_tell(c, "note", h->name, h->lines[US_HANDLER_ANY],
		"`any` is never asked: the file has a handler for every kind");
}

/* hosts gets those that load, *n how many. */
static us_code open_listed(us_checkup *c, us_host **hosts, size_t *n, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; i < c->config->policies_len && rc == US_OK; i++) {
		const us_policy_file *f = &c->config->policies[i];
		us_err why = { 0 };

		rc = us_host_open(&hosts[*n], c->config, f, &c->run, &why);
		if (rc == US_E_NOMEM) {
			*err = why;
			return rc;
		}
		if (rc == US_OK) {
			describe(c, f, hosts[*n]);
			check_any(c, hosts[*n]);
			++*n;
		} else {
			us_checkup_tell(c, "error", f->path, 0, "%s", why.msg);
			rc = US_OK;
		}
		if (is_repeated(c->config, i))
			us_checkup_tell(c, "warning", c->config->file, f->line,
				"%s is listed twice", f->path);
	}
	return rc;
}

/* ---- the files that are not ---- */

static void forget(void *ctx, const char *file, int line, const char *text)
{
	(void)ctx, (void)file, (void)line, (void)text;
}

/* A file of helpers has no handlers, and a broken one says so when it is listed. */
static bool is_policy(const us_checkup *c, const char *path)
{
	us_host_run run = { .limits = c->config->limits,
		.watchdog = c->run.watchdog,
		.mistake = forget };
	us_policy_file file = { .path = (char *)(uintptr_t)path };
	us_host *h = NULL;
	bool found = false;

	if (us_host_open(&h, c->config, &file, &run, NULL) != US_OK)
		return false;
	for (size_t i = 0; i < US_HANDLERS; i++)
		found = found || h->handlers[i] != LUA_NOREF;
	us_host_free(h);
	return found;
}

static bool is_listed(const us_config *config, const char *path)
{
	US_AUTO(auto_str) char *real = realpath(path, NULL);

	for (size_t i = 0; real && i < config->policies_len; i++) {
		US_AUTO(auto_str)
		char *other = realpath(config->policies[i].path, NULL);

		if (other && strcmp(real, other) == 0)
			return true;
	}
	return !real;
}

static int is_lua(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && strcmp(dot, ".lua") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static us_code check_unlisted(us_checkup *c, us_err *err)
{
	US_AUTO(auto_str) char *base = NULL;
	US_AUTO(auto_str) char *folder = NULL;
	const char *file = c->config->file;
	struct dirent **entries = NULL;
	us_code rc = us_path_parent(&base, file ? file : "unstick.yaml", err);
	int n;

	if (rc == US_OK)
		rc = us_path_join(&folder, base, FOLDER, err);
	if (rc != US_OK)
		return rc;
	n = scandir(folder, &entries, is_lua, by_name);
	for (int i = 0; i < n; i++) {
		US_AUTO(auto_str) char *path = NULL;

		if (rc == US_OK)
			rc = us_path_join(&path, folder, entries[i]->d_name, err);
		if (rc == US_OK && !is_listed(c->config, path) &&
			is_policy(c, path))
			us_checkup_tell(c, "warning", path, 0,
				"it is not listed in %s, so it is never asked",
				file ? file : "unstick.yaml (there is none)");
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* ---- the whole ---- */

us_code us_policies_check(json_t **out, const us_config *config,
	const us_policy_outside *outside, us_err *err)
{
	us_checkup c = {
		.config = config,
		.run = { .limits = config->limits,
			.trace = true,
			.mistake = in_table,
			.mistake_ctx = &c },
		.policies = json_array(),
		.mistakes = json_array(),
	};
	us_host **hosts = calloc(config->policies_len + 1, sizeof(us_host *));
	size_t n = 0;
	us_code rc = US_OK;

	*out = json_pack(
		"{s:o, s:o}", "policies", c.policies, "mistakes", c.mistakes);
	if (!hosts || !*out)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK && outside->overrun)
		rc = us_watchdog_new(
			&c.run.watchdog, outside->overrun, outside->ctx, err);
	if (rc == US_OK)
		rc = open_listed(&c, hosts, &n, err);
	if (rc == US_OK)
		rc = us_checkup_try(&c, hosts, n, err);
	/* with a mistake in it, an entry of the list isn't known */
	if (rc == US_OK && !config->incomplete)
		rc = check_unlisted(&c, err);
	if (rc == US_OK && c.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		us_host_free(hosts[i]);
	free(hosts);
	us_watchdog_free(c.run.watchdog);
	if (rc != US_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}
