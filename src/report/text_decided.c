/* What was decided about a case, by whom, what the guard says to it, what would be
 * or was written, and what came of it. */
#include <string.h>

#include "text.h"
#include "unstick/auto.h"

#define TRACE_LINES 8

static bool is_by_hand(const json_t *verdict)
{
	return is_at(verdict, "policy", "by hand");
}

/* ---- the verdict ---- */

static void print_verdict(page *p, const json_t *verdict)
{
	const char *action = text_at(verdict, "action");
	const char *policy = text_at(verdict, "policy");
	const char *reason = text_at(verdict, "reason");
	const char *to = text_at(verdict, "to");
	json_int_t line;

	page_label(p, "decided");
	page_mark(p, MARK_BOLD);
	page_say(p, "%s", action ? action : "(action not known)");
	page_mark(p, MARK_PLAIN);
	if (to) {
		page_say(p, " to ");
		page_name(p, to);
	}
	if (is_by_hand(verdict)) {
		page_say(p, ", by hand");
	} else if (policy) {
		page_say(p, ", by ");
		page_name(p, policy);
		if (number_at(&line, verdict, "line")) {
			page_say(p, ", line");
			page_glue(p);
			page_say(p, "%" JSON_INTEGER_FORMAT, line);
		}
	}
	if (true_at(verdict, "override"))
		page_say(p, ", with override");
	page_end(p);
	if (reason && !is_by_hand(verdict)) {
		page_label(p, "");
		page_say(p, "%s", reason);
		page_end(p);
	}
}

/* That an action which changes nothing may be taken is no news. */
static bool is_news(const page *p, const json_t *verdict, const json_t *guard)
{
	static const char *const idle[] = { "wait", "skip", "stop" };

	if (!true_at(guard, "allowed") || p->style->verbose)
		return true;
	for (size_t i = 0; i < US_LEN(idle); i++)
		if (is_at(verdict, "action", idle[i]))
			return false;
	return true;
}

static void print_guard(
	page *p, const json_t *verdict, const json_t *guard, bool traced)
{
	const char *why = text_at(guard, "why");
	const json_t *allowed = json_object_get(guard, "allowed");
	const bool by_hand = is_by_hand(verdict);

	if (!json_is_boolean(allowed) || (!traced && !is_news(p, verdict, guard)))
		return;
	page_label(p, "guard");
	if (true_at(guard, "overridden")) {
		/* its words say so */
		page_mark(p, MARK_YELLOW);
		page_say(p, "%s", why ? why : "overridden");
		why = NULL;
	} else if (json_is_true(allowed)) {
		page_say(p, by_hand ? "agrees" : "permits it");
	} else {
		page_mark(p, MARK_RED);
		page_say(p, by_hand ? "warns that the evidence doesn't agree"
				    : "refuses it");
	}
	page_mark(p, MARK_PLAIN);
	if (why)
		page_say(p, ": %s", why);
	page_end(p);
}

void text_decided(page *p, const json_t *kase)
{
	const json_t *verdict = json_object_get(kase, "verdict");
	const char *trace = text_at(verdict, "traceback");
	const bool traced = json_is_array(json_object_get(kase, "trace"));

	text_trace(p, kase);
	if (!text_at(verdict, "action") && !text_at(verdict, "reason"))
		return;
	print_verdict(p, verdict);
	if (trace)
		page_lines(p, PAGE_TEXT, "| ", trace, TRACE_LINES);
	print_guard(p, verdict, json_object_get(kase, "guard"), traced);
}

/* ---- what is written ---- */

void text_actions(page *p, const json_t *run, const json_t *kase)
{
	const json_t *actions = json_object_get(kase, "actions");
	const bool done = is_at(kase, "outcome", "done");
	size_t i;
	const json_t *v;

	if (json_array_size(actions) == 0 ||
		(is_at(run, "command", "resolve") && !p->style->verbose))
		return;
	page_label(p, "sql");
	page_say(p, done ? "written in one transaction:"
			 : "would be written in one transaction:");
	page_end(p);
	json_array_foreach(actions, i, v)
	{
		const char *sql = text_at(v, "sql");
		const char *lock = text_at(v, "lock");

		if (sql)
			page_lines(p, PAGE_TEXT, "| ", sql, 0);
		if (lock && p->style->verbose)
			page_lines(p, PAGE_TEXT, "|   -- lock: ", lock, 0);
	}
}

/* ---- what came of it ---- */

static const char *effect(const json_t *kase)
{
	const json_t *last = last_verdict(kase);

	if (is_at(last, "action", "applied"))
		return "recorded as applied";
	if (is_at(last, "action", "rolled_back"))
		return "marked as rolled back; the next deploy runs it again";
	if (is_at(last, "action", "rename"))
		return "recorded under the name of its folder";
	return NULL;
}

/* "renamed to X and recorded as applied" */
static void say_effect(page *p, const json_t *kase)
{
	const char *what = effect(kase);
	const char *to = text_at(json_object_get(kase, "verdict"), "to");

	if (json_is_object(json_object_get(kase, "then")) && to) {
		page_say(p, "renamed to ");
		page_name(p, to);
		page_say(p, " and ");
	}
	page_say(p, "%s", what ? what : "carried out");
}

static void say_planned(page *p, const json_t *run, const json_t *kase)
{
	const json_t *last = last_verdict(kase);
	const json_t *seconds = json_object_get(last, "seconds");

	if (is_at(run, "command", "resolve")) {
		page_say(p,
			"planned, but the run ended before it was told what came "
			"of it; see `unstick status`");
		return;
	}
	page_mark(p, MARK_GREEN);
	if (is_at(last, "action", "wait")) {
		page_say(p, "`unstick resolve` would wait");
		if (json_is_number(seconds))
			page_say(p, " %g s", json_number_value(seconds));
		page_say(p, " and look again");
	} else {
		page_say(p, "would be ");
		say_effect(p, kase);
	}
	page_mark(p, MARK_PLAIN);
}

static void say_done(page *p, const json_t *kase)
{
	page_mark(p, MARK_GREEN);
	page_say(p, "done: ");
	say_effect(p, kase);
	page_mark(p, MARK_PLAIN);
}

/* Of everything that is neither planned nor done, whether something was written is
 * the first thing to know. */
static bool say_not_done(page *p, const char *outcome)
{
	static const struct {
		const char *outcome, *words;
	} outcomes[] = {
		{ "waiting",
			"still waiting when the run ended; nothing was written" },
		{ "refused", "refused; nothing was written" },
		{ "undecided", "no policy had an answer; nothing was written" },
		{ "skipped", "skipped, left as it is; nothing was written" },
		{ "stopped", "stopped, needs a person; nothing was written" },
		{ "failed", "failed; nothing was written" },
		{ "not_reached", "not reached, the run ended at an earlier case; "
				 "nothing was written" },
		{ "unknown",
			"not known: the connection was lost while it was being "
			"committed; `unstick status` tells" },
	};

	for (size_t i = 0; i < US_LEN(outcomes); i++) {
		if (strcmp(outcome, outcomes[i].outcome) != 0)
			continue;
		page_mark(p, MARK_RED);
		page_say(p, "%s", outcomes[i].words);
		page_mark(p, MARK_PLAIN);
		return true;
	}
	return false;
}

void text_outcome(page *p, const json_t *run, const json_t *kase)
{
	const char *outcome = text_at(kase, "outcome");
	const char *why = text_at(kase, "outcome_why");
	const bool waits =
		is_dry(run) && outcome && strcmp(outcome, "waiting") == 0;

	if (!outcome)
		return;
	page_label(p, "outcome");
	if (waits || strcmp(outcome, "planned") == 0)
		say_planned(p, run, kase);
	else if (strcmp(outcome, "done") == 0)
		say_done(p, kase);
	else if (!say_not_done(p, outcome))
		say_word(p, outcome);
	page_end(p);
	if (why) {
		page_label(p, "");
		page_say(p, "%s", why);
		page_end(p);
	}
}

/* ---- what the evidence permits ---- */

static void print_permitted(page *p, const json_t *permitted)
{
	size_t i;
	const json_t *v;

	if (!json_is_array(permitted))
		return;
	page_label(p, "permitted");
	json_array_foreach(permitted, i, v)
	{
		const char *action = json_string_value(v);

		page_say(p, "%s%s", i ? ", " : "", action ? action : "?");
	}
	if (json_array_size(permitted) == 0)
		page_say(p, "nothing");
	page_end(p);
}

static bool same_text(const json_t *a, const json_t *b)
{
	const char *x = json_string_value(a), *y = json_string_value(b);

	return x && y ? strcmp(x, y) == 0 : x == y;
}

/* All actions from `first` on that have its reason. */
static void say_actions(page *p, json_t *refused, const char *first)
{
	void *it = json_object_iter_at(refused, first);
	const json_t *why = json_object_iter_value(it);

	page_say(p, "%s", first);
	while ((it = json_object_iter_next(refused, it)) != NULL)
		if (same_text(json_object_iter_value(it), why))
			page_say(p, ", %s", json_object_iter_key(it));
}

static bool is_told(json_t *refused, const char *action, const json_t *why)
{
	const char *other;
	json_t *its;

	json_object_foreach(refused, other, its)
	{
		if (strcmp(other, action) == 0)
			return false;
		if (same_text(its, why))
			return true;
	}
	return false;
}

/* Actions with the same reason share a line. */
static void print_refused(page *p, json_t *refused)
{
	const char *action;
	json_t *why;
	bool first = true;

	json_object_foreach(refused, action, why)
	{
		if (is_told(refused, action, why))
			continue;
		page_label(p, first ? "not allowed" : "");
		say_actions(p, refused, action);
		if (json_is_string(why))
			page_say(p, ": %s", json_string_value(why));
		page_end(p);
		first = false;
	}
}

void text_permitted(page *p, const json_t *kase)
{
	print_permitted(p, json_object_get(kase, "permitted"));
	print_refused(p, json_object_get(kase, "not_permitted"));
}
