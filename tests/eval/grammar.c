/* Reading a grammar, and saying something in it. */
#include "grammar.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dice.h"
#include "say.h"
#include "unstick/auto.h"
#include "unstick/str.h"

enum { LETTERS = 26, MOST = 4, DEPTH = 40 };

typedef struct {
	unsigned weight;
	char *text;
} alternative;

typedef struct {
	char *name;
	bool pick;
	alternative *items;
	size_t n;
	unsigned weight; /* of all */
} rule;

struct grammar {
	rule *rules;
	size_t n;
};

/* ---- reading ---- */

static void begin_rule(grammar *g, const char *line)
{
	bool pick = strncmp(line, "pick ", 5) == 0;

	g->rules = realloc(g->rules, (g->n + 1) * sizeof(*g->rules));
	if (!g->rules)
		die("out of memory");
	g->rules[g->n++] =
		(rule){ .name = copy_of(pick ? line + 5 : line), .pick = pick };
}

static void add_alternative(grammar *g, const char *line)
{
	rule *r = g->n ? &g->rules[g->n - 1] : NULL;
	char *end;
	unsigned long weight = strtoul(line, &end, 10);

	if (!r)
		die("grammar: '%s' is below no rule", line);
	if (end > line && *end == ':') {
		end += end[1] == ' ' ? 2 : 1;
	} else {
		weight = 1;
		end = (char *)line;
	}
	r->items = realloc(r->items, (r->n + 1) * sizeof(*r->items));
	if (!r->items)
		die("out of memory");
	r->items[r->n++] = (alternative){ (unsigned)weight, copy_of(end) };
	r->weight += (unsigned)weight;
}

grammar *grammar_new(const char *text)
{
	grammar *g = room_for(1, sizeof(*g));
	US_AUTO(auto_str) char *lines = copy_of(text);
	char *at = lines, *line;

	while ((line = strsep(&at, "\n"))) {
		if (*line == '\t')
			add_alternative(g, line + 1);
		else if (*line && strncmp(line, "--", 2) != 0)
			begin_rule(g, line);
	}
	return g;
}

void grammar_free(grammar *g)
{
	for (size_t i = 0; i < g->n; i++) {
		for (size_t j = 0; j < g->rules[i].n; j++)
			free(g->rules[i].items[j].text);
		free(g->rules[i].items);
		free(g->rules[i].name);
	}
	free(g->rules);
	free(g);
}

/* ---- saying ---- */

typedef struct {
	const grammar *grammar;
	uint64_t *dice;
	lab *lab;
	char *said[LETTERS]; /* what <X=rule> came to */
	bool failed;         /* a query found nothing */
} speech;

/* What stands between < and >. */
typedef struct {
	const char *name;
	size_t len;
	char letter; /* 0: none to remember */
	bool silent;
	char suffix;
} place;

/* Past the place at `text`; NULL: there is none, and < is only a sign. */
static const char *read_place(place *p, const char *text)
{
	const char *at = text + 1;

	*p = (place){ 0 };
	if (isupper((unsigned char)at[0]) && (at[1] == '=' || at[1] == ':')) {
		p->letter = at[0];
		p->silent = at[1] == ':';
		at += 2;
	}
	p->name = at;
	while (isalpha((unsigned char)*at) || *at == '_')
		at++;
	p->len = (size_t)(at - p->name);
	if (*at == '?' || *at == '+')
		p->suffix = *at++;
	return p->len > 0 && *at == '>' ? at + 1 : NULL;
}

static const rule *rule_of(const grammar *g, const place *p)
{
	for (size_t i = 0; i < g->n; i++) {
		const char *name = g->rules[i].name;

		if (strncmp(name, p->name, p->len) == 0 && name[p->len] == '\0')
			return &g->rules[i];
	}
	die("grammar: there is no rule '%.*s'", (int)p->len, p->name);
}

static char *end_of(us_str *text)
{
	us_err err = { 0 };
	char *out;

	if (us_str_take(text, &out, NULL, &err) != US_OK)
		die("%s", err.msg);
	return out;
}

static char **said_by(speech *s, char letter)
{
	return &s->said[letter - 'A'];
}

static void add_literal(us_str *out, const char *text)
{
	us_str_addc(out, '\'');
	for (; text && *text; text++) {
		if (*text == '\'')
			us_str_addc(out, '\'');
		us_str_addc(out, *text);
	}
	us_str_addc(out, '\'');
}

static char *pick(speech *s, const rule *r)
{
	us_str sql = { 0 };
	US_AUTO(auto_str) char *query = NULL;
	us_strs found = { 0 };
	char *one = NULL;

	for (size_t i = 0; i < r->n; i++) {
		for (const char *c = r->items[i].text; *c; c++) {
			if (c[0] == '$' && isupper((unsigned char)c[1]))
				add_literal(&sql, *said_by(s, *++c));
			else
				us_str_addc(&sql, *c);
		}
		us_str_addc(&sql, ' ');
	}
	query = end_of(&sql);
	s->lab->ops->values(s->lab, query, &found);
	if (found.len > 0)
		one = copy_of(
			found.items[dice_throw(s->dice, (unsigned)found.len)]);
	s->failed |= !one;
	us_strs_fini(&found);
	return one;
}

static void expand(speech *s, us_str *out, const char *text, unsigned depth);

static char *say_rule(speech *s, const rule *r, unsigned depth)
{
	us_str out = { 0 };
	unsigned thrown;

	if (r->pick)
		return pick(s, r);
	thrown = dice_throw(s->dice, r->weight);
	for (size_t i = 0; i < r->n; i++) {
		if (thrown < r->items[i].weight) {
			expand(s, &out, r->items[i].text, depth + 1);
			break;
		}
		thrown -= r->items[i].weight;
	}
	return end_of(&out);
}

static void say_place(speech *s, us_str *out, const place *p, unsigned depth)
{
	bool remembered = p->len == 1 && isupper((unsigned char)p->name[0]);
	unsigned times = 1;

	if (p->suffix == '?')
		times = dice_throw(s->dice, 2);
	if (p->suffix == '+') {
		while (times < MOST && dice_throw(s->dice, 2))
			times++;
	}
	for (unsigned i = 0; i < times && !s->failed; i++) {
		char *text = remembered
				     ? copy_of(*said_by(s, p->name[0]))
				     : say_rule(s, rule_of(s->grammar, p), depth);

		us_str_add(out, i > 0 ? ", " : "");
		us_str_add(out, text && !p->silent ? text : "");
		if (p->letter) {
			free(*said_by(s, p->letter));
			*said_by(s, p->letter) = text;
		} else {
			free(text);
		}
	}
}

static void expand(speech *s, us_str *out, const char *text, unsigned depth)
{
	place p;

	s->failed |= depth > DEPTH;
	while (*text && !s->failed) {
		const char *past = *text == '<' ? read_place(&p, text) : NULL;

		if (past)
			say_place(s, out, &p, depth);
		else
			us_str_addc(out, *text);
		text = past ? past : text + 1;
	}
}

char *grammar_say(const grammar *g, const char *name, uint64_t *dice, lab *l)
{
	speech s = { .grammar = g, .lab = l };
	place p = { .name = name, .len = strlen(name) };
	char *text;

	s.dice = dice;
	text = say_rule(&s, rule_of(g, &p), 0);

	for (size_t i = 0; i < LETTERS; i++)
		free(s.said[i]);
	if (s.failed) {
		free(text);
		return NULL;
	}
	return text;
}

/* ---- spelling ---- */

/* Past what may not be touched at `at`: a quoted text of any kind; NULL: nothing.
 * The byte before it is there, since no statement begins with one. */
static const char *past_quoted(const char *at)
{
	const char *end = NULL;

	if (*at == '\'' || *at == '"' || *at == '`') {
		bool escapes = *at == '\'' && (at[-1] == 'E' || at[-1] == 'e');

		for (end = at + 1; *end && *end != *at; end++) {
			if (escapes && *end == '\\' && end[1])
				end++;
		}
	} else if (*at == '$') {
		size_t len = 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyz");

		if (at[len] == '$') {
			US_AUTO(auto_str)
			char *tag = textf("%.*s", (int)len + 1, at);

			end = strstr(at + len + 1, tag);
			end = end ? end + len : NULL;
		}
	}
	return end && *end ? end + 1 : NULL;
}

static void add_blank(us_str *out, uint64_t *dice)
{
	static const char *const blanks[] = { " ", "\n", "\t", "  ", " /* it's */ ",
		" -- a; b\n", "\n\n    ", " /* a; b */ " };

	us_str_add(out, blanks[dice_throw(dice, US_LEN(blanks))]);
}

static char in_case(char c, bool upper)
{
	unsigned char u = (unsigned char)c;

	return (char)(upper ? toupper(u) : tolower(u));
}

char *grammar_respell(const char *sql, uint64_t *dice)
{
	us_str out = { 0 };
	bool upper = dice_throw(dice, 2) != 0;

	while (*sql) {
		const char *past = past_quoted(sql);

		if (past)
			us_str_addn(&out, sql, (size_t)(past - sql));
		else if (*sql == ' ' && dice_throw(dice, 4) == 0)
			add_blank(&out, dice);
		else
			us_str_addc(&out, in_case(*sql, upper));
		sql = past ? past : sql + 1;
	}
	return end_of(&out);
}
