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

void us_mask_add(us_str *s, const char *text, bool details)
{
	us_mask_text t = { .text = text, .end = text + strlen(text) };
	const char *p = text;

	while (p < t.end) {
		us_range r;
		bool hide = false;
		size_t n = 1;

		if (word_char(*p)) {
			while (word_char(p[n]))
				n++;
			hide = us_mask_key(&t, p, n, &r) ||
			       (!details && us_mask_detail(&t, p, n, &r));
		} else if (*p == ':') {
			hide = us_mask_url(&t, p, &r);
		}
		if (hide) {
			us_str_addn(s, p, (size_t)(r.from - p));
			us_str_add(s, "***");
			p = r.to;
		} else {
			us_str_addn(s, p, n);
			p += n;
		}
	}
}

us_code us_mask(char **out, const char *text, bool details, us_err *err)
{
	us_str s = { 0 };

	us_mask_add(&s, text, details);
	return us_str_take(&s, out, NULL, err);
}
