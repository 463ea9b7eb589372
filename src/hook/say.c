/* What is told: a name that stays, a sentence, and its parts for machines. */
#include <stdarg.h>
#include <stdio.h>

#include "steps.h"
#include "unstick/auto.h"

void say(const hook *h, us_level level, const char *name, json_t *fields,
	const char *fmt, ...)
{
	US_AUTO(auto_str) char *text = NULL;
	us_event e = { .level = level, .name = name, .fields = fields };
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	e.message = text ? text : name;
	h->how->tell(h->how->ctx, &e);
	json_decref(fields);
}
