/* Scripts and pasts that nobody would write, over a few names so that they meet:
 * K holds the truth of each, and what is said to run from the top does. US_RANDOM
 * is how many (and US_RANDOM_SEED where they begin); a failure shows all of its
 * case. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "truth.h"
#include "unstick/auto.h"
#include "unstick/str.h"

typedef struct {
	uint64_t state;
} dice;

/* Knuth's MMIX generator; its low bits are poor. */
static size_t roll(dice *d, size_t n)
{
	d->state = d->state * 6364136223846793005U + 1442695040888963407U;
	return (size_t)(d->state >> 33) % n;
}

static const char *const tables[] = { "t", "u", "T", "new_t", "[v w]", "\"new_u\"",
	"n" };
static const char *const columns[] = { "a", "b", "c", "A", "\"d e\"", "id" };
static const char *const others[] = { "i", "j", "k" };
static const char *const expressions[] = { "1", "'x'", "(1 + 2)", "NULL",
	"(abs(3))", "''" };

static const char rebuild_t[] =
	"CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT, three INT);"
	"INSERT INTO new_t (id) SELECT id FROM t;DROP TABLE t;"
	"ALTER TABLE new_t RENAME TO t";
static const char rebuild_u[] =
	"CREATE TABLE \"new_u\" (id INTEGER PRIMARY KEY, a TEXT);"
	"INSERT INTO \"new_u\" (id, a) SELECT id, a FROM \"u\";DROP TABLE \"u\";"
	"ALTER TABLE \"new_u\" RENAME TO \"u\";CREATE INDEX $o ON u(a)";

/* $t table, $c column, $o index, trigger or view, $e constant. */
static const char *const shapes[] = {
	"CREATE TABLE $t (id INTEGER PRIMARY KEY, a TEXT, b INT)",
	"CREATE TABLE $t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, two INT)",
	"CREATE TABLE $t (id INTEGER PRIMARY KEY, a, CHECK (a <> $e))",
	"CREATE TABLE $t (id INTEGER PRIMARY KEY, a DEFAULT $e, r REFERENCES $t)",
	"CREATE TABLE IF NOT EXISTS $t (id INTEGER PRIMARY KEY, b UNIQUE, c)",
	"CREATE TABLE $t AS SELECT * FROM $t",
	"CREATE TABLE $t (id TEXT PRIMARY KEY, a INT) WITHOUT ROWID",
	"CREATE TEMP TABLE $t (x, $c)",
	"DROP TABLE $t",
	"DROP TABLE IF EXISTS $t",
	"ALTER TABLE $t RENAME TO $t",
	"ALTER TABLE $t RENAME TO $t",
	"ALTER TABLE $t RENAME COLUMN $c TO $c",
	"ALTER TABLE $t ADD COLUMN $c TEXT",
	"ALTER TABLE $t ADD COLUMN $c INT DEFAULT $e",
	"ALTER TABLE $t ADD COLUMN $c INT REFERENCES $t ON DELETE CASCADE",
	"ALTER TABLE $t DROP COLUMN $c",
	"CREATE INDEX $o ON $t($c)",
	"CREATE INDEX IF NOT EXISTS $o ON $t($c, $c)",
	"CREATE UNIQUE INDEX $o ON $t(lower($c)) WHERE $c IS NULL",
	"DROP INDEX $o",
	"DROP INDEX IF EXISTS $o",
	"CREATE VIEW $o AS SELECT $c FROM $t",
	"CREATE VIEW IF NOT EXISTS $o AS SELECT * FROM $t",
	"DROP VIEW IF EXISTS $o",
	"CREATE TRIGGER $o AFTER INSERT ON $t BEGIN UPDATE $t SET $c = $e; END",
	"DROP TRIGGER IF EXISTS $o",
	"INSERT INTO $t ($c) VALUES ($e)",
	"INSERT OR IGNORE INTO $t (id, $c) VALUES (7, $e)",
	"INSERT INTO $t (id) VALUES (8) ON CONFLICT DO NOTHING",
	"INSERT INTO $t SELECT * FROM $t",
	"INSERT INTO $t (id, $c) SELECT id, $c FROM $t",
	"UPDATE $t SET $c = $e",
	"UPDATE $t SET $c = $c WHERE $c IS NULL",
	"UPDATE $t SET $c = (SELECT count(*) FROM $t)",
	"DELETE FROM $t",
	"DELETE FROM $t WHERE $c = $e",
	"PRAGMA foreign_keys=OFF",
	"PRAGMA foreign_keys=ON",
	"PRAGMA legacy_alter_table=ON",
	"BEGIN",
	"COMMIT",
	"SAVEPOINT s",
	"RELEASE s",
	rebuild_t,
	rebuild_u,
};

static void fill(us_str *out, dice *d, const char *shape)
{
	for (; *shape; shape++) {
		if (*shape != '$') {
			us_str_addf(out, "%c", *shape);
			continue;
		}
		switch (*++shape) {
		case 't':
			us_str_add(out, tables[roll(d, US_LEN(tables))]);
			break;
		case 'c':
			us_str_add(out, columns[roll(d, US_LEN(columns))]);
			break;
		case 'o':
			us_str_add(out, others[roll(d, US_LEN(others))]);
			break;
		default:
			us_str_add(out, expressions[roll(d, US_LEN(expressions))]);
		}
	}
}

/* Up to `most` shapes that run in db, one after the other; now and then one that
 * doesn't, as the last. */
static char *make(dice *d, sqlite3 *db, size_t most)
{
	us_str out = { 0 };
	char *text = NULL;

	for (size_t tries = 0, n = 0; tries < 8 * most && n < most; tries++) {
		us_str one = { 0 };
		char *error = NULL;

		fill(&one, d, shapes[roll(d, US_LEN(shapes))]);
		if (sqlite3_exec(db, us_str_text(&one), NULL, NULL, &error) ==
			SQLITE_OK) {
			us_str_addf(&out, "%s;\n", us_str_text(&one));
			n++;
		} else if (strchr(us_str_text(&one), ';')) {
			tries = 8 * most; /* a part of it ran: end here */
		}
		sqlite3_free(error);
		us_str_fini(&one);
	}
	assert_false(out.failed);
	text = strdup(us_str_text(&out));
	us_str_fini(&out);
	return text;
}

static void close_transaction(sqlite3 *db)
{
	if (!sqlite3_get_autocommit(db))
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

static void try_one(truth_tally *t, uint64_t seed)
{
	static const char becomes[] = "AALLRRME";
	static const char base[] =
		"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT);"
		"CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT, r REFERENCES t);"
		"CREATE INDEX i ON t(a);";
	dice d = { .state = seed * 2654435761U + 99 };
	truth_case c = { .rows = (unsigned)roll(&d, 4) };
	sqlite3 *db = NULL;
	char *init = NULL, *more, *other, *script;

	for (int i = 0; i < 5; i++)
		(void)roll(&d, 2);
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "PRAGMA foreign_keys=ON", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, base, NULL, NULL, NULL), SQLITE_OK);
	more = make(&d, db, roll(&d, 4));
	close_transaction(db);
	assert_true(asprintf(&init, "%s%s", base, more) > 0);
	other = make(&d, db, 1 + roll(&d, 3));
	close_transaction(db);
	script = make(&d, db, 1 + roll(&d, 6));
	sqlite3_close(db);
	c.init = init;
	c.script = script;
	if (roll(&d, 3) > 0) {
		c.other = other;
		c.becomes = becomes[roll(&d, sizeof(becomes) - 1)];
	}
	if (script[0])
		truth_try(t, &c);
	free(init);
	free(more);
	free(other);
	free(script);
}

static void k_holds_the_truth_of_random_scripts(void **state)
{
	const char *said = getenv("US_RANDOM"), *from = getenv("US_RANDOM_SEED");
	size_t n = said ? strtoul(said, NULL, 10) : 120;
	uint64_t seed = from ? strtoull(from, NULL, 10) : 1;
	truth_tally t = { 0 };

	(void)state;
	for (size_t i = 0; i < n; i++)
		try_one(&t, seed + i);
	truth_say(&t, "random");
	assert_int_equal(t.wrong + t.alarms + t.harm, 0);
	assert_true(t.pairs > n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_holds_the_truth_of_random_scripts),
	};

	return cmocka_run_group_tests_name("sqlite random", tests, NULL, NULL);
}
