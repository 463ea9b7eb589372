/* Which statements of an old script matter, told by their words. Every doubt ends
 * in keeping them. */
#include "pieces.h"

#include <string.h>

#include "builtins.h"
#include "code.h"
#include "unstick/auto.h"

/* One statement, with its semicolon and the comments before it. */
typedef struct {
	const char *text;
	size_t len;
	bool far; /* reaches what it doesn't name */
	bool renames;
	bool watches; /* makes an event trigger, whose function matters */
	bool calls;   /* a function of which nothing is known, or by a trigger */
	bool code;    /* DO, whose conditions may be about other things */
	bool plain;   /* of a kind that does what it says to what it names */
	bool kept;
} piece;

/* Reading one. */
typedef struct {
	piece *out;
	tokens at;
	token first, before; /* its first word; the one read last */
	size_t n;            /* words and signs read */
	size_t brackets;
	bool open; /* semicolons don't end it */
	bool selects;
	bool indexes; /* CREATE INDEX: a bracket follows ON "table" */
	bool calls;   /* a function of which nothing is known */
} reading;

/* Names change, dependents go along, and anything may be done by code. */
static const char *const far_words[] = { "rename", "execute", "call", "discard",
	"owned", "search_path", "schema", "event" };

static bool is_far(const reading *r, const token *t)
{
	tokens ahead = r->at;
	token after = { .word = "" };

	if (token_is_any(t, far_words, US_LEN(far_words)))
		return true;
	if (token_is(t, "cascade")) /* not ON DELETE CASCADE */
		return !token_is(&r->before, "delete") &&
		       !token_is(&r->before, "update");
	if (!token_is(t, "do")) /* nor ON CONFLICT DO */
		return false;
	(void)tokens_next(&ahead, &after);
	return !token_is(&after, "nothing") && !token_is(&after, "update");
}

/* Is what a bracket follows the name of a relation? JOIN and USING may have a
 * function behind them, and so may ON. */
static bool is_relation(const reading *r)
{
	static const char *const relations[] = { "into", "table", "references",
		"exists", "view" };

	return token_is_any(&r->before, relations, US_LEN(relations)) ||
	       (r->indexes && token_is(&r->before, "on"));
}

static bool is_unknown_call(const reading *r, const token *t)
{
	if (!tokens_bracket_follows(&r->at) || is_relation(r))
		return false;
	if (t->quoted || token_is(&r->before, "."))
		return true;
	return !code_takes_bracket(t) && builtin_named(t->word) == BUILTIN_NONE;
}

static bool is_plain(const reading *r, const token *second)
{
	static const char *const rows[] = { "insert", "update", "delete", "select",
		"with" };
	static const char *const made[] = { "table", "index", "unique", "view" };

	if (token_is_any(&r->first, rows, US_LEN(rows)))
		return true;
	if (token_is(&r->first, "create"))
		return token_is_any(second, made, US_LEN(made));
	return token_is(&r->first, "alter") && token_is(second, "table");
}

/* "search_path" as a string is set_config()'s. */
static bool names_path(const token *t)
{
	return t->string && t->n == strlen("search_path") &&
	       memcmp(t->string, "search_path", t->n) == 0;
}

static void see(reading *r, const token *t)
{
	piece *p = r->out;

	if (r->n == 0) {
		r->first = *t;
		p->code = token_is(t, "do");
	}
	if (r->n == 1)
		p->plain = is_plain(r, t);
	if (token_is(t, "atomic")) /* BEGIN ATOMIC: a function's statements */
		r->open = true;
	if (token_is(t, "drop"))
		p->plain = false;
	p->watches = p->watches || (r->n == 1 && token_is(t, "event") &&
					   token_is(&r->first, "create"));
	p->calls = p->calls ||
		   (token_is(t, "trigger") && token_is(&r->first, "create"));
	r->selects = r->selects || token_is(t, "select");
	r->indexes = r->indexes || (r->n < 3 && token_is(t, "index"));
	p->renames = p->renames || token_is(t, "rename");
	p->far = p->far || names_path(t) || is_far(r, t);
	if (token_is_word(t) || t->quoted)
		r->calls = r->calls || is_unknown_call(r, t);
	r->before = *t;
	r->n++;
}

/* False: none is left. */
static bool read_piece(piece *p, const char *text, const char *end, bool whole)
{
	reading r = { .out = p, .at = { text, end }, .open = whole };
	token t;

	*p = (piece){ .text = text };
	while (tokens_next(&r.at, &t)) {
		if (token_is(&t, ";") && r.brackets == 0 && !r.open)
			break;
		if (token_is(&t, "("))
			r.brackets++;
		if (token_is(&t, ")") && r.brackets > 0)
			r.brackets--;
		see(&r, &t);
	}
	p->len = (size_t)(r.at.p - text);
	p->far = p->far || whole || (r.selects && r.calls);
	p->calls = p->calls || r.calls;
	return p->len > 0;
}

/* With '\'' in it where a string ends can't be told: that depends on a setting, and
 * on what is in front of it. */
static bool is_doubtful(const char *text, size_t len)
{
	const char *end = text + len;

	/* memchr: there is as good as never a backslash to look behind */
	while ((text = memchr(text, '\\', (size_t)(end - text))) != NULL)
		if (++text < end && *text == '\'')
			return true;
	return false;
}

/* Nine scripts in ten are seen to be of no use by this, which only knows words: it
 * is wrong where one is in a comment, or after ON DELETE. */
void pieces_far_words(words *out)
{
	static const char *const also[] = { "cascade", "do", "select" };

	for (size_t i = 0; i < US_LEN(far_words); i++)
		words_add(out, far_words[i], strlen(far_words[i]));
	for (size_t i = 0; i < US_LEN(also); i++)
		words_add(out, also[i], strlen(also[i]));
}

/* Words of statements that are no names, or are the statement's own nearly always.
 */
static bool is_syntax(const token *t, const token *before, bool in_code)
{
	static const char *const common[] = { "alter", "rename", "to", "table",
		"column", "constraint", "index", "type", "value", "attribute",
		"view", "materialized", "sequence", "function", "procedure",
		"routine", "trigger", "policy", "rule", "domain", "if", "exists",
		"only", "on" };
	static const char *const of_code[] = { "add", "all", "and", "as", "begin",
		"by", "cascade", "check", "create", "declare", "default", "delete",
		"do", "drop", "end", "exception", "foreign", "from", "in", "insert",
		"into", "is", "not", "null", "or", "primary", "raise", "references",
		"select", "set", "then", "unique", "update", "using", "when",
		"where", "with" };

	if (token_is_any(t, common, US_LEN(common)))
		return true;
	if (token_is(t, "key"))
		return token_is(before, "primary") || token_is(before, "foreign");
	return in_code && token_is_any(t, of_code, US_LEN(of_code));
}

/* The names a statement is about, without its own words, which most other
 * statements have, too. In code, what stands in strings as well. */
static void add_names(words *about, const char *text, size_t len, bool in_code)
{
	tokens at = { text, text + len };
	token before = { .word = "" }, t;

	while (tokens_next(&at, &t)) {
		if (t.quoted)
			words_add(about, t.string, t.n);
		else if (t.string && in_code)
			add_names(about, t.string, t.n, false);
		else if (token_is_word(&t) && !is_syntax(&t, &before, in_code))
			words_add(about, t.word, strlen(t.word));
		before = t;
	}
}

/* In a DO block the code is a string, and has strings itself. */
static void add_names_of_code(words *about, const piece *p)
{
	tokens at = { p->text, p->text + p->len };
	token t;

	while (tokens_next(&at, &t))
		if (t.string && !t.quoted)
			add_names(about, t.string, t.n, true);
}

static size_t count_pieces(const char *text, size_t len)
{
	size_t n = 2; /* what is behind the last semicolon, and an end */

	for (const char *end = text + len; text < end; text++)
		n += *text == ';';
	return n;
}

/* From the last to the first; see fold.c's choose(). */
static bool choose(words *about, piece *pieces, size_t n)
{
	bool wanted = false;

	for (size_t i = n; i > 0; i--) {
		piece *p = &pieces[i - 1];
		bool named = words_share(about, p->text, p->len);

		p->kept = named || p->far || !p->plain;
		wanted = wanted || named || p->far;
		if ((named && (p->renames || p->calls)) || p->watches)
			add_names(about, p->text, p->len, false);
		if (named && p->code)
			add_names_of_code(about, p);
	}
	return wanted;
}

/* The pieces that are kept, one after the other. */
static const char *join(
	us_arena *a, const piece *pieces, size_t n, size_t len, size_t *out_len)
{
	char *text = us_arena_alloc(a, len + 1);
	size_t at = 0;

	for (size_t i = 0; text && i < n; i++) {
		if (!pieces[i].kept)
			continue;
		memcpy(text + at, pieces[i].text, pieces[i].len);
		at += pieces[i].len;
	}
	if (text)
		text[at] = '\0';
	*out_len = at;
	return text;
}

bool pieces_reach_far(us_arena *a, const char *text, size_t len)
{
	words nothing = { .arena = a }, far = { .arena = a };
	const char *out;
	size_t n;

	pieces_far_words(&far);
	return pieces_about(&nothing, &far, text, len, &out, &n);
}

bool pieces_about(words *about, const words *far, const char *text, size_t len,
	const char **out, size_t *n)
{
	bool doubtful = is_doubtful(text, len);
	const char *at = text, *end = text + len;
	size_t count = 0;
	piece *pieces;

	*out = text;
	*n = len;
	if (text_has_escaped_names(text, len))
		return true;
	if (!doubtful && !words_share_either(about, far, text, len))
		return false;
	pieces = us_arena_alloc(
		about->arena, count_pieces(text, len) * sizeof(*pieces));
	if (!pieces)
		return false; /* the arena says so */
	while (at < end && read_piece(&pieces[count], at, end, doubtful))
		at += pieces[count++].len;
	if (!choose(about, pieces, count))
		return false;
	*out = join(about->arena, pieces, count, len, n);
	return *out != NULL;
}
