/* The policies of a run, in the order they are asked: the project's own, then the
 * built-in ones. The first that has an opinion decides. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"
#include "unstick/file.h"

#define FILE_MAX (1024UL * 1024)
#define BUILTIN "builtin:"

struct us_policies {
	us_host_run run;
	us_host **hosts;
	size_t n, cap;
};

static us_code add(us_policies *p, const us_host_source *source, us_err *err)
{
	us_code rc;

	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 8;
		us_host **grown = reallocarray(p->hosts, cap, sizeof(us_host *));

		if (!grown)
			return us_fail(err, US_E_NOMEM, "out of memory");
		p->hosts = grown;
		p->cap = cap;
	}
	rc = us_host_new(&p->hosts[p->n], source, &p->run, err);
	if (rc == US_OK)
		p->n++;
	return rc;
}

static us_code add_builtin(
	us_policies *p, const us_builtin *b, json_t *with, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	us_code rc = us_strf(&name, err, BUILTIN "%s", b->name);

	if (rc != US_OK)
		return rc;
	return add(p,
		&(us_host_source){ .name = name,
			.text = b->text,
			.len = b->len,
			.with = with },
		err);
}

/* A built-in one by name, at another place in the order or with settings. */
static us_code add_named(us_policies *p, const us_policy_file *f, us_err *err)
{
	const char *name = f->path + strlen(BUILTIN);
	size_t n;
	const us_builtin *all = us_builtins(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return add_builtin(p, &all[i], f->with, err);
	return us_fail(err, US_E_POLICY, "there is no built-in policy '%s'", name);
}

static us_code add_file(us_policies *p, const us_policy_file *f, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	US_AUTO(auto_str) char *folder = NULL;
	size_t len = 0;
	us_code rc;

	if (strncmp(f->path, BUILTIN, strlen(BUILTIN)) == 0)
		return add_named(p, f, err);
	rc = us_file_read(&text, &len, f->path, FILE_MAX, err);
	if (rc == US_E_NOMEM)
		return rc;
	if (rc != US_OK) {
		if (err)
			err->code = US_E_POLICY;
		return US_E_POLICY;
	}
	rc = us_path_parent(&folder, f->path, err);
	if (rc != US_OK)
		return rc;
	return add(p,
		&(us_host_source){ .name = f->path,
			.text = text,
			.len = len,
			.folder = folder,
			.with = f->with },
		err);
}

us_code us_policies_load(us_policies **out, const us_config *config,
	us_policy_db db, us_policy_log_fn *log, void *log_ctx, us_err *err)
{
	us_policies *p = calloc(1, sizeof(*p));
	us_code rc = US_OK;
	const us_builtin *builtins;
	size_t n;

	*out = NULL;
	if (!p)
		return us_fail(err, US_E_NOMEM, "out of memory");
	p->run = (us_host_run){
		.limits = config->limits, .db = db, .log = log, .log_ctx = log_ctx
	};
	for (size_t i = 0; i < config->policies_len && rc == US_OK; i++)
		rc = add_file(p, &config->policies[i], err);
	builtins = us_builtins(&n);
	for (size_t i = 0; config->builtin && i < n && rc == US_OK; i++)
		rc = add_builtin(p, &builtins[i], NULL, err);
	if (rc != US_OK) {
		us_policies_free(p);
		return rc;
	}
	*out = p;
	return US_OK;
}

void us_policies_free(us_policies *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		us_host_free(p->hosts[i]);
	free(p->hosts);
	us_db_close(p->run.conn);
	free(p);
}

us_code us_policies_decide(us_policies *p, us_case_kind kind, const json_t *kase,
	us_verdict *out, us_err *err)
{
	us_code rc = US_OK;

	*out = (us_verdict){ .seconds = -1 };
	for (size_t i = 0; i < p->n && rc == US_OK && !out->given; i++)
		rc = us_host_decide(p->hosts[i], kind, kase, out, err);
	return rc;
}
