/* What was found out about a case, in the order a person asks: what is it, how far
 * did it get, what went wrong, is somebody still at it, what lies about. */
#include <string.h>

#include "text.h"
#include "unstick/auto.h"

#define SHOWN 10 /* leftovers and candidates */

/* ---- how far it got ---- */

/* "0, 2 or 5": the members of K. */
static void say_members(page *p, const json_t *prefixes)
{
	const size_t n = json_array_size(prefixes);

	for (size_t i = 0; i < n; i++)
		page_say(p, "%s%" JSON_INTEGER_FORMAT,
			i == 0       ? ""
			: i + 1 == n ? " or "
				     : ", ",
			json_integer_value(json_array_get(prefixes, i)));
}

/* What comes next in the script, or may: "; the next is at line 9", "; lines 9 to
 * 14 are in doubt". Nothing where a line is not known. */
static void say_lines(
	page *p, const json_t *evidence, json_int_t min, json_int_t max)
{
	const json_t *list = json_object_get(evidence, "statements");
	const json_int_t last = max > min ? max - 1 : max;
	json_int_t from, to;

	if (min < 0 || max < min ||
		!number_at(&from, json_array_get(list, (size_t)min), "line") ||
		!number_at(&to, json_array_get(list, (size_t)last), "line"))
		return;
	if (min == max)
		page_say(p, "; the next is at line %" JSON_INTEGER_FORMAT, from);
	else if (from == to)
		page_say(p, "; line %" JSON_INTEGER_FORMAT " is in doubt", from);
	else
		page_say(p,
			"; lines %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT
			" are in doubt",
			from, to);
}

/* "2 of 5 statements ran"; n < 0: not known how many there are. */
static void say_partial(page *p, const json_t *evidence, json_int_t n)
{
	const json_t *prefixes = json_object_get(evidence, "prefixes");
	const json_t *range = json_object_get(evidence, "applied_prefix");
	const json_int_t known = (json_int_t)json_array_size(prefixes);
	json_int_t min, max;

	if (!number_at(&min, range, "min") || !number_at(&max, range, "max")) {
		page_say(p, "part of it ran");
		return;
	}
	if (known == 2 && min == 0 && max == n) {
		page_say(p, "either nothing or all of it ran (");
		say_count(p, n, "statement");
		page_say(p, ")");
		return;
	}
	if (known > 1 && max - min + 1 != known)
		say_members(p, prefixes);
	else if (min == max)
		page_say(p, "%" JSON_INTEGER_FORMAT, min);
	else
		page_say(p,
			"between %" JSON_INTEGER_FORMAT
			" and %" JSON_INTEGER_FORMAT,
			min, max);
	if (n >= 0)
		page_say(p, " of %" JSON_INTEGER_FORMAT, n);
	page_say(p, " statements ran");
	say_lines(p, evidence, min, max);
}

/* ": 2 there, 1 not there, 1 neither" */
static void say_each(page *p, const json_t *statements)
{
	static const struct {
		const char *state, *words;
	} states[] = {
		{ "present", "there" },
		{ "absent", "not there" },
		{ "conflict", "neither" },
		{ "unobservable", "without a trace" },
		{ "unknown", "not known" },
	};
	const char *before = ": ";

	for (size_t i = 0; i < US_LEN(states); i++) {
		size_t count = 0, j;
		const json_t *v;

		json_array_foreach(statements, j, v) count +=
			is_at(v, "state", states[i].state);
		if (count == 0)
			continue;
		page_say(p, "%s%zu %s", before, count, states[i].words);
		before = ", ";
	}
}

/* False if nothing is known, not even that nothing is known. */
static bool say_state(page *p, const json_t *evidence)
{
	const json_t *statements = json_object_get(evidence, "statements");
	const json_int_t n = json_is_array(statements)
				     ? (json_int_t)json_array_size(statements)
				     : -1;
	const char *state = text_at(evidence, "state");

	if (!state)
		return false;
	if (n == 0)
		page_say(p, "the script has no statements");
	else if (strcmp(state, "none") == 0)
		page_say(p, "nothing ran");
	else if (strcmp(state, "all") == 0 && n == 1)
		page_say(p, "its one statement ran");
	else if (strcmp(state, "all") == 0 && n > 1)
		page_say(p, "all %" JSON_INTEGER_FORMAT " statements ran", n);
	else if (strcmp(state, "all") == 0)
		page_say(p, "all of it ran");
	else if (strcmp(state, "partial") == 0)
		say_partial(p, evidence, n);
	else if (strcmp(state, "diverged") == 0) {
		page_say(p,
			"what is in the database matches no point of the script");
		say_each(p, statements);
	} else
		page_say(p, "how much of it ran isn't known");
	return true;
}

static void print_line(page *p, const char *text)
{
	page_label(p, "");
	page_say(p, "%s", text);
	page_end(p);
}

static void print_state(page *p, const json_t *evidence)
{
	const char *proof = text_at(evidence, "proof");
	const char *why = text_at(evidence, "why");

	if (!text_at(evidence, "state") && !why)
		return;
	page_label(p, "found");
	if (say_state(p, evidence)) {
		if (proof)
			page_say(p, " (proof: %s)", proof);
		page_end(p);
		if (why)
			print_line(p, why);
	} else {
		page_say(p, "%s", why);
		page_end(p);
	}
	if (true_at(evidence, "edited"))
		print_line(p, "the script was edited since it was tried");
}

/* ---- the case itself ---- */

static void print_kind(page *p, const json_t *kase)
{
	const char *kind = text_at(kase, "kind");
	const char *cause = text_at(kase, "cause");

	/* An unknown cause is worth a word only where the kind says nothing else.
	 */
	if (cause && strcmp(cause, "unknown") == 0 && kind &&
		strcmp(kind, "failure") != 0)
		cause = NULL;
	if (!kind && !cause)
		return;
	page_label(p, "what");
	if (kind)
		page_say(p, "%s", kind_words(kind));
	if (cause)
		page_say(p, "%scause: %s", kind ? "; " : "", cause_words(cause));
	page_end(p);
}

static void print_began(page *p, const json_t *kase)
{
	json_int_t attempts, left;

	if (!text_at(failed_record(kase), "started_at") &&
		!number_at(&attempts, kase, "age_seconds"))
		return;
	page_label(p, "when");
	(void)say_began(p, kase);
	if (number_at(&attempts, kase, "attempts") && attempts > 0) {
		page_say(p, "; ");
		say_count(p, attempts, "attempt");
		page_say(p, " by unstick so far");
		if (number_at(&left, kase, "attempts_left"))
			page_say(p, ", %" JSON_INTEGER_FORMAT " left", left);
	}
	page_end(p);
}

static void print_error(page *p, const json_t *evidence)
{
	const json_t *error = json_object_get(evidence, "error");
	json_int_t statement, line;
	const bool has_statement = number_at(&statement, error, "statement");
	const bool has_line = number_at(&line, error, "line");

	if (!json_is_object(error))
		return;
	page_label(p, "error");
	page_mark(p, MARK_RED);
	if (text_at(error, "code") || text_at(error, "message"))
		say_error(p, error, false);
	else
		page_say(p, "one was recorded, but not what it was");
	page_mark(p, MARK_PLAIN);
	if (has_statement || has_line) {
		page_say(p, "\n");
		if (has_statement)
			page_say(p, "statement %" JSON_INTEGER_FORMAT "%s",
				statement, has_line ? ", " : "");
		if (has_line)
			page_say(p, "line %" JSON_INTEGER_FORMAT, line);
		page_say(p, " of the script");
	}
	page_end(p);
}

/* ---- who and what is still there ---- */

static void print_running(page *p, const json_t *run, const json_t *kase)
{
	const json_t *running =
		json_object_get(json_object_get(kase, "evidence"), "running");
	const bool matters =
		is_in_progress(kase) || is_at(run, "command", "explain");
	size_t i;
	const json_t *v;

	if (json_is_null(running) || (json_is_array(running) && matters &&
					     json_array_size(running) == 0)) {
		page_label(p, "running");
		page_say(p, json_is_null(running)
				    ? "not known: other sessions can't be seen"
				    : "nobody is seen at it");
		page_end(p);
	}
	json_array_foreach(running, i, v)
	{
		const char *why = text_at(v, "why");
		const char *query = text_at(v, "query");

		page_label(p, i == 0 ? "running" : "");
		page_mark(p, MARK_YELLOW);
		say_session(p, v);
		page_mark(p, MARK_PLAIN);
		if (why)
			page_say(p, ": %s", why);
		else if (true_at(v, "holds_lock"))
			page_say(p, ": holds Prisma's lock");
		page_end(p);
		if (query)
			page_lines(p, PAGE_TEXT, "| ", query, 2);
	}
}

static void print_leftovers(page *p, const json_t *evidence)
{
	const json_t *left = json_object_get(evidence, "leftovers");
	const size_t n = json_array_size(left), shown = page_shown(p, n, SHOWN);

	for (size_t i = 0; i < shown; i++) {
		const char *text = json_string_value(json_array_get(left, i));

		if (!text)
			continue;
		page_label(p, i == 0 ? "left over" : "");
		page_mark(p, MARK_RED);
		page_name(p, text);
		page_mark(p, MARK_PLAIN);
		page_end(p);
	}
	page_more(p, PAGE_TEXT, "", n - shown);
}

static void say_likeness(page *p, const json_t *candidate)
{
	json_int_t distance;

	page_say(p, true_at(candidate, "same_checksum") ? ": the same script"
							: ": another script");
	if (true_at(candidate, "same_timestamp"))
		page_say(p, ", the same timestamp");
	if (json_is_boolean(json_object_get(candidate, "same_place")))
		page_say(p, true_at(candidate, "same_place")
				    ? ", the same place in the history"
				    : ", another place in the history");
	if (number_at(&distance, candidate, "distance")) {
		page_say(p, ", ");
		say_count(p, distance, "edit");
		page_say(p, " between the names");
	}
}

static void print_candidates(page *p, const json_t *kase)
{
	const json_t *list =
		json_object_get(json_object_get(kase, "evidence"), "candidates");
	const size_t n = json_array_size(list), shown = page_shown(p, n, SHOWN);

	if (json_is_array(list) && n == 0 && is_at(kase, "kind", "name_mismatch")) {
		page_label(p, "folders");
		page_say(p, "no folder without a record resembles it");
		page_end(p);
	}
	for (size_t i = 0; i < shown; i++) {
		const json_t *v = json_array_get(list, i);
		const char *name = text_at(v, "name");

		page_label(p, i == 0 ? "folders" : "");
		page_name(p, name ? name : "(no name)");
		say_likeness(p, v);
		page_end(p);
	}
	page_more(p, PAGE_TEXT, "", n - shown);
}

void text_renamed(page *p, const json_t *then)
{
	const char *name = text_at(then, "name");

	page_label(p, "then");
	page_say(p, "asked again as ");
	page_name(p, name ? name : "(no name)");
	page_end(p);
	print_kind(p, then);
	print_state(p, json_object_get(then, "evidence"));
}

void text_found(page *p, const json_t *run, const json_t *kase)
{
	const json_t *evidence = json_object_get(kase, "evidence");

	print_kind(p, kase);
	print_began(p, kase);
	print_state(p, evidence);
	print_error(p, evidence);
	print_running(p, run, kase);
	print_leftovers(p, evidence);
	print_candidates(p, kase);
}
