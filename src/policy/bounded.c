/* Library functions in which C code could work for long on little memory, where the
 * hook of limits.c can't interrupt it: their work is charged before it is done.
 * (Searching with a pattern is the one that remains.) */
#include <lauxlib.h>

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
