/* What of an old script is parsed: what is about the names asked for, what reaches
 * further than its words, and everything of which that isn't plain. */
#include "check.h"

#include <string.h>

#include "../../../src/catalog/pieces.h"

/* What is kept of sql when the case is about "users"; NULL: none of it matters. */
typedef struct {
	const char *sql, *kept;
} kept_row;

static void check_kept(const kept_row *r)
{
	us_arena arena = { 0 };
	words about = { .arena = &arena }, far = { .arena = &arena };
	const char *out = NULL;
	size_t n = 0;
	bool wanted;

	words_add(&about, "users", strlen("users"));
	pieces_far_words(&far);
	wanted = pieces_about(&about, &far, r->sql, strlen(r->sql), &out, &n);
	if (wanted != (r->kept != NULL))
		fail_msg("%s: %s", r->sql, wanted ? "wanted" : "not wanted");
	if (wanted && (n != strlen(r->kept) || memcmp(out, r->kept, n) != 0))
		fail_msg("%s: kept %.*s", r->sql, (int)n, out);
	us_arena_fini(&arena);
}

#define KEPT_EACH(rows)                                                            \
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)                  \
	check_kept(&(rows)[i])

static void only_statements_about_the_names_are_kept(void **state)
{
	static const kept_row rows[] = {
		{ "create table a (b int);", NULL },
		{ "create table a (b int); create table \"Users\" (c int);",
			" create table \"Users\" (c int);" },
		{ "create table users (b text default ';'); create index on a (b);",
			"create table users (b text default ';');" },
		{ "insert into a values (1); -- of users\nupdate a set b = 1;",
			" -- of users\nupdate a set b = 1;" },
		{ "alter table a add foreign key (u) references users (id) on "
		  "delete cascade; alter table a add b int",
			"alter table a add foreign key (u) references users (id) "
			"on "
			"delete cascade;" },
	};
	(void)state;
	KEPT_EACH(rows);
}

static void what_reaches_far_is_kept_whatever_it_is_about(void **state)
{
	static const kept_row rows[] = {
		{ "drop table a cascade", "drop table a cascade" },
		{ "alter table a rename to b", "alter table a rename to b" },
		{ "set search_path to b", "set search_path to b" },
		{ "do $$ begin end $$", "do $$ begin end $$" },
		{ "insert into a values (1) on conflict do nothing", NULL },
		{ "select f(1)", "select f(1)" },
		{ "select \"now\"()", "select \"now\"()" },
		{ "select s.now()", "select s.now()" },
		{ "select 1 from a join f(1) on true",
			"select 1 from a join f(1) on true" },
		{ "select 1 from a join b on f(a.c)",
			"select 1 from a join b on f(a.c)" },
		{ "select f /* ' */ (1)", "select f /* ' */ (1)" },
		{ "/* /* */ ' */ select f(1)", "/* /* */ ' */ select f(1)" },
		{ "select now(), count(*) from a where b in (1)", NULL },
		{ "select set_config('search_path', '', false)",
			"select set_config('search_path', '', false)" },
		{ "insert into a values (E'\\'; select f(1); --')",
			"insert into a values (E'\\'; select f(1); --')" },
		{ "create function f() returns int begin atomic; select g(); end",
			"create function f() returns int begin atomic; select g(); "
			"end" },
	};
	(void)state;
	KEPT_EACH(rows);
}

static void what_is_not_plain_stays_with_what_is_kept(void **state)
{
	static const kept_row rows[] = {
		{ "create type t as enum ('a'); create table users (b t);",
			"create type t as enum ('a'); create table users (b t);" },
		{ "drop table a; create table b (c int); create table users (b t);",
			"drop table a; create table users (b t);" },
		{ "begin; drop table users; rollback;",
			"begin; drop table users; rollback;" },
		{ "alter table a drop constraint b; alter table users add b int;",
			"alter table a drop constraint b; alter table users add b "
			"int;" },
	};
	(void)state;
	KEPT_EACH(rows);
}

static void a_rename_asks_for_the_old_name_and_not_for_its_own_words(void **state)
{
	static const kept_row rows[] = {
		{ "create table people (a int); create table other (table_ int); "
		  "alter table other add c int; alter table people rename to "
		  "users;",
			"create table people (a int); alter table people rename to "
			"users;" },
	};
	(void)state;
	KEPT_EACH(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_statements_about_the_names_are_kept),
		cmocka_unit_test(what_reaches_far_is_kept_whatever_it_is_about),
		cmocka_unit_test(what_is_not_plain_stays_with_what_is_kept),
		cmocka_unit_test(
			a_rename_asks_for_the_old_name_and_not_for_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
