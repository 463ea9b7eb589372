#include <stdlib.h>

#include "cmd.h"
#include "unstick/plan.h"

/* A failed record and a running one look alike; the evidence tells them apart. */
static us_code look_at(struct session *s, const us_case *c, us_err *err)
{
	us_judgement *j;
	json_t *v;
	us_code rc = us_glance(&j, s->run, c, err);

	if (rc != US_OK)
		return rc;
	v = us_judgement_view(j, NULL, s->config->verbose);
	us_judgement_free(j);
	if (json_array_append_new(json_object_get(s->document, "cases"), v) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

static us_code status(struct session *s, us_err *err)
{
	us_case *cases = NULL;
	size_t n = 0;
	us_code rc = session_open(s, err);

	if (rc == US_OK)
		rc = us_run_check_provider(s->run, err);
	if (rc == US_OK)
		rc = us_history_cases(s->run->history, &cases, &n, err);
	for (size_t i = 0; i < n && rc == US_OK; i++)
		rc = look_at(s, &cases[i], err);
	if (rc == US_OK && n > 0)
		rc = session_describe_lock(s, err);
	if (rc == US_OK && us_history_counts(s->run->history).failed > 0)
		s->status = 3;
	free(cases);
	return rc;
}

const struct cmd cmd_status = {
	.name = "status",
	.usage = "",
	.summary = "what is applied, pending, failed; never writes",
	.help = "Shows the history at a glance: failed migrations first, whatever "
		"else is\n"
		"pending. Takes no lock and writes nothing. Exits 3 if a migration "
		"failed.\n",
	.mode = US_DB_READ,
	.depth = US_DEPTH_CHECKSUMS,
	.run = status,
};
