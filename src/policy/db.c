/* db:query(): a policy's own look at the database. Each query is a read-only
 * transaction of its own on a connection of its own, opened when first used; its
 * rows are counted against the policy's memory. */
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "unstick/auto.h"

#define ROWS_MAX 10000
#define BYTES_MAX (8UL * 1024 * 1024)
/* Of one call: connecting is not its time, so it must not be done without end. */
#define CONNECTS_MAX 3

static const char object; /* registry key: what handlers get as `db` */

/* ---- rows ---- */

struct rows {
	lua_State *L;
	int table; /* on the stack of whoever asked */
	size_t n, bytes;
};

static void p_push_integer(lua_State *L, const char *text, size_t len)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno == 0 && end == text + len)
		lua_pushinteger(L, value);
	else
		lua_pushlstring(L, text, len); /* too large: exact as text */
}

static void p_push_real(lua_State *L, const char *text, size_t len)
{
	char *end;
	double value = strtod(text, &end); /* also NaN and Infinity */

	if (end == text + len)
		lua_pushnumber(L, value);
	else
		lua_pushlstring(L, text, len);
}

static void p_push_cell(lua_State *L, const us_row *row, size_t i)
{
	const char *text = row->cells[i];

	if (!text) {
		lua_pushnil(L);
		return;
	}
	switch (row->types[i]) {
	case US_V_NULL:
		lua_pushnil(L);
		break;
	case US_V_INTEGER:
		p_push_integer(L, text, row->lengths[i]);
		break;
	case US_V_REAL:
		p_push_real(L, text, row->lengths[i]);
		break;
	case US_V_BOOLEAN:
		lua_pushboolean(L, text[0] == 't');
		break;
	case US_V_TEXT:
		lua_pushlstring(L, text, row->lengths[i]);
		break;
	}
}

/* rows row -> ; called through lua_pcall, see add_row(). */
static int p_add_row(lua_State *L)
{
	const us_row *row = lua_touserdata(L, 2);

	lua_createtable(L, 0, (int)row->ncols);
	for (size_t i = 0; i < row->ncols; i++) {
		p_push_cell(L, row, i);
		lua_setfield(L, -2, row->names[i]);
	}
	lua_rawseti(L, 1, (lua_Integer)lua_rawlen(L, 1) + 1);
	return 0;
}

static us_code within_limits(struct rows *r, const us_row *row, us_err *err)
{
	r->n++;
	for (size_t i = 0; i < row->ncols; i++)
		r->bytes += row->lengths[i];
	if (r->n > ROWS_MAX)
		return us_fail(err, US_E_POLICY, "more than %d rows", ROWS_MAX);
	if (r->bytes > BYTES_MAX)
		return us_fail(err, US_E_POLICY, "more than %lu bytes", BYTES_MAX);
	return US_OK;
}

/* The driver called us and has to get its result back: nothing may raise past it.
 */
static us_code add_row(const us_row *row, void *ctx, us_err *err)
{
	struct rows *r = ctx;
	us_code rc = within_limits(r, row, err);
	int status;

	if (rc != US_OK)
		return rc;
	if (!lua_checkstack(r->L, 3))
		return us_fail(err, US_E_LIMIT, "no room for another row");
	lua_pushcfunction(r->L, p_add_row);
	lua_pushvalue(r->L, r->table);
	lua_pushlightuserdata(r->L, (void *)row);
	status = lua_pcall(r->L, 2, 0, 0);
	if (status == LUA_OK)
		return US_OK;
	if (status == LUA_ERRMEM)
		us_limits_trip(us_host_of(r->L), US_OUT_OF_MEMORY);
	rc = us_fail(err, US_E_LIMIT, "%s",
		lua_type(r->L, -1) == LUA_TSTRING ? lua_tostring(r->L, -1) : "");
	lua_pop(r->L, 1);
	return rc;
}

/* ---- the query ---- */

/* Has a timeout of its own, which is none of the policy's business. */
static us_code connect(us_host *h, us_err *err)
{
	const us_policy_db *db = &h->run->outside.db;
	int64_t paused;
	us_code rc;

	if (h->run->conn)
		return US_OK;
	if (!db->open)
		return us_fail(
			err, US_E_POLICY, "there is no database to ask here");
	if (h->connects++ >= CONNECTS_MAX)
		return us_fail(err, US_E_POLICY,
			"the connection was lost or not to be had %d times in this "
			"call",
			CONNECTS_MAX);
	paused = us_limits_pause(h);
	rc = db->open(&h->run->conn, db->ctx, err);
	us_limits_resume(h, paused);
	return rc;
}

static bool is_postgresql(const us_db *db)
{
	return strcmp(us_db_about(db).provider, "postgresql") == 0;
}

static us_code send(us_host *h, us_stmt *query, us_err *err)
{
	us_db *db = h->run->conn;
	const us_db_terms terms = {
		.ms = us_limits_left_ms(h),
		.bytes = BYTES_MAX,
		.denied = us_sql_denied,
	};
	bool over = false;
	us_code rc = db->ops->ask(db, query, &terms, &over, err);

	if (over) { /* the next query opens another */
		us_db_close(db);
		h->run->conn = NULL;
	}
	return rc;
}

/* The parameter at a stack index as text, which stays alive on the stack. */
static const char *p_param(lua_State *L, int arg, bool postgresql)
{
	char number[64];
	const char *text;
	size_t len;

	switch (lua_type(L, arg)) {
	case LUA_TNIL:
		return NULL;
	case LUA_TBOOLEAN:
		if (postgresql)
			return lua_toboolean(L, arg) ? "true" : "false";
		return lua_toboolean(L, arg) ? "1" : "0";
	case LUA_TNUMBER:
		if (lua_isinteger(L, arg))
			return luaL_tolstring(L, arg, NULL);
		snprintf(number, sizeof(number), "%.17g", lua_tonumber(L, arg));
		return lua_pushstring(L, number);
	case LUA_TSTRING:
		text = lua_tolstring(L, arg, &len);
		luaL_argcheck(L, strlen(text) == len, arg, "a NUL in a parameter");
		return text;
	default:
		luaL_argerror(L, arg, "expected text, a number, a boolean or nil");
		return NULL;
	}
}

static us_value_type type_of(lua_State *L, int arg)
{
	switch (lua_type(L, arg)) {
	case LUA_TBOOLEAN:
		return US_V_BOOLEAN;
	case LUA_TNUMBER:
		return lua_isinteger(L, arg) ? US_V_INTEGER : US_V_REAL;
	default:
		return US_V_TEXT;
	}
}

_Noreturn static void p_raise(lua_State *L, const us_err *err)
{
	if (err->sqlstate[0] && !strstr(err->msg, err->sqlstate))
		luaL_error(
			L, "db:query: %s (SQLSTATE %s)", err->msg, err->sqlstate);
	luaL_error(L, "db:query: %s", err->msg);
	abort(); /* not reached */
}

static int p_query(lua_State *L)
{
	us_host *h = us_host_of(L);
	int nparams = lua_gettop(L) - 2;
	us_err err = { 0 };
	struct rows rows = { .L = L };
	us_stmt query = { .fn = add_row, .ctx = &rows };
	const char **params;
	us_value_type *types;
	bool postgresql;
	size_t len;

	luaL_argexpected(L, lua_istable(L, 1), 1, "db, as in db:query(...)");
	query.sql = luaL_checklstring(L, 2, &len);
	if (h->reads)
		us_trace_read(h, "db:query");
	luaL_checkstack(L, nparams + LUA_MINSTACK, "too many parameters");
	if (connect(h, &err) != US_OK)
		p_raise(L, &err);
	postgresql = is_postgresql(h->run->conn);
	if (us_sql_check(query.sql, len, postgresql, &err) != US_OK)
		p_raise(L, &err);
	params = lua_newuserdatauv(L, ((size_t)nparams + 1) * sizeof(*params), 0);
	types = lua_newuserdatauv(L, ((size_t)nparams + 1) * sizeof(*types), 0);
	for (int i = 0; i < nparams; i++) {
		types[i] = type_of(L, i + 3);
		params[i] = p_param(L, i + 3, postgresql);
	}
	query.nparams = (size_t)nparams;
	query.params = params;
	query.types = types;
	lua_newtable(L);
	rows.table = lua_gettop(L);
	if (send(h, &query, &err) != US_OK)
		p_raise(L, &err);
	lua_settop(L, rows.table);
	return 1;
}

static const luaL_Reg methods[] = {
	{ "query", p_query },
	{ NULL, NULL },
};

void p_db_open(lua_State *L)
{
	luaL_newlib(L, methods);
	p_freeze(L, "db", US_MISSING_RAISES);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &object);
}

void p_push_db(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &object);
}
