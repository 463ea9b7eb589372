/* What `unstick policy api`, `new` and `check` print. */
#include <string.h>

#include "text.h"
#include "unstick/auto.h"

/* ---- api ---- */

/* A file for lua-language-server: nothing is wrapped, nothing is added. */
static void print_api(page *p, const json_t *run)
{
	const char *api = text_at(run, "api");

	if (api)
		us_str_add(&p->out, api);
}

/* ---- new ---- */

static void print_new(page *p, const json_t *run)
{
	const json_t *created = json_object_get(run, "created"), *v;
	const json_t *add = json_object_get(run, "add");
	const char *to = text_at(add, "to"), *policy = text_at(add, "policy");
	size_t i;

	json_array_foreach(created, i, v)
	{
		page_begin(p, 0);
		page_say(p, "created ");
		page_name(p, json_string_value(v));
		page_end(p);
	}
	if (!to || !policy || p->style->quiet)
		return;
	page_gap(p);
	page_begin(p, 0);
	page_say(p, "add to ");
	page_name(p, to);
	page_say(p, ", where policies are asked in this order:");
	page_end(p);
	page_gap(p);
	page_begin(p, 4);
	page_say(p, "policies:");
	page_end(p);
	page_begin(p, 6);
	page_say(p, "- ");
	page_name(p, policy);
	page_end(p);
	page_gap(p);
	page_begin(p, 0);
	page_say(p, "then `unstick policy check` and `busted --lua=lua5.4` try it");
	page_end(p);
}

/* ---- check ---- */

static char mark_of(const char *level)
{
	if (strcmp(level, "error") == 0)
		return MARK_RED;
	return strcmp(level, "warning") == 0 ? MARK_YELLOW : MARK_PLAIN;
}

/* "policies/a.lua:7: error: ...", which editors know how to follow. */
static void print_mistake(page *p, const json_t *mistake)
{
	const char *file = text_at(mistake, "file");
	const char *level = text_at(mistake, "level");
	const char *message = text_at(mistake, "message");
	json_int_t line;

	page_begin(p, 0);
	if (file) {
		page_name(p, file);
		if (number_at(&line, mistake, "line"))
			page_say(p, ":%" JSON_INTEGER_FORMAT, line);
		page_say(p, ": ");
	}
	page_mark(p, mark_of(level ? level : ""));
	page_say(p, "%s", level ? level : "error");
	page_mark(p, MARK_PLAIN);
	page_say(p, ": %s", message ? message : "?");
	page_end(p);
}

static size_t count_of(const json_t *mistakes, const char *level)
{
	size_t n = 0, i;
	const json_t *v;

	json_array_foreach(mistakes, i, v) n += is_at(v, "level", level);
	return n;
}

static void say_some(page *p, size_t n, const char *thing)
{
	if (n == 0)
		return;
	page_say(p, ", ");
	say_count(p, (json_int_t)n, thing);
}

static void print_check(page *p, const json_t *run)
{
	const json_t *mistakes = json_object_get(run, "mistakes"), *v;
	const size_t n = length_at(run, "policies");
	size_t i;

	if (!json_is_array(mistakes))
		return;
	json_array_foreach(mistakes, i, v)
	{
		if (!p->style->quiet || is_at(v, "level", "error"))
			print_mistake(p, v);
	}
	page_begin(p, 0);
	if (n == 0)
		page_say(p, "no policy of the project's own is loaded");
	else
		page_say(p, "%zu %s tried on sample cases", n,
			n == 1 ? "policy" : "policies");
	if (json_array_size(mistakes) == 0)
		page_say(p, ", nothing to say");
	say_some(p, count_of(mistakes, "error"), "error");
	say_some(p, count_of(mistakes, "warning"), "warning");
	say_some(p, count_of(mistakes, "note"), "note");
	page_end(p);
}

bool text_policy(page *p, const json_t *run)
{
	static const struct {
		const char *command;
		void (*print)(page *p, const json_t *run);
	} all[] = {
		{ "policy api", print_api },
		{ "policy check", print_check },
		{ "policy new", print_new },
	};

	for (size_t i = 0; i < US_LEN(all); i++) {
		if (is_at(run, "command", all[i].command)) {
			all[i].print(p, run);
			return true;
		}
	}
	return false;
}
