/* log.info and log.warn: a policy's remarks, bounded in length and number. */
#include <lauxlib.h>

#include "host.h"

#define MESSAGES_MAX 100 /* of one call */

static void emit(us_host *h, const char *level, const char *text, size_t len)
{
	const us_policy_outside *outside = &h->run->outside;
	us_str clean = { 0 };
	int64_t paused;

	h->logged++;
	if (!outside->log || h->logged > MESSAGES_MAX + 1)
		return;
	if (h->logged == MESSAGES_MAX + 1)
		us_str_addf(&clean, "%s: further messages are left out", h->name);
	else
		us_policy_text(&clean, text, len, US_POLICY_TEXT_MAX);
	paused = us_limits_pause(h); /* a terminal may be held up (Ctrl-S) */
	outside->log(outside->ctx, level, us_str_text(&clean));
	us_limits_resume(h, paused);
	us_str_fini(&clean);
}

static int p_log(lua_State *L, const char *level)
{
	size_t len;
	const char *text = luaL_checklstring(L, 1, &len);

	emit(us_host_of(L), level, text, len);
	return 0;
}

static int p_info(lua_State *L)
{
	return p_log(L, "info");
}

static int p_warn(lua_State *L)
{
	return p_log(L, "warn");
}

static const luaL_Reg functions[] = {
	{ "info", p_info },
	{ "warn", p_warn },
	{ NULL, NULL },
};

void p_log_open(lua_State *L)
{
	luaL_newlib(L, functions);
	p_freeze(L, "log", US_MISSING_RAISES);
}
