/* A script and its statements: where each begins and ends, what it is, on which
 * line it stands. */
#include "unstick/script.h"

#include <stdlib.h>
#include <string.h>

#include "script_impl.h"
#include "unstick/str.h"

us_code script_push(us_script *s, size_t start, size_t end, us_err *err)
{
	us_statement st = { .offset = start, .len = end - start };

	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 8;
		us_statement *grown = reallocarray(s->items, cap, sizeof(*grown));

		if (!grown)
			return us_fail(err, US_E_NOMEM, "out of memory");
		s->items = grown;
		s->cap = cap;
	}
	st.line = us_script_line(s, st.offset);
	statement_kind(s, &st);
	s->items[s->n++] = st;
	return US_OK;
}

us_code script_add(us_script *s, size_t start, size_t end, us_err *err)
{
	lexer l = { s->text, end, start, s->sqlite };
	size_t first = start, last = start;
	bool any = false;

	for (lex_token t = lex_next_solid(&l); t.kind != LEX_END;
		t = lex_next_solid(&l)) {
		if (t.kind == LEX_SEMICOLON)
			continue; /* one inside is passed by what follows it */
		if (!any)
			first = t.start;
		any = true;
		last = t.start + t.len;
	}
	return any ? script_push(s, first, last, err) : US_OK;
}

static us_code find_lines(us_script *s, us_err *err)
{
	size_t at = 0;

	for (;;) {
		const char *nl;

		if (s->nlines == s->lines_cap) {
			size_t cap = s->lines_cap ? 2 * s->lines_cap : 64;
			size_t *grown = reallocarray(s->lines, cap, sizeof(*grown));

			if (!grown)
				return us_fail(err, US_E_NOMEM, "out of memory");
			s->lines = grown;
			s->lines_cap = cap;
		}
		s->lines[s->nlines++] = at;
		nl = memchr(s->text + at, '\n', s->len - at);
		if (!nl)
			return US_OK;
		at = (size_t)(nl - s->text) + 1;
	}
}

us_code us_script_split(us_script **out, const char *provider, const char *text,
	size_t len, us_err *err)
{
	us_script *s = calloc(1, sizeof(*s));
	us_code rc;

	*out = NULL;
	if (!s)
		return us_fail(err, US_E_NOMEM, "out of memory");
	s->sqlite = strcmp(provider, "sqlite") == 0;
	s->len = len;
	rc = us_strndup(&s->text, text, len, err);
	if (rc == US_OK)
		rc = find_lines(s, err);
	if (rc == US_OK)
		rc = s->sqlite ? split_sqlite(s, err) : split_postgres(s, err);
	if (rc != US_OK) {
		us_script_free(s);
		return rc;
	}
	script_flags(s);
	*out = s;
	return US_OK;
}

void us_script_free(us_script *s)
{
	if (!s)
		return;
	free(s->text);
	free(s->items);
	free(s->lines);
	free(s);
}

const char *us_script_text(const us_script *s)
{
	return s->text;
}

size_t us_script_text_len(const us_script *s)
{
	return s->len;
}

size_t us_script_len(const us_script *s)
{
	return s->n;
}

const us_statement *us_script_statement(const us_script *s, size_t i)
{
	return &s->items[i];
}

bool us_script_parsed(const us_script *s)
{
	return s->parsed;
}

size_t us_script_at(const us_script *s, size_t offset)
{
	size_t lo = 0,
	       hi = s->n; /* the last statement that begins at or before it */

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->items[mid].offset <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || offset >= s->items[lo - 1].offset + s->items[lo - 1].len)
		return US_NO_STATEMENT;
	return lo - 1;
}

size_t us_script_line(const us_script *s, size_t offset)
{
	size_t lo = 0, hi = s->nlines;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->lines[mid] <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const char *us_script_line_text(const us_script *s, size_t line, size_t *len)
{
	size_t start, end;

	if (line == 0 || line > s->nlines)
		return NULL;
	start = s->lines[line - 1];
	end = line < s->nlines ? s->lines[line] - 1 : s->len;
	if (end > start && line < s->nlines && s->text[end - 1] == '\r')
		end--;
	*len = end - start;
	return s->text + start;
}

bool us_script_has_transaction(const us_script *s)
{
	return s->has_transaction;
}

bool us_script_sets_search_path(const us_script *s)
{
	return s->sets_search_path;
}

bool us_script_hides_logs(const us_script *s)
{
	return s->hides_logs;
}

us_code us_sql_canonical(
	char **out, const char *provider, const char *sql, size_t len, us_err *err)
{
	lexer l = { sql, len, 0, strcmp(provider, "sqlite") == 0 };
	us_str s = { 0 };
	size_t semicolons = 0;
	bool gap = false;

	for (lex_token t = lex_next(&l); t.kind != LEX_END; t = lex_next(&l)) {
		if (t.kind == LEX_BLANK || t.kind == LEX_COMMENT) {
			gap = true;
			continue;
		}
		if (t.kind == LEX_SEMICOLON) {
			semicolons++; /* written only if something follows */
			gap = false;
			continue;
		}
		for (; semicolons > 0; semicolons = 0)
			us_str_add(&s, "; ");
		if (gap && s.len > 0 && s.buf[s.len - 1] != ' ')
			us_str_addc(&s, ' ');
		gap = false;
		us_str_addn(&s, sql + t.start, t.len);
	}
	return us_str_take(&s, out, NULL, err);
}
