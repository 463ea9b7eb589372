/* The marks, and nothing else. */
#include "grade.h"

#include <string.h>

#include "say.h"
#include "unstick/str.h"

const char *grade_name(grade g)
{
	static const char *const names[GRADES] = {
		[GRADE_EXACT] = "exact",
		[GRADE_RANGE] = "range",
		[GRADE_ALARM] = "alarm",
		[GRADE_WRONG] = "wrong",
		[GRADE_UNKNOWN] = "unknown",
		[GRADE_OTHER] = "other",
		[GRADE_DIVERGED] = "diverged",
		[GRADE_EQUAL] = "equal",
		[GRADE_MIXED] = "mixed",
		[GRADE_MISSED] = "missed",
		[GRADE_TOLD] = "told",
		[GRADE_UNTOLD] = "untold",
	};
	return names[g];
}

static bool usable(const answer *a, size_t n)
{
	return !a->error && a->about && a->n == n &&
	       !(a->kind && strcmp(a->kind, "in_progress") == 0);
}

/* Members of K that are among the same, and that are not. */
static void count(
	const answer *a, const bool *same, size_t n, size_t *right, size_t *others)
{
	*right = *others = 0;
	for (size_t k = 0; k <= n; k++) {
		if (a->member[k] && same[k])
			++*right;
		else if (a->member[k])
			++*others;
	}
}

grade grade_prefix(const answer *a, const bool *same, size_t n)
{
	size_t right, others;

	if (!usable(a, n))
		return GRADE_OTHER;
	if (!a->known)
		return GRADE_UNKNOWN;
	count(a, same, n, &right, &others);
	if (right)
		return others ? GRADE_RANGE : GRADE_EXACT;
	return others ? GRADE_WRONG : GRADE_ALARM;
}

grade grade_subset(const answer *a, const bool *same, size_t n)
{
	size_t right, others;

	if (!usable(a, n))
		return GRADE_OTHER;
	if (!a->known)
		return GRADE_UNKNOWN;
	count(a, same, n, &right, &others);
	if (right)
		return others ? GRADE_MIXED : GRADE_EQUAL;
	return others ? GRADE_MISSED : GRADE_DIVERGED;
}

grade grade_index(const answer *a, size_t n)
{
	if (!usable(a, n))
		return GRADE_OTHER;
	return a->leftovers ? GRADE_TOLD : GRADE_UNTOLD;
}

char *prefixes_text(const answer *a)
{
	us_str text = { 0 };
	us_err err = { 0 };
	char *out;

	if (!a->known)
		return copy_of("?");
	for (size_t k = 0; k <= a->n; k++) {
		size_t last = k;

		if (!a->member[k])
			continue;
		while (last < a->n && a->member[last + 1])
			last++;
		us_str_addf(&text, "%s%zu", text.len ? "," : "", k);
		if (last > k)
			us_str_addf(&text, "-%zu", last);
		k = last;
	}
	if (us_str_take(&text, &out, NULL, &err) != US_OK)
		die("%s", err.msg);
	return out;
}
