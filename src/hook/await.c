/* Waiting for the database, and knowing when that is no use: a server that doesn't
 * let us in or has no such database will not change its mind. */
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "steps.h"
#include "unstick/view.h"

#define FIRST_MS 100
#define MOST_MS 5000

int64_t backoff_ms(unsigned n, int64_t first, int64_t most)
{
	int64_t ms = n < 32 ? first << n : most;
	uint32_t dice = 0;

	if (ms > most || ms <= 0)
		ms = most;
	/* Without random numbers all of them knock at once, which only costs. */
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) != (ssize_t)sizeof(dice))
		dice = 0;
	return ms / 2 + (int64_t)(dice % (uint32_t)(ms / 2 + 1));
}

static const char *describe(us_absence a)
{
	static const char *const texts[] = {
		[US_ABSENT_UNREACHABLE] = "the database can't be reached",
		[US_ABSENT_NAME] = "the database's host name doesn't resolve",
		[US_ABSENT_REFUSED] = "nobody listens at the database's address",
		[US_ABSENT_STARTING] = "the database server is not ready yet",
		[US_ABSENT_FULL] = "the database server has no connection left",
		[US_ABSENT_DENIED] = "the database server doesn't let us in",
		[US_ABSENT_MISSING] = "there is no such database",
	};
	return texts[a];
}

static bool is_final(us_absence a)
{
	return a == US_ABSENT_DENIED || a == US_ABSENT_MISSING;
}

bool is_new_file(const hook *h)
{
	return h->out->absence == US_ABSENT_MISSING &&
	       strcmp(h->config->url.provider, "sqlite") == 0;
}

static void tell_waiting(const hook *h, us_absence a, const us_err *why,
	unsigned retries, int64_t ms)
{
	say(h, US_LEVEL_INFO, "database.waiting",
		json_pack("{s:s, s:o, s:i, s:I}", "reason", us_absence_name(a),
			"error", us_view_text(why->msg), "attempt",
			(int)retries + 1, "retry_in_ms", (json_int_t)ms),
		"%s, trying again in %.1f s: %s", describe(a), (double)ms / 1000,
		why->msg);
}

/* How it ended, and with what it is told. */
static void tell_end(
	const hook *h, us_code rc, us_absence a, int64_t waited, unsigned retries)
{
	if (rc == US_E_CONNECT && !is_new_file(h))
		say(h, US_LEVEL_ERROR, "database.unavailable",
			json_pack("{s:s, s:I}", "reason", us_absence_name(a),
				"waited_ms", (json_int_t)waited),
			"%s", describe(a));
	else if (rc != US_E_CONNECT && rc != US_E_STOPPED && retries > 0)
		say(h, US_LEVEL_INFO, "database.ready",
			json_pack("{s:I}", "waited_ms", (json_int_t)waited),
			"the database is there, after %.1f s",
			(double)waited / 1000);
}

us_code await(hook *h, attempt_fn *attempt, us_err *err)
{
	const us_stop *stop = h->config->stop;
	int64_t begun = us_clock_ms(), until = begun + h->config->deadline_ms;
	us_absence a = US_ABSENT_UNREACHABLE;
	unsigned retries = 0;
	us_code rc;

	while ((rc = attempt(h, err)) == US_E_CONNECT) {
		int64_t left = until - us_clock_ms();
		int64_t ms = backoff_ms(retries, FIRST_MS, MOST_MS);

		a = h->out->absence = us_db_absence(&h->config->url, err);
		if (is_final(a) || left <= 0 || us_stop_asked(stop))
			break;
		if (ms > left)
			ms = left;
		tell_waiting(h, a, err, retries++, ms);
		us_stop_sleep(stop, ms);
	}
	if (us_stop_asked(stop))
		rc = us_fail(err, US_E_STOPPED, "asked to stop");
	h->out->waited_ms += retries > 0 ? us_clock_ms() - begun : 0;
	tell_end(h, rc, a, us_clock_ms() - begun, retries);
	if (rc == US_E_CONNECT && !is_final(a))
		us_context(err, "%s within %" PRId64 " s (`deadline`)", describe(a),
			h->config->deadline_ms / 1000);
	else if (rc == US_E_CONNECT)
		us_context(err, "%s (%s)", describe(a), h->config->url_source);
	return rc;
}
