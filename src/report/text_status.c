/* status: what failed first and with its cause, then the rest of the history. A
 * healthy database is two lines. */
#include <string.h>

#include "text.h"
#include "unstick/auto.h"

#define SHOWN 10  /* names of a group; --verbose shows all */
#define DETAILS 6 /* where what is said about a name stands */

enum group { FAILED, IN_PROGRESS, MOVED, ROLLED_BACK, PENDING, MISSING, OTHER };
#define GROUPS 7

/* What is shown, and how many names are in each group. */
struct shown {
	const json_t *run;
	size_t n[GROUPS];
};

/* ---- which group is a name in? ---- */

static const json_t *named(const json_t *list, const char *name)
{
	size_t i;
	const json_t *v;

	json_array_foreach(list, i, v) if (name && is_at(v, "name", name)) return v;
	return NULL;
}

static const json_t *case_of(const json_t *run, const json_t *entry)
{
	return named(json_object_get(run, "cases"), text_at(entry, "name"));
}

/* An entry of the history, or a case that history doesn't have: that one failed. */
static enum group group_of(const json_t *run, const json_t *entry)
{
	static const char *const states[] = {
		[FAILED] = "failed",
		[ROLLED_BACK] = "rolled_back",
		[PENDING] = "pending",
		[MISSING] = "missing",
	};
	const char *state = text_at(entry, "state");
	const json_t *kase = case_of(run, entry);

	if (kase && is_in_progress(kase))
		return IN_PROGRESS;
	if (kase)
		return !state || strcmp(state, "failed") == 0 ? FAILED : MOVED;
	for (size_t i = 0; i < US_LEN(states) && state; i++)
		if (states[i] && strcmp(states[i], state) == 0)
			return (enum group)i;
	return OTHER;
}

static struct shown count(const json_t *run)
{
	const json_t *history = json_object_get(run, "history");
	struct shown s = { .run = run };
	size_t i;
	const json_t *v;

	json_array_foreach(history, i, v) s.n[group_of(run, v)]++;
	json_array_foreach(json_object_get(run, "cases"), i, v)
	{
		if (!named(history, text_at(v, "name")))
			s.n[group_of(run, v)]++;
	}
	return s;
}

/* ---- what is said about one name ---- */

static void print_name(page *p, const json_t *entry, char mark)
{
	const char *name = text_at(entry, "name");

	page_begin(p, PAGE_INDENT);
	page_mark(p, mark);
	page_name(p, name ? name : "(no name)");
	page_mark(p, MARK_PLAIN);
	page_end(p);
}

static void print_error(page *p, const json_t *kase)
{
	const json_t *error =
		json_object_get(json_object_get(kase, "evidence"), "error");

	if (!text_at(error, "code") && !text_at(error, "message"))
		return;
	page_begin(p, DETAILS);
	say_error(p, error, true);
	page_end(p);
}

static void print_sessions(page *p, const json_t *kase)
{
	const json_t *running =
		json_object_get(json_object_get(kase, "evidence"), "running");
	size_t i;
	const json_t *v;

	if (json_is_null(running)) {
		page_begin(p, DETAILS);
		page_say(p, "whether somebody is still at it can't be seen");
		page_end(p);
	}
	json_array_foreach(running, i, v)
	{
		page_begin(p, DETAILS);
		say_session(p, v);
		page_end(p);
	}
}

static void print_candidate(page *p, const json_t *kase)
{
	const json_t *best = json_array_get(
		json_object_get(json_object_get(kase, "evidence"), "candidates"),
		0);
	const char *name = text_at(best, "name");

	if (!is_at(kase, "kind", "name_mismatch"))
		return;
	page_begin(p, DETAILS);
	page_say(p, "there is no folder of this name");
	if (name) {
		page_say(p, "; ");
		page_name(p, name);
		page_say(p, true_at(best, "same_checksum") ? " has the same script"
							   : " resembles it");
	}
	page_end(p);
}

static void print_case(page *p, const json_t *kase)
{
	const char *cause = text_at(kase, "cause");
	bool said;

	page_begin(p, DETAILS);
	said = say_began(p, kase);
	if (cause && strcmp(cause, "unknown") != 0) {
		page_say(p, "%s%s", said ? "; " : "", cause_words(cause));
		said = true;
	}
	if (said)
		page_end(p);
	print_error(p, kase);
	print_candidate(p, kase);
	print_sessions(p, kase);
}

/* ---- groups ---- */

static void print_entry(page *p, const json_t *run, const json_t *entry, char mark)
{
	const json_t *kase = case_of(run, entry);

	print_name(p, entry, mark);
	if (kase)
		print_case(p, kase);
}

static void print_heading(page *p, const char *title)
{
	page_gap(p);
	page_begin(p, 0);
	page_say(p, "%s", title);
	page_end(p);
}

static void print_group(page *p, const struct shown *s, enum group group,
	const char *title, char mark)
{
	const json_t *run = s->run, *history = json_object_get(run, "history");
	const size_t n = s->n[group];
	size_t left = page_shown(p, n, SHOWN), hidden = n - left, i;
	const json_t *v;

	if (n == 0)
		return;
	print_heading(p, title);
	json_array_foreach(history, i, v)
	{
		if (left > 0 && group_of(run, v) == group) {
			print_entry(p, run, v, mark);
			left--;
		}
	}
	json_array_foreach(json_object_get(run, "cases"), i, v)
	{
		if (left > 0 && !named(history, text_at(v, "name")) &&
			group_of(run, v) == group) {
			print_entry(p, run, v, mark);
			left--;
		}
	}
	page_more(p, PAGE_INDENT, "", hidden);
}

static void print_edited(page *p, const json_t *run)
{
	const json_t *history = json_object_get(run, "history");
	size_t i, n = 0, left;
	const json_t *v;

	json_array_foreach(history, i, v) n += true_at(v, "edited");
	if (n == 0)
		return;
	left = page_shown(p, n, SHOWN);
	print_heading(p, "Edited since they ran (the next deploy ignores it)");
	n -= left;
	json_array_foreach(history, i, v)
	{
		if (left > 0 && true_at(v, "edited")) {
			print_name(p, v, MARK_PLAIN);
			left--;
		}
	}
	page_more(p, PAGE_INDENT, "", n);
}

/* ---- the two lines at the top ---- */

/* "1 failed", after a comma if it isn't the first. */
static void say_part(
	page *p, bool *first, json_int_t n, char mark, const char *what)
{
	if (n <= 0)
		return;
	page_say(p, "%s", *first ? "" : ", ");
	page_mark(p, mark);
	page_say(p, "%" JSON_INTEGER_FORMAT, n);
	page_glue(p);
	page_name(p, what);
	page_mark(p, MARK_PLAIN);
	*first = false;
}

static void say_counts(page *p, const struct shown *s, const json_t *migrations)
{
	static const struct {
		const char *key, *what;
	} parts[] = {
		{ "rolled_back", "rolled back" },
		{ "pending", "pending" },
		{ "applied", "applied" },
		{ "missing", "missing" },
		{ "edited", "edited" },
	};
	const json_int_t running = (json_int_t)s->n[IN_PROGRESS];
	json_int_t n;
	bool first = true;

	/* To Prisma's table a running migration is a failed one. */
	if (number_at(&n, migrations, "failed"))
		say_part(p, &first, n - running, MARK_RED, "failed");
	say_part(p, &first, running, MARK_YELLOW, "in progress");
	for (size_t i = 0; i < US_LEN(parts); i++)
		if (number_at(&n, migrations, parts[i].key))
			say_part(p, &first, n, MARK_PLAIN, parts[i].what);
	if (first)
		page_say(p, "nothing recorded");
}

static void print_counts(page *p, const struct shown *s, bool idle)
{
	const json_t *migrations = json_object_get(s->run, "migrations");
	const char *directory = text_at(migrations, "directory");
	json_int_t found;

	if (!json_is_object(migrations))
		return;
	page_begin(p, 0);
	if (number_at(&found, migrations, "found"))
		say_count(p, found, "migration");
	else
		page_say(p, "Migrations");
	if (directory) {
		page_say(p, " in ");
		page_name(p, directory);
	}
	page_say(p, ": ");
	say_counts(p, s, migrations);
	if (idle)
		page_say(p, "; nothing to do");
	page_end(p);
}

/* ---- the last line ---- */

static void print_next(page *p, const struct shown *s)
{
	const size_t again = s->n[PENDING] + s->n[ROLLED_BACK];

	page_gap(p);
	page_begin(p, 0);
	if (length_at(s->run, "cases") > 0 || s->n[FAILED] > 0) {
		page_say(p, "Next: ");
		page_mark(p, MARK_BOLD);
		page_say(p, "`unstick audit`");
		page_mark(p, MARK_PLAIN);
		page_say(p, " shows what would be done about it, and why");
	} else if (again > 0) {
		page_say(p,
			"Nothing is stuck; the next `prisma migrate deploy` runs ");
		say_count(p, (json_int_t)again, "migration");
	} else {
		page_say(p, "Nothing is stuck; nothing to do");
	}
	page_end(p);
}

/* Unknown is not "nothing to do". */
static bool is_idle(const json_t *run)
{
	static const char *const open[] = { "failed", "rolled_back", "pending" };
	const json_t *migrations = json_object_get(run, "migrations");
	json_int_t n;

	for (size_t i = 0; i < US_LEN(open); i++)
		if (!number_at(&n, migrations, open[i]) || n != 0)
			return false;
	return length_at(run, "cases") == 0 &&
	       !json_is_object(json_object_get(run, "error"));
}

void text_status(page *p, const json_t *run)
{
	static const struct {
		enum group group;
		char mark;
		const char *title;
	} groups[] = {
		{ FAILED, MARK_RED, "Failed (the next deploy ends with P3009)" },
		{ IN_PROGRESS, MARK_YELLOW, "In progress (leave it alone)" },
		{ MOVED, MARK_YELLOW,
			"Renamed since it was applied (the next deploy runs it "
			"again)" },
		{ ROLLED_BACK, MARK_PLAIN,
			"Rolled back (the next deploy runs it)" },
		{ PENDING, MARK_PLAIN, "Pending" },
		{ MISSING, MARK_PLAIN,
			"Missing (applied, no folder; ordinary after a squash)" },
	};
	const struct shown s = count(run);
	const bool idle = is_idle(run);

	print_counts(p, &s, idle);
	if (p->style->quiet)
		return;
	say_lock(p, run);
	for (size_t i = 0; i < US_LEN(groups); i++)
		print_group(
			p, &s, groups[i].group, groups[i].title, groups[i].mark);
	print_edited(p, run);
	if (!idle && !json_is_object(json_object_get(run, "error")))
		print_next(p, &s);
}
