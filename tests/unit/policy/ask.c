#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const us_limits roomy = { 32UL * 1024 * 1024, 50000000, 20000 };

static const char ordinary[] =
	"{\"name\": \"20240102_add_age\", \"index\": 3, \"directory\": null,"
	" \"kind\": \"failure\", \"cause\": \"lock\","
	" \"records\": [{\"id\": \"1\", \"checksum\": \"c\", \"started_at\":"
	"   \"2026-11-22T16:00:00Z\", \"finished_at\": null, \"rolled_back_at\": "
	"null,"
	"   \"applied_steps_count\": 0, \"logs\": null}],"
	" \"attempts\": 0, \"attempts_left\": 3, \"age_seconds\": 86400,"
	" \"evidence\": {\"state\": \"partial\", \"proof\": \"catalog\","
	"   \"prefixes\": [1, 2], \"applied_prefix\": {\"min\": 1, \"max\": 2},"
	"   \"atomic\": null, \"edited\": false, \"error\": null, \"running\": [],"
	"   \"leftovers\": [], \"candidates\": [], \"statements\": ["
	"     {\"index\": 1, \"line\": 1, \"kind\": \"CREATE TABLE\", \"sql\": "
	"\"x\","
	"      \"state\": \"present\", \"why\": null}]},"
	" \"permitted\": [\"rolled_back\", \"wait\", \"skip\", \"stop\"],"
	" \"not_permitted\": {\"applied\": \"statement 3 is absent\"},"
	" \"now\": \"2026-11-23T16:00:00Z\","
	" \"history\": [{\"name\": \"a\", \"state\": \"applied\", \"edited\": "
	"false},"
	"   {\"name\": \"b\", \"state\": \"failed\", \"edited\": null}],"
	" \"big\": 9007199254740993, \"real\": 0.5}";

json_t *make_case(const char *changes)
{
	json_error_t e;
	json_t *kase = json_loads(ordinary, 0, &e);
	json_t *over = changes ? json_loads(changes, 0, &e) : NULL;

	if (!kase || (changes && !over))
		fail_msg("a test's case: %s", e.text);
	if (over)
		assert_int_equal(json_object_update_recursive(kase, over), 0);
	json_decref(over);
	return kase;
}

us_code load_policy(
	us_policies **out, const scratch *s, const question *q, us_err *err)
{
	char *path = scratch_path(s, "policies/p.lua");
	json_t *with = q->with ? json_loads(q->with, 0, NULL) : NULL;
	us_policy_file file = { .path = path, .with = with };
	us_config config = { .policies = &file,
		.policies_len = 1,
		.limits = q->limits.memory_bytes ? q->limits : roomy };
	us_code rc;

	scratch_write(s, "policies/p.lua", q->text);
	rc = us_policies_load(out, &config, &q->outside, err);
	json_decref(with);
	free(path);
	return rc;
}

us_code ask(const scratch *s, const question *q, us_verdict *out, us_err *err)
{
	json_t *kase = make_case(q->kase);
	us_policies *p;
	us_code rc = load_policy(&p, s, q, err);

	*out = (us_verdict){ 0 };
	if (rc == US_OK)
		rc = us_policies_decide(
			p, q->kind ? q->kind : US_CASE_FAILURE, kase, out, err);
	us_policies_free(p);
	json_decref(kase);
	return rc;
}

void expect_stop(const scratch *s, const char *body, const char *part)
{
	us_verdict v;
	us_err err = { 0 };
	char *text = NULL;

	assert_true(asprintf(&text,
			    "return { failure = function(case, db, with) %s end }",
			    body) > 0);
	assert_ok(ask(s, &(question){ .text = text, .with = "{\"n\": [1]}" }, &v,
			  &err),
		&err);
	if (!v.given || v.action != US_ACTION_STOP || !strstr(v.reason, part))
		fail_msg("%s\n  expected a stop with '%s', got %s '%s'", body, part,
			v.given ? us_action_name(v.action) : "nothing",
			v.reason ? v.reason : "");
	if (!strstr(v.reason, "p.lua failed: "))
		fail_msg("%s\n  whose fault? '%s'", body, v.reason);
	us_verdict_fini(&v);
	free(text);
}
