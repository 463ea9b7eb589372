/* Hides secrets in whatever is shown: one pass over the text, each place offered to
 * the finders. In doubt a finder hides too much: a log that hides a word too many
 * is still a log, one that shows a password is an incident. */
#include "unstick/mask.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mask_parts.h"

bool us_mask_is(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The word at p, or the one byte there if it begins none. */
static size_t step(const char *p)
{
	size_t n = 0;

	while (word_char(p[n]))
		n++;
	return n > 0 ? n : 1;
}

void us_mask_add(us_str *s, const char *text, bool details)
{
	us_mask_text t = { .text = text, .end = text + strlen(text) };
	const char *shown = text; /* what is not yet appended begins here */
	us_range r;

	for (const char *p = text; p < t.end;) {
		size_t n = step(p);
		bool hide = false;

		if (word_char(*p))
			hide = us_mask_key(&t, p, n, &r) ||
			       (!details && us_mask_detail(&t, p, n, &r));
		else if (*p == ':')
			hide = us_mask_url(&t, p, &r);
		p += n;
		if (!hide)
			continue;
		us_str_addn(s, shown, (size_t)(r.from - shown));
		us_str_add(s, "***");
		p = shown = r.to;
	}
	us_str_addn(s, shown, (size_t)(t.end - shown));
}

us_code us_mask(char **out, const char *text, bool details, us_err *err)
{
	us_str s = { 0 };

	us_mask_add(&s, text, details);
	return us_str_take(&s, out, NULL, err);
}
