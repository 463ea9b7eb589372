/* What of a PostgreSQL script may be there in part, and what may be gone. */
#include <string.h>

#include "check.h"
#include "stage.h"
#include "unstick/auto.h"

static void one_query_or_several_decides_on_atomicity(void **state)
{
	static const struct {
		const char *engine;
		us_tristate atomic;
	} rows[] = {
		{ NULL, US_UNSURE },
		{ "6.19", US_YES },
		{ "5", US_YES },
		{ "7.3.0", US_YES },
		{ "7", US_UNSURE },
		{ "7.", US_UNSURE },
		{ "7.4", US_UNSURE },
		{ "7.10.1", US_UNSURE },
		{ "8.0", US_UNSURE },
		{ "latest", US_UNSURE },
	};
	stage s;

	(void)state;
	stage_init(&s, "SELECT 1; SELECT 2");
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;

		s.config.prisma_engine = (char *)(uintptr_t)rows[i].engine;
		e = stage_look(&s, s.ours, true);
		if (e->atomic != rows[i].atomic)
			fail_msg("%s: %d", rows[i].engine, e->atomic);
		us_evidence_free(e);
	}
	stage_fini(&s);
}

static void one_statement_may_still_half_happen(void **state)
{
	static const struct {
		const char *text;
		us_tristate atomic;
	} rows[] = {
		{ "ALTER TABLE \"T\" ADD COLUMN b INTEGER", US_YES },
		{ "VACUUM \"T\"", US_UNSURE },
		{ "CLUSTER", US_UNSURE },
		{ "REINDEX SCHEMA public", US_UNSURE },
		{ "CALL p()", US_UNSURE },
		{ "DO $$ BEGIN CALL p(); END $$", US_UNSURE },
		{ "DO $$ BEGIN COMMIT; END $$", US_UNSURE },
		{ "DO $$ BEGIN PERFORM 1; END $$", US_YES },
		{ "CREATE INDEX CONCURRENTLY i ON \"T\" (a)", US_UNSURE },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;
		stage s;

		stage_init(&s, rows[i].text);
		e = stage_look(&s, s.ours, true);
		if (e->atomic != rows[i].atomic)
			fail_msg("%s: %d", rows[i].text, e->atomic);
		us_evidence_free(e);
		stage_fini(&s);
	}
}

static void a_chained_commit_leaves_a_transaction_open(void **state)
{
	static const struct {
		const char *text, *prefixes;
	} rows[] = {
		{ "BEGIN; SELECT 1; COMMIT", "all" },
		{ "BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2", "unknown" },
		{ "BEGIN; SELECT 1; END AND CHAIN; SELECT 2", "unknown" },
		{ "BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2; COMMIT", "all" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence *e;
		stage s;

		stage_init(&s, rows[i].text);
		cluster_exec(&s.db,
			"UPDATE _prisma_migrations SET applied_steps_count = 1");
		us_ledger_free(s.led);
		us_history_free(s.history);
		stage_load(&s);
		e = stage_look(&s, s.ours, true);
		if (strcmp(us_prefixes_state(&e->prefixes), rows[i].prefixes) != 0)
			fail_msg("%s: %s", rows[i].text, e->why);
		us_evidence_free(e);
		stage_fini(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_query_or_several_decides_on_atomicity),
		cmocka_unit_test(one_statement_may_still_half_happen),
		cmocka_unit_test(a_chained_commit_leaves_a_transaction_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
