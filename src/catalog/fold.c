/* The history, folded: what ran before the case, in the order it ran. What a
 * migration left that can't be followed (its folder is gone, it was edited, it
 * failed and was never run again) makes unknown what it may have touched. */
#include "fold.h"

#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "ledger_table_sql.h"
#include "live.h"
#include "parse.h"
#include "pieces.h"
#include "tokens.h"
#include "unstick/auto.h"

typedef enum {
	RAN,    /* as it is on disk */
	MAY_BE, /* some of it may have, and what is on disk says what */
	LOST    /* something ran, and nothing says what */
} part_kind;

/* One record's part in the history. */
typedef struct {
	us_time at;
	size_t order; /* among records begun at the same time */
	part_kind kind;
	const us_entry *entry;
	const char *text;
	size_t len;
	bool wanted;
	const char *told; /* the statements of text that are wanted */
	size_t told_len;
} part;

typedef struct {
	const us_stuck *c;
	words *about, far; /* far: see pieces.h */
	part *parts;
	size_t n;
} folding;

static bool is_same_script(const us_stuck *c, const us_entry *e, const us_record *r)
{
	us_directory *dir = us_history_directory(c->history);
	us_err ignored = { 0 };
	bool same = false;

	return e->migration != US_NO_MIGRATION && r->checksum &&
	       us_directory_matches(
		       dir, e->migration, r->checksum, &same, &ignored) == US_OK &&
	       same;
}

static bool has_applied(const us_entry *e)
{
	for (size_t i = 0; i < e->nrecords; i++)
		if (us_record_state_of(e->records[i]) == US_RECORD_APPLIED)
			return true;
	return false;
}

static part_kind kind_of(const us_stuck *c, const us_entry *e, const us_record *r)
{
	if (!is_same_script(c, e, r))
		return LOST;
	return us_record_state_of(r) == US_RECORD_APPLIED ? RAN : MAY_BE;
}

static size_t count_records(const us_history *h)
{
	size_t n = 0;

	for (size_t i = 0; i < us_history_len(h); i++)
		n += us_history_entry(h, i)->nrecords;
	return n;
}

static us_code add_part(
	folding *f, const us_entry *e, const us_record *r, us_err *err)
{
	part p = { .at = r->started_at,
		.order = f->n,
		.kind = kind_of(f->c, e, r),
		.entry = e };
	US_AUTO(auto_str) char *text = NULL;
	us_err unreadable = { 0 };
	us_code rc;

	/* the run that was rolled back is told by the one that succeeded: what was
	 * left of it was in its way, or made no difference */
	if (p.kind != RAN && us_record_state_of(r) != US_RECORD_APPLIED &&
		has_applied(e))
		return US_OK;
	if (p.kind != LOST) {
		rc = us_directory_script(us_history_directory(f->c->history),
			e->migration, &text, &p.len, &unreadable);
		if (rc == US_E_NOMEM)
			return us_fail(err, rc, "out of memory");
		if (rc == US_OK)
			p.text = us_arena_strn(f->about->arena, text, p.len);
		else
			p.kind = LOST;
	}
	f->parts[f->n++] = p;
	return US_OK;
}

static int by_time(const void *a, const void *b)
{
	const part *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Everything but the case's own records. A record whose time is not known may have
 * run at any time: it is taken as one that is lost. */
static us_code list_parts(folding *f, us_err *err)
{
	const us_history *h = f->c->history;
	us_code rc = US_OK;

	f->parts = calloc(count_records(h) + 1, sizeof(*f->parts));
	if (!f->parts)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < us_history_len(h); i++) {
		const us_entry *e = us_history_entry(h, i);

		for (size_t j = 0; e != f->c->entry && j < e->nrecords; j++) {
			rc = add_part(f, e, e->records[j], err);
			if (rc != US_OK)
				return rc;
		}
	}
	qsort(f->parts, f->n, sizeof(*f->parts), by_time);
	return US_OK;
}

static us_time began(const us_stuck *c)
{
	return c->failed ? c->failed->started_at : US_NEVER;
}

static bool is_later(const folding *f, const part *p)
{
	return began(f->c) != US_NEVER && p->at != US_NEVER && p->at > began(f->c);
}

/* From the newest to the oldest, so that the names a thing had before it was
 * renamed are looked for in what is older. */
static void choose(folding *f)
{
	for (size_t i = f->n; i > 0; i--) {
		part *p = &f->parts[i - 1];

		if (p->text)
			p->wanted = pieces_about(f->about, &f->far, p->text, p->len,
				&p->told, &p->told_len);
	}
}

/* A script that takes something back is not told by its statements alone. What is
 * open at its end is taken back as well. */
static bool rolls_back(const parse *script)
{
	bool open = false;

	for (size_t i = 0; i < script->n; i++) {
		const PgQuery__Node *t = script->tree[i];

		if (t->node_case != PG_QUERY__NODE__NODE_TRANSACTION_STMT)
			continue;
		open = false;
		switch (t->transaction_stmt->kind) {
		case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
		case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
			open = true;
			break;
		case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
		case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
			return true;
		default:
			break;
		}
	}
	return open;
}

static bool says(const char *text, size_t len, const char *word)
{
	size_t at = 0, n;

	while ((n = words_next(text, len, &at)) > 0)
		if (words_equal(text + at - n, n, word))
			return true;
	return false;
}

/* Its words are all that is known of it: it is newer than our parser, or nobody
 * knows how much of it ran. */
static void apply_words(world *w, const part *p, us_arena *trees)
{
	if (says(p->text, p->len, "event") && says(p->text, p->len, "trigger"))
		world_expect_anything(w);
	if (pieces_reach_far(trees, p->text, p->len)) {
		world_blur(w, 0);
		return;
	}
	world_lose_names(w, NULL);
	world_blur_mentioned(w, p->text, p->len);
}

static void apply_script(world *w, const part *p, us_arena *trees)
{
	parse script;

	if (p->kind == MAY_BE || !parse_sql(trees, &script, p->told, p->told_len) ||
		rolls_back(&script)) {
		apply_words(w, p, trees);
		return;
	}
	for (size_t i = 0; i < script.n; i++)
		apply_statement(w, MODE_FOLD, script.tree[i], script.text[i],
			script.len[i]);
	world_new_session(w, true);
}

/* A script's trees are of no use behind it: the next one's take their place. */
static us_code apply_part(world *w, const part *p, us_err *err)
{
	us_arena trees = { 0 };
	us_code rc;

	if (p->kind == LOST)
		world_blur(w, 0);
	else
		apply_script(w, p, &trees);
	rc = us_arena_check(&trees, err);
	us_arena_fini(&trees);
	return rc;
}

/* PARTITION at the beginning of a bracket is a window's; in a string, or where it
 * can't be told what is one, it may be anything. */
static bool tells_of_parts(const char *text, size_t len)
{
	tokens at = { text, text + len };
	token before = { .word = "" }, t;

	if (!strcasestr(text, "partition"))
		return false;
	if (memmem(text, len, "\\'", 2))
		return true;
	while (tokens_next(&at, &t)) {
		if (t.string && !t.quoted && says(t.string, t.n, "partition"))
			return true;
		if (token_is(&t, "partition") && !token_is(&before, "("))
			return true;
		before = t;
	}
	return false;
}

/* Which names may be partitioned tables': all words of what tells of partitions,
 * and of what gives other names to any of these. Read when it is first asked. */
typedef struct {
	struct {
		const char *text; /* NULL: of a script that can't be read */
		size_t len;
	} * scripts;
	size_t n;
	words said;
	bool read, lost;
} parted;

static void read_parted(parted *p)
{
	p->read = true;
	for (size_t i = 0; i < p->n && !p->lost; i++) {
		const char *text = p->scripts[i].text;
		size_t len = p->scripts[i].len;

		p->lost = !text;
		if (text && (tells_of_parts(text, len) ||
				    (p->said.n > 0 && says(text, len, "rename") &&
					    words_share(&p->said, text, len))))
			words_add(&p->said, text, len);
	}
}

static bool is_plain(const void *ctx, const char *name)
{
	parted *p = *(parted *const *)ctx;
	size_t n = strlen(name), at = 0;

	/* a name is cut to that, and one without words can't be looked for */
	if (n >= NAME_BYTES || words_next(name, n, &at) == 0)
		return false;
	if (!p->read)
		read_parted(p);
	return !p->lost && !words_have(&p->said, name, n);
}

static us_code close_parts(world *w, const folding *f, us_err *err)
{
	us_arena *a = f->about->arena;
	parted *p = us_arena_alloc(a, sizeof(*p));
	parted **ctx = us_arena_alloc(a, sizeof(*ctx));

	if (!p || !ctx)
		return us_arena_check(a, err);
	*p = (parted){ .n = f->n, .said = { .arena = a } };
	p->scripts = us_arena_alloc(a, (f->n + 1) * sizeof(*p->scripts));
	if (!p->scripts)
		return us_arena_check(a, err);
	for (size_t i = 0; i < f->n; i++) {
		p->scripts[i].text = f->parts[i].text;
		p->scripts[i].len = f->parts[i].len;
	}
	*ctx = p;
	world_close_parts(w, is_plain, ctx);
	return US_OK;
}

static bool knows_name(const void *about, const char *name)
{
	/* names that are made up are cut to that */
	return strlen(name) < NAME_BYTES && words_have(about, name, strlen(name));
}

static us_code list_later(const later_script **out, const folding *f, us_err *err)
{
	later_script *list =
		us_arena_alloc(f->about->arena, (f->n + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list && i < f->n; i++)
		if (is_later(f, &f->parts[i]))
			list[n++] = (later_script){ f->parts[i].entry->name,
				f->parts[i].text, f->parts[i].len,
				!f->parts[i].text ||
					pieces_reach_far(f->about->arena,
						f->parts[i].text,
						f->parts[i].len) };
	*out = list;
	return us_arena_check(f->about->arena, err);
}

/* Prisma's own table is older than the first migration, and some touch it: Supabase
 * asks for row security on every table, and there are scripts that make it IF NOT
 * EXISTS. */
static us_code make_ledger(world *w, const words *about, us_err *err)
{
	us_arena trees = { 0 };
	us_code rc;
	parse p;

	if (!words_have(about, US_LEDGER_TABLE, strlen(US_LEDGER_TABLE)))
		return US_OK;
	if (parse_sql(&trees, &p, us_text_postgres_ledger_sql,
		    strlen(us_text_postgres_ledger_sql)) &&
		p.n == 1)
		apply_statement(w, MODE_FOLD, p.tree[0], p.text[0], p.len[0]);
	rc = us_arena_check(&trees, err);
	us_arena_fini(&trees);
	return rc;
}

us_code fold_history(world **out, const later_script **later, const us_stuck *c,
	words *about, us_err *err)
{
	folding f = { .c = c, .about = about, .far = { .arena = about->arena } };
	world *w = live_world(c->live);
	us_code rc;

	*out = w;
	if (!w)
		return us_fail(err, US_E_NOMEM, "out of memory");
	pieces_far_words(&f.far);
	rc = list_parts(&f, err);
	if (rc == US_OK) {
		choose(&f);
		world_close(w, knows_name, about);
		rc = close_parts(w, &f, err);
		if (rc == US_OK)
			rc = make_ledger(w, about, err);
		for (size_t i = 0; rc == US_OK && i < f.n; i++)
			if (!is_later(&f, &f.parts[i]) &&
				(f.parts[i].wanted || f.parts[i].kind == LOST))
				rc = apply_part(w, &f.parts[i], err);
	}
	world_settle(w);
	if (rc == US_OK)
		rc = list_later(later, &f, err);
	free(f.parts);
	return rc;
}
