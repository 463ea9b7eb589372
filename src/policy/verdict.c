/* Verdicts: the constructors policies call, and the one reader of what they answer.
 * An answer that is not entirely understood is not a verdict. */
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"

#define SHOWN_MAX 1000 /* bytes of what was answered instead, in a message */
#define TO_MAX 255     /* migration_name VARCHAR(255): Prisma's own table */

/* ---- constructors ---- */

static bool is_blank(const char *text, size_t len)
{
	return strspn(text, " \t\r\n") >= len;
}

static void p_check_text(lua_State *L, int arg, const char *what)
{
	size_t len;
	const char *text;

	luaL_checktype(L, arg, LUA_TSTRING);
	text = lua_tolstring(L, arg, &len);
	if (is_blank(text, len))
		luaL_argerror(L, arg, what);
}

/* The line of the policy's own file that this call came from, or 0: a helper it
 * requires may have called, and a tail call may have left no trace. */
static int p_calling_line(lua_State *L)
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

/* Makes { action, reason, line } of the reason at stack index `reason`. */
static void p_make(lua_State *L, us_action action, int reason)
{
	int line = p_calling_line(L);

	p_check_text(L, reason, "the reason must not be empty");
	lua_createtable(L, 0, 4);
	lua_pushstring(L, us_action_name(action));
	lua_setfield(L, -2, "action");
	lua_pushvalue(L, reason);
	lua_setfield(L, -2, "reason");
	if (line > 0) {
		lua_pushinteger(L, line);
		lua_setfield(L, -2, "line");
	}
}

static int p_rolled_back(lua_State *L)
{
	p_make(L, US_ACTION_ROLLED_BACK, 1);
	return 1;
}

static int p_applied(lua_State *L)
{
	p_make(L, US_ACTION_APPLIED, 1);
	return 1;
}

static int p_rename(lua_State *L)
{
	p_check_text(L, 1, "the new name must not be empty");
	p_make(L, US_ACTION_RENAME, 2);
	lua_pushvalue(L, 1);
	lua_setfield(L, -2, "to");
	return 1;
}

static int p_wait(lua_State *L)
{
	luaL_checknumber(L, 1);
	p_make(L, US_ACTION_WAIT, 2);
	lua_pushvalue(L, 1);
	lua_setfield(L, -2, "seconds");
	return 1;
}

static int p_skip(lua_State *L)
{
	p_make(L, US_ACTION_SKIP, 1);
	return 1;
}

static int p_stop(lua_State *L)
{
	p_make(L, US_ACTION_STOP, 1);
	return 1;
}

static const luaL_Reg constructors[] = {
	{ "applied", p_applied },
	{ "rename", p_rename },
	{ "rolled_back", p_rolled_back },
	{ "skip", p_skip },
	{ "stop", p_stop },
	{ "wait", p_wait },
	{ NULL, NULL },
};

void p_verdict_open(lua_State *L)
{
	luaL_newlib(L, constructors);
	p_freeze(L, "verdict", US_MISSING_RAISES);
}

/* ---- reading an answer ---- */

/* An answer on the stack, and the handler to blame for it. */
struct answer {
	lua_State *L;
	int table;
	const char *file; /* as Lua shows it */
	int line;         /* where the handler begins */
};

_Noreturn static void p_refuse(
	const struct answer *a, const char *expected, const char *got)
{
	us_host_of(a->L)->line = a->line;
	us_host_of(a->L)->slip = true;
	luaL_error(a->L, "%s:%d: expected %s, got %s", a->file, a->line, expected,
		got);
	abort(); /* not reached */
}

static const char *const known[] = { "action", "line", "override", "reason",
	"seconds", "to" };

static bool is_known(const char *name)
{
	for (size_t i = 0; i < US_LEN(known); i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

/* `overide = true` must not be taken for a verdict without override. */
static void p_check_names(const struct answer *a)
{
	lua_State *L = a->L;

	for (lua_pushnil(L); lua_next(L, a->table); lua_pop(L, 1)) {
		const char *name =
			lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
		const char *nearest;

		if (name && is_known(name))
			continue;
		nearest = name ? us_nearest(name, known, US_LEN(known)) : NULL;
		p_refuse(a,
			nearest ? lua_pushfstring(L, "a verdict's '%s'", nearest)
				: "a verdict's action, reason, override, seconds "
				  "or to",
			name ? lua_pushfstring(L, "'%s'", name)
			     : lua_pushfstring(
				       L, "a %s as a key", luaL_typename(L, -2)));
	}
}

/* Pushes a field and returns its type; raw, so that nothing else gets a say. */
static int p_field(const struct answer *a, const char *name)
{
	lua_pushstring(a->L, name);
	return lua_rawget(a->L, a->table);
}

/* What was found instead, for a message. */
static const char *p_shown(lua_State *L, int index)
{
	switch (lua_type(L, index)) {
	case LUA_TNIL:
	case LUA_TNONE:
		return "nothing";
	case LUA_TSTRING:
		if (lua_rawlen(L, index) > SHOWN_MAX)
			return lua_pushfstring(L, "a text of %I bytes",
				(LUAI_UACINT)lua_rawlen(L, index));
		return lua_pushfstring(L, "'%s'", lua_tostring(L, index));
	case LUA_TNUMBER:
	case LUA_TBOOLEAN:
		return luaL_tolstring(L, index, NULL);
	default:
		return lua_pushfstring(L, "a %s", luaL_typename(L, index));
	}
}

static us_action p_read_action(const struct answer *a)
{
	us_action action = US_ACTION_STOP;
	const char *name, *nearest;

	if (p_field(a, "action") != LUA_TSTRING)
		p_refuse(a, "the name of an action in a verdict's 'action'",
			p_shown(a->L, -1));
	name = lua_tostring(a->L, -1);
	if (us_action_parse(&action, name))
		return action;
	nearest = us_action_nearest(name);
	p_refuse(a,
		nearest ? lua_pushfstring(a->L, "an action ('%s'?)", nearest)
			: "an action",
		p_shown(a->L, -1));
}

/* A text field that must be there; it stays on the stack, which keeps it alive. */
static const char *p_read_text(
	const struct answer *a, const char *name, size_t *len, const char *expected)
{
	const char *text = p_field(a, name) == LUA_TSTRING
				   ? lua_tolstring(a->L, -1, len)
				   : NULL;

	if (!text || is_blank(text, *len))
		p_refuse(a, expected, p_shown(a->L, -1));
	return text;
}

static double p_read_seconds(const struct answer *a, us_action action)
{
	int type = p_field(a, "seconds");
	double seconds = lua_tonumber(a->L, -1);

	if (action != US_ACTION_WAIT) {
		if (type != LUA_TNIL)
			p_refuse(a, "'seconds' in a wait only", p_shown(a->L, -1));
		return -1;
	}
	if (type != LUA_TNUMBER || !isfinite(seconds) || seconds <= 0)
		p_refuse(a, "a positive number of seconds to wait",
			p_shown(a->L, -1));
	return seconds;
}

static const char *p_read_to(const struct answer *a, us_action action, size_t *len)
{
	const char *to;

	if (action != US_ACTION_RENAME) {
		if (p_field(a, "to") != LUA_TNIL)
			p_refuse(a, "'to' in a rename only", p_shown(a->L, -1));
		return NULL;
	}
	to = p_read_text(a, "to", len, "the new name in a rename's 'to'");
	if (*len > TO_MAX || strlen(to) != *len || strchr(to, '/'))
		p_refuse(a, "a migration's name in 'to'", p_shown(a->L, -1));
	return to;
}

static bool p_read_override(const struct answer *a)
{
	int type = p_field(a, "override");

	if (type != LUA_TNIL && type != LUA_TBOOLEAN)
		p_refuse(a, "true or false in 'override'", p_shown(a->L, -1));
	return lua_toboolean(a->L, -1);
}

static int p_read_line(const struct answer *a)
{
	int is_integer;
	lua_Integer line;

	(void)p_field(a, "line"); /* where a constructor was called */
	line = lua_tointegerx(a->L, -1, &is_integer);
	return is_integer && line > 0 && line < INT32_MAX ? (int)line : a->line;
}

/* Never raises: from here on there is memory to lose. */
static us_code copy(us_verdict *out, const char *name, const char *reason,
	size_t reason_len, const char *to)
{
	us_str text = { 0 };
	us_code rc;

	us_policy_text(&text, reason, reason_len, US_POLICY_TEXT_MAX);
	rc = us_str_take(&text, &out->reason, NULL, NULL);
	if (rc == US_OK)
		rc = us_strdup(&out->policy, name, NULL);
	if (rc == US_OK && to)
		rc = us_strdup(&out->to, to, NULL);
	return rc;
}

void p_verdict_read(lua_State *L, int handler, us_verdict *out)
{
	struct answer a = { .L = L, .table = lua_gettop(L) };
	size_t reason_len = 0, to_len = 0;
	const char *reason, *to;
	lua_Debug at;

	if (lua_isnil(L, a.table))
		return;
	luaL_checkstack(L, LUA_MINSTACK, NULL);
	lua_pushvalue(L, handler);
	lua_getinfo(L, ">S", &at);
	a.file = lua_pushstring(L, at.short_src);
	a.line = at.linedefined;
	if (!lua_istable(L, a.table))
		p_refuse(&a,
			"verdict.something(...), a table with action and reason, "
			"or nil",
			p_shown(L, a.table));
	p_check_names(&a);
	out->action = p_read_action(&a);
	out->seconds = p_read_seconds(&a, out->action);
	out->override = p_read_override(&a);
	out->line = p_read_line(&a);
	to = p_read_to(&a, out->action, &to_len);
	reason = p_read_text(
		&a, "reason", &reason_len, "a reason in a verdict's 'reason'");
	if (copy(out, us_host_of(L)->name, reason, reason_len, to) != US_OK)
		luaL_error(L, "out of memory");
	out->given = true;
}
