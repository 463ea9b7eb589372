#ifndef FROM_LUA_H
#define FROM_LUA_H

#include <jansson.h>
#include <lua.h>

#include "shape.h"
#include "unstick/err.h"

/* The table at idx as JSON, or NULL with *err set; the caller's. Names that `shape`
 * (or NULL) doesn't know are refused; where `like` (or NULL) has a list, {} is one.
 * `null` is the light userdata that stands for null, or NULL. Never raises. */
json_t *us_json_from_lua(lua_State *L, int idx, const us_shape *shape,
	const json_t *like, const void *null, us_err *err);

#endif
