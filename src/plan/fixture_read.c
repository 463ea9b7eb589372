/* A case from a file: recorded, and maybe changed by a person since, so that what
 * can't be read is said clearly. */
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/fixture.h"

#define MAX_FILE ((size_t)64 << 20U)

void us_fixture_fini(us_fixture *f)
{
	json_decref(f->kase);
	us_permits_fini(&f->permits);
	*f = (us_fixture){ 0 };
}

static us_code read_word(
	us_permits *p, us_action a, const json_t *word, us_err *err)
{
	const char *why = json_string_value(json_object_get(word, "why"));
	const char *never = json_string_value(json_object_get(word, "never"));
	us_code rc = us_strdup(&p->why[a],
		why ? why : "the recording doesn't say whether it is permitted",
		err);

	p->allowed[a] = json_is_true(json_object_get(word, "allowed"));
	return rc == US_OK && never ? us_strdup(&p->never[a], never, err) : rc;
}

static us_code read_permits(us_permits *p, const json_t *fixture, us_err *err)
{
	const json_t *guard = json_object_get(fixture, "guard");
	const char *to = json_string_value(json_object_get(fixture, "rename_to"));
	us_code rc = US_OK;

	for (size_t i = 0; i < US_ACTIONS && rc == US_OK; i++)
		rc = read_word(p, (us_action)i,
			json_object_get(guard, us_action_name((us_action)i)), err);
	return rc == US_OK && to ? us_strdup(&p->rename_to, to, err) : rc;
}

static bool parse_kind(us_case_kind *out, const char *name)
{
	for (int i = 0; name && i < US_CASE_KINDS; i++) {
		if (strcmp(us_case_kind_name((us_case_kind)i), name) == 0) {
			*out = (us_case_kind)i;
			return true;
		}
	}
	return false;
}

/* ---- what people change by hand ---- */

static bool is_action(const char *name)
{
	for (size_t i = 0; i < US_ACTIONS; i++)
		if (strcmp(us_action_name((us_action)i), name) == 0)
			return true;
	return false;
}

static us_code check_word(const char *action, const json_t *word, us_err *err)
{
	static const char *const texts[] = { "why", "never" };
	const json_t *allowed = json_object_get(word, "allowed");
	const char *near = is_action(action) ? NULL : us_action_nearest(action);

	/* What a later version can do besides is nothing we could do. */
	if (near && us_edit_distance(action, near) <= 1)
		return us_fail(err, US_E_CONFIG,
			"`guard.%s` is no action; did you mean `%s`?", action,
			near);
	if (!json_is_object(word))
		return us_fail(err, US_E_CONFIG,
			"`guard.%s` has to be an object with `allowed` and `why`",
			action);
	if (allowed && !json_is_boolean(allowed))
		return us_fail(err, US_E_CONFIG,
			"`guard.%s.allowed` has to be true or false", action);
	for (size_t i = 0; i < US_LEN(texts); i++) {
		const json_t *text = json_object_get(word, texts[i]);

		if (text && !json_is_string(text) && !json_is_null(text))
			return us_fail(err, US_E_CONFIG,
				"`guard.%s.%s` has to be a text or null", action,
				texts[i]);
	}
	return US_OK;
}

static us_code check_guard(const json_t *root, us_err *err)
{
	const json_t *to = json_object_get(root, "rename_to");
	us_code rc = US_OK;
	const char *action;
	json_t *word;

	if (to && !json_is_string(to) && !json_is_null(to))
		return us_fail(
			err, US_E_CONFIG, "`rename_to` has to be a text or null");
	json_object_foreach(json_object_get(root, "guard"), action, word)
	{
		if (rc == US_OK)
			rc = check_word(action, word, err);
	}
	return rc;
}

static us_code read_fixture(
	us_fixture *out, const json_t *root, const char *path, us_err *err)
{
	const json_t *schema = json_object_get(root, "fixture");
	const char *version = json_string_value(json_object_get(root, "unstick"));
	json_t *kase = json_object_get(root, "case");
	us_code rc;

	if (!json_is_integer(schema) || json_integer_value(schema) < 1)
		return us_fail(err, US_E_CONFIG,
			"%s: not a case that `unstick explain NAME --record FILE` "
			"wrote",
			path);
	if (json_integer_value(schema) > US_FIXTURE_SCHEMA)
		return us_fail(err, US_E_CONFIG,
			"%s: recorded by unstick %s in schema %lld, of which this "
			"one (" US_VERSION ", schema %d) knows nothing: update it",
			path, version ? version : "of a later version",
			(long long)json_integer_value(schema), US_FIXTURE_SCHEMA);
	if (!json_is_object(kase) ||
		!json_is_object(json_object_get(root, "guard")))
		return us_fail(err, US_E_CONFIG,
			"%s: `case` or `guard` is missing: record it again", path);
	rc = check_guard(root, err);
	if (rc == US_OK)
		rc = us_case_check(kase, err);
	if (rc == US_OK &&
		!parse_kind(&out->kind,
			json_string_value(json_object_get(kase, "kind"))))
		rc = us_fail(err, US_E_CONFIG,
			"the case's `kind` is none that unstick knows");
	if (rc != US_OK) {
		us_context(err, "%s", path);
		return rc;
	}
	out->kase = json_incref(kase);
	return read_permits(&out->permits, root, err);
}

us_code us_fixture_read(us_fixture *out, const char *path, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	json_error_t where;
	json_t *root;
	size_t len;
	us_code rc = us_file_read_text(&text, &len, path, MAX_FILE, err);

	*out = (us_fixture){ 0 };
	if (rc != US_OK)
		return rc;
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return us_fail(err, US_E_CONFIG, "%s:%d: not JSON: %s", path,
			where.line, where.text);
	rc = read_fixture(out, root, path, err);
	json_decref(root);
	if (rc != US_OK)
		us_fixture_fini(out);
	return rc;
}
