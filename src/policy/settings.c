/* The settings that a policy declares, and what unstick.yaml says of them: a slip
 * in either must not be found by the case that would have needed it. */
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "shape.h"
#include "unstick/auto.h"

static const char *const spec_keys[] = { "default", "required", "summary", "type" };
static const char *const types[] = { "boolean", "integer", "number", "string",
	"table", "boolean[]", "integer[]", "number[]", "string[]", "table[]" };

struct check {
	us_host *h;
	const us_host_source *source;
	us_err *err;
};

/* Told to whoever wants all mistakes, else the error. */
static us_code tell(const struct check *c, us_code code, const char *file, int line,
	const char *text)
{
	c->h->unsettled = true;
	if (c->h->run->mistake) {
		c->h->run->mistake(c->h->run->mistake_ctx, file, line, text);
		return US_OK;
	}
	if (line > 0)
		return us_fail(c->err, code, "%s:%d: %s", file, line, text);
	if (strcmp(file, c->h->name) == 0 && strncmp(text, file, strlen(file)) == 0)
		return us_fail(c->err, code, "%s", text);
	return us_fail(c->err, code, "%s: %s", file, text);
}

/* A mistake in the declaration. */
static us_code US_PRINTF(2, 3)
	misdeclared(const struct check *c, const char *fmt, ...)
{
	us_err said = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said.msg, sizeof(said.msg), fmt, ap);
	va_end(ap);
	return tell(c, US_E_POLICY, c->h->name, 0, said.msg);
}

/* A mistake in what was set, at the line of this setting or (NULL) of the policy.
 */
static us_code US_PRINTF(3, 4)
	misset(const struct check *c, const char *name, const char *fmt, ...)
{
	const json_t *at =
		name ? json_object_get(c->source->with_lines, name) : NULL;
	const char *file = c->source->settings_file;
	int line = at ? (int)json_integer_value(at) : c->source->line;
	us_err said = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said.msg, sizeof(said.msg), fmt, ap);
	va_end(ap);
	return tell(c, US_E_CONFIG, file && line > 0 ? file : c->h->name,
		file && line > 0 ? line : 0, said.msg);
}

/* ---- types ---- */

static bool is_scalar(const json_t *v, const char *type, size_t n)
{
	if (strncmp(type, "boolean", n) == 0)
		return json_is_boolean(v);
	if (strncmp(type, "integer", n) == 0)
		return json_is_integer(v);
	if (strncmp(type, "number", n) == 0)
		return json_is_number(v);
	if (strncmp(type, "string", n) == 0)
		return json_is_string(v);
	return json_is_object(v) || json_is_array(v);
}

static bool is_of(const json_t *v, const char *type)
{
	const size_t n = strcspn(type, "[");
	size_t i;
	const json_t *element;

	if (!type[n])
		return is_scalar(v, type, n);
	if (json_is_object(v)) /* {} in Lua is any empty table */
		return json_object_size(v) == 0;
	json_array_foreach(v, i, element)
	{
		if (!is_scalar(element, type, n))
			return false;
	}
	return json_is_array(v);
}

static const char *type_of(const json_t *v)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "a table",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "an integer",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "a boolean",
		[JSON_FALSE] = "a boolean",
		[JSON_NULL] = "nothing",
	};
	return names[json_typeof(v)];
}

/* ---- the declaration ---- */

static us_code check_keys(
	const struct check *c, const char *name, const json_t *spec)
{
	us_code rc = US_OK;
	const char *key;
	json_t *unused;

	json_object_foreach((json_t *)spec, key, unused)
	{
		const char *near;
		bool known = false;

		for (size_t i = 0; i < US_LEN(spec_keys); i++)
			known = known || strcmp(spec_keys[i], key) == 0;
		near = us_nearest(key, spec_keys, US_LEN(spec_keys));
		if (rc == US_OK && !known)
			rc = misdeclared(c,
				"setting `%s`: there is no `%s` of a setting%s%s%s",
				name, key, near ? "; did you mean `" : "",
				near ? near : "", near ? "`?" : "");
	}
	return rc;
}

static us_code check_type(const struct check *c, const char *name, const char *type)
{
	const char *near;

	for (size_t i = 0; type && i < US_LEN(types); i++)
		if (strcmp(types[i], type) == 0)
			return US_OK;
	near = type ? us_nearest(type, types, US_LEN(types)) : NULL;
	if (near)
		return misdeclared(c,
			"setting `%s`: there is no type `%s`; did you mean `%s`?",
			name, type, near);
	return misdeclared(c,
		"setting `%s` needs a type: boolean, integer, number, string or "
		"table, or a list of one as in `string[]`",
		name);
}

static us_code check_spec(
	const struct check *c, const char *name, const json_t *spec)
{
	const char *type = json_string_value(json_object_get(spec, "type"));
	const json_t *fallback = json_object_get(spec, "default");
	const json_t *required = json_object_get(spec, "required");
	us_code rc;

	if (!json_is_object(spec))
		return misdeclared(c,
			"setting `%s` has to be declared by a table as in { type = "
			"\"integer\", default = 3 }",
			name);
	rc = check_keys(c, name, spec);
	if (rc == US_OK)
		rc = check_type(c, name, type);
	if (rc == US_OK && required && !json_is_boolean(required))
		rc = misdeclared(
			c, "setting `%s`: `required` is true or false", name);
	if (rc == US_OK && fallback && json_is_true(required))
		rc = misdeclared(c,
			"setting `%s` is required, so its default is never used",
			name);
	if (rc == US_OK && fallback && type && !is_of(fallback, type))
		rc = misdeclared(c, "setting `%s`: its default is %s, not %s", name,
			type_of(fallback), type);
	return rc;
}

/* ---- what was set ---- */

static us_code check_given(const struct check *c, const char *name, const json_t *v)
{
	const json_t *spec = json_object_get(c->h->declared, name);
	const char *type = json_string_value(json_object_get(spec, "type"));
	const char *near;

	if (!spec) {
		near = us_shape_nearest(c->h->with_shape, name);
		if (near)
			return misset(c, name,
				"%s has no setting `%s`; did you mean `%s`?",
				c->h->name, name, near);
		return misset(c, name, "%s has no setting `%s`", c->h->name, name);
	}
	if (json_is_null(v) || !type || is_of(v, type))
		return US_OK;
	return misset(c, name, "setting `%s` of %s has to be of type %s, not %s",
		name, c->h->name, type, type_of(v));
}

/* The default, if nothing was said. */
static us_code fill_in(const struct check *c, const char *name, const json_t *spec)
{
	const json_t *given = json_object_get(c->h->with, name);
	json_t *fallback = json_object_get(spec, "default");

	if (given && !json_is_null(given))
		return US_OK;
	if (json_is_true(json_object_get(spec, "required")))
		return misset(c, NULL, "%s needs the setting `%s` (under `with`)",
			c->h->name, name);
	if (fallback && json_object_set(c->h->with, name, fallback) != 0)
		return us_fail(c->err, US_E_NOMEM, "out of memory");
	return US_OK;
}

/* Lua's tables have no order, and what is told of them must have one. */
static us_code sort(json_t **object, us_err *err)
{
	US_AUTO(auto_str) char *text = json_dumps(*object, JSON_SORT_KEYS);
	json_t *sorted = text ? json_loads(text, 0, NULL) : NULL;

	if (!sorted)
		return us_fail(err, US_E_NOMEM, "out of memory");
	json_decref(*object);
	*object = sorted;
	return US_OK;
}

us_code us_settings_apply(us_host *h, const us_host_source *source, us_err *err)
{
	struct check c = { h, source, err };
	us_code rc = US_OK;
	json_t *own;
	const char *name;
	json_t *v;

	if (!h->declared)
		return US_OK;
	rc = sort(&h->declared, err);
	if (rc != US_OK)
		return rc;
	own = json_copy(h->with); /* the configuration's stays as it is */
	h->with_shape = us_shape_new("`with`", h->declared);
	if (!own || !h->with_shape) {
		json_decref(own);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	json_decref(h->with);
	h->with = own;
	json_object_foreach(h->declared, name, v)
	{
		if (rc == US_OK)
			rc = check_spec(&c, name, v);
	}
	json_object_foreach(h->with, name, v)
	{
		if (rc == US_OK)
			rc = check_given(&c, name, v);
	}
	json_object_foreach(h->declared, name, v)
	{
		if (rc == US_OK)
			rc = fill_in(&c, name, v);
	}
	return rc;
}
