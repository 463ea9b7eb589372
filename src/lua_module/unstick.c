/* The Lua module `unstick`: asks a policy about a case from a plain Lua 5.4,
 * through the very host the program uses, so that what a spec sees is what will
 * happen.
 *
 *   local unstick = require("unstick")
 *   local decide = unstick.policy("policies/timeout.lua")
 *   local answer, guard = decide(unstick.case_from("spec/cases/incident.json"))
 *
 * Two Lua states are at work: the caller's, here as L, and the policy's own, which
 * only src/policy sees. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "from_lua.h"
#include "host.h"
#include "module.h"
#include "unstick/auto.h"

#define POLICY_TYPE "unstick.PolicyObject"

/* What unstick.policy and unstick.project return. */
struct asked {
	us_policies *policies;
	bool allow_override; /* as in unstick.yaml */
};

/* What unstick.yaml gives a policy unless it says otherwise
 * (docs/configuration.md). */
static const us_limits ordinary_limits = {
	.memory_bytes = 32UL * 1024 * 1024,
	.instructions = 50000000,
	.wall_ms = 2000,
};

/* The process is somebody else's and isn't ended; but whoever sits before a spec
 * that hangs should know why. */
static void say_overrun(void *ctx, const us_err *why)
{
	(void)ctx;
	fprintf(stderr, "unstick: %s: waiting for it to return\n", why->msg);
}

/* ---- unstick.policy ---- */

static us_code load(us_policies **out, const char *path, json_t *with,
	const us_limits *limits, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	us_policy_file file = { .with = with };
	us_config config = {
		.policies = &file, .policies_len = 1, .limits = *limits
	};
	us_policy_outside outside = { .overrun = say_overrun };
	bool is_file = strchr(path, '/') || strstr(path, ".lua");
	us_code rc = us_strf(&name, err, "%s%s", is_file ? "" : "builtin:", path);

	if (rc != US_OK)
		return rc;
	file.path = name;
	return us_policies_load(out, &config, &outside, err);
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
	static const char *const known[] = { "allow_override", "instructions",
		"memory", "time_ms", "with" };
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
				"allow_override, memory, instructions, time_ms)",
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

/* Nothing to release yet, and yet sure to be released. */
static struct asked *p_new_asked(lua_State *L)
{
	struct asked *a = lua_newuserdatauv(L, sizeof(*a), 0);

	*a = (struct asked){ 0 };
	luaL_setmetatable(L, POLICY_TYPE);
	return a;
}

static bool p_read_override(lua_State *L)
{
	bool allowed = false;

	if (lua_istable(L, 2)) {
		lua_getfield(L, 2, "allow_override");
		allowed = lua_toboolean(L, -1);
		lua_pop(L, 1);
	}
	return allowed;
}

static int p_policy(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1);
	struct asked *box;
	us_limits limits;
	us_err err = { .msg = "out of memory" };
	json_t *with = NULL;
	us_code rc = US_E_NOMEM;

	lua_settop(L, 2);
	limits = p_read_options(L); /* path options with */
	box = p_new_asked(L);
	box->allow_override = p_read_override(L);
	/* From here to the release of `with` nothing raises. */
	if (lua_istable(L, 3))
		with = us_json_from_lua(L, 3, NULL, NULL, &us_lua_null, &err);
	if (with || lua_isnil(L, 3))
		rc = load(&box->policies, path, with, &limits, &err);
	json_decref(with);
	if (rc != US_OK)
		return luaL_error(L, "%s", err.msg);
	return 1;
}

/* All policies of an unstick.yaml, with their settings, in the order of a run. */
static int p_project(lua_State *L)
{
	const us_options options = { .config = luaL_optstring(L, 1, "unstick.yaml"),
		.offline = true };
	us_policy_outside outside = { .overrun = say_overrun };
	us_err err = { .msg = "out of memory" };
	struct asked *box = p_new_asked(L);
	us_config *config = NULL;
	us_code rc = us_config_load(&config, &options, &err);

	if (rc == US_OK) {
		box->allow_override = config->allow_override;
		rc = us_policies_load(&box->policies, config, &outside, &err);
	}
	us_config_free(config);
	if (rc != US_OK)
		return luaL_error(L, "%s", err.msg);
	return 1;
}

static int p_policy_release(lua_State *L)
{
	struct asked *box = luaL_checkudata(L, 1, POLICY_TYPE);

	us_policies_free(box->policies);
	box->policies = NULL;
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

static void p_push_guard(lua_State *L, const us_guard *g)
{
	lua_createtable(L, 0, 3);
	p_set_text(L, "why", g->why);
	lua_pushboolean(L, g->allowed);
	lua_setfield(L, -2, "allowed");
	lua_pushboolean(L, g->overridden);
	lua_setfield(L, -2, "overridden");
}

/* What is released with its place on the stack. */
struct decision {
	us_verdict verdict;
	us_guard guard;
};

static int p_decision_release(lua_State *L)
{
	struct decision *d = lua_touserdata(L, 1);

	us_verdict_fini(&d->verdict);
	us_guard_fini(&d->guard);
	return 0;
}

static struct decision *p_new_decision(lua_State *L)
{
	struct decision *d = lua_newuserdatauv(L, sizeof(*d), 0);

	*d = (struct decision){ 0 };
	if (luaL_newmetatable(L, "unstick.Decision")) {
		lua_pushcfunction(L, p_decision_release);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	return d;
}

/* policy case -> verdict guard, or nil */
static int p_decide(lua_State *L)
{
	const struct asked *box = luaL_checkudata(L, 1, POLICY_TYPE);
	const us_fixture *f = p_check_case(L, 2);
	struct decision *d = p_new_decision(L);
	us_err err = { 0 };
	us_code rc;

	/* Their metatables can be had, and __gc be called by hand. */
	luaL_argcheck(L, box->policies, 1, "it was released");
	luaL_argcheck(L, f->kase, 2, "it was released");
	rc = us_policies_decide(box->policies, f->kind, f->kase, &d->verdict, &err);
	if (rc == US_OK && d->verdict.given)
		rc = us_guard_check(&d->guard, &f->permits, box->allow_override,
			&d->verdict, &err);
	if (rc != US_OK)
		return luaL_error(L, "%s", err.msg);
	if (!d->verdict.given) {
		lua_pushnil(L);
		return 1;
	}
	p_push_verdict(L, &d->verdict);
	p_push_guard(L, &d->guard);
	return 2;
}

/* ---- the module ---- */

static const luaL_Reg policy_meta[] = {
	{ "__call", p_decide },
	{ "__gc", p_policy_release },
	{ NULL, NULL },
};

static const luaL_Reg functions[] = {
	{ "case", p_case },
	{ "case_from", p_case_from },
	{ "policy", p_policy },
	{ "project", p_project },
	{ NULL, NULL },
};

__attribute__((visibility("default"))) int luaopen_unstick(lua_State *L);

int luaopen_unstick(lua_State *L)
{
	p_check_interpreter(L);
	p_case_type_open(L);
	luaL_newmetatable(L, POLICY_TYPE);
	luaL_setfuncs(L, policy_meta, 0);
	luaL_newlib(L, functions);
	lua_pushlightuserdata(L, (void *)&us_lua_null);
	lua_setfield(L, -2, "null");
	return 1;
}
