/* Code that can be followed like statements. It is read twice: once to see that all
 * of it is of the known forms, once to do it. */
#include "block.h"

#include <string.h>

#include "code.h"
#include "exists.h"
#include "unstick/auto.h"

enum { MAX_NESTED = 8 };

typedef struct {
	const step *s;
	tokens at;
	unsigned depth;
	bool applies; /* else it is only read */
	size_t statements;
} block;

/* ---- reading ---- */

static bool take(block *b, const char *word)
{
	token t;

	return tokens_next(&b->at, &t) && !t.quoted && token_is(&t, word);
}

static bool follows(const block *b, const char *word)
{
	tokens ahead = b->at;
	token t;

	return tokens_next(&ahead, &t) && !t.quoted && token_is(&t, word);
}

/* From here to the semicolon, which is passed. NULL: there is none. */
static const char *rest_of_statement(block *b, size_t *len)
{
	const char *from = b->at.p, *end = from;
	token t;

	while (tokens_next(&b->at, &t)) {
		if (token_is(&t, ";")) {
			*len = (size_t)(end - from);
			return from;
		}
		end = b->at.p;
	}
	return NULL;
}

/* What is between brackets, the first of which is next. */
static const char *bracket(block *b, size_t *len)
{
	size_t depth = 1;
	const char *from, *end;
	token t;

	if (!take(b, "("))
		return NULL;
	from = end = b->at.p;
	while (tokens_next(&b->at, &t)) {
		depth += token_is(&t, "(");
		depth -= token_is(&t, ")");
		if (depth == 0) {
			*len = (size_t)(end - from);
			return from;
		}
		end = b->at.p;
	}
	return NULL;
}

/* ---- what may have run ---- */

typedef bool part_fn(block *b);

/* Whether it ran isn't known: what it changes is not known any more. */
static bool maybe(block *b, part_fn *part)
{
	world *w = b->s->w, *was = world_fork(w);
	bool done;

	if (!was) {
		world_arena(w)->failed = true;
		return false;
	}
	world_learn_into(w, NULL);
	done = part(b);
	world_learn_into(w, world_learns_into(was));
	world_blur_changes(w, was);
	world_unsure(w, "whether all of its code runs is not known");
	world_free(was);
	return done;
}

/* ---- statements ---- */

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* Those in which a variable of the block can't stand for a name. */
static bool is_followed(const PgQuery__Node *n)
{
	static const PgQuery__Node__NodeCase kinds[] = { NODE(CREATE_STMT),
		NODE(ALTER_TABLE_STMT), NODE(INDEX_STMT), NODE(CREATE_ENUM_STMT),
		NODE(ALTER_ENUM_STMT), NODE(CREATE_DOMAIN_STMT),
		NODE(COMPOSITE_TYPE_STMT), NODE(DROP_STMT), NODE(CREATE_SEQ_STMT),
		NODE(CREATE_TRIG_STMT), NODE(CREATE_POLICY_STMT),
		NODE(CREATE_EXTENSION_STMT), NODE(COMMENT_STMT), NODE(RENAME_STMT),
		NODE(INSERT_STMT), NODE(UPDATE_STMT), NODE(DELETE_STMT) };

	for (size_t i = 0; i < US_LEN(kinds); i++)
		if (n->node_case == kinds[i])
			return true;
	return false;
}

static bool sql(block *b)
{
	us_arena *a = world_arena(b->s->w);
	size_t len;
	const char *text = rest_of_statement(b, &len);
	parse p;

	if (!text)
		return false;
	text = us_arena_strn(a, text, len);
	if (!text || !parse_sql(a, &p, text, len) || p.n != 1 ||
		!is_followed(p.tree[0]))
		return false;
	b->statements++;
	if (b->applies)
		apply_within(&(step){ b->s->w, p.tree[0], p.text[0], p.len[0] });
	return true;
}

/* RAISE NOTICE, which goes on. */
static bool notice(block *b)
{
	static const char *const levels[] = { "debug", "log", "info", "notice",
		"warning" };
	token t;

	if (!take(b, "raise") || !tokens_next(&b->at, &t) ||
		!token_is_any(&t, levels, US_LEN(levels)))
		return false;
	while (tokens_next(&b->at, &t)) {
		if (token_is(&t, ";"))
			return true;
		if (token_is(&t, "("))
			return false; /* a function may be called */
	}
	return false;
}

static bool nothing(block *b)
{
	return take(b, "null") && take(b, ";");
}

static part_fn list, condition;

static bool statement(block *b)
{
	static const char *const words[] = { "create", "alter", "drop", "comment",
		"insert", "update", "delete" };
	tokens ahead = b->at;
	token t;

	if (!tokens_next(&ahead, &t) || t.quoted)
		return false;
	if (token_is(&t, "if"))
		return condition(b);
	if (token_is(&t, "null"))
		return nothing(b);
	if (token_is(&t, "raise"))
		return notice(b);
	return token_is_any(&t, words, US_LEN(words)) && sql(b);
}

/* Up to what ends it, which is left. */
static bool list(block *b)
{
	do {
		if (!statement(b))
			return false;
	} while (!follows(b, "end") && !follows(b, "exception"));
	return true;
}

static bool skip(block *b)
{
	bool applies = b->applies, done;

	b->applies = false;
	done = list(b);
	b->applies = applies;
	return done;
}

static bool body_if(block *b, presence holds)
{
	if (!b->applies || holds == THERE_YES)
		return list(b);
	return holds == THERE_NO ? skip(b) : maybe(b, list);
}

static bool condition(block *b)
{
	presence holds = THERE_MAYBE;
	const char *query;
	size_t len;
	bool not, done;

	if (!take(b, "if"))
		return false;
	not = follows(b, "not") && take(b, "not");
	query = take(b, "exists") ? bracket(b, &len) : NULL;
	if (!query || !take(b, "then") || ++b->depth > MAX_NESTED)
		return false;
	if (b->applies)
		holds = exists_in(b->s->w, query, len);
	if (not &&holds != THERE_MAYBE)
		holds = holds == THERE_YES ? THERE_NO : THERE_YES;
	done = body_if(b, holds);
	b->depth--;
	return done && take(b, "end") && take(b, "if") && take(b, ";");
}

/* ---- EXCEPTION ---- */

/* What is there already, what isn't. */
static bool is_of_catalog(const char *name)
{
	return strncmp(name, "duplicate_", 10) == 0 ||
	       strncmp(name, "undefined_", 10) == 0;
}

/* The names after WHEN. others: one that the catalog alone doesn't decide. */
static bool conditions(block *b, bool *others)
{
	token t;

	do {
		if (!tokens_next(&b->at, &t) || t.quoted)
			return false;
		*others = *others || !is_of_catalog(t.word);
	} while (follows(b, "or") && take(b, "or"));
	return true;
}

/* What catches errors, and then does nothing. */
static bool handlers(block *b, bool *others)
{
	if (!take(b, "exception"))
		return false;
	while (!follows(b, "end")) {
		if (!take(b, "when") || !conditions(b, others) || !take(b, "then"))
			return false;
		while (!follows(b, "when") && !follows(b, "end"))
			if (!(follows(b, "null") ? nothing(b) : notice(b)))
				return false;
	}
	return true;
}

/* Tried elsewhere first: an error takes all of it back. */
static bool caught(block *b, bool others)
{
	world *w = b->s->w, *trial = world_fork(w);
	block again = *b;
	step s = *b->s;
	outcome o;

	if (!trial) {
		world_arena(w)->failed = true;
		return false;
	}
	s.w = trial;
	again.s = &s;
	world_learn_into(trial, NULL);
	world_begin_statement(trial, MODE_TRIAL);
	(void)list(&again);
	o = *world_outcome(trial);
	world_free(trial);
	if (o.fails) {
		/* of itself, or of what is not caught: then it never ends */
		world_unsure(w, "whether its error is caught is not known");
		return skip(b);
	}
	return others || o.unsure ? maybe(b, list) : list(b);
}

/* ---- the whole ---- */

static bool declarations(block *b)
{
	const char *from, *end;
	bool destroys = false;
	token t;

	if (!follows(b, "declare"))
		return take(b, "begin");
	from = end = b->at.p;
	while (tokens_next(&b->at, &t)) {
		if (token_is(&t, "begin"))
			return code_reach_of(b->s->w, from, (size_t)(end - from),
				       &destroys) == CODE_ROWS;
		end = b->at.p;
	}
	return false;
}

static bool ends(block *b)
{
	token t;

	return take(b, "end") &&
	       (!tokens_next(&b->at, &t) ||
		       (token_is(&t, ";") && !tokens_next(&b->at, &t)));
}

/* False: it is of no known form. *handled: what catches its errors, if any. */
static bool is_known(const step *s, const char *body, bool *handled, bool *others)
{
	block b = { .s = s, .at = { body, body + strlen(body) } };

	if (!declarations(&b) || !list(&b))
		return false;
	*handled = follows(&b, "exception");
	return (!*handled || handlers(&b, others)) && ends(&b) && b.statements > 0;
}

bool block_follow(const step *s, const char *body)
{
	block b = { .s = s, .at = { body, body + strlen(body) }, .applies = true };
	bool handled = false, others = false;

	/* where a string with a backslash ends depends on a setting */
	if (strchr(body, '\\') || !is_known(s, body, &handled, &others))
		return false;
	(void)declarations(&b);
	(void)(handled ? caught(&b, others) : list(&b));
	return true;
}
