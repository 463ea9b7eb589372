/* What a deploy that was ended has left on the server: killing a client doesn't end
 * its backend, which goes on and may still commit. */
#include <stdlib.h>

#include "steps.h"
#include "unstick/plan.h"
#include "unstick/view.h"

#define POLL_MS 200

static size_t tell_sessions(const hook *h, const json_t *sessions, bool tell)
{
	size_t i;
	const json_t *session;

	for (i = 0; tell && i < json_array_size(sessions); i++) {
		const char *pid, *query;

		session = json_array_get(sessions, i);
		pid = json_string_value(json_object_get(session, "pid"));
		query = json_string_value(json_object_get(session, "query"));
		say(h, US_LEVEL_WARN, "deploy.backend", json_deep_copy(session),
			"still at work on the server: backend %s: %s",
			pid ? pid : "(unknown)", query ? query : "(hidden)");
	}
	return json_array_size(sessions);
}

/* Whoever is at an unfinished migration, and whoever has Prisma's lock. */
static us_code count(hook *h, bool tell, size_t *n, us_err *err)
{
	us_case *cases = NULL;
	size_t ncases = 0;
	json_t *lock;
	us_code rc = us_history_cases(h->run->history, &cases, &ncases, err);

	*n = 0;
	for (size_t i = 0; i < ncases && rc == US_OK; i++) {
		us_judgement *j = NULL;
		json_t *v = NULL;

		rc = us_glance(&j, h->run, &cases[i], err);
		if (rc == US_OK)
			v = us_judgement_view(j, NULL, false);
		*n += tell_sessions(h,
			json_object_get(json_object_get(v, "evidence"), "running"),
			tell);
		json_decref(v);
		us_judgement_free(j);
	}
	free(cases);
	lock = us_view_lock(h->run->db);
	if (*n == 0)
		*n = tell_sessions(h, json_object_get(lock, "held_by"), tell);
	json_decref(lock);
	return rc;
}

us_code watch_backends(hook *h, us_err *err)
{
	int64_t until = us_clock_ms() + h->config->start.grace_ms;
	outlook o;
	size_t n = 0;
	us_code rc = look(h, US_DB_READ, &o, err);

	if (rc != US_OK || !o.judged)
		return rc;
	rc = count(h, true, &n, err);
	while (rc == US_OK && n > 0 && us_clock_ms() < until &&
		!us_stop_asked(h->config->stop)) {
		us_stop_sleep(h->config->stop, POLL_MS);
		rc = us_run_read(h->run, err);
		if (rc == US_OK)
			rc = count(h, false, &n, err);
	}
	if (rc == US_OK && n == 0)
		say(h, US_LEVEL_INFO, "deploy.backends_gone", NULL,
			"no backend of it is at work on the server");
	else if (rc == US_OK)
		say(h, US_LEVEL_WARN, "deploy.backends_left", NULL,
			"it is not over on the server: the next start finds it in "
			"progress and waits");
	close_run(h);
	return rc;
}
