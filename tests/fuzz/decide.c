#include "decide.h"

#include <math.h>
#include <string.h>

#include "../../src/policy/host.h"
#include "fuzz.h"
#include "unstick/auto.h"
#include "unstick/utf8.h"

/* Logs that are no UTF-8 any more by the time they get here don't exist; long ones
 * do.
 */
static const char stuck[] =
	"{\"name\": \"20240102_add_age\", \"index\": 3, \"directory\": null,"
	" \"kind\": \"failure\", \"cause\": \"lock\", \"records\": [{\"id\": \"1\","
	"   \"checksum\": \"c\", \"started_at\": \"2026-11-22T16:00:00Z\","
	"   \"finished_at\": null, \"rolled_back_at\": null,"
	"   \"applied_steps_count\": 0, \"logs\": \"x\\u0000\\u001b[31m\"}],"
	" \"attempts\": 0, \"attempts_left\": 3, \"age_seconds\": 86400,"
	" \"deadline_seconds\": 60, \"evidence\": {\"state\": \"partial\","
	"   \"proof\": \"catalog\", \"why\": null, \"prefixes\": [1, 2],"
	"   \"applied_prefix\": {\"min\": 1, \"max\": 2}, \"reruns\": false,"
	"   \"rerun_why\": \"no\", \"atomic\": null, \"edited\": false,"
	"   \"error\": null, \"running\": [], \"leftovers\": [],"
	"   \"candidates\": [], \"statements\": [{\"index\": 1, \"line\": 1,"
	"     \"kind\": \"CREATE TABLE\", \"sql\": \"x\", \"state\": \"present\","
	"     \"why\": null}]},"
	" \"permitted\": [\"rolled_back\", \"wait\", \"skip\", \"stop\"],"
	" \"not_permitted\": {\"applied\": \"statement 3 is absent\"},"
	" \"now\": \"2026-11-23T16:00:00Z\", \"history\": []}";

static void check_text(const char *text, size_t max)
{
	must(text && *text);
	must(strlen(text) <= max);
	must(us_utf8_valid(text, strlen(text)));
}

static void check_verdict(const us_verdict *v)
{
	if (!v->given) {
		must(!v->reason && !v->to);
		return;
	}
	check_text(v->reason, US_POLICY_TEXT_MAX);
	must(us_action_name(v->action) != NULL);
	must(v->policy && strcmp(v->policy, "fuzzed.lua") == 0);
	must(v->line >= 0);
	must(!v->broke || v->action == US_ACTION_STOP);
	must((v->action == US_ACTION_WAIT) == (v->seconds > 0));
	must(!isnan(v->seconds) && !isinf(v->seconds));
	must((v->action == US_ACTION_RENAME) == (v->to != NULL));
	if (v->to)
		must(strlen(v->to) <= 255 && !strchr(v->to, '/'));
	if (v->trace)
		must(strlen(v->trace) <= US_POLICY_TRACE_MAX);
}

void decide(const char *lua, size_t len)
{
	us_host_run run = { .limits = { 2UL * 1024 * 1024, 20000, 10000 } };
	us_host_source source = { .name = "fuzzed.lua", .text = lua, .len = len };
	json_t *kase = json_loads(stuck, JSON_ALLOW_NUL, NULL);
	us_host *h = NULL;
	us_err err = { 0 };

	must(kase != NULL);
	if (us_host_new(&h, &source, &run, &err) != US_OK) {
		must(!h && err.msg[0]);
		must(us_utf8_valid(err.msg, strlen(err.msg)));
	}
	for (int i = 0; h && i < 3 * US_CASE_KINDS; i++) {
		us_verdict v;

		must(us_host_decide(h, (us_case_kind)(i % US_CASE_KINDS), kase, &v,
			     &err) == US_OK);
		check_verdict(&v);
		us_verdict_fini(&v);
	}
	must(run.conn == NULL);
	us_host_free(h);
	json_decref(kase);
}
