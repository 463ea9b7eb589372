/* The relations that a script names, whatever the statement. */
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/catalog.h"
#include "unstick/str.h"

static void relations_are_found_wherever_they_stand(void **state)
{
	static const struct {
		const char *sql, *names;
	} rows[] = {
		{ "", "" },
		{ "CREATE TABLE \"User\" (id INTEGER REFERENCES s.Other)",
			"User s.other " },
		{ "ALTER TABLE ONLY a.\"B c\" ADD COLUMN x INTEGER", "a.B c " },
		{ "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a)", "t u " },
		{ "CREATE INDEX CONCURRENTLY i ON t (a)", "t " },
		{ "DROP TABLE IF EXISTS t, s.u CASCADE", "t s.u " },
		{ "DROP INDEX CONCURRENTLY s.\"i\"", "s.i " },
		{ "DROP VIEW v; DROP MATERIALIZED VIEW m; DROP SEQUENCE q",
			"v m q " },
		{ "DROP TRIGGER g ON s.t; DROP POLICY p ON u; DROP RULE r ON v",
			"s.t u v " },
		{ "DROP TYPE x; DROP FUNCTION f(INTEGER); DROP SCHEMA s", "" },
		{ "ALTER INDEX i RENAME TO j; ALTER TABLE t RENAME a TO b",
			"i t " },
		{ "ALTER TABLE t SET SCHEMA s", "t " },
		{ "COMMENT ON TABLE t IS 'u'; COMMENT ON COLUMN s.u.c IS 'v'",
			"t s.u " },
		{ "COMMENT ON CONSTRAINT c ON t IS 'x'", "t " },
		{ "CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()", "t " },
		{ "INSERT INTO t SELECT * FROM u JOIN s.v USING (a)", "t u s.v " },
		{ "UPDATE t SET a = (SELECT max(a) FROM u) FROM v", "t u v " },
		{ "CREATE VIEW v AS SELECT * FROM t; REFRESH MATERIALIZED VIEW m",
			"v t m " },
		{ "TRUNCATE t, u; LOCK TABLE v; VACUUM w; CLUSTER x; REINDEX TABLE "
		  "y",
			"t u v w x y " },
		{ "GRANT SELECT ON t TO PUBLIC; COPY u FROM STDIN", "t u " },
		{ "DO $$ BEGIN DELETE FROM t; END $$", "" }, /* a string */
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_relations r = { 0 };
		us_script *s = NULL;
		us_str names = { 0 };
		us_err err = { 0 };
		bool known = false;

		assert_ok(us_script_split(&s, "postgresql", rows[i].sql,
				  strlen(rows[i].sql), &err),
			&err);
		assert_ok(us_catalog_relations(&r, &known, s, &err), &err);
		assert_true(known);
		for (size_t j = 0; j < r.len; j++)
			us_str_addf(&names, "%s%s%s ",
				r.items[j].schema ? r.items[j].schema : "",
				r.items[j].schema ? "." : "", r.items[j].name);
		if (strcmp(us_str_text(&names), rows[i].names) != 0)
			fail_msg("%s: %s", rows[i].sql, us_str_text(&names));
		us_str_fini(&names);
		us_relations_fini(&r);
		us_script_free(s);
	}
}

static void of_what_cannot_be_parsed_nothing_is_known(void **state)
{
	us_relations r = { 0 };
	us_script *s = NULL;
	us_err err = { 0 };
	bool known = true;

	(void)state;
	assert_ok(
		us_script_split(&s, "postgresql", "DROP TABLE t; FROB u", 20, &err),
		&err);
	assert_ok(us_catalog_relations(&r, &known, s, &err), &err);
	assert_false(known);
	assert_int_equal(r.len, 0);
	us_relations_fini(&r);
	us_script_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relations_are_found_wherever_they_stand),
		cmocka_unit_test(of_what_cannot_be_parsed_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
