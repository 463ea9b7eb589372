/* What a policy can see: an allow-list of Lua's own library, `verdict`, `log` and
 * `require`, all of it read-only. Adding a name here is a decision to be reviewed.
 */
#include <lauxlib.h>
#include <lualib.h>
#include <stdint.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"

#define NAME_MAX_LIKELY 64 /* what is longer is no slip of the keyboard */

/* ---- frozen tables ---- */

/* The nearest of the names in the table at idx, or NULL; borrowed from the table.
 */
static const char *p_nearest_key(lua_State *L, int table, const char *name)
{
	size_t limit = 1 + strlen(name) / 4;
	const char *best = NULL;

	for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
		const char *key =
			lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
		size_t distance = key ? us_edit_distance(name, key) : SIZE_MAX;

		if (distance <= limit && (!best || distance < limit)) {
			best = key;
			limit = distance;
		}
	}
	return best;
}

/* upvalues: the real table, what it is called */
static int p_frozen_index(lua_State *L)
{
	const char *what = lua_tostring(L, lua_upvalueindex(2));
	const char *name, *nearest;

	lua_pushvalue(L, 2);
	lua_rawget(L, lua_upvalueindex(1));
	if (!lua_isnil(L, -1) || lua_type(L, 2) != LUA_TSTRING)
		return 1;
	name = lua_tostring(L, 2);
	us_host_of(L)->slip = true;
	nearest = strlen(name) > NAME_MAX_LIKELY
			  ? NULL
			  : p_nearest_key(L, lua_upvalueindex(1), name);
	if (nearest)
		return luaL_error(L, "%s has no '%s'; did you mean '%s'?", what,
			name, nearest);
	return luaL_error(L, "%s has no '%s'", what, name);
}

/* upvalue: what it is called */
static int p_frozen_newindex(lua_State *L)
{
	us_host_of(L)->slip = true;
	p_show(L, 2);
	return luaL_error(L,
		"%s is read-only, '%s' can't be set (is a `local` missing?)",
		lua_tostring(L, lua_upvalueindex(1)), lua_tostring(L, 2));
}

/* upvalue: the real table, which must not get out */
static int p_frozen_next(lua_State *L)
{
	lua_settop(L, 2);
	return lua_next(L, lua_upvalueindex(1)) ? 2 : 0;
}

/* upvalue: the real table */
static int p_frozen_pairs(lua_State *L)
{
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushcclosure(L, p_frozen_next, 1);
	lua_pushvalue(L, 1);
	return 2;
}

void p_freeze(lua_State *L, const char *what, us_missing missing)
{
	int real = lua_gettop(L);

	lua_newtable(L);          /* real proxy */
	lua_createtable(L, 0, 4); /* real proxy meta */
	lua_pushvalue(L, real);
	if (missing == US_MISSING_RAISES) {
		lua_pushstring(L, what);
		lua_pushcclosure(L, p_frozen_index, 2);
	}
	lua_setfield(L, -2, "__index");
	lua_pushstring(L, what);
	lua_pushcclosure(L, p_frozen_newindex, 1);
	lua_setfield(L, -2, "__newindex");
	lua_pushvalue(L, real);
	lua_pushcclosure(L, p_frozen_pairs, 1);
	lua_setfield(L, -2, "__pairs");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_replace(L, real); /* proxy */
}

/* ---- the library ---- */

static const char *const base[] = { "assert", "error", "ipairs", "pairs", "select",
	"tonumber", "type" };

/* In place of Lua's own, for the reasons given where they are defined. */
static const luaL_Reg own[] = {
	{ "next", p_next },
	{ "pcall", p_pcall },
	{ "require", p_require },
	{ "tostring", p_bounded_tostring },
	{ "xpcall", p_xpcall },
};

/* A library, what it must not offer even through values' metatables, and what is
 * bounded by a function around it. */
static const struct {
	const char *name;
	lua_CFunction open;
	const char *without[12];
	luaL_Reg bounded[3];
} libraries[] = {
	{ LUA_STRLIBNAME, luaopen_string, { "dump" },
		{ { "format", p_bounded_format }, { "rep", p_bounded_rep } } },
	{ LUA_TABLIBNAME, luaopen_table, { NULL }, { { "move", p_bounded_move } } },
	/* Besides, what only a Lua that was built with LUA_COMPAT_MATHLIB has:
	 * policies find the same everywhere. */
	{ LUA_MATHLIBNAME, luaopen_math,
		{ "random", "randomseed", "atan2", "cosh", "sinh", "tanh", "pow",
			"frexp", "ldexp", "log10" },
		{ { 0 } } },
	{ LUA_UTF8LIBNAME, luaopen_utf8, { NULL }, { { 0 } } },
};

static void p_add_library(lua_State *L, int globals, size_t i)
{
	luaL_requiref(L, libraries[i].name, libraries[i].open, 0);
	for (const char *const *name = libraries[i].without; *name; name++) {
		lua_pushnil(L);
		lua_setfield(L, -2, *name);
	}
	for (const luaL_Reg *b = libraries[i].bounded; b->func; b++) {
		lua_getfield(L, -1, b->name);
		lua_pushcclosure(L, b->func, 1);
		lua_setfield(L, -2, b->name);
	}
	p_freeze(L, libraries[i].name, US_MISSING_IS_NIL);
	lua_setfield(L, globals, libraries[i].name);
}

static void p_seal_strings(lua_State *L)
{
	lua_pushliteral(L, "");
	lua_getmetatable(L, -1);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 2);
}

void p_sandbox_open(lua_State *L)
{
	int globals;

	lua_newtable(L);
	globals = lua_gettop(L);
	luaL_requiref(L, LUA_GNAME, luaopen_base, 0); /* globals _G */
	for (size_t i = 0; i < US_LEN(base); i++) {
		lua_getfield(L, -1, base[i]);
		lua_setfield(L, globals, base[i]);
	}
	lua_pop(L, 1);
	for (size_t i = 0; i < US_LEN(own); i++) {
		lua_pushcfunction(L, own[i].func);
		lua_setfield(L, globals, own[i].name);
	}
	for (size_t i = 0; i < US_LEN(libraries); i++)
		p_add_library(L, globals, i);
	p_seal_strings(L);
	p_verdict_open(L);
	lua_setfield(L, globals, "verdict");
	p_log_open(L);
	lua_setfield(L, globals, "log");

	p_freeze(L, "a policy's environment", US_MISSING_RAISES);
	/* Nothing can be loaded into the real globals, not even by mistake. */
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

void p_sandbox_enter(lua_State *L)
{
	lua_pushglobaltable(L); /* chunk environment */
	lua_setupvalue(L, -2, 1);
}
