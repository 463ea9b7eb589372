/* Lua's tables as JSON, for cases that a spec makes and settings that a policy
 * declares. Nothing here raises: a table is read with raw accesses only. */
#include "from_lua.h"

#include <lauxlib.h>

#include "unstick/str.h"

#define DEPTH_MAX 32 /* a table that contains itself ends here */
/* A few tables in each other, each twice, are 2^32 values: what they would cost is
 * not within any budget of Lua's. */
#define BYTES_MAX (16UL * 1024 * 1024)
#define VALUE_BYTES 64 /* about what one takes besides its text */

/* What is being converted. */
struct conversion {
	lua_State *L;
	const void *null; /* the light userdata that stands for null */
	us_err *err;
	int depth;
	size_t bytes; /* so far */
};

static json_t *convert(
	struct conversion *c, int idx, const us_field *field, const json_t *like);

static json_t *give_up(struct conversion *c, json_t *half, const char *why)
{
	json_decref(half);
	(void)us_fail(c->err, US_E_POLICY, "%s", why);
	return NULL;
}

/* False: it is too much. */
static bool count(struct conversion *c, size_t text)
{
	c->bytes += VALUE_BYTES + text;
	if (c->bytes <= BYTES_MAX)
		return true;
	(void)us_fail(
		c->err, US_E_POLICY, "more than %lu bytes of data", BYTES_MAX);
	return false;
}

static json_t *convert_list(struct conversion *c, int idx, const us_field *field)
{
	json_t *list = json_array();
	const us_field element_of = { .shape = field ? field->shape : NULL };
	size_t n = lua_rawlen(c->L, idx), seen = 0;

	for (lua_pushnil(c->L); lua_next(c->L, idx); lua_pop(c->L, 1))
		seen++;
	if (seen != n)
		return give_up(
			c, list, "a table is both a list and something else");
	for (size_t i = 1; list && i <= n; i++) {
		json_t *element;

		lua_rawgeti(c->L, idx, (lua_Integer)i);
		element = convert(c, lua_gettop(c->L), &element_of, NULL);
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
	if (!is_known(c, shape, name) || !count(c, lua_rawlen(c->L, -2)))
		return false;
	field = us_shape_find(shape, name);
	value = convert(c, lua_gettop(c->L), field, json_object_get(like, name));
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
	struct conversion *c, int idx, const us_field *field, const json_t *like)
{
	const bool lists = json_is_array(like) || (field && field->list);
	json_t *result;

	if (c->depth >= DEPTH_MAX || !lua_checkstack(c->L, 8))
		return give_up(c, NULL, "tables too deep in each other");
	c->depth++;
	if (lua_rawlen(c->L, idx) > 0)
		result = convert_list(c, idx, field);
	else if (lists && is_empty(c->L, idx))
		result = json_array(); /* {} where a list belongs */
	else
		result = convert_object(c, idx, field ? field->shape : NULL, like);
	c->depth--;
	return result;
}

static json_t *convert(
	struct conversion *c, int idx, const us_field *field, const json_t *like)
{
	json_t *result = NULL;
	const char *text;
	size_t len;

	if (!count(c, lua_isstring(c->L, idx) ? lua_rawlen(c->L, idx) : 0))
		return NULL;
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
		return convert_table(c, idx, field, like);
	case LUA_TLIGHTUSERDATA:
		if (c->null && lua_touserdata(c->L, idx) == c->null)
			return json_null();
		break;
	default:
		break;
	}
	if (!result)
		(void)us_fail(c->err, US_E_POLICY, "a %s is no data",
			luaL_typename(c->L, idx));
	return result;
}

json_t *us_json_from_lua(lua_State *L, int idx, const us_shape *shape,
	const json_t *like, const void *null, us_err *err)
{
	struct conversion c = { .L = L, .null = null, .err = err };
	const us_field whole = { .shape = shape };

	return convert_table(&c, lua_absindex(L, idx), &whole, like);
}
