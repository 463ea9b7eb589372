/* Time: the wall clock for records, the steady clock for deadlines. */
#include "unstick/when.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

us_time us_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (us_time)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t us_clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void us_sleep_ms(int64_t ms)
{
	struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

void us_time_format(char out[US_TIME_TEXT], us_time t)
{
	us_time fraction = t % 1000000;
	time_t seconds;
	struct tm tm;
	size_t n;

	out[0] = '\0';
	if (t < US_FIRST_TIME || t > US_LAST_TIME)
		return;
	if (fraction < 0)
		fraction += 1000000;
	seconds = (time_t)((t - fraction) / 1000000);
	if (!gmtime_r(&seconds, &tm))
		return;
	/* strftime() leaves out a year's zeros in front */
	n = (size_t)snprintf(out, US_TIME_TEXT, "%04d", tm.tm_year + 1900);
	n += strftime(out + n, US_TIME_TEXT - n, "-%m-%dT%H:%M:%S", &tm);
	if (fraction != 0)
		snprintf(out + n, US_TIME_TEXT - n, ".%06dZ", (int)fraction);
	else
		snprintf(out + n, US_TIME_TEXT - n, "Z");
}

/* Exactly n digits; moves *p past them. */
static bool number(const char **p, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

static bool mark(const char **p, const char *any)
{
	if (**p == '\0' || !strchr(any, **p))
		return false;
	(*p)++;
	return true;
}

/* ".123456789" -> microseconds; what is finer is dropped. */
static int fraction(const char **p)
{
	int value = 0, scale = 100000;

	if (**p != '.' && **p != ',')
		return 0;
	for ((*p)++; isdigit((unsigned char)**p); (*p)++) {
		value += (**p - '0') * scale;
		scale /= 10;
	}
	return value;
}

/* "", "Z", "GMT", "+01:00", "+0100", "-05" -> seconds east. */
static bool offset(const char **p, int *seconds)
{
	int sign, hours, minutes = 0;

	*seconds = 0;
	while (**p == ' ')
		(*p)++;
	if (**p == '\0')
		return true;
	if (strcasecmp(*p, "Z") == 0 || strcasecmp(*p, "GMT") == 0 ||
		strcasecmp(*p, "UTC") == 0) {
		*p += strlen(*p);
		return true;
	}
	sign = **p == '-' ? -1 : 1;
	if (!mark(p, "+-") || !number(p, 2, &hours))
		return false;
	if (**p == ':')
		(*p)++;
	if (**p != '\0' && !number(p, 2, &minutes))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return **p == '\0';
}

static bool in_range(const struct tm *tm)
{
	return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= 31 && tm->tm_hour < 24 && tm->tm_min < 60 &&
	       tm->tm_sec <= 60;
}

static bool clock_and_offset(const char **p, struct tm *tm, int *micros, int *east)
{
	return number(p, 2, &tm->tm_hour) && mark(p, ":") &&
	       number(p, 2, &tm->tm_min) && mark(p, ":") &&
	       number(p, 2, &tm->tm_sec) && (*micros = fraction(p), true) &&
	       offset(p, east);
}

static bool iso(const char *p, struct tm *tm, int *micros, int *east)
{
	if (!number(&p, 4, &tm->tm_year) || !mark(&p, "-") ||
		!number(&p, 2, &tm->tm_mon) || !mark(&p, "-") ||
		!number(&p, 2, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return *p == '\0' ||
	       (mark(&p, "Tt ") && clock_and_offset(&p, tm, micros, east));
}

/* "Nov" -> 10; -1 if it is no month. */
static int month(const char **p)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++) {
		if (strncasecmp(*p, names + (size_t)i * 3, 3) == 0) {
			*p += 3;
			return i;
		}
	}
	return -1;
}

/* "Sun, 22 Nov 2026 15:56:42 +0000"; the day's name is optional. */
static bool rfc2822(const char *p, struct tm *tm, int *micros, int *east)
{
	const char *comma = strchr(p, ',');
	int digits;

	if (comma)
		p = comma + 1;
	while (*p == ' ')
		p++;
	digits = *p != '\0' && isdigit((unsigned char)p[1]) ? 2 : 1;
	if (!number(&p, digits, &tm->tm_mday) || !mark(&p, " "))
		return false;
	tm->tm_mon = month(&p);
	if (tm->tm_mon < 0 || !mark(&p, " ") || !number(&p, 4, &tm->tm_year) ||
		!mark(&p, " "))
		return false;
	tm->tm_year -= 1900;
	return clock_and_offset(&p, tm, micros, east);
}

bool us_time_parse(us_time *out, const char *text)
{
	struct tm tm = { 0 };
	int micros = 0, east = 0;

	*out = US_NEVER;
	if (!iso(text, &tm, &micros, &east)) {
		tm = (struct tm){ 0 };
		micros = east = 0;
		if (!rfc2822(text, &tm, &micros, &east))
			return false;
	}
	if (!in_range(&tm))
		return false;
	*out = ((us_time)timegm(&tm) - east) * 1000000 + micros;
	return true;
}
