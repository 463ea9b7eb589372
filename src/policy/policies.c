/* The policies of a run, in the order they are asked: the project's own, then the
 * built-in ones. The first that has an opinion decides. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"
#include "unstick/file.h"

#define BUILTIN "builtin:"

struct us_policies {
	us_host_run run;
	us_host **hosts; /* of the files that are listed */
	size_t n, cap;
	us_host **builtins; /* in their order; NULL: not asked yet */
	bool builtin;
	json_t *trace; /* of the last decision; NULL: not traced */
};

/* Room for another one. */
static us_code grow(us_policies *p, us_err *err)
{
	size_t cap = p->cap ? 2 * p->cap : 8;
	us_host **grown;

	if (p->n < p->cap)
		return US_OK;
	grown = reallocarray(p->hosts, cap, sizeof(us_host *));
	if (!grown)
		return us_fail(err, US_E_NOMEM, "out of memory");
	p->hosts = grown;
	p->cap = cap;
	return US_OK;
}

/* ---- opening one ---- */

static us_code open_builtin(us_host **out, us_host_run *run, const us_builtin *b,
	json_t *with, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	us_code rc = us_strf(&name, err, BUILTIN "%s", b->name);

	if (rc != US_OK)
		return rc;
	return us_host_new(out,
		&(us_host_source){ .name = name,
			.text = b->text,
			.len = b->len,
			.with = with },
		run, err);
}

/* A built-in one by name, as the Lua module asks for it: unstick.yaml lists files
 * only.
 */
static us_code open_named(
	us_host **out, us_host_run *run, const us_policy_file *f, us_err *err)
{
	const char *name = f->path + strlen(BUILTIN);
	size_t n;
	const us_builtin *all = us_builtins(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return open_builtin(out, run, &all[i], f->with, err);
	return us_fail(err, US_E_POLICY, "there is no built-in policy '%s'", name);
}

us_code us_host_open(us_host **out, const us_config *config,
	const us_policy_file *f, us_host_run *run, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	US_AUTO(auto_str) char *folder = NULL;
	size_t len = 0;
	us_code rc;

	*out = NULL;
	if (strncmp(f->path, BUILTIN, strlen(BUILTIN)) == 0)
		return open_named(out, run, f, err);
	rc = us_policy_read(&text, &len, f->path, err);
	if (rc == US_OK)
		rc = us_path_parent(&folder, f->path, err);
	if (rc != US_OK)
		return rc;
	return us_host_new(out,
		&(us_host_source){ .name = f->path,
			.text = text,
			.len = len,
			.folder = folder,
			.with = f->with,
			.settings_file = config->file,
			.line = f->line,
			.with_lines = f->with_lines },
		run, err);
}

/* ---- a run's ---- */

static us_code load_all(us_policies *p, const us_config *config, us_err *err)
{
	us_code rc = US_OK;
	size_t n;

	for (size_t i = 0; i < config->policies_len && rc == US_OK; i++) {
		rc = grow(p, err);
		if (rc == US_OK)
			rc = us_host_open(&p->hosts[p->n], config,
				&config->policies[i], &p->run, err);
		p->n += rc == US_OK;
	}
	(void)us_builtins(&n);
	p->builtin = config->builtin;
	p->builtins = calloc(n, sizeof(us_host *));
	if (rc == US_OK && !p->builtins)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	return rc;
}

/* A built-in policy is loaded when there is something to ask it: its only handler
 * has its name, so what it has to say about other kinds is known. A trace names it
 * all the same. *out is NULL if it is not to be asked. */
static us_code builtin_host(
	us_host **out, us_policies *p, size_t i, us_case_kind kind, us_err *err)
{
	size_t n;
	const us_builtin *b = &us_builtins(&n)[i];
	us_code rc = US_OK;

	if (!p->builtins[i] &&
		(p->run.trace || us_handler_index(b->name) == (int)kind))
		rc = open_builtin(&p->builtins[i], &p->run, b, NULL, err);
	*out = p->builtins[i];
	return rc;
}

us_code us_policies_load(us_policies **out, const us_config *config,
	const us_policy_outside *outside, us_err *err)
{
	us_policies *p = calloc(1, sizeof(*p));
	us_code rc;

	*out = NULL;
	if (!p)
		return us_fail(err, US_E_NOMEM, "out of memory");
	p->run = (us_host_run){
		.limits = config->limits,
		.outside = *outside,
		.trace = config->trace,
	};
	rc = US_OK;
	if (outside->overrun)
		rc = us_watchdog_new(
			&p->run.watchdog, outside->overrun, outside->ctx, err);
	if (rc == US_OK)
		rc = load_all(p, config, err);
	if (rc != US_OK) {
		us_policies_free(p);
		return rc;
	}
	*out = p;
	return US_OK;
}

void us_policies_free(us_policies *p)
{
	size_t n;

	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		us_host_free(p->hosts[i]);
	free(p->hosts);
	(void)us_builtins(&n);
	for (size_t i = 0; p->builtins && i < n; i++)
		us_host_free(p->builtins[i]);
	free(p->builtins);
	us_db_close(p->run.conn);
	json_decref(p->trace);
	us_watchdog_free(p->run.watchdog);
	free(p);
}

static us_code ask(us_policies *p, us_host *h, us_case_kind kind,
	const json_t *kase, us_verdict *out, us_err *err)
{
	us_code rc = us_host_decide(h, kind, kase, out, err);

	if (rc == US_OK && p->trace)
		rc = us_trace_add(p->trace, h, kind, out, err);
	return rc;
}

us_code us_policies_decide(us_policies *p, us_case_kind kind, const json_t *kase,
	us_verdict *out, us_err *err)
{
	us_code rc = US_OK;
	us_host *h;
	size_t n;

	*out = (us_verdict){ .seconds = -1 };
	(void)us_builtins(&n);
	if (p->run.trace) {
		json_decref(p->trace);
		p->trace = json_array();
		if (!p->trace)
			return us_fail(err, US_E_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < p->n && rc == US_OK && !out->given; i++)
		rc = ask(p, p->hosts[i], kind, kase, out, err);
	for (size_t i = 0; p->builtin && i < n && rc == US_OK && !out->given; i++) {
		rc = builtin_host(&h, p, i, kind, err);
		if (rc == US_OK && h)
			rc = ask(p, h, kind, kase, out, err);
	}
	return rc;
}

const json_t *us_policies_trace(const us_policies *p)
{
	return p->trace;
}
