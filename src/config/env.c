/* The environment with .env files behind it, in the dialect of the npm packages
 * dotenv (parsing) and dotenv-expand (${NAME}), which Prisma's CLI bundles up to
 * version 6. */
#include "env.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/file.h"

#define MAX_FILE ((size_t)1 << 20U)
/* Prisma follows references without a limit; two that name each other hang it. */
#define MAX_DEPTH 16
#define MAX_VALUE ((size_t)1 << 16U)

static us_env_var *find(const us_env *e, const char *name, size_t n)
{
	for (size_t i = 0; i < e->len; i++)
		if (strncmp(e->vars[i].name, name, n) == 0 && !e->vars[i].name[n])
			return &e->vars[i];
	return NULL;
}

const char *us_env_get(const us_env *e, const char *name, const char **file)
{
	const char *own = getenv(name);
	const us_env_var *v;

	if (file)
		*file = NULL;
	if (own)
		return own;
	v = find(e, name, strlen(name));
	if (v && file)
		*file = e->files.items[v->file];
	return v ? v->value : NULL;
}

static us_code add(
	us_env *e, const char *name, size_t n, const char *value, us_err *err)
{
	us_env_var *v = find(e, name, n);
	us_env_var *grown;
	us_code rc;

	if (v && v->file != e->files.len - 1)
		return US_OK; /* the file read first wins */
	if (v) {              /* within a file, the last line does */
		free(v->value);
		v->value = NULL;
		return us_strdup(&v->value, value, err);
	}
	grown = reallocarray(e->vars, e->len + 1, sizeof(*grown));
	if (!grown)
		return us_fail(err, US_E_NOMEM, "out of memory");
	e->vars = grown;
	v = &grown[e->len];
	*v = (us_env_var){ .file = e->files.len - 1 };
	rc = us_strndup(&v->name, name, n, err);
	if (rc == US_OK)
		rc = us_strdup(&v->value, value, err);
	if (rc) {
		free(v->name);
		return rc;
	}
	e->len++;
	return US_OK;
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t\v\f");
}

/* The closing quote of a quoted value, or NULL: then the quote is an ordinary
 * character. A backslash before a quote keeps it from closing. */
static const char *closing(const char *p)
{
	char quote = *p;

	for (p++; *p; p++) {
		if (*p == '\\' && p[1] == quote)
			p++;
		else if (*p == quote)
			return p;
	}
	return NULL;
}

/* What stands between the quotes; only double quotes turn \n and \r into breaks. */
static void add_quoted(us_str *s, const char *from, const char *to, char quote)
{
	for (; from < to; from++) {
		if (quote == '"' && *from == '\\' && from + 1 < to &&
			(from[1] == 'n' || from[1] == 'r'))
			us_str_addc(s, *++from == 'n' ? '\n' : '\r');
		else
			us_str_addc(s, *from);
	}
}

/* The value at p, and where it ends. */
static const char *read_value(const char *p, us_str *value)
{
	const char *end = NULL;
	size_t n;

	p = skip_blanks(p);
	if (*p == '"' || *p == '\'' || *p == '`')
		end = closing(p);
	if (end) {
		const char *rest = skip_blanks(end + 1);

		if (*rest == '\0' || *rest == '\n' || *rest == '\r' ||
			*rest == '#') {
			add_quoted(value, p + 1, end, *p);
			return rest;
		}
	}
	n = strcspn(p, "#\r\n");
	end = p + n;
	while (n > 0 && isspace((unsigned char)p[n - 1]))
		n--;
	us_str_addn(value, p, n);
	return end;
}

/* NAME=value or `NAME: value` at p, perhaps behind `export`; returns where to go
 * on. */
static const char *read_line(us_env *e, const char *p, us_code *rc, us_err *err)
{
	US_AUTO(us_str_fini) us_str value = { 0 };
	const char *name, *end;

	p = skip_blanks(p);
	if (strncmp(p, "export", 6) == 0 && isspace((unsigned char)p[6]))
		p = skip_blanks(p + 6);
	name = p;
	while (name_char(*p))
		p++;
	end = p;
	if (*skip_blanks(p) == '=')
		p = skip_blanks(p) + 1;
	else if (*p == ':' && (p[1] == ' ' || p[1] == '\t'))
		p++;
	else
		end = name;
	if (end > name) {
		p = read_value(p, &value);
		*rc = add(e, name, (size_t)(end - name), us_str_text(&value), err);
	}
	p += strcspn(p, "\r\n");
	return p + strspn(p, "\r\n");
}

/* The '}' of "${NAME}" at p; NULL if it is none. */
static const char *reference_end(const char *p)
{
	p += 2;
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	return *p == '}' ? p : NULL;
}

static us_code expand(
	const us_env *e, const char *text, int depth, us_str *out, us_err *err);

/* NAME of ${NAME}, itself expanded; nothing if it isn't set. */
static us_code add_reference(const us_env *e, const char *from, const char *to,
	int depth, us_str *out, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	const char *value;
	us_code rc = us_strndup(&name, from, (size_t)(to - from), err);

	if (rc)
		return rc;
	if (depth >= MAX_DEPTH || out->len > MAX_VALUE)
		return us_fail(err, US_E_CONFIG,
			"${...} refers to itself, or to too much");
	value = us_env_get(e, name, NULL);
	return value ? expand(e, value, depth + 1, out, err) : US_OK;
}

static us_code expand(
	const us_env *e, const char *text, int depth, us_str *out, us_err *err)
{
	us_code rc = US_OK;

	for (const char *p; rc == US_OK && (p = strstr(text, "${"));) {
		const char *end = reference_end(p);

		if (!end) {
			end = p + 1;
			us_str_addn(out, text, (size_t)(end - text) + 1);
		} else if (p > text &&
			   p[-1] == '\\') { /* \${NAME} is no reference */
			us_str_addn(out, text, (size_t)(p - text) - 1);
			us_str_addn(out, p, (size_t)(end - p) + 1);
		} else {
			us_str_addn(out, text, (size_t)(p - text));
			rc = add_reference(e, p + 2, end, depth, out, err);
		}
		text = end + 1;
	}
	us_str_add(out, text);
	return rc;
}

static us_code expand_file(us_env *e, size_t file, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < e->len; i++) {
		US_AUTO(us_str_fini) us_str out = { 0 };

		if (e->vars[i].file != file || !strstr(e->vars[i].value, "${"))
			continue;
		rc = expand(e, e->vars[i].value, 0, &out, err);
		if (rc) {
			us_context(err, "%s: %s", e->files.items[file],
				e->vars[i].name);
			break;
		}
		free(e->vars[i].value);
		e->vars[i].value = NULL;
		rc = us_str_take(&out, &e->vars[i].value, NULL, err);
	}
	return rc;
}

us_code us_env_read(us_env *e, const char *path, bool do_expand, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	const char *p;
	size_t len;
	us_code rc;

	if (!us_file_exists(path))
		return US_OK;
	rc = us_file_read(&text, &len, path, MAX_FILE, err);
	if (rc == US_OK)
		rc = us_strs_add(&e->files, path, err);
	if (rc)
		return rc;
	p = text;
	if (strncmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	while (*p && rc == US_OK)
		p = read_line(e, p, &rc, err);
	if (rc == US_OK && do_expand)
		rc = expand_file(e, e->files.len - 1, err);
	return rc;
}

void us_env_fini(us_env *e)
{
	for (size_t i = 0; i < e->len; i++) {
		free(e->vars[i].name);
		free(e->vars[i].value);
	}
	free(e->vars);
	us_strs_fini(&e->files);
	*e = (us_env){ 0 };
}
