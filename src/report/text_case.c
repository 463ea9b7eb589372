/* One case from its name to the next command. Which of it a command shows is
 * decided here; how it is said, in the files of its sections. */
#include "text.h"

#include <string.h>

const json_t *failed_record(const json_t *kase)
{
	const json_t *records = json_object_get(kase, "records");

	for (size_t i = json_array_size(records); i-- > 0;) {
		const json_t *v = json_array_get(records, i);

		if (json_is_null(json_object_get(v, "finished_at")) &&
			json_is_null(json_object_get(v, "rolled_back_at")))
			return v;
	}
	return NULL;
}

/* A time without its fraction: "2026-11-22T16:00:00.281000Z" to the second. */
static void say_second(page *p, const char *time)
{
	const size_t whole = strcspn(time, ".");
	const char *rest = time + whole;

	if (*rest)
		rest += 1 + strspn(rest + 1, "0123456789");
	page_say(p, "%.*s%s", (int)whole, time, rest);
}

bool say_began(page *p, const json_t *kase)
{
	const char *began = text_at(failed_record(kase), "started_at");
	json_int_t age;
	const bool aged = number_at(&age, kase, "age_seconds");

	if (!began && !aged)
		return false;
	page_say(p, "began ");
	if (began)
		say_second(p, began);
	if (began && aged)
		page_say(p, ", ");
	if (aged) {
		say_duration(p, age);
		page_say(p, " ago");
	}
	return true;
}

bool is_in_progress(const json_t *kase)
{
	return is_at(kase, "kind", "in_progress");
}

bool is_replay(const json_t *run)
{
	return is_at(run, "command", "policy replay");
}

bool is_dry(const json_t *run)
{
	return is_at(run, "command", "audit") || is_at(run, "command", "explain") ||
	       is_replay(run);
}

bool is_settled(const json_t *run, const json_t *kase)
{
	return is_at(kase, "outcome", is_dry(run) ? "planned" : "done");
}

const json_t *last_verdict(const json_t *kase)
{
	const json_t *then =
		json_object_get(json_object_get(kase, "then"), "verdict");

	return json_is_object(then) ? then : json_object_get(kase, "verdict");
}

static char mark_of(const json_t *run, const json_t *kase)
{
	if (is_settled(run, kase))
		return MARK_GREEN;
	return is_in_progress(kase) ? MARK_YELLOW : MARK_RED;
}

static void print_name(page *p, const json_t *run, const json_t *kase)
{
	const char *name = text_at(kase, "name");

	page_begin(p, 0);
	page_mark(p, MARK_BOLD);
	page_mark(p, mark_of(run, kase));
	page_name(p, name ? name : "(no name)");
	page_mark(p, MARK_PLAIN);
	page_end(p);
}

void text_case(page *p, const json_t *run, const json_t *kase)
{
	const json_t *then = json_object_get(kase, "then");
	const bool explain = is_at(run, "command", "explain");

	print_name(p, run, kase);
	text_found(p, run, kase);
	if (explain) {
		text_statements(p, kase);
		text_records(p, kase);
	}
	text_decided(p, kase);
	if (json_is_object(then)) {
		text_renamed(p, then);
		text_decided(p, then);
	}
	text_actions(p, run, kase);
	text_outcome(p, run, kase);
	if (is_dry(run) || !is_settled(run, kase))
		text_permitted(p, kase);
	if (!is_replay(run)) /* what is recorded may be long over */
		text_next(p, run, kase);
}
