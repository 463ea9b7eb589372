/* Library functions in which C code could work for long on little memory, where the
 * hook of limits.c can't interrupt it: their work is charged before it is done.
 * (Searching with a pattern is left to the watchdog.) And those that would show
 * addresses. */
#include <lauxlib.h>
#include <string.h>

#include "host.h"

/* upvalue: Lua's own. Repeating nothing would be done one time after the other. */
int p_bounded_rep(lua_State *L)
{
	size_t len, separator = 0;

	luaL_checklstring(L, 1, &len);
	luaL_checkinteger(L, 2);
	luaL_optlstring(L, 3, "", &separator);
	if (len == 0 && separator == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, 1);
	return 1;
}

/* upvalue: Lua's own, which moves what isn't there just the same. */
int p_bounded_move(lua_State *L)
{
	lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

	if (to >= from)
		p_limits_charge(L, (uint64_t)to - (uint64_t)from + 1);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, 1);
	return 1;
}

/* ---- addresses ---- */

/* A table shows where it is in memory, another place in every run: that would be as
 * good as random numbers. */
void p_show(lua_State *L, int idx)
{
	switch (luaL_getmetafield(L, idx, "__tostring")) {
	case LUA_TNIL:
		if (lua_type(L, idx) == LUA_TTABLE ||
			lua_type(L, idx) == LUA_TFUNCTION ||
			lua_type(L, idx) == LUA_TUSERDATA)
			lua_pushstring(L, luaL_typename(L, idx));
		else
			luaL_tolstring(L, idx, NULL);
		break;
	default: /* only values of a case have one */
		lua_pop(L, 1);
		luaL_tolstring(L, idx, NULL);
		break;
	}
	lua_replace(L, idx);
}

int p_bounded_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_settop(L, 1);
	p_show(L, 1);
	return 1;
}

/* upvalue: Lua's own, without its %p. */
int p_bounded_format(lua_State *L)
{
	int n = lua_gettop(L);
	size_t len;
	const char *p = luaL_checklstring(L, 1, &len);
	const char *end = p + len; /* a NUL on the way ends nothing */

	while ((p = memchr(p, '%', (size_t)(end - p)))) {
		p++;
		p += strspn(p, "-+ #0123456789.");
		if (*p == 'p')
			return luaL_error(L, "string.format has no '%%p' here");
		p += p < end;
	}
	for (int i = 2; i <= n; i++)
		if (!lua_isstring(L, i) && !lua_isboolean(L, i) && !lua_isnil(L, i))
			p_show(L, i);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, n, 1);
	return 1;
}
