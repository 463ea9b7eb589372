/* Comparing a report with the part of it that a test is about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "run.h"
#include "unstick/str.h"

static const json_t *step(const json_t *v, const char *key)
{
	if (json_is_array(v))
		return json_array_get(v, strtoul(key, NULL, 10));
	return json_object_get(v, key);
}

json_t *part(const json_t *report, const char *path)
{
	const json_t *v = report;
	const char *rest = path;

	while (v && *rest) {
		const size_t n = strcspn(rest, ".");
		char *key = strndup(rest, n);

		v = step(v, key);
		free(key);
		rest += n + (rest[n] == '.');
	}
	if (!v) {
		char *all = json_dumps(report, JSON_INDENT(2));

		fail_msg("no %s in %s", path, all);
	}
	return (json_t *)v;
}

static const char *find_difference(
	const json_t *actual, const json_t *wanted, us_str *path);

static const char *difference_in_object(
	const json_t *actual, const json_t *wanted, us_str *path)
{
	const char *key, *why;
	json_t *v;

	if (!json_is_object(actual))
		return "no object";
	json_object_foreach((json_t *)wanted, key, v)
	{
		const size_t len = path->len;

		us_str_addf(path, ".%s", key);
		why = find_difference(json_object_get(actual, key), v, path);
		if (why)
			return why;
		path->len = len;
		path->buf[len] = '\0';
	}
	return NULL;
}

static const char *difference_in_array(
	const json_t *actual, const json_t *wanted, us_str *path)
{
	const char *why;

	if (json_array_size(actual) != json_array_size(wanted) ||
		!json_is_array(actual))
		return "not as many elements";
	for (size_t i = 0; i < json_array_size(wanted); i++) {
		const size_t len = path->len;

		us_str_addf(path, ".%zu", i);
		why = find_difference(
			json_array_get(actual, i), json_array_get(wanted, i), path);
		if (why)
			return why;
		path->len = len;
		path->buf[len] = '\0';
	}
	return NULL;
}

/* NULL, or what is wrong at the path. */
static const char *find_difference(
	const json_t *actual, const json_t *wanted, us_str *path)
{
	const char *text = json_string_value(wanted);

	if (!actual)
		return "is not there";
	if (json_is_object(wanted))
		return difference_in_object(actual, wanted, path);
	if (json_is_array(wanted))
		return difference_in_array(actual, wanted, path);
	if (text && text[0] == '~')
		return json_is_string(actual) &&
				       strstr(json_string_value(actual), text + 1)
			       ? NULL
			       : "is another text";
	return json_equal(actual, wanted) ? NULL : "is something else";
}

void expect_json(const json_t *actual, const json_t *wanted)
{
	us_str path = { 0 };
	const char *why;

	us_str_add(&path, "report");
	why = find_difference(actual, wanted, &path);
	if (why) {
		/* cmocka cuts what is long */
		json_dumpf(wanted, stderr, JSON_INDENT(2));
		fputs("\nwas wanted of\n", stderr);
		json_dumpf(actual, stderr, JSON_INDENT(2));
		fail_msg("%s %s", us_str_text(&path), why);
	}
	us_str_fini(&path);
}

void expect(const json_t *report, const char *wanted)
{
	char *text = strdup(wanted);
	json_error_t error;
	json_t *v;

	assert_non_null(text);
	for (char *c = strchr(text, '\''); c; c = strchr(c, '\''))
		*c = '"';
	v = json_loads(text, 0, &error);
	free(text);
	if (!v)
		fail_msg("%s: %s", wanted, error.text);
	expect_json(report, v);
	json_decref(v);
}
