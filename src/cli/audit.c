#include "cmd.h"
#include "unstick/action.h"

static us_code audit(struct session *s, us_err *err)
{
	us_code rc = session_open(s, err);

	if (rc == US_OK)
		rc = us_run_check_provider(s->run, err);
	if (rc == US_OK)
		rc = session_load_policies(s, err);
	if (rc == US_OK)
		rc = us_audit(&s->cases, &s->status, s->run, s->policies, err);
	if (s->cases && !document_set(s->document, "cases", json_incref(s->cases)))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK)
		rc = session_describe_lock(s, err);
	return rc;
}

const struct cmd cmd_audit = {
	.name = "audit",
	.usage = "",
	.summary = "what `resolve` would do, and why; never writes",
	.help = "Runs everything that `unstick resolve` runs up to the point of "
		"writing:\n"
		"evidence, policies, guard. Takes no lock; says who holds it. "
		"Exits 0 if\n"
		"there is nothing to do, 2 if every case is decided and permitted, "
		"3 if one\n"
		"needs a person.\n",
	.mode = US_DB_READ,
	.depth = US_DEPTH_TEXTS,
	.run = audit,
};
