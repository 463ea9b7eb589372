/* What is there, and under which name, against a real server: the same scripts are
 * run on it and followed. A name that one of the two has and the other has not is a
 * failure, unless it was given up as unknown; so are labels and function bodies
 * that differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/catalog/routines.h"
#include "cluster.h"
#include "ddl.h"
#include "unstick/auto.h"

#define MAX_GIVEN_UP 8

/* kind|schema|relation|name|facet|value, one a line. Functions by a statement that
 * names them. */
static const char show[] =
	"WITH n AS (SELECT oid, nspname s FROM pg_namespace WHERE nspname !~ "
	"'^pg_' AND nspname <> 'information_schema'), "
	"r AS (SELECT c.oid, s, relname, relkind FROM pg_class c JOIN n ON n.oid "
	"= relnamespace), "
	"o(k, s, r, n, f, v) AS ("
	"SELECT 'schema', '', '', s::text, '', '' FROM n UNION ALL "
	"SELECT 'extension', '', '', extname, '', '' FROM pg_extension WHERE "
	"extname <> 'plpgsql' UNION ALL "
	"SELECT 'relation', s, '', relname, 'comment', "
	"coalesce('''' || obj_description(oid, 'pg_class') || '''', '') FROM r "
	"UNION ALL "
	"SELECT 'column', s, relname, attname, 'comment', "
	"coalesce('''' || col_description(attrelid, attnum) || '''', '') FROM "
	"pg_attribute JOIN r ON r.oid = attrelid WHERE attnum > 0 AND NOT "
	"attisdropped AND relkind IN ('r', 'c', 'm', 'v') UNION ALL "
	"SELECT 'constraint', s, relname, conname, '', '' FROM pg_constraint "
	"JOIN r ON r.oid = conrelid WHERE contype NOT IN ('t', 'n') UNION ALL "
	"SELECT 'trigger', s, relname, tgname, '', '' FROM pg_trigger JOIN r ON "
	"r.oid = tgrelid WHERE NOT tgisinternal UNION ALL "
	"SELECT 'policy', s, relname, polname, '', '' FROM pg_policy JOIN r ON "
	"r.oid = polrelid UNION ALL "
	"SELECT 'rule', s, relname, rulename, '', '' FROM pg_rewrite JOIN r ON "
	"r.oid = ev_class WHERE rulename <> '_RETURN' UNION ALL "
	"SELECT 'type', s, '', typname, CASE typtype WHEN 'e' THEN 'labels' ELSE "
	"'' END, coalesce((SELECT string_agg(quote_literal(enumlabel), ', ' ORDER "
	"BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid), '') FROM "
	"pg_type t JOIN n ON n.oid = typnamespace WHERE typtype IN ('e', 'd') OR "
	"(typtype = 'c' AND EXISTS (SELECT FROM r WHERE r.oid = typrelid AND "
	"relkind = 'c')) UNION ALL "
	"SELECT 'function', s, '', format('DROP ROUTINE %I(%s)', proname, "
	"pg_get_function_identity_arguments(p.oid)), CASE WHEN to_jsonb(p) "
	"->> 'prosqlbody' IS NULL AND lanname IN ('sql', 'plpgsql') THEN 'body' "
	"ELSE '' END, "
	"replace(prosrc, E'\\n', '~') FROM pg_proc p JOIN pg_language l ON l.oid "
	"= prolang JOIN n ON n.oid = pronamespace) "
	"SELECT string_agg(concat_ws('|', k, s, r, n, f, v), E'\\n' ORDER BY k, "
	"s, r, n) FROM o";

typedef struct {
	const char *sql;
	/* How many of the server's objects it may not know; a test of its own
	 * precision. */
	size_t given_up;
} script;

typedef struct {
	const char *sql;
	world *w;
	us_arena arena;
	bool *seen; /* by id */
	size_t given_up;
} comparison;

static object_kind kind_named(const char *word)
{
	static const char *const names[OBJECT_KINDS] = { "schema", "relation",
		"column", "constraint", "trigger", "policy", "rule", "type",
		"function", "extension" };

	for (object_kind k = 0; k < OBJECT_KINDS; k++)
		if (strcmp(names[k], word) == 0)
			return k;
	fail_msg("no kind %s", word);
	return OBJECT_SCHEMA;
}

static const char *name_of(comparison *c, object_kind kind, const char *name)
{
	parse p;

	if (kind != OBJECT_FUNCTION)
		return name;
	if (!parse_sql(&c->arena, &p, name, strlen(name)))
		fail_msg("can't be parsed: %s", name);
	return routine_name(
		c->w, p.tree[0]->drop_stmt->objects[0]->object_with_args);
}

static object_id find(comparison *c, char *const *field)
{
	object_kind kind = kind_named(field[0]);
	object_id parent = 0;

	if (field[1][0])
		parent = world_get(c->w, OBJECT_SCHEMA, 0, field[1]);
	if (field[2][0])
		parent = world_get(c->w, OBJECT_RELATION, parent, field[2]);
	return world_get(c->w, kind, parent, name_of(c, kind, field[3]));
}

static void compare_facet(comparison *c, object_id id, char *const *field)
{
	facet f = strcmp(field[4], "labels") == 0    ? FACET_LABELS
		  : strcmp(field[4], "comment") == 0 ? FACET_COMMENT
						     : FACET_DEFINITION;
	us_value v = world_value(c->w, id, f);
	const char *text = v.text ? v.text : "";

	if (!field[4][0] || v.firmness == US_VALUE_UNKNOWN)
		return;
	if (f == FACET_DEFINITION) {
		assert_non_null(strstr(text, ": "));
		text = strstr(text, ": ") + 2;
	} else if (f == FACET_COMMENT && strcmp(text, "none") == 0) {
		text = "";
	}
	if (strcmp(text, field[5]) != 0)
		fail_msg("%s\n  %s: %s is %s, not %s", c->sql,
			world_title(c->w, id), field[4], text, field[5]);
}

static void compare_line(comparison *c, char *line)
{
	char *field[6] = { line };
	object_id id;

	for (size_t i = 1; i < US_LEN(field); i++) {
		field[i] = strchr(field[i - 1], '|');
		assert_non_null(field[i]);
		*field[i]++ = '\0';
	}
	for (char *p = strchr(field[5], '~'); p; p = strchr(p, '~'))
		*p = '\n';
	id = find(c, field);
	switch (world_is(c->w, id)) {
	case THERE_NO:
		fail_msg("%s\n  the server has %s", c->sql, world_title(c->w, id));
		break;
	case THERE_MAYBE:
		c->given_up++;
		break;
	case THERE_YES:
		compare_facet(c, id, field);
		break;
	}
	assert_true(id < 4096);
	c->seen[id] = true;
}

static bool is_in_sight(const world *w, object_id id)
{
	for (; id; id = world_object(w, id)->parent)
		if (world_is(w, id) != THERE_YES)
			return false;
	return true;
}

static void compare_back(comparison *c)
{
	for (object_id id = 1; id <= world_count(c->w); id++)
		if (is_in_sight(c->w, id) && !c->seen[id])
			fail_msg("%s\n  the server has no %s", c->sql,
				world_title(c->w, id));
}

static void run(const script *s)
{
	comparison c = { .sql = s->sql, .w = ddl_world() };
	cluster_db db;
	char *lines, *rest = NULL;

	c.seen = calloc(4096, sizeof(*c.seen));
	assert_non_null(c.seen);
	cluster_db_open(&db);
	cluster_exec(&db, s->sql);
	lines = cluster_value(&db, show);
	assert_non_null(lines);
	ddl_apply(c.w, &c.arena, s->sql, MODE_FOLD);
	for (char *l = strtok_r(lines, "\n", &rest); l;
		l = strtok_r(NULL, "\n", &rest))
		compare_line(&c, l);
	compare_back(&c);
	if (c.given_up > s->given_up)
		fail_msg("%s\n  %zu not known, not %zu", s->sql, c.given_up,
			s->given_up);
	free(lines);
	free(c.seen);
	cluster_db_close(&db);
	world_free(c.w);
	us_arena_fini(&c.arena);
}

#define T "create table t (id int primary key, a int unique, b text);"
#define F                                                                          \
	"create function f() returns trigger language plpgsql as $$begin return "  \
	"new; end$$;"

static void types_are_as_on_the_server(void **state)
{
	static const script scripts[] = {
		{ "create type e as enum ('a', 'it''s', 'C'); alter type e add "
		  "value 'd'; alter type e add value 'z' before 'a'; alter type e "
		  "add value 'm' after 'it''s'",
			0 },
		{ "create type e as enum ('a'); alter type e add value if not "
		  "exists 'a'; alter type e add value if not exists 'b' before "
		  "'a'; alter type e rename value 'a' to 'x'",
			0 },
		{ "create type e as enum (); alter type e add value 'a'", 0 },
		{ "create type e as enum ('a', 'b'); create table t (x e default "
		  "'a'); create type e_new as enum ('a', 'c'); alter table t "
		  "alter x drop default; alter table t alter x type e_new using "
		  "(x::text::e_new); alter type e rename to e_old; alter type "
		  "e_new rename to e; drop type e_old",
			0 },
		{ "create domain d as text check (value <> ''); alter domain d "
		  "rename to d2; create domain d as int",
			0 },
		{ "create type c as (a int, b text); alter type c rename to d; "
		  "alter type d rename attribute a to x; create type c as (z "
		  "int); drop type c",
			0 },
		{ "create schema s; create type e as enum ('a'); create type c as "
		  "(a int); alter type e set schema s; alter type c set schema s",
			0 },
	};
	(void)state;
	DDL_EACH(scripts, run);
}

static void renames_are_as_on_the_server(void **state)
{
	static const script scripts[] = {
		{ T "alter table t rename to u; alter table u rename a to c; alter "
		    "table u rename constraint t_pkey to u_pkey; alter index "
		    "t_a_key rename to u_c_key; create table t (id int)",
			0 },
		{ T "alter table t add constraint k check (a > 1); alter table t "
		    "rename constraint k to l; create index i on t (b); alter "
		    "index i rename to j; alter table j rename to k",
			0 },
		{ "create table p (id int primary key); create table c (x int "
		  "constraint fk references p); create index fk on c (x); alter "
		  "table c rename constraint fk to fk2; alter index fk rename to "
		  "fk3",
			0 },
		{ T "alter index if exists nothing rename to x; alter table if "
		    "exists nothing rename to x; alter table if exists t rename b "
		    "to c",
			0 },
		{ "create sequence s; alter sequence s rename to r; create view v "
		  "as select 1 as a; alter view v rename to w; create "
		  "materialized view m as select 1 as a; create index mi on m "
		  "(a); alter materialized view m rename to n; alter index mi "
		  "rename to ni",
			1 },
		{ F T "create trigger g before insert on t for each row execute "
		      "function f(); alter trigger g on t rename to h; alter "
		      "function f() rename to f2; create policy p on t; alter "
		      "policy p on t rename to q; create rule r as on insert to t "
		      "do also select 1; alter rule r on t rename to r2",
			0 },
		{ "create schema s; create table s.t (id serial primary key, a int "
		  "unique); create index i on s.t (a); alter schema s rename to "
		  "z; alter table z.t set schema public",
			0 },
		{ T "create schema s; alter table t set schema s; create table t "
		    "(id int primary key); create view v as select 1; alter view "
		    "v set schema s",
			1 },
		{ F "create schema s; alter function f() set schema s", 0 },
		{ "create type e as enum ('a'); create function g(e, e[], int) "
		  "returns int language sql as 'select 1'; alter type e rename to "
		  "e2; create type e as enum ('b'); create function g(e, e[], "
		  "int) returns int language sql as 'select 2'",
			0 },
	};
	(void)state;
	DDL_EACH(scripts, run);
}

static void drops_take_along_what_they_do_on_the_server(void **state)
{
	static const script scripts[] = {
		{ T "drop table t; create table t (b int)", 0 },
		{ T "create view v as select a from t; create view w as select * "
		    "from v; create table u (x int references t); drop table t "
		    "cascade",
			0 },
		{ T "create view v as with t as (select * from t) select * from t; "
		    "create view w as with t as (select 1 as a) select * from t; "
		    "drop table t cascade",
			1 },
		{ T "create table u (x int references t (id)); drop table t, u",
			0 },
		{ T "create view v as select 1; create view w as select * from v; "
		    "drop view v, w; drop view if exists v",
			0 },
		{ T "create index i on t (b); create index j on t (a, b); drop "
		    "index i, j; drop index if exists i",
			0 },
		{ F T "create trigger g before insert on t for each row execute "
		      "function f(); create trigger h after insert on t for each "
		      "row execute function f(); drop trigger g on t; drop "
		      "trigger if exists g on t; drop trigger if exists g on "
		      "nothing",
			0 },
		{ F T "create trigger g before insert on t for each row execute "
		      "function f(); drop function f() cascade",
			0 },
		{ F "drop function f", 0 },
		{ "create function g(int) returns int language sql as 'select 1'; "
		  "create function g(text) returns int language sql as 'select "
		  "1'; drop function g(int); drop function if exists h; drop "
		  "function if exists g(bigint, numeric)",
			0 },
		{ "create procedure p(a int, inout b text) language sql as "
		  "'select ''x'''; drop procedure p(int, text)",
			0 },
		{ "create aggregate ag(int) (sfunc = int4pl, stype = int); drop "
		  "aggregate ag(int)",
			0 },
		{ "create type e as enum ('a'); create table t (a int, x e); "
		  "create function g(e) returns int language sql as 'select 1'; "
		  "drop type e cascade",
			0 },
		{ "create domain d as int; create table t (a int, x d); drop "
		  "domain d cascade; drop type if exists d",
			0 },
		{ "create sequence s; create table t (a int default "
		  "nextval('s')); drop sequence s cascade",
			0 },
		{ "create table t (a int); create sequence s owned by t.a; drop "
		  "table t",
			0 },
		{ "create table t (a int, b int); create sequence s; alter "
		  "sequence s owned by t.a; alter table t drop column a",
			0 },
		{ "create table t (a int); create sequence s owned by t.a; alter "
		  "sequence s owned by none; drop table t",
			0 },
		{ "create schema s; create table s.t (id serial primary key); "
		  "create table u (x int references s.t); create view v as select "
		  "* from s.t; create type s.e as enum ('a'); create function "
		  "s.g() returns int language sql as 'select 1'; drop schema s "
		  "cascade",
			0 },
		{ T "create policy p on t; create rule r as on insert to t do also "
		    "select 1; drop policy p on t; drop rule r on t",
			0 },
		{ "create materialized view m as select 1 as a; create index mi on "
		  "m (a); drop materialized view m",
			0 },
		{ T "create materialized view m as select * from t; create view v "
		    "as select * from m; drop table t cascade",
			0 },
		{ F T "create view v as select now() as n, a from t; create "
		      "function q() returns int language sql as 'select 1'; "
		      "create view x as select q() as n; drop function q() "
		      "cascade",
			2 },
	};
	(void)state;
	DDL_EACH(scripts, run);
}

static void what_is_made_is_there_on_the_server(void **state)
{
	static const script scripts[] = {
		{ F "create or replace function f() returns trigger language "
		    "plpgsql as $x$ begin\n return null; -- it's\nend $x$",
			0 },
		{ "create function g(a int, out b text, variadic c int[]) language "
		  "sql immutable strict as $$select 'x'$$; create function "
		  "g(varchar(10), char, numeric(3,2), timestamp with time zone, "
		  "double precision, boolean[]) returns table (x int) language "
		  "sql as 'select 1'; create function g() returns int language "
		  "sql begin atomic select 1; end",
			0 },
		{ "create view v as select 1 as a; create or replace view v as "
		  "select 1 as a, 2 as b; create table x as select 1 as a; create "
		  "table if not exists x as select 2 as b; select 1 as q into y; "
		  "create materialized view if not exists m as select 1",
			5 }, /* the columns */
		{ "create schema if not exists s; create schema if not exists s; "
		  "create schema authorization current_user",
			3 },
		{ T "comment on table t is 'it'; comment on column t.a is 'x'; "
		    "comment on column t.b is 'y'; comment on column t.b is null; "
		    "comment on table t is ''",
			0 },
		{ "create sequence if not exists s; create sequence if not exists "
		  "s start 5; alter sequence s increment 2",
			0 },
		{ "do $$ begin create type e as enum ('a'); exception when "
		  "duplicate_object then null; end $$",
			1 },
		{ "do $$ begin if not exists (select 1 from pg_class where relname "
		  "= 't') then create table t (a int); end if; end $$; create "
		  "table u (a int)",
			2 },
		{ "do $$ begin create table t (id serial primary key); end $$; "
		  "create table u (a int)",
			MAX_GIVEN_UP },
	};
	(void)state;
	DDL_EACH(scripts, run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_as_on_the_server),
		cmocka_unit_test(renames_are_as_on_the_server),
		cmocka_unit_test(drops_take_along_what_they_do_on_the_server),
		cmocka_unit_test(what_is_made_is_there_on_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
