/* The Lua boundary: one state a policy file, entered through run() and nowhere
 * else. Whatever a policy does, the caller gets a verdict or an error, never a
 * longjmp. */
#include "host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "shape.h"
#include "unstick/auto.h"

/* ---- protected calls ---- */

static void keep_trace(us_host *h, const char *trace)
{
	us_str text = { 0 };

	free(h->trace);
	h->trace = NULL;
	us_policy_text(&text, trace, strlen(trace), US_POLICY_TRACE_MAX);
	/* without memory it is just not shown */
	(void)!us_str_take(&text, &h->trace, NULL, NULL);
}

/* Where in the policy's own file the error came from; 0 if it wasn't there. */
static int p_failing_line(lua_State *L)
{
	const us_host *h = us_host_of(L);
	lua_Debug at;

	for (int level = 1; lua_getstack(L, level, &at); level++) {
		lua_getinfo(L, "Sl", &at);
		if (strcmp(at.source, h->chunk) == 0)
			return at.currentline;
	}
	return 0;
}

/* The message handler of every call: notes how it got here, passes a text on. */
static int p_note_error(lua_State *L)
{
	us_host *h = us_host_of(L);
	int line = p_failing_line(L);

	if (line > 0)
		h->line = line;
	luaL_traceback(L, L, NULL, 1);
	keep_trace(h, lua_tostring(L, -1));
	lua_pop(L, 1);
	if (lua_type(L, 1) != LUA_TSTRING)
		lua_pushfstring(L, "it raised a %s instead of a message",
			luaL_typename(L, 1));
	return 1;
}

/* A limit that fired leaves the state in the middle of something: it is not entered
 * again, whatever comes. */
static void poison(us_host *h, const us_err *why)
{
	h->poison = *why;
	lua_close(h->L);
	h->L = NULL;
}

static us_code failure(us_host *h, int status, us_err *err)
{
	const char *message = lua_type(h->L, -1) == LUA_TSTRING
				      ? lua_tostring(h->L, -1)
				      : "no message";
	us_str clean = { 0 };

	if (status == LUA_ERRMEM)
		h->limit = US_OUT_OF_MEMORY; /* Lua's message names nothing */
	us_policy_text(&clean, message, strlen(message), sizeof(err->msg));
	(void)us_fail(err, h->limit ? US_E_LIMIT : US_E_POLICY, "%s",
		us_str_text(&clean));
	us_str_fini(&clean);
	if (h->limit == US_OUT_OF_MEMORY || status == LUA_OK)
		us_limits_describe(h, err); /* nothing was raised that says more */
	return err->code;
}

/* Leaves the stack empty. A limit that was passed is an error even if the call made
 * it to its end. err must not be NULL. */
static us_code run(us_host *h, lua_CFunction fn, void *arg, us_err *err)
{
	lua_State *L = h->L;
	us_code rc = US_OK;
	int status;

	if (!L) {
		*err = h->poison;
		return err->code;
	}
	h->line = 0;
	h->logged = 0;
	h->connects = 0;
	h->slip = false;
	free(h->trace);
	h->trace = NULL;
	rc = us_limits_begin(h, err);
	if (rc != US_OK)
		return rc;
	lua_pushcfunction(L, p_note_error); /* light C functions: no allocation */
	lua_pushcfunction(L, fn);
	lua_pushlightuserdata(L, arg);
	status = lua_pcall(L, 1, 0, 1);
	us_limits_end(h);
	h->call++; /* whatever the policy kept is over now */
	if (status != LUA_OK || h->limit != US_WITHIN_LIMITS)
		rc = failure(h, status, err);
	lua_settop(L, 0);
	if (h->limit != US_WITHIN_LIMITS)
		poison(h, err);
	return rc;
}

/* ---- loading ---- */

static int p_load(lua_State *L)
{
	const us_host_source *source = lua_touserdata(L, 1);
	us_host *h = us_host_of(L);

	p_case_open(L);
	p_db_open(L);
	p_sandbox_open(L);
	if (luaL_loadbufferx(L, source->text, source->len, h->chunk, "t") != LUA_OK)
		return lua_error(L);
	p_sandbox_enter(L);
	lua_call(L, 0, 1);
	p_table_read(L);
	return 0;
}

/* Lua shortens long file names; people need the whole. */
static us_code name_file(const us_host *h, us_err *err)
{
	if (err->code == US_E_LIMIT)
		err->code = US_E_POLICY;
	if (strncmp(err->msg, h->name, strlen(h->name)) != 0)
		(void)us_context(err, "%s", h->name);
	return err->code;
}

static us_code allocate(us_host **out, const us_host_source *source, us_err *err)
{
	us_host *h = calloc(1, sizeof(*h));
	us_code rc;

	*out = h;
	if (!h)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (int i = 0; i < US_HANDLERS; i++)
		h->handlers[i] = LUA_NOREF;
	h->call = US_CALL_FOREVER + 1;
	h->with = source->with ? json_incref(source->with) : json_object();
	if (!h->with)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = us_strdup(&h->name, source->name, err);
	if (rc == US_OK)
		rc = us_strf(&h->chunk, err, "%c%s", source->folder ? '@' : '=',
			source->name);
	if (rc == US_OK && source->folder)
		rc = us_strdup(&h->folder, source->folder, err);
	return rc;
}

us_code us_host_new(
	us_host **out, const us_host_source *source, us_host_run *run_, us_err *err)
{
	us_host_source copy = *source;
	us_err why = { 0 };
	us_host *h = NULL;
	us_code rc;

	*out = NULL;
	rc = allocate(&h, source, &why);
	if (rc != US_OK)
		goto out;
	h->run = run_;
	h->L = lua_newstate(us_limits_alloc, h);
	if (!h->L) {
		rc = us_fail(&why, US_E_NOMEM, "no memory for %s", h->name);
		goto out;
	}
	*(us_host **)lua_getextraspace(h->L) = h;
	rc = run(h, p_load, &copy, &why);
	if (rc != US_OK) {
		rc = name_file(h, &why);
		goto out;
	}
	rc = us_settings_apply(h, source, &why);
	if (rc != US_OK)
		goto out;
	*out = h;
	h = NULL;
out:
	if (rc != US_OK && err)
		*err = why;
	us_host_free(h);
	return rc;
}

void us_host_free(us_host *h)
{
	if (!h)
		return;
	if (h->L)
		lua_close(h->L);
	json_decref(h->with);
	json_decref(h->declared);
	json_decref(h->reads);
	us_shape_free(h->with_shape);
	free(h->name);
	free(h->chunk);
	free(h->folder);
	free(h->trace);
	free(h);
}

/* ---- deciding ---- */

struct decide_call {
	int handler;
	const json_t *kase;
	us_verdict *out;
};

static int p_decide(lua_State *L)
{
	const struct decide_call *call = lua_touserdata(L, 1);
	us_host *h = us_host_of(L);

	lua_rawgeti(L, LUA_REGISTRYINDEX, call->handler); /* call handler */
	lua_pushvalue(L, -1);
	p_push_json(L, call->kase, &us_case_shape, h->call);
	p_push_db(L);
	p_push_json(L, h->with, h->with_shape, US_CALL_FOREVER);
	p_name_value(L, "with");
	lua_call(L, 3, 1); /* call handler answer */
	p_verdict_read(L, 2, call->out);
	return 0;
}

/* The verdict of a policy that broke. */
static us_code broke(us_host *h, const us_err *why, us_verdict *out, us_err *err)
{
	US_AUTO(auto_str) char *reason = NULL;
	us_str text = { 0 };
	us_code rc;

	us_verdict_fini(out);
	rc = us_strf(&reason, err, "policy %s failed: %s", h->name, why->msg);
	if (rc != US_OK)
		return rc;
	us_policy_text(&text, reason, strlen(reason), US_POLICY_TEXT_MAX);
	rc = us_verdict_stop(out, h->name, us_str_text(&text), err);
	us_str_fini(&text);
	if (rc != US_OK)
		return rc;
	out->broke = true;
	out->line = h->line;
	out->trace = US_STEAL(h->trace);
	return US_OK;
}

us_code us_host_decide(us_host *h, us_case_kind kind, const json_t *kase,
	us_verdict *out, us_err *err)
{
	struct decide_call call = { h->handlers[us_host_handler(h, kind)], kase,
		out };
	const char *name = json_string_value(json_object_get(kase, "name"));
	us_err why = { 0 };
	us_code rc;

	*out = (us_verdict){ .seconds = -1 };
	if (h->run->trace) {
		json_decref(h->reads);
		h->reads = json_object();
	}
	if (call.handler == LUA_NOREF)
		return US_OK;
	h->about = name ? name : "a case";
	rc = run(h, p_decide, &call, &why);
	h->about = NULL;
	if (rc == US_OK)
		return US_OK;
	return broke(h, &why, out, err);
}
