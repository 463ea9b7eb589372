/* The built-in policies, compiled in: files of policies/, one decision each. */
#include <string.h>

#include "builtin_policies.h"
#include "host.h"
#include "unstick/auto.h"

#define BUILTIN(name)                                                              \
	{                                                                          \
#name, us_text_##name##_lua, sizeof(us_text_##name##_lua) - 1      \
	}

static const us_builtin builtins[] = {
	BUILTIN(in_progress),
	BUILTIN(name_mismatch),
	BUILTIN(partial_apply),
	BUILTIN(timeout),
	BUILTIN(failure),
};

/* What `require` finds as "builtin.<name>", from any policy. */
static const us_builtin modules[] = {
	{ "builtin.words", us_text_builtin_words_lua,
		sizeof(us_text_builtin_words_lua) - 1 },
};

const us_builtin *us_builtin_module(const char *name)
{
	for (size_t i = 0; i < US_LEN(modules); i++)
		if (strcmp(modules[i].name, name) == 0)
			return &modules[i];
	return NULL;
}

const char *us_policy_api(void)
{
	return us_text_meta_unstick_lua;
}

const us_builtin *us_builtins(size_t *n)
{
	*n = US_LEN(builtins);
	return builtins;
}
