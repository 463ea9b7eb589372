#ifndef MODULE_H
#define MODULE_H

#include <jansson.h>
#include <lua.h>

#include "unstick/err.h"

/* A case that owns its JSON: what unstick.case{...} returns. */
#define CASE_TYPE "unstick.Case"

/* What stands for JSON's null in a table, which can't hold nil: unstick.null. */
extern const char us_lua_null;

/* p_* may raise, as in src/policy. */
void p_case_type_open(lua_State *L);
int p_case(lua_State *L);
/* The case at idx: one of ours, or a plain table, which is replaced by one of ours.
 */
json_t *p_check_case(lua_State *L, int idx);

#endif
