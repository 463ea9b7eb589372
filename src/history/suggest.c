/* Which migration a mistyped name means. */
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/history.h"
#include "unstick/str.h"

/* "prisma/migrations/2024_x/" -> "2024_x". */
static us_code last_part(char **out, const char *name, us_err *err)
{
	size_t end = strlen(name), start;

	while (end > 0 && name[end - 1] == '/')
		end--;
	start = end;
	while (start > 0 && name[start - 1] != '/')
		start--;
	return us_strndup(out, name + start, end - start, err);
}

static const char *meant(const us_history *h, const char *name)
{
	const char *best = NULL;
	size_t limit = strlen(name) / 3 + 1;

	for (size_t i = 0; i < us_history_len(h) && *name; i++) {
		const char *candidate = us_history_entry(h, i)->name;
		size_t d;

		if (strstr(candidate, name))
			return candidate;
		d = us_edit_distance(name, candidate);
		if (d < limit) {
			best = candidate;
			limit = d;
		}
	}
	return best;
}

us_code us_history_suggest(
	char **out, const us_history *h, const char *name, us_err *err)
{
	US_AUTO(auto_str) char *part = NULL;
	const char *near;
	us_code rc = last_part(&part, name, err);

	*out = NULL;
	if (rc != US_OK)
		return rc;
	near = meant(h, part);
	if (!near || strcmp(near, name) == 0)
		return us_strdup(out, "", err);
	return us_strf(out, err, "; did you mean %s?", near);
}
