/* The last line: what came of all cases together, and what the exit code says. */
#include <string.h>

#include "text.h"
#include "unstick/auto.h"

struct tally {
	size_t resolved, planned, waiting, person, later, failed, unknown;
};

/* ---- counting ---- */

static void count_case(struct tally *t, const json_t *kase)
{
	const char *outcome = text_at(kase, "outcome");

	if (!outcome || strcmp(outcome, "unknown") == 0)
		t->unknown++;
	else if (strcmp(outcome, "done") == 0)
		t->resolved++;
	else if (strcmp(outcome, "planned") == 0 &&
		 !is_at(last_verdict(kase), "action", "wait"))
		t->planned++;
	else if (strcmp(outcome, "planned") == 0 || strcmp(outcome, "waiting") == 0)
		t->waiting++;
	else if (strcmp(outcome, "not_reached") == 0)
		t->later++;
	else if (strcmp(outcome, "failed") == 0)
		t->failed++;
	else
		t->person++;
}

static struct tally count(const json_t *run)
{
	struct tally t = { 0 };
	size_t i;
	const json_t *v;

	json_array_foreach(json_object_get(run, "cases"), i, v) count_case(&t, v);
	return t;
}

/* ---- saying it ---- */

static void say_part(page *p, bool *first, size_t n, char mark, const char *what)
{
	if (n == 0)
		return;
	page_say(p, "%s", *first ? "" : ", ");
	page_mark(p, mark);
	page_say(p, "%zu", n);
	page_glue(p);
	page_name(p, what);
	page_mark(p, MARK_PLAIN);
	*first = false;
}

static void say_tally(page *p, const json_t *run)
{
	const struct tally t = count(run);
	const bool audit = is_dry(run);
	bool first = true;

	say_part(p, &first, t.resolved, MARK_GREEN, "resolved");
	say_part(p, &first, t.planned, audit ? MARK_GREEN : MARK_YELLOW,
		audit ? "would be resolved" : "planned");
	say_part(p, &first, t.waiting, MARK_YELLOW,
		audit ? "would be waited for" : "still waiting");
	say_part(p, &first, t.failed, MARK_RED, "failed");
	say_part(p, &first, t.person, MARK_RED,
		t.person == 1 ? "needs a person" : "need a person");
	say_part(p, &first, t.later, MARK_YELLOW, "not reached");
	say_part(p, &first, t.unknown, MARK_RED, "not known");
	if (json_array_size(json_object_get(run, "cases")) > 0 &&
		(audit || t.resolved + t.planned + t.unknown == 0))
		page_say(p, "; nothing was written");
}

static bool has_error(const json_t *run)
{
	return json_is_object(json_object_get(run, "error"));
}

/* No failed records either: a run by hand looks at one name only. */
static bool is_clean(const json_t *run)
{
	json_int_t failed;

	return length_at(run, "cases") == 0 &&
	       number_at(&failed, json_object_get(run, "migrations"), "failed") &&
	       failed == 0;
}

static void say_exit(page *p, const json_t *run, json_int_t code)
{
	const char *words = code == 0 && is_clean(run) ? "nothing left to do"
						       : exit_words(code);

	page_say(p, "exit code %" JSON_INTEGER_FORMAT, code);
	if (words)
		page_say(p, ": %s", words);
}

/* `resolve --applied NAME` of a name that was never stuck is no case, and yet it
 * writes. */
static bool say_by_hand(page *p, const json_t *run)
{
	const json_t *by_hand = json_object_get(run, "by_hand");
	const char *name = text_at(by_hand, "name");
	const char *action = text_at(by_hand, "action");

	if (!name || !action || has_error(run))
		return false;
	page_name(p, name);
	page_say(p, " is recorded as ");
	say_word(p, action);
	return true;
}

/* An error alone says on stderr what there is to say. */
static bool say_cases(page *p, const json_t *run)
{
	const json_t *cases = json_object_get(run, "cases");

	if (json_array_size(cases) > 0) {
		say_tally(p, run);
		if (has_error(run))
			page_say(p, "; the run ended by an error");
		return true;
	}
	if (!json_is_array(cases) || has_error(run))
		return false;
	page_say(p, is_clean(run) ? "nothing is stuck" : "no case to decide");
	return true;
}

/* ---- what comes after it ---- */

static void say_command(page *p, const char *command)
{
	page_say(p, "Next: ");
	page_mark(p, MARK_BOLD);
	page_say(p, "%s", command);
	page_mark(p, MARK_PLAIN);
}

static void print_next(page *p, const json_t *run)
{
	const json_t *migrations = json_object_get(run, "migrations");
	json_int_t code, pending, again, failed;

	if (is_at(run, "command", "audit") && count(run).planned > 0) {
		page_begin(p, 0);
		say_command(p, "`unstick resolve`");
		page_say(p, " does this");
		page_end(p);
	}
	if (!is_at(run, "command", "resolve") || has_error(run) ||
		!number_at(&code, run, "exit_code") || code != 0 ||
		!number_at(&failed, migrations, "failed") || failed != 0 ||
		!number_at(&pending, migrations, "pending") ||
		!number_at(&again, migrations, "rolled_back") ||
		pending + again <= 0)
		return;
	page_begin(p, 0);
	say_command(p, "`prisma migrate deploy`");
	page_say(p, " runs ");
	say_count(p, pending + again, "migration");
	page_end(p);
}

/* `explain` --quiet: which case it is. */
static void print_cases(page *p, const json_t *run)
{
	size_t i;
	const json_t *v;

	json_array_foreach(json_object_get(run, "cases"), i, v)
	{
		const char *name = text_at(v, "name");
		const char *kind = text_at(v, "kind");

		page_begin(p, 0);
		page_name(p, name ? name : "(no name)");
		page_say(p, ": %s", kind ? kind_words(kind) : "not known");
		page_end(p);
	}
}

void text_summary(page *p, const json_t *run)
{
	json_int_t code;
	bool said;

	if (is_at(run, "command", "explain")) {
		if (p->style->quiet)
			print_cases(p, run);
		return;
	}
	if (!p->style->quiet)
		print_next(p, run);
	page_begin(p, 0);
	said = say_by_hand(p, run) || say_cases(p, run);
	if (said && number_at(&code, run, "exit_code")) {
		page_say(p, "; ");
		say_exit(p, run, code);
	}
	if (said)
		page_end(p);
}
