/* The commands that a person chooses from, each with when it is right. Names are
 * quoted so that a line can be copied into a shell. */
#include <string.h>

#include "text.h"

#define LOOK_AT 6  /* statements to look for by hand */
#define EXCERPT 50 /* columns of each */

/* ---- pieces ---- */

static void begin(page *p, bool *first)
{
	page_label(p, *first ? "next" : "");
	*first = false;
}

static void print_command(
	page *p, bool *first, const char *command, const char *name)
{
	begin(p, first);
	page_mark(p, MARK_BOLD);
	page_name(p, command);
	if (name) {
		page_glue(p);
		page_shell_word(p, name);
	}
	page_mark(p, MARK_PLAIN);
	page_end(p);
}

static void print_when(page *p, const char *when)
{
	page_begin(p, PAGE_TEXT + 2);
	page_say(p, "%s", when);
	page_end(p);
}

static void print_advice(page *p, bool *first, const char *advice)
{
	begin(p, first);
	page_say(p, "%s", advice);
	page_end(p);
}

/* ---- by kind ---- */

/* Both paths of a `git mv` under the migrations directory. */
static void print_git_mv(
	page *p, bool *first, const json_t *run, const char *from, const char *to)
{
	const char *directory =
		text_at(json_object_get(run, "migrations"), "directory");
	const char *const names[] = { from, to };
	us_str path = { 0 };

	begin(p, first);
	page_mark(p, MARK_BOLD);
	page_name(p, "git mv");
	for (size_t i = 0; i < 2; i++) {
		us_str_clear(&path);
		if (directory)
			us_str_addf(&path, "%s/", directory);
		us_str_add(&path, names[i]);
		page_glue(p);
		page_shell_word(p, us_str_text(&path));
	}
	page_mark(p, MARK_PLAIN);
	page_end(p);
	p->out.failed = p->out.failed || path.failed;
	us_str_fini(&path);
}

static void print_folders(page *p, bool *first, const json_t *run,
	const json_t *kase, const char *name)
{
	const json_t *best = json_array_get(
		json_object_get(json_object_get(kase, "evidence"), "candidates"),
		0);
	const char *candidate = text_at(best, "name");

	if (candidate) {
		print_git_mv(p, first, run, candidate, name);
		print_when(p, true_at(best, "same_checksum")
				      ? "gives the folder its old name back; right "
					"if it was renamed by mistake"
				      : "right if this folder is the renamed one; "
					"its script is not the one that was tried");
	} else {
		print_advice(p, first,
			"bring the folder back from version control if it was "
			"deleted by mistake");
	}
}

/* What to look for in the database when no evidence could be had. */
static void print_look_at(page *p, bool *first, const json_t *kase)
{
	const json_t *evidence = json_object_get(kase, "evidence");
	const json_t *list = json_object_get(evidence, "statements");
	const size_t n = json_array_size(list), shown = page_shown(p, n, LOOK_AT);

	if (n == 0 || !is_at(evidence, "state", "unknown"))
		return;
	print_advice(p, first,
		"look in the database for what each of these leaves behind:");
	for (size_t i = 0; i < shown; i++) {
		const json_t *v = json_array_get(list, i);
		const char *sql = text_at(v, "sql");
		const char *kind = text_at(v, "kind");
		json_int_t line;

		page_begin(p, PAGE_TEXT + 2);
		if (number_at(&line, v, "line")) {
			page_name(p, "line ");
			page_say(p, "%" JSON_INTEGER_FORMAT ":", line);
			page_glue(p);
		}
		if (sql)
			page_excerpt(p, sql, EXCERPT);
		else
			page_say(p, "%s", kind ? kind : "(not known)");
		page_end(p);
	}
	page_more(p, PAGE_TEXT + 2, "", n - shown);
}

static bool has_folder(const json_t *kase)
{
	return text_at(kase, "directory") != NULL;
}

static const char *when_rolled_back(const json_t *kase, bool partial)
{
	const json_t *evidence = json_object_get(kase, "evidence");

	if (!has_folder(kase))
		return "right if nothing of it is in the database; Prisma then "
		       "ignores this name, and runs a renamed folder as a new "
		       "migration";
	if (true_at(evidence, "reruns") && length_at(evidence, "leftovers") == 0)
		return "right as it is: the whole script can run again over what "
		       "is there, and the next deploy runs it";
	if (partial)
		return "right once you have taken back what ran; the next deploy "
		       "runs all of it";
	return "right if nothing of it is in the database, or you took it back; "
	       "the "
	       "next deploy runs all of it";
}

/* The line where the rest begins; false unless exactly so many statements ran. */
static bool rest_begins(json_int_t *line, const json_t *kase)
{
	const json_t *evidence = json_object_get(kase, "evidence");
	const json_t *range = json_object_get(evidence, "applied_prefix");
	json_int_t min, max;

	return number_at(&min, range, "min") && number_at(&max, range, "max") &&
	       min == max && min >= 0 &&
	       number_at(line,
		       json_array_get(json_object_get(evidence, "statements"),
			       (size_t)min),
		       "line");
}

static void print_when_applied(page *p, const json_t *kase, bool partial)
{
	json_int_t line;

	if (partial && rest_begins(&line, kase)) {
		page_begin(p, PAGE_TEXT + 2);
		page_say(p,
			"right once you have run the rest, from line "
			"%" JSON_INTEGER_FORMAT " on",
			line);
		page_end(p);
		return;
	}
	print_when(p, partial ? "right once you have run what is missing"
			      : "right if everything the script does is in the "
				"database");
}

/* What Prisma's own `migrate resolve` can record, and when it is true. */
static void print_by_hand(
	page *p, bool *first, const json_t *kase, const char *name)
{
	const bool partial =
		is_at(json_object_get(kase, "evidence"), "state", "partial");

	if (!failed_record(kase))
		return; /* Prisma refuses both for an applied record */
	if (has_folder(kase)) {
		print_command(p, first, "unstick resolve --applied", name);
		print_when_applied(p, kase, partial);
	}
	print_command(p, first, "unstick resolve --rolled-back", name);
	print_when(p, when_rolled_back(kase, partial));
}

static void print_in_progress(page *p, bool *first)
{
	print_advice(p, first,
		"let it end, and resolve nothing while it runs: it would run "
		"twice, or be recorded as what it isn't");
	print_command(p, first, "unstick status", NULL);
	print_when(p, "shows whether it still runs");
}

/* ---- by outcome ---- */

/* Refused although verdict and guard agreed: something moved in between. */
static bool has_moved(const json_t *kase)
{
	const json_t *then = json_object_get(kase, "then");

	return is_at(kase, "outcome", "refused") &&
	       true_at(json_object_get(kase, "guard"), "allowed") &&
	       (!json_is_object(then) ||
		       true_at(json_object_get(then, "guard"), "allowed"));
}

static void print_again(page *p)
{
	bool first = true;

	print_command(p, &first, "unstick resolve", NULL);
	print_when(p, "looks at everything anew");
}

static void print_person(
	page *p, const json_t *run, const json_t *kase, const char *name)
{
	bool first = true;

	if (is_in_progress(kase)) {
		print_in_progress(p, &first);
		return;
	}
	if (!is_at(run, "command", "explain")) {
		print_command(p, &first, "unstick explain", name);
		print_when(p, "shows all evidence, statement by statement");
		print_look_at(p, &first, kase);
	}
	if (is_at(kase, "kind", "name_mismatch"))
		print_folders(p, &first, run, kase, name);
	if (length_at(json_object_get(kase, "evidence"), "leftovers") > 0) {
		print_command(p, &first, "unstick resolve", NULL);
		print_when(p, "once what `left over` says is done: it looks at "
			      "everything anew");
	}
	print_by_hand(p, &first, kase, name);
}

/* A rename that is planned makes the ledger follow the folder. It can be had the
 * other way round. */
static void print_alternative(page *p, const json_t *run, const json_t *kase)
{
	const char *name = text_at(kase, "name");
	const char *to = text_at(json_object_get(kase, "verdict"), "to");
	bool first = true;

	if (!name || !to || !is_at(kase, "kind", "name_mismatch"))
		return;
	print_git_mv(p, &first, run, to, name);
	print_when(p,
		"instead of the rename, if the folder was renamed by mistake; "
		"then run unstick again");
}

void text_next(page *p, const json_t *run, const json_t *kase)
{
	const char *name = text_at(kase, "name");
	bool first = true;

	if (is_settled(run, kase) && !is_in_progress(kase)) {
		if (is_dry(run))
			print_alternative(p, run, kase);
		return;
	}

	if (is_at(kase, "outcome", "unknown") || is_at(kase, "outcome", "failed"))
		print_command(p, &first, "unstick status", NULL);
	else if (has_moved(kase) ||
		 (is_at(kase, "outcome", "waiting") && !is_in_progress(kase)))
		print_again(p);
	else if (is_at(kase, "outcome", "not_reached") &&
		 !is_at(run, "command", "explain"))
		print_advice(p, &first,
			"settle the cases before it, then run unstick again");
	else if (name)
		print_person(p, run, kase, name);
}
