/* What a statement is, by its leading words and nothing else. */
#include <string.h>
#include <strings.h>

#include "script_impl.h"
#include "unstick/auto.h"

#define WORDS_MAX 8
#define WORD_MAX 24 /* longer ones are no keywords */

typedef struct {
	char w[WORDS_MAX][WORD_MAX];
	size_t n;
} words;

/* Words between CREATE and the kind of object that don't change the kind. */
static const char *const modifiers[] = { "OR", "REPLACE", "UNIQUE", "TEMP",
	"TEMPORARY", "GLOBAL", "LOCAL", "UNLOGGED", "RECURSIVE", "TRUSTED",
	"PROCEDURAL", "CONSTRAINT" };

/* What CREATE, ALTER and DROP can be about; several words before their first one.
 */
static const char *const objects[] = { "FOREIGN DATA WRAPPER", "FOREIGN TABLE",
	"MATERIALIZED VIEW", "EVENT TRIGGER", "TEXT SEARCH CONFIGURATION",
	"TEXT SEARCH DICTIONARY", "TEXT SEARCH PARSER", "TEXT SEARCH TEMPLATE",
	"ACCESS METHOD", "USER MAPPING", "OPERATOR CLASS", "OPERATOR FAMILY",
	"DEFAULT PRIVILEGES", "DEFAULT CONVERSION", "LARGE OBJECT", "VIRTUAL TABLE",
	"TABLE", "INDEX", "TYPE", "VIEW", "SEQUENCE", "FUNCTION", "PROCEDURE",
	"ROUTINE", "AGGREGATE", "TRIGGER", "EXTENSION", "SCHEMA", "DOMAIN",
	"POLICY", "ROLE", "USER", "GROUP", "RULE", "CAST", "COLLATION",
	"CONVERSION", "DATABASE", "TABLESPACE", "LANGUAGE", "OPERATOR", "SERVER",
	"PUBLICATION", "SUBSCRIPTION", "STATISTICS", "TRANSFORM", "SYSTEM",
	"OWNED" };

/* Other statements whose first word alone would say too little. */
static const char *const phrases[] = { "START TRANSACTION", "PREPARE TRANSACTION",
	"REFRESH MATERIALIZED VIEW", "IMPORT FOREIGN SCHEMA", "COMMENT ON",
	"SECURITY LABEL", "REASSIGN OWNED", "SET CONSTRAINTS" };

/* Do the words from the i-th on begin with this phrase? */
static bool begins(const words *w, size_t i, const char *phrase)
{
	for (const char *p = phrase; *p; i++) {
		size_t n = strcspn(p, " ");

		if (i >= w->n || strlen(w->w[i]) != n || memcmp(w->w[i], p, n) != 0)
			return false;
		p += n;
		p += *p == ' ';
	}
	return true;
}

static const char *find(
	const words *w, size_t i, const char *const *list, size_t list_len)
{
	for (size_t j = 0; j < list_len; j++)
		if (begins(w, i, list[j]))
			return list[j];
	return NULL;
}

static words leading_words(const us_script *s, const us_statement *st)
{
	lexer l = { s->text, st->offset + st->len, st->offset, s->sqlite };
	words w = { 0 };

	while (w.n < WORDS_MAX) {
		lex_token t = lex_next_solid(&l);

		if (t.kind != LEX_WORD || t.len >= WORD_MAX)
			break;
		for (size_t i = 0; i < t.len; i++) {
			char c = s->text[t.start + i];

			w.w[w.n][i] =
				(char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
		}
		w.n++;
	}
	return w;
}

/* What doesn't fit is left out: the longest kind fits. */
static void add(us_statement *st, const char *text)
{
	const size_t len = strlen(st->kind);
	const size_t n = strnlen(text, sizeof(st->kind) - 1 - len);

	memcpy(st->kind + len, text, n);
	st->kind[len + n] = '\0';
}

void statement_kind(const us_script *s, us_statement *st)
{
	words w = leading_words(s, st);
	const char *found;
	size_t i = 1;

	st->kind[0] = '\0';
	if (w.n == 0)
		return;
	found = find(&w, 0, phrases, US_LEN(phrases));
	if (found) {
		add(st, found);
		return;
	}
	found = NULL;
	if (begins(&w, 0, "CREATE") || begins(&w, 0, "ALTER") ||
		begins(&w, 0, "DROP")) {
		while (find(&w, i, modifiers, US_LEN(modifiers)))
			i++;
		found = find(&w, i, objects, US_LEN(objects));
	}
	add(st, w.w[0]);
	if (found) {
		add(st, " ");
		add(st, found);
	}
}
