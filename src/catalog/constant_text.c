/* The text of a constant, by what its type makes of it: only where the writing that
 * the server shows can be told from the one that was given. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "expression_impl.h"
#include "unstick/auto.h"

void add_quoted_text(us_str *out, const char *text)
{
	us_str_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			us_str_addc(out, '\'');
		us_str_addc(out, *text);
	}
	us_str_addc(out, '\'');
}

/* ---- numbers --------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

/* The digits that matter, and where the point is: 0.d1d2d3... * 10^point. */
typedef struct {
	bool negative;
	us_str digits;
	long point;
} number;

enum { EXPONENT_LIMIT = 400 };

static const char *read_digits(number *n, const char *p, bool fraction)
{
	for (; is_digit(*p); p++) {
		bool leading = n->digits.len == 0 && *p == '0';

		if (!leading)
			us_str_addc(&n->digits, *p);
		if (leading && fraction)
			n->point--;
		if (!leading && !fraction)
			n->point++;
	}
	return p;
}

static const char *read_exponent(number *n, const char *p)
{
	char *end;
	long exponent;

	if (*p != 'e' && *p != 'E')
		return p;
	if (!is_digit(p[1]) && !((p[1] == '-' || p[1] == '+') && is_digit(p[2])))
		return NULL;
	exponent = strtol(p + 1, &end, 10);
	if (exponent > EXPONENT_LIMIT || exponent < -EXPONENT_LIMIT)
		return NULL;
	n->point += exponent;
	return end;
}

static bool read_number(number *n, const char *text)
{
	const char *p = skip_blanks(text);
	const char *begin;

	n->negative = *p == '-';
	p += *p == '-' || *p == '+';
	begin = p;
	p = read_digits(n, p, false);
	if (*p == '.')
		p = read_digits(n, p + 1, true);
	if (p == begin || (p == begin + 1 && *begin == '.'))
		return false;
	p = read_exponent(n, p);
	return p && *skip_blanks(p) == '\0' && n->point <= EXPONENT_LIMIT &&
	       n->point >= -EXPONENT_LIMIT;
}

static void write_number(us_str *out, const number *n, size_t len)
{
	const char *digits = us_str_text(&n->digits);
	long whole = n->point > 0 ? n->point : 0;

	if (len == 0) {
		us_str_addc(out, '0');
		return;
	}
	us_str_add(out, n->negative ? "-" : "");
	if (whole == 0)
		us_str_addc(out, '0');
	for (long i = 0; i < whole; i++)
		us_str_addn(out, (size_t)i < len ? digits + i : "0", 1);
	if ((size_t)whole >= len)
		return;
	us_str_addc(out, '.');
	for (long i = n->point; i < 0; i++)
		us_str_addc(out, '0');
	us_str_addn(out, digits + whole, len - (size_t)whole);
}

bool add_number(us_str *out, const char *text, size_t *digits)
{
	number n = { 0 };
	bool done = read_number(&n, text);
	size_t len = n.digits.len;

	while (len > 0 && us_str_text(&n.digits)[len - 1] == '0')
		len--;
	if (done) {
		write_number(out, &n, len);
		*digits = len;
	}
	out->failed |= n.digits.failed;
	us_str_fini(&n.digits);
	return done;
}

/* "5", "-5": as everything that isn't a number would show it, too. */
static bool is_integer(const char *text)
{
	const char *p = text + (*text == '-');

	if (*p == '0')
		return strcmp(text, "0") == 0;
	for (; is_digit(*p); p++)
		;
	return *p == '\0' && p > text && is_digit(p[-1]);
}

/* ---- one function per family ---- */

typedef bool text_fn(us_str *out, type_class type, const char *text);

/* An integer, true and false are written without quotes whatever their type is, so
 * that it needn't be known. */
static bool add_text(us_str *out, type_class type, const char *text)
{
	size_t len = strlen(text);

	if (is_integer(text) || strcmp(text, "true") == 0 ||
		strcmp(text, "false") == 0) {
		us_str_add(out, text);
		return true;
	}
	while (type.padded && len > 0 && text[len - 1] == ' ')
		len--;
	us_str_addc(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			us_str_addc(out, '\'');
		us_str_addc(out, text[i]);
	}
	us_str_addc(out, '\'');
	return true;
}

/* What the server rounds it may write otherwise: a float shows the shortest digits
 * that give it back, which are those given if they are few enough. */
static bool add_numeric(us_str *out, type_class type, const char *text)
{
	static const struct {
		family family;
		size_t digits;
	} precise[] = { { FAMILY_FLOAT4, 6 }, { FAMILY_FLOAT8, 15 } };
	size_t before = out->len, digits = 0;

	if (!add_number(out, text, &digits))
		return false;
	for (size_t i = 0; i < US_LEN(precise); i++)
		if (precise[i].family == type.family &&
			(digits > precise[i].digits || out->len - before > 30))
			return false;
	return type.family != FAMILY_INTEGER ||
	       is_integer(us_str_text(out) + before);
}

/* Is it the beginning of the word, letter case ignored, and long enough to be no
 * other's? */
static bool begins_word(const char *p, size_t len, const char *word, size_t least)
{
	size_t n = 0;

	while (n < len && word[n] && tolower((unsigned char)p[n]) == word[n])
		n++;
	return n == len && n >= least;
}

/* Any beginning that is one word's only (source: PostgreSQL 15, bool.c
 * parse_bool_with_len). */
static bool add_boolean(us_str *out, type_class type, const char *text)
{
	static const struct {
		const char *word;
		size_t least;
		const char *value;
	} words[] = { { "true", 1, "true" }, { "yes", 1, "true" },
		{ "on", 2, "true" }, { "1", 1, "true" }, { "false", 1, "false" },
		{ "no", 1, "false" }, { "off", 2, "false" }, { "0", 1, "false" } };
	const char *p = skip_blanks(text);
	size_t len = strlen(p);

	(void)type;
	while (len > 0 && isspace((unsigned char)p[len - 1]))
		len--;
	for (size_t i = 0; i < US_LEN(words); i++)
		if (begins_word(p, len, words[i].word, words[i].least)) {
			us_str_add(out, words[i].value);
			return true;
		}
	return false;
}

/* The hexadecimal digits in lower case; how many there are. What is neither one nor
 * of `between` makes it SIZE_MAX. */
static size_t add_hex(us_str *out, const char *text, const char *between)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	size_t n = 0;

	for (; *text; text++) {
		const char *at = strchr(digits, *text);
		size_t i = at ? (size_t)(at - digits) : 0;

		if (at) {
			us_str_addc(out, digits[i < 16 ? i : i - 6]);
			n++;
		} else if (!strchr(between, *text)) {
			return SIZE_MAX;
		}
	}
	return n;
}

/* With or without hyphens and braces, in any case. */
static bool add_uuid(us_str *out, type_class type, const char *text)
{
	size_t n;

	(void)type;
	us_str_addc(out, '\'');
	n = add_hex(out, text, "{}-");
	us_str_addc(out, '\'');
	return n == 32;
}

/* json is kept as it was written, integers or not. */
static bool add_verbatim(us_str *out, type_class type, const char *text)
{
	(void)type;
	add_quoted_text(out, text);
	return true;
}

/* numeric's digits are kept by jsonb and not by a double. */
static bool has_real(const json_t *value)
{
	json_t *sub;
	const char *key;
	size_t i;

	if (json_is_real(value))
		return true;
	json_array_foreach(value, i, sub) if (has_real(sub)) return true;
	/* the macro wants no const; nothing is changed */
	for (void *at = json_object_iter((json_t *)(uintptr_t)value); at;
		at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
		key = json_object_iter_key(at);
		if (!key || has_real(json_object_iter_value(at)))
			return true;
	}
	return false;
}

static bool add_jsonb(us_str *out, type_class type, const char *text)
{
	json_t *value =
		json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	char *dump = NULL;

	(void)type;
	if (value && !has_real(value))
		dump = json_dumps(
			value, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);
	if (dump)
		add_quoted_text(out, dump);
	json_decref(value);
	free(dump);
	return dump != NULL;
}

/* Only as hexadecimal, which is how it is shown unless bytea_output says escape;
 * then it doesn't begin like this. */
static bool add_bytes(us_str *out, type_class type, const char *text)
{
	size_t n;

	(void)type;
	if (strncmp(text, "\\x", 2) != 0)
		return false;
	us_str_add(out, "'\\x");
	n = add_hex(out, text + 2, "");
	us_str_addc(out, '\'');
	return n % 2 == 0; /* SIZE_MAX is odd */
}

static bool add_bits(us_str *out, type_class type, const char *text)
{
	(void)type;
	text += *text == 'b' || *text == 'B';
	if (text[strspn(text, "01")])
		return false;
	us_str_addf(out, "b'%s'", text);
	return true;
}

/* 2020-01-31, which DateStyle ISO shows again; another style shows what isn't like
 * this. */
static bool add_date(us_str *out, type_class type, const char *text)
{
	static const char shape[] = "dddd-dd-dd";

	(void)type;
	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i])
			return false;
	add_quoted_text(out, text);
	return true;
}

static const struct {
	family family;
	text_fn *add;
} families[] = {
	{ FAMILY_TEXT, add_text },
	{ FAMILY_INTEGER, add_numeric },
	{ FAMILY_NUMERIC, add_numeric },
	{ FAMILY_FLOAT4, add_numeric },
	{ FAMILY_FLOAT8, add_numeric },
	{ FAMILY_BOOLEAN, add_boolean },
	{ FAMILY_UUID, add_uuid },
	{ FAMILY_JSON, add_verbatim },
	{ FAMILY_JSONB, add_jsonb },
	{ FAMILY_BYTES, add_bytes },
	{ FAMILY_BITS, add_bits },
	{ FAMILY_DATE, add_date },
	{ FAMILY_ENUM, add_text },
};

/* us_str has no way back but this: what was there before stays. */
static void cut(us_str *out, size_t len)
{
	if (out->len > len) {
		out->len = len;
		out->buf[len] = '\0';
	}
}

bool add_constant_text(us_str *out, type_class type, const char *text)
{
	size_t before = out->len;

	for (size_t i = 0; i < US_LEN(families); i++) {
		if (families[i].family != type.family)
			continue;
		if (families[i].add(out, type, text))
			return true;
		cut(out, before);
		return false;
	}
	return false;
}
