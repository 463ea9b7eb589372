#ifndef US_WHEN_H
#define US_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* Microseconds since 1970-01-01T00:00:00Z; US_NEVER where there is no time. */
typedef int64_t us_time;
#define US_NEVER INT64_MIN
/* What RFC 3339 can write: the years 0 to 9999. Of two such times a difference is
 * one, too. */
#define US_FIRST_TIME (INT64_C(-62167219200) * 1000000)
#define US_LAST_TIME (INT64_C(253402300800) * 1000000 - 1)

us_time us_now(void);
/* Never steps back; for deadlines. Milliseconds. */
int64_t us_clock_ms(void);
void us_sleep_ms(int64_t ms);

#define US_TIME_TEXT 40
/* "2026-11-22T16:00:00Z", with ".123456" when there are microseconds; "" for what
 * is before the first time or after the last. */
void us_time_format(char out[US_TIME_TEXT], us_time t);

/* ISO 8601 / RFC 3339 ("2026-11-22T15:56:42.296+00:00", "2026-11-22 15:56:42",
 * no offset means UTC) and RFC 2822 dates. False if it is none of these. */
bool us_time_parse(us_time *out, const char *text);

#endif
