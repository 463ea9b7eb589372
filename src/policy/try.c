/* Policies tried on sample cases. They are such as unstick makes, so what breaks on
 * one would break in a run; what breaks on none may still break. A slip (a name
 * that no case has, an answer that is no verdict) is a mistake for certain;
 * anything else that raises is a warning, and what needs a database can't be told.
 */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "samples.h"
#include "unstick/auto.h"

struct trial {
	us_checkup *checkup;
	us_host *const *hosts;
	size_t n;
	/* n times US_HANDLERS: a case got there before anybody answered; and who
	 * answered instead (an index, plus one). */
	bool *reached;
	size_t *instead;
	bool *used; /* it was tried at all */
};

/* ---- one answer ---- */

static bool asked_database(const us_host *h)
{
	return json_object_get(h->reads, "db:query") != NULL;
}

static bool is_permitted(const json_t *kase, const us_verdict *v)
{
	const json_t *permitted = json_object_get(kase, "permitted"), *one;
	size_t i;

	json_array_foreach(permitted, i, one)
	{
		if (strcmp(json_string_value(one), us_action_name(v->action)) == 0)
			return true;
	}
	return false;
}

/* The reason of a policy that broke, without "policy x failed: ". */
static const char *what_broke(const us_verdict *v)
{
	const char *at = strstr(v->reason, " failed: ");

	return at ? at + strlen(" failed: ") : v->reason;
}

static void tell_answer(struct trial *t, us_host *h, const char *handler,
	const json_t *sample, const json_t *kase, const us_verdict *v)
{
	const char *what = json_string_value(json_object_get(sample, "what"));

	if (!v->given)
		return;
	if (v->broke && asked_database(h))
		us_checkup_tell(t->checkup, "note", h->name, 0,
			"`%s` asks the database, so it could not be tried to its "
			"end",
			handler);
	else if (v->broke && (h->slip || h->limit != US_WITHIN_LIMITS))
		us_checkup_tell(
			t->checkup, "error", h->name, v->line, "%s", what_broke(v));
	else if (v->broke)
		us_checkup_tell(t->checkup, "warning", h->name, v->line,
			"%s (on %s)", what_broke(v), what);
	else if (!v->override && !is_permitted(kase, v))
		us_checkup_tell(t->checkup, "note", h->name, v->line,
			"`%s` answers %s where the guard would refuse it (%s): ask "
			"case:permits(\"%s\") first",
			handler, us_action_name(v->action), what,
			us_action_name(v->action));
}

/* ---- all hosts, one case ---- */

static us_code ask_all(struct trial *t, us_case_kind kind, const json_t *sample,
	const json_t *kase, us_err *err)
{
	size_t answered = 0; /* by whom, plus one */

	for (size_t i = 0; i < t->n; i++) {
		us_host *h = t->hosts[i];
		const int handler = us_host_handler(h, kind);
		const size_t at = i * US_HANDLERS + (size_t)handler;
		us_verdict v;
		us_code rc;

		/* What breaks on wrong settings is their mistake, told already. */
		if (h->handlers[handler] == LUA_NOREF || !h->L || h->unsettled)
			continue;
		t->used[at] = true;
		t->reached[at] = t->reached[at] || answered == 0;
		t->instead[at] = answered;
		rc = us_host_decide(h, kind, kase, &v, err);
		if (rc != US_OK)
			return rc;
		tell_answer(
			t, h, us_policy_handler((size_t)handler), sample, kase, &v);
		if (v.given && !v.broke && answered == 0)
			answered = i + 1;
		us_verdict_fini(&v);
	}
	return US_OK;
}

static us_code try_sample(
	struct trial *t, const json_t *ordinary, const json_t *sample, us_err *err)
{
	json_t *kase = json_deep_copy(ordinary);
	const json_t *given = json_object_get(sample, "case");
	json_t *refused = json_object_get(given, "not_permitted");
	const char *kind;
	us_code rc;

	/* What is permitted in this case is not refused as it was before. */
	if (!kase || json_object_update_recursive(kase, (json_t *)given) != 0 ||
		(refused && json_object_set(kase, "not_permitted", refused) != 0)) {
		json_decref(kase);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	kind = json_string_value(json_object_get(kase, "kind"));
	rc = ask_all(t, (us_case_kind)us_handler_index(kind), sample, kase, err);
	json_decref(kase);
	return rc;
}

static void tell_unreached(const struct trial *t)
{
	for (size_t at = 0; at < t->n * US_HANDLERS; at++) {
		const us_host *h = t->hosts[at / US_HANDLERS];
		const size_t handler = at % US_HANDLERS;

		if (t->used[at] && !t->reached[at] && t->instead[at] > 0)
			us_checkup_tell(t->checkup, "note", h->name,
				h->lines[handler],
				"`%s` was asked in no case that was tried: %s "
				"answered before",
				us_policy_handler(handler),
				t->hosts[t->instead[at] - 1]->name);
	}
}

us_code us_checkup_try(
	us_checkup *checkup, us_host *const *hosts, size_t n, us_err *err)
{
	struct trial t = { .checkup = checkup, .hosts = hosts, .n = n };
	json_t *samples = json_loads(us_text_samples_json, 0, NULL);
	const json_t *ordinary = json_object_get(samples, "ordinary"), *sample;
	us_code rc = US_OK;
	size_t i;

	t.reached = calloc(n + 1, US_HANDLERS * sizeof(*t.reached));
	t.instead = calloc(n + 1, US_HANDLERS * sizeof(*t.instead));
	t.used = calloc(n + 1, US_HANDLERS * sizeof(*t.used));
	if (!samples || !t.reached || !t.instead || !t.used)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	json_array_foreach(json_object_get(samples, "cases"), i, sample)
	{
		if (rc == US_OK)
			rc = try_sample(&t, ordinary, sample, err);
	}
	if (rc == US_OK)
		tell_unreached(&t);
	free(t.reached);
	free(t.instead);
	free(t.used);
	json_decref(samples);
	return rc;
}
