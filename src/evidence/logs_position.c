/* Which line of the script an error of PostgreSQL is about. The engine shows up to
 * six numbered lines of the text it sent, the last being the error's:
 *
 *     3
 *     4 INSERT INTO "T" ("a")
 *     5 SELECT "b" FROM "T";
 *
 * What it sent was the whole script up to 7.3 and may be one statement from 7.4 on,
 * so that the same block may mean several places. It also takes the server's
 * position, which counts characters, for bytes, and forgets the CR of a CRLF.
 * Hence: every reading that fits the script is worked out from the position itself,
 * and only if they all agree is there an answer. */
#include <string.h>

#include "evidence_impl.h"

/* One line of the block. */
typedef struct {
	size_t number;
	const char *text;
	size_t len;
} shown;

static bool next_shown(const char **at, const char *end, shown *line)
{
	const char *p = *at, *nl;
	size_t digits = 0;

	line->number = 0;
	while (p < end && *p == ' ')
		p++;
	for (; p < end && *p >= '0' && *p <= '9' && digits < 9; p++, digits++)
		line->number = line->number * 10 + (size_t)(*p - '0');
	if (digits == 0)
		return false;
	nl = memchr(p, '\n', (size_t)(end - p));
	if (!nl)
		nl = end;
	if (p < nl && *p == ' ')
		p++;
	line->text = p;
	line->len = (size_t)(nl - p);
	*at = nl < end ? nl + 1 : end;
	return true;
}

/* A text the engine may have sent. */
typedef struct {
	const char *text;
	size_t len, start; /* in the script */
	bool statement; /* not the whole script: its semicolon may have gone along
			 */
} sent;

/* The line that begins at `at`: its length without the line end, and the next line.
 */
static size_t line_len(const sent *s, size_t at, size_t *next)
{
	const char *nl = memchr(s->text + at, '\n', s->len - at);
	size_t end = nl ? (size_t)(nl - s->text) : s->len;

	*next = nl ? end + 1 : s->len + 1;
	return (nl && end > at && s->text[end - 1] == '\r' ? end - 1 : end) - at;
}

static bool same_line(const sent *s, size_t at, size_t len, const shown *line)
{
	if (at > s->len)
		return false;
	if (s->statement && line->len == len + 1 && line->text[len] == ';')
		; /* its last line */
	else if (line->len != len)
		return false;
	return memcmp(s->text + at, line->text, len) == 0;
}

/* Do the shown lines stand in this text under these numbers? Then *line_at is where
 * the last of them begins, and *number which it is. */
static bool fits(const sent *s, const char *block, size_t block_len,
	size_t *line_at, size_t *number)
{
	const char *end = block + block_len;
	size_t at = 0, next = 0, len = line_len(s, 0, &next), current = 1,
	       matched = 0;
	shown line;

	while (next_shown(&block, end, &line)) {
		if (line.number == 0)
			continue; /* the engine counts an empty line before the
				     first */
		for (; current < line.number && next <= s->len; current++) {
			at = next;
			len = line_len(s, at, &next);
		}
		if (current != line.number || !same_line(s, at, len, &line))
			return false;
		matched++;
	}
	*line_at = at;
	*number = current;
	return matched > 0 && block == end;
}

/* The line that the engine makes of a position, mistakes included. */
static size_t engine_line(const sent *s, size_t position)
{
	size_t at = 0, bytes = 0, next = 0;

	for (size_t number = 1; at <= s->len; number++) {
		bytes += line_len(s, at, &next) + 1;
		if (position <= bytes)
			return number;
		at = next;
	}
	return 0;
}

/* Byte offset of a 1-based character. */
static size_t offset_of_character(const sent *s, size_t position)
{
	size_t at = 0;

	for (size_t n = 1; at < s->len && n < position; n++) {
		at++;
		while (at < s->len && ((unsigned char)s->text[at] & 0xC0) == 0x80)
			at++;
	}
	return at;
}

/* The number in `position: Some(Original(N))`, outside the quoted fields; 0 if
 * none. */
static size_t debug_position(const char *debug)
{
	static const char label[] = "position: Some(Original(";
	bool quoted = false;

	for (const char *p = debug; *p; p++) {
		if (quoted && p[0] == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p == 'p' &&
			 strncmp(p, label, sizeof(label) - 1) == 0)
			return strtoul(p + sizeof(label) - 1, NULL, 10);
	}
	return 0;
}

/* Is the text up to here such that bytes and characters, LF and line end, are one?
 */
static bool is_plain(const sent *s, size_t end)
{
	for (size_t i = 0; i < end && i < s->len; i++)
		if ((unsigned char)s->text[i] >= 0x80 || s->text[i] == '\r')
			return false;
	return true;
}

typedef struct {
	size_t readings;
	size_t line, statement; /* 0: the readings disagree */
} answer;

/* The only statement on a line, 1-based; 0 if there are several or none. */
static size_t only_statement(const us_script *script, size_t line)
{
	size_t found = 0;

	for (size_t i = 0; i < us_script_len(script); i++) {
		const us_statement *st = us_script_statement(script, i);
		size_t last = us_script_line(script, st->offset + st->len - 1);

		if (st->line <= line && line <= last) {
			if (found)
				return 0;
			found = i + 1;
		}
	}
	return found;
}

static void read_as(answer *a, const sent *s, const char *block, size_t block_len,
	size_t position, const us_script *script)
{
	size_t line_at, number, at, line, statement, next;

	if (!fits(s, block, block_len, &line_at, &number))
		return;
	if (position ? engine_line(s, position) != number
		     : !is_plain(s, line_at + line_len(s, line_at, &next)))
		return;
	at = s->start + (position ? offset_of_character(s, position) : line_at);
	line = us_script_line(script, at);
	statement = position ? us_script_at(script, at) + 1
			     : only_statement(script, line);
	if (a->readings++ == 0) {
		a->line = line;
		a->statement = statement;
		return;
	}
	if (a->line != line)
		a->line = 0;
	if (a->statement != statement)
		a->statement = 0;
}

void logs_position(us_logged_error *out, const char *block, size_t block_len,
	const char *debug, const us_script *script)
{
	const char *text = us_script_text(script);
	size_t position = debug_position(debug), previous = 0;
	sent whole = { text, us_script_text_len(script), 0, false };
	answer a = { 0 };

	read_as(&a, &whole, block, block_len, position, script);
	for (size_t i = 0; i < us_script_len(script); i++) {
		if (a.readings > 1 && a.line == 0 && a.statement == 0)
			break; /* nothing can settle that any more */
		const us_statement *st = us_script_statement(script, i);
		size_t end = st->offset + st->len;
		sent alone = { text + st->offset, st->len, st->offset, true };
		sent with_comments = { text + previous, end - previous, previous,
			true };

		if (st->offset > 0)
			read_as(&a, &alone, block, block_len, position, script);
		if (previous > 0 && previous < st->offset)
			read_as(&a, &with_comments, block, block_len, position,
				script);
		previous = end + (end < whole.len && text[end] == ';');
	}
	out->line = a.line;
	out->statement = a.statement;
}
