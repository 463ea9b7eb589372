/* A case on paper. What it holds is what a policy is shown and what the guard
 * needs; a recorded incident is a test for ever, so what can't be read is said
 * clearly. */
#include "unstick/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/view.h"

/* ---- what must not leave the database ---- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Appends text with every `word` in it, if it stands alone, as "***". */
static void add_without(us_str *out, const char *text, const char *word)
{
	const size_t n = strlen(word);
	const char *from = text, *at;

	while ((at = strstr(from, word))) {
		bool alone = (at == text || !is_word(at[-1])) && !is_word(at[n]);

		us_str_addn(out, from, (size_t)(at - from));
		us_str_add(out, alone ? "***" : word);
		from = at + n;
	}
	us_str_add(out, from);
}

static bool scrub(json_t *v, const char *word);

static bool scrub_text(json_t *text, const char *word)
{
	US_AUTO(us_str_fini) us_str clean = { 0 };

	if (!strstr(json_string_value(text), word))
		return true;
	add_without(&clean, json_string_value(text), word);
	return !clean.failed && json_string_set(text, us_str_text(&clean)) == 0;
}

/* A word in all texts below v; false when out of memory. */
static bool scrub(json_t *v, const char *word) // NOLINT(misc-no-recursion)
{
	bool ok = true;
	size_t i;
	const char *key;
	json_t *member;

	if (json_is_string(v))
		return scrub_text(v, word);
	json_array_foreach(v, i, member) ok = scrub(member, word) && ok;
	json_object_foreach(v, key, member) ok = scrub(member, word) && ok;
	return ok;
}

/* Sessions' queries are other people's data; a host is nobody's business. */
static bool redact(json_t *fixture, const us_config *config)
{
	json_t *kase = json_object_get(fixture, "case");
	const char *host = config->url.host, *password = config->url.password;
	bool ok = true;
	size_t i;
	json_t *session;

	json_array_foreach(
		json_object_get(json_object_get(kase, "evidence"), "running"), i,
		session)
	{
		ok = json_object_set_new(session, "query", json_null()) == 0 && ok;
	}
	/* A short one can't be told from an ordinary word ("db"). */
	if (host && strlen(host) > 3 && strcmp(host, "localhost") != 0)
		ok = scrub(fixture, host) && ok;
	if (password && strlen(password) > 3)
		ok = scrub(fixture, password) && ok;
	return ok;
}

/* ---- writing ---- */

static json_t *view_permits(const us_permits *p)
{
	json_t *guard = json_object();
	bool ok = guard != NULL;

	for (size_t i = 0; i < US_ACTIONS; i++) {
		json_t *word = json_object();

		ok = json_object_set_new(
			     word, "allowed", json_boolean(p->allowed[i])) == 0 &&
		     json_object_set_new(word, "why", us_view_text(p->why[i])) ==
			     0 &&
		     json_object_set_new(
			     word, "never", us_view_text(p->never[i])) == 0 &&
		     ok;
		ok = json_object_set_new(
			     guard, us_action_name((us_action)i), word) == 0 &&
		     ok;
	}
	if (!ok) {
		json_decref(guard);
		guard = NULL;
	}
	return guard;
}

us_code us_fixture_make(
	json_t **out, const us_run *run, const us_judgement *j, us_err *err)
{
	static const char *const decided[] = { "verdict", "guard", "actions",
		"outcome" };
	json_t *seen = us_judgement_case(j, run, false);
	json_t *kase = json_deep_copy(seen); /* the history in it is the run's */

	json_decref(seen);
	*out = NULL;
	for (size_t i = 0; kase && i < US_LEN(decided); i++)
		(void)json_object_del(kase, decided[i]);
	*out = json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "fixture",
		US_FIXTURE_SCHEMA, "unstick", US_VERSION, "provider",
		us_db_about(run->db).provider, "case", kase, "guard",
		view_permits(&j->permits), "rename_to",
		us_view_text(j->permits.rename_to));
	if (*out && redact(*out, run->config))
		return US_OK;
	json_decref(*out);
	*out = NULL;
	return us_fail(err, US_E_NOMEM, "out of memory");
}

us_code us_fixture_write(const json_t *fixture, const char *path, us_err *err)
{
	US_AUTO(auto_str) char *text = json_dumps(fixture, JSON_INDENT(2));
	US_AUTO(auto_str) char *whole = NULL;
	us_code rc;

	if (!text)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_strf(&whole, err, "%s\n", text);
	return rc == US_OK ? us_file_create(path, whole, strlen(whole), err) : rc;
}

/* ---- a case made by hand ---- */

static bool lists(const json_t *list, const char *word)
{
	size_t i;
	const json_t *v;

	json_array_foreach(list, i, v)
	{
		if (json_is_string(v) && strcmp(json_string_value(v), word) == 0)
			return true;
	}
	return false;
}

static const char *only_candidate(const json_t *kase)
{
	const json_t *all =
		json_object_get(json_object_get(kase, "evidence"), "candidates");
	size_t i;
	const json_t *v;

	json_array_foreach(all, i, v)
	{
		if (json_is_true(json_object_get(v, "same_checksum")) &&
			json_is_true(json_object_get(v, "only_match")) &&
			json_is_true(json_object_get(v, "same_place")))
			return json_string_value(json_object_get(v, "name"));
	}
	return NULL;
}

us_code us_fixture_permits(us_permits *out, const json_t *kase, us_err *err)
{
	const char *kind = json_string_value(json_object_get(kase, "kind"));
	const char *to = only_candidate(kase);
	us_code rc = US_OK;

	*out = (us_permits){ 0 };
	for (size_t i = 0; i < US_ACTIONS && rc == US_OK; i++) {
		const char *name = us_action_name((us_action)i);
		const char *why = json_string_value(json_object_get(
			json_object_get(kase, "not_permitted"), name));

		out->allowed[i] = lists(json_object_get(kase, "permitted"), name);
		if (out->allowed[i] || !why)
			why = out->allowed[i] ? "the case permits it"
					      : "the case doesn't permit it";
		rc = us_strdup(&out->why[i], why, err);
		if (rc == US_OK && kind && strcmp(kind, "in_progress") == 0)
			rc = us_strdup(&out->never[i],
				"not even an override acts where somebody may be "
				"at it",
				err);
	}
	if (rc == US_OK && to)
		rc = us_strdup(&out->rename_to, to, err);
	if (rc != US_OK)
		us_permits_fini(out);
	return rc;
}

/* ---- deciding ---- */

static bool is_failed(const json_t *kase)
{
	size_t i;
	const json_t *v;

	json_array_foreach(json_object_get(kase, "records"), i, v)
	{
		if (json_is_null(json_object_get(v, "finished_at")) &&
			json_is_null(json_object_get(v, "rolled_back_at")))
			return true;
	}
	return false;
}

/* The case as audit shows it; a recording holds no second question. */
static json_t *view(const us_fixture *f, const us_verdict *v, const us_guard *g,
	us_outcome outcome, const json_t *trace)
{
	static const char *const asked[] = { "now", "history", "deadline_seconds" };
	json_t *kase = json_copy(f->kase);
	bool ok = kase != NULL;

	for (size_t i = 0; ok && i < US_LEN(asked); i++)
		(void)json_object_del(kase, asked[i]);
	ok = ok && json_object_set_new(kase, "verdict", us_view_verdict(v)) == 0 &&
	     json_object_set_new(kase, "guard",
		     v->given ? us_view_guard(g) : json_null()) == 0 &&
	     json_object_set_new(kase, "actions", json_null()) == 0 &&
	     json_object_set_new(
		     kase, "outcome", json_string(us_outcome_name(outcome))) == 0;
	if (ok && outcome == US_OUTCOME_PLANNED && v->action == US_ACTION_RENAME &&
		is_failed(kase))
		ok = json_object_set_new(kase, "outcome_why",
			     json_string("a run would ask again under the new "
					 "name before it wrote anything")) == 0;
	if (ok && trace)
		ok = json_object_set_new(kase, "trace", json_deep_copy(trace)) == 0;
	if (ok)
		return kase;
	json_decref(kase);
	return NULL;
}

us_code us_fixture_decide(json_t **out, us_outcome *outcome, const us_fixture *f,
	us_policies *policies, bool allow_override, us_err *err)
{
	us_verdict v = { 0 };
	us_guard g = { 0 };
	us_code rc = us_policies_decide(policies, f->kind, f->kase, &v, err);

	*out = NULL;
	if (rc == US_OK && v.given)
		rc = us_guard_check(&g, &f->permits, allow_override, &v, err);
	if (rc == US_OK) {
		*outcome = us_outcome_of(&v, &g);
		if (*outcome == US_OUTCOME_WAITING) /* as in every dry run */
			*outcome = US_OUTCOME_PLANNED;
		*out = view(f, &v, &g, *outcome, us_policies_trace(policies));
		if (!*out)
			rc = us_fail(err, US_E_NOMEM, "out of memory");
	}
	us_verdict_fini(&v);
	us_guard_fini(&g);
	return rc;
}
