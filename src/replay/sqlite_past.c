/* The records of the other names, sorted by what they mean for this case. */
#include "sqlite_past.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"

/* Where a record stands among all: the ledger has them oldest first. */
typedef struct {
	const us_record *record;
	size_t place;
} standing;

typedef struct {
	standing *items; /* by address, so that a long history stays linear */
	size_t n;
} standings;

static int by_address(const void *x, const void *y)
{
	uintptr_t a = (uintptr_t)((const standing *)x)->record;
	uintptr_t b = (uintptr_t)((const standing *)y)->record;

	return (a > b) - (a < b);
}

static standings standings_of(us_arena *a, const us_history *h)
{
	const us_ledger *led = us_history_ledger(h);
	standings s = { .n = us_ledger_len(led) };

	s.items = us_arena_alloc(a, (s.n + 1) * sizeof(*s.items));
	for (size_t i = 0; s.items && i < s.n; i++)
		s.items[i] = (standing){ us_ledger_record(led, i), i };
	if (s.items)
		qsort(s.items, s.n, sizeof(*s.items), by_address);
	return s;
}

static size_t place(const standings *s, const us_record *r)
{
	const standing key = { r, 0 };
	const standing *found =
		s->items ? bsearch(&key, s->items, s->n, sizeof(key), by_address)
			 : NULL;

	return found ? found->place : s->n;
}

/* The span of the case's own attempts. */
typedef struct {
	size_t first, last;
} span;

static span span_of(const us_stuck *c, const standings *all)
{
	span s = { all->n, all->n };

	for (size_t i = 0; i < c->entry->nrecords; i++) {
		const us_record *r = c->entry->records[i];
		size_t at;

		if (us_record_state_of(r) == US_RECORD_APPLIED)
			continue;
		at = place(all, r);
		s.first = s.first == all->n ? at : s.first;
		s.last = at;
	}
	return s;
}

/* The newest record that says what the entry's state says. */
static const us_record *speaker(const us_entry *e)
{
	bool applied = e->state == US_STATE_APPLIED || e->state == US_STATE_MISSING;

	for (size_t i = e->nrecords; i > 0; i--) {
		const us_record *r = e->records[i - 1];

		if ((us_record_state_of(r) == US_RECORD_APPLIED) == applied)
			return r;
	}
	return NULL;
}

typedef struct {
	const us_entry *entry;
	size_t place;
} applied;

typedef struct {
	lite_past *out;
	us_arena *arena;
	const us_stuck *c;
	standings all;
	span span;
	applied *before; /* to be replayed */
	size_t nbefore;
} sorter;

static us_code script_of(
	us_script **out, const us_stuck *c, const us_entry *e, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	size_t len;
	us_code rc = us_directory_script(
		us_history_directory(c->history), e->migration, &text, &len, err);

	*out = NULL;
	return rc ? rc : us_script_split(out, "sqlite", text, len, err);
}

/* Whatever it mentions may be its doing; but for parents of foreign keys, which it
 * leaves as they are. */
static us_code add_doubt(sorter *s, const us_entry *e, const char *why, us_err *err)
{
	lite_doubt *d = &s->out->doubts[s->out->ndoubts];
	us_script *script;
	us_code rc = script_of(&script, s->c, e, err);

	if (rc != US_OK)
		return rc;
	d->why = us_arena_strf(s->arena, "%s %s", e->name, why);
	lite_names_of(s->arena, &d->names,
		lite_tokens_of(us_script_text(script), us_script_text_len(script)),
		true);
	s->out->ndoubts++;
	us_script_free(script);
	return US_OK;
}

/* Several records can tell of several versions: only one of them is on disk. */
static bool one_script(const us_entry *e)
{
	const char *checksum = NULL;

	for (size_t i = 0; i < e->nrecords; i++) {
		const us_record *r = e->records[i];

		if (us_record_state_of(r) == US_RECORD_ROLLED_BACK)
			continue;
		if (!r->checksum ||
			(checksum && strcmp(checksum, r->checksum) != 0))
			return false;
		checksum = r->checksum;
	}
	return true;
}

static bool script_known(const us_entry *e)
{
	return e->migration != US_NO_MIGRATION && e->edited == US_NO &&
	       one_script(e);
}

static const char *words_gone(sorter *s, const us_entry *e, const char *what)
{
	bool missing = e->migration == US_NO_MIGRATION;

	return us_arena_strf(s->arena, "%s %s, and its script %s", e->name, what,
		missing ? "is missing on disk" : "on disk is not the one that ran");
}

static us_code sort_applied(
	sorter *s, const us_entry *e, const us_record *r, us_err *err)
{
	size_t at = place(&s->all, r);
	us_code rc = US_OK;

	if (at > s->span.first && !script_known(e)) {
		s->out->blind = words_gone(s, e, "started later");
		return US_OK;
	}
	if (at > s->span.first)
		rc = add_doubt(s, e, "started later and names it too", err);
	if (rc != US_OK || at > s->span.last)
		return rc;
	if (!script_known(e))
		s->out->gap = words_gone(s, e, "was applied");
	if (e->migration != US_NO_MIGRATION)
		s->before[s->nbefore++] = (applied){ e, at };
	return US_OK;
}

/* A folder that was renamed: the case's own script under its older name. */
static us_code is_same_script(
	sorter *s, const us_record *r, bool *same, us_err *err)
{
	size_t m = s->c->entry->migration;

	*same = false;
	if (m == US_NO_MIGRATION)
		return US_OK;
	return us_directory_matches(
		us_history_directory(s->c->history), m, r->checksum, same, err);
}

static us_code sort_failed(
	sorter *s, const us_entry *e, const us_record *r, us_err *err)
{
	bool same = false;
	us_code rc = is_same_script(s, r, &same, err);

	if (rc != US_OK || same)
		return rc;
	if (script_known(e))
		return add_doubt(s, e, "failed and names it too", err);
	s->out->blind = words_gone(s, e, "failed");
	return US_OK;
}

static int by_place(const void *x, const void *y)
{
	const applied *a = x, *b = y;

	return (a->place > b->place) - (a->place < b->place);
}

static us_code load_scripts(sorter *s, us_err *err)
{
	us_code rc = US_OK;

	if (s->nbefore == 0)
		return US_OK;
	qsort(s->before, s->nbefore, sizeof(*s->before), by_place);
	s->out->scripts = calloc(s->nbefore, sizeof(us_script *));
	if (!s->out->scripts)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; rc == US_OK && i < s->nbefore; i++) {
		us_err why = { 0 };
		us_script **to = &s->out->scripts[s->out->n];

		rc = script_of(to, s->c, s->before[i].entry, &why);
		if (rc == US_OK) {
			s->out->n++;
		} else if (rc != US_E_NOMEM) { /* it can't be read (any more) */
			s->out->gap =
				words_gone(s, s->before[i].entry, "was applied");
			rc = US_OK;
		} else if (err) {
			*err = why;
		}
	}
	return rc;
}

us_code lite_past_load(lite_past *out, us_arena *a, const us_stuck *c, us_err *err)
{
	size_t n = us_history_len(c->history);
	sorter s = { .out = out, .arena = a, .c = c };
	us_code rc = US_OK;

	*out = (lite_past){ 0 };
	s.all = standings_of(a, c->history);
	s.span = span_of(c, &s.all);
	s.before = us_arena_alloc(a, (n + 1) * sizeof(*s.before));
	out->doubts = us_arena_alloc(a, (n + 1) * sizeof(*out->doubts));
	rc = us_arena_check(a, err);
	for (size_t i = 0; rc == US_OK && i < n; i++) {
		const us_entry *e = us_history_entry(c->history, i);
		const us_record *r = speaker(e);

		if (!r || strcmp(e->name, c->entry->name) == 0)
			continue;
		if (e->state == US_STATE_APPLIED || e->state == US_STATE_MISSING)
			rc = sort_applied(&s, e, r, err);
		else
			rc = sort_failed(&s, e, r, err);
	}
	if (rc == US_OK)
		rc = load_scripts(&s, err);
	return rc == US_OK ? us_arena_check(a, err) : rc;
}

void lite_past_fini(lite_past *p)
{
	for (size_t i = 0; i < p->n; i++)
		us_script_free(p->scripts[i]);
	free(p->scripts);
	*p = (lite_past){ 0 };
}
