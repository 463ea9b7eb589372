/* What is stuck. A failed name stops every deploy. An applied name whose folder
 * seems to have been renamed is worse than it looks: the next deploy would run the
 * script a second time. Anything else missing on disk is ordinary (a squashed
 * history, an older image) and no case. */
#include <stdlib.h>

#include "internal.h"

us_code us_entry_same_script(const us_history *h, const us_entry *missing,
	const us_entry *folder, bool *same, us_err *err)
{
	const us_record *newest = us_entry_newest(missing);
	us_code rc;

	*same = false;
	if (!newest)
		return US_OK;
	rc = us_directory_matches(
		h->dir, folder->migration, newest->checksum, same, err);
	return rc == US_E_NOMEM ? rc : US_OK;
}

/* Two short lists: what may have been renamed, and to what. */
typedef struct {
	size_t *missing, nmissing; /* entries */
	size_t *folders, nfolders;
	/* Per entry: how many of the other list have its script, and the last of
	 * those. */
	size_t *partners, *partner;
} pairing;

static void pairing_fini(pairing *p)
{
	free(p->missing);
	free(p->folders);
	free(p->partners);
	free(p->partner);
}

static us_code pairing_init(pairing *p, const us_history *h, us_err *err)
{
	size_t n = h->len + 1;

	p->missing = calloc(n, sizeof(*p->missing));
	p->folders = calloc(n, sizeof(*p->folders));
	p->partners = calloc(n, sizeof(*p->partners));
	p->partner = calloc(n, sizeof(*p->partner));
	if (!p->missing || !p->folders || !p->partners || !p->partner)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < h->len; i++) {
		if (us_entry_is_missing(&h->entries[i]))
			p->missing[p->nmissing++] = i;
		else if (us_entry_is_unrecorded(&h->entries[i]))
			p->folders[p->nfolders++] = i;
	}
	return US_OK;
}

/* Reads scripts only if there is both a missing name and an unrecorded folder. */
static us_code pair_up(pairing *p, const us_history *h, us_err *err)
{
	us_code rc = US_OK;

	for (size_t f = 0; f < p->nfolders && rc == US_OK; f++) {
		for (size_t m = 0; m < p->nmissing && rc == US_OK; m++) {
			size_t name = p->missing[m], folder = p->folders[f];
			bool same;

			rc = us_entry_same_script(h, &h->entries[name],
				&h->entries[folder], &same, err);
			if (rc != US_OK || !same)
				continue;
			p->partners[name]++;
			p->partners[folder]++;
			p->partner[name] = folder;
		}
	}
	return rc;
}

static bool is_moved(const pairing *p, const us_history *h, size_t i)
{
	return h->entries[i].state == US_STATE_MISSING && p->partners[i] == 1 &&
	       p->partners[p->partner[i]] == 1;
}

us_code us_history_cases(const us_history *h, us_case **out, size_t *n, us_err *err)
{
	us_case *cases = calloc(h->len + 1, sizeof(*cases));
	pairing p = { 0 };
	us_code rc;

	*out = NULL;
	*n = 0;
	if (!cases)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = pairing_init(&p, h, err);
	if (rc == US_OK && h->counts.missing > 0)
		rc = pair_up(&p, h, err);
	for (size_t i = 0; i < h->len && rc == US_OK; i++) {
		const us_entry *e = &h->entries[i];

		if (e->state == US_STATE_FAILED)
			cases[(*n)++] = (us_case){ e, false };
		else if (is_moved(&p, h, i))
			cases[(*n)++] = (us_case){ e, true };
	}
	pairing_fini(&p);
	if (rc != US_OK) {
		free(cases);
		*n = 0;
		return rc;
	}
	*out = cases;
	return US_OK;
}
