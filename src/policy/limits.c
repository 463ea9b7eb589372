/* No call into a policy takes more memory, instructions or time than it was given,
 * and no policy gets a say in that: once a limit is passed every further
 * instruction raises, and nothing a policy can write catches it. */
#include <lauxlib.h>
#include <stdlib.h>

#include "host.h"
#include "unstick/when.h"

#define HOOK_EVERY 1000 /* instructions between two looks at the budget */

us_host *us_host_of(lua_State *L)
{
	return *(us_host **)lua_getextraspace(L);
}

/* ---- memory ---- */

void *us_limits_alloc(void *host, void *block, size_t old_size, size_t new_size)
{
	us_host *h = host;
	void *moved;

	if (!block)
		old_size =
			0; /* for a new block Lua passes the kind of object here */
	if (new_size == 0) {
		free(block);
		h->used -= old_size;
		return NULL;
	}
	if (new_size > old_size &&
		new_size - old_size > h->run->limits.memory_bytes - h->used)
		return NULL; /* Lua collects garbage, asks again, then raises */
	moved = realloc(block, new_size);
	if (moved)
		h->used += new_size - old_size;
	return moved;
}

/* ---- instructions and time ---- */

static int64_t elapsed_ms(const us_host *h)
{
	return us_clock_ms() - h->started_ms;
}

int64_t us_limits_left_ms(const us_host *h)
{
	int64_t left = h->run->limits.wall_ms - elapsed_ms(h);

	return left > 0 ? left : 1;
}

static us_limit passed(const us_host *h)
{
	if (h->limit != US_WITHIN_LIMITS)
		return h->limit;
	if (h->instructions > h->run->limits.instructions)
		return US_OUT_OF_INSTRUCTIONS;
	if (elapsed_ms(h) > h->run->limits.wall_ms)
		return US_OUT_OF_TIME;
	return US_WITHIN_LIMITS;
}

void us_limits_describe(const us_host *h, us_err *err)
{
	const us_limits *l = &h->run->limits;

	switch (h->limit) {
	case US_OUT_OF_MEMORY:
		(void)us_fail(err, US_E_LIMIT,
			"ran past its limit of %zu bytes of memory",
			l->memory_bytes);
		break;
	case US_OUT_OF_INSTRUCTIONS:
		(void)us_fail(err, US_E_LIMIT,
			"ran past its limit of %llu instructions",
			(unsigned long long)l->instructions);
		break;
	case US_OUT_OF_TIME:
		(void)us_fail(err, US_E_LIMIT, "ran past its limit of %lld ms",
			(long long)l->wall_ms);
		break;
	case US_WITHIN_LIMITS:
		break;
	}
}

/* Raises for good. What is on top of the stack says where. */
static void p_stop(lua_State *L, us_limit limit)
{
	us_host *h = us_host_of(L);
	us_err why = { 0 };

	us_limits_trip(h, limit);
	us_limits_describe(h, &why);
	lua_pushstring(L, why.msg);
	lua_concat(L, 2);
	lua_error(L);
}

/* Fires between instructions of Lua code. A C function (a search with a malicious
 * pattern) runs on until it returns: those are the watchdog's. */
static void p_hook(lua_State *L, lua_Debug *at)
{
	us_host *h = us_host_of(L);

	h->instructions += HOOK_EVERY;
	if (passed(h) == US_WITHIN_LIMITS)
		return;
	lua_getinfo(L, "Sl", at);
	lua_pushfstring(L, "%s:%d: ", at->short_src, at->currentline);
	p_stop(L, passed(h));
}

/* Work that a C function is about to do, counted as so many instructions. */
void p_limits_charge(lua_State *L, uint64_t instructions)
{
	us_host *h = us_host_of(L);

	if (instructions > h->run->limits.instructions)
		instructions = h->run->limits.instructions + 1; /* no overflow */
	h->instructions += instructions;
	if (passed(h) == US_WITHIN_LIMITS)
		return;
	luaL_where(L, 1);
	p_stop(L, passed(h));
}

void us_limits_trip(us_host *h, us_limit limit)
{
	h->limit = limit;
	lua_sethook(h->L, p_hook, LUA_MASKCOUNT, 1);
}

/* Built-in policies are ours, and nothing from outside is there when they are
 * loaded: a run that asks nobody starts no thread. */
static us_code watch(us_host *h, us_err *err)
{
	us_watched call = { h->name, h->about, h->started_ms,
		h->run->limits.wall_ms };

	if (!h->about && !h->folder)
		return US_OK;
	return us_watchdog_arm(h->run->watchdog, &call, err);
}

us_code us_limits_begin(us_host *h, us_err *err)
{
	us_code rc;

	h->instructions = 0;
	h->started_ms = us_clock_ms();
	rc = watch(h, err);
	if (rc == US_OK)
		lua_sethook(h->L, p_hook, LUA_MASKCOUNT, HOOK_EVERY);
	return rc;
}

/* What passed a limit after the hook's last look has passed it all the same. */
void us_limits_end(us_host *h)
{
	us_watchdog_disarm(h->run->watchdog);
	h->limit = passed(h);
	lua_sethook(h->L, NULL, 0, 0);
}

int64_t us_limits_pause(us_host *h)
{
	us_watchdog_disarm(h->run->watchdog);
	return us_clock_ms();
}

void us_limits_resume(us_host *h, int64_t paused_ms)
{
	h->started_ms += us_clock_ms() - paused_ms;
	(void)watch(h, NULL); /* its thread is there: it can't fail */
}

/* ---- pcall and xpcall ---- */

/* Lua's own would hand a passed limit to the policy as if it were any error. */
static int p_outcome(lua_State *L, int status)
{
	us_host *h = us_host_of(L);

	if (status == LUA_OK)
		return 1;
	if (status == LUA_ERRMEM)
		us_limits_trip(h, US_OUT_OF_MEMORY);
	if (h->limit != US_WITHIN_LIMITS)
		lua_error(L);
	return 0;
}

int p_pcall(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_pushboolean(L, 1);
	lua_insert(L, 1); /* true f args... */
	if (p_outcome(L, lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0)))
		return lua_gettop(L); /* true results... */
	lua_pushboolean(L, 0);
	lua_insert(L, -2);
	return 2; /* false error */
}

/* The handler runs after the failed call, not inside it: Lua runs message handlers
 * with hooks switched off when a hook has raised, and a loop in one would never
 * end. What a handler could see of the stack needs `debug`, which policies don't
 * have. */
int p_xpcall(lua_State *L)
{
	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushboolean(L, 1);
	lua_pushvalue(L, 1);
	lua_rotate(L, 3, 2); /* f handler true f args... */
	if (p_outcome(L, lua_pcall(L, lua_gettop(L) - 4, LUA_MULTRET, 0)))
		return lua_gettop(L) - 2; /* f handler | true results... */
	lua_pushboolean(L, 0);
	lua_pushvalue(L, 2);
	lua_rotate(L, -3, 2); /* f handler true | false handler error */
	(void)p_outcome(L, lua_pcall(L, 1, LUA_MULTRET, 0));
	return lua_gettop(L) - 3; /* false results..., or false and its own error */
}
