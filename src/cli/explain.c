#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "unstick/action.h"
#include "unstick/auto.h"
#include "unstick/fixture.h"
#include "unstick/view.h"

static us_code no_such_name(const struct session *s, const char *name, us_err *err)
{
	US_AUTO(auto_str) char *hint = NULL;
	us_code rc = us_history_suggest(&hint, s->run->history, name, err);

	if (rc != US_OK)
		return rc;
	return us_fail(err, US_E_DIRECTORY,
		"%s: neither in the migrations directory nor in the ledger%s", name,
		hint);
}

/* --record: the case as a file that `policy replay` and specs read. */
static us_code record(struct session *s, const us_judgement *j, us_err *err)
{
	json_t *fixture;
	us_code rc = us_fixture_make(&fixture, s->run, j, err);

	if (rc != US_OK)
		return rc;
	rc = us_fixture_write(fixture, s->record, err);
	json_decref(fixture);
	if (rc == US_OK &&
		!document_set(s->document, "recorded", us_view_text(s->record)))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	return rc;
}

static us_code explain_case(struct session *s, const us_case *c, us_err *err)
{
	us_judgement *j;
	json_t *actions = NULL, *v;
	us_code rc = us_judge(&j, s->run, s->policies, c, err);

	if (rc != US_OK)
		return rc;
	if (s->record)
		rc = record(s, j, err);
	if (rc == US_OK)
		rc = us_action_preview(&actions, s->run, j, err);
	v = rc == US_OK ? us_judgement_view(j, actions, s->config->verbose) : NULL;
	us_judgement_free(j);
	if (rc == US_OK && json_array_append_new(
				   json_object_get(s->document, "cases"), v) != 0)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	return rc;
}

/* Only the one entry is of interest in the report. */
static us_code keep_entry(struct session *s, const char *name, us_err *err)
{
	json_t *history = json_object_get(s->document, "history");
	json_t *one = json_array(), *entry;
	size_t i;

	json_array_foreach(history, i, entry)
	{
		const char *of = json_string_value(json_object_get(entry, "name"));

		if (of && strcmp(of, name) == 0 &&
			json_array_append(one, entry) != 0)
			break;
	}
	if (!document_set(s->document, "history", one))
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

static us_code explain(struct session *s, us_err *err)
{
	const char *name = s->nargs > 0 ? s->args[0] : "";
	us_case *cases = NULL;
	size_t n = 0;
	us_code rc = session_open(s, err);

	if (rc == US_OK && !us_history_find(s->run->history, name))
		rc = no_such_name(s, name, err);
	if (rc == US_OK)
		rc = session_load_policies(s, err);
	if (rc == US_OK)
		rc = us_history_cases(s->run->history, &cases, &n, err);
	for (size_t i = 0; i < n && rc == US_OK; i++)
		if (strcmp(cases[i].entry->name, name) == 0)
			rc = explain_case(s, &cases[i], err);
	if (rc == US_OK && s->record && !json_object_get(s->document, "recorded"))
		rc = us_fail(err, US_E_USAGE,
			"%s needs no decision: there is no case to record", name);
	if (rc == US_OK)
		rc = session_describe_lock(s, err);
	if (rc == US_OK)
		rc = keep_entry(s, name, err);
	free(cases);
	return rc;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.usage = "NAME",
	.summary = "one stuck migration with all its evidence; never writes",
	.help = "Shows everything that is known about one migration: its records, "
		"the error\n"
		"they hold, the script statement by statement, who is at it, what "
		"is\n"
		"permitted and why the rest is not.\n"
		"\n"
		"With --record the case is also written to a new file, without "
		"passwords,\n"
		"users' data or hosts: `unstick policy replay FILE` decides it "
		"again without\n"
		"a database, and specs read it with unstick.case_from(FILE).\n",
	.args = 1,
	.mode = US_DB_READ,
	.depth = US_DEPTH_TEXTS,
	.run = explain,
};
