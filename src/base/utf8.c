/* UTF-8 as Node decodes it: Prisma sees a script's decoded text, not its bytes. */
#include "unstick/utf8.h"

#include <stdint.h>
#include <string.h>

/* How much ASCII s surely begins with: nearly everything is, so eight bytes are
 * looked at at a time. */
static size_t plain(const unsigned char *s, size_t n)
{
	uint64_t word;
	size_t i = 0;

	for (; i + sizeof(word) <= n; i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return i;
}

/* What a lead byte asks for: how many continuation bytes, and the range of the
 * first one (Unicode, table 3-7), which rules out overlong forms and surrogates. */
static size_t lead(unsigned char c, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xBF;
	if (c >= 0xC2 && c <= 0xDF)
		return 1;
	if (c >= 0xE0 && c <= 0xEF) {
		if (c == 0xE0)
			*lo = 0xA0;
		if (c == 0xED)
			*hi = 0x9F;
		return 2;
	}
	if (c >= 0xF0 && c <= 0xF4) {
		if (c == 0xF0)
			*lo = 0x90;
		if (c == 0xF4)
			*hi = 0x8F;
		return 3;
	}
	return 0;
}

/* Length of the character at s, or of the ill-formed part there (*ok false). */
static size_t step(const unsigned char *s, size_t n, bool *ok)
{
	unsigned char lo, hi;
	size_t want, i;

	*ok = true;
	if (s[0] < 0x80)
		return 1;
	want = lead(s[0], &lo, &hi);
	for (i = 1; i <= want && i < n; i++) {
		if (s[i] < lo || s[i] > hi)
			break;
		lo = 0x80;
		hi = 0xBF;
	}
	*ok = want > 0 && i == want + 1;
	return i;
}

bool us_utf8_valid(const char *bytes, size_t n)
{
	const unsigned char *s = (const unsigned char *)bytes;
	bool ok = true;

	for (size_t i = plain(s, n); i < n && ok;) {
		i += step(s + i, n - i, &ok);
		i += plain(s + i, n - i);
	}
	return ok;
}

void us_utf8_add_lossy(us_str *s, const char *bytes, size_t n)
{
	const unsigned char *in = (const unsigned char *)bytes;
	size_t run = 0; /* where what is well-formed and not yet appended begins */

	for (size_t i = plain(in, n); i < n;) {
		bool ok;
		size_t len = step(in + i, n - i, &ok);

		if (!ok) {
			us_str_addn(s, bytes + run, i - run);
			us_str_add(s, "\xEF\xBF\xBD");
			run = i + len;
		}
		i += len;
		i += plain(in + i, n - i);
	}
	us_str_addn(s, bytes + run, n - run);
}
