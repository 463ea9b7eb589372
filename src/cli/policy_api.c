#include "cmd.h"

static us_code api(struct session *s, us_err *err)
{
	if (!document_set(s->document, "api", json_string(us_policy_api())))
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

const struct cmd cmd_policy_api = {
	.name = "policy api",
	.usage = "",
	.summary = "all that a policy can see, for lua-language-server",
	.help = "Prints the LuaCATS definitions of this very version: save them "
		"where\n"
		"lua-language-server finds them, and it completes and checks your "
		"policies.\n"
		"\n"
		"  unstick policy api > .unstick/unstick.lua\n",
	.run = api,
};
