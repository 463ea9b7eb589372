/* Nothing that a terminal would obey gets past this file. */
#include "safe.h"

#include <stdbool.h>
#include <string.h>

#include "unstick/report.h"

/* The character at text[0..n): its bytes (at least 1) and its code point, or -1 if
 * the bytes are no UTF-8. */
static size_t decode(const char *text, size_t n, long *point)
{
	const unsigned char first = (unsigned char)text[0];
	size_t len = first < 0x80             ? 1
		     : (first & 0xe0) == 0xc0 ? 2
		     : (first & 0xf0) == 0xe0 ? 3
		     : (first & 0xf8) == 0xf0 ? 4
					      : 0;

	*point = -1;
	if (len == 0 || len > n)
		return 1;
	if (len == 1) {
		*point = first;
		return 1;
	}
	long value = first & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | ((unsigned char)text[i] & 0x3f);
	}
	*point = value;
	return len;
}

/* Characters beyond ASCII that no reader sees but a terminal or an eye obeys. */
static bool misleads(long point)
{
	static const struct {
		long first, last;
	} ranges[] = {
		{ 0x80, 0x9f },     /* C1: 0x9b is ESC [ in one */
		{ 0x200b, 0x200b }, /* zero width space */
		{ 0x200e, 0x200f }, /* left-to-right and right-to-left marks */
		{ 0x2028,
			0x202e }, /* separators of lines, overrides of direction */
		{ 0x2066, 0x2069 }, /* isolates of direction */
		{ 0xfeff, 0xfeff }, /* byte order mark */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

static void add_control(us_str *s, safe_kind kind, char c)
{
	if (c == '\n' && kind == SAFE_PROSE)
		us_str_addc(s, '\n');
	else if (c == '\n')
		us_str_add(s, "\\n");
	else if (c == '\t' && kind == SAFE_PROSE)
		us_str_addc(s, ' ');
	else if (c == '\t' && kind == SAFE_CODE)
		us_str_addc(s, '\t');
	else
		us_str_addf(s, "\\x%02x", (unsigned)(unsigned char)c);
}

void safe_add(us_str *s, safe_kind kind, const char *text, size_t n)
{
	bool command = false;

	for (size_t i = 0, len; i < n; i += len) {
		const char *at = text + i;
		long point;

		len = decode(at, n - i, &point);
		/* A backtick opens a command only if another one closes it. */
		if (*at == '`' && kind == SAFE_PROSE)
			command = !command && memchr(at + 1, '`', n - i - 1);
		if (kind == SAFE_PROSE && *at == '\r' && i + 1 < n && at[1] == '\n')
			continue; /* a line's end, as Windows writes it */
		if (point < 0)
			us_str_addf(s, "\\x%02x", (unsigned)(unsigned char)*at);
		else if (point < 0x20 || point == 0x7f)
			add_control(s, kind, *at);
		else if (misleads(point))
			us_str_addf(s, "\\u%04lx", (unsigned long)point);
		else if (point == ' ' && (kind == SAFE_NAME || command))
			us_str_addc(s, MARK_GLUE);
		else
			us_str_addn(s, at, len);
	}
}

void us_report_plain(us_str *out, const char *text)
{
	safe_add(out, SAFE_CODE, text, strlen(text));
}

void us_report_shell_word(us_str *out, const char *text)
{
	safe_add_shell_word(out, text);
}

/* The length of a colour sequence at text[0..n), or 0. */
static size_t colour(const char *text, size_t n)
{
	size_t i = 2;

	if (n < 3 || text[0] != '\x1b' || text[1] != '[')
		return 0;
	while (i < n && (text[i] == ';' || (text[i] >= '0' && text[i] <= '9')))
		i++;
	return i < n && text[i] == 'm' ? i + 1 : 0;
}

void safe_add_uncoloured(us_str *s, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t skip = colour(text + i, n - i);

		if (skip == 0)
			us_str_addc(s, text[i++]);
		i += skip;
	}
}

static bool is_shell_safe(const char *text)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789"
				   "_-./:@%+=,";

	if (!*text || *text == '-')
		return false;
	for (; *text; text++)
		if (!((unsigned char)*text & 0x80) && !strchr(safe, *text))
			return false;
	return true;
}

/* Something in it would be shown otherwise than it is. */
static bool is_disguised(const char *text, size_t n)
{
	for (size_t i = 0, len; i < n; i += len) {
		long point;

		len = decode(text + i, n - i, &point);
		if (point < 0x20 || point == 0x7f || misleads(point))
			return true;
	}
	return false;
}

void safe_add_shell_word(us_str *s, const char *text)
{
	/* The escapes of safe_add() are those that bash and zsh read in $'...'. */
	const bool escaped = is_disguised(text, strlen(text));

	if (!escaped && is_shell_safe(text)) {
		safe_add(s, SAFE_NAME, text, strlen(text));
		return;
	}
	us_str_add(s, escaped ? "$'" : "'");
	while (*text) {
		size_t n = strcspn(text, escaped ? "'\\" : "'");

		safe_add(s, SAFE_NAME, text, n);
		text += n;
		if (!*text)
			break;
		us_str_add(s, escaped ? "\\" : "'\\'");
		us_str_addc(s, *text++);
	}
	us_str_addc(s, '\'');
}
