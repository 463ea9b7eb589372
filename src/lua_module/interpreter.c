/* Is the Lua that loads the module the one it is built for? */
#include <dlfcn.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "module.h"

/* A function of the program that loads us, not of the library we are linked with;
 * NULL if it has none. */
static void *find(const char *name)
{
	void *program = dlopen(NULL, RTLD_LAZY);
	void *function = program ? dlsym(program, name) : NULL;

	if (program)
		dlclose(program); /* it stays, of course */
	return function;
}

/* lua_version() is as it is here since 5.4, which brought lua_newuserdatauv(). */
static bool is_ours(void)
{
	lua_Number (*version)(lua_State *) = NULL;
	void *function = find("lua_version");

	if (!function || !find("lua_newuserdatauv"))
		return false;
	memcpy(&version, &function, sizeof(version));
	return (int)version(NULL) == LUA_VERSION_NUM;
}

void p_check_interpreter(lua_State *L)
{
	int (*fail)(lua_State *, const char *, ...) = NULL;
	void *function = find("luaL_error");

	/* Not found: whoever embeds Lua hides it, and nothing can be told. */
	if (!function || is_ours())
		return;
	memcpy(&fail, &function, sizeof(fail));
	(void)fail(L, "the module unstick is for Lua 5.4, and this is another one "
		      "(busted: --lua=lua5.4)");
}
