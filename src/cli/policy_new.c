#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "scaffold.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/view.h"

#define NAME_MAX_LENGTH 100
#define MARK                                                                       \
	"--@" /* "--@failure" in a template begins what belongs to that kind       \
	       */

/* What is filled in. */
struct scaffold {
	const struct session *s;
	const char *name;
	const char *any; /* a kind that `any` is asked about here; or NULL */
	char *path;      /* of the policy, from the folder of unstick.yaml */
};

/* ---- the command line ---- */

static us_code check_name(const char *name, us_err *err)
{
	bool fine = *name && *name != '-' && strlen(name) <= NAME_MAX_LENGTH;

	for (const char *p = name; *p; p++)
		fine = fine && (isalnum((unsigned char)*p) || strchr("_-", *p));
	if (fine)
		return US_OK;
	return us_fail(err, US_E_USAGE,
		"a policy's name is made of letters, digits, `_` and `-`, as in "
		"`unstick policy new careful`");
}

static bool wants(const struct session *s, const char *kind, size_t len)
{
	const us_strs *said = &s->handlers;

	if (said->len == 0)
		return len == strlen("failure") &&
		       strncmp(kind, "failure", len) == 0;
	for (size_t i = 0; i < said->len; i++)
		if (strlen(said->items[i]) == len &&
			strncmp(said->items[i], kind, len) == 0)
			return true;
	return false;
}

static us_code check_kind(const char *kind, us_err *err)
{
	const char *names[16];
	const char *near;
	size_t n = 0;

	for (; n < US_LEN(names) && us_policy_handler(n); n++) {
		names[n] = us_policy_handler(n);
		if (strcmp(names[n], kind) == 0)
			return US_OK;
	}
	near = us_nearest(kind, names, n);
	return us_fail(err, US_E_USAGE,
		"--handler: there is no kind of case `%s`%s%s%s", kind,
		near ? "; did you mean `" : " (see docs/policies.md)",
		near ? near : "", near ? "`?" : "");
}

static us_code check_line(const struct session *s, us_err *err)
{
	us_code rc = check_name(s->args[0], err);

	for (size_t i = 0; i < s->handlers.len && rc == US_OK; i++)
		rc = check_kind(s->handlers.items[i], err);
	return rc;
}

/* The spec asks `any` about a kind that it is asked about. */
static const char *kind_without_handler(const struct session *s)
{
	for (size_t i = 0; us_policy_handler(i + 1); i++)
		if (!wants(s, us_policy_handler(i), strlen(us_policy_handler(i))))
			return us_policy_handler(i);
	return NULL;
}

/* ---- templates ---- */

/* The @NAME@, @PATH@ or @ANY@ at `at`, and what stands for it; NULL: none. */
static const char *placeholder(
	const struct scaffold *f, const char *at, const char **value)
{
	const struct {
		const char *mark, *value;
	} all[] = { { "@NAME@", f->name }, { "@PATH@", f->path },
		{ "@ANY@", f->any } };

	for (size_t i = 0; i < US_LEN(all); i++) {
		if (all[i].value &&
			strncmp(at, all[i].mark, strlen(all[i].mark)) == 0) {
			*value = all[i].value;
			return all[i].mark;
		}
	}
	return NULL;
}

static void add_line(us_str *out, const struct scaffold *f, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *value = NULL;
		const char *mark = *p == '@' ? placeholder(f, p, &value) : NULL;

		if (mark) {
			us_str_add(out, value);
			p += strlen(mark);
		} else {
			us_str_addc(out, *p++);
		}
	}
}

static bool is_chosen(const struct scaffold *f, const char *kind, size_t len)
{
	bool any = len == strlen("any") && strncmp(kind, "any", len) == 0;

	if (len == strlen("end") && strncmp(kind, "end", len) == 0)
		return true;
	return wants(f->s, kind, len) && (!any || f->any);
}

/* The template with the chosen kinds' parts only. */
static us_code fill(
	char **out, const struct scaffold *f, const char *template, us_err *err)
{
	us_str text = { 0 };
	bool chosen = true;

	for (const char *line = template; *line;) {
		const size_t end = strcspn(line, "\n");
		const size_t n = end + (line[end] == '\n');
		const char *word = line + strspn(line, " ");

		if (strncmp(word, MARK, strlen(MARK)) == 0) {
			word += strlen(MARK);
			chosen = is_chosen(f, word, strcspn(word, "\n"));
		} else if (chosen) {
			add_line(&text, f, line, n);
		}
		line += n;
	}
	return us_str_take(&text, out, NULL, err);
}

/* ---- files ---- */

static us_code make_folder(const char *path, us_err *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return US_OK;
	return us_fail(err, US_E_IO, "%s: %s", path, strerror(errno));
}

/* One of the two files, below the folder of unstick.yaml. */
struct output {
	const char *folder, *suffix, *template;
	char *path;
};

static us_code place(
	struct output *o, const char *base, const char *name, us_err *err)
{
	US_AUTO(auto_str) char *relative = NULL;
	us_code rc = us_strf(&relative, err, "%s/%s%s", o->folder, name, o->suffix);

	return rc == US_OK ? us_path_join(&o->path, base, relative, err) : rc;
}

static us_code refuse_existing(const struct output *o, us_err *err)
{
	struct stat st;

	if (lstat(o->path, &st) != 0)
		return US_OK;
	return us_fail(
		err, US_E_IO, "%s exists already: nothing was written", o->path);
}

static us_code create(const struct scaffold *f, const struct output *o,
	const char *base, json_t *created, us_err *err)
{
	US_AUTO(auto_str) char *folder = NULL;
	US_AUTO(auto_str) char *text = NULL;
	us_code rc = us_path_join(&folder, base, o->folder, err);

	if (rc == US_OK)
		rc = make_folder(folder, err);
	if (rc == US_OK)
		rc = fill(&text, f, o->template, err);
	if (rc == US_OK)
		rc = us_file_create(o->path, text, strlen(text), err);
	if (rc == US_OK &&
		json_array_append_new(created, us_view_text(o->path)) != 0)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	return rc;
}

static us_code create_both(struct session *s, const char *base, us_err *err)
{
	struct scaffold f = {
		.s = s, .name = s->args[0], .any = kind_without_handler(s)
	};
	struct output files[] = {
		{ "policies", ".lua", us_text_policy_lua, NULL },
		{ "spec", "_spec.lua", us_text_spec_lua, NULL },
	};
	json_t *created = json_array();
	us_code rc = us_strf(&f.path, err, "policies/%s.lua", f.name);

	for (size_t i = 0; i < US_LEN(files) && rc == US_OK; i++)
		rc = place(&files[i], base, f.name, err);
	for (size_t i = 0; i < US_LEN(files) && rc == US_OK; i++)
		rc = refuse_existing(&files[i], err);
	for (size_t i = 0; i < US_LEN(files) && rc == US_OK; i++)
		rc = create(&f, &files[i], base, created, err);
	if (!document_set(s->document, "created", created) ||
		(rc == US_OK && !document_set(s->document, "add",
					json_pack("{s:s, s:s}", "to",
						s->config->file ? s->config->file
								: "unstick.yaml",
						"policy", f.path))))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < US_LEN(files); i++)
		free(files[i].path);
	free(f.path);
	return rc;
}

static us_code new_policy(struct session *s, us_err *err)
{
	US_AUTO(auto_str) char *base = NULL;
	us_code rc = check_line(s, err);

	if (rc == US_OK)
		rc = session_configure(s, err);
	if (rc == US_OK)
		rc = us_path_parent(&base,
			s->config->file ? s->config->file : "unstick.yaml", err);
	return rc == US_OK ? create_both(s, base, err) : rc;
}

const struct cmd cmd_policy_new = {
	.name = "policy new",
	.usage = "NAME [--handler KIND]...",
	.summary = "a policy to begin with, and its spec",
	.help = "Writes policies/NAME.lua and spec/NAME_spec.lua beside "
		"unstick.yaml, "
		"and says\n"
		"what to add there. Never writes over a file. --handler says which "
		"kinds of\n"
		"cases it decides: failure unless said otherwise.\n",
	.args = 1,
	.run = new_policy,
};
