/* Data statements: which may run a second time, and what may run in between. */
#include "ddl.h"
#include "unstick/auto.h"

static const PgQuery__Node *tree_of(us_arena *a, const char *sql)
{
	parse p;

	if (!parse_sql(a, &p, sql, strlen(sql)) || p.n != 1)
		fail_msg("can't be parsed: %s", sql);
	return p.tree[0];
}

typedef struct {
	const char *sql;
	data_class class;
} class_row;

static void check_class(const class_row *r)
{
	static const char *const names[] = { "none", "idempotent", "changes",
		"destroys", "unknown" };
	us_arena a = { 0 };
	data_class c = classify_data(tree_of(&a, r->sql), r->sql, strlen(r->sql));

	if (c != r->class)
		fail_msg("%s: %s, not %s", r->sql, names[c], names[r->class]);
	us_arena_fini(&a);
}

static void an_update_repeats_only_if_it_finds_and_sets_the_same(void **state)
{
	static const class_row rows[] = {
		{ "update t set a = 1", DATA_IDEMPOTENT },
		{ "update t set a = 'x', b = null where c > 3", DATA_IDEMPOTENT },
		{ "update t set a = b", DATA_IDEMPOTENT },
		{ "update t set a = lower(b) where a <> lower(b)",
			DATA_IDEMPOTENT },
		{ "update t set a = 1 where a = 0", DATA_IDEMPOTENT },
		{ "update t set a = a + 1", DATA_CHANGES },
		{ "update t set a = b, b = a", DATA_CHANGES },
		{ "update t x set a = x.a + 1", DATA_CHANGES },
		{ "update t set a = now()", DATA_CHANGES },
		{ "update t set a = CURRENT_TIMESTAMP", DATA_CHANGES },
		{ "update t set a = 'now'", DATA_CHANGES },
		{ "update t set a = 'nowhere'", DATA_IDEMPOTENT },
		{ "update t set a = gen_random_uuid() where a is null",
			DATA_IDEMPOTENT },
		{ "update t set a = now(), b = nextval('s') where c = 1 and a is "
		  "null",
			DATA_IDEMPOTENT },
		{ "update t set a = gen_random_uuid() where a is null or b = 1",
			DATA_CHANGES },
		{ "update t set a = random_thing() where a is null", DATA_UNKNOWN },
		{ "update t set a = upper(b) || random() where a is null",
			DATA_CHANGES },
		{ "update t set a = 1 where b < now()", DATA_CHANGES },
		{ "update t set a = 1 where id in (select id from t where a is "
		  "null)",
			DATA_CHANGES },
		{ "update t set a = 1 where id in (select id from o)",
			DATA_IDEMPOTENT },
		{ "update t set a = 1 where id in (select id from o limit 5)",
			DATA_CHANGES },
		{ "update t set a = (select max(o.x) from o where o.id = t.oid)",
			DATA_IDEMPOTENT },
		{ "update t set a = (select o.a from o where o.id = t.oid)",
			DATA_IDEMPOTENT },
		{ "update t set a = (select a from o where o.id = t.oid)",
			DATA_CHANGES },
		{ "update t set a = (select o.x from o where o.id = t.a)",
			DATA_CHANGES },
		{ "update t set a = o.x from o where o.id = t.oid", DATA_CHANGES },
		{ "update t set a = 1 from o where o.id = t.oid", DATA_IDEMPOTENT },
		{ "update t set a = t2.x from t t2 where t2.id = t.oid",
			DATA_CHANGES },
		{ "update t set a = default", DATA_CHANGES },
		{ "update t set (a, b) = (select 1, 2)", DATA_CHANGES },
		{ "update t set a[1] = 2", DATA_CHANGES },
		{ "update t set a = to_jsonb(t)", DATA_CHANGES },
		{ "with d as (delete from o returning id) update t set a = 1",
			DATA_DESTROYS },
		{ "update t set a = my_schema.lower(b)", DATA_UNKNOWN },
	};
	(void)state;
	DDL_EACH(rows, check_class);
}

static void an_insert_repeats_only_if_it_certainly_conflicts(void **state)
{
	static const class_row rows[] = {
		{ "insert into t (a) values (1)", DATA_CHANGES },
		{ "insert into t (a) values (1) on conflict do nothing",
			DATA_CHANGES },
		{ "insert into t (a, b) values (1, now()) on conflict (a) do "
		  "nothing",
			DATA_IDEMPOTENT },
		{ "insert into t (a, b) values (1, 2), (2, 3) on conflict (a) do "
		  "nothing",
			DATA_IDEMPOTENT },
		{ "insert into t (a, b) values (1, 2), (null, 3) on conflict (a) "
		  "do nothing",
			DATA_CHANGES },
		{ "insert into t (a) values (gen_random_uuid()) on conflict (a) "
		  "do nothing",
			DATA_CHANGES },
		{ "insert into t (a) values (1) on conflict (b) do nothing",
			DATA_CHANGES },
		{ "insert into t values (1) on conflict (a) do nothing",
			DATA_CHANGES },
		{ "insert into t (a) values (1) on conflict (a) where b do nothing",
			DATA_CHANGES },
		{ "insert into t (a) values (1) on conflict on constraint k do "
		  "nothing",
			DATA_CHANGES },
		{ "insert into t (a, b) values (1, 'x') on conflict (a) do update "
		  "set b = excluded.b",
			DATA_IDEMPOTENT },
		{ "insert into t (a, b) values (1, 'x') on conflict (a) do update "
		  "set b = 'y'",
			DATA_CHANGES },
		{ "insert into t (a) select 'x' from o on conflict (a) do nothing",
			DATA_IDEMPOTENT },
		{ "insert into t (a) select x from o on conflict (a) do nothing",
			DATA_CHANGES },
		{ "insert into t (a) select 1 where not exists (select from t)",
			DATA_CHANGES },
		{ "insert into t (a) select 1 from t on conflict (a) do nothing",
			DATA_CHANGES },
	};
	(void)state;
	DDL_EACH(rows, check_class);
}

static void what_deletes_or_calls_is_told_apart_from_what_reads(void **state)
{
	static const class_row rows[] = {
		{ "delete from t", DATA_DESTROYS },
		{ "truncate t", DATA_DESTROYS },
		{ "with x as (delete from t returning *) insert into u select * "
		  "from x",
			DATA_DESTROYS },
		{ "merge into t using o on t.a = o.a when matched then delete",
			DATA_DESTROYS },
		{ "select 1", DATA_NONE },
		{ "select count(*) from t", DATA_NONE },
		{ "select setval('s', 3)", DATA_CHANGES },
		{ "select mine()", DATA_UNKNOWN },
		{ "do $$ begin end $$", DATA_UNKNOWN },
		{ "explain delete from t", DATA_NONE },
		{ "explain analyze delete from t", DATA_DESTROYS },
		{ "create table t (a int)", DATA_NONE },
	};
	(void)state;
	DDL_EACH(rows, check_class);
}

typedef struct {
	const char *idempotent, *other;
	bool apart;
} apart_row;

static void check_apart(const apart_row *r)
{
	us_arena a = { 0 };

	if (data_is_apart(tree_of(&a, r->idempotent), tree_of(&a, r->other)) !=
		r->apart)
		fail_msg("%s / %s", r->idempotent, r->other);
	us_arena_fini(&a);
}

static void what_another_statement_changes_is_not_apart(void **state)
{
#define SET_A "update t set a = 1 where b = 2"
	static const apart_row rows[] = {
		{ SET_A, "update t set c = 1", true },
		{ SET_A, "update t set b = 1", false },
		{ SET_A, "update t set a = 3", false },
		{ SET_A, "update o set a = 3", true },
		{ SET_A, "insert into t (c) values (1)", false },
		{ SET_A, "insert into o (c) values (1)", true },
		{ SET_A, "delete from t", false },
		{ SET_A, "with x as (update t set a = 2) select 1", false },
		{ SET_A, "do $$ begin end $$", false },
		{ SET_A, "select f()", false },
		{ SET_A, "alter table t alter a set not null", true },
		{ SET_A, "alter table t add column a int", true },
		{ SET_A, "alter table t alter b type text", false },
		{ SET_A, "alter table t drop column b", false },
		{ SET_A, "alter table o drop column b", true },
		{ SET_A, "alter table t rename to u", false },
		{ SET_A, "create index on t (a)", true },
		{ SET_A, "drop table t", false },
		{ SET_A, "drop table s.t", false },
		{ SET_A, "drop table o", true },
		{ SET_A, "drop type x cascade", false },
		{ SET_A,
			"create trigger x before update on t for each row "
			"execute function f()",
			false },
		{ SET_A, "set search_path to x", false },
		{ SET_A, "set lock_timeout to 1", true },
		{ "update t set a = (select max(o.x) from o)", "update o set x = 1",
			false },
		{ "insert into t (a) values (1) on conflict (a) do nothing",
			"update t set b = 1", true },
	};
	(void)state;
	DDL_EACH(rows, check_apart);
}

/* ---- what running it does to the catalog ---- */

static const char history[] =
	"create table t (a int, b text); create index i on t (a);"
	"create function good() returns int language plpgsql as "
	"$$ begin update t set a = 1; return 1; end $$;"
	"create function bad() returns int language plpgsql as "
	"$$ begin execute 'drop table ' || 't'; return 1; end $$;";

typedef struct {
	const char *sql;
	char what; /* '.': known as before, 'm': only what it names isn't, '?':
		      nothing is */
} reach_row;

static void check_reach(const reach_row *r)
{
	us_arena trees = { 0 };
	world *w = ddl_world();
	object_id t, i, other;
	char what = '.';

	ddl_apply(w, &trees, history, MODE_FOLD);
	ddl_apply(w, &trees, "create table other (z int)", MODE_FOLD);
	t = world_lookup(w, OBJECT_RELATION, NULL, "t");
	i = world_lookup(w, OBJECT_RELATION, NULL, "i");
	other = world_lookup(w, OBJECT_RELATION, NULL, "other");
	ddl_apply(w, &trees, r->sql, MODE_FOLD);
	if (world_is(w, t) == THERE_MAYBE && world_is(w, i) == THERE_MAYBE)
		what = world_is(w, other) == THERE_MAYBE ? '?' : 'm';
	if (what != r->what)
		fail_msg("%s: %c, not %c", r->sql, what, r->what);
	world_free(w);
	us_arena_fini(&trees);
}

static void code_reaches_as_far_as_its_words_tell(void **state)
{
	static const reach_row rows[] = {
		{ "select 1", '.' },
		{ "select count(*), now() from t", '.' },
		{ "select setval('s', max(a)) from t", '.' },
		{ "select good()", '.' },
		{ "select bad()", '?' },
		{ "select unheard_of()", '?' },
		{ "select x.now()", '?' },
		{ "update t set a = unheard_of(b)", '?' },
		{ "call p()", '?' },
		{ "do $$ begin update t set a = 1; end $$", '.' },
		{ "do $$ begin perform good(); end $$", '.' },
		{ "do $$ begin perform bad(); end $$", '?' },
		{ "do $$ begin perform x.now(); end $$", '?' },
		{ "do $$ begin insert into public.t (a) values (1); end $$", '.' },
		{ "do $$ begin insert into \"t\" (a) values (1); end $$", '.' },
		{ "do $$ begin perform \"Mine\"(1); end $$", '?' },
		{ "do $$ begin if x then alter table t add column c int; end if; "
		  "end $$",
			'm' },
		{ "do $$ begin if x then alter table t add constraint c unique "
		  "(a); end if; end $$",
			'm' },
		{ "do $$ begin if x then alter table t add unique (a); end if; end "
		  "$$",
			'?' },
		{ "do $$ begin if x then drop table t cascade; end if; end $$",
			'm' },
		{ "do $$ begin execute 'alter table t add c int'; end $$", 'm' },
		{ "do $$ begin execute 'alter table ' || x; end $$", '?' },
		{ "do $$ begin execute format('alter table %I', x); end $$", '?' },
		{ "do $$ begin execute x; end $$", '?' },
		{ "do $$ begin -- drop table t\n update t set a = 1; end $$", '.' },
		{ "do $$ begin /* drop table t */ raise notice 'create'; end $$",
			'.' },
		{ "do $$ begin perform set_config('search_path', '', false); end "
		  "$$",
			'?' },
		{ "do language plperl $$ x $$", '?' },
		{ "set search_path to \"$user\", public", '.' },
		{ "set search_path to \"$user\", public; create type x as enum "
		  "()",
			'?' },
		{ "reset search_path; create type x as enum ()", '?' },
		{ "set lock_timeout = '1s'", '.' },
	};
	(void)state;
	DDL_EACH(rows, check_reach);
}

#define DO(body) "do $$ begin " body " end $$"

/* What is followed is known; "?": that it is there isn't. */
static void code_of_known_forms_is_followed(void **state)
{
	static const ddl_row rows[] = {
		{ "create table t (a int);" DO("alter table t add b int;"),
			"column public.t.b", "type", "pg_catalog.int4" },
		{ "create table t (a int);" DO(
			  "if exists (select 1 from information_schema.columns "
			  "where table_schema = 'public' and table_name = 't' and "
			  "column_name = 'a') then alter table t add b int; end "
			  "if;"),
			"column public.t.b", "", "there" },
		{ "create table t (a int);" DO(
			  "if not exists (select 1 from pg_attribute where "
			  "attrelid "
			  "= 't'::regclass and attname = 'b') then alter table t "
			  "add b int; end if;"),
			"column public.t.b", "", "there" },
		{ "create table t (a int, b text);" DO(
			  "if not exists (select 1 from pg_attribute where "
			  "attrelid "
			  "= 't'::regclass and attname = 'b') then alter table t "
			  "add b int; end if;"),
			"column public.t.b", "type", "pg_catalog.text" },
		{ "create table t (a int);" DO(
			  "alter table t add b int; alter table t add a int; "
			  "exception when duplicate_column then null;"),
			"column public.t.b", "", NULL },
		{ DO("create type e as enum ('x'); exception when "
		     "duplicate_object then raise notice 'there';"),
			"type public.e", "labels", "'x'" },
		{ "create type e as enum ('y');" DO(
			  "create type e as enum ('x'); exception when "
			  "duplicate_object then null;"),
			"type public.e", "labels", "'y'" },
		/* what isn't known to have run leaves the rest as it was */
		{ "create table t (a int);" DO(
			  "if not exists (select from pg_constraint where conname "
			  "= 'k') then alter table t add constraint k check (a > "
			  "0); end if;"),
			"column public.t.a", "type", "pg_catalog.int4" },
	};
	(void)state;
	DDL_EACH(rows, ddl_check);
}

/* Of each of these it isn't known whether t has a column b afterwards. */
static void what_code_may_not_do_is_not_taken_for_done(void **state)
{
	static const char *const codes[] = {
		"if x then alter table t add b int; end if;",
		"if exists (select 1 from t) then alter table t add b int; end if;",
		"if exists (select count(*) from pg_class where relname = 't') "
		"then alter table t add b int; end if;",
		"if exists (select 1 from pg_class where relname = 't' limit 0) "
		"then alter table t add b int; end if;",
		"if exists (select 1 from pg_class where relname = 't' and "
		"reltuples > 1) then alter table t add b int; end if;",
		"if exists (select 1 from pg_class where relname = 't' or relname "
		"= 'u') then alter table t add b int; end if;",
		"if not exists (select 1 from pg_class where relname = 'u') then "
		"alter table t add b int; end if;",
		"if not exists (select 1 from pg_type where typname = 'e') then "
		"alter table t add b int; end if;",
		"if not exists (select 1 from information_schema.columns where "
		"table_name = 't' and column_name = 'b') then alter table t add b "
		"int; end if;",
		"if not exists (select 1 from pg_attribute where attrelid = "
		"'t'::regclass and attname = 'ctid') then alter table t add b int; "
		"end if;",
		"if exists (select 1 from public.pg_class where relname = 't') "
		"then "
		"alter table t add b int; end if;",
		"if exists (select 1 from pg_class where relname = 't') then null; "
		"else alter table t add b int; end if;",
		"return; alter table t add b int;",
		"alter table t add b int; rollback;",
		"alter table t add b int; perform f();",
		"alter table t add b int; exception when others then null;",
		"for i in 1..0 loop alter table t add b int; end loop;",
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(codes); i++) {
		us_arena trees = { 0 };
		world *w = ddl_world();
		object_id t, b;

		ddl_apply(w, &trees, "create table t (a int)", MODE_FOLD);
		ddl_apply(w, &trees,
			us_arena_strf(&trees, "do $$ begin %s end $$", codes[i]),
			MODE_FOLD);
		t = world_lookup(w, OBJECT_RELATION, NULL, "t");
		b = world_get(w, OBJECT_COLUMN, t, "b");
		if (world_is(w, b) != THERE_MAYBE)
			fail_msg("%s: it is known", codes[i]);
		world_free(w);
		us_arena_fini(&trees);
	}
}

static void names_follow_the_search_path(void **state)
{
	static const ddl_row rows[] = {
		{ "create schema s; set search_path to s; create table x (a int)",
			"table s.x", "", "there" },
		{ "create schema s; set search_path to s, public; create table x "
		  "(a int)",
			"table public.x", "", NULL },
		{ "create schema s; select pg_catalog.set_config('search_path', "
		  "'s', false); create table x (a int)",
			"table s.x", "", "there" },
		{ "select pg_catalog.set_config('search_path', '', false); create "
		  "table public.x (a int)",
			"table public.x", "", "there" },
	};
	(void)state;
	DDL_EACH(rows, ddl_check);
}

static void a_statement_needs_what_it_names(void **state)
{
	static const ddl_trial rows[] = {
		{ "create table t (a int)", "insert into t (a) values (1)", NULL },
		{ "create table t (a int)", "insert into t (b) values (1)",
			"column public.t.b is not there" },
		{ "create table t (a int)", "update u set a = 1",
			"relation public.u is not there" },
		{ "create table t (a int)",
			"with u as (select 1) select * from u, t", NULL },
		{ "create table t (a int)",
			"with u as (select * from u) select * from u",
			"relation public.u is not there" },
		{ "create table t (a int)",
			"with recursive u as (select * from u) select * from u",
			NULL },
		{ "", "select * from pg_class, information_schema.tables", NULL },
	};
	(void)state;
	DDL_EACH(rows, ddl_try);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_update_repeats_only_if_it_finds_and_sets_the_same),
		cmocka_unit_test(an_insert_repeats_only_if_it_certainly_conflicts),
		cmocka_unit_test(
			what_deletes_or_calls_is_told_apart_from_what_reads),
		cmocka_unit_test(what_another_statement_changes_is_not_apart),
		cmocka_unit_test(code_reaches_as_far_as_its_words_tell),
		cmocka_unit_test(code_of_known_forms_is_followed),
		cmocka_unit_test(what_code_may_not_do_is_not_taken_for_done),
		cmocka_unit_test(names_follow_the_search_path),
		cmocka_unit_test(a_statement_needs_what_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
