/* The order of a start, and what each step's end means for the next. A healthy
 * database is one connection and nothing else; everything that changes something
 * happens in the turn. */
#include <inttypes.h>

#include "steps.h"

#define RETRY_FIRST_MS 500
#define RETRY_MOST_MS 5000

/* What goes round: resolve, deploy, look. */
typedef struct {
	hook *h;
	int failures; /* deploys that left a failed migration */
	unsigned retries;
	int64_t retry_until; /* 0: nothing has been retried */
	bool deployed;       /* and it ended well */
	bool over;
} cycle;

static void tell_history(const hook *h, const outlook *o)
{
	if (o->judged)
		say(h, US_LEVEL_INFO, "history.read",
			json_pack("{s:I, s:I}", "cases", (json_int_t)o->cases,
				"pending", (json_int_t)o->pending),
			"%zu to resolve, %zu to deploy", o->cases, o->pending);
	else if (o->busy)
		say(h, US_LEVEL_INFO, "history.busy", NULL,
			"somebody is at the database: looking again in our turn");
	else if (o->none)
		say(h, US_LEVEL_INFO, "history.none", NULL,
			"there is no database file yet: the deploy makes it");
	else
		say(h, US_LEVEL_WARN, "history.unreadable", NULL,
			"the history can't be judged, so a deploy has to: %s",
			o->why.msg);
}

static bool nothing_to_do(const hook *h, const outlook *o)
{
	return o->judged && o->cases == 0 && o->pending == 0 &&
	       !h->config->start.deploy_always;
}

/* ---- after a deploy ---- */

static us_code retry(cycle *c, us_err *err)
{
	hook *h = c->h;
	int64_t now = us_clock_ms();
	int64_t ms = backoff_ms(c->retries++, RETRY_FIRST_MS, RETRY_MOST_MS);

	if (c->retry_until == 0)
		c->retry_until = now + h->config->deadline_ms;
	if (now >= c->retry_until)
		return us_fail(err, US_E_LOCK,
			"deploy was kept from its work for %" PRId64
			" s (`deadline`): its output says by what",
			h->config->deadline_ms / 1000);
	say(h, US_LEVEL_WARN, "deploy.retrying",
		json_pack("{s:I}", "retry_in_ms", (json_int_t)ms),
		"deploy was kept from its work by something that passes: again in "
		"%.1f s",
		(double)ms / 1000);
	us_stop_sleep(h->config->stop, ms);
	return US_OK;
}

/* It left a failed migration: resolve it and deploy again, but not for ever. What
 * the ledger counts is a case's attempts; this is the start's own bound, whatever a
 * policy says. */
static us_code count_failure(cycle *c, us_err *err)
{
	if (c->failures++ < c->h->config->attempts)
		return US_OK;
	return us_fail(err, US_E_IO,
		"deploy left a failed migration %d times (`attempts`)",
		c->failures);
}

static us_code judge_deploy(
	cycle *c, const deployment *d, const outlook *o, us_err *err)
{
	const bool always = c->h->config->start.deploy_always;
	const bool ok = d->end.status == 0;

	if (o->judged && o->cases > 0)
		return count_failure(c, err);
	if (ok && (!o->judged || o->pending == 0)) {
		c->deployed = c->over = true;
		return US_OK;
	}
	if (ok)
		return us_fail(err, US_E_IO,
			"deploy ended with exit code 0 and left %zu pending: is "
			"`start.deploy` for this database and these migrations?",
			o->pending);
	if (!d->passing)
		return us_fail(err, US_E_IO,
			"deploy ended with exit code %d: its output says why",
			d->end.status);
	/* Somebody else's deploy may have done it all meanwhile. */
	if (o->judged && o->pending == 0 && !always) {
		c->over = true;
		return US_OK;
	}
	return retry(c, err);
}

static us_code deploy_and_look(cycle *c, us_err *err)
{
	hook *h = c->h;
	us_err why = { 0 };
	deployment d;
	outlook o;
	us_code rc;

	close_run(h);
	rc = deploy(h, &d, err);
	if (rc == US_E_LOCK && watch_backends(h, &why) != US_OK)
		say(h, US_LEVEL_WARN, "deploy.backends_unknown", NULL,
			"whether it is over on the server can't be seen: %s",
			why.msg);
	if (rc != US_OK)
		return rc;
	rc = look(h, US_DB_READ, &o, err);
	if (rc != US_OK)
		return rc;
	tell_history(h, &o);
	return judge_deploy(c, &d, &o, err);
}

/* ---- in the turn ---- */

/* One time round. */
static us_code go_round(cycle *c, us_err *err)
{
	hook *h = c->h;
	resolution r = RESOLVED;
	outlook o;
	us_code rc = look(h, US_DB_WRITE, &o, err);

	if (rc == US_OK && o.judged && o.cases > 0) {
		rc = resolve_cases(h, &r, err);
		if (rc == US_OK && r != GIVE_UP)
			rc = look_again(h, &o, err);
	}
	if (rc != US_OK)
		return rc;
	c->over = r != RESOLVED || nothing_to_do(h, &o);
	h->out->warned = h->out->warned || r == LEAVE_IT;
	return c->over ? US_OK : deploy_and_look(c, err);
}

static us_code in_turn(hook *h, us_err *err)
{
	cycle c = { .h = h };
	us_code rc = US_OK;

	while (rc == US_OK && !c.over) {
		rc = take_turn(h, err);
		if (rc == US_OK)
			rc = go_round(&c, err);
	}
	close_run(h);
	give_turn_back(h);
	return rc;
}

static us_code all_steps(hook *h, us_err *err)
{
	outlook o;
	us_code rc = generate(h, err);

	if (rc == US_OK)
		rc = look(h, US_DB_READ, &o, err);
	if (rc != US_OK)
		return rc;
	tell_history(h, &o);
	if (nothing_to_do(h, &o))
		return us_run_check_stop(h->run, err);
	if (h->run)
		rc = us_run_refuse_pooler(h->run, err);
	close_run(h);
	return rc == US_OK ? in_turn(h, err) : rc;
}

us_code us_hook_run(us_hook_result *out, const us_hook *how, us_err *err)
{
	hook h = { .how = how, .config = how->config, .out = out };
	us_code rc;

	*out = (us_hook_result){ 0 };
	rc = all_steps(&h, err);
	close_run(&h);
	give_turn_back(&h);
	if (rc != US_OK)
		out->status = us_code_exit(rc);
	return rc;
}

void us_hook_result_fini(us_hook_result *r)
{
	json_decref(r->database);
	json_decref(r->migrations);
	json_decref(r->history);
	json_decref(r->cases);
	json_decref(r->before_change);
	*r = (us_hook_result){ 0 };
}
