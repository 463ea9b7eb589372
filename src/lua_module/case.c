/* unstick.case{...}: a case for a spec. What isn't said is ordinary; what no case
 * has is an error, so that a spec can't test what never happens. */
#include <lauxlib.h>
#include <string.h>

#include "from_lua.h"
#include "host.h"
#include "module.h"
#include "shape.h"
#include "unstick/str.h"

const char us_lua_null;

static const char ordinary[] =
	"{\"name\": \"20240102000000_example\", \"index\": 1,"
	" \"directory\": \"prisma/migrations/20240102000000_example\","
	" \"kind\": \"failure\", \"cause\": \"unknown\", \"records\": [], "
	"\"attempts\": 0, \"attempts_left\": 3, \"age_seconds\": 60, "
	"\"deadline_seconds\": 120, \"evidence\": {\"state\": \"unknown\", "
	"\"proof\": null, \"prefixes\": null,   \"applied_prefix\": null, "
	"\"reruns\": false, \"rerun_why\": null,   \"atomic\": null, \"edited\": "
	"false,   \"error\": null, \"running\": [], \"leftovers\": [], "
	"\"candidates\": [],   \"statements\": [], \"why\": null}, \"permitted\": "
	"[\"wait\", \"skip\", \"stop\"], \"not_permitted\": {}, \"now\": "
	"\"2026-11-22T16:00:00Z\", \"history\": []}";

/* ---- unstick.case ---- */

static json_t *make_case(lua_State *L, int idx, us_err *err)
{
	json_t *kase = json_loads(ordinary, 0, NULL);
	json_t *given = kase ? us_json_from_lua(L, idx, &us_case_shape, kase,
				       &us_lua_null, err)
			     : NULL;

	if (json_is_array(given))
		(void)us_fail(err, US_E_POLICY, "a list is no case");
	if (!json_is_object(given) || us_shape_check(given, false, err) != US_OK ||
		json_object_update_recursive(kase, given) != 0) {
		json_decref(given);
		json_decref(kase);
		return NULL;
	}
	json_decref(given);
	return kase;
}

static us_code make_fixture(us_fixture *out, lua_State *L, int idx, us_err *err)
{
	out->kase = make_case(L, idx, err);
	if (!out->kase)
		return US_E_POLICY;
	/* which is the index of one, as us_shape_check() has seen */
	out->kind = (us_case_kind)us_handler_index(
		json_string_value(json_object_get(out->kase, "kind")));
	return us_fixture_permits(&out->permits, out->kase, err);
}

/* The box comes first: what is in it is released whatever happens. */
static us_fixture *p_new_box(lua_State *L)
{
	us_fixture *box = lua_newuserdatauv(L, sizeof(*box), 0);

	*box = (us_fixture){ 0 };
	luaL_setmetatable(L, CASE_TYPE);
	return box;
}

int p_case(lua_State *L)
{
	us_err err = { .msg = "out of memory" };
	us_fixture *box;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	box = p_new_box(L);
	if (make_fixture(box, L, 1, &err) != US_OK)
		return luaL_error(L, "unstick.case: %s", err.msg);
	return 1;
}

int p_case_from(lua_State *L)
{
	const char *path = luaL_checkstring(L, 1);
	us_err err = { .msg = "out of memory" };
	us_fixture *box = p_new_box(L);

	if (us_fixture_read(box, path, &err) != US_OK)
		return luaL_error(L, "unstick.case_from: %s", err.msg);
	return 1;
}

const us_fixture *p_check_case(lua_State *L, int idx)
{
	if (lua_istable(L, idx)) {
		lua_pushcfunction(L, p_case);
		lua_pushvalue(L, idx);
		lua_call(L, 1, 1);
		lua_replace(L, idx);
	}
	return luaL_checkudata(L, idx, CASE_TYPE);
}

static int p_release(lua_State *L)
{
	us_fixture_fini(luaL_checkudata(L, 1, CASE_TYPE));
	return 0;
}

void p_case_type_open(lua_State *L)
{
	luaL_newmetatable(L, CASE_TYPE);
	lua_pushcfunction(L, p_release);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
}
