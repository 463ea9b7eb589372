/* Directory and ledger joined by name. What state a name is in is a function of all
 * its records; a failed one outweighs the rest, because Prisma's deploy stops at it
 * (P3009) whatever else there is (observed with 6.19.3 and 7.10.1). */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char *const state_names[] = {
	[US_STATE_APPLIED] = "applied",
	[US_STATE_PENDING] = "pending",
	[US_STATE_FAILED] = "failed",
	[US_STATE_ROLLED_BACK] = "rolled_back",
	[US_STATE_MISSING] = "missing",
};

const char *us_state_name(us_state s)
{
	return state_names[s];
}

const us_record *us_entry_newest(const us_entry *e)
{
	for (size_t i = e->nrecords; i > 0; i--)
		if (us_record_state_of(e->records[i - 1]) != US_RECORD_ROLLED_BACK)
			return e->records[i - 1];
	return NULL;
}

bool us_entry_is_missing(const us_entry *e)
{
	return e->migration == US_NO_MIGRATION &&
	       (e->state == US_STATE_MISSING || e->state == US_STATE_FAILED);
}

bool us_entry_is_unrecorded(const us_entry *e)
{
	return e->nrecords == 0;
}

static us_state state_of(const us_entry *e)
{
	bool applied = false;

	if (e->nrecords == 0)
		return US_STATE_PENDING;
	for (size_t i = 0; i < e->nrecords; i++) {
		us_record_state s = us_record_state_of(e->records[i]);

		if (s == US_RECORD_FAILED)
			return US_STATE_FAILED;
		applied = applied || s == US_RECORD_APPLIED;
	}
	if (!applied)
		return US_STATE_ROLLED_BACK;
	return e->migration == US_NO_MIGRATION ? US_STATE_MISSING
					       : US_STATE_APPLIED;
}

/* The record whose checksum Prisma compares with the script: the oldest that is not
 * rolled back, or NULL (observed with 7.10.1). */
static const us_record *compared(const us_entry *e)
{
	for (size_t i = 0; i < e->nrecords; i++)
		if (us_record_state_of(e->records[i]) != US_RECORD_ROLLED_BACK)
			return e->records[i];
	return NULL;
}

static us_code edited(
	us_directory *dir, const us_entry *e, us_tristate *answer, us_err *err)
{
	const us_record *record = compared(e);
	bool matches = false;
	us_code rc;

	*answer = US_NO;
	if (!record)
		return US_OK; /* the next deploy takes the script as it is */
	*answer = US_UNSURE;
	if (e->migration == US_NO_MIGRATION)
		return US_OK;
	rc = us_directory_matches(
		dir, e->migration, record->checksum, &matches, err);
	if (rc == US_E_NOMEM)
		return rc;
	if (rc == US_OK)
		*answer = matches ? US_NO : US_YES;
	return US_OK;
}

static void count(us_counts *c, const us_entry *e)
{
	size_t *const by_state[] = {
		[US_STATE_APPLIED] = &c->applied,
		[US_STATE_PENDING] = &c->pending,
		[US_STATE_FAILED] = &c->failed,
		[US_STATE_ROLLED_BACK] = &c->rolled_back,
		[US_STATE_MISSING] = &c->missing,
	};

	++*by_state[e->state];
	c->found += e->migration != US_NO_MIGRATION;
	c->edited += e->edited == US_YES;
}

/* ---- the join ---- */

/* A record whose name has no folder. */
typedef struct {
	const us_record *record;
	size_t age; /* position in the ledger: keeps records of a name oldest first
		     */
} stray;

typedef struct {
	size_t *slots;  /* per record: its migration, or US_NO_MIGRATION */
	size_t *counts; /* per migration: its records */
	stray *strays;
	size_t nstrays;
} joined;

static void joined_fini(joined *j)
{
	free(j->slots);
	free(j->counts);
	free(j->strays);
}

static int compare_strays(const void *x, const void *y)
{
	const stray *a = x, *b = y;
	int order = us_name_compare(a->record->name, b->record->name);

	return order ? order : (a->age > b->age) - (a->age < b->age);
}

/* Records come in about the order of the folders, so the folder after the last one
 * is nearly always right. */
static size_t find(const us_directory *dir, const char *name, size_t guess)
{
	if (guess < us_directory_len(dir) &&
		strcmp(us_directory_name(dir, guess), name) == 0)
		return guess;
	return us_directory_find(dir, name);
}

static us_code match_records(
	joined *j, const us_directory *dir, const us_ledger *led, us_err *err)
{
	size_t n = us_ledger_len(led), guess = 0;

	j->slots = calloc(n + 1, sizeof(*j->slots));
	j->counts = calloc(us_directory_len(dir) + 1, sizeof(*j->counts));
	j->strays = calloc(n + 1, sizeof(*j->strays));
	if (!j->slots || !j->counts || !j->strays)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const us_record *r = us_ledger_record(led, i);
		size_t at = find(dir, r->name, guess);

		j->slots[i] = at;
		if (at == US_NO_MIGRATION) {
			j->strays[j->nstrays++] = (stray){ r, i };
		} else {
			j->counts[at]++;
			guess = at + 1;
		}
	}
	qsort(j->strays, j->nstrays, sizeof(*j->strays), compare_strays);
	return US_OK;
}

/* The entry of the next name without a folder: all records from *s on that share
 * it. */
static us_entry stray_entry(const joined *j, size_t *s, const us_record **records)
{
	const char *name = j->strays[*s].record->name;
	us_entry e = {
		.name = name, .migration = US_NO_MIGRATION, .records = records
	};

	while (*s < j->nstrays && strcmp(j->strays[*s].record->name, name) == 0)
		records[e.nrecords++] = j->strays[(*s)++].record;
	return e;
}

/* Merges folders and strays into h->entries and gives every entry its part of
 * h->records; the folders' parts are filled afterwards. */
static void merge(us_history *h, const joined *j)
{
	size_t n = us_directory_len(h->dir), i = 0, s = 0;
	const us_record **records = h->records;

	while (i < n || s < j->nstrays) {
		us_entry *e = &h->entries[h->len++];

		if (s == j->nstrays ||
			(i < n && us_name_compare(us_directory_name(h->dir, i),
					  j->strays[s].record->name) < 0)) {
			*e = (us_entry){ .name = us_directory_name(h->dir, i),
				.migration = i,
				.records = records,
				.nrecords = j->counts[i] };
			i++;
		} else {
			*e = stray_entry(j, &s, records);
		}
		records += e->nrecords;
	}
}

/* Puts the records of migrations into the places that merge() gave them. j->counts
 * becomes, per migration, the next free place. */
static void place_records(us_history *h, joined *j)
{
	for (size_t i = 0; i < h->len; i++) {
		const us_entry *e = &h->entries[i];

		if (e->migration != US_NO_MIGRATION)
			j->counts[e->migration] = (size_t)(e->records - h->records);
	}
	for (size_t i = 0; i < us_ledger_len(h->led); i++)
		if (j->slots[i] != US_NO_MIGRATION)
			h->records[j->counts[j->slots[i]]++] =
				us_ledger_record(h->led, i);
}

static us_code join(us_history *h, us_err *err)
{
	size_t most = us_directory_len(h->dir) + us_ledger_len(h->led);
	joined j = { 0 };
	us_code rc = match_records(&j, h->dir, h->led, err);

	if (rc == US_OK) {
		h->records = calloc(us_ledger_len(h->led) + 1, sizeof(*h->records));
		h->entries = calloc(most + 1, sizeof(*h->entries));
		if (!h->records || !h->entries)
			rc = us_fail(err, US_E_NOMEM, "out of memory");
	}
	if (rc == US_OK) {
		merge(h, &j);
		place_records(h, &j);
	}
	joined_fini(&j);
	return rc;
}

static us_code load(us_history **out, us_directory *dir, const us_ledger *led,
	bool look_into_scripts, us_err *err)
{
	us_history *h = calloc(1, sizeof(*h));
	us_code rc;

	*out = NULL;
	if (!h)
		return us_fail(err, US_E_NOMEM, "out of memory");
	h->dir = dir;
	h->led = led;
	rc = join(h, err);
	for (size_t i = 0; rc == US_OK && i < h->len; i++) {
		us_entry *e = &h->entries[i];

		e->state = state_of(e);
		e->edited = US_UNSURE;
		if (look_into_scripts)
			rc = edited(dir, e, &e->edited, err);
		count(&h->counts, e);
	}
	if (rc != US_OK) {
		us_history_free(h);
		return rc;
	}
	*out = h;
	return US_OK;
}

us_code us_history_load(
	us_history **out, us_directory *dir, const us_ledger *led, us_err *err)
{
	return load(out, dir, led, true, err);
}

us_code us_history_load_names(
	us_history **out, us_directory *dir, const us_ledger *led, us_err *err)
{
	return load(out, dir, led, false, err);
}

void us_history_free(us_history *h)
{
	if (!h)
		return;
	free(h->entries);
	free(h->records);
	free(h);
}

/* ---- looking at it ---- */

size_t us_history_len(const us_history *h)
{
	return h->len;
}

const us_entry *us_history_entry(const us_history *h, size_t i)
{
	return &h->entries[i];
}

static int compare_name(const void *name, const void *entry)
{
	return us_name_compare(name, ((const us_entry *)entry)->name);
}

const us_entry *us_history_find(const us_history *h, const char *name)
{
	return bsearch(name, h->entries, h->len, sizeof(*h->entries), compare_name);
}

us_counts us_history_counts(const us_history *h)
{
	return h->counts;
}

us_directory *us_history_directory(const us_history *h)
{
	return h->dir;
}

const us_ledger *us_history_ledger(const us_history *h)
{
	return h->led;
}
