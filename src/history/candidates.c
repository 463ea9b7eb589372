/* Where the folder of a missing name may have gone. The same script is proof of
 * identity only if the match is one-to-one; a timestamp or a similar name is a hint
 * for a person. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "unstick/str.h"

/* As many as somebody at a terminal will look at. */
enum { MOST = 5 };

/* A date at least; "1_init" and "1_users" share their digits by chance. */
enum { TIMESTAMP_DIGITS = 8 };

static bool same_timestamp(const char *a, const char *b)
{
	size_t n = 0;

	while (isdigit((unsigned char)a[n]) && a[n] == b[n])
		n++;
	return n >= TIMESTAMP_DIGITS && !isdigit((unsigned char)a[n]) &&
	       !isdigit((unsigned char)b[n]);
}

static bool is_near(const us_candidate *c, const char *name)
{
	return c->same_checksum || c->same_timestamp ||
	       c->distance <= 1 + strlen(name) / 4;
}

/* Is this the only missing name that has this folder's script? */
static us_code is_only_name(const us_history *h, const us_entry *name,
	const us_entry *folder, bool *only, us_err *err)
{
	us_code rc = US_OK;

	*only = true;
	for (size_t i = 0; i < h->len && *only && rc == US_OK; i++) {
		const us_entry *other = &h->entries[i];
		bool same = false;

		if (other != name && us_entry_is_missing(other))
			rc = us_entry_same_script(h, other, folder, &same, err);
		*only = !same;
	}
	return rc;
}

/* Entries are sorted: no name lies between two that are neighbours. */
static us_code judge(const us_history *h, const us_entry *name,
	const us_entry *folder, us_candidate *c, us_err *err)
{
	*c = (us_candidate){
		.name = folder->name,
		.same_timestamp = same_timestamp(name->name, folder->name),
		.same_place = folder == name + 1 || folder + 1 == name,
		.distance = us_edit_distance(name->name, folder->name),
	};
	return us_entry_same_script(h, name, folder, &c->same_checksum, err);
}

/* Scripts say more than timestamps, timestamps more than the look of a name. */
static int compare(const void *x, const void *y)
{
	const us_candidate *a = x, *b = y;

	if (a->same_checksum != b->same_checksum)
		return a->same_checksum ? -1 : 1;
	if (a->same_timestamp != b->same_timestamp)
		return a->same_timestamp ? -1 : 1;
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return us_name_compare(a->name, b->name);
}

/* All candidates, unranked; *matching is how many have the script. */
static us_code collect(const us_history *h, const us_entry *name, us_candidate *all,
	size_t *n, size_t *matching, us_err *err)
{
	us_code rc = US_OK;

	*n = *matching = 0;
	for (size_t i = 0; i < h->len && rc == US_OK; i++) {
		us_candidate *c = &all[*n];

		if (!us_entry_is_unrecorded(&h->entries[i]))
			continue;
		rc = judge(h, name, &h->entries[i], c, err);
		if (rc == US_OK && is_near(c, name->name)) {
			*matching += c->same_checksum;
			++*n;
		}
	}
	return rc;
}

us_code us_history_candidates(const us_history *h, const us_case *c,
	us_candidate **out, size_t *n, us_err *err)
{
	us_candidate *all;
	size_t matching = 0;
	us_code rc;

	*out = NULL;
	*n = 0;
	all = calloc(h->len + 1, sizeof(*all));
	if (!all)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_entry_is_missing(c->entry)
		     ? collect(h, c->entry, all, n, &matching, err)
		     : US_OK;
	if (rc == US_OK && *n > 0) {
		qsort(all, *n, sizeof(*all), compare);
		if (matching == 1)
			rc = is_only_name(h, c->entry,
				us_history_find(h, all[0].name), &all[0].only_match,
				err);
	}
	if (rc != US_OK) {
		free(all);
		*n = 0;
		return rc;
	}
	if (*n > MOST)
		*n = MOST;
	*out = all;
	return US_OK;
}
