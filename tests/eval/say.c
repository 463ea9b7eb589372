/* Ending with a message, and memory that is there. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("eval: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(70); /* a worker: its parent's buffers are not ours to flush */
}

char *textf(const char *format, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&out, format, ap) < 0)
		die("out of memory");
	va_end(ap);
	return out;
}

void *room_for(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		die("out of memory");
	return p;
}

char *copy_of(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		die("out of memory");
	return copy;
}
