/* The wish that a run ends, as everything that waits asks for it. */
#include "unstick/stop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "unstick/when.h"

/* True once it is asked for; waits for that for so long. */
static bool asked_within(const us_stop *s, int64_t ms)
{
	int64_t until = us_clock_ms() + ms;
	struct pollfd fd = { .fd = s->fd, .events = POLLIN };

	for (;;) {
		int64_t left = until - us_clock_ms();
		int slice = left > INT_MAX ? INT_MAX : (int)left;
		int n = poll(&fd, 1, slice > 0 ? slice : 0);

		if (n > 0)
			return true;
		if (n == 0 ? left <= INT_MAX : errno != EINTR)
			return false;
	}
}

bool us_stop_asked(const us_stop *s)
{
	return s && asked_within(s, 0);
}

void us_stop_sleep(const us_stop *s, int64_t ms)
{
	if (!s)
		us_sleep_ms(ms);
	else if (ms > 0)
		(void)asked_within(s, ms);
}
