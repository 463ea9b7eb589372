/* prisma.config.*: a program, of which we read what it says literally. What a
 * program would have to compute is noted as computed, and only missed where it is
 * needed. */
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "prisma.h"
#include "unstick/auto.h"
#include "unstick/file.h"

#define MAX_CONFIG ((size_t)1 << 20U)

typedef struct {
	us_prisma_config *out;
	us_lex lex;
	us_err *err;
} reader;

static bool mark(const reader *r, size_t i, char c)
{
	return us_lex_is_mark(&r->lex, i, c);
}

static bool word(const reader *r, size_t i, const char *text)
{
	return us_lex_is_word(&r->lex, i, text);
}

static const us_lex_token *token(const reader *r, size_t i)
{
	return us_lex_at(&r->lex, i);
}

/* Behind an opening bracket at i: the index behind its closing one. */
static size_t skip_brackets(const reader *r, size_t i)
{
	int depth = 0;

	for (; i < r->lex.len; i++) {
		const us_lex_token *t = token(r, i);

		if (t->kind != US_LEX_MARK)
			continue;
		if (strchr("({[", t->text[0]))
			depth++;
		else if (strchr(")}]", t->text[0]) && --depth <= 0)
			return i + 1;
	}
	return i;
}

/* The ',' or '}' that ends the value at i. */
static size_t end_of_value(const reader *r, size_t i)
{
	while (i < r->lex.len && !mark(r, i, ',') && !mark(r, i, '}'))
		i = mark(r, i, '(') || mark(r, i, '{') || mark(r, i, '[')
			    ? skip_brackets(r, i)
			    : i + 1;
	return i;
}

/* env("X"), env<Type>("X"): the index of the name, 0 if it is something else. */
static size_t env_call(const reader *r, size_t i, size_t *end)
{
	if (!word(r, i, "env"))
		return 0;
	i++;
	if (mark(r, i, '<'))
		while (i < r->lex.len && !mark(r, i++, '>'))
			;
	if (!mark(r, i, '(') || token(r, i + 1)->kind != US_LEX_STRING ||
		!mark(r, i + 2, ')'))
		return 0;
	*end = i + 3;
	return i + 1;
}

/* process.env.X, process.env["X"]: likewise. */
static size_t process_env(const reader *r, size_t i, size_t *end)
{
	size_t name = 0;

	if (!word(r, i, "process") || !mark(r, i + 1, '.') ||
		!word(r, i + 2, "env"))
		return 0;
	if (mark(r, i + 3, '.') && token(r, i + 4)->kind == US_LEX_WORD) {
		name = i + 4;
		*end = i + 5;
	} else if (mark(r, i + 3, '[') && token(r, i + 4)->kind == US_LEX_STRING &&
		   mark(r, i + 5, ']')) {
		name = i + 4;
		*end = i + 6;
	}
	return name;
}

/* TypeScript's `!` and `as string` change nothing. */
static size_t skip_assertion(const reader *r, size_t i)
{
	if (mark(r, i, '!'))
		i++;
	if (word(r, i, "as") && word(r, i + 1, "string"))
		i += 2;
	return i;
}

static us_code read_value(reader *r, us_said *out, size_t i)
{
	size_t stop = end_of_value(r, i), end = i, name;
	us_said_kind kind = US_SAID_COMPUTED;

	if (token(r, i)->kind == US_LEX_STRING) {
		kind = US_SAID_TEXT;
		name = i;
		end = i + 1;
	} else {
		name = env_call(r, i, &end);
		if (!name)
			name = process_env(r, i, &end);
		if (name)
			kind = US_SAID_ENV;
	}
	if (skip_assertion(r, end) != stop)
		kind = US_SAID_COMPUTED;
	return us_said_set(out, kind,
		kind == US_SAID_COMPUTED ? NULL : token(r, name)->text,
		r->out->path, token(r, i)->line, r->err);
}

typedef us_code field_fn(reader *r, size_t key, size_t value);

/* `...defaults`: whatever it brings along may be any of the fields. */
static us_code note_spread(reader *r, field_fn *field, size_t i)
{
	return field(r, i, i);
}

/* Calls `field` for every property of the object whose '{' is at i. A shorthand
 * (`schema,`) or a method has no value of its own: the key stands for it. */
static us_code each_field(reader *r, size_t i, field_fn *field)
{
	us_code rc = US_OK;

	for (i++; rc == US_OK && i < r->lex.len && !mark(r, i, '}');) {
		if (mark(r, i, '.') && mark(r, i + 1, '.') && mark(r, i + 2, '.'))
			rc = note_spread(r, field, i);
		else if (mark(r, i + 1, ':'))
			rc = field(r, i, i + 2);
		else if (!mark(r, i, ','))
			rc = field(r, i, i);
		i = end_of_value(r, i);
		i += mark(r, i, ',');
	}
	return rc;
}

static bool key(const reader *r, size_t i, const char *name)
{
	const us_lex_token *t = token(r, i);

	return (t->kind == US_LEX_WORD || t->kind == US_LEX_STRING) &&
	       strcmp(t->text, name) == 0;
}

/* A field of that name, or a spread, which may hide it; a later field wins. */
static us_code take(reader *r, size_t k, size_t v, const char *name, us_said *out)
{
	if (mark(r, k, '.'))
		return us_said_set(out, US_SAID_COMPUTED, NULL, r->out->path,
			token(r, k)->line, r->err);
	return key(r, k, name) ? read_value(r, out, v) : US_OK;
}

static us_code migrations_field(reader *r, size_t k, size_t v)
{
	return take(r, k, v, "path", &r->out->migrations);
}

static us_code datasource_field(reader *r, size_t k, size_t v)
{
	us_code rc = take(r, k, v, "url", &r->out->url);

	if (rc == US_OK)
		rc = take(r, k, v, "directUrl", &r->out->direct);
	return rc ? rc : take(r, k, v, "shadowDatabaseUrl", &r->out->shadow);
}

static us_code computed(reader *r, size_t at, us_said *out)
{
	return us_said_set(out, US_SAID_COMPUTED, NULL, r->out->path,
		token(r, at)->line, r->err);
}

/* A section that is no object literal hides its fields. */
static us_code section(reader *r, size_t k, size_t v, field_fn *field,
	us_said *const *hidden, size_t n)
{
	us_code rc = US_OK;

	if (v > k && mark(r, v, '{') && skip_brackets(r, v) == end_of_value(r, v))
		return each_field(r, v, field);
	for (size_t i = 0; rc == US_OK && i < n; i++)
		rc = computed(r, k, hidden[i]);
	return rc;
}

static us_code root_field(reader *r, size_t k, size_t v)
{
	us_prisma_config *c = r->out;
	us_said *const in_migrations[] = { &c->migrations };
	us_said *const in_datasource[] = { &c->url, &c->direct, &c->shadow };
	us_code rc = take(r, k, v, "schema", &c->schema);
	bool spread = mark(r, k, '.');

	if (rc == US_OK && (spread || key(r, k, "migrations")))
		rc = section(r, k, v, migrations_field, in_migrations,
			US_LEN(in_migrations));
	if (rc == US_OK && (spread || key(r, k, "datasource")))
		rc = section(r, k, v, datasource_field, in_datasource,
			US_LEN(in_datasource));
	return rc;
}

/* `defineConfig({`, `{`, `(0, lib.defineConfig)({` ...: the '{' of the value at i,
 * where at most calls and brackets stand before it; 0 if there is none. */
static size_t object_at(const reader *r, size_t i)
{
	for (; i < r->lex.len; i++) {
		const us_lex_token *t = token(r, i);

		if (mark(r, i, '{'))
			return i;
		if (t->kind != US_LEX_WORD && !mark(r, i, '(') && !mark(r, i, '.'))
			return 0;
		if (mark(r, i, '(') && mark(r, i + 1, ')'))
			return 0;
	}
	return 0;
}

/* `const name: Type = value`: the index of the value, 0 if there is none. */
static size_t declaration(const reader *r, const char *name)
{
	for (size_t i = 0; i + 2 < r->lex.len; i++) {
		bool declares = word(r, i, "const") || word(r, i, "let") ||
				word(r, i, "var");

		if (!declares || !word(r, i + 1, name))
			continue;
		for (i += 2;
			i < r->lex.len && !mark(r, i, '=') && !mark(r, i, ';');)
			i++;
		return mark(r, i, '=') ? i + 1 : 0;
	}
	return 0;
}

/* The object that the file exports. */
static size_t exported(const reader *r)
{
	for (size_t i = 0; i < r->lex.len; i++) {
		size_t value = 0, elsewhere;

		if (word(r, i, "export") && word(r, i + 1, "default"))
			value = i + 2;
		else if (word(r, i, "module") && mark(r, i + 1, '.') &&
			 word(r, i + 2, "exports") && mark(r, i + 3, '='))
			value = i + 4;
		if (!value)
			continue;
		elsewhere = token(r, value)->kind == US_LEX_WORD
				    ? declaration(r, token(r, value)->text)
				    : 0;
		return object_at(r, elsewhere ? elsewhere : value);
	}
	return 0;
}

/* `import "dotenv/config"`, or dotenv and a call of its config() without arguments.
 * dotenv itself knows no ${NAME}. */
static bool loads_dotenv(const reader *r)
{
	bool package = false, call = false;

	for (size_t i = 0; i < r->lex.len; i++) {
		const us_lex_token *t = token(r, i);

		if (t->kind == US_LEX_STRING &&
			strcmp(t->text, "dotenv/config") == 0)
			return true;
		package |=
			t->kind == US_LEX_STRING && strcmp(t->text, "dotenv") == 0;
		call |= word(r, i, "config") && mark(r, i + 1, '(') &&
			mark(r, i + 2, ')');
	}
	return package && call;
}

static us_code read_lexed(reader *r)
{
	size_t object = exported(r);
	us_code rc;

	r->out->dotenv = loads_dotenv(r);
	if (object)
		return each_field(r, object, root_field);
	rc = computed(r, 0, &r->out->schema);
	if (rc == US_OK)
		rc = computed(r, 0, &r->out->migrations);
	if (rc == US_OK)
		rc = computed(r, 0, &r->out->url);
	return rc;
}

us_code us_prisma_config_read(us_prisma_config *out, const char *path, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	reader r = { .out = out, .err = err };
	size_t len;
	us_code rc = us_file_read(&text, &len, path, MAX_CONFIG, err);

	*out = (us_prisma_config){ 0 };
	if (rc == US_OK)
		rc = us_strdup(&out->path, path, err);
	if (rc == US_OK)
		rc = us_path_parent(&out->folder, path, err);
	if (rc == US_OK)
		rc = us_lex_text(&r.lex, text, true, err);
	if (rc == US_OK)
		rc = read_lexed(&r);
	us_lex_fini(&r.lex);
	if (rc)
		us_prisma_config_fini(out);
	return rc;
}

us_code us_prisma_config_find(us_prisma_config *out, us_err *err)
{
	static const char *const names[] = { "prisma.config", ".config/prisma" };
	static const char *const ends[] = { "js", "ts", "mjs", "cjs", "mts",
		"cts" };

	*out = (us_prisma_config){ 0 };
	for (size_t i = 0; i < US_LEN(names); i++)
		for (size_t k = 0; k < US_LEN(ends); k++) {
			US_AUTO(auto_str) char *path = NULL;
			us_code rc =
				us_strf(&path, err, "%s.%s", names[i], ends[k]);

			if (rc)
				return rc;
			if (us_file_exists(path))
				return us_prisma_config_read(out, path, err);
		}
	return US_OK;
}

void us_prisma_config_fini(us_prisma_config *c)
{
	free(c->path);
	free(c->folder);
	us_said_fini(&c->schema);
	us_said_fini(&c->migrations);
	us_said_fini(&c->url);
	us_said_fini(&c->direct);
	us_said_fini(&c->shadow);
	*c = (us_prisma_config){ 0 };
}
