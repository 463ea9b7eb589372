/* The Lua module `unstick`: asks a policy about a case from a plain Lua 5.4,
 * through the very host the program uses, so that what a spec sees is what will
 * happen.
 *
 *   local unstick = require("unstick")
 *   local decide = unstick.policy("policies/timeout.lua")
 *   decide(unstick.case { kind = "timeout", permitted = { "applied" } }).action
 *
 * Two Lua states are at work: the caller's, here as L, and the policy's own, which
 * only src/policy sees. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "from_lua.h"
#include "host.h"
#include "module.h"
#include "unstick/auto.h"

#define POLICY_TYPE "unstick.PolicyObject"

/* What unstick.yaml gives a policy unless it says otherwise (CONTRACTS). */
static const us_limits ordinary_limits = {
	.memory_bytes = 32UL * 1024 * 1024,
	.instructions = 50000000,
	.wall_ms = 2000,
};

/* ---- unstick.policy ---- */

static us_code load(us_policies **out, const char *path, json_t *with,
	const us_limits *limits, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	us_policy_file file = { .with = with };
	us_config config = {
		.policies = &file, .policies_len = 1, .limits = *limits
	};
	bool is_file = strchr(path, '/') || strstr(path, ".lua");
	us_code rc = us_strf(&name, err, "%s%s", is_file ? "" : "builtin:", path);

	if (rc != US_OK)
		return rc;
	file.path = name;
	return us_policies_load(out, &config, (us_policy_db){ 0 }, NULL, NULL, err);
}

static void p_read_limit(lua_State *L, const char *name, uint64_t *limit)
{
	lua_Integer value;

	if (lua_getfield(L, 2, name) != LUA_TNIL) {
		value = luaL_checkinteger(L, -1);
		luaL_argcheck(L, value > 0, 2, "a limit must be positive");
		*limit = (uint64_t)value;
	}
	lua_pop(L, 1);
}

/* Options at stack index 2: memory (bytes), instructions, time_ms; `with` is left
 * on top of the stack, a table or nil. */
static us_limits p_read_options(lua_State *L)
{
	static const char *const known[] = { "instructions", "memory", "time_ms",
		"with" };
	us_limits limits = ordinary_limits;
	uint64_t memory = limits.memory_bytes, time_ms = (uint64_t)limits.wall_ms;

	if (lua_isnoneornil(L, 2)) {
		lua_settop(L, 2);
		lua_pushnil(L);
		return limits;
	}
	luaL_checktype(L, 2, LUA_TTABLE);
	for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
		const char *name = lua_type(L, -2) == LUA_TSTRING
					   ? lua_tostring(L, -2)
					   : "that";
		bool found = false;

		for (size_t i = 0; i < US_LEN(known); i++)
			found = found || strcmp(known[i], name) == 0;
		if (!found)
			luaL_error(L,
				"unstick.policy has no option '%s' (options: with, "
				"memory, instructions, time_ms)",
				name);
	}
	p_read_limit(L, "memory", &memory);
	p_read_limit(L, "instructions", &limits.instructions);
	p_read_limit(L, "time_ms", &time_ms);
	limits.memory_bytes = (size_t)memory;
	limits.wall_ms = (int64_t)time_ms;
	if (lua_getfield(L, 2, "with") != LUA_TNIL)
		luaL_checktype(L, -1, LUA_TTABLE);
	return limits;
}

static int p_policy(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1);
	us_policies **box;
	us_limits limits;
	us_err err = { .msg = "out of memory" };
	json_t *with = NULL;
	us_code rc = US_E_NOMEM;

	lua_settop(L, 2);
	limits = p_read_options(L); /* path options with */
	box = lua_newuserdatauv(L, sizeof(us_policies *), 0);
	*box = NULL;
	luaL_setmetatable(L, POLICY_TYPE);
	/* From here to the release of `with` nothing raises. */
	if (lua_istable(L, 3))
		with = us_json_from_lua(L, 3, NULL, NULL, &us_lua_null, &err);
	if (with || lua_isnil(L, 3))
		rc = load(box, path, with, &limits, &err);
	json_decref(with);
	if (rc != US_OK)
		return luaL_error(L, "%s", err.msg);
	return 1;
}

static int p_policy_release(lua_State *L)
{
	us_policies **box = luaL_checkudata(L, 1, POLICY_TYPE);

	us_policies_free(*box);
	*box = NULL;
	return 0;
}

/* ---- deciding ---- */

static void p_set_text(lua_State *L, const char *name, const char *text)
{
	if (!text)
		return;
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static void p_push_verdict(lua_State *L, const us_verdict *v)
{
	lua_createtable(L, 0, 8);
	p_set_text(L, "action", us_action_name(v->action));
	p_set_text(L, "reason", v->reason);
	p_set_text(L, "policy", v->policy);
	p_set_text(L, "to", v->to);
	p_set_text(L, "trace", v->trace);
	lua_pushboolean(L, v->override);
	lua_setfield(L, -2, "override");
	if (v->line > 0) {
		lua_pushinteger(L, v->line);
		lua_setfield(L, -2, "line");
	}
	if (v->seconds >= 0) {
		lua_pushnumber(L, v->seconds);
		lua_setfield(L, -2, "seconds");
	}
}

static int p_verdict_release(lua_State *L)
{
	us_verdict_fini(lua_touserdata(L, 1));
	return 0;
}

/* A verdict that is released with its place on the stack. */
static us_verdict *p_new_verdict(lua_State *L)
{
	us_verdict *v = lua_newuserdatauv(L, sizeof(*v), 0);

	*v = (us_verdict){ 0 };
	if (luaL_newmetatable(L, "unstick.VerdictBox")) {
		lua_pushcfunction(L, p_verdict_release);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	return v;
}

/* policy case -> verdict or nil */
static int p_decide(lua_State *L)
{
	us_policies **box = luaL_checkudata(L, 1, POLICY_TYPE);
	const json_t *kase = p_check_case(L, 2);
	const char *kind = json_string_value(json_object_get(kase, "kind"));
	int handler = kind ? us_handler_index(kind) : -1;
	us_verdict *v = p_new_verdict(L);
	us_err err = { 0 };

	if (handler < 0 || handler == US_HANDLER_ANY)
		return luaL_error(
			L, "there is no kind of case '%s'", kind ? kind : "");
	if (us_policies_decide(*box, (us_case_kind)handler, kase, v, &err) != US_OK)
		return luaL_error(L, "%s", err.msg);
	if (v->given)
		p_push_verdict(L, v);
	else
		lua_pushnil(L);
	return 1;
}

/* ---- the module ---- */

static const luaL_Reg policy_meta[] = {
	{ "__call", p_decide },
	{ "__gc", p_policy_release },
	{ NULL, NULL },
};

static const luaL_Reg functions[] = {
	{ "case", p_case },
	{ "policy", p_policy },
	{ NULL, NULL },
};

__attribute__((visibility("default"))) int luaopen_unstick(lua_State *L);

int luaopen_unstick(lua_State *L)
{
	p_case_type_open(L);
	luaL_newmetatable(L, POLICY_TYPE);
	luaL_setfuncs(L, policy_meta, 0);
	luaL_newlib(L, functions);
	lua_pushlightuserdata(L, (void *)&us_lua_null);
	lua_setfield(L, -2, "null");
	return 1;
}
