/* Lines of text: labels, wrapping, colours. Knows nothing of runs and cases. */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a paragraph's pieces ---- */

void page_begin(page *p, size_t indent)
{
	us_str_clear(&p->line);
	for (size_t i = 0; i < indent; i++)
		us_str_addc(&p->line, MARK_GLUE);
	p->indent = indent;
}

void page_label(page *p, const char *label)
{
	size_t n = PAGE_INDENT + strlen(label);

	page_begin(p, PAGE_INDENT);
	us_str_add(&p->line, label);
	do
		us_str_addc(&p->line, MARK_GLUE);
	while (++n < PAGE_TEXT);
	p->indent = PAGE_TEXT;
}

void page_say(page *p, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0)
		text = malloc((size_t)n + 1);
	if (!text) {
		p->line.failed = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	safe_add(&p->line, SAFE_PROSE, text, (size_t)n);
	free(text);
}

void page_name(page *p, const char *name)
{
	safe_add(&p->line, SAFE_NAME, name, strlen(name));
}

void page_shell_word(page *p, const char *word)
{
	safe_add_shell_word(&p->line, word);
}

void page_mark(page *p, char mark)
{
	if (p->marked || mark != MARK_PLAIN)
		us_str_addc(&p->line, mark);
	p->marked = mark != MARK_PLAIN;
}

void page_glue(page *p)
{
	us_str_addc(&p->line, MARK_GLUE);
}

/* ---- from a paragraph to lines ---- */

static bool is_mark(char c)
{
	return c >= MARK_PLAIN && c <= MARK_GREEN;
}

/* Columns, one for each character: this is not the place for tables of wide ones.
 */
static size_t columns(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_mark(text[i]) && ((unsigned char)text[i] & 0xc0) != 0x80)
			count++;
	return count;
}

static void print(page *p, const char *text, size_t n)
{
	static const char *const escapes[] = {
		[MARK_PLAIN] = "\x1b[0m",
		[MARK_BOLD] = "\x1b[1m",
		[MARK_RED] = "\x1b[31m",
		[MARK_YELLOW] = "\x1b[33m",
		[MARK_GREEN] = "\x1b[32m",
	};

	for (size_t i = 0; i < n; i++) {
		if (text[i] == MARK_GLUE)
			us_str_addc(&p->out, ' ');
		else if (!is_mark(text[i]))
			us_str_addc(&p->out, text[i]);
		else if (p->style->color)
			us_str_add(&p->out, escapes[(int)text[i]]);
	}
}

static void print_blanks(page *p, size_t n)
{
	while (n-- > 0)
		us_str_addc(&p->out, ' ');
}

static void open_line(page *p)
{
	if (p->gap)
		us_str_addc(&p->out, '\n');
	p->gap = false;
}

static void break_line(page *p)
{
	us_str_addc(&p->out, '\n');
	print_blanks(p, p->indent);
}

static void trim(us_str *s)
{
	while (s->len > 0 && s->buf[s->len - 1] == ' ')
		s->buf[--s->len] = '\0';
}

void page_end(page *p)
{
	const size_t width =
		p->style->width > 0 ? (size_t)p->style->width : (size_t)-1;
	const char *at = us_str_text(&p->line);
	size_t column = 0;

	open_line(p);
	while (*at) {
		size_t blanks = strspn(at, " "), n, wide;

		at += blanks;
		n = strcspn(at, " \n");
		wide = columns(at, n);
		if (column > p->indent && blanks > 0 &&
			column + blanks + wide > width) {
			break_line(p);
			column = p->indent;
			blanks = 0;
		}
		if (n > 0) /* no blanks at the end of a line */
			print_blanks(p, blanks);
		print(p, at, n);
		column += blanks + wide;
		at += n;
		if (*at == '\n') {
			at++;
			if (*at)
				break_line(p);
			column = p->indent;
		}
	}
	trim(&p->out); /* of a label with nothing beside it */
	us_str_addc(&p->out, '\n');
	p->out.failed = p->out.failed || p->line.failed;
	us_str_clear(&p->line);
}

/* ---- code ---- */

#define ENDLESS 240 /* columns; an INSERT can have a million */
#define KEPT 200    /* of such a line */

/* The bytes of the first `limit` characters of text[0..n). */
static size_t fitting(const char *text, size_t n, size_t limit)
{
	size_t i = 0;

	while (i < n) {
		if (((unsigned char)text[i] & 0xc0) != 0x80 && limit-- == 0)
			break;
		i++;
	}
	return i;
}

void page_excerpt(page *p, const char *text, size_t width)
{
	us_str flat = { 0 };
	size_t n;

	while (*text) {
		size_t word = strcspn(text, " \t\r\n");

		us_str_addn(&flat, text, word);
		text += word;
		word = strspn(text, " \t\r\n");
		if (word > 0 && text[word] && flat.len > 0)
			us_str_addc(&flat, ' ');
		text += word;
	}
	n = fitting(us_str_text(&flat), flat.len, width);
	safe_add(&p->line, SAFE_NAME, us_str_text(&flat), n);
	if (n < flat.len)
		us_str_add(&p->line, "...");
	p->line.failed = p->line.failed || flat.failed;
	us_str_fini(&flat);
}

void page_code(page *p, size_t indent, const char *gutter, const char *text,
	size_t n, bool whole)
{
	size_t shown;

	if (n > 0 && text[n - 1] == '\r')
		n--;
	open_line(p);
	shown = n;
	if (!whole && !p->style->verbose && columns(text, n) > ENDLESS)
		shown = fitting(text, n, KEPT);
	print_blanks(p, indent);
	print(p, gutter, strlen(gutter));
	safe_add(&p->out, SAFE_CODE, text, shown);
	if (shown < n)
		us_str_addf(&p->out, "... (%zu more characters)",
			columns(text + shown, n - shown));
	us_str_addc(&p->out, '\n');
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while (*text) {
		text += strcspn(text, "\n");
		text += *text == '\n';
		n++;
	}
	return n;
}

void page_lines(
	page *p, size_t indent, const char *gutter, const char *text, size_t limit)
{
	const size_t all = count_lines(text);
	const size_t shown = page_shown(p, all, limit);

	for (size_t i = 0; i < shown; i++) {
		size_t n = strcspn(text, "\n");

		page_code(p, indent, gutter, text, n, limit == 0);
		text += n;
		text += *text == '\n';
	}
	page_more(p, indent, gutter, all - shown);
}

void page_more(page *p, size_t indent, const char *gutter, size_t n)
{
	if (n == 0)
		return;
	open_line(p);
	print_blanks(p, indent);
	us_str_add(&p->out, gutter);
	us_str_addf(&p->out, "... and %zu more (--verbose shows all)\n", n);
}

void page_gap(page *p)
{
	p->gap = p->out.len > 0;
}

void page_close(page *p)
{
	us_str_fini(&p->line);
}

size_t page_shown(const page *p, size_t n, size_t limit)
{
	/* A line that says "and 1 more" is no shorter than the one it hides. */
	if (p->style->verbose || limit == 0 || n <= limit + 1)
		return n;
	return limit;
}
