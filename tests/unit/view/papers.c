/* Documents as data: the few forms of Markdown that ours are written in. */
#include "papers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

/* Everything from a heading to the next one. free(). */
static char *section(const char *file, const char *heading)
{
	US_AUTO(auto_str) char *path = NULL;
	US_AUTO(auto_file) FILE *f = NULL;
	char *text = NULL, *line = NULL;
	size_t len = 0, cap = 0;
	bool inside = false;
	ssize_t n;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_true(asprintf(&path, "%s/%s", US_ROOT, file) > 0);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s can't be read", path);
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[0] == '#') {
			line[strcspn(line, "\n")] = '\0';
			inside = strcmp(line, heading) == 0;
		} else if (inside) {
			fwrite(line, 1, (size_t)n, out);
		}
	}
	free(line);
	assert_int_equal(fclose(out), 0);
	if (len == 0)
		fail_msg("%s has no section \"%s\"", file, heading);
	return text;
}

static json_t *text_of(const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	while (from < to && to[-1] == ' ')
		to--;
	return json_stringn(from, (size_t)(to - from));
}

/* "| a | b |" */
static json_t *cells_of(const char *line)
{
	json_t *cells = json_array();
	const char *from = line + 1, *to;

	while ((to = strchr(from, '|'))) {
		assert_int_equal(
			json_array_append_new(cells, text_of(from, to)), 0);
		from = to + 1;
	}
	return cells;
}

json_t *paper_table(const char *file, const char *heading)
{
	US_AUTO(auto_str) char *text = section(file, heading);
	json_t *rows = json_array();
	char *rest = NULL;
	size_t head = 2;

	for (char *line = strtok_r(text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] != '|')
			continue;
		if (head > 0)
			head--;
		else
			assert_int_equal(
				json_array_append_new(rows, cells_of(line)), 0);
	}
	assert_true(json_array_size(rows) > 0);
	return rows;
}

json_t *paper_block(const char *file, const char *heading)
{
	US_AUTO(auto_str) char *text = section(file, heading);
	json_t *lines = json_array();
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "    ", 4) == 0)
			assert_int_equal(
				json_array_append_new(lines, json_string(line + 4)),
				0);
	assert_true(json_array_size(lines) > 0);
	return lines;
}

json_t *paper_words(const char *text)
{
	json_t *words = json_object();
	const char *from, *to;

	for (; (from = strchr(text, '`')) && (to = strchr(from + 1, '`'));
		text = to + 1) {
		assert_int_equal(json_object_setn_new(words, from + 1,
					 (size_t)(to - from - 1), json_true()),
			0);
	}
	return words;
}

static const char *first_cell(const json_t *row)
{
	return json_string_value(json_array_get(row, 0));
}

const json_t *paper_row(const json_t *table, const char *key)
{
	size_t i;
	json_t *row;

	json_array_foreach(table, i, row)
	{
		json_t *words = paper_words(first_cell(row));
		bool found = json_object_get(words, key) != NULL;

		json_decref(words);
		if (found)
			return row;
	}
	fail_msg("no row says `%s`", key);
	return NULL;
}

json_t *paper_keys(const json_t *table)
{
	json_t *keys = json_object();
	size_t i;
	json_t *row;

	json_array_foreach(table, i, row)
	{
		json_t *words = paper_words(first_cell(row));

		assert_int_equal(json_object_update(keys, words), 0);
		json_decref(words);
	}
	return keys;
}

void assert_keys(const char *what, const json_t *object, const json_t *keys)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		fail_msg("%s is no object", what);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (!json_object_get(keys, key))
			fail_msg("%s has the key `%s`, which isn't documented",
				what, key);
	}
	json_object_foreach((json_t *)(uintptr_t)keys, key, value)
	{
		if (!json_object_get(object, key))
			fail_msg("%s lacks the documented key `%s`", what, key);
	}
}
