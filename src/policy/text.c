/* Words of a policy, fit to be shown. They may quote a database's error with its
 * colours, or end in the middle of a character. */
#include "host.h"
#include "unstick/utf8.h"

static const char ellipsis[] = "\xE2\x80\xA6";

static void drop_controls(us_str *s, size_t from)
{
	for (size_t i = from; i < s->len; i++) {
		unsigned char c = (unsigned char)s->buf[i];

		if ((c < 0x20 && c != '\n') || c == 0x7F)
			s->buf[i] = ' ';
	}
}

void us_policy_text(us_str *out, const char *bytes, size_t n, size_t max)
{
	size_t from = out->len;
	size_t end;

	/* A byte becomes at most the three of U+FFFD; more than max is never shown.
	 */
	us_utf8_add_lossy(out, bytes, n < max + 4 ? n : max + 4);
	if (out->failed)
		return;
	drop_controls(out, from);
	if (out->len - from <= max)
		return;
	end = from + max - (sizeof(ellipsis) - 1);
	while (end > from && ((unsigned char)out->buf[end] & 0xC0U) == 0x80U)
		end--;
	out->len = end;
	us_str_add(out, ellipsis);
}
