/* Can the whole script run from the top once k statements ran? Scripts and the
 * answers for every k: only what is shown to lose nothing may. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stuck.h"
#include "unstick/auto.h"

static const char init[] =
	"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);"
	"CREATE UNIQUE INDEX t_a ON t(a);"
	"CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT);";

/* One letter for each k: y(es), n(o). */
static const struct {
	const char *script, *want;
} rows[] = {
	{ "CREATE TABLE n (x)", "yn" },
	{ "CREATE TABLE IF NOT EXISTS n (x)", "yy" },
	{ "CREATE TABLE IF NOT EXISTS n (x); CREATE INDEX IF NOT EXISTS n_x ON "
	  "n(x)",
		"yyy" },
	{ "DROP TABLE IF EXISTS u", "yn" },
	{ "DROP INDEX IF EXISTS t_a", "yy" },
	{ "DROP INDEX t_a", "yn" },
	{ "DROP INDEX IF EXISTS t_a; CREATE INDEX t_a ON t(a, b)", "yyn" },
	{ "ALTER TABLE t ADD COLUMN d TEXT", "yn" },
	{ "ALTER TABLE t DROP COLUMN c", "yn" },
	{ "PRAGMA foreign_keys=OFF; CREATE TABLE n (x); PRAGMA foreign_keys=ON",
		"yynn" },
	/* rows: twice is once, or it isn't */
	{ "UPDATE t SET b = 'x'", "yy" },
	{ "UPDATE t SET b = lower(a)", "yy" },
	{ "UPDATE t SET b = 'x' WHERE b IS NULL", "yy" },
	{ "UPDATE t SET b = NULL WHERE c = 'x'", "yy" },
	{ "UPDATE t SET b = b || 'x'", "yn" },
	{ "UPDATE t SET b = a, a = b", "yn" },
	{ "UPDATE t SET b = 'y' WHERE b = 'x'", "yn" },
	{ "UPDATE t SET b = datetime('now')", "yn" },
	{ "UPDATE t SET b = CURRENT_TIMESTAMP", "yn" },
	{ "UPDATE t SET b = random()", "yn" },
	{ "UPDATE t SET b = a; UPDATE t SET a = c", "ynn" },
	{ "UPDATE t SET b = (SELECT max(a) FROM u); INSERT INTO u (a) VALUES ('z')",
		"ynn" },
	{ "DELETE FROM u", "yn" },
	{ "DELETE FROM u WHERE 0", "yn" },
	{ "INSERT INTO t (a) VALUES ('x')", "yn" },
	{ "INSERT OR IGNORE INTO t (id, a) VALUES (100, 'x')", "yy" },
	{ "INSERT INTO t (a) VALUES ('x') ON CONFLICT DO NOTHING", "yy" },
	{ "INSERT OR IGNORE INTO u (a) VALUES ('x')", "yn" },
	{ "INSERT OR REPLACE INTO t (id, a) VALUES (100, 'x')", "yn" },
	{ "INSERT OR IGNORE INTO t (a) VALUES (hex(randomblob(8)))", "yn" },
	{ "INSERT OR IGNORE INTO t (a) VALUES ('x'); DROP INDEX IF EXISTS t_a",
		"yyn" },
	{ "INSERT INTO u SELECT id + 10, a FROM t", "yn" },
	{ "REPLACE INTO t (id, a) VALUES (100, 'x')", "yn" },
	{ "CREATE TRIGGER IF NOT EXISTS g AFTER UPDATE ON t BEGIN INSERT INTO u "
	  "(a) "
	  "VALUES ('t'); END; UPDATE t SET b = 'x'",
		"yyn" },
	{ "BEGIN; CREATE TABLE n (x); COMMIT", "yyyn" },
	{ "BEGIN; CREATE TABLE IF NOT EXISTS n (x); COMMIT", "yyyy" },
	{ "CREATE TEMP TABLE n AS SELECT 1 AS x; DROP TABLE n", "yyn" },
	{ "VACUUM; CREATE TABLE IF NOT EXISTS n (x)", "yyy" },
};

static void check_one(size_t i, size_t k)
{
	bool want = rows[i].want[k] == 'y';
	stuck s;

	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", init);
	stuck_seed(&s);
	if (!stuck_failed(&s, "20240102000000_m", rows[i].script, k))
		fail_msg("%s: statements 1 to %zu don't run", rows[i].script, k);
	stuck_read(&s);
	if (!stuck_has(&s, k))
		fail_msg("%s: K is {%s} after %zu", rows[i].script, stuck_k(&s), k);
	if (s.r.rerun[k] != want || want != !s.r.rerun_why[k])
		fail_msg("%s: after %zu statements %s, because %s", rows[i].script,
			k, want ? "no" : "yes",
			s.r.rerun_why[k] ? s.r.rerun_why[k] : "of nothing");
	stuck_close(&s);
}

static void only_what_loses_nothing_runs_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++)
		for (size_t k = 0; k < strlen(rows[i].want); k++)
			check_one(i, k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_loses_nothing_runs_again),
	};

	return cmocka_run_group_tests_name("sqlite rerun", tests, NULL, NULL);
}
