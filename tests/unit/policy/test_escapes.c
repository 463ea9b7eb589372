/* The escape suite: what a hostile policy tries, and how each attempt ends. All end
 * in a stop (or the file doesn't load) with these words; none ends in another
 * verdict, a crash, a hang or a change of the database. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "cluster.h"

enum { ALONE = 1, LITE = 2, PG = 4, BOTH = LITE | PG };

typedef enum { ROOMY, FEW, LITTLE, SHORT } budget;

struct row {
	int where; /* without a database, on which database */
	budget limits;
	const char *source; /* a handler's body, or `load:` and a whole file */
	const char *part;   /* of what is said then */
};

#define LOOP "while true do end "
#define ESCAPE "return verdict.applied('escaped')"
#define STEPS "ran past its limit of 100000 instructions"
#define BYTES "ran past its limit of 4194304 bytes of memory"
#define MORE_THAN_READ "it does more than read"
#define TIME "ran past its limit of 100 ms"
#define ENDLESS "with recursive n(i) as (select 1 union all select i + 1 from n) "

/* clang-format off */
static const struct row rows[] = {
	/* ---- instructions: nothing swallows the limit ---- */
	{ ALONE, FEW, LOOP, STEPS },
	{ ALONE, FEW, "goto x ::x:: goto x", STEPS },
	{ ALONE, FEW, "pcall(function() " LOOP "end) " ESCAPE, STEPS },
	{ ALONE, FEW, "while true do pcall(function() " LOOP "end) end", STEPS },
	{ ALONE, FEW, "xpcall(function() " LOOP "end, function() return 1 end) " ESCAPE, STEPS },
	{ ALONE, FEW, "while true do xpcall(function() " LOOP "end, function() " LOOP "end) end", STEPS },
	{ ALONE, FEW, "while true do xpcall(error, function() " LOOP "end) end", STEPS },
	{ ALONE, FEW, "xpcall(function() " LOOP "end, pcall) " ESCAPE, STEPS },
	{ ALONE, FEW, "local function f() while true do pcall(f) end end f()", STEPS },
	{ ALONE, FEW, "while true do pcall(pcall, pcall, function() " LOOP "end) end", STEPS },
	{ ALONE, FEW, "table.sort({ 3, 2, 1 }, function() " LOOP "end)", STEPS },
	{ ALONE, FEW, "pcall(table.sort, { 3, 2, 1 }, function() " LOOP "end) " ESCAPE, STEPS },
	{ ALONE, FEW, "pcall(string.gsub, 'x', 'x', function() " LOOP "end) " LOOP, STEPS },
	{ ALONE, FEW, "pcall(string.gsub, 'x', 'x', function() " LOOP "end) " ESCAPE, STEPS },
	{ ALONE, FEW, "pcall(require, 'loop') " ESCAPE, STEPS },
	{ ALONE, FEW, "pcall(function() return '10' + (function() " LOOP "end)() end) " ESCAPE, STEPS },
	{ ALONE, FEW, "pcall(function() return ('x')[(function() " LOOP "end)()] end) " ESCAPE, STEPS },
	{ ALONE, FEW, "repeat local ok = pcall(function() for _ in pairs(case.history) do " LOOP
		"end end) until ok", STEPS },
	{ ALONE, FEW, "while true do for _ in pairs(string) do end end", STEPS },
	{ ALONE, FEW, "while true do local s = tostring(case) .. #case.history end", STEPS },
	{ ALONE, FEW, "while true do log.info('x') end", STEPS },
	{ ALONE, FEW, "while true do pcall(verdict.stop) end", STEPS },
	{ ALONE, FEW, "while true do pcall(db.query, db, 'select 1') end", STEPS },
	{ ALONE, FEW, "while true do pcall(require, 'nosuch') end", STEPS },
	{ ALONE, FEW, "for i = 1, 1e7 do local x <close> = nil end", STEPS },
	{ ALONE, FEW, "table.move({}, 1, 1 << 60, 2)", STEPS },
	{ ALONE, FEW, "while true do pcall(table.move, {}, math.mininteger, -1, 2) end", STEPS },
	{ ALONE, FEW, "load:" LOOP, STEPS },
	{ ALONE, FEW, "load:pcall(function() " LOOP "end) return { any = function() end }", STEPS },

	/* ---- memory ---- */
	{ ALONE, LITTLE, "return ('x'):rep(1e9)", BYTES },
	{ ALONE, LITTLE, "while true do pcall(string.rep, 'x', 1e9) end", BYTES },
	{ ALONE, LITTLE, "pcall(string.rep, 'x', 1e9) " ESCAPE, BYTES },
	{ ALONE, LITTLE, "xpcall(string.rep, function() return 1 end, 'x', 1e9) " ESCAPE, BYTES },
	{ ALONE, LITTLE, "local t = {} while true do t[#t + 1] = ('x'):rep(100) .. #t end", BYTES },
	{ ALONE, LITTLE, "local t = {} while true do pcall(function() while true do "
		"t[#t + 1] = ('x'):rep(100) .. #t end end) end", BYTES },
	{ ALONE, LITTLE, "local s = 'x' while true do s = s .. s end", BYTES },
	{ ALONE, LITTLE, "local f = {} while true do f[#f + 1] = function() return f end end", BYTES },
	{ ALONE, LITTLE, "return table.concat({ ('x'):rep(3e6), ('x'):rep(3e6), ('x'):rep(3e6) })", BYTES },
	{ ALONE, LITTLE, "return (('x'):rep(2000):gsub('.', ('y'):rep(10000)))", BYTES },
	{ ALONE, LITTLE, "local s = ('x'):rep(3e6) pcall(string.upper, s) " ESCAPE, BYTES },
	{ ALONE, LITTLE, "local s = ('%s'):rep(90):format(table.unpack((function() local t = {} for i = 1, 90 "
		"do t[i] = ('x'):rep(1e5) end return t end)()))", BYTES },
	{ ALONE, LITTLE, "local function f() return f() + 1 end pcall(f) " ESCAPE, BYTES },
	{ ALONE, LITTLE, "string.pack('!16 i16 s8', 1, ('x'):rep(4e6))", BYTES },
	{ ALONE, LITTLE, "load:local t = {} while true do t = { t, ('x'):rep(1000) .. #t } end", BYTES },
	/* Lua has limits of its own; those are errors like any other. */
	{ ALONE, LITTLE, "return ('%5000000s'):format('x')", "invalid conversion" },
	{ ALONE, ROOMY, "return (''):rep(1 << 62)", "got ''" },
	{ ALONE, ROOMY, "local function f() return f() + 1 end return f()", "limit of" },
	{ ALONE, ROOMY, "return ('('):rep(300):find(('('):rep(300))", "too many captures" },
	{ ALONE, ROOMY, "table.unpack({}, 1, 1e8)", "too many results" },
	{ ALONE, ROOMY, "local function f(g) return pcall(g, g) end error(tostring(select(2, f(f))))", "" },
	/* outside of Lua's own memory */
	{ ALONE, ROOMY, "load:local t = {} for _ = 1, 25 do t = { t, t } end "
		"return { any = function() end, settings = { x = t } }", "bytes of data" },
	{ ALONE, ROOMY, "load:local t, s = {}, ('x'):rep(1e6) for i = 1, 1000 do t[i] = s end "
		"return { any = function() end, settings = { x = t } }", "bytes of data" },
	{ ALONE, ROOMY, "return verdict[('x'):rep(3e6)]", "has no 'x" },
	{ ALONE, ROOMY, "return case[('x'):rep(3e6)]", "has no 'x" },
	{ ALONE, ROOMY, "return case:permits(('x'):rep(3e6))", "no action 'x" },
	{ ALONE, ROOMY, "return { action = ('x'):rep(3e6), reason = 'x' }", "an action" },
	{ ALONE, ROOMY, "return verdict.rename(('x'):rep(1e6), 'long')", "a migration's name" },

	/* ---- time ---- */
	{ ALONE, SHORT, "while true do pcall(function() " LOOP "end) end", TIME },
	{ ALONE, SHORT, "local t = {} for i = 1, 1e5 do t[i] = i end "
		"while true do table.insert(t, 1, 0) table.remove(t, 1) end", TIME },
	{ ALONE, SHORT, "local s = ('x'):rep(1e6) while true do pcall(string.find, s, 'y', 1, true) end", TIME },

	/* ---- the sandbox ---- */
	{ ALONE, ROOMY, "os.exit(1)", "'os'" },
	{ ALONE, ROOMY, "io.open('/etc/passwd')", "'io'" },
	{ ALONE, ROOMY, "return coroutine.wrap(error)", "'coroutine'" },
	{ ALONE, ROOMY, "return load('os.exit(1)')", "'load'" },
	{ ALONE, ROOMY, "return debug.sethook()", "'debug'" },
	{ ALONE, ROOMY, "collectgarbage('stop')", "'collectgarbage'" },
	{ ALONE, ROOMY, "setmetatable({}, { __gc = error })", "'setmetatable'" },
	{ ALONE, ROOMY, "rawset(verdict, 'x', 1)", "'rawset'" },
	{ ALONE, ROOMY, "return _ENV._G", "'_G'" },
	{ ALONE, ROOMY, "return (''):dump()", "'dump'" },
	{ ALONE, ROOMY, "return ('').dump(function() end)", "'dump'" },
	{ ALONE, ROOMY, "return string.dump(function() end)", "'dump'" },
	{ ALONE, ROOMY, "return math.random()", "'random'" },
	{ ALONE, ROOMY, "math.randomseed(1)", "'randomseed'" },
	{ ALONE, ROOMY, "local s = getmetatable('').__index", "'getmetatable'" },
	{ ALONE, ROOMY, "('x').y = 1", "attempt to index a string value" },
	{ ALONE, ROOMY, "return ('x').__index.format", "attempt to index a nil value" },
	{ ALONE, ROOMY, "x = 1", "read-only" },
	{ ALONE, ROOMY, "_ENV.pcall = error", "read-only" },
	{ ALONE, ROOMY, "string.format = error", "read-only" },
	{ ALONE, ROOMY, "verdict.stop = verdict.applied", "read-only" },
	{ ALONE, ROOMY, "db.query = error", "read-only" },
	{ ALONE, ROOMY, "case.permitted[1] = 'applied'", "read-only" },
	{ ALONE, ROOMY, "with.n = 1", "read-only" },
	{ ALONE, ROOMY, "table.insert(string, 1)", "read-only" },
	{ ALONE, ROOMY, "table.insert(case.permitted, 'applied')", "read-only" },
	{ ALONE, ROOMY, "table.move({ 1 }, 1, 1, 1, math)", "read-only" },
	{ ALONE, ROOMY, "table.sort(case.permitted, function() return true end)", "" },
	{ ALONE, ROOMY, "local _, real = pairs(string) real.format = 1", "read-only" },
	{ ALONE, ROOMY, "local f = pairs(string) f(string, 'nosuch')", "invalid key" },
	{ ALONE, ROOMY, "for _, v in pairs(_ENV) do v() end", "" },
	{ ALONE, ROOMY, "next(case, 'nosuch')", "is not a key" },
	{ ALONE, ROOMY, "next(case.permitted, 'x')", "number expected" },
	{ ALONE, ROOMY, "next(5)", "table expected" },
	{ ALONE, ROOMY, "return case.__index", "has no '__index'" },
	{ ALONE, ROOMY, "return case.__metatable", "has no '__metatable'" },
	{ ALONE, ROOMY, "case.permits(5, 'stop')", "unstick.Value expected" },
	{ ALONE, ROOMY, "case.permits(string, 'stop')", "unstick.Value expected" },
	{ ALONE, ROOMY, "case.records.permits(case, 'x')", "index it with a number" },
	{ ALONE, ROOMY, "local x <close> = verdict", "non-closable" },
	{ ALONE, ROOMY, "local x <close> = case", "non-closable" },
	{ ALONE, ROOMY, "return ('%p'):format(case)", "no '%p'" },
	{ ALONE, ROOMY, "return ('%%%-20p'):format({})", "no '%p'" },
	{ ALONE, ROOMY, "assert(tostring({}) == 'table' and tostring(error) == 'function') "
		"assert(('%s %s'):format({}, error) == 'table function') error('no address')", "no address" },
	{ ALONE, ROOMY, "return ('\\0%p'):format('x')", "no '%p'" },
	{ ALONE, ROOMY, "case[{}] = 1", "'table' can't be set" },
	{ ALONE, ROOMY, "_ENV[error] = 1", "'function' can't be set" },
	{ ALONE, ROOMY, "case.permitted[case] = 1", "can't be set" },
	{ ALONE, ROOMY, "return xpcall(error)", "bad argument #2" },
	{ ALONE, ROOMY, "return pcall()", "bad argument #1" },
	{ ALONE, ROOMY, "return ('%s'):format(case.nosuch)", "has no 'nosuch'" },
	{ ALONE, ROOMY, "error(nil)", "raised a nil" },
	{ ALONE, ROOMY, "error({})", "raised a table" },
	{ ALONE, ROOMY, "load:\x1bLua", "binary chunk" },
	{ ALONE, ROOMY, "load:return { any = error, [1] = error }", "got a number as a key" },

	/* ---- require ---- */
	{ ALONE, ROOMY, "require('/etc/passwd')", "expected dotted names" },
	{ ALONE, ROOMY, "require('..secret')", "expected dotted names" },
	{ ALONE, ROOMY, "require('../secret')", "expected dotted names" },
	{ ALONE, ROOMY, "require('lib/../../secret')", "expected dotted names" },
	{ ALONE, ROOMY, "require('secret\\0.x')", "expected dotted names" },
	{ ALONE, ROOMY, "require(('a.'):rep(5000) .. 'b')", "require 'a.a." },
	{ ALONE, ROOMY, "require('secret')", "there is no file" },
	{ ALONE, ROOMY, "require('link')", "leads out of the policy's folder" },
	{ ALONE, ROOMY, "require('out.secret')", "leads out of the policy's folder" },
	{ ALONE, ROOMY, "require('device')", "leads out of the policy's folder" },
	{ ALONE, ROOMY, "require('fifo')", "not a file" },
	{ ALONE, ROOMY, "require('folder')", "not a file" },
	{ ALONE, ROOMY, "require('huge')", "larger than 1048576 bytes" },
	{ ALONE, ROOMY, "require('binary')", "binary chunk" },
	{ ALONE, ROOMY, "require('evil')", "has no 'os'" },
	{ ALONE, ROOMY, "require('global')", "read-only" },
	{ ALONE, ROOMY, "require('itself')", "it requires itself" },

	/* ---- db ---- */
	{ ALONE, ROOMY, "db.query('select 1')", "as in db:query" },
	{ ALONE, ROOMY, "db:query('select 1')", "no database to ask here" },
	{ ALONE, ROOMY, "db:query()", "string expected" },
	{ BOTH, ROOMY, "db:query('insert into u values (3)')", "db:query: " },
	{ BOTH, ROOMY, "db:query('update u set id = 7')", "db:query: " },
	{ BOTH, ROOMY, "db:query('delete from u')", "db:query: " },
	{ BOTH, ROOMY, "db:query('drop table u')", "db:query: " },
	{ BOTH, ROOMY, "db:query('create table v (id int)')", "db:query: " },
	{ BOTH, ROOMY, "db:query('create temp table v (id int)')", "db:query: " },
	{ BOTH, ROOMY, "db:query('create view v as select 1')", "db:query: " },
	{ BOTH, ROOMY, "db:query('select 1; delete from u')", "db:query: " },
	{ BOTH, ROOMY, "db:query('select 1; select 1')", "db:query: " },
	{ BOTH, ROOMY, "db:query('begin')", "db:query: " },
	{ BOTH, ROOMY, "db:query('commit')", "db:query: " },
	{ BOTH, ROOMY, "db:query('rollback; delete from u')", "db:query: " },
	{ BOTH, ROOMY, "db:query('savepoint x')", "db:query: " },
	{ BOTH, ROOMY, "db:query('explain delete from u')", "db:query: " },
	{ BOTH, ROOMY, "db:query('reindex')", "db:query: " },
	{ BOTH, ROOMY, "db:query('analyze')", "db:query: " },
	{ BOTH, ROOMY, "db:query('vacuum')", "db:query: " },
	{ BOTH, ROOMY, "db:query('')", "db:query: " },
	{ BOTH, ROOMY, "db:query('select 1\\0; delete from u')", "a NUL" },
	{ BOTH, ROOMY, "db:query('select 1', nil, 1)", "db:query: " },
	{ BOTH, ROOMY, "db:query('select * from nosuch')", "nosuch" },
	{ BOTH, ROOMY, "db:query(\"select load_extension('x')\")", "load_extension reaches past" },
	{ BOTH, SHORT, "pcall(db.query, db, '" ENDLESS "select count(*) from n') " LOOP, TIME },
	{ BOTH, SHORT, "while true do pcall(db.query, db, 'select 1') end", TIME },
	{ BOTH, ROOMY, "db:query('" ENDLESS "select i from n')", "more than 10000 rows" },
	{ LITE, ROOMY, "db:query('vacuum into \"copy.db\"')", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query(\"attach 'other.db' as x\")", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query('detach main')", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query('create table v as select 1')", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query(\"insert into sqlite_master values (1, 2, 3, 4, 5)\")", "sqlite_master" },
	{ LITE, ROOMY, "db:query('with x as (select 1) delete from u')", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query('insert into u values (3) returning id')", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query('create virtual table v using fts5(a)')", MORE_THAN_READ },
	{ LITE, ROOMY, "db:query('pragma journal_mode = delete')", "pragma journal_mode" },
	{ LITE, ROOMY, "db:query('pragma query_only = 0')", "pragma query_only" },
	{ LITE, ROOMY, "db:query('pragma locking_mode = normal')", "pragma locking_mode" },
	{ LITE, ROOMY, "db:query('pragma writable_schema = 1')", "pragma writable_schema" },
	{ LITE, ROOMY, "db:query('pragma wal_checkpoint')", "pragma wal_checkpoint" },
	{ LITE, ROOMY, "db:query(\"select \\\"load_extension\\\"('x')\")", "load_extension reaches past" },
	{ LITE, ROOMY, "db:query(\"select [LOAD_extension]('x')\")", "reaches past" },
	{ LITE, ROOMY, "db:query('select fts3_tokenizer(1)')", "fts3_tokenizer" },
	{ LITE, SHORT, "db:query('" ENDLESS "select count(*) from n')", "took longer than" },
	{ LITE, SHORT, "db:query('" ENDLESS "select max(a.i) from n a, n b order by 1')", "took longer than" },
	{ LITE, ROOMY, "db:query('select hex(zeroblob(5000000)) as x')", "more than 8388608 bytes" },
	{ LITE, ROOMY, "db:query('select zeroblob(1000000000)')", "more than 8388608 bytes" },
	{ LITE, ROOMY, "db:query('select zeroblob(5000000) as a, zeroblob(5000000) as b')",
		"more than 8388608 bytes" },
	{ LITE, ROOMY, "db:query('" ENDLESS "select zeroblob(1000000) as x from n')", "more than 8388608 bytes" },
	{ LITE, LITTLE, "while true do pcall(db.query, db, 'select zeroblob(5000000) as x') end", BYTES },
	{ PG, ROOMY, "db:query('with x as (delete from u returning 1) select 1')", MORE_THAN_READ },
	{ PG, ROOMY, "db:query('select * into v from u')", "SELECT INTO" },
	{ PG, ROOMY, "db:query('select * from u for update')", "FOR UPDATE" },
	{ PG, ROOMY, "db:query('explain analyze delete from u')", "EXPLAIN ANALYZE" },
	{ PG, ROOMY, "db:query('set transaction read write')", "only select" },
	{ PG, ROOMY, "db:query(\"copy u to program 'sh'\")", "only select" },
	{ PG, ROOMY, "db:query('select sneak()')", "25006" },
	{ PG, ROOMY, "db:query(\"select nextval('counter')\")", "25006" },
	{ PG, ROOMY, "db:query('select pg_advisory_lock(72707369)')", "reaches past" },
	{ PG, ROOMY, "db:query('select (pid).pg_terminate_backend from (select 1 as pid) x')", "reaches past" },
	{ PG, ROOMY, "db:query('select U&\"\\\\0070g_reload_conf\"()')", "reaches past" },
	{ PG, SHORT, "db:query('select pg_sleep(60)')", "57014" },
	{ PG, SHORT, "pcall(db.query, db, 'select pg_sleep(60)') " LOOP, TIME },
	{ PG, SHORT, "db:query('select count(*) from generate_series(1, 1000000000000)')", "57014" },
	{ PG, ROOMY, "db:query('select generate_series(1, 1000000000000)')", "more than 10000 rows" },
	{ PG, ROOMY, "db:query(\"select repeat('x', 50000000)\")", "more than 8388608 bytes" },
	{ PG, ROOMY, "db:query(\"select repeat('x', 5000000) as a, repeat('x', 5000000) as b\")",
		"more than 8388608 bytes" },
	{ PG, ROOMY, "db:query(\"select repeat('x', 1000000) from generate_series(1, 1000)\")",
		"more than 8388608 bytes" },
	{ PG, LITTLE, "while true do pcall(db.query, db, \"select repeat('x', 5000000)\") end", BYTES },
};
/* clang-format on */

static us_limits limits_of(budget b)
{
	us_limits limits = roomy;

	if (b == FEW)
		limits.instructions = 100000;
	if (b == LITTLE)
		limits.memory_bytes = 4UL * 1024 * 1024;
	if (b == SHORT) {
		limits.instructions = UINT64_MAX / 2;
		limits.wall_ms = 100;
	}
	return limits;
}

static char *whole_file(const char *source)
{
	char *text = NULL;

	if (strncmp(source, "load:", 5) == 0)
		text = strdup(source + 5);
	else
		assert_true(
			asprintf(&text,
				"return { failure = function(case, db, with) %s "
				"end }",
				source) > 0);
	assert_non_null(text);
	return text;
}

static void expect(const scratch *s, const struct row *r, us_policy_db db)
{
	char *text = whole_file(r->source);
	question q = { .text = text,
		.with = "{\"n\": [1]}",
		.limits = limits_of(r->limits),
		.outside = { .db = db } };
	us_verdict v = { 0 };
	us_err err = { 0 };
	us_code rc = ask(s, &q, &v, &err);
	const char *said = rc == US_OK ? v.reason : err.msg;
	bool as_expected = strncmp(r->source, "load:", 5) == 0
				   ? rc == US_E_POLICY
				   : rc == US_OK && v.given && v.broke &&
					     v.action == US_ACTION_STOP;

	if (!as_expected || !said || !strstr(said, r->part))
		fail_msg("%s\n  expected '%s', got %s: '%s'", r->source, r->part,
			v.given ? us_action_name(v.action) : "nothing",
			said ? said : "");
	us_verdict_fini(&v);
	free(text);
}

static void expect_all(const scratch *s, int where, us_policy_db db)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].where & where)
			expect(s, &rows[i], db);
}

static void make_traps(const scratch *s)
{
	static const struct {
		const char *name, *target;
	} links[] = { { "policies/link.lua", "../secret.lua" },
		{ "policies/out", ".." }, { "policies/device.lua", "/dev/zero" } };
	char *path = scratch_path(s, "policies/fifo.lua");
	char *folder = scratch_path(s, "policies/folder.lua");

	scratch_write(s, "secret.lua", "return 'secret'");
	scratch_write(s, "policies/huge.lua", "");
	scratch_write(s, "policies/binary.lua", "\x1bLua");
	scratch_write(s, "policies/evil.lua", "return os.execute('true')");
	scratch_write(s, "policies/global.lua", "x = 1");
	scratch_write(s, "policies/loop.lua", LOOP);
	scratch_write(s, "policies/itself.lua", "return require('itself')");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		char *link = scratch_path(s, links[i].name);

		assert_int_equal(symlink(links[i].target, link), 0);
		free(link);
	}
	free(path);
	path = scratch_path(s, "policies/huge.lua");
	assert_int_equal(truncate(path, (off_t)1 << 40), 0);
	free(path);
	free(folder);
}

static void without_a_database(void **state)
{
	make_traps(*state);
	expect_all(*state, ALONE, (us_policy_db){ 0 });
}

/* ---- SQLite ---- */

static us_code open_file(us_db **out, void *ctx, us_err *err)
{
	static char provider[] = "sqlite";
	us_url url = { .provider = provider, .path = ctx };

	return us_db_open(out, &url, US_DB_READ, err);
}

/* As in resolve: the run's handle has the whole file. */
static us_code open_reader(us_db **out, void *ctx, us_err *err)
{
	us_db *const *owner = ctx;

	return (*owner)->ops->reader(out, owner, err);
}

static us_code count_row(const us_row *row, void *ctx, us_err *err)
{
	(void)err;
	assert_int_equal(row->ncols, 1);
	assert_string_equal(row->cells[0], "2 2");
	++*(int *)ctx;
	return US_OK;
}

static void on_sqlite(void **state)
{
	static char provider[] = "sqlite";
	char *path = scratch_path(*state, "app.db");
	us_url url = { .provider = provider, .path = path };
	us_err err = { 0 };
	bool locked;
	int counted = 0;
	us_db *db;

	scratch_write(*state, "app.db", "");
	assert_ok(us_db_open(&db, &url, US_DB_WRITE, &err), &err);
	assert_ok(us_db_exec(db, "create table u (id integer)", &err), &err);
	assert_ok(us_db_exec(db, "create index u_id on u (id)", &err), &err);
	assert_ok(us_db_exec(db, "insert into u values (1), (2)", &err), &err);
	expect_all(*state, LITE, (us_policy_db){ open_file, path });
	assert_ok(db->ops->lock(db, &locked, &err), &err);
	assert_true(locked);
	expect_all(*state, LITE, (us_policy_db){ open_reader, &db });

	/* Nothing has changed, and whoever owns the handle can still write. */
	assert_ok(us_db_query(db,
			  "select (select count(*) from u) || ' ' || "
			  "(select count(*) from sqlite_schema)",
			  0, NULL, count_row, &counted, &err),
		&err);
	assert_int_equal(counted, 1);
	assert_ok(us_db_exec(db, "insert into u values (3)", &err), &err);
	us_db_close(db);
	free(path);
}

/* ---- PostgreSQL ---- */

static us_code open_cluster(us_db **out, void *ctx, us_err *err)
{
	const cluster_db *c = ctx;

	return us_db_open(out, &c->parts, US_DB_READ, err);
}

static void on_postgresql(void **state)
{
	cluster_db c;
	char *left;

	cluster_db_open(&c);
	cluster_exec(&c, "create table u (id int); insert into u values (1), (2);"
			 "create sequence counter;"
			 "create function sneak() returns int language sql as "
			 "'insert into u values (3) returning 1'");
	expect_all(*state, PG, (us_policy_db){ open_cluster, &c });
	left = cluster_value(&c,
		"select (select string_agg(id::text, ',') from u) || "
		"(select is_called from counter) || "
		"(select count(*) from pg_locks where locktype = 'advisory') || "
		"(select count(*) from pg_class where relname = 'v')");
	assert_string_equal(left, "1,2false00");
	free(left);
	cluster_db_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_database),
		cmocka_unit_test(on_sqlite),
		cmocka_unit_test(on_postgresql),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
