/* How a decision came about, policy by policy. */
#include <string.h>

#include "text.h"

#define BUILTIN "builtin:"

static void say_answer(page *p, const json_t *asked)
{
	const char *handler = text_at(asked, "handler");
	const char *answer = text_at(asked, "answer");
	json_int_t line;

	if (!handler) {
		page_say(p, ": has no handler for it");
		return;
	}
	page_say(p, ": `%s` ", handler);
	if (!answer)
		page_say(p, "has no opinion");
	else if (strcmp(answer, "broke") == 0)
		page_say(p, "broke");
	else
		page_say(p, "answered %s", answer);
	if (number_at(&line, asked, "line")) {
		page_say(p, ", line");
		page_glue(p);
		page_say(p, "%" JSON_INTEGER_FORMAT, line);
	}
}

static void print_reads(page *p, const json_t *reads)
{
	size_t i;
	const json_t *v;

	if (json_array_size(reads) == 0)
		return;
	page_label(p, "");
	page_say(p, "it read ");
	json_array_foreach(reads, i, v)
	{
		const char *path = json_string_value(v);

		page_say(p, "%s", i ? ", " : "");
		page_name(p, path ? path : "?");
	}
	page_end(p);
}

void text_trace(page *p, const json_t *kase)
{
	const json_t *trace = json_object_get(kase, "trace"), *asked;
	bool first = true;
	size_t i;

	json_array_foreach(trace, i, asked)
	{
		const char *policy = text_at(asked, "policy");

		/* Most built-in ones are about one kind only. */
		if (policy && !text_at(asked, "handler") &&
			strncmp(policy, BUILTIN, strlen(BUILTIN)) == 0)
			continue;
		page_label(p, first ? "asked" : "");
		first = false;
		page_name(p, policy ? policy : "?");
		say_answer(p, asked);
		page_end(p);
		print_reads(p, json_object_get(asked, "reads"));
	}
}
