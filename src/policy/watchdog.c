/* A call into a policy that can't be interrupted is at least noticed, and told to
 * somebody who can end the process. */
#include "watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unstick/str.h"
#include "unstick/utf8.h"
#include "unstick/when.h"

#define NAME_SHOWN 80 /* bytes: an error's text is short */

struct us_watchdog {
	us_policy_overrun_fn *fn;
	void *ctx;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	us_watched call;
	bool armed, late, quit;
	int64_t deadline_ms; /* of the call */
	int64_t wakes_ms;    /* when the thread looks again by itself */
};

/* The end of a long path, the beginning of a long name: what tells them apart. */
static void add_name(us_str *out, const char *name, bool is_path)
{
	size_t n = strlen(name);
	size_t from = is_path && n > NAME_SHOWN ? n - NAME_SHOWN : 0;

	if (from > 0)
		us_str_add(out, "...");
	us_utf8_add_lossy(out, name + from, n > NAME_SHOWN ? NAME_SHOWN : n);
	if (!is_path && n > NAME_SHOWN)
		us_str_add(out, "...");
}

static void tell(us_watchdog *d)
{
	us_str text = { 0 };
	us_err why = { 0 };

	us_str_add(&text, "policy ");
	add_name(&text, d->call.policy, true);
	us_str_addf(&text, " ran past its limit of %lld ms ",
		(long long)d->call.limit_ms);
	if (d->call.about) {
		us_str_add(&text, "at ");
		add_name(&text, d->call.about, false);
	} else {
		us_str_add(&text, "while it was loaded");
	}
	us_str_add(&text, ", in a function that nothing interrupts");
	(void)us_fail(&why, US_E_LIMIT, "%s",
		text.failed ? "a policy ran past its time" : us_str_text(&text));
	us_str_fini(&text);
	d->fn(d->ctx, &why);
}

/* The hook gets its turn first: a call that is ended by it is a verdict, not the
 * end of the process. The time for that is counted from when we are awake, so that
 * a process that was stopped for a while (Ctrl-Z) gets it too. */
static int64_t grace_ms(const us_watched *call)
{
	return call->limit_ms / 2 > 250 ? call->limit_ms / 2 : 250;
}

static void sleep_until(us_watchdog *d, int64_t ms)
{
	const struct timespec at = { (time_t)(ms / 1000),
		(long)(ms % 1000) * 1000000 };

	d->wakes_ms = ms;
	(void)pthread_cond_timedwait(&d->changed, &d->lock, &at);
}

static void *watch(void *arg)
{
	us_watchdog *d = arg;

	pthread_mutex_lock(&d->lock);
	while (!d->quit) {
		int64_t now = us_clock_ms();

		if (!d->armed) {
			d->wakes_ms = INT64_MAX;
			(void)pthread_cond_wait(&d->changed, &d->lock);
		} else if (now < d->deadline_ms) {
			sleep_until(d, d->deadline_ms);
		} else if (!d->late) {
			d->late = true;
			d->deadline_ms = now + grace_ms(&d->call);
		} else {
			tell(d);
			d->armed = false; /* once is enough */
		}
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

us_code us_watchdog_new(
	us_watchdog **out, us_policy_overrun_fn *fn, void *ctx, us_err *err)
{
	us_watchdog *d = calloc(1, sizeof(*d));
	pthread_condattr_t steady;

	*out = NULL;
	if (!d)
		return us_fail(err, US_E_NOMEM, "out of memory");
	d->fn = fn;
	d->ctx = ctx;
	d->wakes_ms = INT64_MAX;
	/* None of these can fail here (glibc); a clock that jumps would. */
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&d->changed, &steady);
	pthread_condattr_destroy(&steady);
	*out = d;
	return US_OK;
}

void us_watchdog_free(us_watchdog *d)
{
	if (!d)
		return;
	if (d->started) {
		pthread_mutex_lock(&d->lock);
		d->quit = true;
		pthread_cond_signal(&d->changed);
		pthread_mutex_unlock(&d->lock);
		pthread_join(d->thread, NULL);
	}
	pthread_cond_destroy(&d->changed);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* Signals are for the program's own thread: handlers may belong to a host that
 * knows nothing of ours. */
static us_code start(us_watchdog *d, us_err *err)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	failed = pthread_create(&d->thread, NULL, watch, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return us_fail(err, US_E_POLICY,
			"no thread can be had that watches over policies: %s",
			strerror(failed));
	d->started = true;
	return US_OK;
}

us_code us_watchdog_arm(us_watchdog *d, const us_watched *call, us_err *err)
{
	us_code rc = US_OK;

	if (!d)
		return US_OK;
	if (!d->started)
		rc = start(d, err);
	if (rc != US_OK)
		return rc;
	pthread_mutex_lock(&d->lock);
	d->call = *call;
	d->deadline_ms = call->began_ms + call->limit_ms;
	d->armed = true;
	d->late = false;
	/* It wakes in time by itself where it waits for an earlier call's end. */
	if (d->deadline_ms < d->wakes_ms)
		pthread_cond_signal(&d->changed);
	pthread_mutex_unlock(&d->lock);
	return US_OK;
}

void us_watchdog_disarm(us_watchdog *d)
{
	if (!d || !d->started)
		return;
	pthread_mutex_lock(&d->lock);
	d->armed = false;
	pthread_mutex_unlock(&d->lock);
}
