/* `require` for policies: the built-in modules, and dotted names of text files
 * below the policy's own folder; nothing else, not even through a symbolic link. */
#include <ctype.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static const char loaded; /* registry key: module name -> what it returned */

/* "a.b_c": words joined by single dots, so that no name leads upwards. */
static bool is_module_name(const char *name)
{
	bool in_word = false;

	for (; *name; name++) {
		if (*name == '.' && in_word)
			in_word = false;
		else if (isalnum((unsigned char)*name) || strchr("_-", *name))
			in_word = true;
		else
			return false;
	}
	return in_word;
}

/* "<folder>/a/b_c.lua" */
static us_code module_path(
	char **out, const char *folder, const char *name, us_err *err)
{
	us_str path = { 0 };

	us_str_addf(&path, "%s/", folder);
	for (; *name; name++)
		us_str_addn(&path, *name == '.' ? "/" : name, 1);
	us_str_add(&path, ".lua");
	return us_str_take(&path, out, NULL, err);
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n > 0 && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static us_code read_module(
	char **out, size_t *len, const char *folder, const char *path, us_err *err)
{
	US_AUTO(auto_str) char *real_folder = realpath(folder, NULL);
	US_AUTO(auto_str) char *real = realpath(path, NULL);

	*out = NULL;
	if (!real || !real_folder)
		return us_fail(err, US_E_POLICY, "there is no file %s", path);
	if (!is_below(real, real_folder))
		return us_fail(err, US_E_POLICY,
			"%s leads out of the policy's folder", path);
	return us_policy_read(out, len, real, err);
}

/* Pushes the module's chunk or an error message. Never raises, so that it can own
 * memory: lua_load reports errors by its result. LUA_ERRFILE: see err. */
static int load(lua_State *L, const char *name, us_err *err)
{
	const char *folder = us_host_of(L)->folder;
	const us_builtin *builtin = us_builtin_module(name);
	US_AUTO(auto_str) char *path = NULL;
	US_AUTO(auto_str) char *text = NULL;
	US_AUTO(auto_str) char *chunk = NULL;
	size_t len = 0;

	if (builtin)
		return luaL_loadbufferx(
			L, builtin->text, builtin->len, "=builtin.words", "t");
	if (!folder)
		return (void)us_fail(err, US_E_POLICY,
			       "a built-in policy sees built-in modules only"),
		       LUA_ERRFILE;
	if (module_path(&path, folder, name, err) != US_OK ||
		read_module(&text, &len, folder, path, err) != US_OK ||
		us_strf(&chunk, err, "@%s", path) != US_OK)
		return LUA_ERRFILE;
	return luaL_loadbufferx(L, text, len, chunk, "t");
}

/* Pushes what the module returned. Stack: name loaded ... */
static void p_run_module(lua_State *L, const char *name)
{
	us_err err = { 0 };
	int status = load(L, name, &err);

	if (status != LUA_OK) {
		us_host_of(L)->slip = true; /* so it is in every case */
		lua_pushnil(L);
		lua_setfield(L, 2, name); /* and so it is told the next time */
	}
	if (status == LUA_ERRFILE)
		luaL_error(L, "require '%s': %s", name, err.msg);
	if (status != LUA_OK)
		lua_error(L);
	p_sandbox_enter(L);
	lua_pushstring(L, name);
	lua_call(L, 1, 1);
}

int p_require(lua_State *L)
{
	size_t len;
	const char *name = luaL_checklstring(L, 1, &len);

	lua_settop(L, 1);
	if (strlen(name) != len || !is_module_name(name))
		return luaL_error(L,
			"require '%s': expected dotted names of a file below "
			"the policy's own folder",
			name);
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded) != LUA_TTABLE) {
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded);
		lua_replace(L, 2);
	}
	/* name loaded */
	if (lua_getfield(L, 2, name) == LUA_TLIGHTUSERDATA)
		return luaL_error(L,
			"require '%s': it requires itself, or failed before", name);
	if (!lua_isnil(L, -1))
		return 1;
	lua_pushlightuserdata(L, (void *)&loaded); /* being loaded */
	lua_setfield(L, 2, name);
	p_run_module(L, name);
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		lua_pushboolean(L, 1);
	}
	lua_pushvalue(L, -1);
	lua_setfield(L, 2, name);
	return 1;
}
