/* Prisma's order of migrations. It sorts with JavaScript's localeCompare, which is
 * ICU's root collation with punctuation counted (observed with 6.19.3 and 7.10.1;
 * @prisma/migrate listMigrations). Nearly all names are ASCII and need no ICU. */
#include <string.h>

#include "internal.h"

/* Primary weights of ASCII in CLDR's root collation, as ranks; 0 is ignored. A
 * letter and its capital share one. Checked against ICU, pair by pair, by the unit
 * test. */
/* clang-format off */
static const unsigned char ranks[128] = {
	['\t'] = 1, ['\n'] = 2, ['\v'] = 3, ['\f'] = 4, ['\r'] = 5, [' '] = 6,
	['_'] = 7, ['-'] = 8, [','] = 9, [';'] = 10, [':'] = 11, ['!'] = 12,
	['?'] = 13, ['.'] = 14, ['\''] = 15, ['"'] = 16, ['('] = 17, [')'] = 18,
	['['] = 19, [']'] = 20, ['{'] = 21, ['}'] = 22, ['@'] = 23, ['*'] = 24,
	['/'] = 25, ['\\'] = 26, ['&'] = 27, ['#'] = 28, ['%'] = 29, ['`'] = 30,
	['^'] = 31, ['+'] = 32, ['<'] = 33, ['='] = 34, ['>'] = 35, ['|'] = 36,
	['~'] = 37, ['$'] = 38,
	['0'] = 39, ['1'] = 40, ['2'] = 41, ['3'] = 42, ['4'] = 43, ['5'] = 44,
	['6'] = 45, ['7'] = 46, ['8'] = 47, ['9'] = 48,
	['a'] = 49, ['b'] = 50, ['c'] = 51, ['d'] = 52, ['e'] = 53, ['f'] = 54,
	['g'] = 55, ['h'] = 56, ['i'] = 57, ['j'] = 58, ['k'] = 59, ['l'] = 60,
	['m'] = 61, ['n'] = 62, ['o'] = 63, ['p'] = 64, ['q'] = 65, ['r'] = 66,
	['s'] = 67, ['t'] = 68, ['u'] = 69, ['v'] = 70, ['w'] = 71, ['x'] = 72,
	['y'] = 73, ['z'] = 74,
	['A'] = 49, ['B'] = 50, ['C'] = 51, ['D'] = 52, ['E'] = 53, ['F'] = 54,
	['G'] = 55, ['H'] = 56, ['I'] = 57, ['J'] = 58, ['K'] = 59, ['L'] = 60,
	['M'] = 61, ['N'] = 62, ['O'] = 63, ['P'] = 64, ['Q'] = 65, ['R'] = 66,
	['S'] = 67, ['T'] = 68, ['U'] = 69, ['V'] = 70, ['W'] = 71, ['X'] = 72,
	['Y'] = 73, ['Z'] = 74,
};
/* clang-format on */

/* What is not ASCII ranks by its bytes, after everything that is. */
static unsigned rank(unsigned char c)
{
	return c < 0x80 ? ranks[c] : c;
}

static bool ascii(const char *s)
{
	unsigned seen = 0;

	for (; *s; s++)
		seen |= (unsigned char)*s;
	return seen < 0x80;
}

static const unsigned char *skip_ignored(const unsigned char *s)
{
	while (*s && rank(*s) == 0)
		s++;
	return s;
}

static bool both_ascii(unsigned char a, unsigned char b)
{
	return (a | b) < 0x80;
}

/* Two levels, as collation has them: the letters of the whole name first; only if
 * those are all equal, the first difference of case, small before capital. *plain
 * is false if anything beyond ASCII may have had a say: it can in what was
 * compared, and as an accent or the like right behind the letters that made the
 * difference. */
static int by_table(const char *a, const char *b, bool *plain)
{
	const unsigned char *s = (const unsigned char *)a;
	const unsigned char *t = (const unsigned char *)b;
	unsigned seen = 0;
	int by_case = 0;

	while (*s && *s == *t) {
		seen |= *s++;
		t++;
	}
	for (;; s++, t++) {
		s = skip_ignored(s);
		t = skip_ignored(t);
		seen |= *s | *t;
		if (rank(*s) != rank(*t))
			break;
		if (!*s) {
			*plain = seen < 0x80;
			return by_case;
		}
		if (by_case == 0 && *s != *t)
			by_case = *s > *t ? -1 : 1; /* 'a' is 0x61, 'A' is 0x41 */
	}
	*plain = seen < 0x80 && both_ascii(*s ? s[1] : 0, *t ? t[1] : 0);
	return rank(*s) < rank(*t) ? -1 : 1;
}

int us_name_compare(const char *a, const char *b)
{
	bool plain;
	int order = by_table(a, b, &plain), collated;

	/* Without ICU the table serves every name: still one total order, in which
	 * ASCII names stand as they should. */
	if (!plain && us_collate(a, b, &collated))
		order = collated;
	/* Names that collate alike (control characters, composed and decomposed
	 * letters) are two names all the same. */
	return order ? order : strcmp(a, b);
}

/* Nine ranks of seven bits. */
static uint64_t pack(const unsigned char **s)
{
	uint64_t word = 0;

	for (int i = 0; i < 9; i++) {
		*s = skip_ignored(*s);
		word = word << 7U | rank(**s);
		if (**s)
			++*s;
	}
	return word;
}

bool us_name_key_of(us_name_key *key, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	if (!ascii(name))
		return false;
	key->head = pack(&s);
	key->next = pack(&s);
	return true;
}
