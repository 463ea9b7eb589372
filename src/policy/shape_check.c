/* A case that was written or changed by hand: what a policy is shown has the types
 * that the definitions promise, or a test would be about something that never
 * happens. */
#include <stdarg.h>
#include <string.h>

#include "shape.h"
#include "unstick/auto.h"
#include "unstick/policy.h"
#include "unstick/str.h"

typedef struct {
	us_str path; /* of the value that is looked at */
	bool recorded;
	us_err *err;
} checkup;

static size_t down(checkup *c, const char *name)
{
	const size_t before = c->path.len;

	us_str_addf(&c->path, "%s%s", before > 0 ? "." : "", name);
	return before;
}

static void up(checkup *c, size_t to)
{
	c->path.len = to;
	if (c->path.buf)
		c->path.buf[to] = '\0';
}

US_PRINTF(2, 3)
static us_code fail(const checkup *c, const char *fmt, ...)
{
	US_AUTO(auto_str) char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0 || c->path.failed) {
		if (n < 0)
			text = NULL;
		return us_fail(c->err, US_E_NOMEM, "out of memory");
	}
	return us_fail(c->err, US_E_CONFIG, "`%s` %s", us_str_text(&c->path), text);
}

static const char *type_of(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a text";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
		break;
	}
	return "null";
}

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

/* What a later version calls by a name of its own is seldom so near to ours. */
static bool is_slip(const char *name, const char *near)
{
	return near && us_edit_distance(name, near) <= 1;
}

static us_code check_word(
	const checkup *c, const char *word, const char *const *words)
{
	US_AUTO(us_str_fini) us_str all = { 0 };
	const char *near;
	size_t n = count(words);

	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return US_OK;
	near = us_nearest(word, words, n);
	if (c->recorded && !is_slip(word, near))
		return US_OK;
	if (near)
		return fail(c, "can't be '%s'; did you mean '%s'?", word, near);
	for (size_t i = 0; i < n; i++)
		us_str_addf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
	return fail(c, "can't be '%s', only one of %s", word, us_str_text(&all));
}

static us_code check_reasons(
	const checkup *c, const json_t *object, const char *const *words)
{
	us_code rc = US_OK;
	const char *word;
	json_t *why;

	json_object_foreach((json_t *)object, word, why)
	{
		if (rc == US_OK)
			rc = check_word(c, word, words);
		if (rc == US_OK && !json_is_string(why) && !json_is_null(why))
			rc = fail(c, "has to say why not '%s' in a text, not %s",
				word, type_of(why));
	}
	return rc;
}

static us_code check_object(
	checkup *c, const us_shape *shape, const json_t *object);

static us_code check_one(checkup *c, const us_field *f, const json_t *v)
{
	static const char *const wanted[] = {
		[US_TEXT] = "a text",
		[US_WHOLE] = "a whole number",
		[US_NUMBER] = "a number",
		[US_TRUTH] = "true or false",
		[US_OBJECT] = "an object",
		[US_REASONS] = "an object",
	};
	const bool fits = (f->type == US_TEXT && json_is_string(v)) ||
			  (f->type == US_WHOLE && json_is_integer(v)) ||
			  (f->type == US_NUMBER && json_is_number(v)) ||
			  (f->type == US_TRUTH && json_is_boolean(v)) ||
			  (f->type >= US_OBJECT && json_is_object(v));

	if (!fits)
		return fail(c, "has to be %s, not %s", wanted[f->type], type_of(v));
	if (f->type == US_REASONS)
		return check_reasons(c, v, f->words);
	if (f->type == US_OBJECT)
		return check_object(c, f->shape, v);
	return f->words ? check_word(c, json_string_value(v), f->words) : US_OK;
}

static us_code check_list(checkup *c, const us_field *f, const json_t *list)
{
	const size_t before = c->path.len;
	us_code rc = US_OK;

	if (!json_is_array(list))
		return fail(c, "has to be a list, not %s", type_of(list));
	for (size_t i = 0; rc == US_OK && i < json_array_size(list); i++) {
		us_str_addf(&c->path, "[%zu]", c->recorded ? i : i + 1);
		rc = check_one(c, f, json_array_get(list, i));
		up(c, before);
	}
	return rc;
}

static us_code check_field(checkup *c, const us_field *f, const json_t *v)
{
	if (f->type == US_ANYTHING || (f->null && json_is_null(v)))
		return US_OK;
	return f->list ? check_list(c, f, v) : check_one(c, f, v);
}

static us_code check_unknown(const checkup *c, const us_shape *shape,
	const json_t *object, const char *name)
{
	const char *near = us_shape_nearest(shape, name);

	if (!is_slip(name, near) || json_object_get(object, near))
		return US_OK;
	return fail(
		c, "is nothing that %s has; did you mean `%s`?", shape->what, near);
}

/* What lacks something would make a report that lacks it, too. */
static us_code check_whole(checkup *c, const us_shape *shape, const json_t *object)
{
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < shape->n; i++) {
		const us_field *f = &shape->fields[i];
		const size_t before = down(c, f->name);

		if (!f->optional && !json_object_get(object, f->name))
			rc = fail(c, "is missing: record it again");
		up(c, before);
	}
	return rc;
}

static us_code check_object(checkup *c, const us_shape *shape, const json_t *object)
{
	us_code rc = US_OK;
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)object, name, v)
	{
		const us_field *f = us_shape_find(shape, name);
		const size_t before = down(c, name);

		if (rc == US_OK)
			rc = f ? check_field(c, f, v)
			       : check_unknown(c, shape, object, name);
		up(c, before);
	}
	return rc == US_OK && c->recorded ? check_whole(c, shape, object) : rc;
}

us_code us_shape_check(const json_t *kase, bool recorded, us_err *err)
{
	checkup c = { .recorded = recorded, .err = err };
	us_code rc;

	if (recorded)
		us_str_add(&c.path, "case");
	rc = check_object(&c, &us_case_shape, kase);
	us_str_fini(&c.path);
	return rc;
}

us_code us_case_check(const json_t *kase, us_err *err)
{
	return us_shape_check(kase, true, err);
}
