/* The evidence's promise, tried: K is never without the true k. Pairs of histories
 * and scripts are run on a server, for every k exactly the first k statements;
 * those of truth/pairs.sql, and others that chance puts together. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "truth/lab.h"
#include "truth/made.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static unsigned number_of(const char *variable, unsigned otherwise)
{
	const char *text = getenv(variable);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void report(const lab *l)
{
	const tally *t = &l->tally;

	printf("PostgreSQL %u: %zu pairs, %zu asked: %zu exact, %zu range, %zu "
	       "unknown, %zu "
	       "drift, %zu "
	       "alarm, %zu wrong, %zu harm; %zu run again, %zu don't run\n",
		side_major(&l->live), t->pairs, t->asked, t->exact, t->range,
		t->unknown, t->drift, t->alarm, t->wrong, t->harm, t->again,
		t->unrun);
	assert_int_equal(t->wrong, 0);
	assert_int_equal(t->alarm, 0);
	assert_int_equal(t->harm, 0);
}

/* ---- pairs.sql ---- */

static bool begins_part(const char *line)
{
	return line[0] && strchr(":-=%!^>+~", line[0]) && line[1] == ' ';
}

/* "14 to 17", "16": and newer. */
static void read_versions(pair *p, const char *text)
{
	const char *to = strstr(text, " to ");

	p->oldest = (unsigned)strtoul(text, NULL, 10);
	p->newest =
		to ? (unsigned)strtoul(to + strlen(" to "), NULL, 10) : UINT_MAX;
	assert_true(p->oldest > 0 && p->newest >= p->oldest);
}

/* A line that begins no part goes on with the one before. */
static void add_line(pair *p, char *line)
{
	part *last = p->n > 0 ? &p->parts[p->n - 1] : NULL;
	us_err err = { 0 };
	char *longer = NULL;

	if (strncmp(line, "@ ", 2) == 0) {
		read_versions(p, line + 2);
		return;
	}
	if (begins_part(line)) {
		pair_add(p, (part_kind)line[0], line + 2);
		return;
	}
	assert_non_null(last);
	if (!last)
		return;
	assert_ok(us_strf(&longer, &err, "%s\n%s", last->sql, line), &err);
	free(last->sql);
	last->sql = longer;
}

/* What US_TRUTH_EVERY leaves out is what every server has. */
static bool is_wanted(const lab *l, const pair *p, size_t number)
{
	unsigned share = number_of("US_TRUTH_EVERY", 1);
	unsigned first = number_of("US_TRUTH_FIRST", 0);
	unsigned major = side_major(&l->live);

	if (p->oldest > 0)
		return major >= p->oldest && major <= p->newest;
	return number % share == first % share;
}

static void try_pair(lab *l, pair *p, size_t number, size_t line)
{
	us_err err = { 0 };

	if (p->n == 0)
		return;
	assert_ok(us_strf(&p->name, &err, "pairs.sql:%zu", line), &err);
	if (is_wanted(l, p, number))
		lab_try(l, p);
	pair_fini(p);
}

static void every_state_of_every_pair_is_in_k(void **state)
{
	US_AUTO(auto_str) char *text = NULL;
	const char *other = getenv("US_TRUTH_PAIRS");
	char *at, *line;
	us_err err = { 0 };
	pair p = { 0 };
	size_t len, nline = 0, number = 0, begun = 1;

	assert_ok(us_file_read(&text, &len,
			  other ? other
				: US_ROOT "/tests/unit/catalog/truth/pairs.sql",
			  1U << 20, &err),
		&err);
	at = text;
	while ((line = strsep(&at, "\n"))) {
		nline++;
		if (strncmp(line, "--", 2) == 0)
			continue;
		if (*line) {
			if (p.n == 0)
				begun = nline;
			add_line(&p, line);
		} else if (p.n > 0) {
			try_pair(*state, &p, number++, begun);
		}
	}
	try_pair(*state, &p, number, begun);
	report(*state);
}

static void chance_finds_no_pair_that_is_wrong(void **state)
{
	unsigned first = number_of("US_TRUTH_SEED", 1);
	unsigned n = number_of("US_TRUTH_COUNT", 20);

	for (unsigned i = 0; i < n; i++) {
		pair p = { 0 };

		made_pair(*state, &p, first + i);
		lab_try(*state, &p);
		pair_fini(&p);
	}
	report(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_state_of_every_pair_is_in_k, lab_open, lab_close),
		cmocka_unit_test_setup_teardown(
			chance_finds_no_pair_that_is_wrong, lab_open, lab_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
