/* The table that a policy file returns: its handlers, its summary, the settings it
 * declares. A name that means nothing is a mistake, since a handler that is never
 * found would never be missed. */
#include <lauxlib.h>
#include <string.h>

#include "from_lua.h"
#include "host.h"
#include "unstick/auto.h"

/* Handlers are named after the kinds of cases (docs/policies.md). */
static const char *const handler_names[US_HANDLERS] = {
	[US_CASE_IN_PROGRESS] = "in_progress",
	[US_CASE_NAME_MISMATCH] = "name_mismatch",
	[US_CASE_PARTIAL_APPLY] = "partial_apply",
	[US_CASE_TIMEOUT] = "timeout",
	[US_CASE_FAILURE] = "failure",
	[US_HANDLER_ANY] = "any",
};

const char *us_policy_handler(size_t i)
{
	return i < US_HANDLERS ? handler_names[i] : NULL;
}

int us_handler_index(const char *name)
{
	for (int i = 0; i < US_HANDLERS; i++)
		if (strcmp(handler_names[i], name) == 0)
			return i;
	return -1;
}

int us_host_handler(const us_host *h, us_case_kind kind)
{
	return h->handlers[kind] != LUA_NOREF ? (int)kind : US_HANDLER_ANY;
}

/* Where the function on top of the stack begins; 0 if it is none of Lua's. */
static int p_line_of(lua_State *L)
{
	lua_Debug at;

	if (!lua_isfunction(L, -1))
		return 0;
	lua_pushvalue(L, -1);
	lua_getinfo(L, ">S", &at);
	return at.linedefined > 0 ? at.linedefined : 0;
}

/* A mistake in the policy's table; its text is on top of the stack and goes.
 * Raises, unless somebody wants to be told of all of them. False. */
static bool p_complain(lua_State *L, us_host *h, int line)
{
	if (!h->run->mistake && line > 0)
		return luaL_error(L, "%s:%d: %s", h->name, line,
			       lua_tostring(L, -1)) != 0;
	if (!h->run->mistake)
		return luaL_error(L, "%s: %s", h->name, lua_tostring(L, -1)) != 0;
	h->run->mistake(h->run->mistake_ctx, h->name, line, lua_tostring(L, -1));
	lua_pop(L, 1);
	return false;
}

static bool p_no_such_handler(lua_State *L, us_host *h, const char *name)
{
	const char *names[US_HANDLERS + 2] = { "settings", "summary" };
	const char *nearest;
	int line = p_line_of(L);

	for (int i = 0; i < US_HANDLERS; i++)
		names[i + 2] = handler_names[i];
	nearest = us_nearest(name, names, US_LEN(names));
	if (nearest)
		lua_pushfstring(L, "there is no handler `%s`; did you mean `%s`?",
			name, nearest);
	else
		lua_pushfstring(L,
			"there is no handler `%s` (handlers: in_progress, "
			"name_mismatch, partial_apply, timeout, failure, any)",
			name);
	return p_complain(L, h, line);
}

/* `settings` is on top of the stack: as data, which is checked outside of Lua. */
static bool p_load_settings(lua_State *L, us_host *h)
{
	us_err err = { .msg = "out of memory" };

	if (!lua_istable(L, -1)) {
		lua_pushfstring(L, "`settings` must be a table, not a %s",
			luaL_typename(L, -1));
		return p_complain(L, h, 0);
	}
	h->declared = us_json_from_lua(L, -1, NULL, NULL, NULL, &err);
	if (h->declared)
		return true;
	lua_pushfstring(L, "`settings`: %s", err.msg);
	return p_complain(L, h, 0);
}

/* One entry of the policy's table: stack ... table key value. False: a mistake, and
 * it has been told. */
static bool p_load_entry(lua_State *L, us_host *h)
{
	const char *name = NULL;
	int i = -1;

	if (lua_type(L, -2) == LUA_TSTRING) {
		name = lua_tostring(L, -2);
		i = us_handler_index(name);
	}
	if (i >= 0 && lua_isfunction(L, -1)) {
		h->lines[i] = p_line_of(L);
		lua_pushvalue(L, -1);
		h->handlers[i] = luaL_ref(L, LUA_REGISTRYINDEX);
		return true;
	}
	if (name && strcmp(name, "settings") == 0)
		return p_load_settings(L, h);
	if (name && strcmp(name, "summary") == 0 && lua_type(L, -1) == LUA_TSTRING)
		return true;
	if (!name)
		lua_pushfstring(L,
			"expected the names of handlers, got a %s as a key",
			luaL_typename(L, -2));
	else if (i >= 0)
		lua_pushfstring(L, "`%s` must be a function, not a %s", name,
			luaL_typename(L, -1));
	else if (strcmp(name, "summary") == 0)
		lua_pushfstring(L, "`summary` must be a text, not a %s",
			luaL_typename(L, -1));
	else
		return p_no_such_handler(L, h, name);
	return p_complain(L, h, 0);
}

static bool has_handler(const us_host *h)
{
	for (int i = 0; i < US_HANDLERS; i++)
		if (h->handlers[i] != LUA_NOREF)
			return true;
	return false;
}

void p_table_read(lua_State *L)
{
	us_host *h = us_host_of(L);
	bool sound = true;

	if (!lua_istable(L, -1))
		luaL_error(L,
			"%s: expected a table of handlers to be returned, "
			"got %s%s",
			h->name, lua_isnil(L, -1) ? "" : "a ",
			lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1));
	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
		sound = p_load_entry(L, h) && sound;
	if (has_handler(h) || !sound)
		return;
	lua_pushliteral(L, "its table has no handlers");
	(void)p_complain(L, h, 0);
}
