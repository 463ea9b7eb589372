/* JSON as policies see it: read-only values that borrow it, converted when they are
 * read (a history has thousands of entries) and good only during the call they were
 * made for. A name nobody knows raises: a typo must not read as "nothing there". */
#include <lauxlib.h>
#include <string.h>

#include "host.h"
#include "shape.h"

#define VALUE "unstick.Value"
/* User values: the values in it that are in use, so that they are the same again;
 * and, while reads are traced, where in the case it is. */
enum { CACHE = 1, PATH = 2 };

static const char weak; /* registry key: the metatable of caches */

static int p_unknown_field(
	lua_State *L, const struct us_shape *shape, const char *name)
{
	const char *nearest = us_shape_nearest(shape, name);

	us_host_of(L)->slip = true;
	if (nearest)
		return luaL_error(L, "%s has no '%s'; did you mean '%s'?",
			shape->what, name, nearest);
	return luaL_error(L, "%s has no '%s'", shape->what, name);
}

/* ---- values ---- */

struct value {
	json_t *json;
	const struct us_shape *shape; /* of an object, or of a list's elements */
	unsigned long call;
};

static const struct value *p_value(lua_State *L, int arg)
{
	const struct value *v = luaL_checkudata(L, arg, VALUE);

	if (v->call != US_CALL_FOREVER && v->call != us_host_of(L)->call)
		luaL_error(L, "this value is over: a case can't be kept after its "
			      "handler has returned");
	return v;
}

/* Logs, and scripts with their statements, can be larger than a policy's memory. */
static void p_push_text(lua_State *L, const json_t *json)
{
	const char *text = json_string_value(json);
	size_t n = json_string_length(json), end = US_VALUE_TEXT_MAX;

	if (n <= US_VALUE_TEXT_MAX) {
		lua_pushlstring(L, text, n);
		return;
	}
	while (end > 0 && ((unsigned char)text[end] & 0xC0U) == 0x80U)
		end--;
	lua_pushlstring(L, text, end);
	lua_pushfstring(
		L, " [cut after %I of %I bytes]", (LUAI_UACINT)end, (LUAI_UACINT)n);
	lua_concat(L, 2);
}

void p_push_json(lua_State *L, const json_t *json, const struct us_shape *shape,
	unsigned long call)
{
	struct value *v;

	switch (json ? json_typeof(json) : JSON_NULL) {
	case JSON_NULL:
		lua_pushnil(L);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		lua_pushboolean(L, json_is_true(json));
		return;
	case JSON_INTEGER:
		lua_pushinteger(L, json_integer_value(json));
		return;
	case JSON_REAL:
		lua_pushnumber(L, json_real_value(json));
		return;
	case JSON_STRING:
		p_push_text(L, json);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	v = lua_newuserdatauv(L, sizeof(*v), 2);
	/* jansson's look-ups take a pointer to a json_t that they don't change */
	*v = (struct value){ (json_t *)json, shape, call };
	luaL_setmetatable(L, VALUE);
}

/* ---- what was read ---- */

void p_name_value(lua_State *L, const char *path)
{
	if (!us_host_of(L)->reads || !luaL_testudata(L, -1, VALUE))
		return;
	lua_pushstring(L, path);
	lua_setiuservalue(L, -2, PATH);
}

/* Pushes the path of the member that the key at stack index 2 names: "records[].id"
 * of all elements alike, or a history of thousands would be told name by name. */
static void p_push_path(lua_State *L, const struct value *v)
{
	const char *of = lua_getiuservalue(L, 1, PATH) == LUA_TSTRING
				 ? lua_tostring(L, -1)
				 : "";

	if (json_is_array(v->json)) {
		lua_pushfstring(L, "%s[]", of);
		return;
	}
	lua_pushvalue(L, 2);
	p_show(L, lua_gettop(L));
	lua_pushfstring(L, "%s%s%s", of, *of ? "." : "", lua_tostring(L, -1));
}

/* Notes that the member with the key at stack index 2 is read; it is on top. */
static void p_note_member(lua_State *L, const struct value *v)
{
	us_host *h = us_host_of(L);
	int member = lua_gettop(L);

	if (!h->reads || lua_type(L, member) == LUA_TFUNCTION)
		return;
	p_push_path(L, v);
	us_trace_read(h, lua_tostring(L, -1));
	if (luaL_testudata(L, member, VALUE)) {
		lua_pushvalue(L, -1);
		lua_setiuservalue(L, member, PATH);
	}
	lua_settop(L, member);
}

/* Notes that the value at stack index 1 itself was looked at. */
static void p_note_value(lua_State *L)
{
	us_host *h = us_host_of(L);

	if (h->reads && lua_getiuservalue(L, 1, PATH) == LUA_TSTRING)
		us_trace_read(h, lua_tostring(L, -1));
}

/* ---- reading ---- */

static int p_permits(lua_State *L)
{
	const struct value *v = p_value(L, 1);
	const char *wanted = luaL_checkstring(L, 2);
	us_action action;
	const json_t *permitted = json_object_get(v->json, "permitted");
	bool found = false;

	if (!us_action_parse(&action, wanted)) {
		const char *nearest = us_action_nearest(wanted);

		us_host_of(L)->slip = true;
		if (nearest)
			return luaL_error(L,
				"there is no action '%s'; did you mean '%s'?",
				wanted, nearest);
		return luaL_error(L, "there is no action '%s'", wanted);
	}
	if (us_host_of(L)->reads)
		us_trace_read(
			us_host_of(L), lua_pushfstring(L, "permits(%s)", wanted));
	for (size_t i = 0; i < json_array_size(permitted) && !found; i++) {
		const char *name = json_string_value(json_array_get(permitted, i));

		found = name && strcmp(name, wanted) == 0;
	}
	lua_pushboolean(L, found);
	return 1;
}

/* Pushes the element that the key at stack index 2 names. */
static void p_push_element(lua_State *L, const struct value *v)
{
	int is_integer;
	lua_Integer i = lua_tointegerx(L, 2, &is_integer);

	us_host_of(L)->slip |= lua_type(L, 2) == LUA_TSTRING;
	if (lua_type(L, 2) == LUA_TSTRING)
		luaL_error(L, "'%s' is asked of a list; index it with a number",
			lua_tostring(L, 2));
	if (is_integer && i >= 1)
		p_push_json(L, json_array_get(v->json, (size_t)i - 1), v->shape,
			v->call);
	else
		lua_pushnil(L);
}

static void p_push_member(lua_State *L, const struct value *v)
{
	const char *name =
		lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
	const us_field *field = name ? us_shape_find(v->shape, name) : NULL;
	const json_t *member = name ? json_object_get(v->json, name) : NULL;

	if (v->shape == &us_case_shape && name && strcmp(name, "permits") == 0)
		lua_pushcfunction(L, p_permits);
	else if (name && v->shape && !field && !member)
		p_unknown_field(L, v->shape, name);
	else
		p_push_json(L, member, field ? field->shape : NULL, v->call);
}

/* Keeps what is on top of the stack (value key cache|nil member) for as long as
 * somebody else does: ten thousand statements that were looked at once are garbage
 * like any other. */
static void p_keep(lua_State *L)
{
	if (lua_isnil(L, 3)) {
		lua_newtable(L);
		lua_rawgetp(L, LUA_REGISTRYINDEX, &weak);
		lua_setmetatable(L, -2);
		lua_pushvalue(L, -1);
		lua_setiuservalue(L, 1, CACHE);
		lua_replace(L, 3);
	}
	lua_pushvalue(L, 2);
	lua_pushvalue(L, -2);
	lua_rawset(L, 3);
}

static int p_index(lua_State *L)
{
	const struct value *v = p_value(L, 1);

	if (lua_getiuservalue(L, 1, CACHE) == LUA_TTABLE) { /* value key cache */
		lua_pushvalue(L, 2);
		if (lua_rawget(L, -2) != LUA_TNIL)
			return 1;
		lua_pop(L, 1);
	}
	if (json_is_array(v->json))
		p_push_element(L, v);
	else
		p_push_member(L, v);
	p_note_member(L, v);
	if (lua_isuserdata(L, -1))
		p_keep(L);
	return 1;
}

static int p_len(lua_State *L)
{
	const struct value *v = p_value(L, 1);

	p_note_value(L);
	lua_pushinteger(L, (lua_Integer)json_array_size(v->json));
	return 1;
}

static int p_newindex(lua_State *L)
{
	us_host_of(L)->slip = true;
	p_show(L, 2);
	return luaL_error(L,
		"'%s' can't be set: what a policy is given is read-only",
		lua_tostring(L, 2));
}

static void p_push_case(lua_State *L, const struct value *v)
{
	const json_t *name = json_object_get(v->json, "name");

	lua_pushliteral(L, "case ");
	if (json_is_string(name))
		p_push_text(L, name);
	else
		lua_pushliteral(L, "without a name");
	lua_concat(L, 2);
}

static int p_tostring(lua_State *L)
{
	const struct value *v = luaL_checkudata(L, 1, VALUE);

	if (v->call != US_CALL_FOREVER && v->call != us_host_of(L)->call)
		lua_pushliteral(L, "a value that is over");
	else if (v->shape == &us_case_shape)
		p_push_case(L, v);
	else if (json_is_array(v->json))
		lua_pushfstring(L, "list of %d", (int)json_array_size(v->json));
	else
		lua_pushstring(L, v->shape ? v->shape->what : "object");
	return 1;
}

/* ---- going through ---- */

/* Stack: value key. Both kinds skip null, as a table would. */
static int p_next_element(lua_State *L, const struct value *v)
{
	size_t n = json_array_size(v->json);
	size_t i = lua_isnil(L, 2) ? 0 : (size_t)luaL_checkinteger(L, 2);

	while (i < n && json_is_null(json_array_get(v->json, i)))
		i++;
	if (i >= n)
		return 0;
	lua_pushinteger(L, (lua_Integer)i + 1);
	return 1;
}

static int p_next_member(lua_State *L, const struct value *v)
{
	void *at;

	if (lua_isnil(L, 2)) {
		at = json_object_iter(v->json);
	} else {
		at = json_object_iter_at(v->json, luaL_checkstring(L, 2));
		if (!at)
			return luaL_error(
				L, "'%s' is not a key of it", lua_tostring(L, 2));
		at = json_object_iter_next(v->json, at);
	}
	while (at && json_is_null(json_object_iter_value(at)))
		at = json_object_iter_next(v->json, at);
	if (!at)
		return 0;
	lua_pushstring(L, json_object_iter_key(at));
	return 1;
}

static int p_next_value(lua_State *L)
{
	const struct value *v = p_value(L, 1);

	lua_settop(L, 2);
	p_note_value(L);
	lua_settop(L, 2);
	if (json_is_array(v->json) ? !p_next_element(L, v) : !p_next_member(L, v)) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushvalue(L, -1);
	lua_gettable(L, 1); /* value key next-key next-value */
	return 2;
}

static int p_pairs(lua_State *L)
{
	(void)p_value(L, 1);
	lua_pushcfunction(L, p_next_value);
	lua_pushvalue(L, 1);
	return 2;
}

/* Lua's `next`, which would find nothing in what only stands for a table. */
int p_next(lua_State *L)
{
	if (luaL_testudata(L, 1, VALUE))
		return p_next_value(L);
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 2);
	if (lua_next(L, 1))
		return 2;
	lua_pushnil(L);
	return 1;
}

static const luaL_Reg meta[] = {
	{ "__index", p_index },
	{ "__newindex", p_newindex },
	{ "__len", p_len },
	{ "__pairs", p_pairs },
	{ "__tostring", p_tostring },
	{ NULL, NULL },
};

void p_case_open(lua_State *L)
{
	luaL_newmetatable(L, VALUE);
	luaL_setfuncs(L, meta, 0);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
	lua_createtable(L, 0, 1);
	lua_pushliteral(L, "v");
	lua_setfield(L, -2, "__mode");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &weak);
}
