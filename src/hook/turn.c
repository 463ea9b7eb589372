/* One at a time: whoever starts with something to do takes the turn first and keeps
 * it until the deploy is over. The others poll, with nothing open that could hold
 * up a CREATE INDEX CONCURRENTLY, and look at what is left when it is theirs. */
#include <inttypes.h>

#include "steps.h"

#define FIRST_MS 50
#define MOST_MS 1000

static us_code open_turn(hook *h, us_err *err)
{
	return us_turn_open(&h->turn, &h->config->url, err);
}

void give_turn_back(hook *h)
{
	us_turn_close(h->turn);
	h->turn = NULL;
}

/* Who has the turn deploys, and may take its time for that. */
static int64_t patience_ms(const hook *h)
{
	return h->config->deadline_ms + h->config->start.timeout_ms;
}

static us_code one_try(hook *h, bool *got, us_err *err)
{
	us_code rc = US_OK;

	*got = false;
	if (!h->turn)
		rc = await(h, open_turn, err);
	if (rc != US_OK)
		return rc;
	rc = us_turn_take(h->turn, got, err);
	if (rc == US_E_CONNECT) { /* a session that was lost is made again */
		give_turn_back(h);
		rc = US_OK;
	}
	return rc;
}

static us_code poll_turn(hook *h, us_err *err)
{
	int64_t begun = us_clock_ms();
	bool got = false;
	us_code rc = one_try(h, &got, err);

	for (unsigned n = 0; rc == US_OK && !got; n++) {
		if (n == 0)
			say(h, US_LEVEL_INFO, "turn.waiting", NULL,
				"another start is at this database: waiting for "
				"it to be done");
		if (us_clock_ms() - begun >= patience_ms(h))
			return us_fail(err, US_E_LOCK,
				"another start was at this database for %" PRId64
				" s and is not done (`deadline` and "
				"`start.timeout`)",
				patience_ms(h) / 1000);
		us_stop_sleep(h->config->stop, backoff_ms(n, FIRST_MS, MOST_MS));
		rc = us_stop_asked(h->config->stop)
			     ? us_fail(err, US_E_STOPPED, "asked to stop")
			     : one_try(h, &got, err);
	}
	h->out->turn_ms += us_clock_ms() - begun;
	if (rc == US_OK)
		say(h, US_LEVEL_INFO, "turn.taken",
			json_pack("{s:I}", "waited_ms",
				(json_int_t)(us_clock_ms() - begun)),
			"it is our turn at this database");
	return rc;
}

us_code take_turn(hook *h, us_err *err)
{
	bool held = false;
	us_code rc = US_OK;

	if (h->turn)
		rc = us_turn_held(h->turn, &held, err);
	if (rc != US_OK || held)
		return rc;
	if (h->turn)
		say(h, US_LEVEL_WARN, "turn.lost", NULL,
			"the session that kept our turn is gone: taking it again");
	give_turn_back(h);
	return poll_turn(h, err);
}
