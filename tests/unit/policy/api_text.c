#include "api_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* What is being read. */
struct reading {
	json_t *api;
	const char *class, *alias; /* keys of api's own; NULL outside of one */
};

static json_t *member(json_t *object, const char *key)
{
	json_t *found = json_object_get(object, key);

	if (!found) {
		found = json_object();
		assert_int_equal(json_object_set_new(object, key, found), 0);
	}
	return found;
}

/* The key as the object has it, so that it lives as long. */
static const char *own_key(json_t *object, const char *key)
{
	return json_object_iter_key(json_object_iter_at(object, key));
}

static bool begins(const char *line, const char *with, const char **rest)
{
	size_t n = strlen(with);

	*rest = line + n;
	return strncmp(line, with, n) == 0;
}

/* The words in "quotes" of a text, as keys of an object. */
static void add_quoted(json_t *to, const char *text)
{
	const char *from, *end;

	for (; (from = strchr(text, '"')) && (end = strchr(from + 1, '"'));
		text = end + 1)
		assert_int_equal(json_object_setn_new(to, from + 1,
					 (size_t)(end - from - 1), json_true()),
			0);
}

static void read_function(struct reading *r, const char *name)
{
	const size_t n = strcspn(name, "(");
	const size_t table = strcspn(name, ".:(");
	char of[64] = "", what[64] = "";

	assert_true(n < sizeof(what));
	if (table < n)
		memcpy(of, name, table);
	memcpy(what, table < n ? name + table + 1 : name,
		table < n ? n - table - 1 : n);
	assert_int_equal(
		json_object_set_new(
			member(member(r->api, "functions"), of), what, json_true()),
		0);
}

static void read_line(struct reading *r, const char *line)
{
	const char *rest;
	char name[64];

	if (sscanf(line, "---@class %63[A-Za-z0-9_.]", name) == 1) {
		json_t *classes = member(r->api, "classes");

		(void)member(classes, name);
		r->class = own_key(classes, name);
	} else if (r->class && sscanf(line, "---@field %63s", name) == 1) {
		rest = strstr(line, name) + strlen(name);
		assert_int_equal(
			json_object_set_new(
				member(member(r->api, "classes"), r->class), name,
				json_string(rest + strspn(rest, " "))),
			0);
	} else if (sscanf(line, "---@alias %63s", name) == 1) {
		json_t *aliases = member(r->api, "aliases");

		add_quoted(member(aliases, name), line);
		r->alias = own_key(aliases, name);
	} else if (r->alias && begins(line, "---| ", &rest)) {
		add_quoted(member(member(r->api, "aliases"), r->alias), rest);
	} else if (begins(line, "function ", &rest)) {
		read_function(r, rest);
	} else if (sscanf(line, "%63[a-z0-9]", name) == 1 &&
		   strcmp(line + strlen(name), " = {}") == 0) {
		assert_int_equal(json_object_set_new(member(r->api, "tables"), name,
					 json_string(r->class ? r->class : "")),
			0);
	}
}

json_t *api_read(const char *text)
{
	struct reading r = { .api = json_object() };

	while (*text) {
		const size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		assert_non_null(line);
		read_line(&r, line);
		free(line);
		text += n + (text[n] == '\n');
	}
	return r.api;
}

json_t *api_part(const json_t *api, const char *section, const char *name)
{
	json_t *part = json_object_get(json_object_get(api, section), name);

	if (!part)
		fail_msg("the definitions have no %s %s", section, name);
	return part;
}
