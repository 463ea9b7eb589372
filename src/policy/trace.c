/* How a decision came about: who was asked, what they looked at, what they said. */
#include <lauxlib.h>
#include <string.h>

#include "host.h"

#define PATHS_MAX 1000 /* a policy can make up as many as it likes */
#define PATH_MAX_LENGTH 200

void us_trace_read(us_host *h, const char *path)
{
	if (!path || strlen(path) > PATH_MAX_LENGTH ||
		json_object_size(h->reads) >= PATHS_MAX)
		return;
	/* An object keeps its keys in order, and each of them once; without memory
	 * the trace is shorter, which no decision depends on. */
	if (!json_object_get(h->reads, path))
		(void)json_object_set_new(h->reads, path, json_true());
}

/* "evidence" was only the way to "evidence.state". */
static bool is_on_the_way(const json_t *reads, const char *path)
{
	const size_t n = strlen(path);
	const char *other;
	json_t *unused;

	json_object_foreach((json_t *)reads, other, unused)
	{
		if (strncmp(other, path, n) == 0 &&
			(other[n] == '.' || other[n] == '['))
			return true;
	}
	return false;
}

static json_t *list_of(const json_t *reads)
{
	json_t *list = json_array();
	const char *path;
	json_t *unused;

	json_object_foreach((json_t *)reads, path, unused)
	{
		if (list && !is_on_the_way(reads, path) &&
			json_array_append_new(list, json_string(path)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static const char *answer_of(const us_verdict *v)
{
	if (!v->given)
		return NULL;
	return v->broke ? "broke" : us_action_name(v->action);
}

us_code us_trace_add(json_t *trace, const us_host *h, us_case_kind kind,
	const us_verdict *v, us_err *err)
{
	json_t *line = v->line > 0 ? json_integer(v->line) : json_null();
	const int handler = us_host_handler(h, kind);
	json_t *entry = json_pack("{s:s, s:s?, s:s?, s:o, s:o}", "policy", h->name,
		"handler",
		h->handlers[handler] != LUA_NOREF
			? us_policy_handler((size_t)handler)
			: NULL,
		"answer", answer_of(v), "line", line, "reads", list_of(h->reads));

	if (json_array_append_new(trace, entry) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}
