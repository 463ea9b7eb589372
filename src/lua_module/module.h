#ifndef MODULE_H
#define MODULE_H

#include <jansson.h>
#include <lua.h>

#include "unstick/fixture.h"

/* What unstick.case{...} and unstick.case_from(file) return: a case that owns its
 * JSON, and what the guard will say about it. */
#define CASE_TYPE "unstick.Case"

/* What stands for JSON's null in a table, which can't hold nil: unstick.null. */
extern const char us_lua_null;

/* p_* may raise, as in src/policy. */
/* Raises by the interpreter's own means if it is another Lua than ours, whose state
 * must not even be looked at. */
void p_check_interpreter(lua_State *L);
void p_case_type_open(lua_State *L);
int p_case(lua_State *L);
int p_case_from(lua_State *L);
/* The case at idx: one of ours, or a plain table, which is replaced by one of ours.
 */
const us_fixture *p_check_case(lua_State *L, int idx);

#endif
