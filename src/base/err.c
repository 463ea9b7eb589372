/* Errors live in the caller's frame; nothing here allocates. */
#include "unstick/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "unstick/auto.h"

/* A message that was cut says so, and is not cut inside a UTF-8 character. */
static void mark_cut(us_err *err, int wanted)
{
	static const char ellipsis[] = "\xE2\x80\xA6";
	size_t end = sizeof(err->msg) - sizeof(ellipsis);

	if (wanted < (int)sizeof(err->msg))
		return;
	while (end > 0 && ((unsigned char)err->msg[end] & 0xC0U) == 0x80U)
		end--;
	memcpy(err->msg + end, ellipsis, sizeof(ellipsis));
}

__attribute__((format(printf, 3, 0))) static void set(
	us_err *err, us_code code, const char *fmt, va_list ap)
{
	*err = (us_err){ .code = code };
	mark_cut(err, vsnprintf(err->msg, sizeof(err->msg), fmt, ap));
}

void us_err_set(us_err *err, us_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	set(err, code, fmt, ap);
	va_end(ap);
}

void us_err_set_prisma(us_err *err, const char *prisma, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	set(err, US_E_PRISMA, fmt, ap);
	va_end(ap);
	memcpy(err->prisma, prisma, sizeof(err->prisma) - 1);
}

us_code us_context(us_err *err, const char *fmt, ...)
{
	us_err old;
	va_list ap;
	int n;

	if (!err)
		return US_OK;
	old = *err;
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(err->msg))
		n = 0; /* the cause matters more than where we were */
	mark_cut(err, n + snprintf(err->msg + n, sizeof(err->msg) - (size_t)n,
				  n ? ": %s" : "%s", old.msg));
	return err->code;
}

int us_code_exit(us_code code)
{
	static const int status[] = {
		[US_OK] = 0,
		[US_E_NOMEM] = 1,
		[US_E_IO] = 1,
		[US_E_USAGE] = 64,
		[US_E_CONFIG] = 78,
		[US_E_CONNECT] = 69,
		[US_E_LOCK] = 75,
		[US_E_DB] = 1,
		[US_E_DIRECTORY] = 1,
		[US_E_POLICY] = 3,
		[US_E_LIMIT] = 3,
		[US_E_PRISMA] = 1,
		[US_E_REFUSED] = 3,
		[US_E_STOPPED] = 1,
		[US_E_UNKNOWN] = 1,
	};
	return (size_t)code < US_LEN(status) ? status[code] : 1;
}
