/* Which statements of the history a script can see. */
#include "sqlite_slice.h"

#include <string.h>

static bool names(us_arena *a, const us_script *s, size_t i, const char *folded)
{
	lite_names n = { 0 };

	lite_names_of(a, &n, lite_tokens_of_statement(s, i), false);
	return lite_names_have(&n, folded);
}

/* Is the table that statement i renames one that the same script created, as a
 * rebuild does? Nothing refers to such a table by its old name, unless a statement
 * about another table says it. */
static bool renames_own(us_arena *a, const us_script *s, size_t i, const char *name)
{
	const char *folded = lite_fold(a, name);
	bool created = false;

	for (size_t j = 0; j < i; j++) {
		lite_subject is = lite_subject_of(a, s, j);
		bool own = is.table && strcmp(lite_fold(a, is.table), folded) == 0;

		created |= own && is.verb == LITE_CREATE_TABLE;
		if (!own && is.verb != LITE_OTHER && names(a, s, j, folded))
			return false;
	}
	return created;
}

static bool is_simple(us_arena *a, const us_script *s)
{
	for (size_t i = 0; i < us_script_len(s); i++) {
		lite_subject is = lite_subject_of(a, s, i);

		if (is.verb == LITE_OTHER_SCHEMA)
			return false;
		if (is.verb == LITE_RENAME_TABLE && !renames_own(a, s, i, is.table))
			return false;
	}
	return true;
}

/* What is renamed to a wanted table is wanted under its old name too. */
static void add_old_names(lite_slice *slice, us_arena *a, const us_script *s)
{
	for (size_t i = us_script_len(s); i > 0; i--) {
		lite_subject is = lite_subject_of(a, s, i - 1);

		if (is.verb == LITE_RENAME_TABLE &&
			lite_names_have(&slice->tables, lite_fold(a, is.to)))
			lite_names_add(a, &slice->tables, is.table);
	}
}

void lite_slice_of(lite_slice *out, us_arena *a, us_script *const *past, size_t n,
	const us_script *now)
{
	*out = (lite_slice){ .all = !is_simple(a, now) };
	for (size_t i = 0; !out->all && i < n; i++)
		out->all = !is_simple(a, past[i]);
	if (out->all)
		return;
	lite_names_of(a, &out->tables,
		lite_tokens_of(us_script_text(now), us_script_text_len(now)),
		false);
	for (size_t i = n; i > 0; i--)
		add_old_names(out, a, past[i - 1]);
	/* the script may drop an index without naming its table */
	out->indexes = out->tables;
	out->indexes.cap = out->indexes.len; /* not to grow in shared memory */
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < us_script_len(past[i]); j++) {
			lite_subject is = lite_subject_of(a, past[i], j);

			if (is.verb == LITE_CREATE_INDEX &&
				lite_names_have(
					&out->indexes, lite_fold(a, is.index)))
				lite_names_add(a, &out->tables, is.table);
		}
	}
	for (size_t i = n; i > 0; i--)
		add_old_names(out, a, past[i - 1]);
}

bool lite_slice_wants(lite_slice *slice, us_arena *a, const us_script *s, size_t i)
{
	lite_subject is;

	if (slice->all)
		return true;
	is = lite_subject_of(a, s, i);
	if (is.verb == LITE_OTHER)
		return true;
	if (is.verb == LITE_DROP_INDEX)
		return lite_names_have(&slice->indexes, lite_fold(a, is.index));
	if (!lite_names_have(&slice->tables, lite_fold(a, is.table)))
		return false;
	if (is.verb == LITE_CREATE_INDEX)
		lite_names_add(a, &slice->indexes, is.index);
	return true;
}
