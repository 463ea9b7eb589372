/* How deep a script's tree may be, told from its tokens before anybody builds one.
 */
#include "lex.h"
#include "unstick/script.h"

/* libpg_query writes and reads its trees by recursion, about 2 KiB of stack a level
 * (15-4.2.0: "1 + 1 + ..." of 5,000 terms overflows 8 MiB). What has more levels
 * than this has been written by a program. */
enum { DEEPEST = 2500 };

/* Tokens of the item that is being read, for each bracket that is open. */
typedef struct {
	unsigned short items[DEEPEST];
	size_t open, sum;
} levels;

static void take(levels *l, char c)
{
	switch (c) {
	case '(':
	case '[':
		l->sum++;
		l->items[++l->open] = 0;
		break;
	case ')':
	case ']':
		if (l->open > 0)
			l->sum -= 1U + l->items[l->open--];
		break;
	case ',':
	case ';':
		l->sum -= l->items[l->open];
		l->items[l->open] = 0;
		break;
	default:
		l->sum++;
		l->items[l->open]++;
		break;
	}
}

bool us_script_may_be_deep(const char *sql, size_t len)
{
	lexer l = { .text = sql, .len = len };
	levels at = { 0 };

	if (len <= DEEPEST)
		return false;
	for (lex_token t = lex_next_solid(&l); t.kind != LEX_END;
		t = lex_next_solid(&l)) {
		char c = 'x';

		if (t.kind == LEX_OTHER || t.kind == LEX_SEMICOLON)
			c = sql[t.start];
		take(&at, c);
		if (at.sum + 1 >= DEEPEST)
			return true;
	}
	return false;
}
