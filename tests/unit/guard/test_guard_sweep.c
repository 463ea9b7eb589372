/* Every combination of what the guard looks at, against the rules in one line each:
 * the table of examples can't forget a corner. */
#include <string.h>

#include "check.h"
#include "situation.h"
#include "unstick/auto.h"

static const us_candidate one[] = {
	{ .name = "same",
		.same_checksum = true,
		.same_place = true,
		.only_match = true },
};
static const us_candidate other[] = {
	{ .name = "place", .same_checksum = true, .only_match = true },
	{ .name = "text", .same_place = true, .only_match = true },
	{ .name = "twin", .same_checksum = true, .same_place = true },
};

/* Every K of scripts with no, one and two statements. */
static const char *const ks[] = { NULL, "0", "1", "00", "01", "10", "11", "000",
	"001", "010", "011", "100", "101", "110", "111" };

static bool only(const char *k, size_t value)
{
	if (!k)
		return false;
	for (size_t i = 0; k[i]; i++)
		if ((k[i] == '1') != (i == value))
			return false;
	return true;
}

static bool all(const char *k)
{
	return k && only(k, strlen(k) - 1);
}

/* From every k there is, of which there must be one. */
static bool reruns(const situation *s)
{
	return s->reruns && s->k && strchr(s->k, '1');
}

/* Nobody is at it, as far as that can be said at all. */
static bool quiet(const situation *s)
{
	return s->kind != US_CASE_IN_PROGRESS &&
	       (s->visible || s->have_lock || (s->dry && !s->lock_disabled));
}

static bool expected(const situation *s, us_action a)
{
	bool writable =
		quiet(s) && !s->moved && s->disk == HAS_SCRIPT && s->leftovers == 0;

	switch (a) {
	case US_ACTION_ROLLED_BACK:
		return writable && (s->other == ANOTHER_APPLIED
						   ? s->edited == US_NO && all(s->k)
						   : only(s->k, 0) || reruns(s));
	case US_ACTION_APPLIED:
		return writable && s->edited == US_NO && all(s->k) &&
		       s->other == NO_OTHER;
	case US_ACTION_RENAME:
		return quiet(s) && s->kind == US_CASE_NAME_MISMATCH &&
		       s->candidates == one;
	case US_ACTION_SKIP:
		return s->kind != US_CASE_IN_PROGRESS ||
		       s->on_unresolved == US_UNRESOLVED_START;
	case US_ACTION_WAIT:
	case US_ACTION_STOP:
		break;
	}
	return true;
}

/* What an override adds: never anything where somebody may be at it, never a name,
 * a script or a state that isn't there, and nothing over a table's only rows. */
static bool expected_with_override(const situation *s, us_action a)
{
	if (expected(s, a))
		return true;
	if (!quiet(s) || a == US_ACTION_RENAME || s->moved ||
		(s->sqlite && s->leftovers > 0))
		return false;
	return a == US_ACTION_ROLLED_BACK ||
	       (a == US_ACTION_APPLIED && s->disk == HAS_SCRIPT);
}

static void check(const situation *s, us_script *script)
{
	ground_truth t;
	us_permits p;

	situation_take(&t, s, script);
	p = situation_permits(&t);
	for (size_t a = 0; a < US_ACTIONS; a++) {
		us_guard g =
			situation_check(&t, &p, (us_action)a, true, one[0].name);

		if (p.allowed[a] != expected(s, (us_action)a) ||
			g.allowed != expected_with_override(s, (us_action)a) ||
			g.overridden != (g.allowed && !p.allowed[a]))
			fail_msg("%s is %s%s: %s (%s, K %s, edited %d, %d left, "
				 "reruns %d, sqlite %d, other %d, visible %d, lock "
				 "%d, dry %d, disabled %d, moved "
				 "%d, disk %d, start %d)",
				us_action_name((us_action)a),
				p.allowed[a] ? "permitted" : "not permitted",
				g.overridden ? ", then overridden" : "", p.why[a],
				us_case_kind_name(s->kind), s->k ? s->k : "unknown",
				s->edited, s->leftovers, s->reruns, s->sqlite,
				s->other, s->visible, s->have_lock, s->dry,
				s->lock_disabled, s->moved, s->disk,
				s->on_unresolved);
		assert_true(p.why[a][0] && g.why[0]);
		us_guard_fini(&g);
	}
	us_permits_fini(&p);
}

/* One number for each combination, mixed radix. */
static unsigned digit(unsigned *rest, size_t base)
{
	unsigned d = *rest % (unsigned)base;

	*rest /= (unsigned)base;
	return d;
}

/* What can be seen of others, and the kinds with what is allowed beside them. */
static const struct {
	bool visible, have_lock, dry, lock_disabled;
} sights[] = {
	{ .visible = true },
	{ .have_lock = true },
	{ .dry = true },
	{ .lock_disabled = true },
	{ .dry = true, .lock_disabled = true },
	{ .visible = true, .have_lock = true, .lock_disabled = true },
};
static const struct {
	us_case_kind kind;
	us_unresolved on_unresolved;
} kinds[] = {
	{ US_CASE_IN_PROGRESS, US_UNRESOLVED_STOP },
	{ US_CASE_IN_PROGRESS, US_UNRESOLVED_START },
	{ US_CASE_NAME_MISMATCH, US_UNRESOLVED_STOP },
	{ US_CASE_PARTIAL_APPLY, US_UNRESOLVED_START },
	{ US_CASE_TIMEOUT, US_UNRESOLVED_STOP },
	{ US_CASE_FAILURE, US_UNRESOLVED_STOP },
};
static const struct {
	const us_candidate *list;
	size_t n;
} candidates[] = { { NULL, 0 }, { one, 1 }, { other, US_LEN(other) } };

static situation numbered(unsigned i)
{
	situation s = { .allow_override = true };
	unsigned d;

	d = digit(&i, US_LEN(kinds));
	s.kind = kinds[d].kind;
	s.on_unresolved = kinds[d].on_unresolved;
	s.k = ks[digit(&i, US_LEN(ks))];
	s.edited = (us_tristate)digit(&i, 3);
	s.disk = digit(&i, 3);
	s.other = digit(&i, 3);
	d = digit(&i, US_LEN(candidates));
	s.candidates = candidates[d].list;
	s.ncandidates = candidates[d].n;
	d = digit(&i, US_LEN(sights));
	s.visible = sights[d].visible;
	s.have_lock = sights[d].have_lock;
	s.dry = sights[d].dry;
	s.lock_disabled = sights[d].lock_disabled;
	s.leftovers = (int)digit(&i, 2);
	s.reruns = digit(&i, 2);
	s.sqlite = digit(&i, 2);
	s.moved = digit(&i, 2);
	return s;
}

static void no_combination_permits_more_than_the_rules(void **state)
{
	const unsigned n = US_LEN(kinds) * US_LEN(ks) * 3 * 3 * 3 *
			   US_LEN(candidates) * US_LEN(sights) * (1U << 4U);
	us_script *script = situation_script();

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		situation s = numbered(i);

		check(&s, script);
	}
	us_script_free(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_combination_permits_more_than_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
