#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "unstick/auto.h"
#include "unstick/view.h"

/* "unstick.yaml:7: text" as a mistake of its own. */
static us_code add_mistake(
	json_t *mistakes, const char *file, const char *text, us_err *err)
{
	const size_t n = file ? strlen(file) : 0;
	char *rest = NULL;
	long line = 0;
	json_t *one;

	if (n > 0 && strncmp(text, file, n) == 0 && text[n] == ':') {
		line = strtol(text + n + 1, &rest, 10);
		if (rest && *rest == ':' && line > 0)
			text = rest + 1 + strspn(rest + 1, " ");
	}
	one = json_pack("{s:s, s:s?, s:o, s:o}", "level", "error", "file", file,
		"line", line > 0 ? json_integer(line) : json_null(), "message",
		us_view_text(text));
	if (json_array_append_new(mistakes, one) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

static us_code add_mistakes(
	json_t *mistakes, const char *file, const us_strs *texts, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; i < texts->len && rc == US_OK; i++)
		rc = add_mistake(mistakes, file, texts->items[i], err);
	return rc;
}

static bool has_errors(const json_t *mistakes)
{
	size_t i;
	const json_t *v;

	json_array_foreach(mistakes, i, v)
	{
		if (strcmp(json_string_value(json_object_get(v, "level")),
			    "error") == 0)
			return true;
	}
	return false;
}

static int by_place(const void *a, const void *b)
{
	const json_t *x = *(const json_t *const *)a, *y = *(const json_t *const *)b;
	const char *file = json_string_value(json_object_get(x, "file"));
	const char *other = json_string_value(json_object_get(y, "file"));
	json_int_t line = json_integer_value(json_object_get(x, "line"));
	json_int_t its = json_integer_value(json_object_get(y, "line"));
	int order = strcmp(file ? file : "", other ? other : "");

	if (order != 0)
		return order;
	if (line != its)
		return line < its ? -1 : 1;
	return strcmp(json_string_value(json_object_get(x, "message")),
		json_string_value(json_object_get(y, "message")));
}

/* By file and line: they were found in no order of their own. */
static us_code sort(json_t **mistakes, us_err *err)
{
	const size_t n = json_array_size(*mistakes);
	json_t **all = calloc(n + 1, sizeof(*all));
	json_t *sorted = json_array();
	us_code rc = all && sorted ? US_OK : US_E_NOMEM;

	for (size_t i = 0; rc == US_OK && i < n; i++)
		all[i] = json_array_get(*mistakes, i);
	if (rc == US_OK)
		qsort(all, n, sizeof(json_t *), by_place);
	for (size_t i = 0; rc == US_OK && i < n; i++)
		if (json_array_append(sorted, all[i]) != 0)
			rc = US_E_NOMEM;
	free(all);
	json_decref(*mistakes);
	*mistakes = sorted;
	return rc == US_OK ? rc : us_fail(err, US_E_NOMEM, "out of memory");
}

/* Those of unstick.yaml and those of the policies. */
static us_code check_policies(
	struct session *s, const us_strs *in_yaml, us_err *err)
{
	json_t *found = NULL, *mistakes = json_array();
	us_code rc = add_mistakes(mistakes, s->config->file, in_yaml, err);

	if (rc == US_OK)
		rc = session_check_policies(s, &found, err);
	if (rc == US_OK && json_array_extend(mistakes,
				   json_object_get(found, "mistakes")) != 0)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK)
		rc = sort(&mistakes, err);
	if (rc == US_OK &&
		(!document_set(s->document, "policies",
			 json_incref(json_object_get(found, "policies"))) ||
			!document_set(
				s->document, "mistakes", json_incref(mistakes))))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK && has_errors(mistakes))
		s->status = us_code_exit(US_E_CONFIG);
	json_decref(found);
	json_decref(mistakes);
	return rc;
}

static us_code check(struct session *s, us_err *err)
{
	us_strs in_yaml = { 0 };
	us_code rc;

	s->options.mistakes = &in_yaml;
	rc = session_configure(s, err);
	if (rc == US_OK)
		rc = check_policies(s, &in_yaml, err);
	us_strs_fini(&in_yaml);
	return rc;
}

const struct cmd cmd_policy_check = {
	.name = "policy check",
	.usage = "",
	.summary = "every mistake in unstick.yaml and the policies at once",
	.help = "Loads all configured policies and tries their handlers on sample "
		"cases, such\n"
		"as unstick makes them. Needs no database. Errors are certain: a "
		"name that no\n"
		"case has, an answer that is no verdict, a wrong setting. Warnings "
		"are what\n"
		"breaks on a sample; notes are worth knowing. Exits 78 if there "
		"are errors.\n",
	.run = check,
};
