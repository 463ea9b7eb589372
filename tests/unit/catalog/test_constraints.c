/* Constraints: their names, definitions, and what comes and goes with them. */
#include "ddl.h"

#define P "CREATE TABLE p (id int PRIMARY KEY, u int UNIQUE);"

static const ddl_row rows[] = {
	{ "CREATE TABLE t (a int PRIMARY KEY)", "constraint public.t.t_pkey",
		"definition", "primary key (a)" },
	{ "CREATE TABLE t (a int PRIMARY KEY)", "index public.t_pkey", "definition",
		"unique btree on public.t (a)" },
	{ "CREATE TABLE t (a int, b int, UNIQUE (a, b))",
		"constraint public.t.t_a_b_key", "definition", "unique (a, b)" },
	{ "CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
		"constraint public.t.t_a_key", "definition",
		"unique (a) deferrable initially deferred" },
	{ "CREATE TABLE t (a int UNIQUE PRIMARY KEY)",
		"constraint public.t.t_a_key", "", NULL },
	{ "CREATE TABLE t (a int CONSTRAINT n UNIQUE PRIMARY KEY)",
		"constraint public.t.n", "definition", "primary key (a)" },
	{ P "CREATE TABLE t (a int REFERENCES p ON DELETE CASCADE ON UPDATE NO "
	    "ACTION)",
		"constraint public.t.t_a_fkey", "definition",
		"foreign key (a) references public.p (id) on delete cascade" },
	{ P "CREATE TABLE t (a int REFERENCES p); ALTER TABLE p RENAME id TO "
	    "\"Id\"",
		"constraint public.t.t_a_fkey", "definition",
		"foreign key (a) references public.p (\"Id\")" },
	{ "CREATE TABLE t (a int REFERENCES q)", "constraint public.t.t_a_fkey",
		"definition", "?" },
	{ "CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 0) NOT VALID",
		"constraint public.t.t_a_check", "valid", "no" },
	{ "CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 0) NOT VALID; "
	  "ALTER TABLE t VALIDATE CONSTRAINT t_a_check",
		"constraint public.t.t_a_check", "valid", "yes" },
	{ "CREATE TABLE t (a int, b int, CHECK (a > b))",
		"constraint public.t.t_check", "valid", "yes" },
	{ "CREATE TABLE t (a int, CHECK (a > 0), CHECK (a < 9))",
		"constraint public.t.t_a_check1", "", "there" },
	{ P "ALTER TABLE p DROP CONSTRAINT p_u_key", "index public.p_u_key", "",
		NULL },
	{ P "CREATE TABLE t (a int REFERENCES p); ALTER TABLE p DROP CONSTRAINT "
	    "p_pkey "
	    "CASCADE",
		"constraint public.t.t_a_fkey", "", NULL },
	{ P "CREATE TABLE t (a int REFERENCES p); ALTER TABLE p DROP CONSTRAINT "
	    "p_u_key "
	    "CASCADE",
		"constraint public.t.t_a_fkey", "", "there" },
	{ P "CREATE UNIQUE INDEX i ON p (u); ALTER TABLE p ADD CONSTRAINT k UNIQUE "
	    "USING "
	    "INDEX i",
		"constraint public.p.k", "definition", "unique (u)" },
	{ P "CREATE UNIQUE INDEX i ON p (u); ALTER TABLE p ADD CONSTRAINT k UNIQUE "
	    "USING "
	    "INDEX i",
		"index public.i", "", NULL },
	{ P "ALTER TABLE p ADD FOREIGN KEY (u) REFERENCES p; ALTER TABLE p ALTER "
	    "CONSTRAINT p_u_fkey DEFERRABLE",
		"constraint public.p.p_u_fkey", "definition",
		"foreign key (u) references public.p (id) deferrable" },
	/* names are unique in the schema, not only in the table */
	{ "CREATE TABLE t (a int CHECK (a > 0)); ALTER TABLE t RENAME TO o; "
	  "CREATE TABLE t (a int CHECK (a > 0))",
		"constraint public.t.t_a_check1", "", "there" },
	/* of a table that nothing is known of, no name is made up */
	{ "ALTER TABLE t ADD UNIQUE (a)", "constraint public.t.t_a_key", "", NULL },
	{ "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)", "constraint public.t.k",
		"definition", "unique (a)" },
};

static void a_constraint_reads_the_same_wherever_it_was_written(void **state)
{
	(void)state;
	DDL_EACH(rows, ddl_check);
}

static const ddl_trial trials[] = {
	{ P, "ALTER TABLE p ADD CONSTRAINT p_pkey UNIQUE (u)",
		"constraint public.p.p_pkey is there already" },
	{ P, "ALTER TABLE p DROP CONSTRAINT x",
		"constraint public.p.x is not there" },
	{ P, "ALTER TABLE p DROP CONSTRAINT IF EXISTS x", NULL },
	{ P, "ALTER TABLE p ADD CHECK (u > 0)", NULL },
	{ P, "ALTER TABLE p ADD UNIQUE (x)", "column public.p.x is not there" },
	{ P "CREATE TABLE t (a int REFERENCES p)",
		"ALTER TABLE p DROP CONSTRAINT p_pkey",
		"constraint public.t.t_a_fkey depends on constraint "
		"public.p.p_pkey" },
	{ P, "ALTER TABLE p VALIDATE CONSTRAINT x",
		"constraint public.p.x is not there" },
};

static void what_fails_is_known_to_fail(void **state)
{
	(void)state;
	DDL_EACH(trials, ddl_try);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_constraint_reads_the_same_wherever_it_was_written),
		cmocka_unit_test(what_fails_is_known_to_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
