/* unstick.case{...}: a case for a spec. What isn't said is ordinary; what no case
 * has is an error, so that a spec can't test what never happens. */
#include <lauxlib.h>
#include <string.h>

#include "module.h"
#include "shape.h"
#include "unstick/str.h"

#define DEPTH_MAX 32 /* a table that contains itself ends here */

const char us_lua_null;

static const char ordinary[] =
	"{\"name\": \"20240102000000_example\", \"index\": 1,"
	" \"directory\": \"prisma/migrations/20240102000000_example\","
	" \"kind\": \"failure\", \"cause\": \"unknown\", \"records\": [],"
	" \"attempts\": 0, \"attempts_left\": 3, \"age_seconds\": 60,"
	" \"deadline_seconds\": 120,"
	" \"evidence\": {\"state\": \"unknown\", \"proof\": null, \"prefixes\": "
	"null,"
	"   \"applied_prefix\": null, \"reruns\": false, \"rerun_why\": null,"
	"   \"atomic\": null, \"edited\": false,"
	"   \"error\": null, \"running\": [], \"leftovers\": [], \"candidates\": "
	"[],"
	"   \"statements\": [], \"why\": null},"
	" \"permitted\": [\"wait\", \"skip\", \"stop\"], \"not_permitted\": {},"
	" \"now\": \"2026-11-22T16:00:00Z\", \"history\": []}";

/* ---- tables to JSON: nothing here raises ---- */

/* What is being converted. */
struct conversion {
	lua_State *L;
	us_err *err;
	int depth;
};

static json_t *convert(
	struct conversion *c, int idx, const us_shape *shape, const json_t *like);

static json_t *give_up(struct conversion *c, json_t *half, const char *why)
{
	json_decref(half);
	(void)us_fail(c->err, US_E_POLICY, "%s", why);
	return NULL;
}

static json_t *convert_list(struct conversion *c, int idx, const us_shape *shape)
{
	json_t *list = json_array();
	size_t n = lua_rawlen(c->L, idx), seen = 0;

	for (lua_pushnil(c->L); lua_next(c->L, idx); lua_pop(c->L, 1))
		seen++;
	if (seen != n)
		return give_up(
			c, list, "a table is both a list and something else");
	for (size_t i = 1; list && i <= n; i++) {
		json_t *element;

		lua_rawgeti(c->L, idx, (lua_Integer)i);
		element = convert(c, lua_gettop(c->L), shape, NULL);
		lua_pop(c->L, 1);
		if (!element || json_array_append_new(list, element) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static bool is_known(struct conversion *c, const us_shape *shape, const char *name)
{
	const char *nearest;

	if (!shape || us_shape_find(shape, name))
		return true;
	nearest = us_shape_nearest(shape, name);
	if (nearest)
		(void)us_fail(c->err, US_E_POLICY,
			"%s has no '%s'; did you mean '%s'?", shape->what, name,
			nearest);
	else
		(void)us_fail(
			c->err, US_E_POLICY, "%s has no '%s'", shape->what, name);
	return false;
}

/* Adds the member whose key and value are on top of the stack. */
static bool add_member(struct conversion *c, json_t *object, const us_shape *shape,
	const json_t *like)
{
	const char *name;
	const us_field *field;
	json_t *value;

	if (lua_type(c->L, -2) != LUA_TSTRING) {
		(void)us_fail(c->err, US_E_POLICY, "a %s as a name",
			luaL_typename(c->L, -2));
		return false;
	}
	name = lua_tostring(c->L, -2);
	if (!is_known(c, shape, name))
		return false;
	field = us_shape_find(shape, name);
	value = convert(c, lua_gettop(c->L), field ? field->shape : NULL,
		json_object_get(like, name));
	return value && json_object_set_new(object, name, value) == 0;
}

static json_t *convert_object(
	struct conversion *c, int idx, const us_shape *shape, const json_t *like)
{
	json_t *object = json_object();

	for (lua_pushnil(c->L); object && lua_next(c->L, idx); lua_pop(c->L, 1)) {
		if (!add_member(c, object, shape, like)) {
			lua_pop(c->L, 2);
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static bool is_empty(lua_State *L, int idx)
{
	lua_pushnil(L);
	if (!lua_next(L, idx))
		return true;
	lua_pop(L, 2);
	return false;
}

static json_t *convert_table(
	struct conversion *c, int idx, const us_shape *shape, const json_t *like)
{
	json_t *result;

	if (c->depth >= DEPTH_MAX || !lua_checkstack(c->L, 8))
		return give_up(c, NULL, "tables too deep in each other");
	c->depth++;
	if (lua_rawlen(c->L, idx) > 0)
		result = convert_list(c, idx, shape);
	else if (json_is_array(like) && is_empty(c->L, idx))
		result = json_array(); /* {} where a list belongs */
	else
		result = convert_object(c, idx, shape, like);
	c->depth--;
	return result;
}

static json_t *convert(
	struct conversion *c, int idx, const us_shape *shape, const json_t *like)
{
	json_t *result = NULL;
	const char *text;
	size_t len;

	switch (lua_type(c->L, idx)) {
	case LUA_TBOOLEAN:
		return json_boolean(lua_toboolean(c->L, idx));
	case LUA_TNUMBER:
		result = lua_isinteger(c->L, idx)
				 ? json_integer(lua_tointeger(c->L, idx))
				 : json_real(lua_tonumber(c->L, idx));
		break;
	case LUA_TSTRING:
		text = lua_tolstring(c->L, idx, &len);
		result = json_stringn(text, len);
		break;
	case LUA_TTABLE:
		return convert_table(c, idx, shape, like);
	case LUA_TLIGHTUSERDATA:
		if (lua_touserdata(c->L, idx) == &us_lua_null)
			return json_null();
		break;
	default:
		break;
	}
	if (!result)
		(void)us_fail(c->err, US_E_POLICY, "a %s can't be in a case",
			luaL_typename(c->L, idx));
	return result;
}

json_t *us_settings_from_lua(lua_State *L, int idx, us_err *err)
{
	struct conversion c = { L, err, 0 };

	return convert_table(&c, idx, NULL, NULL);
}

/* ---- unstick.case ---- */

static json_t *make_case(lua_State *L, int idx, us_err *err)
{
	struct conversion c = { L, err, 0 };
	json_t *kase = json_loads(ordinary, 0, NULL);
	json_t *given = kase ? convert_object(&c, idx, &us_case_shape, kase) : NULL;

	if (!given || json_object_update_recursive(kase, given) != 0) {
		json_decref(given);
		json_decref(kase);
		return NULL;
	}
	json_decref(given);
	return kase;
}

/* The box comes first: what is in it is released whatever happens. */
int p_case(lua_State *L)
{
	us_err err = { .msg = "out of memory" };
	json_t **box;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	box = lua_newuserdatauv(L, sizeof(json_t *), 0);
	*box = NULL;
	luaL_setmetatable(L, CASE_TYPE);
	*box = make_case(L, 1, &err);
	if (!*box)
		return luaL_error(L, "unstick.case: %s", err.msg);
	return 1;
}

json_t *p_check_case(lua_State *L, int idx)
{
	if (lua_istable(L, idx)) {
		lua_pushcfunction(L, p_case);
		lua_pushvalue(L, idx);
		lua_call(L, 1, 1);
		lua_replace(L, idx);
	}
	return *(json_t **)luaL_checkudata(L, idx, CASE_TYPE);
}

static int p_release(lua_State *L)
{
	json_t **box = luaL_checkudata(L, 1, CASE_TYPE);

	json_decref(*box);
	*box = NULL;
	return 0;
}

void p_case_type_open(lua_State *L)
{
	luaL_newmetatable(L, CASE_TYPE);
	lua_pushcfunction(L, p_release);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
}
