/* Every state that a script can stop in, in a real file: K holds the true k, and is
 * as exact as the table says. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stuck.h"
#include "unstick/auto.h"

#define INIT                                                                       \
	"CREATE TABLE \"User\" (\"id\" INTEGER NOT NULL PRIMARY KEY "              \
	"AUTOINCREMENT, "                                                          \
	"\"email\" TEXT NOT NULL, \"role\" TEXT);\n"                               \
	"CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");\n"         \
	"CREATE TABLE \"Post\" (\"id\" INTEGER NOT NULL PRIMARY KEY, \"userId\" "  \
	"INTEGER NOT NULL, CONSTRAINT \"Post_userId_fkey\" FOREIGN KEY "           \
	"(\"userId\") REFERENCES \"User\" (\"id\") ON DELETE CASCADE ON UPDATE "   \
	"CASCADE);\n"                                                              \
	"CREATE VIEW \"Emails\" AS SELECT email FROM \"User\";\n"

#define REBUILD                                                                    \
	"-- RedefineTables\nPRAGMA foreign_keys=OFF;\n"                            \
	"CREATE TABLE \"new_Post\" (\"id\" INTEGER NOT NULL PRIMARY KEY, "         \
	"\"userId\" INTEGER NOT NULL, \"title\" TEXT NOT NULL DEFAULT 'x', "       \
	"CONSTRAINT \"Post_userId_fkey\" FOREIGN KEY (\"userId\") REFERENCES "     \
	"\"User\" (\"id\") ON DELETE RESTRICT ON UPDATE CASCADE);\n"               \
	"INSERT INTO \"new_Post\" (\"id\", \"userId\") SELECT \"id\", \"userId\" " \
	"FROM \"Post\";\n"                                                         \
	"DROP TABLE \"Post\";\n"                                                   \
	"ALTER TABLE \"new_Post\" RENAME TO \"Post\";\n"

/* K for each true k, as stuck_k() writes it, by '|'. */
typedef struct {
	const char *script, *want;
} row;

static const row rows[] = {
	{ "ALTER TABLE User ADD COLUMN age INTEGER;", "0|1" },
	{ "CREATE TABLE a (x); CREATE INDEX a_x ON a(x); CREATE TABLE b (y);",
		"0|1|2|3" },
	/* data leaves no trace */
	{ "UPDATE User SET role = 'a'; ALTER TABLE User ADD COLUMN age INTEGER;",
		"0 1|0 1|2" },
	{ "ALTER TABLE User ADD COLUMN age INTEGER; INSERT INTO Post (id, userId) "
	  "VALUES (9, 1);"
	  "ALTER TABLE User DROP COLUMN role;",
		"0|1 2|1 2|3" },
	/* s0 to s6 of a rebuild */
	{ REBUILD "CREATE INDEX \"Post_title_idx\" ON \"Post\"(\"title\");\n"
		  "PRAGMA foreign_key_check;\nPRAGMA foreign_keys=ON;\n",
		"0 1|0 1|2|3|4|5|6 7 8|6 7 8|6 7 8" },
	/* twice the same table: its columns tell the two apart */
	{ REBUILD "CREATE TABLE \"new_Post\" (\"id\" INTEGER NOT NULL PRIMARY KEY, "
		  "\"title\" TEXT);\n"
		  "INSERT INTO \"new_Post\" (\"id\", \"title\") SELECT \"id\", "
		  "\"title\" FROM \"Post\";\nDROP TABLE \"Post\";\nALTER TABLE "
		  "\"new_Post\" RENAME TO \"Post\";",
		"0 1|0 1|2|3|4|5|6|7|8|9" },
	/* the state comes back */
	{ "ALTER TABLE User ADD COLUMN z TEXT; ALTER TABLE User DROP COLUMN z;",
		"0 2|1|0 2" },
	{ "DROP VIEW Emails; CREATE VIEW Emails AS SELECT id, email FROM User;",
		"0|1|2" },
	{ "DROP INDEX User_email_key; CREATE UNIQUE INDEX User_email_key ON "
	  "User(email) WHERE role IS NOT NULL;",
		"0|1|2" },
	{ "CREATE TRIGGER t AFTER INSERT ON User BEGIN UPDATE User SET role = 'x' "
	  "WHERE id = new.id; END; DROP TRIGGER t; CREATE TABLE c (x);",
		"0 2|1|0 2|3" },
	{ "ALTER TABLE User RENAME TO Person; ALTER TABLE Person RENAME COLUMN "
	  "role "
	  "TO part;",
		"0|1|2" },
	/* nothing of an open transaction is kept */
	{ "CREATE TABLE a (x); BEGIN; CREATE TABLE b (x); CREATE TABLE c (x); "
	  "COMMIT; CREATE TABLE d (x);",
		"0|1 2 3 4|1 2 3 4|1 2 3 4|1 2 3 4|5|6" },
	{ "BEGIN; CREATE TABLE b (x); ROLLBACK; CREATE TABLE d (x);",
		"0 1 2 3|0 1 2 3|0 1 2 3|0 1 2 3|4" },
	{ "SAVEPOINT s; CREATE TABLE b (x); RELEASE s;", "0 1 2|0 1 2|0 1 2|3" },
	{ "CREATE TABLE IF NOT EXISTS User (x); CREATE TABLE IF NOT EXISTS n (x);",
		"0 1|0 1|2" },
	{ "CREATE TEMP TABLE t AS SELECT * FROM User; CREATE TABLE n (x);",
		"0 1|0 1|2" },
	{ "CREATE TABLE n AS SELECT id, email FROM User; DROP TABLE Post;",
		"0|1|2" },
	{ "CREATE TABLE n (a INT CHECK (a > 0), b INT AS (a * 2) STORED, c TEXT "
	  "COLLATE NOCASE, UNIQUE (a, c)) STRICT; CREATE INDEX n_e ON n(lower(c));",
		"0|1|2" },
	{ "DROP TABLE Post; CREATE TABLE Post (id INTEGER NOT NULL PRIMARY KEY, "
	  "userId INTEGER NOT NULL, CONSTRAINT Post_userId_fkey FOREIGN KEY "
	  "(userId) "
	  "REFERENCES User (id) ON DELETE CASCADE ON UPDATE CASCADE);",
		"0 2|1|0 2" },
	{ "", "0" },
	{ "-- nothing at all\n", "0" },
	/* the ledger's own world, quoted in every way */
	{ "CREATE TABLE [odd \"name] (`a b` TEXT, 'c' INT); "
	  "ALTER TABLE \"odd \"\"name\" ADD COLUMN \"d;\" TEXT DEFAULT ';';",
		"0|1|2" },
};

static void check_one(const row *r, size_t k, const char *want, const char *drift)
{
	stuck s;

	stuck_open(&s);
	stuck_applied(&s, "20240101000000_init", INIT);
	stuck_run(&s, drift);
	stuck_seed(&s);
	if (!stuck_failed(&s, "20240102000000_m", r->script, k))
		fail_msg("%s: statements 1 to %zu don't run", r->script, k);
	stuck_read(&s);
	if (strcmp(stuck_k(&s), want) != 0)
		fail_msg("%s\nafter %zu statements and %s: K is {%s}, not {%s}: %s",
			r->script, k, *drift ? drift : "no drift", stuck_k(&s),
			want, s.r.why ? s.r.why : "");
	stuck_close(&s);
}

static void check_all(const char *drift)
{
	for (size_t i = 0; i < US_LEN(rows); i++) {
		char *want = strdup(rows[i].want), *rest = want, *one;

		for (size_t k = 0; (one = strsep(&rest, "|")); k++)
			check_one(&rows[i], k, one, drift);
		free(want);
	}
}

static void k_is_what_ran(void **state)
{
	(void)state;
	check_all("");
}

/* Columns, tables and indexes that the script doesn't know; a rebuild loses those
 * of its table, which changes nothing. */
static void drift_elsewhere_changes_nothing(void **state)
{
	(void)state;
	check_all("CREATE TABLE extra (x); CREATE INDEX extra_x ON extra(x);"
		  "ALTER TABLE Post ADD COLUMN drift TEXT;"
		  "CREATE INDEX Post_drift ON Post(drift);"
		  "CREATE TABLE n2 (x REFERENCES User(id))");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_is_what_ran),
		cmocka_unit_test(drift_elsewhere_changes_nothing),
	};

	return cmocka_run_group_tests_name("sqlite states", tests, NULL, NULL);
}
