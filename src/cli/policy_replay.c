#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "unstick/auto.h"
#include "unstick/fixture.h"

/* The settings that unstick.yaml has for this file, if it lists it. */
static const us_policy_file *configured(const us_config *c, const char *path)
{
	for (size_t i = 0; i < c->policies_len; i++)
		if (strcmp(c->policies[i].path, path) == 0)
			return &c->policies[i];
	return NULL;
}

/* --policy FILE...: these in place of the configured ones. */
static us_code load_policies(struct session *s, us_err *err)
{
	us_config config = *s->config; /* borrows all of it */
	us_policy_file *files;
	us_code rc;

	if (s->policies_given.len == 0)
		return session_load_policies_offline(s, s->config, err);
	files = calloc(s->policies_given.len, sizeof(*files));
	if (!files)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < s->policies_given.len; i++) {
		char *path = s->policies_given.items[i];
		const us_policy_file *known = configured(s->config, path);

		files[i] = known ? *known : (us_policy_file){ .path = path };
	}
	config.policies = files;
	config.policies_len = s->policies_given.len;
	rc = session_load_policies_offline(s, &config, err);
	free(files);
	return rc;
}

static us_code replay(struct session *s, us_err *err)
{
	us_fixture fixture = { 0 };
	us_outcome outcome = US_OUTCOME_UNDECIDED;
	json_t *view = NULL;
	us_code rc = session_configure(s, err);

	if (rc == US_OK)
		rc = us_fixture_read(&fixture, s->args[0], err);
	if (rc == US_OK)
		rc = load_policies(s, err);
	if (rc == US_OK)
		rc = us_fixture_decide(&view, &outcome, &fixture, s->policies,
			s->config->allow_override, err);
	if (rc == US_OK &&
		!document_set(s->document, "cases", json_pack("[o]", view)))
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK)
		s->status = outcome == US_OUTCOME_PLANNED ? 2 : 3;
	us_fixture_fini(&fixture);
	return rc;
}

const struct cmd cmd_policy_replay = {
	.name = "policy replay",
	.usage = "FILE",
	.summary = "decides a recorded case again; needs no database",
	.help = "Asks the configured policies (or those given with --policy, and "
		"then the\n"
		"built-in ones) about a case that `unstick explain NAME --record "
		"FILE` has\n"
		"written, and the guard about their answer. Exits as `audit` would "
		"have. A\n"
		"policy that asks the database finds none.\n",
	.args = 1,
	.run = replay,
};
