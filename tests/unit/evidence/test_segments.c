/* Where a script that was sent as one query can have stopped: each claim is tried
 * on a real PostgreSQL, with a statement that fails after every statement. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cluster.h"
#include "evidence_impl.h"
#include "unstick/auto.h"

#define A "CREATE TABLE a (x INTEGER);"
#define B "CREATE TABLE b (x INTEGER);"
#define C "CREATE TABLE c (x INTEGER);"
#define D "CREATE TABLE d (x INTEGER);"

/* Several statements, and the k that can be what stays of them. */
static const struct {
	const char *text, *ends;
	us_tristate atomic;
} rows[] = {
	{ A B C, "0 3 ", US_YES },
	{ "BEGIN;" A B "COMMIT", "0 4 ", US_YES },
	{ "START TRANSACTION ISOLATION LEVEL SERIALIZABLE;" A "COMMIT WORK;" B,
		"0 3 4 ", US_NO },
	{ A "COMMIT;" B, "0 2 3 ", US_NO },
	{ "COMMIT;" A B, "0 1 3 ", US_NO },
	{ A "-- COMMIT\n" B "/* so far */ end transaction /* chain */;" C, "0 3 4 ",
		US_NO },
	/* BEGIN takes what came before it into its block */
	{ A "BEGIN;" B "COMMIT;" C, "0 4 5 ", US_NO },
	{ A "BEGIN;" B "BEGIN;" C "COMMIT", "0 6 ", US_YES },
	{ "BEGIN;" A "END;" B "BEGIN;" C "COMMIT;" D, "0 3 7 8 ", US_NO },
	/* nobody commits what is open at the end */
	{ "BEGIN;" A B, "0 ", US_YES },
	{ A "BEGIN;" B, "0 ", US_YES },
	{ "BEGIN;" A "COMMIT;" B "BEGIN;" C, "0 3 ", US_NO },
	{ "BEGIN;" A "COMMIT AND CHAIN;" B, "0 3 ", US_NO },
	{ "BEGIN;" A "COMMIT AND NO CHAIN;" B, "0 3 4 ", US_NO },
	{ "BEGIN;" A "COMMIT AND CHAIN;" B "COMMIT;" C, "0 3 5 6 ", US_NO },
	{ A "COMMIT AND CHAIN;" B, "0 2 ", US_NO }, /* refused: no block */
	/* what is rolled back stays away */
	{ "BEGIN;" A "ROLLBACK;" B, "0 3 4 ", US_NO },
	{ "BEGIN;" A "ABORT;" B "COMMIT;" C, "0 3 5 6 ", US_NO },
	{ "BEGIN;" A "ROLLBACK AND CHAIN;" B "COMMIT", "0 3 5 ", US_NO },
	{ "BEGIN;" A "SAVEPOINT s;" B "ROLLBACK TO s;" C "COMMIT;" D, "0 7 8 ",
		US_NO },
	{ "BEGIN;" A "SAVEPOINT s;" B "ROLLBACK WORK TO SAVEPOINT s;"
	  "RELEASE s; END",
		"0 7 ", US_YES },
	{ A "SAVEPOINT s;" B, "0 3 ", US_YES }, /* refused: no block */
	/* refused in a message of several statements, so nothing commits */
	{ A "DO $$ BEGIN COMMIT; END $$;" B, "0 3 ", US_YES },
	{ A "CALL commits();" B, "0 3 ", US_YES },
	{ A "COMMIT; CALL commits();" B, "0 2 4 ", US_NO },
	{ A "CREATE INDEX CONCURRENTLY i ON a (x);" B, "0 3 ", US_YES },
	{ A "COMMIT; VACUUM a;" B, "0 2 4 ", US_NO },
	{ A "COMMIT; CREATE INDEX CONCURRENTLY i ON a (x)", "0 2 3 ", US_NO },
	{ "BEGIN; CREATE FUNCTION f() RETURNS INTEGER BEGIN ATOMIC; SELECT 1; "
	  "END;" A "COMMIT",
		"0 4 ", US_YES },
	/* not followed: anything may be */
	{ A "ROLLBACK;" B, NULL, US_UNSURE },
	{ "BEGIN;" A "COMMIT; ABORT;" B, NULL, US_UNSURE },
	{ "BEGIN;" A "PREPARE TRANSACTION 'p'", NULL, US_UNSURE },
	{ A "COMMIT PREPARED 'p'", NULL, US_UNSURE },
};

static us_db *fresh(const cluster_db *cluster)
{
	us_err err = { 0 };
	us_db *db = NULL;

	cluster_exec(cluster,
		"DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
		"CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN CREATE "
		"TABLE of_procedure (); COMMIT; END $$");
	assert_ok(us_db_open(&db, &cluster->parts, US_DB_WRITE, &err), &err);
	return db;
}

/* The session ends, and this is what is left of it. free(). */
static char *what_stays(const cluster_db *cluster, us_db *db)
{
	us_db_close(db);
	return cluster_value(cluster,
		"SELECT coalesce(string_agg(relname, ' ' ORDER BY relname), '') "
		"FROM pg_class WHERE relnamespace = 'public'::regnamespace");
}

static bool send(us_db *db, const char *sql)
{
	us_db_transaction after;
	us_err err = { 0 };

	return db->ops->script(db, sql, NULL, NULL, &after, &err) == US_OK;
}

/* "Exactly the first k statements ran", each sent alone; NULL if one of them is
 * refused. free(). */
static char *after_prefix(const cluster_db *cluster, const us_script *s, size_t k)
{
	us_db *db = fresh(cluster);
	bool ran = true;
	char *stays;

	for (size_t i = 0; i < k && ran; i++) {
		const us_statement *st = us_script_statement(s, i);
		US_AUTO(auto_str) char *sql = NULL;
		us_err err = { 0 };

		assert_ok(us_strndup(&sql, us_script_text(s) + st->offset, st->len,
				  &err),
			&err);
		ran = send(db, sql);
	}
	stays = what_stays(cluster, db);
	if (ran)
		return stays;
	free(stays);
	return NULL;
}

/* All of it as one query, broken after the first `at` statements; after none if at
 * is greater than their number. free(). */
static char *after_failure(const cluster_db *cluster, const us_script *s, size_t at)
{
	us_db *db = fresh(cluster);
	us_str sql = { 0 };

	for (size_t i = 0; i <= us_script_len(s); i++) {
		const us_statement *st;

		if (i == at)
			us_str_add(&sql, "SELECT 1 / 0;");
		if (i == us_script_len(s))
			break;
		st = us_script_statement(s, i);
		us_str_addn(&sql, us_script_text(s) + st->offset, st->len);
		us_str_add(&sql, ";");
	}
	(void)send(db, us_str_text(&sql));
	us_str_fini(&sql);
	return what_stays(cluster, db);
}

/* Whatever stays is the state of a k that was said to be possible. */
static void try_on_server(const cluster_db *cluster, const us_evidence *e)
{
	size_t n = us_script_len(e->script);
	char **prefix = calloc(n + 1, sizeof(*prefix));

	assert_non_null(prefix);
	for (size_t k = 0; k <= n; k++)
		if (one_query_may_end_at(e, k))
			prefix[k] = after_prefix(cluster, e->script, k);
	for (size_t at = 0; at <= n + 1; at++) {
		US_AUTO(auto_str)
		char *stays = after_failure(cluster, e->script, at);
		bool foreseen = false;

		for (size_t k = 0; k <= n; k++)
			foreseen |= prefix[k] && strcmp(prefix[k], stays) == 0;
		if (!foreseen)
			fail_msg("%s: failed after %zu, and %s stays",
				us_script_text(e->script), at, stays);
	}
	for (size_t k = 0; k <= n; k++)
		free(prefix[k]);
	free(prefix);
}

static void what_stays_of_one_query_is_a_segment_border(void **state)
{
	us_config config = { .prisma_engine = (char *)(uintptr_t) "6.19" };
	us_ground ground = { .config = &config };
	probe p = { .ground = &ground };
	cluster_db cluster;

	(void)state;
	cluster_db_open(&cluster);
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_evidence e = { 0 };
		us_str ends = { 0 };
		us_err err = { 0 };
		bool followed;

		ground.db = fresh(&cluster);
		assert_ok(us_script_split(&e.script, "postgresql", rows[i].text,
				  strlen(rows[i].text), &err),
			&err);
		assert_true(us_script_parsed(e.script));
		followed = sent_as_one_query(&e, &p);
		for (size_t k = 0; k <= us_script_len(e.script) && followed; k++)
			if (one_query_may_end_at(&e, k))
				us_str_addf(&ends, "%zu ", k);
		if (followed != (rows[i].ends != NULL) ||
			(followed &&
				strcmp(us_str_text(&ends), rows[i].ends) != 0) ||
			atomic_of(&e, &p) != rows[i].atomic)
			fail_msg("%s: %s, atomic %d", rows[i].text,
				us_str_text(&ends), (int)atomic_of(&e, &p));
		us_db_close(ground.db);
		if (followed)
			try_on_server(&cluster, &e);
		us_str_fini(&ends);
		us_script_free(e.script);
	}
	cluster_db_close(&cluster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_of_one_query_is_a_segment_border),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
