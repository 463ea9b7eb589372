/* The one string builder: growth is checked in one place, failure is sticky. */
#include "unstick/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"

/* Room for n more bytes and the NUL. */
static bool reserve(us_str *s, size_t n)
{
	size_t cap = s->cap ? s->cap : 64;
	char *grown;

	if (s->failed || n >= SIZE_MAX / 2 - s->len) {
		s->failed = true;
		return false;
	}
	if (s->len + n + 1 <= s->cap)
		return true;
	while (cap < s->len + n + 1)
		cap *= 2;
	grown = realloc(s->buf, cap);
	if (!grown) {
		s->failed = true;
		return false;
	}
	s->buf = grown;
	s->cap = cap;
	return true;
}

void us_str_addn(us_str *s, const char *bytes, size_t n)
{
	if (!reserve(s, n))
		return;
	if (n > 0)
		memcpy(s->buf + s->len, bytes, n);
	s->len += n;
	s->buf[s->len] = '\0';
}

void us_str_add(us_str *s, const char *text)
{
	us_str_addn(s, text, strlen(text));
}

void us_str_addc(us_str *s, char c)
{
	us_str_addn(s, &c, 1);
}

__attribute__((format(printf, 2, 0))) static void addv(
	us_str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		s->failed = true;
		return;
	}
	if (!reserve(s, (size_t)n))
		return;
	if (vsnprintf(s->buf + s->len, (size_t)n + 1, fmt, ap) < 0)
		s->failed = true;
	else
		s->len += (size_t)n;
}

void us_str_addf(us_str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	addv(s, fmt, ap);
	va_end(ap);
}

void us_str_clear(us_str *s)
{
	s->len = 0;
	if (s->buf)
		s->buf[0] = '\0';
}

void us_str_fini(us_str *s)
{
	free(s->buf);
	*s = (us_str){ 0 };
}

const char *us_str_text(const us_str *s)
{
	return s->buf && !s->failed ? s->buf : "";
}

us_code us_str_take(us_str *s, char **out, size_t *len, us_err *err)
{
	*out = NULL;
	us_str_addn(s, "", 0); /* an empty string is a string too */
	if (s->failed) {
		us_str_fini(s);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	if (len)
		*len = s->len;
	*out = s->buf;
	*s = (us_str){ 0 };
	return US_OK;
}

us_code us_strndup(char **out, const char *text, size_t n, us_err *err)
{
	us_str s = { 0 };

	us_str_addn(&s, text, n);
	return us_str_take(&s, out, NULL, err);
}

us_code us_strdup(char **out, const char *text, us_err *err)
{
	return us_strndup(out, text, strlen(text), err);
}

us_code us_strf(char **out, us_err *err, const char *fmt, ...)
{
	us_str s = { 0 };
	va_list ap;

	va_start(ap, fmt);
	addv(&s, fmt, ap);
	va_end(ap);
	return us_str_take(&s, out, NULL, err);
}

us_code us_strs_add(us_strs *l, const char *text, us_err *err)
{
	us_code rc;

	if (l->len == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 8;
		char **grown = reallocarray(l->items, cap, sizeof(*grown));

		if (!grown)
			return us_fail(err, US_E_NOMEM, "out of memory");
		l->items = grown;
		l->cap = cap;
	}
	rc = us_strdup(&l->items[l->len], text, err);
	if (rc == US_OK)
		l->len++;
	return rc;
}

void us_strs_fini(us_strs *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i]);
	free(l->items);
	*l = (us_strs){ 0 };
}
