/* Indexes: their names and definitions, as the server shows them. */
#include "ddl.h"

#define T "CREATE TABLE t (a int, b text, j jsonb);"

static const ddl_row rows[] = {
	{ T "CREATE INDEX i ON t (a)", "index public.i", "definition",
		"btree on public.t (a)" },
	{ T "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "index public.i",
		"valid", "yes" },
	{ T "CREATE INDEX i ON t USING btree (a ASC NULLS LAST, b DESC NULLS "
	    "FIRST)",
		"index public.i", "definition", "btree on public.t (a, b desc)" },
	{ T "CREATE INDEX i ON t (a NULLS FIRST, b DESC NULLS LAST)",
		"index public.i", "definition",
		"btree on public.t (a nulls first, b desc nulls last)" },
	{ T "CREATE INDEX i ON t ((a))", "index public.i", "definition",
		"btree on public.t (a)" },
	{ T "CREATE INDEX i ON t USING gin (j jsonb_path_ops)", "index public.i",
		"definition", "gin on public.t (j jsonb_path_ops)" },
	{ T "CREATE INDEX i ON t USING gin (j jsonb_ops)", "index public.i",
		"definition", "?" },
	{ T "CREATE INDEX i ON t ((b::text))", "index public.i", "definition",
		"?" },
	{ T "CREATE INDEX i ON t (a) INCLUDE (b)", "index public.i", "definition",
		"btree on public.t (a) include (b)" },
	{ T "CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT", "index public.i",
		"definition", "unique btree on public.t (a) nulls not distinct" },
	{ T "CREATE INDEX i ON t (a); ALTER INDEX i SET (fillfactor = 50)",
		"index public.i", "definition", "?" },
	{ T "CREATE INDEX i ON t (a); ALTER TABLE t RENAME TO \"T\"",
		"index public.i", "definition", "btree on public.\"T\" (a)" },
	/* names */
	{ T "CREATE INDEX ON t (a, b)", "index public.t_a_b_idx", "", "there" },
	{ T "CREATE INDEX ON t (a); CREATE INDEX ON t (a)", "index public.t_a_idx1",
		"", "there" },
	{ T "CREATE INDEX ON t (lower(b), (a + 1), (a + 2))",
		"index public.t_lower_expr_expr1_idx", "", "there" },
	{ T "CREATE INDEX ON t (a) INCLUDE (b)", "index public.t_a_b_idx", "",
		"there" },
	{ T "CREATE INDEX ON t (extract(year FROM b::date))",
		"index public.t_extract_idx", "", NULL },
	/* what goes along */
	{ T "CREATE INDEX i ON t (a, b); ALTER TABLE t DROP COLUMN b",
		"index public.i", "", NULL },
	{ T "CREATE INDEX i ON t (a); ALTER TABLE t DROP COLUMN b",
		"index public.i", "", "there" },
	{ T "CREATE INDEX i ON t (a) WHERE b = 'x'; ALTER TABLE t ALTER b TYPE "
	    "varchar(9)",
		"index public.i", "definition", "?" },
};

static void an_index_reads_the_same_wherever_it_was_written(void **state)
{
	(void)state;
	DDL_EACH(rows, ddl_check);
}

static const ddl_trial trials[] = {
	{ T "CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (b)",
		"index public.i is there already" },
	{ T "CREATE INDEX i ON t (a)", "CREATE INDEX IF NOT EXISTS i ON t (b)",
		NULL },
	{ T, "CREATE INDEX i ON t (x)", "column public.t.x is not there" },
	{ T, "CREATE INDEX i ON u (x)", "relation public.u is not there" },
	{ T, "CREATE INDEX t ON t (a)", "table public.t is there already" },
};

static void what_fails_is_known_to_fail(void **state)
{
	(void)state;
	DDL_EACH(trials, ddl_try);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_reads_the_same_wherever_it_was_written),
		cmocka_unit_test(what_fails_is_known_to_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
