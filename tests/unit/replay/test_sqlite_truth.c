/* Whatever SQLite lets a migration do, stopped everywhere: K holds the truth, and
 * what is said to run from the top does. Each script also meets the pasts that
 * histories have. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "truth.h"
#include "unstick/auto.h"

static const char init[] =
	"CREATE TABLE \"User\" (\"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
	"\"email\" TEXT NOT NULL, \"role\" TEXT, \"score\" INTEGER DEFAULT 5);\n"
	"CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");\n"
	"CREATE TABLE \"Post\" (\"id\" INTEGER NOT NULL PRIMARY KEY, \"userId\" "
	"INTEGER NOT NULL, \"title\" TEXT, CONSTRAINT \"Post_userId_fkey\" FOREIGN "
	"KEY (\"userId\") REFERENCES \"User\" (\"id\") ON DELETE CASCADE ON UPDATE "
	"CASCADE);\n"
	"CREATE INDEX \"Post_title_idx\" ON \"Post\"(\"title\");\n"
	"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INT);\n"
	"CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT, t_id INT REFERENCES t);\n"
	"CREATE VIEW emails AS SELECT email FROM User;\n";

/* Prisma's rebuild of Post, and of User. */
#define POST                                                                       \
	"PRAGMA foreign_keys=OFF;\n"                                               \
	"CREATE TABLE \"new_Post\" (\"id\" INTEGER NOT NULL PRIMARY KEY, "         \
	"\"userId\" INTEGER NOT NULL, \"title\" TEXT NOT NULL DEFAULT 'x', "       \
	"\"n\" INT, CONSTRAINT \"Post_userId_fkey\" FOREIGN KEY (\"userId\") "     \
	"REFERENCES \"User\" (\"id\") ON DELETE RESTRICT ON UPDATE CASCADE);\n"    \
	"INSERT INTO \"new_Post\" (\"id\", \"userId\") SELECT \"id\", \"userId\" " \
	"FROM \"Post\";\nDROP TABLE \"Post\";\n"                                   \
	"ALTER TABLE \"new_Post\" RENAME TO \"Post\";\n"
#define USER                                                                       \
	"CREATE TABLE \"new_User\" (\"id\" INTEGER NOT NULL PRIMARY KEY "          \
	"AUTOINCREMENT, \"email\" TEXT NOT NULL, \"name\" TEXT);\n"                \
	"INSERT INTO \"new_User\" (\"id\", \"email\") SELECT \"id\", \"email\" "   \
	"FROM \"User\";\nDROP TABLE \"User\";\n"                                   \
	"ALTER TABLE \"new_User\" RENAME TO \"User\";\n"                           \
	"CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");\n"
#define CHECKED "PRAGMA foreign_key_check;\nPRAGMA foreign_keys=ON;\n"

static const char *const scripts[] = {
	/* tables of every kind */
	"CREATE TABLE n (a TEXT PRIMARY KEY) WITHOUT ROWID; DROP TABLE n; CREATE "
	"TABLE n (a TEXT PRIMARY KEY)",
	"CREATE TABLE n (a INT) STRICT; DROP TABLE n; CREATE TABLE n (a INT)",
	"CREATE TABLE n (a INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE n; "
	"CREATE TABLE n (a INTEGER PRIMARY KEY)",
	"CREATE TABLE n (a INT, b INT AS (a + 1)); ALTER TABLE n ADD COLUMN c AS "
	"(b * 2); INSERT INTO n VALUES (1); ALTER TABLE n DROP COLUMN c",
	"CREATE TABLE n (a INT, b INT GENERATED ALWAYS AS (a + 1) STORED); DROP "
	"TABLE n; CREATE TABLE n (a INT, b INT GENERATED ALWAYS AS (a + 2) STORED)",
	"CREATE TABLE n (a CHECK (a > 0)); DROP TABLE n; CREATE TABLE n (a CHECK "
	"(a > 1), CHECK (a < 9))",
	"CREATE TABLE n (a TEXT COLLATE NOCASE); DROP TABLE n; CREATE TABLE n (a "
	"TEXT COLLATE RTRIM); DROP TABLE n; CREATE TABLE n (a TEXT)",
	"CREATE TABLE n (a, b, PRIMARY KEY (a, b)); DROP TABLE n; CREATE TABLE n "
	"(a, b, PRIMARY KEY (b, a DESC))",
	"CREATE TABLE n (a DEFAULT 1); DROP TABLE n; CREATE TABLE n (a DEFAULT "
	"(1)); DROP TABLE n; CREATE TABLE n (a DEFAULT (1 + 0)); DROP TABLE n; "
	"CREATE TABLE n (a DEFAULT NULL)",
	"CREATE TABLE n (a UNIQUE ON CONFLICT IGNORE, b NOT NULL ON CONFLICT "
	"REPLACE DEFAULT 1); CREATE TABLE m (a UNIQUE)",
	"CREATE TABLE n AS SELECT id, email FROM User; ALTER TABLE n ADD COLUMN z; "
	"DROP TABLE n",
	"CREATE TABLE n AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
	"FROM r WHERE i < 9) SELECT i FROM r; INSERT INTO n WITH RECURSIVE r(i) AS "
	"(SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 9) SELECT i FROM r",
	"CREATE TABLE main.n (x); CREATE INDEX main.n_x ON n(x); DROP TABLE main.n",
	/* indexes */
	"CREATE INDEX i ON t(a); DROP INDEX i; CREATE INDEX i ON t(a DESC); DROP "
	"INDEX i; CREATE UNIQUE INDEX i ON t(a)",
	"CREATE INDEX i ON t(a) WHERE b IS NULL; DROP INDEX i; CREATE INDEX i ON "
	"t(a) WHERE b IS NOT NULL; DROP INDEX i; CREATE INDEX i ON t(a)",
	"CREATE INDEX i ON t(lower(a)); DROP INDEX i; CREATE INDEX i ON "
	"t(upper(a))",
	"CREATE INDEX i ON t(a COLLATE NOCASE, b); DROP INDEX i; CREATE INDEX i ON "
	"t(a, b COLLATE NOCASE)",
	"CREATE INDEX i ON t(a); DROP INDEX i; CREATE INDEX i ON u(a)",
	"CREATE INDEX i ON u(a); DROP INDEX i; CREATE INDEX i ON t(a); DROP TABLE "
	"u",
	"DROP INDEX Post_title_idx; CREATE INDEX Post_title_idx ON Post(title, id)",
	"DROP INDEX IF EXISTS User_email_key; CREATE UNIQUE INDEX User_email_key "
	"ON "
	"User(email)",
	"REINDEX; CREATE INDEX i ON t(a); REINDEX i; ANALYZE; DROP INDEX i; VACUUM",
	/* triggers, views, virtual tables */
	"CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 'x' WHERE id = "
	"new.id; END; INSERT INTO t (id) VALUES (77); DROP TRIGGER g; CREATE "
	"TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END",
	"CREATE TRIGGER g INSTEAD OF INSERT ON emails BEGIN INSERT INTO User "
	"(email) VALUES (new.email); END; INSERT INTO emails VALUES ('z'); DROP "
	"VIEW emails",
	"CREATE TRIGGER IF NOT EXISTS g AFTER DELETE ON t BEGIN DELETE FROM u "
	"WHERE "
	"t_id = old.id; END; DELETE FROM t WHERE id = 1; DROP TRIGGER IF EXISTS g",
	"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; DROP TABLE u; "
	"CREATE TABLE u (z); DROP TRIGGER g; CREATE TRIGGER g AFTER INSERT ON u "
	"BEGIN SELECT 1; END",
	"DROP VIEW emails; CREATE VIEW emails AS SELECT id, email FROM User; DROP "
	"VIEW emails; CREATE VIEW emails (e) AS SELECT email FROM User",
	"DROP VIEW IF EXISTS emails; CREATE TABLE emails (x); DROP TABLE emails",
	"CREATE VIEW w AS SELECT * FROM emails; DROP VIEW emails; DROP VIEW w",
	"CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES ('x', 'y'); "
	"DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a)",
	"CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id'); "
	"INSERT INTO f(rowid, a) SELECT id, a FROM t; CREATE TRIGGER g AFTER "
	"INSERT "
	"ON t BEGIN INSERT INTO f(rowid, a) VALUES (new.id, new.a); END; CREATE "
	"TRIGGER h AFTER DELETE ON t BEGIN INSERT INTO f(f, rowid, a) VALUES "
	"('delete', old.id, old.a); END; INSERT INTO f(f) VALUES ('rebuild'); "
	"ALTER "
	"TABLE u ADD COLUMN z",
	"CREATE VIRTUAL TABLE f USING fts5(a); ALTER TABLE f RENAME TO g; CREATE "
	"TABLE f (x)",
	"CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, "
	"2, 3); CREATE TABLE n (x); DROP TABLE r",
	"CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts4(a); CREATE VIRTUAL TABLE "
	"IF NOT EXISTS f USING fts4(a); INSERT INTO f VALUES ('x')",
	/* ALTER TABLE */
	"ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME COLUMN a TO aa; ALTER "
	"TABLE tt ADD COLUMN a; ALTER TABLE tt RENAME TO t",
	"ALTER TABLE t RENAME a TO z; ALTER TABLE t RENAME b TO a; ALTER TABLE t "
	"RENAME z TO b",
	"ALTER TABLE User RENAME COLUMN email TO mail; DROP VIEW emails; ALTER "
	"TABLE User RENAME COLUMN mail TO email",
	"ALTER TABLE t RENAME TO T; ALTER TABLE T RENAME TO t; ALTER TABLE t "
	"RENAME "
	"COLUMN a TO A; ALTER TABLE t ADD COLUMN z",
	"ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x "
	"RENAME "
	"TO u",
	"ALTER TABLE t RENAME TO x; CREATE TABLE t (id INTEGER PRIMARY KEY, a "
	"TEXT); INSERT INTO t SELECT id, a FROM x; DROP TABLE x",
	"PRAGMA legacy_alter_table=ON; PRAGMA foreign_keys=OFF; ALTER TABLE t "
	"RENAME TO x; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO "
	"t SELECT id, a FROM x; DROP TABLE x",
	"ALTER TABLE t ADD COLUMN d TEXT NOT NULL DEFAULT ''; ALTER TABLE t ADD d2 "
	"INT; ALTER TABLE t DROP COLUMN d; ALTER TABLE t ADD COLUMN d INT",
	"ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b TEXT; ALTER TABLE "
	"t DROP COLUMN b",
	"ALTER TABLE t ADD COLUMN p INT REFERENCES u(id) ON DELETE SET NULL; ALTER "
	"TABLE t ADD COLUMN q INT CHECK (q > 0); ALTER TABLE t ADD COLUMN r TEXT "
	"COLLATE NOCASE",
	/* foreign keys */
	"CREATE TABLE n (a REFERENCES t ON DELETE CASCADE, b REFERENCES t(id) ON "
	"DELETE SET NULL, c REFERENCES t ON UPDATE SET DEFAULT, d REFERENCES t ON "
	"UPDATE RESTRICT, e REFERENCES t ON UPDATE NO ACTION); DROP TABLE n; "
	"CREATE "
	"TABLE n (a REFERENCES t ON DELETE RESTRICT)",
	"CREATE TABLE n (a INTEGER PRIMARY KEY, up REFERENCES n(a) DEFERRABLE "
	"INITIALLY DEFERRED); INSERT INTO n VALUES (1, 1); ALTER TABLE n RENAME TO "
	"m; CREATE TABLE n (a REFERENCES m)",
	"CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE n (x, y, FOREIGN "
	"KEY (x, y) REFERENCES p(a, b), FOREIGN KEY (y, x) REFERENCES p); ALTER "
	"TABLE p RENAME TO q",
	"CREATE TABLE n (a REFERENCES nowhere(x)); CREATE TABLE m (a REFERENCES "
	"NoWhere); DROP TABLE n",
	/* rebuilds */
	POST "CREATE INDEX \"Post_title_idx\" ON \"Post\"(\"title\");\n" CHECKED,
	POST CHECKED,
	"PRAGMA defer_foreign_keys=ON;\n" POST USER CHECKED "PRAGMA "
	"defer_foreign_keys=OFF;\n",
	"PRAGMA foreign_keys=OFF; DROP VIEW emails;\n" USER POST CHECKED,
	POST
	"CREATE TABLE \"new_Post\" (\"id\" INTEGER NOT NULL PRIMARY KEY, "
	"\"title\" TEXT, \"n\" INT);\nINSERT INTO \"new_Post\" (\"id\", \"title\") "
	"SELECT \"id\", \"title\" FROM \"Post\";\nDROP TABLE \"Post\";\nALTER "
	"TABLE "
	"\"new_Post\" RENAME TO \"Post\";\n",
	POST POST,
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT, t_id INT REFERENCES "
	"t); INSERT INTO new_u SELECT id, a, t_id FROM u; DROP TABLE u; ALTER "
	"TABLE "
	"new_u RENAME TO u",
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT NOT NULL); INSERT INTO "
	"new_u SELECT id, a FROM u WHERE a IS NOT NULL; DROP TABLE u; ALTER TABLE "
	"new_u RENAME TO u",
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO new_u "
	"VALUES (1, 'x'); INSERT OR IGNORE INTO new_u SELECT id, a FROM u; DROP "
	"TABLE u; ALTER TABLE new_u RENAME TO u",
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT, z TEXT NOT NULL ON "
	"CONFLICT IGNORE); INSERT INTO new_u (id, a) SELECT id, a FROM u; DROP "
	"TABLE u; ALTER TABLE new_u RENAME TO u",
	"DELETE FROM u; CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT); "
	"INSERT "
	"INTO new_u SELECT id, a FROM u; INSERT INTO u (id) VALUES (8); DROP TABLE "
	"u; ALTER TABLE new_u RENAME TO u",
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT, t_id INT REFERENCES t "
	"ON DELETE CASCADE); INSERT INTO new_u (id, a, t_id) SELECT id, a, t_id "
	"FROM u; UPDATE u SET t_id = NULL; DELETE FROM t; DROP TABLE u; ALTER "
	"TABLE "
	"new_u RENAME TO u",
	"CREATE TABLE new_u AS SELECT * FROM u; DROP TABLE u; ALTER TABLE new_u "
	"RENAME TO u",
	"DROP TABLE IF EXISTS new_u; CREATE TABLE new_u (id INTEGER PRIMARY KEY, a "
	"TEXT); INSERT INTO new_u SELECT id, a FROM u; DROP TABLE IF EXISTS u; "
	"ALTER TABLE new_u RENAME TO u",
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX nu ON "
	"new_u(a); CREATE TRIGGER g AFTER INSERT ON new_u BEGIN SELECT 1; END; "
	"INSERT INTO new_u SELECT id, a FROM u; DROP TABLE u; ALTER TABLE new_u "
	"RENAME TO u",
	"CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT, up INT REFERENCES "
	"new_u(id)); INSERT INTO new_u (id, a) SELECT id, a FROM u; DROP TABLE u; "
	"ALTER TABLE new_u RENAME TO u; INSERT INTO u (id) VALUES (1000)",
	"CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT); CREATE TABLE new_u "
	"(id INTEGER PRIMARY KEY, t_id INT REFERENCES t ON DELETE CASCADE); INSERT "
	"INTO new_t SELECT id, a FROM t; INSERT INTO new_u SELECT id, id FROM u; "
	"UPDATE u SET t_id = NULL; PRAGMA foreign_keys=ON; DROP TABLE t; ALTER "
	"TABLE new_t RENAME TO t; DROP TABLE u; ALTER TABLE new_u RENAME TO u",
	"DROP TABLE u; CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT, t_id INT); "
	"DROP TABLE t; ALTER TABLE u RENAME TO t",
	/* rows */
	"INSERT OR IGNORE INTO t (id, a) VALUES (50, 'x'); ALTER TABLE t ADD "
	"COLUMN "
	"z; INSERT OR IGNORE INTO t (id, a) VALUES (50, 'x')",
	"INSERT INTO t (id, a) VALUES (50, 'x') ON CONFLICT (id) DO UPDATE SET a = "
	"excluded.a; CREATE TABLE IF NOT EXISTS n (x)",
	"INSERT INTO t (id, a) VALUES (50, 'x') ON CONFLICT (id) DO NOTHING; "
	"CREATE "
	"TABLE IF NOT EXISTS n (x); CREATE INDEX IF NOT EXISTS i ON n(x)",
	"UPDATE t SET a = 'x'; CREATE TABLE IF NOT EXISTS n (x); UPDATE u SET a = "
	"'y'; CREATE INDEX IF NOT EXISTS i ON u(a)",
	"UPDATE OR IGNORE t SET id = c + 1; CREATE TABLE IF NOT EXISTS n (x)",
	"UPDATE OR REPLACE t SET id = c; CREATE TABLE IF NOT EXISTS n (x)",
	"CREATE INDEX IF NOT EXISTS i ON t(a); UPDATE t INDEXED BY i SET b = 'x' "
	"WHERE a > ''; DROP INDEX IF EXISTS i; CREATE TABLE IF NOT EXISTS n (x)",
	"UPDATE u SET a = (SELECT count(*) FROM t); INSERT OR IGNORE INTO t (id) "
	"VALUES (60); CREATE TABLE IF NOT EXISTS n (x)",
	"UPDATE u SET t_id = 1; UPDATE t SET id = 900 WHERE id = 1; CREATE TABLE "
	"IF "
	"NOT EXISTS n (x)",
	"UPDATE t SET a = b; UPDATE t SET b = 'q'; CREATE TABLE IF NOT EXISTS n "
	"(x)",
	"UPDATE t SET c = c + 1; CREATE TABLE IF NOT EXISTS n (x)",
	"UPDATE t SET a = (SELECT email FROM emails LIMIT 1); DROP VIEW IF EXISTS "
	"emails; CREATE TABLE IF NOT EXISTS n (x)",
	"WITH q AS (SELECT 1 AS x) UPDATE t SET c = (SELECT x FROM q); CREATE "
	"TABLE "
	"IF NOT EXISTS n (x)",
	"WITH q(x) AS (VALUES (70)) INSERT OR IGNORE INTO t (id) SELECT x FROM q; "
	"CREATE TABLE IF NOT EXISTS n (x)",
	"DELETE FROM t; DELETE FROM u; CREATE TABLE IF NOT EXISTS n (x)",
	"INSERT INTO t DEFAULT VALUES; CREATE TABLE IF NOT EXISTS n (x)",
	"UPDATE t SET rowid = id; UPDATE t SET a = 1 WHERE rowid = 1; CREATE TABLE "
	"IF NOT EXISTS n (x)",
	"CREATE TABLE IF NOT EXISTS n (x); INSERT INTO n SELECT 1 WHERE NOT EXISTS "
	"(SELECT 1 FROM n); CREATE INDEX IF NOT EXISTS i ON n(x)",
	/* transactions */
	"BEGIN; CREATE TABLE n (x); ALTER TABLE t ADD COLUMN z; COMMIT; DROP TABLE "
	"n",
	"BEGIN IMMEDIATE; ALTER TABLE t ADD COLUMN z; ROLLBACK; ALTER TABLE t ADD "
	"COLUMN z; BEGIN EXCLUSIVE; ALTER TABLE t DROP COLUMN z; END",
	"SAVEPOINT s; CREATE TABLE n (x); SAVEPOINT s2; CREATE TABLE m (x); "
	"ROLLBACK TO s2; RELEASE s; CREATE TABLE m (y)",
	"BEGIN; INSERT OR IGNORE INTO t (id) VALUES (80); CREATE TABLE IF NOT "
	"EXISTS n (x); COMMIT; CREATE TABLE IF NOT EXISTS m (x)",
	"BEGIN;\n" POST "COMMIT; CREATE TABLE IF NOT EXISTS n (x)",
	/* names */
	"CREATE TABLE [odd name] (`a b` TEXT, \"c\"\"d\" INT); ALTER TABLE `odd "
	"name` ADD COLUMN [e]; CREATE INDEX \"i \"\" x\" ON \"odd "
	"name\"(\"c\"\"d\"); "
	"DROP TABLE 'odd name'",
	"CREATE TABLE \"select\" (\"from\" INT, \"check\" INT CHECK (\"check\" > "
	"0)); CREATE INDEX \"on\" ON \"select\"(\"from\"); ALTER TABLE \"select\" "
	"RENAME \"from\" TO \"to\"; DROP INDEX \"on\"; DROP TABLE \"select\"",
	"CREATE TABLE \xc3\x9cml\xc3\xa4ut (\xc3\xa9 INT); CREATE TABLE "
	"\xc3\xbcml\xc3\xa4ut (x); ALTER TABLE \xc3\x9cml\xc3\xa4ut ADD COLUMN "
	"\xc3\x89 INT; DROP TABLE \xc3\xbcml\xc3\xa4ut",
	"ALTER TABLE USER ADD COLUMN Age INT; CREATE INDEX USER_AGE ON uSER(aGE); "
	"DROP INDEX user_age; ALTER TABLE user DROP COLUMN AGE",
	"CREATE TABLE \"a.b\" (x); CREATE TABLE a (b); ALTER TABLE \"a.b\" ADD "
	"COLUMN \"x.y\"; DROP TABLE a",
	"CREATE TABLE \"references\" (x REFERENCES t); CREATE TABLE n (y "
	"REFERENCES "
	"\"references\"); ALTER TABLE \"references\" RENAME TO \"references t\"",
	"CREATE TABLE \"unique\" (\"primary\" INT, \"constraint\" TEXT, CONSTRAINT "
	"\"check\" CHECK (\"primary\" > 0)); DROP TABLE \"unique\"; CREATE TABLE "
	"\"unique\" (\"primary\" INT, \"constraint\" TEXT)",
	"CREATE TABLE n$1 (x$y); ALTER TABLE n$1 ADD z$; DROP TABLE n$1",
	/* comments */
	"CREATE /* ; */ TABLE -- n (\n n (a /* , b */ INT, -- c INT,\n d TEXT "
	"DEFAULT '--'); /* x */ ALTER /**/ TABLE n ADD /* COLUMN */ e; DROP TABLE "
	"n",
	"CREATE TABLE n (a /* CHECK (a) */, b CHECK (b /* ) */ > 0)); DROP TABLE "
	"n; "
	"CREATE TABLE n (a, b CHECK (b>0))",
	/* what is there already */
	"CREATE TABLE IF NOT EXISTS t (zzz); CREATE INDEX IF NOT EXISTS "
	"Post_title_idx ON u(a); CREATE VIEW IF NOT EXISTS emails AS SELECT 1; "
	"CREATE TABLE IF NOT EXISTS n (x)",
	"DROP TABLE IF EXISTS nothing; DROP TABLE IF EXISTS u; CREATE TABLE u (id "
	"INTEGER PRIMARY KEY, a TEXT, t_id INT REFERENCES t)",
	"DROP TABLE u; CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT, t_id INT "
	"REFERENCES t); DROP TABLE u; CREATE TABLE u (id INTEGER PRIMARY KEY)",
	"DROP TABLE IF EXISTS n; CREATE TABLE n (x); DROP TABLE IF EXISTS n; "
	"CREATE "
	"TABLE n (x)",
	"CREATE TABLE IF NOT EXISTS \"_prisma_migrations\" (\"id\" TEXT PRIMARY "
	"KEY "
	"NOT NULL); CREATE TABLE n (x)",
	/* temporary things */
	"CREATE TEMP TABLE keep AS SELECT * FROM u; DROP TABLE u; CREATE TABLE u "
	"(id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u SELECT id, a FROM keep; "
	"DROP TABLE keep",
	"CREATE TEMP TABLE t (x); ALTER TABLE t ADD COLUMN y; DROP TABLE t; ALTER "
	"TABLE t ADD COLUMN z",
	"CREATE TEMPORARY VIEW n AS SELECT 1; CREATE TABLE n (x); DROP VIEW n; "
	"ALTER TABLE n ADD COLUMN y",
	"CREATE TABLE keep (x); ALTER TABLE keep ADD COLUMN y; DROP TABLE keep; "
	"CREATE TABLE n (x)",
	"CREATE TABLE temp.n (x); CREATE TABLE n (y); ALTER TABLE main.n ADD "
	"COLUMN "
	"z; DROP TABLE n; DROP TABLE n",
	/* PRAGMAs */
	"PRAGMA user_version=7; CREATE TABLE n (x); PRAGMA journal_mode; PRAGMA "
	"foreign_keys; PRAGMA main.foreign_key_check; ALTER TABLE n ADD COLUMN y; "
	"PRAGMA optimize",
	"PRAGMA ignore_check_constraints=1; INSERT INTO t (id) VALUES (90); CREATE "
	"TABLE n (x); PRAGMA table_info(t)",
	"SELECT 1; SELECT count(*) FROM t; CREATE TABLE n (x); EXPLAIN DROP TABLE "
	"t",
};

static const struct {
	char becomes;
	const char *other;
} others[] = {
	{ 'A', "ALTER TABLE t ADD COLUMN o TEXT; CREATE INDEX o_i ON u(a)" },
	{ 'A', "CREATE TEMP TABLE keep (x); CREATE TEMP TABLE n (q); INSERT INTO "
	       "keep VALUES (1)" },
	{ 'A', "CREATE TABLE first (id INTEGER PRIMARY KEY); CREATE TABLE second "
	       "(f "
	       "REFERENCES first); ALTER TABLE first RENAME TO third" },
	{ 'A', "BEGIN; ALTER TABLE t ADD COLUMN never TEXT" },
	{ 'L', "ALTER TABLE t ADD COLUMN later TEXT; DROP TABLE u" },
	{ 'L', "ALTER TABLE User RENAME TO Person; ALTER TABLE t RENAME COLUMN b "
	       "TO "
	       "b2" },
	{ 'L', "CREATE TABLE n (late INT); DROP INDEX Post_title_idx" },
	{ 'L', "CREATE TABLE new_u (x); INSERT INTO u (id) VALUES (500)" },
	{ 'L', "DELETE FROM u; DELETE FROM Post; INSERT INTO t (id) VALUES (501)" },
	{ 'L', "UPDATE t SET a = 'late', b = 'late'; UPDATE u SET a = 'late'" },
	{ 'R', "ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME TO gone" },
	{ 'R', "CREATE TABLE n (r INT); DROP TABLE Post" },
	{ 'R', "ALTER TABLE u DROP COLUMN a; SELECT 1" },
	{ 'R', "DROP VIEW emails; ALTER TABLE User DROP COLUMN role; DROP TABLE "
	       "t" },
	{ 'M', "CREATE TABLE m0 (x); ALTER TABLE t ADD COLUMN m0 TEXT" },
	{ 'E', "CREATE INDEX e_i ON t(a); ALTER TABLE u ADD COLUMN e0 TEXT" },
	{ 'm', NULL },
	{ 'e', NULL },
};

static const char drift[] =
	"CREATE TABLE extra (x); CREATE INDEX extra_x ON extra(x);"
	"ALTER TABLE Post ADD COLUMN drift TEXT; ALTER TABLE t ADD COLUMN drift "
	"INT "
	"DEFAULT 3; CREATE INDEX Post_drift ON Post(drift); CREATE INDEX u_drift "
	"ON "
	"u(t_id); CREATE TABLE child (x REFERENCES User(id), y REFERENCES t)";

static void finish(const truth_tally *t, const char *what)
{
	truth_say(t, what);
	assert_int_equal(t->wrong + t->alarms + t->harm, 0);
	assert_true(t->pairs > 100);
}

static void k_holds_the_truth_of_every_statement(void **state)
{
	truth_tally t = { 0 };

	(void)state;
	for (size_t i = 0; i < US_LEN(scripts); i++) {
		truth_case c = { .init = init, .script = scripts[i] };

		c.rows = (unsigned)(i % 2 ? 3 : 2);
		truth_try(&t, &c);
	}
	finish(&t, "every statement");
}

/* US_TRUTH_ALL takes all of these; else every so many. */
static size_t stride(size_t usual)
{
	return getenv("US_TRUTH_ALL") ? 1 : usual;
}

static void emptiness_and_drift_change_nothing(void **state)
{
	truth_tally t = { 0 };
	size_t turn = 0, every = stride(9);

	(void)state;
	for (size_t i = 0; i < US_LEN(scripts); i++) {
		size_t n = truth_statements(scripts[i]);

		for (size_t k = 0; k <= 3 * (n + 1); k++) {
			truth_case c = { .init = init,
				.script = scripts[i],
				.rows = (unsigned)(k / (n + 1)) };

			c.drift = c.rows == 2 ? drift : "";
			if (turn++ % every == 0)
				(void)truth_try_at(&t, &c, k % (n + 1));
		}
	}
	finish(&t, "rows and drift");
}

static void k_holds_the_truth_after_every_past(void **state)
{
	truth_tally t = { 0 };
	size_t turn = 0, every = stride(29);

	(void)state;
	for (size_t i = 0; i < US_LEN(scripts); i++) {
		size_t n = truth_statements(scripts[i]);

		for (size_t j = 0; j < US_LEN(others) * (n + 1); j++) {
			truth_case c = { .init = init,
				.script = scripts[i],
				.other = others[j / (n + 1)].other,
				.becomes = others[j / (n + 1)].becomes,
				.rows = (unsigned)(j % 4) };

			if (turn++ % every == 0)
				(void)truth_try_at(&t, &c, j % (n + 1));
		}
	}
	finish(&t, "pasts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_holds_the_truth_of_every_statement),
		cmocka_unit_test(emptiness_and_drift_change_nothing),
		cmocka_unit_test(k_holds_the_truth_after_every_past),
	};

	return cmocka_run_group_tests_name("sqlite truth", tests, NULL, NULL);
}
