/* schema.prisma: the datasource block and nothing else. Tolerant on purpose:
 * whether the rest of the schema is right is Prisma's business. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "prisma.h"
#include "unstick/auto.h"
#include "unstick/file.h"

#define MAX_SCHEMA ((size_t)16 << 20U)
#define MAX_DEPTH 16

/* What stands behind `key =`: a string, or env("NAME"). */
static us_code read_value(
	us_said *out, const us_lex *lex, size_t i, const char *path, us_err *err)
{
	const us_lex_token *t = us_lex_at(lex, i);

	if (t->kind == US_LEX_STRING)
		return us_said_set(out, US_SAID_TEXT, t->text, path, t->line, err);
	if (us_lex_is_word(lex, i, "env") && us_lex_is_mark(lex, i + 1, '(') &&
		us_lex_at(lex, i + 2)->kind == US_LEX_STRING)
		return us_said_set(out, US_SAID_ENV, us_lex_at(lex, i + 2)->text,
			path, t->line, err);
	return us_said_set(out, US_SAID_COMPUTED, NULL, path, t->line, err);
}

static us_code read_field(
	us_schema *s, const us_lex *lex, size_t i, const char *path, us_err *err)
{
	if (us_lex_is_word(lex, i, "url"))
		return read_value(&s->url, lex, i + 2, path, err);
	if (us_lex_is_word(lex, i, "directUrl"))
		return read_value(&s->direct, lex, i + 2, path, err);
	if (us_lex_is_word(lex, i, "shadowDatabaseUrl"))
		return read_value(&s->shadow, lex, i + 2, path, err);
	if (us_lex_is_word(lex, i, "provider") && !s->provider &&
		us_lex_at(lex, i + 2)->kind == US_LEX_STRING)
		return us_strdup(&s->provider, us_lex_at(lex, i + 2)->text, err);
	return US_OK;
}

/* The tokens of the block from behind its '{'. */
static us_code read_block(
	us_schema *s, const us_lex *lex, size_t i, const char *path, us_err *err)
{
	us_code rc = US_OK;

	for (; rc == US_OK && i < lex->len && !us_lex_is_mark(lex, i, '}'); i++)
		if (us_lex_at(lex, i)->kind == US_LEX_WORD &&
			us_lex_is_mark(lex, i + 1, '='))
			rc = read_field(s, lex, i, path, err);
	return rc;
}

/* *found if this file has a datasource block. */
static us_code read_file(us_schema *s, const char *path, bool *found, us_err *err)
{
	US_AUTO(us_lex_fini) us_lex lex = { 0 };
	US_AUTO(auto_str) char *text = NULL;
	size_t len;
	us_code rc = us_file_read(&text, &len, path, MAX_SCHEMA, err);

	if (rc == US_OK)
		rc = us_lex_text(&lex, text, false, err);
	for (size_t i = 0; rc == US_OK && i < lex.len; i++)
		if (us_lex_is_word(&lex, i, "datasource") &&
			us_lex_at(&lex, i + 1)->kind == US_LEX_WORD &&
			us_lex_is_mark(&lex, i + 2, '{')) {
			*found = true;
			return read_block(s, &lex, i + 3, path, err);
		}
	return rc;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static int schema_entry(const struct dirent *e)
{
	return e->d_name[0] != '.' && strcmp(e->d_name, "node_modules") != 0 &&
	       strcmp(e->d_name, "migrations") != 0;
}

/* The first .prisma file below `folder` that has the block; in Prisma there can
 * only be one. */
static us_code search_folder(
	us_schema *s, const char *folder, int depth, char **file, us_err *err)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, schema_entry, alphasort);
	us_code rc = US_OK;

	if (n < 0)
		return us_fail(err, US_E_IO, "%s: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		US_AUTO(auto_str) char *path = NULL;
		bool found = false;

		if (rc == US_OK && !*file)
			rc = us_path_join(&path, folder, entries[i]->d_name, err);
		free(entries[i]);
		if (rc || !path)
			continue;
		if (us_directory_exists(path) && depth < MAX_DEPTH)
			rc = search_folder(s, path, depth + 1, file, err);
		else if (ends_with(path, ".prisma") && us_file_exists(path))
			rc = read_file(s, path, &found, err);
		if (found)
			*file = US_STEAL(path);
	}
	free(entries);
	return rc;
}

us_code us_schema_read(us_schema *out, const char *path, us_err *err)
{
	US_AUTO(auto_str) char *file = NULL;
	bool found = false;
	us_code rc;

	*out = (us_schema){ 0 };
	rc = us_strdup(&out->path, path, err);
	if (rc == US_OK && us_directory_exists(path)) {
		rc = search_folder(out, path, 0, &file, err);
		if (rc == US_OK && !file)
			rc = us_strdup(&out->folder, path, err);
	} else if (rc == US_OK) {
		rc = read_file(out, path, &found, err);
	}
	if (rc == US_OK && !out->folder)
		rc = us_path_parent(&out->folder, file ? file : path, err);
	if (rc)
		us_schema_fini(out);
	return rc;
}

void us_schema_fini(us_schema *s)
{
	free(s->path);
	free(s->folder);
	free(s->provider);
	us_said_fini(&s->url);
	us_said_fini(&s->direct);
	us_said_fini(&s->shadow);
	*s = (us_schema){ 0 };
}
